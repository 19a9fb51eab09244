import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  notifyObjectCreated,
  pipesIdle,
} from '../../../../../actions/local-stack/snowflake/engine/pipes/pipe-ingest.ts';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';
import { type AwsServer, BUCKET, credentials, openAwsServer, region } from '../../../aws/aws-server.ts';

let aws: AwsServer;
let t: TestEngine;
let dir: string;
let now = Date.now() * 1000;
const notified: Promise<void>[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'globalmart-pipe-'));
  aws = await openAwsServer({
    onObjectCreated: (event) => notified.push(notifyObjectCreated(t.engine, event)),
  });
  t = await open();
  await t.sql(`CREATE STAGE st URL = 's3://${BUCKET}/in/' FILE_FORMAT = (TYPE = CSV)`);
  await t.sql('CREATE TABLE t (a NUMBER)');
  await t.sql('CREATE PIPE p AUTO_INGEST = TRUE AS COPY INTO t FROM @st');
});
afterEach(async () => {
  await pipesIdle(t.engine);
  await t.close();
  await aws.close();
  rmSync(aws.root, { recursive: true, force: true });
  rmSync(dir, { recursive: true, force: true });
});

const open = (): Promise<TestEngine> =>
  openTestEngine({
    dir,
    persistent: true,
    clock: () => now++,
    s3: { endpoint: aws.url, region, ...credentials },
  });

async function put(key: string, body: string): Promise<void> {
  await aws.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
  await Promise.all(notified);
}
async function rows(): Promise<string[]> {
  await pipesIdle(t.engine);
  return (await t.sql('SELECT a FROM t ORDER BY a')).map(([a]) => String(a));
}
async function status(): Promise<Record<string, unknown>> {
  return JSON.parse((await t.value("SELECT SYSTEM$PIPE_STATUS('p')")) ?? '') as Record<string, unknown>;
}

test('a notified file that was not loaded is loaded after a restart, once', async () => {
  await t.sql('ALTER PIPE p SET PIPE_EXECUTION_PAUSED = TRUE');
  await put('in/1.csv', '1\n');
  await put('in/2.csv', '2\n');
  expect(await status()).toMatchObject({ executionState: 'PAUSED', pendingFileCount: 2 });
  await t.close();
  t = await open();
  expect(await status()).toMatchObject({ executionState: 'PAUSED', pendingFileCount: 2 });
  await t.sql('ALTER PIPE p SET PIPE_EXECUTION_PAUSED = FALSE');
  expect(await rows()).toEqual(['1', '2']);
  await t.close();
  t = await open();
  expect(await status()).toMatchObject({ executionState: 'RUNNING', pendingFileCount: 0 });
  expect(await rows()).toEqual(['1', '2']);
});

test('files wait for an S3 that is away', async () => {
  await t.sql('ALTER PIPE p SET PIPE_EXECUTION_PAUSED = TRUE');
  await put('in/1.csv', '1\n');
  await t.close();
  t = await openTestEngine({ dir, persistent: true, clock: () => now++ });
  await t.sql('ALTER PIPE p SET PIPE_EXECUTION_PAUSED = FALSE');
  expect(await rows()).toEqual([]);
  expect(
    await t.sql(
      "SELECT STATUS FROM TABLE(INFORMATION_SCHEMA.COPY_HISTORY(TABLE_NAME => 't', START_TIME => DATEADD(HOUR, -1, CURRENT_TIMESTAMP())))",
    ),
  ).toEqual([]);
  expect(await status()).toMatchObject({
    pendingFileCount: 1,
    error: expect.stringContaining('S3 endpoint'),
  });
  await t.close();
  t = await open();
  expect(await rows()).toEqual(['1']);
});

// Source: docs.snowflake.com, SYSTEM$PIPE_STATUS, SYSTEM$PIPE_FORCE_RESUME.
test('SYSTEM$PIPE_STATUS tells why a pipe does not run', async () => {
  expect(await status()).toMatchObject({ executionState: 'RUNNING', pendingHistoryRefreshJobsCount: 0 });
  await put('in/1.csv', '1\n');
  await rows();
  expect(await status()).toMatchObject({
    lastIngestedFilePath: `s3://${BUCKET}/in/1.csv`,
    notificationChannelName: expect.stringMatching(/^arn:aws:sqs:/),
  });
  await t.sql('ALTER TABLE t RENAME TO gone');
  await put('in/2.csv', '2\n');
  await pipesIdle(t.engine);
  expect(await status()).toMatchObject({ executionState: 'STALLED_COMPILATION_ERROR' });
  await t.sql('ALTER TABLE gone RENAME TO t');
  await t.sql('DROP STAGE st');
  expect(await status()).toMatchObject({ executionState: 'STOPPED_STAGE_DROPPED' });
});

test('a cloned pipe is stopped until it is resumed', async () => {
  await t.sql('CREATE SCHEMA c CLONE public');
  await t.sql('USE SCHEMA c');
  expect(await status()).toMatchObject({ executionState: 'STOPPED_CLONED' });
  await put('in/1.csv', '1\n');
  expect(await rows()).toEqual([]);
  await t.sql("SELECT SYSTEM$PIPE_FORCE_RESUME('p')");
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(await status()).toMatchObject({ executionState: 'RUNNING' });
  expect(await rows()).toEqual(['1']);
});

// Source: docs.snowflake.com, "Managing Snowpipe", Loading historic data; ALTER PIPE … REFRESH.
test('REFRESH leaves out what the table has by COPY and what is older than 7 days or than MODIFIED_AFTER', async () => {
  await t.sql('ALTER PIPE p SET PIPE_EXECUTION_PAUSED = TRUE');
  await t.sql('CREATE PIPE q AS COPY INTO t FROM @st');
  await put('in/a/1.csv', '1\n');
  await put('in/a/2.csv', '2\n');
  await put('in/b/3.csv', '3\n');
  await t.sql("COPY INTO t FROM @st FILES = ('a/1.csv')");
  expect(await t.sql("ALTER PIPE q REFRESH PREFIX = 'a/'")).toEqual([['a/2.csv', 'SENT']]);
  expect(await rows()).toEqual(['1', '2']);
  expect(await t.sql("ALTER PIPE q REFRESH MODIFIED_AFTER = '2099-01-01T00:00:00-07:00'")).toEqual([]);
  expect((await t.error("ALTER PIPE q REFRESH MODIFIED_AFTER = 'yesterday'")).message).toContain(
    'MODIFIED_AFTER',
  );
  now += 8 * 86_400_000_000;
  expect(await t.sql('ALTER PIPE q REFRESH')).toEqual([]);
  now -= 8 * 86_400_000_000;
  expect(await t.sql('ALTER PIPE q REFRESH')).toEqual([['b/3.csv', 'SENT']]);
  expect(await rows()).toEqual(['1', '2', '3']);
});

test('a recreated pipe has lost its history, and loads the same file again', async () => {
  await put('in/1.csv', '1\n');
  expect(await rows()).toEqual(['1']);
  await t.sql('CREATE OR REPLACE PIPE p AUTO_INGEST = TRUE AS COPY INTO t FROM @st');
  await put('in/1.csv', '1\n');
  expect(await rows()).toEqual(['1', '1']);
  const history = `SELECT FILE_NAME, STATUS, PIPE_NAME FROM TABLE(INFORMATION_SCHEMA.COPY_HISTORY(TABLE_NAME => 't', START_TIME => DATEADD(HOUR, -1, CURRENT_TIMESTAMP())))`;
  expect(await t.sql(history)).toEqual([['1.csv', 'Loaded', 'P']]);
  now += 15 * 86_400_000_000;
  expect(await t.sql(history.replace('HOUR, -1', 'DAY, -30'))).toEqual([]);
  now -= 15 * 86_400_000_000;
});

// Source: docs.snowflake.com, PIPE_USAGE_HISTORY, VALIDATE_PIPE_LOAD.
test('usage and errors of pipes are listed', async () => {
  await put('in/1.csv', '1\n');
  await put('in/2.csv', '2\n');
  await put('in/bad.csv', 'x\n');
  expect(await rows()).toEqual(['1', '2']);
  expect(
    await t.sql(
      "SELECT PIPE_NAME, BYTES_INSERTED, FILES_INSERTED FROM TABLE(INFORMATION_SCHEMA.PIPE_USAGE_HISTORY(PIPE_NAME => 'p'))",
    ),
  ).toEqual([['D.PUBLIC.P', '4', '2']]);
  expect(
    await t.sql(
      "SELECT FILE, LINE, COLUMN_NAME, ERROR FROM TABLE(INFORMATION_SCHEMA.VALIDATE_PIPE_LOAD(PIPE_NAME => 'p', START_TIME => DATEADD(HOUR, -1, CURRENT_TIMESTAMP())))",
    ),
  ).toEqual([['bad.csv', '1', '"T"["A":1]', "Numeric value 'x' is not recognized"]]);
});
