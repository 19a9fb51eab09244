import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';
import { putFiles } from '../../../../support/stage.ts';

let db: TestEngine;
const dir = mkdtempSync(join(tmpdir(), 'globalmart-infer-'));

beforeAll(async () => {
  db = await openTestEngine();
  await db.sql('CREATE STAGE files');
  await db.sql('CREATE FILE FORMAT p TYPE = PARQUET');
  await db.sql('CREATE FILE FORMAT j TYPE = JSON');
  await db.sql('CREATE FILE FORMAT c TYPE = CSV PARSE_HEADER = TRUE');
  await db.sql('CREATE FILE FORMAT plain TYPE = CSV');
  const csv = 'id,price,day,ok,name\n1,2.50,2026-01-02,true,a\n200,10,2026-01-03,false,b\n';
  const json = '{"a": 1, "b": "x", "c": [1]}\n{"a": 2.5, "b": null}\n';
  const made = join(dir, 'made.parquet');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT 'x' AS name, 1.5::DECIMAL(6,2) AS price, DATE '2026-01-01' AS day) TO '${made}' (FORMAT parquet)`,
  );
  putFiles(db, 'files', { 'rows.csv': csv, 'rows.json': json, 'rows.parquet': readFileSync(made) });
});
afterAll(async () => {
  await db.close();
  rmSync(dir, { recursive: true, force: true });
});

const infer = (file: string, format: string, more = '') =>
  db.sql(
    `SELECT column_name, type, nullable, expression, order_id FROM TABLE(INFER_SCHEMA(LOCATION => '@files/${file}', FILE_FORMAT => '${format}'${more})) ORDER BY order_id`,
  );

// docs.snowflake.com/en/sql-reference/functions/infer_schema
describe('INFER_SCHEMA', () => {
  test('of CSV with a header', async () => {
    expect(await infer('rows.csv', 'c')).toEqual([
      ['id', 'NUMBER(3, 0)', '1', '$1::NUMBER(3, 0)', '0'],
      ['price', 'NUMBER(4, 2)', '1', '$2::NUMBER(4, 2)', '1'],
      ['day', 'DATE', '1', '$3::DATE', '2'],
      ['ok', 'BOOLEAN', '1', '$4::BOOLEAN', '3'],
      ['name', 'TEXT', '1', '$5::TEXT', '4'],
    ]);
  });

  test('of CSV without one names the columns c1, c2, …; IGNORE_CASE makes them upper case', async () => {
    expect((await infer('rows.csv', 'plain')).map(([name, type]) => [name, type])[0]).toEqual(['c1', 'TEXT']);
    expect((await infer('rows.csv', 'c', ', IGNORE_CASE => TRUE'))[1]![0]).toBe('PRICE');
  });

  test('of Parquet', async () => {
    expect((await infer('rows.parquet', 'p')).map(([name, , , expression]) => [name, expression])).toEqual([
      ['name', '$1:name::TEXT'],
      ['price', '$1:price::NUMBER(6, 2)'],
      ['day', '$1:day::DATE'],
    ]);
  });

  test('of JSON', async () => {
    expect((await infer('rows.json', 'j')).map((row) => row.slice(0, 4))).toEqual([
      ['a', 'NUMBER(2, 1)', '0', '$1:a::NUMBER(2, 1)'],
      ['b', 'TEXT', '1', '$1:b::TEXT'],
      ['c', 'ARRAY', '1', '$1:c::ARRAY'],
    ]);
  });

  test('refuses what it does not know by name', async () => {
    const error = await db.error(
      "SELECT * FROM TABLE(INFER_SCHEMA(LOCATION => '@files', FILE_FORMAT => 'c', KIND => 'ICEBERG'))",
    );
    expect(error.code).toBe('999001');
    expect((await db.error("SELECT * FROM TABLE(INFER_SCHEMA(LOCATION => '@files'))")).code).toBe('001015');
    expect(
      (await db.error("SELECT * FROM TABLE(INFER_SCHEMA(LOCATION => '@nope', FILE_FORMAT => 'c'))")).code,
    ).toBe('002003');
  });
});

// docs.snowflake.com/en/sql-reference/sql/create-table#create-table-using-template
describe('CREATE TABLE … USING TEMPLATE', () => {
  test('makes the columns that INFER_SCHEMA finds', async () => {
    await db.sql(
      "CREATE TABLE made USING TEMPLATE (SELECT ARRAY_AGG(OBJECT_CONSTRUCT(*)) WITHIN GROUP (ORDER BY order_id) FROM TABLE(INFER_SCHEMA(LOCATION => '@files/rows.csv', FILE_FORMAT => 'c', IGNORE_CASE => TRUE)))",
    );
    expect((await db.sql('DESCRIBE TABLE made')).map(([name, type]) => [name, type])).toEqual([
      ['ID', 'NUMBER(3,0)'],
      ['PRICE', 'NUMBER(4,2)'],
      ['DAY', 'DATE'],
      ['OK', 'BOOLEAN'],
      ['NAME', 'VARCHAR(16777216)'],
    ]);
  });

  test('keeps the case of names without IGNORE_CASE', async () => {
    await db.sql(
      "CREATE TABLE cased USING TEMPLATE (SELECT ARRAY_AGG(OBJECT_CONSTRUCT(*)) FROM TABLE(INFER_SCHEMA(LOCATION => '@files/rows.json', FILE_FORMAT => 'j')))",
    );
    expect((await db.sql('DESCRIBE TABLE cased')).map(([name]) => name)).toEqual(['a', 'b', 'c']);
  });

  test('needs an array of objects', async () => {
    expect((await db.error("CREATE TABLE bad USING TEMPLATE (SELECT 'x')")).message).toMatch(
      /USING TEMPLATE|Invalid/,
    );
    expect((await db.error('CREATE TABLE bad USING TEMPLATE (SELECT ARRAY_CONSTRUCT())')).code).toBe(
      '002026',
    );
  });
});
