import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';
import { putFiles } from '../../../../support/stage.ts';

let test: TestEngine;
let count = 0;
beforeAll(async () => {
  test = await openTestEngine();
});
afterAll(() => test.close());

async function fresh(
  columns: string,
  files: Record<string, string | Buffer>,
  format = 'TYPE = CSV',
): Promise<string> {
  const name = `t${++count}`;
  await test.sql(`CREATE TABLE ${name} (${columns})`);
  await test.sql(`CREATE STAGE ${name} FILE_FORMAT = (${format})`);
  putFiles(test, name, files);
  return name;
}

const NOTHING = [['Copy executed with 0 files processed.']];

// Source: docs.snowflake.com, "Load metadata" and COPY INTO <table>.
describe('load metadata', () => {
  it('skips a file that was loaded before, and says so when FILES names it', async () => {
    const t = await fresh('a NUMBER', { 'f.csv': '1\n2\n' });
    await test.sql(`COPY INTO ${t} FROM @${t}`);
    expect(await test.sql(`COPY INTO ${t} FROM @${t}`)).toEqual(NOTHING);
    const [row] = await test.sql(`COPY INTO ${t} FROM @${t} FILES = ('f.csv')`);
    expect([row![1], row![6]]).toEqual(['LOAD_SKIPPED', 'File was loaded before.']);
    expect(await test.value(`SELECT count(*) FROM ${t}`)).toBe('2');
  });

  it('loads it again with FORCE = TRUE', async () => {
    const t = await fresh('a NUMBER', { 'f.csv': '1\n' });
    await test.sql(`COPY INTO ${t} FROM @${t}`);
    await test.sql(`COPY INTO ${t} FROM @${t} FORCE = TRUE`);
    expect(await test.value(`SELECT count(*) FROM ${t}`)).toBe('2');
  });

  it('loads a file of the same name again when its content has changed', async () => {
    const t = await fresh('a NUMBER', { 'f.csv': '1\n' });
    await test.sql(`COPY INTO ${t} FROM @${t}`);
    putFiles(test, t, { 'f.csv': '2\n' });
    await test.sql(`COPY INTO ${t} FROM @${t}`);
    expect(await test.sql(`SELECT a FROM ${t} ORDER BY a`)).toEqual([['1'], ['2']]);
  });

  it('is cleared by TRUNCATE and not by DELETE', async () => {
    const t = await fresh('a NUMBER', { 'f.csv': '1\n' });
    await test.sql(`COPY INTO ${t} FROM @${t}`);
    await test.sql(`DELETE FROM ${t}`);
    expect(await test.sql(`COPY INTO ${t} FROM @${t}`)).toEqual(NOTHING);
    await test.sql(`TRUNCATE TABLE ${t}`);
    await test.sql(`COPY INTO ${t} FROM @${t}`);
    expect(await test.sql(`SELECT a FROM ${t}`)).toEqual([['1']]);
  });

  it('does not remember a failed file, and remembers a partly loaded one', async () => {
    const t = await fresh('a NUMBER', { 'bad.csv': 'x\n', 'part.csv': '1\nx\n' });
    await test.sql(`COPY INTO ${t} FROM @${t} ON_ERROR = CONTINUE`);
    const again = await test.sql(`COPY INTO ${t} FROM @${t} ON_ERROR = CONTINUE`);
    expect(again.map(([file, status]) => [file, status])).toEqual([[`${t}/bad.csv`, 'LOAD_FAILED']]);
  });

  it('belongs to the transaction: a rolled-back load can be loaded', async () => {
    const t = await fresh('a NUMBER', { 'f.csv': '1\n' });
    await test.sql('BEGIN');
    await test.sql(`COPY INTO ${t} FROM @${t}`);
    await test.sql('ROLLBACK');
    await test.sql(`COPY INTO ${t} FROM @${t}`);
    expect(await test.sql(`SELECT a FROM ${t}`)).toEqual([['1']]);
  });

  it('forgets after 64 days', async () => {
    let now = Date.now() * 1000;
    const own = await openTestEngine({ clock: () => now });
    await own.sql('CREATE TABLE t (a NUMBER)');
    await own.sql('CREATE STAGE t');
    putFiles(own, 't', { 'f.csv': '1\n' });
    await own.sql('COPY INTO t FROM @t');
    now += 63 * 86_400_000_000;
    expect(await own.sql('COPY INTO t FROM @t')).toEqual(NOTHING);
    now += 2 * 86_400_000_000;
    // Nobody can tell any more whether the file was loaded. Source: docs.snowflake.com, "Loading older files".
    expect(await own.sql('COPY INTO t FROM @t')).toEqual(NOTHING);
    await own.sql('COPY INTO t FROM @t LOAD_UNCERTAIN_FILES = TRUE');
    expect(await own.sql('SELECT a FROM t')).toEqual([['1'], ['1']]);
    await own.close();
  });

  it('survives a restart', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'globalmart-copy-'));
    const first = await openTestEngine({ dir, persistent: true });
    await first.sql('CREATE TABLE t (a NUMBER)');
    await first.sql('CREATE STAGE t');
    putFiles(first, 't', { 'f.csv': '1\n' });
    await first.sql('COPY INTO t FROM @t');
    await first.close();
    const second = await openTestEngine({ dir, persistent: true });
    expect(await second.sql('COPY INTO t FROM @t')).toEqual(NOTHING);
    expect(await second.sql('SELECT a FROM t')).toEqual([['1']]);
    await second.close();
    rmSync(dir, { recursive: true });
  });

  it('shows in COPY_HISTORY and LOAD_HISTORY', async () => {
    const t = await fresh('a NUMBER', { 'in/f.csv': '1\nx\n' });
    await test.sql(`COPY INTO ${t} FROM @${t} ON_ERROR = CONTINUE`);
    const [row] = await test.sql(
      `SELECT file_name, status, row_count, row_parsed, error_count, first_error_message, first_error_line_number, file_size, table_name, pipe_name FROM TABLE(information_schema.copy_history(TABLE_NAME => '${t}', START_TIME => DATEADD(hour, -1, CURRENT_TIMESTAMP())))`,
    );
    expect(row).toEqual([
      'in/f.csv',
      'Partially loaded',
      '1',
      '2',
      '1',
      "Numeric value 'x' is not recognized",
      '2',
      '4',
      t.toUpperCase(),
      null,
    ]);
    expect(
      await test.sql(
        `SELECT status, row_count FROM information_schema.load_history WHERE table_name = '${t.toUpperCase()}'`,
      ),
    ).toEqual([['PARTIALLY_LOADED', '1']]);
  });
});

describe('which files COPY loads', () => {
  it('those below the path that match PATTERN as a whole', async () => {
    const t = await fresh('a NUMBER', {
      'x/a1.csv': '1\n',
      'x/a2.txt': '2\n',
      'y/a1.csv': '3\n',
      'xa.csv': '4\n',
    });
    await test.sql(`COPY INTO ${t} FROM @${t}/x/ PATTERN = '.*[.]csv'`);
    expect(await test.sql(`SELECT a FROM ${t}`)).toEqual([['1']]);
    expect(await test.sql(`COPY INTO ${t} FROM @${t} PATTERN = 'a1[.]csv'`)).toEqual(NOTHING);
  });

  it('the table stage when FROM is left out', async () => {
    await test.sql('CREATE TABLE own_stage (a NUMBER)');
    expect(await test.sql('COPY INTO own_stage')).toEqual(NOTHING);
  });

  it('up to SIZE_LIMIT, but at least one', async () => {
    const t = await fresh('a NUMBER', { '1.csv': '1\n', '2.csv': '2\n', '3.csv': '3\n' });
    await test.sql(`COPY INTO ${t} FROM @${t} SIZE_LIMIT = 3`);
    expect(await test.sql(`SELECT a FROM ${t} ORDER BY a`)).toEqual([['1'], ['2']]);
  });

  it('and PURGE removes those that were loaded, keeping failed ones', async () => {
    const t = await fresh('a NUMBER', { 'good.csv': '1\n', 'bad.csv': 'x\n' });
    await test.sql(`COPY INTO ${t} FROM @${t} PURGE = TRUE ON_ERROR = SKIP_FILE`);
    expect((await test.sql(`LIST @${t}`)).map(([name]) => name)).toEqual([`${t}/bad.csv`]);
  });

  it('and RETURN_FAILED_ONLY answers with the others', async () => {
    const t = await fresh('a NUMBER', { 'good.csv': '1\n', 'bad.csv': 'x\n' });
    const rows = await test.sql(`COPY INTO ${t} FROM @${t} ON_ERROR = CONTINUE RETURN_FAILED_ONLY = TRUE`);
    expect(rows.map(([file]) => file)).toEqual([`${t}/bad.csv`]);
  });
});

describe('what COPY makes of values', () => {
  it('dates, times and binaries by the formats of the file format', async () => {
    const t = await fresh(
      'd DATE, ts TIMESTAMP_NTZ, tm TIME, b BINARY',
      { 'f.csv': '31.12.2024;2024/01/02 03:04;05.06;SGk=\n' },
      "TYPE = CSV FIELD_DELIMITER = ';' DATE_FORMAT = 'DD.MM.YYYY' TIMESTAMP_FORMAT = 'YYYY/MM/DD HH24:MI' TIME_FORMAT = 'HH24.MI' BINARY_FORMAT = BASE64",
    );
    await test.sql(`COPY INTO ${t} FROM @${t}`);
    expect(await test.sql(`SELECT d::VARCHAR, ts::VARCHAR, tm::VARCHAR, b::VARCHAR FROM ${t}`)).toEqual([
      ['2024-12-31', '2024-01-02 03:04:00.000', '05:06:00', '4869'],
    ]);
  });

  it('VARIANT columns parse JSON; an empty field is NULL there whatever EMPTY_FIELD_AS_NULL says', async () => {
    const t = await fresh(
      'a NUMBER, v VARIANT',
      { 'f.csv': '1,"{""b"": 2, ""a"": [1]}"\n2,""\n' },
      `TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '"' EMPTY_FIELD_AS_NULL = FALSE`,
    );
    await test.sql(`COPY INTO ${t} FROM @${t}`);
    expect(await test.sql(`SELECT v FROM ${t} ORDER BY a`)).toEqual([['{"a":[1],"b":2}'], [null]]);
  });

  it('columns that are not listed get their defaults, and numbers from AUTOINCREMENT', async () => {
    const t = await fresh("id NUMBER AUTOINCREMENT, a NUMBER, b VARCHAR DEFAULT 'none'", {
      'f.csv': '7\n8\n',
    });
    await test.sql(`COPY INTO ${t} (a) FROM @${t}`);
    expect(await test.sql(`SELECT id, a, b FROM ${t} ORDER BY id`)).toEqual([
      ['1', '7', 'none'],
      ['2', '8', 'none'],
    ]);
  });

  it('a transformation computes, reorders and adds metadata', async () => {
    const t = await fresh(
      'name VARCHAR, amount NUMBER(10,2), file VARCHAR, row_number NUMBER',
      { 'in/f.csv': 'h,h\n1.5,a\n2.5,b\n' },
      'TYPE = CSV SKIP_HEADER = 1',
    );
    await test.sql(
      `COPY INTO ${t} FROM (SELECT UPPER(s.$2), $1::NUMBER(10,2) * 2, METADATA$FILENAME, METADATA$FILE_ROW_NUMBER FROM @${t} s)`,
    );
    expect(await test.sql(`SELECT * FROM ${t} ORDER BY 1`)).toEqual([
      ['A', '3.00', 'in/f.csv', '1'],
      ['B', '5.00', 'in/f.csv', '2'],
    ]);
  });

  it.each([
    ['WHERE', 'SELECT $1 FROM @s WHERE $1 > 1'],
    ['LIMIT', 'SELECT $1 FROM @s LIMIT 1'],
    ['ORDER BY', 'SELECT $1 FROM @s ORDER BY 1'],
    ['GROUP BY', 'SELECT $1 FROM @s GROUP BY 1'],
    ['a join', 'SELECT a.$1 FROM @s a, @s b'],
  ])('a transformation with %s is refused', async (_, query) => {
    await test.sql('CREATE TABLE IF NOT EXISTS refused (a NUMBER)');
    await test.sql('CREATE STAGE IF NOT EXISTS s');
    const error = await test.error(`COPY INTO refused FROM (${query})`);
    expect(error.message).toContain(
      'COPY statement only supports simple SELECT from stage statements for import.',
    );
  });

  it('an unknown option is refused by name', async () => {
    const t = await fresh('a NUMBER', { 'f.csv': '1\n' });
    expect((await test.error(`COPY INTO ${t} FROM @${t} SKIP_ERRORS = TRUE`)).message).toContain(
      "'SKIP_ERRORS'",
    );
  });
});

describe('MATCH_BY_COLUMN_NAME', () => {
  it('finds CSV fields by the header, in any order, and fills the rest with NULL', async () => {
    const t = await fresh(
      'id NUMBER, name VARCHAR, extra VARCHAR',
      { 'f.csv': 'Name,ID,other\na,1,x\nb,2,y\n' },
      'TYPE = CSV PARSE_HEADER = TRUE',
    );
    await test.sql(`COPY INTO ${t} FROM @${t} MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE`);
    expect(await test.sql(`SELECT * FROM ${t} ORDER BY id`)).toEqual([
      ['1', 'a', null],
      ['2', 'b', null],
    ]);
  });

  it('finds keys of JSON documents, whatever their case', async () => {
    const t = await fresh(
      'id NUMBER, name VARCHAR, tags ARRAY',
      { 'f.json': '{"Id":1,"name":"a","tags":[1]}\n{"id":2}\n' },
      'TYPE = JSON',
    );
    await test.sql(`COPY INTO ${t} FROM @${t} MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE`);
    expect(await test.sql(`SELECT * FROM ${t} ORDER BY id`)).toEqual([
      ['1', 'a', '[1]'],
      ['2', null, null],
    ]);
  });

  it('needs the exact name with CASE_SENSITIVE', async () => {
    const t = await fresh('"id" NUMBER, NAME VARCHAR', { 'f.json': '{"id":1,"name":"a"}\n' }, 'TYPE = JSON');
    await test.sql(`COPY INTO ${t} FROM @${t} MATCH_BY_COLUMN_NAME = CASE_SENSITIVE`);
    expect(await test.sql(`SELECT * FROM ${t}`)).toEqual([['1', null]]);
  });

  it('adds metadata by INCLUDE_METADATA', async () => {
    const t = await fresh(
      'id NUMBER, source VARCHAR, line NUMBER',
      { 'f.json': '{"id":1}\n{"id":2}\n' },
      'TYPE = JSON',
    );
    await test.sql(
      `COPY INTO ${t} FROM @${t} MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE INCLUDE_METADATA = (source = METADATA$FILENAME, line = METADATA$FILE_ROW_NUMBER)`,
    );
    expect(await test.sql(`SELECT * FROM ${t} ORDER BY id`)).toEqual([
      ['1', 'f.json', '1'],
      ['2', 'f.json', '2'],
    ]);
  });
});

describe('JSON files', () => {
  const loads: [string, string, Record<string, string | Buffer>, string[]][] = [
    ['one document a line', '', { 'f.json': '{"b":1,"a":2}\n[1]\n"x"\n' }, ['{"a":2,"b":1}', '[1]', '"x"']],
    ['documents over several lines', '', { 'f.json': '{\n  "a": 1\n}\n{ "a": 2 }' }, ['{"a":1}', '{"a":2}']],
    ['an outer array as one document', '', { 'f.json': '[{"a":1},{"a":2}]' }, ['[{"a":1},{"a":2}]']],
    [
      'the elements of an outer array with STRIP_OUTER_ARRAY',
      'STRIP_OUTER_ARRAY = TRUE',
      { 'f.json': '[{"a":1},\n {"a":2}]\n' },
      ['{"a":1}', '{"a":2}'],
    ],
    [
      'no nulls with STRIP_NULL_VALUES',
      'STRIP_NULL_VALUES = TRUE',
      { 'f.json': '{"a":null,"b":[1,null],"c":1.50}' },
      ['{"b":[1],"c":1.50}'],
    ],
    [
      'the last of equal keys with ALLOW_DUPLICATE',
      'ALLOW_DUPLICATE = TRUE',
      { 'f.json': '{"a":1,"a":2}' },
      ['{"a":2}'],
    ],
    ['gzip', '', { 'f.json.gz': gzipSync('{"a":1}\n') }, ['{"a":1}']],
    ['zstd', '', { 'f.json.zst': zstdCompressSync('{"a":1}\n') }, ['{"a":1}']],
    ['gzip under a name that does not say so', '', { 'f.json': gzipSync('{"a":1}\n') }, ['{"a":1}']],
    ['a byte order mark and blank lines', '', { 'f.json': '\ufeff\n{"a":1}\n\n' }, ['{"a":1}']],
    [
      'large numbers exactly',
      '',
      { 'f.json': '{"a":12345678901234567890123456789}' },
      ['{"a":12345678901234567890123456789}'],
    ],
  ];
  it.each(loads)('load %s', async (_, options, files, documents) => {
    const t = await fresh('v VARIANT', files, `TYPE = JSON ${options}`);
    await test.sql(`COPY INTO ${t} FROM @${t}`);
    const rows = (await test.sql(`SELECT v FROM ${t}`)).map(([v]) => v!.replace('1.50', '1.50'));
    expect(rows.map((row) => row.replace('1.50', '1.5'))).toEqual(
      documents.map((text) => text.replace('1.50', '1.5')),
    );
  });

  it('go to one column of a semi-structured type only', async () => {
    const t = await fresh('a VARCHAR', { 'f.json': '{}' }, 'TYPE = JSON');
    expect((await test.error(`COPY INTO ${t} FROM @${t}`)).message).toContain(
      'JSON file format can produce one and only one column of type variant, object, or array.',
    );
  });

  it('are loaded up to a bad document under CONTINUE, and fail otherwise', async () => {
    const t = await fresh('v VARIANT', { 'f.json': '{"a":1}\n{"a":oops}\n{"a":3}\n' }, 'TYPE = JSON');
    const error = await test.error(`COPY INTO ${t} FROM @${t}`);
    expect(error.code).toBe('100069');
    expect(error.message).toMatch(/^Error parsing JSON: .*\n {2}File 'f.json', line 2/);
    const [row] = await test.sql(`COPY INTO ${t} FROM @${t} ON_ERROR = CONTINUE`);
    expect(row!.slice(1, 6)).toEqual(['PARTIALLY_LOADED', '2', '1', '2', '1']);
    expect(await test.sql(`SELECT v FROM ${t}`)).toEqual([['{"a":1}']]);
  });

  it('end the statement at a value that does not convert, even under CONTINUE', async () => {
    const t = await fresh('a NUMBER', { 'f.json': '{"a":1}\n{"a":"x"}\n' }, 'TYPE = JSON');
    const statement = `COPY INTO ${t} FROM (SELECT $1:a::NUMBER FROM @${t})`;
    expect((await test.error(`${statement} ON_ERROR = CONTINUE`)).message).toContain(
      'Failed to cast variant value "x" to FIXED',
    );
    const [row] = await test.sql(`${statement} ON_ERROR = SKIP_FILE`);
    expect(row!.slice(1, 4)).toEqual(['LOAD_FAILED', '2', '0']);
  });
});
