import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';
import { putFiles } from '../../../../support/stage.ts';

// Source: docs.snowflake.com, "Directory tables", ALTER STAGE, CREATE STREAM … ON STAGE.
let t: TestEngine;
beforeEach(async () => {
  t = await openTestEngine();
  await t.sql('CREATE STAGE s DIRECTORY = (ENABLE = TRUE)');
});
afterEach(() => t.close());

const paths = async (): Promise<string[]> =>
  (await t.sql('SELECT RELATIVE_PATH FROM DIRECTORY(@s) ORDER BY 1')).map(([path]) => path!);

test('a directory lists what REFRESH has seen, with its documented columns', async () => {
  await putFiles(t, 's', { 'a/1.csv': '1\n', 'b/2.csv': '22\n' });
  expect(await paths()).toEqual([]);
  expect(await t.sql('ALTER STAGE s REFRESH')).toEqual([
    ['a/1.csv', 'REGISTERED_NEW', 'File registered successfully.'],
    ['b/2.csv', 'REGISTERED_NEW', 'File registered successfully.'],
  ]);
  expect(
    await t.sql('SELECT RELATIVE_PATH, SIZE, MD5, ETAG = MD5, FILE_URL FROM DIRECTORY(@s) WHERE SIZE > 2'),
  ).toEqual([
    [
      'b/2.csv',
      '3',
      expect.stringMatching(/^[0-9a-f]{32}$/),
      '1',
      'https://local.snowflakecomputing.com/api/files/D/PUBLIC/S/b/2.csv',
    ],
  ]);
  const columns = (await t.session.execute('SELECT * FROM DIRECTORY(@s)')).columns.map(({ name }) => name);
  expect(columns).toEqual(['RELATIVE_PATH', 'SIZE', 'LAST_MODIFIED', 'MD5', 'ETAG', 'FILE_URL']);
});

test('REFRESH tells new, changed and gone files, below SUBPATH only', async () => {
  await putFiles(t, 's', { 'a/1.csv': '1\n', 'b/2.csv': '2\n' });
  await t.sql('ALTER STAGE s REFRESH');
  await putFiles(t, 's', { 'a/1.csv': 'changed\n', 'b/3.csv': '3\n' });
  await t.sql('REMOVE @s/b/2.csv');
  expect(await t.sql("ALTER STAGE s REFRESH SUBPATH = 'b/'")).toEqual([
    ['b/3.csv', 'REGISTERED_NEW', 'File registered successfully.'],
    ['b/2.csv', 'UNREGISTERED', 'File unregistered successfully.'],
  ]);
  expect(await t.sql('ALTER STAGE s REFRESH')).toEqual([
    ['a/1.csv', 'REGISTERED_UPDATE', 'File metadata updated successfully.'],
  ]);
  expect(await t.sql('ALTER STAGE s REFRESH')).toEqual([]);
  expect(await paths()).toEqual(['a/1.csv', 'b/3.csv']);
});

test('a stream on a stage shows the files that came and went', async () => {
  await t.sql('CREATE STREAM st ON STAGE s');
  await putFiles(t, 's', { '1.csv': '1\n', '2.csv': '2\n' });
  expect(await t.value("SELECT SYSTEM$STREAM_HAS_DATA('st')")).toBe('0');
  await t.sql('ALTER STAGE s REFRESH');
  const changes = 'SELECT RELATIVE_PATH, METADATA$ACTION, METADATA$ISUPDATE FROM st ORDER BY 1, 2';
  expect(await t.sql(changes)).toEqual([
    ['1.csv', 'INSERT', '0'],
    ['2.csv', 'INSERT', '0'],
  ]);
  await t.sql('CREATE TABLE seen AS SELECT RELATIVE_PATH FROM st');
  await putFiles(t, 's', { '1.csv': 'new\n' });
  await t.sql('REMOVE @s/2.csv');
  await t.sql('ALTER STAGE s REFRESH');
  expect(await t.sql(changes)).toEqual([
    ['1.csv', 'DELETE', '1'],
    ['1.csv', 'INSERT', '1'],
    ['2.csv', 'DELETE', '0'],
  ]);
  await t.sql('SHOW STREAMS');
  expect(await t.sql('SELECT "table_name", "source_type" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))')).toEqual([
    ['D.PUBLIC.S', 'Stage'],
  ]);
});

test('a stage without a directory has none to read, refresh or stream', async () => {
  await t.sql('CREATE STAGE plain');
  for (const sql of [
    'SELECT * FROM DIRECTORY(@plain)',
    'ALTER STAGE plain REFRESH',
    'CREATE STREAM x ON STAGE plain',
  ])
    expect((await t.error(sql)).message, sql).toContain('does not have a directory table enabled');
  await t.sql('ALTER STAGE plain SET DIRECTORY = (ENABLE = TRUE)');
  expect(await t.sql('SELECT * FROM DIRECTORY(@plain)')).toEqual([]);
  expect((await t.error('SELECT * FROM DIRECTORY(@nothing)')).message).toContain("Stage 'D.PUBLIC.NOTHING'");
});

test('directories are in no list of tables', async () => {
  expect(await t.sql('SHOW TABLES IN ACCOUNT')).toEqual([]);
  expect(await t.sql('SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES')).not.toContainEqual(['S']);
});

// Source: docs.snowflake.com, File functions.
test('file functions compute paths and URLs of a stage', async () => {
  await t.sql("CREATE STAGE ext URL = 's3://bucket/data'");
  expect(await t.value('SELECT GET_STAGE_LOCATION(@ext)')).toBe('s3://bucket/data/');
  expect(await t.value("SELECT GET_ABSOLUTE_PATH(@ext, 'us/x.jpg')")).toBe('s3://bucket/data/us/x.jpg');
  expect(await t.value("SELECT GET_RELATIVE_PATH(@ext, 's3://bucket/data/us/x.jpg')")).toBe('us/x.jpg');
  expect(await t.value("SELECT BUILD_STAGE_FILE_URL(@d.public.s, 'us/x.jpg')")).toBe(
    'https://local.snowflakecomputing.com/api/files/D/PUBLIC/S/us/x.jpg',
  );
  expect((await t.error("SELECT GET_RELATIVE_PATH(@ext, 's3://other/x')")).code).toBe('091042');
  for (const name of ['GET_PRESIGNED_URL', 'BUILD_SCOPED_FILE_URL'])
    expect((await t.error(`SELECT ${name}(@s, 'x')`)).code).toBe('999001');
});
