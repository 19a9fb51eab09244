import { globSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ExtractFixture, startExtract } from './extract-fixture.ts';
import { readWithDuckDb, readWithHyparquet } from './parquet-readers.ts';

interface TypeCase {
  type: string;
  /** SQL literals; a null stands in every column beside them. */
  values: string[];
  /** The type that DuckDB sees in the file. */
  duckType: string;
  /** DuckDB's expression for the value as PostgreSQL's text; `c` stands for the column. */
  duck?: string;
  /** PostgreSQL's expression for that text. */
  text?: string;
  /** PostgreSQL's expression for what hyparquet reads, as text. */
  stored?: string;
  manifestType: string;
}

const micros = '(extract(epoch FROM c) * 1000000)::int8::text';

const CASES: TypeCase[] = [
  { type: 'boolean', values: ['true', 'false'], duckType: 'BOOLEAN', manifestType: 'Bool' },
  { type: 'int2', values: ['-32768', '32767', '-1', '0'], duckType: 'SMALLINT', manifestType: 'Int16' },
  { type: 'int4', values: ['-2147483648', '2147483647', '0'], duckType: 'INTEGER', manifestType: 'Int32' },
  {
    type: 'int8',
    values: ['-9223372036854775808', '9223372036854775807', '-1', '4294967296'],
    duckType: 'BIGINT',
    manifestType: 'Int64',
  },
  {
    type: 'float4',
    values: ["'NaN'", "'Infinity'", "'-Infinity'", '1.5', "'-0'", '3.4e38'],
    duckType: 'FLOAT',
    duck: "replace(replace(c::DOUBLE::VARCHAR, 'nan', 'NaN'), 'inf', 'Infinity')",
    text: 'c::float8::text',
    stored: 'c::float8::text',
    manifestType: 'Float32',
  },
  {
    type: 'float8',
    values: ["'NaN'", "'Infinity'", "'-Infinity'", '0.1', "'-0'", '-2.5e-300'],
    duckType: 'DOUBLE',
    duck: "replace(replace(c::VARCHAR, 'nan', 'NaN'), 'inf', 'Infinity')",
    manifestType: 'Float64',
  },
  { type: 'numeric(4,0)', values: ['-9999', '0'], duckType: 'DECIMAL(4,0)', manifestType: 'Decimal(4,0)' },
  {
    type: 'numeric(9,4)',
    values: ['99999.9999', '-0.0001', '10000'],
    duckType: 'DECIMAL(9,4)',
    manifestType: 'Decimal(9,4)',
  },
  {
    type: 'numeric(18,2)',
    values: ['9999999999999999.99', '-9999999999999999.99', '0.10'],
    duckType: 'DECIMAL(18,2)',
    manifestType: 'Decimal(18,2)',
  },
  {
    type: 'numeric(38,10)',
    values: ['9999999999999999999999999999.9999999999', '-1.0000000001', '100000000000000000000'],
    duckType: 'DECIMAL(38,10)',
    manifestType: 'Decimal(38,10)',
  },
  { type: 'numeric', values: ['1.230', "'NaN'", '1e50'], duckType: 'VARCHAR', manifestType: 'Utf8' },
  { type: 'numeric(50,2)', values: ['1e40'], duckType: 'VARCHAR', manifestType: 'Utf8' },
  { type: 'numeric(3,-2)', values: ['12300'], duckType: 'VARCHAR', manifestType: 'Utf8' },
  {
    type: 'text',
    values: ["''", "'Zoë 🛒'", "repeat('long', 1000)"],
    duckType: 'VARCHAR',
    manifestType: 'Utf8',
  },
  { type: 'varchar(10)', values: ["'abc '"], duckType: 'VARCHAR', manifestType: 'Utf8' },
  { type: 'char(5)', values: ["'ab'"], duckType: 'VARCHAR', manifestType: 'Utf8' },
  { type: 'mood', values: ["'sad'", "'ok'"], duckType: 'VARCHAR', manifestType: 'Utf8' },
  {
    type: 'bytea',
    values: ["'\\x00ff80'", "''"],
    duckType: 'BLOB',
    duck: "'\\x' || lower(hex(c))",
    manifestType: 'Binary',
  },
  {
    type: 'uuid',
    values: ["'0188a9b2-00ff-7fff-8000-0123456789ab'"],
    duckType: 'VARCHAR',
    manifestType: 'Utf8',
  },
  { type: 'json', values: [`'{"b": 1,  "a": null}'`], duckType: 'JSON', manifestType: 'Json' },
  { type: 'jsonb', values: [`'{"b": [1.50, "é"]}'`, "'null'"], duckType: 'JSON', manifestType: 'Json' },
  {
    type: 'int4[]',
    values: ["'{1,NULL,3}'", "'{}'"],
    duckType: 'JSON',
    text: 'to_json(c)::text',
    manifestType: 'Json',
  },
  {
    type: 'place',
    values: ["ROW('x', 1.5)"],
    duckType: 'JSON',
    text: 'to_json(c)::text',
    manifestType: 'Json',
  },
  {
    type: 'date',
    values: ["'1969-12-31'", "'2026-06-30'", "'0044-03-15 BC'", "'9999-12-31'", "'5874897-12-31'"],
    duckType: 'DATE',
    duck: "replace(c::VARCHAR, ' (BC)', ' BC')",
    stored: "(c - date '1970-01-01')::text",
    manifestType: 'Date',
  },
  {
    type: 'time',
    values: ["'00:00'", "'23:59:59.999999'", "'12:30:00.5'"],
    duckType: 'TIME',
    stored: micros,
    manifestType: 'Time(us)',
  },
  {
    type: 'timestamp',
    values: [
      "'1969-12-31 23:59:59.999999'",
      "'2026-06-30 12:00'",
      "'2000-01-01'",
      "'9999-12-31 23:59:59.999999'",
    ],
    duckType: 'TIMESTAMP',
    stored: micros,
    manifestType: 'Timestamp(us)',
  },
  {
    type: 'timestamptz',
    values: ["'2026-06-30 12:00+02'", "'1900-01-01 00:00:00.000001+00'"],
    duckType: 'TIMESTAMP WITH TIME ZONE',
    stored: micros,
    manifestType: 'Timestamp(us, UTC)',
  },
  { type: 'price', values: ['12.50'], duckType: 'DECIMAL(8,2)', manifestType: 'Decimal(8,2)' },
  { type: 'interval', values: ["'1 day 02:00'"], duckType: 'VARCHAR', manifestType: 'Utf8' },
  { type: 'int4range', values: ["'[1,5)'"], duckType: 'VARCHAR', manifestType: 'Utf8' },
  { type: 'inet', values: ["'10.0.0.0/8'"], duckType: 'VARCHAR', manifestType: 'Utf8' },
  { type: 'timetz', values: ["'12:00+02'"], duckType: 'VARCHAR', manifestType: 'Utf8' },
  { type: 'oid', values: ['4294967295'], duckType: 'VARCHAR', manifestType: 'Utf8' },
];

let shop: ExtractFixture;
beforeAll(async () => {
  shop = await startExtract();
  await shop.sql(`SET TimeZone = 'UTC'; CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE TYPE place AS (name text, rank numeric); CREATE DOMAIN price AS numeric(8,2) CHECK (VALUE > 0)`);
});

describe('values of PostgreSQL', () => {
  let read: Record<string, unknown>[];
  let types: Record<string, unknown>[];
  let stored: Record<string, unknown>[];
  let schema: { name: string; type: string; nullable: boolean }[];

  beforeAll(async () => {
    const rows = 1 + Math.max(...CASES.map(({ values }) => values.length));
    await shop.sql(
      `CREATE TABLE types (id int, ${CASES.map(({ type }, index) => `c${index} ${type}`).join(', ')})`,
    );
    for (let row = 0; row < rows; row++) {
      const values = CASES.map(({ values }) => values[row] ?? 'NULL');
      await shop.sql(`INSERT INTO types VALUES (${row}, ${values.join(', ')})`);
    }
    const report = await shop.extract({ name: 'types', strategy: 'full' }, '2026-06-30');
    const key = report.tables[0]!.manifestKey;
    schema = (await shop.manifest(key)).schema;
    const file = await shop.download(key);
    const list = CASES.map(
      ({ duck }, index) =>
        `${(duck ?? 'c::VARCHAR').replaceAll('c::', `c${index}::`).replaceAll('(c)', `(c${index})`)} AS c${index}`,
    );
    read = await readWithDuckDb(file, `SELECT ${list.join(', ')} FROM $file ORDER BY id`);
    types = await readWithDuckDb(file, 'DESCRIBE SELECT * FROM $file');
    stored = await readWithHyparquet(globSync(file)[0]!);
  });

  it.each(CASES.map((item, index) => ({ ...item, index })))(
    'of type $type read back the same by DuckDB and hyparquet',
    async ({ type, text = 'c::text', duckType, stored: storedSql, manifestType, index }) => {
      const column = `c${index}`;
      const expression = (sql: string): string => sql.replaceAll(/\bc\b/g, column);
      const expected = await shop.sql(
        `SELECT ${expression(text)} AS text, ${expression(storedSql ?? text)} AS stored FROM types ORDER BY id`,
      );
      expect(types[index + 1]!.column_type).toBe(duckType);
      expect(schema[index + 1]).toEqual({ name: column, type: manifestType, nullable: true });
      const asNumber = /^(float|numeric\((4|9|18|38),|price)/.test(type);
      const inDuckDb = read.map((row) => row[column]);
      if (type.startsWith('float')) {
        expect(inDuckDb.map(numberOrNull)).toEqual(expected.map((row) => numberOrNull(row.text)));
      } else expect(inDuckDb).toEqual(expected.map((row) => row.text));
      const inHyparquet = stored.map((row) => textOf(row[column], type));
      if (asNumber) {
        expect(inHyparquet.map(numberOrNull)).toEqual(expected.map((row) => numberOrNull(row.stored)));
      } else expect(inHyparquet).toEqual(expected.map((row) => row.stored));
    },
  );
});

describe('values that the target cannot hold', () => {
  it.each([
    ['numeric(10,2)', "'NaN'", '1.00'],
    ['date', "'infinity'", '2026-06-30'],
    ['date', "'-infinity'", '2026-06-30'],
    ['timestamp', "'infinity'", '2026-06-30 00:00:00'],
    ['timestamptz', "'-infinity'", '2026-06-30 00:00:00+00'],
    ['timestamp', "'294276-12-31'", '2026-06-30 00:00:00'],
    ['time', "'24:00'", '10:00:00'],
  ])('row 14: of %s stop the run, or become null where that is allowed: %s', async (type, special, plain) => {
    const name = `special ${type} ${special}`.replaceAll('.', '');
    const sql = `"${name}"`;
    const literal = `'${plain}'`;
    await shop.sql(`CREATE TABLE ${sql} (id int, v ${type});
      INSERT INTO ${sql} VALUES (1, ${literal}), (2, ${special}), (3, ${special}), (4, NULL)`);
    const table = { name, strategy: 'full' as const };
    await expect(shop.extract(table, '2026-06-30')).rejects.toThrow(/^table special .*, per column: "v": 2$/);
    expect(await shop.keys(name)).toEqual([]);
    const report = await shop.extract({ ...table, onSpecial: 'null' }, '2026-06-30');
    expect(report.tables[0]!.nulled).toEqual({ v: 2 });
    const rows = await readWithDuckDb(
      await shop.download(report.tables[0]!.manifestKey),
      'SELECT v::VARCHAR AS v FROM $file ORDER BY id',
    );
    expect(rows.map((row) => row.v)).toEqual([plain, null, null, null]);
  });
});

function numberOrNull(value: unknown): number | null {
  // hyparquet multiplies a decimal by a power of ten, which leaves 15 digits of a double exact.
  return value === null || value === undefined ? null : Number(Number(value).toPrecision(15));
}

function textOf(value: unknown, type: string): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array)
    return type === 'bytea' ? `\\x${Buffer.from(value).toString('hex')}` : Buffer.from(value).toString();
  return Object.is(value, -0) ? '-0' : String(value);
}
