import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  autoRefreshesIdle,
  refreshOnObjectCreated,
} from '../../../../../actions/local-stack/snowflake/engine/external-tables/auto-refresh.ts';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';
import { type AwsServer, BUCKET, credentials, openAwsServer, region } from '../../../aws/aws-server.ts';

let aws: AwsServer;
let test: TestEngine;
let count = 0;

beforeAll(async () => {
  aws = await openAwsServer({ onObjectCreated: (event) => refreshOnObjectCreated(test.engine, event) });
  test = await openTestEngine({ s3: { endpoint: aws.url, region, ...credentials } });
});
afterAll(async () => {
  await autoRefreshesIdle(test.engine);
  await test.close();
  await aws.close();
  rmSync(aws.root, { recursive: true, force: true });
});

async function putObject(key: string, body: string): Promise<void> {
  await aws.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
}
async function deleteObject(key: string): Promise<void> {
  await aws.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));
}

/** A stage over s3://lake/e<n>/ and its name. */
async function stage(): Promise<string> {
  const name = `e${++count}`;
  await test.sql(`CREATE STAGE ${name} URL = 's3://${BUCKET}/${name}/'`);
  return name;
}

/** An external table of its stage's name over CSV files of a number and a text, as of what the stage holds. */
async function sales(files: Record<string, string>): Promise<string> {
  const name = await stage();
  for (const [path, body] of Object.entries(files)) await putObject(`${name}/${path}`, body);
  await test.sql(
    `CREATE EXTERNAL TABLE ${name} (id INT AS (VALUE:c1::INT), item VARCHAR AS (VALUE:c2::VARCHAR))
     LOCATION = @${name} AUTO_REFRESH = FALSE FILE_FORMAT = (TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '"')`,
  );
  return name;
}

// Source: docs.snowflake.com, "Introduction to external tables", CREATE EXTERNAL TABLE, ALTER EXTERNAL TABLE.
describe('an external table', () => {
  it('reads CSV files as VALUE with c1, c2, …, its own columns, and where each row comes from', async () => {
    const t = await sales({ 'in/a.csv': '1,pen\n2,"red, ink"\n', 'b.csv': '3,cup\n' });
    expect(await test.sql(`SELECT * FROM ${t} ORDER BY id`)).toEqual([
      ['{"c1":"1","c2":"pen"}', '1', 'pen'],
      ['{"c1":"2","c2":"red, ink"}', '2', 'red, ink'],
      ['{"c1":"3","c2":"cup"}', '3', 'cup'],
    ]);
    expect(
      await test.sql(`SELECT METADATA$FILENAME, METADATA$FILE_ROW_NUMBER, item FROM ${t} ORDER BY 1, 2`),
    ).toEqual([
      [`${t}/b.csv`, '1', 'cup'],
      [`${t}/in/a.csv`, '1', 'pen'],
      [`${t}/in/a.csv`, '2', 'red, ink'],
    ]);
  });

  it('has a field for every column of its widest record, and none is lost below a narrower header', async () => {
    const name = await stage();
    await putObject(`${name}/w.csv`, 'a,b\n1,2,3\n4\n');
    await test.sql(
      `CREATE EXTERNAL TABLE ${name} LOCATION = @${name} FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1)`,
    );
    expect(
      await test.sql(`SELECT VALUE:c1::INT, VALUE:c2::INT, VALUE:c3::INT FROM ${name} ORDER BY 1`),
    ).toEqual([
      ['1', '2', '3'],
      ['4', null, null],
    ]);
  });

  it('reads JSON documents and Parquet rows as VALUE', async () => {
    const name = await stage();
    await putObject(`${name}/json/a.json`, '{"id":1,"tags":["x"]}\n{"id":2}\n');
    await test.sql(
      `CREATE EXTERNAL TABLE ${name}_j (id INT AS (VALUE:id::INT), tag VARCHAR AS VALUE:tags[0]::VARCHAR)
       WITH LOCATION = @${name}/json/ FILE_FORMAT = (TYPE = JSON)`,
    );
    expect(await test.sql(`SELECT id, tag FROM ${name}_j ORDER BY id`)).toEqual([
      ['1', 'x'],
      ['2', null],
    ]);
    await test.sql(
      `COPY INTO @${name}/parquet/p.parquet FROM (SELECT 7 AS id, DATE '2026-01-31' AS day) FILE_FORMAT = (TYPE = PARQUET) SINGLE = TRUE HEADER = TRUE`,
    );
    await test.sql(
      `CREATE EXTERNAL TABLE ${name}_p (id INT AS (VALUE:ID::INT), day DATE AS (VALUE:DAY::DATE))
       LOCATION = @${name}/parquet FILE_FORMAT = (TYPE = PARQUET)`,
    );
    expect(
      await test.sql(`SELECT id, day::VARCHAR, METADATA$FILENAME, METADATA$FILE_ROW_NUMBER FROM ${name}_p`),
    ).toEqual([['7', '2026-01-31', `${name}/parquet/p.parquet`, '1']]);
  });

  it('has partition columns told from the files’ names, and PATTERN chooses files', async () => {
    const name = await stage();
    for (const day of ['2026-01-30', '2026-01-31']) await putObject(`${name}/day=${day}/x.csv`, `${day}\n`);
    await putObject(`${name}/day=2026-01-31/notes.txt`, 'no\n');
    await test.sql(
      `CREATE EXTERNAL TABLE ${name} (
         day DATE AS TO_DATE(SPLIT_PART(SPLIT_PART(METADATA$FILENAME, '/', 2), '=', 2)),
         text VARCHAR AS (VALUE:c1::VARCHAR))
       PARTITION BY (day) LOCATION = @${name} PATTERN = '.*[.]csv' FILE_FORMAT = (TYPE = CSV)`,
    );
    expect(await test.sql(`SELECT day::VARCHAR, text FROM ${name} WHERE day > '2026-01-30'`)).toEqual([
      ['2026-01-31', '2026-01-31'],
    ]);
    expect(await test.value(`SELECT COUNT(*) FROM ${name}`)).toBe('2');
  });

  it('shows a file only once it is registered: REFRESH finds new, changed and lost ones', async () => {
    const t = await sales({ 'a.csv': '1,a\n', 'b.csv': '2,b\n' });
    await putObject(`${t}/b.csv`, '20,b\n21,b\n');
    await putObject(`${t}/sub/c.csv`, '3,c\n');
    await deleteObject(`${t}/a.csv`);
    expect(await test.sql(`SELECT id FROM ${t} ORDER BY id`)).toEqual([['1'], ['2']]);
    expect(await test.sql(`ALTER EXTERNAL TABLE ${t} REFRESH 'sub/'`)).toEqual([
      [`${t}/sub/c.csv`, 'REGISTERED_NEW', 'File registered successfully.'],
    ]);
    expect(await test.sql(`SELECT id FROM ${t} ORDER BY id`)).toEqual([['1'], ['2'], ['3']]);
    expect(
      (await test.sql(`ALTER EXTERNAL TABLE ${t} REFRESH`)).map(([file, status]) => [file, status]),
    ).toEqual([
      [`${t}/b.csv`, 'REGISTERED_UPDATE'],
      [`${t}/a.csv`, 'UNREGISTERED'],
    ]);
    expect(await test.sql(`SELECT id FROM ${t} ORDER BY id`)).toEqual([['3'], ['20'], ['21']]);
    expect(await test.sql(`ALTER EXTERNAL TABLE ${t} REFRESH`)).toEqual([]);
  });

  it('registers and lets go of single files with ADD FILES and REMOVE FILES', async () => {
    const t = await sales({ 'a.csv': '1,a\n', 'b.csv': '2,b\n' });
    const status = async (action: string) =>
      (await test.sql(`ALTER EXTERNAL TABLE ${t} ${action}`)).map(([file, done]) => [file, done]);
    expect(await status("REMOVE FILES ('a.csv', 'no.csv')")).toEqual([
      [`${t}/a.csv`, 'UNREGISTERED'],
      ['no.csv', 'UNREGISTER_FAILED'],
    ]);
    expect(await test.sql(`SELECT id FROM ${t}`)).toEqual([['2']]);
    expect(await status("ADD FILES ('a.csv', 'b.csv', 'no.csv')")).toEqual([
      [`${t}/a.csv`, 'REGISTERED_NEW'],
      [`${t}/b.csv`, 'REGISTER_SKIPPED'],
      ['no.csv', 'REGISTER_FAILED'],
    ]);
    expect(await test.sql(`SELECT id FROM ${t} ORDER BY id`)).toEqual([['1'], ['2']]);
    expect(
      await test.sql(
        `SELECT FILE_NAME, FILE_SIZE FROM TABLE(INFORMATION_SCHEMA.EXTERNAL_TABLE_FILES(TABLE_NAME => '${t}')) ORDER BY 1`,
      ),
    ).toEqual([
      [`${t}/a.csv`, '4'],
      [`${t}/b.csv`, '4'],
    ]);
  });

  it('fails a query whose column cannot be computed, and only where it is read', async () => {
    const t = await sales({ 'a.csv': 'one,a\n' });
    expect(await test.sql(`SELECT item FROM ${t}`)).toEqual([['a']]);
    expect((await test.error(`SELECT id FROM ${t}`)).code).toBe('100071');
  });

  it('takes part in joins, views and CREATE TABLE … AS like any table', async () => {
    const t = await sales({ 'a.csv': '1,a\n2,b\n' });
    await test.sql(`CREATE VIEW ${t}_v AS SELECT x.item, y.id FROM ${t} x JOIN ${t} y ON x.id = y.id + 1`);
    await test.sql(`CREATE TABLE ${t}_t AS SELECT * FROM ${t}_v`);
    expect(await test.sql(`SELECT * FROM ${t}_t`)).toEqual([['b', '1']]);
  });

  it('is governed by masking and row access policies, and so is its stream', async () => {
    const t = await sales({ 'a.csv': '1,pen\n' });
    await test.sql("CREATE OR REPLACE MASKING POLICY hidden AS (v VARCHAR) RETURNS VARCHAR -> '***'");
    await test.sql(
      'CREATE OR REPLACE ROW ACCESS POLICY above_one AS (v VARIANT) RETURNS BOOLEAN -> v:c1::INT > 1',
    );
    await test.sql(`CREATE STREAM ${t}_s ON EXTERNAL TABLE ${t} INSERT_ONLY = TRUE`);
    await putObject(`${t}/b.csv`, '1,ink\n2,cup\n');
    await test.sql(`ALTER EXTERNAL TABLE ${t} REFRESH`);
    await test.sql(`ALTER TABLE ${t} ADD ROW ACCESS POLICY above_one ON (value)`);
    await test.sql(`ALTER TABLE ${t} MODIFY COLUMN item SET MASKING POLICY hidden`);
    for (const relation of [t, `${t}_s`])
      expect(await test.sql(`SELECT id, item FROM ${relation}`)).toEqual([['2', '***']]);
  });

  it('is made again by what GET_DDL gives', async () => {
    const name = await stage();
    await putObject(`${name}/in/a.csv`, 'h;h\n1;"x;y"\n');
    await test.sql(
      `CREATE EXTERNAL TABLE ${name} (a INT AS (VALUE:c1::INT), "b c" VARCHAR AS (VALUE:c2::VARCHAR), part VARCHAR AS (SPLIT_PART(METADATA$FILENAME, '/', 2)))
       PARTITION BY (part) LOCATION = @${name}/in AUTO_REFRESH = FALSE PATTERN = '.*[.]csv' COMMENT = 'it''s'
       FILE_FORMAT = (TYPE = CSV FIELD_DELIMITER = ';' SKIP_HEADER = 1 FIELD_OPTIONALLY_ENCLOSED_BY = '"' NULL_IF = ('\\\\N', ''))`,
    );
    const before = await test.sql(`SELECT * FROM ${name}`);
    const ddl = (await test.value(`SELECT GET_DDL('EXTERNAL_TABLE', '${name}')`))!;
    await test.sql(ddl);
    expect(before.map((row) => row.slice(1))).toEqual([['1', 'x;y', 'in']]);
    expect(await test.sql(`SELECT * FROM ${name}`)).toEqual(before);
    expect(await test.value(`SELECT GET_DDL('EXTERNAL_TABLE', '${name}')`)).toBe(ddl);
  });

  it('has its files, rows and stream after the server was started again', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'globalmart-external-'));
    const open = () =>
      openTestEngine({ dir, persistent: true, s3: { endpoint: aws.url, region, ...credentials } });
    let kept = await open();
    await putObject('kept/a.csv', '1\n');
    await kept.sql(`CREATE STAGE kept URL = 's3://${BUCKET}/kept/'`);
    await kept.sql(
      'CREATE EXTERNAL TABLE kept (a INT AS (VALUE:c1::INT)) LOCATION = @kept AUTO_REFRESH = FALSE FILE_FORMAT = (TYPE = CSV)',
    );
    await kept.sql('CREATE STREAM kept_s ON EXTERNAL TABLE kept INSERT_ONLY = TRUE');
    await putObject('kept/b.csv', '2\n');
    await kept.sql('ALTER EXTERNAL TABLE kept REFRESH');
    await kept.close();
    kept = await open();
    await putObject('kept/c.csv', '3\n');
    expect((await kept.sql('ALTER EXTERNAL TABLE kept REFRESH')).map(([file]) => file)).toEqual([
      'kept/c.csv',
    ]);
    expect(await kept.sql('SELECT a FROM kept ORDER BY a')).toEqual([['1'], ['2'], ['3']]);
    expect(await kept.sql('SELECT a FROM kept_s ORDER BY a')).toEqual([['2'], ['3']]);
    await kept.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('names its stage when that was replaced or dropped', async () => {
    const t = await sales({ 'a.csv': '1,a\n' });
    await test.sql(`CREATE OR REPLACE STAGE ${t} URL = 's3://${BUCKET}/${t}/'`);
    const error = await test.error(`SELECT * FROM ${t}`);
    expect([error.code, error.message]).toEqual([
      '002003',
      expect.stringContaining(`Stage 'D.PUBLIC.${t.toUpperCase()}' of external table`),
    ]);
  });

  it('registers objects by itself as they come, below its location, unless AUTO_REFRESH = FALSE', async () => {
    const name = await stage();
    const create = (suffix: string, options: string) =>
      test.sql(
        `CREATE EXTERNAL TABLE ${name}${suffix} (a INT AS (VALUE:c1::INT)) LOCATION = @${name}/in/ ${options} FILE_FORMAT = (TYPE = CSV)`,
      );
    await create('_auto', '');
    await create('_manual', 'AUTO_REFRESH = FALSE');
    await test.sql(`CREATE STREAM ${name}_s ON EXTERNAL TABLE ${name}_auto INSERT_ONLY = TRUE`);
    await Promise.all([1, 2, 3].map((n) => putObject(`${name}/in/${n}.csv`, `${n}\n`)));
    await putObject(`${name}/out/4.csv`, '4\n');
    await autoRefreshesIdle(test.engine);
    for (const relation of [`${name}_auto`, `${name}_s`])
      expect(await test.sql(`SELECT a FROM ${relation} ORDER BY a`)).toEqual([['1'], ['2'], ['3']]);
    expect(await test.sql(`SELECT a FROM ${name}_manual`)).toEqual([]);
    await test.sql(`ALTER EXTERNAL TABLE ${name}_auto SET AUTO_REFRESH = FALSE`);
    await putObject(`${name}/in/5.csv`, '5\n');
    await autoRefreshesIdle(test.engine);
    expect(await test.value(`SELECT COUNT(*) FROM ${name}_auto`)).toBe('3');
  });

  it('registers nothing when one of the files cannot be read', async () => {
    const name = await stage();
    await putObject(`${name}/a.json`, '{"a":1}\n');
    await test.sql(
      `CREATE EXTERNAL TABLE ${name} LOCATION = @${name} AUTO_REFRESH = FALSE FILE_FORMAT = (TYPE = JSON)`,
    );
    await putObject(`${name}/b.json`, '{"a":2}\n');
    await putObject(`${name}/c.json`, '{"a":\n');
    expect((await test.error(`ALTER EXTERNAL TABLE ${name} REFRESH`)).message).toContain('c.json');
    expect(await test.sql(`SELECT VALUE:a::INT FROM ${name}`)).toEqual([['1']]);
  });
});

// Source: docs.snowflake.com, "Introduction to streams", insert-only streams.
describe('an INSERT_ONLY stream on an external table', () => {
  async function streamed(files: Record<string, string>): Promise<string> {
    const t = await sales(files);
    await test.sql(`CREATE STREAM ${t}_s ON EXTERNAL TABLE ${t} INSERT_ONLY = TRUE`);
    return t;
  }

  it('shows the rows of files registered since, each once, and none that were there', async () => {
    const t = await streamed({ 'a.csv': '1,a\n' });
    expect(await test.value(`SELECT SYSTEM$STREAM_HAS_DATA('${t}_s')`)).toBe('0');
    await putObject(`${t}/b.csv`, '2,b\n3,c\n');
    await test.sql(`ALTER EXTERNAL TABLE ${t} REFRESH`);
    expect(await test.value(`SELECT SYSTEM$STREAM_HAS_DATA('${t}_s')`)).toBe('1');
    expect(
      await test.sql(
        `SELECT VALUE:c1::INT, id, item, METADATA$ACTION, METADATA$ISUPDATE FROM ${t}_s ORDER BY id`,
      ),
    ).toEqual([
      ['2', '2', 'b', 'INSERT', '0'],
      ['3', '3', 'c', 'INSERT', '0'],
    ]);
    await test.sql(`CREATE TABLE ${t}_t (id INT, item VARCHAR)`);
    await test.sql(`INSERT INTO ${t}_t SELECT id, item FROM ${t}_s`);
    expect(await test.sql(`SELECT * FROM ${t}_s`)).toEqual([]);
    expect(await test.sql(`SELECT * FROM ${t}_t ORDER BY id`)).toEqual([
      ['2', 'b'],
      ['3', 'c'],
    ]);
  });

  it('tells nothing of files that go, and not of those that came and went in between', async () => {
    const t = await streamed({ 'a.csv': '1,a\n' });
    await putObject(`${t}/b.csv`, '2,b\n');
    await test.sql(`ALTER EXTERNAL TABLE ${t} REFRESH`);
    await deleteObject(`${t}/a.csv`);
    await deleteObject(`${t}/b.csv`);
    await putObject(`${t}/c.csv`, '3,c\n');
    await test.sql(`ALTER EXTERNAL TABLE ${t} REFRESH`);
    expect(await test.sql(`SELECT id, METADATA$ACTION FROM ${t}_s`)).toEqual([['3', 'INSERT']]);
  });

  it('shows a file that was written over as a new one', async () => {
    const t = await streamed({ 'a.csv': '1,a\n' });
    await putObject(`${t}/a.csv`, '1,a\n2,b\n');
    await test.sql(`ALTER EXTERNAL TABLE ${t} REFRESH`);
    expect(await test.sql(`SELECT id, METADATA$ISUPDATE FROM ${t}_s ORDER BY id`)).toEqual([
      ['1', '0'],
      ['2', '0'],
    ]);
  });

  it('is consumed by MERGE when its transaction commits, and reads the same until then', async () => {
    const t = await streamed({ 'a.csv': '1,a\n' });
    await test.sql(`CREATE TABLE ${t}_t (id INT, item VARCHAR)`);
    await putObject(`${t}/b.csv`, '2,b\n');
    await test.sql(`ALTER EXTERNAL TABLE ${t} REFRESH`);
    const merge = `MERGE INTO ${t}_t USING (SELECT id, item FROM ${t}_s) s ON ${t}_t.id = s.id WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.item)`;
    await test.sql('BEGIN');
    await test.sql(merge);
    const other = await test.open();
    await putObject(`${t}/c.csv`, '3,c\n');
    await other.sql(`ALTER EXTERNAL TABLE ${t} REFRESH`);
    expect(await test.sql(`SELECT id FROM ${t}_s`)).toEqual([['2']]);
    await test.sql('ROLLBACK');
    expect(await test.sql(`SELECT id FROM ${t}_s ORDER BY id`)).toEqual([['2'], ['3']]);
    await test.sql(merge);
    expect(await test.sql(`SELECT id FROM ${t}_s`)).toEqual([]);
    expect(await test.sql(`SELECT id FROM ${t}_t ORDER BY id`)).toEqual([['2'], ['3']]);
  });

  it('begins where another stream stands with AT (STREAM => …), and a clone does too', async () => {
    const t = await streamed({ 'a.csv': '1,a\n' });
    await putObject(`${t}/b.csv`, '2,b\n');
    await test.sql(`ALTER EXTERNAL TABLE ${t} REFRESH`);
    await test.sql(`CREATE STREAM ${t}_at ON EXTERNAL TABLE ${t} AT (STREAM => '${t}_s') INSERT_ONLY = TRUE`);
    await test.sql(`CREATE STREAM ${t}_now ON EXTERNAL TABLE ${t} INSERT_ONLY = TRUE`);
    await test.sql(`CREATE STREAM ${t}_twin CLONE ${t}_s`);
    expect(await test.sql(`SELECT id FROM ${t}_at`)).toEqual([['2']]);
    expect(await test.sql(`SELECT id FROM ${t}_now`)).toEqual([]);
    expect(await test.sql(`SELECT id FROM ${t}_twin`)).toEqual([['2']]);
  });

  it('is on an external table in SHOW STREAMS', async () => {
    const t = await streamed({ 'a.csv': '1,a\n' });
    await test.sql(`SHOW STREAMS LIKE '${t}_s'`);
    expect(
      await test.sql('SELECT "source_type", "mode", "stale" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))'),
    ).toEqual([['External Table', 'INSERT_ONLY', 'false']]);
  });
});
