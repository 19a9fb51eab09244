import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  exactScan,
  plainCsvScan,
} from '../../../../../actions/local-stack/snowflake/engine/files/text-scan.ts';
import { effectiveFormat } from '../../../../../actions/local-stack/snowflake/engine/stages/file-format.ts';
import { listFiles } from '../../../../../actions/local-stack/snowflake/engine/stages/stage-files.ts';
import { stageLocation } from '../../../../../actions/local-stack/snowflake/engine/stages/stage-location.ts';
import { SnowflakeError } from '../../../../../actions/shared/sql/snowflake-error.ts';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';
import { putFiles } from '../../../../support/stage.ts';

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine();
  await test.sql('CREATE STAGE s');
});
afterAll(() => test.close());

const text = fc
  .array(fc.constantFrom('a', 'b', 'é', '1', ',', '"', '""', '"a"', ' ', '\n', '\r\n', '\\', "'", ';'), {
    maxLength: 30,
  })
  .map((parts) => parts.join(''));

it.each([
  ['without enclosures', {}],
  ['with enclosures', { FIELD_OPTIONALLY_ENCLOSED_BY: '"' }],
  ['with enclosures and no escapes', { FIELD_OPTIONALLY_ENCLOSED_BY: '"', ESCAPE_UNENCLOSED_FIELD: 'NONE' }],
  [
    'with empty fields kept',
    { EMPTY_FIELD_AS_NULL: false, ESCAPE_UNENCLOSED_FIELD: 'NONE', NULL_IF: ['a', 'b'] },
  ],
])('a file that DuckDB reads itself, %s, gives what our own reader gives', async (_, options) => {
  const { engine } = test;
  const stage = engine.catalog.find(['STAGE'], 'D', 'PUBLIC', 'S')!;
  const format = effectiveFormat({ name: null, options: { TYPE: 'CSV', ...options } }, test.session);
  let plainly = 0;
  const plan = { fields: 2, expected: null, withRow: false };
  await fc.assert(
    fc.asyncProperty(text, async (content) => {
      putFiles(test, 's', { 'f.csv': content });
      const [file] = await listFiles(engine, stageLocation(engine, stage, ''));
      const plain = await plainCsvScan(engine, file!, format, plan);
      if (plain === undefined) return;
      let rows: unknown[][];
      try {
        rows = (await engine.connection.runAndReadAll(`SELECT f1, f2 FROM ${plain.sql}`)).getRowsJS();
      } catch {
        return; // Refused by DuckDB: read by our own reader then.
      }
      const exact = await exactScan(engine, file!, format, plan);
      const read = await engine.connection.runAndReadAll(
        `SELECT f1, f2 FROM ${exact.sql} WHERE r_error IS NULL ORDER BY r_row`,
      );
      expect({ rows, errors: 0 }).toEqual({ rows: read.getRowsJS(), errors: exact.records!.errors });
      plainly++;
    }),
    { numRuns: 25 },
  );
  expect(plainly).toBeGreaterThan(5);
});

it('a file of several windows keeps every record, with quotes, escapes and line ends inside', async () => {
  await test.sql(`CREATE STAGE large FILE_FORMAT = (TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '"')`);
  const records = Array.from(
    { length: 150_000 },
    (_, id) => `${id},"line ""${id}""\nsecond",un\\,escaped ${'x'.repeat(id % 97)}\n`,
  );
  putFiles(test, 'large', { 'f.csv': records.join('') });
  expect(
    await test.sql(
      "SELECT count(*), sum($1::NUMBER), count_if($2 = 'line \"' || $1 || '\"\\nsecond'), count_if($3 LIKE 'un,escaped %'), sum(length($3)) FROM @large",
    ),
  ).toEqual([
    [
      String(150_000),
      String((150_000 * 149_999) / 2),
      '150000',
      '150000',
      String(records.reduce((sum, _, id) => sum + 11 + (id % 97), 0)),
    ],
  ]);
});

it('two sessions that COPY the same files at once load them once', async () => {
  await test.sql('CREATE STAGE twice');
  await test.sql('CREATE TABLE twice (a NUMBER)');
  putFiles(test, 'twice', { '1.csv': '1\n', '2.csv': '2\n' });
  const other = await test.open();
  const answers = await Promise.all([
    test.sql('COPY INTO twice FROM @twice'),
    other.sql('COPY INTO twice FROM @twice'),
  ]);
  expect(await test.sql('SELECT a FROM twice ORDER BY a')).toEqual([['1'], ['2']]);
  expect(answers.map((rows) => rows.length).sort()).toEqual([1, 2]);
});

it('unloading a stream consumes it', async () => {
  await test.sql('CREATE TABLE streamed (a NUMBER)');
  await test.sql('CREATE STREAM streamed_s ON TABLE streamed');
  await test.sql('CREATE STAGE streamed');
  await test.sql('INSERT INTO streamed VALUES (1), (2)');
  const [row] = await test.sql(
    'COPY INTO @streamed/x FROM (SELECT a FROM streamed_s) FILE_FORMAT = (TYPE = CSV)',
  );
  expect(row![0]).toBe('2');
  expect(await test.sql('SELECT a FROM streamed_s')).toEqual([]);
});

// What stands in the files is anybody's: whatever it is, COPY answers with rows or with an error of its own.
it.each(['CSV', 'JSON', 'PARQUET'])(
  'reliability 42: random bytes as a %s file end in a result or a Snowflake error',
  async (type) => {
    const name = `random_${type.toLowerCase()}`;
    await test.sql(
      `CREATE STAGE ${name} FILE_FORMAT = (TYPE = ${type} ${type === 'CSV' ? `FIELD_OPTIONALLY_ENCLOSED_BY = '"'` : ''})`,
    );
    await test.sql(`CREATE TABLE ${name} (v VARIANT)`);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .array(fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '1', 'a', '\n', '\u0000', 'PAR1'), {
          maxLength: 60,
        })
        .map((parts) => Buffer.from(parts.join(''))),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        putFiles(test, name, { 'f.bin': Buffer.from(content) });
        const before = Number(await test.value(`SELECT count(*) FROM ${name}`));
        try {
          const [row] = await test.sql(`COPY INTO ${name} FROM @${name} ON_ERROR = CONTINUE FORCE = TRUE`);
          const after = Number(await test.value(`SELECT count(*) FROM ${name}`));
          expect(after - before).toBe(Number(row![3]));
        } catch (error) {
          expect(error).toBeInstanceOf(SnowflakeError);
          expect((error as SnowflakeError).code).not.toBe('000603');
        }
      }),
      { numRuns: 25 },
    );
  },
);
