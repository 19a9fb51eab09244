import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';
import { putFiles } from '../../../../support/stage.ts';

let test: TestEngine;
let count = 0;
beforeAll(async () => {
  test = await openTestEngine();
});
afterAll(() => test.close());

/** A Parquet file made from a query by DuckDB itself. */
async function parquet(query: string): Promise<Buffer> {
  const dir = mkdtempSync(join(tmpdir(), 'globalmart-parquet-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`COPY (${query}) TO '${join(dir, 'f.parquet')}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  const content = readFileSync(join(dir, 'f.parquet'));
  rmSync(dir, { recursive: true });
  return content;
}

async function stage(files: Record<string, Buffer>, options = ''): Promise<string> {
  const name = `p${++count}`;
  await test.sql(`CREATE STAGE ${name} FILE_FORMAT = (TYPE = PARQUET ${options})`);
  putFiles(test, name, files);
  return name;
}

const typed = `SELECT 1::BIGINT AS id, 12345678901234567890.12::DECIMAL(22,2) AS amount, 0.1::DOUBLE AS ratio, 'x' AS name, DATE '2024-02-29' AS day,
  TIMESTAMP '2024-01-02 03:04:05.123456' AS at, TIMESTAMPTZ '2024-01-02 03:04:05.123456+00' AS instant, true AS flag, TIME '01:02:03' AS tm, [1,2] AS list, {'k': 'v'} AS struct, 'ab'::BLOB AS bytes
  UNION ALL SELECT 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL`;

describe('Parquet files', () => {
  it('give typed values exactly by $1:name', async () => {
    const s = await stage({ 'f.parquet': await parquet(typed) });
    expect(
      await test.sql(
        `SELECT $1:id::NUMBER(19,0), $1:amount::NUMBER(22,2), $1:ratio::FLOAT, $1:name::VARCHAR, $1:day::DATE::VARCHAR, $1:at::TIMESTAMP_NTZ(6)::VARCHAR, $1:flag::BOOLEAN::VARCHAR, $1:list[1]::NUMBER, $1:struct:k::VARCHAR, $1:bytes::VARCHAR FROM @${s} ORDER BY 1`,
      ),
    ).toEqual([
      [
        '1',
        '12345678901234567890.12',
        '0.1',
        'x',
        '2024-02-29',
        '2024-01-02 03:04:05.123',
        'true',
        '2',
        'v',
        'ab',
      ],
      ['2', null, null, null, null, null, null, null, null, null],
    ]);
  });

  it('give an instant in any session time zone with USE_LOGICAL_TYPE, and UTC wall-clock time without', async () => {
    const file = await parquet(typed);
    const logical = await stage({ 'f.parquet': file }, 'USE_LOGICAL_TYPE = TRUE');
    const plain = await stage({ 'f.parquet': file });
    await test.sql("ALTER SESSION SET TIMEZONE = 'America/Los_Angeles'");
    const query = 'SELECT $1:instant::TIMESTAMP_LTZ = ';
    expect(
      await test.value(
        `${query} '2024-01-02 03:04:05.123456 +0000'::TIMESTAMP_LTZ FROM @${logical} WHERE $1:id::NUMBER = 1`,
      ),
    ).toBe('1');
    expect(
      await test.value(
        `SELECT $1:instant::TIMESTAMP_NTZ = '2024-01-02 03:04:05.123456'::TIMESTAMP_NTZ FROM @${plain} WHERE $1:id::NUMBER = 1`,
      ),
    ).toBe('1');
    await test.sql("ALTER SESSION SET TIMEZONE = 'UTC'");
  });

  it('are rows of one OBJECT with its keys in order', async () => {
    const s = await stage({ 'f.parquet': await parquet("SELECT 2 AS b, 'x' AS a, DATE '2024-01-01' AS d") });
    expect(await test.sql(`SELECT $1, METADATA$FILENAME, METADATA$FILE_ROW_NUMBER FROM @${s}`)).toEqual([
      ['{"a":"x","b":2,"d":"2024-01-01"}', 'f.parquet', '1'],
    ]);
  });

  it('with different columns are read together: what a file lacks is NULL', async () => {
    const s = await stage({
      'a.parquet': await parquet('SELECT 1 AS id, 10::INTEGER AS n'),
      'b.parquet': await parquet("SELECT 2 AS id, 2.5::DECIMAL(4,2) AS n, 'new' AS extra"),
    });
    expect(
      await test.sql(
        `SELECT $1:id::NUMBER, $1:n::NUMBER(6,2), $1:extra::VARCHAR, METADATA$FILENAME FROM @${s} ORDER BY 1`,
      ),
    ).toEqual([
      ['1', '10.00', null, 'a.parquet'],
      ['2', '2.50', 'new', 'b.parquet'],
    ]);
  });

  it('are loaded by a transformation with one result row per file', async () => {
    const s = await stage({
      'x/a.parquet': await parquet('SELECT range AS id FROM range(1000)'),
      'x/b.parquet': await parquet('SELECT range AS id FROM range(1000, 1500)'),
    });
    await test.sql(`CREATE TABLE ${s} (id NUMBER(19,0), file VARCHAR, line NUMBER)`);
    const rows = await test.sql(
      `COPY INTO ${s} FROM (SELECT $1:id::NUMBER(19,0), METADATA$FILENAME, METADATA$FILE_ROW_NUMBER FROM @${s}/x/)`,
    );
    expect(rows.map((row) => row.slice(0, 4))).toEqual([
      [`${s}/x/a.parquet`, 'LOADED', '1000', '1000'],
      [`${s}/x/b.parquet`, 'LOADED', '500', '500'],
    ]);
    expect(
      await test.sql(`SELECT count(*), sum(id), max(line) FROM ${s} WHERE file = 'x/b.parquet'`),
    ).toEqual([['500', '624750', '500']]);
  });

  it('fail alone when they are not whole', async () => {
    const good = await parquet('SELECT 1 AS id');
    const s = await stage({ 'bad.parquet': good.subarray(0, good.length - 20), 'good.parquet': good });
    await test.sql(`CREATE TABLE ${s} (id NUMBER)`);
    const statement = `COPY INTO ${s} FROM @${s} MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE`;
    expect((await test.error(statement)).message).toContain("Parquet file 'bad.parquet' could not be read");
    const rows = await test.sql(`${statement} ON_ERROR = SKIP_FILE`);
    expect(rows.map((row) => row.slice(1, 4))).toEqual([
      ['LOAD_FAILED', '0', '0'],
      ['LOADED', '1', '1'],
    ]);
  });

  it('end the statement at a value that does not convert; SKIP_FILE leaves that file out', async () => {
    const s = await stage({
      'a.parquet': await parquet("SELECT 'x' AS v"),
      'b.parquet': await parquet("SELECT '2' AS v"),
    });
    await test.sql(`CREATE TABLE ${s} (v NUMBER)`);
    const statement = `COPY INTO ${s} FROM (SELECT $1:v::NUMBER FROM @${s})`;
    expect((await test.error(`${statement} ON_ERROR = CONTINUE`)).message).toContain(
      "Numeric value 'x' is not recognized",
    );
    const rows = await test.sql(`${statement} ON_ERROR = SKIP_FILE`);
    expect(rows.map((row) => row.slice(1, 4))).toEqual([
      ['LOAD_FAILED', '1', '0'],
      ['LOADED', '1', '1'],
    ]);
    expect(await test.sql(`SELECT v FROM ${s}`)).toEqual([['2']]);
  });

  it('named with pattern characters and quotes are read as themselves', async () => {
    const s = await stage({
      "it's [a]*?.parquet": await parquet('SELECT 1 AS id'),
      'a.parquet': await parquet('SELECT 2 AS id'),
    });
    expect(await test.sql(`SELECT METADATA$FILENAME, $1:id::NUMBER FROM @${s} ORDER BY 2`)).toEqual([
      ["it's [a]*?.parquet", '1'],
      ['a.parquet', '2'],
    ]);
  });
});

// Source: docs.snowflake.com, COPY INTO <location>.
describe('COPY INTO a location', () => {
  beforeAll(async () => {
    await test.sql('CREATE TABLE source (id NUMBER, name VARCHAR, v VARIANT)');
    await test.sql(
      `INSERT INTO source SELECT 1, 'a,"b"', PARSE_JSON('{"k":1}') UNION ALL SELECT 2, NULL, NULL`,
    );
  });

  it('writes gzipped CSV files named data_…, which COPY reads back', async () => {
    const s = await stage({});
    const format = `FILE_FORMAT = (TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '"')`;
    expect(await test.sql(`COPY INTO @${s}/csv/ FROM (SELECT id, name FROM source) ${format}`)).toMatchObject(
      [['2', expect.any(String), expect.any(String)]],
    );
    expect((await test.sql(`LIST @${s}`)).map(([name]) => name)).toEqual([`${s}/csv/data_0_0_0.csv.gz`]);
    await test.sql(`CREATE TABLE back${count} (id NUMBER, name VARCHAR)`);
    await test.sql(`COPY INTO back${count} FROM @${s}/csv/ ${format}`);
    expect(await test.sql(`SELECT * FROM back${count} ORDER BY id`)).toEqual([
      ['1', 'a,"b"'],
      ['2', null],
    ]);
  });

  it('writes one file of the given name with SINGLE, with a header, not compressed', async () => {
    const s = await stage({});
    await test.sql(
      `COPY INTO @${s}/out.csv FROM source SINGLE = TRUE HEADER = TRUE FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE FIELD_DELIMITER = '|')`,
    );
    await test.sql(
      'CREATE FILE FORMAT lines TYPE = CSV FIELD_DELIMITER = NONE ESCAPE_UNENCLOSED_FIELD = NONE',
    );
    expect(await test.sql(`SELECT $1 FROM @${s}/out.csv (FILE_FORMAT => lines)`)).toEqual([
      ['ID|NAME|V'],
      ['1|a,"b"|{"k":1}'],
      ['2|\\N|\\N'],
    ]);
  });

  it('refuses to write over a file without OVERWRITE', async () => {
    const s = await stage({});
    const statement = `COPY INTO @${s}/x/ FROM source FILE_FORMAT = (TYPE = CSV)`;
    await test.sql(statement);
    expect((await test.error(statement)).message).toContain(
      'Files already existing at the unload destination',
    );
    await test.sql(`${statement} OVERWRITE = TRUE`);
  });

  it('writes JSON documents and Parquet with its columns', async () => {
    const s = await stage({});
    await test.sql(`COPY INTO @${s}/j/ FROM (SELECT v FROM source) FILE_FORMAT = (TYPE = JSON)`);
    await test.sql(`CREATE FILE FORMAT json${count} TYPE = JSON`);
    expect(await test.sql(`SELECT $1 FROM @${s}/j/ (FILE_FORMAT => json${count})`)).toEqual([['{"k":1}']]);
    await test.sql(`COPY INTO @${s}/p/ FROM source HEADER = TRUE FILE_FORMAT = (TYPE = PARQUET)`);
    expect(await test.sql(`SELECT $1:ID::NUMBER, $1:NAME::VARCHAR FROM @${s}/p/ ORDER BY 1`)).toEqual([
      ['1', 'a,"b"'],
      ['2', null],
    ]);
  });

  it('splits by PARTITION BY into folders', async () => {
    const s = await stage({});
    await test.sql(
      `COPY INTO @${s}/by/ FROM source PARTITION BY ('id=' || id) FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE) DETAILED_OUTPUT = TRUE`,
    );
    const names = (await test.sql(`LIST @${s}`)).map(([name]) => name!.replace(/[0-9a-f-]{36}/, 'ID'));
    expect(names).toEqual([`${s}/by/id=1/data_ID_0_0_0.csv`, `${s}/by/id=2/data_ID_0_0_0.csv`]);
  });

  it('splits by MAX_FILE_SIZE and loses no row', async () => {
    const s = await stage({});
    await test.sql(
      `COPY INTO @${s}/n/ FROM (SELECT SEQ4() AS n FROM TABLE(GENERATOR(ROWCOUNT => 5000))) MAX_FILE_SIZE = 5000 FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE)`,
    );
    await test.sql(`CREATE FILE FORMAT n${count} TYPE = CSV`);
    expect((await test.sql(`LIST @${s}`)).length).toBeGreaterThan(3);
    expect(
      await test.sql(`SELECT count(*), count(DISTINCT $1) FROM @${s}/n/ (FILE_FORMAT => n${count})`),
    ).toEqual([['5000', '5000']]);
  });
});
