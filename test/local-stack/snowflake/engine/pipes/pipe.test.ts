import { rmSync } from 'node:fs';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  notifyObjectCreated,
  pipesIdle,
} from '../../../../../actions/local-stack/snowflake/engine/pipes/pipe-ingest.ts';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';
import { putFiles } from '../../../../support/stage.ts';
import { type AwsServer, BUCKET, credentials, openAwsServer, region } from '../../../aws/aws-server.ts';

let aws: AwsServer;
let test: TestEngine;
let now = Date.now() * 1000;
let count = 0;

beforeAll(async () => {
  aws = await openAwsServer({ onObjectCreated: (event) => notifyObjectCreated(test.engine, event) });
  test = await openTestEngine({ s3: { endpoint: aws.url, region, ...credentials }, clock: () => now++ });
});
afterAll(async () => {
  await pipesIdle(test.engine);
  await test.close();
  await aws.close();
  rmSync(aws.root, { recursive: true, force: true });
});

async function putObject(key: string, body: string): Promise<void> {
  await aws.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
}

/** A stage over s3://lake/p<n>/ and a table and pipe on it. */
async function fresh(copy = '', options = 'AUTO_INGEST = TRUE'): Promise<string> {
  const name = `p${++count}`;
  await test.sql(`CREATE STAGE ${name} URL = 's3://${BUCKET}/${name}/' FILE_FORMAT = (TYPE = CSV)`);
  await test.sql(`CREATE TABLE ${name} (a NUMBER)`);
  await test.sql(`CREATE PIPE ${name} ${options} AS COPY INTO ${name} FROM @${name} ${copy}`);
  return name;
}

/** What the table holds once the pipes have nothing more to do. */
async function rows(name: string): Promise<string[]> {
  await pipesIdle(test.engine);
  return (await test.sql(`SELECT a FROM ${name} ORDER BY a`)).map(([a]) => String(a));
}

// Source: docs.snowflake.com, "Introduction to Snowpipe", CREATE PIPE, ALTER PIPE.
describe('an external stage', () => {
  it('lists and reads objects below its URL, named by URL and key', async () => {
    await putObject('ext/in/f.csv', 'a,1\n');
    await putObject('ext/in/g.csv', 'b,2\n');
    await putObject('external.csv', 'no\n');
    await test.sql(`CREATE STAGE ext URL = 's3://${BUCKET}/ext/'`);
    expect((await test.sql('LIST @ext')).map(([name, size]) => [name, size])).toEqual([
      [`s3://${BUCKET}/ext/in/f.csv`, '4'],
      [`s3://${BUCKET}/ext/in/g.csv`, '4'],
    ]);
    expect(await test.sql('SELECT $1, $2, METADATA$FILENAME FROM @ext/in/ ORDER BY 1')).toEqual([
      ['a', '1', 'ext/in/f.csv'],
      ['b', '2', 'ext/in/g.csv'],
    ]);
    await test.sql('CREATE TABLE ext (a VARCHAR, b NUMBER)');
    const loaded = await test.sql("COPY INTO ext FROM @ext PATTERN = '.*f[.]csv'");
    expect(loaded[0]!.slice(0, 2)).toEqual([`s3://${BUCKET}/ext/in/f.csv`, 'LOADED']);
    await putObject('ext/in/f.csv', 'c,3\n');
    await test.sql("COPY INTO ext FROM @ext PATTERN = '.*f[.]csv'");
    expect(await test.sql('SELECT a FROM ext ORDER BY a')).toEqual([['a'], ['c']]);
    await test.sql('COPY INTO @ext/out/ FROM ext FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE)');
    expect(await test.sql('REMOVE @ext/out/')).toEqual([
      [`s3://${BUCKET}/ext/out/data_0_0_0.csv`, 'removed'],
    ]);
  });

  it('names the cause when its bucket is not there, and an engine without S3 says so', async () => {
    await test.sql("CREATE STAGE nowhere URL = 's3://no-such-bucket/x/'");
    const error = await test.error('LIST @nowhere');
    expect([error.code, error.message]).toEqual(['091003', expect.stringContaining('NoSuchBucket')]);
    const alone = await openTestEngine();
    await alone.sql("CREATE STAGE s URL = 's3://lake/'");
    expect((await alone.error('LIST @s')).message).toContain('started without an S3 endpoint');
    await alone.close();
  });
});

describe('a pipe with AUTO_INGEST', () => {
  it('loads objects when they land, in order, and each once', async () => {
    const p = await fresh();
    await putObject(`${p}/1.csv`, '1\n');
    await putObject(`${p}/2.csv`, '2\n');
    expect(await rows(p)).toEqual(['1', '2']);
    await putObject(`${p}/1.csv`, '1\n');
    expect(await rows(p)).toEqual(['1', '2']);
    // New content under a known name is left out. Source: docs.snowflake.com, "Troubleshooting Snowpipe".
    await putObject(`${p}/1.csv`, '3\n');
    expect(await rows(p)).toEqual(['1', '2']);
    await test.sql(`TRUNCATE TABLE ${p}`);
    await putObject(`${p}/1.csv`, '4\n');
    expect(await rows(p)).toEqual([]);
    now += 15 * 86_400_000_000;
    await putObject(`${p}/1.csv`, '5\n');
    expect(await rows(p)).toEqual(['5']);
    now -= 15 * 86_400_000_000;
  });

  it('loads what its stage, path and PATTERN cover and nothing else', async () => {
    const name = `p${++count}`;
    await test.sql(`CREATE STAGE ${name} URL = 's3://${BUCKET}/${name}/'`);
    await test.sql(`CREATE TABLE ${name} (a NUMBER)`);
    await test.sql(
      `CREATE PIPE ${name} AUTO_INGEST = TRUE AS COPY INTO ${name} FROM @${name}/in/ PATTERN = 'in/part-[0-9]+[.]csv'`,
    );
    await putObject(`${name}/in/part-1.csv`, '1\n');
    await putObject(`${name}/in/other.csv`, '2\n');
    await putObject(`${name}/out/part-1.csv`, '3\n');
    await putObject(`${name}x/in/part-1.csv`, '4\n');
    expect(await rows(name)).toEqual(['1']);
  });

  it('leaves objects from before it was made to REFRESH', async () => {
    await putObject(`p${count + 1}/early.csv`, '1\n');
    const p = await fresh();
    expect(await rows(p)).toEqual([]);
    expect(await test.sql(`ALTER PIPE ${p} REFRESH`)).toEqual([['early.csv', 'SENT']]);
    expect(await rows(p)).toEqual(['1']);
    await test.sql(`ALTER PIPE ${p} REFRESH`);
    expect(await rows(p)).toEqual(['1']);
  });

  it('is not refreshed with what is older than 7 days, below another PREFIX, or before MODIFIED_AFTER', async () => {
    await putObject(`p${count + 1}/a/1.csv`, '1\n');
    await putObject(`p${count + 1}/b/2.csv`, '2\n');
    const p = await fresh();
    expect(await test.sql(`ALTER PIPE ${p} REFRESH MODIFIED_AFTER = '2100-01-01T00:00:00Z'`)).toEqual([]);
    expect(await test.sql(`ALTER PIPE ${p} REFRESH PREFIX = 'b/'`)).toEqual([['b/2.csv', 'SENT']]);
    expect(await rows(p)).toEqual(['2']);
    const before = now;
    now += 8 * 86_400_000_000;
    expect(await test.sql(`ALTER PIPE ${p} REFRESH`)).toEqual([]);
    now = before + 1_000_000;
  });

  it('skips a bad file by default and keeps its error for COPY_HISTORY and VALIDATE_PIPE_LOAD', async () => {
    const p = await fresh();
    await putObject(`${p}/bad.csv`, '1\nx\n');
    await putObject(`${p}/good.csv`, '2\n');
    expect(await rows(p)).toEqual(['2']);
    const since = `START_TIME => DATEADD(hour, -1, CURRENT_TIMESTAMP())`;
    expect(
      await test.sql(
        `SELECT file_name, status, row_count, error_count, first_error_message, pipe_name, pipe_received_time IS NOT NULL FROM TABLE(information_schema.copy_history(TABLE_NAME => '${p}', ${since})) ORDER BY file_name`,
      ),
    ).toEqual([
      ['bad.csv', 'Load failed', '0', '1', "Numeric value 'x' is not recognized", p.toUpperCase(), '1'],
      ['good.csv', 'Loaded', '1', '0', null, p.toUpperCase(), '1'],
    ]);
    expect(
      await test.sql(
        `SELECT error, file, line FROM TABLE(information_schema.validate_pipe_load(PIPE_NAME => '${p}', ${since}))`,
      ),
    ).toEqual([["Numeric value 'x' is not recognized", 'bad.csv', '2']]);
  });

  it('has a history apart from COPY: the same file can come in by both', async () => {
    const p = await fresh();
    await putObject(`${p}/f.csv`, '1\n');
    expect(await rows(p)).toEqual(['1']);
    await test.sql(`COPY INTO ${p} FROM @${p}`);
    expect(await rows(p)).toEqual(['1', '1']);
  });

  it('loses its history when it is made anew', async () => {
    const p = await fresh();
    await putObject(`${p}/f.csv`, '1\n');
    expect(await rows(p)).toEqual(['1']);
    await test.sql(`CREATE OR REPLACE PIPE ${p} AUTO_INGEST = TRUE AS COPY INTO ${p} FROM @${p}`);
    await test.sql(`ALTER PIPE ${p} REFRESH`);
    expect(await rows(p)).toEqual(['1', '1']);
  });

  it('waits while it is paused and goes on when resumed; SYSTEM$PIPE_STATUS tells', async () => {
    const p = await fresh();
    const status = async (): Promise<Record<string, unknown>> =>
      JSON.parse((await test.value(`SELECT SYSTEM$PIPE_STATUS('${p}')`))!) as Record<string, unknown>;
    expect(await status()).toMatchObject({
      executionState: 'RUNNING',
      pendingFileCount: 0,
      notificationChannelName: expect.any(String),
    });
    await test.sql(`ALTER PIPE ${p} SET PIPE_EXECUTION_PAUSED = TRUE`);
    await putObject(`${p}/f.csv`, '1\n');
    expect(await rows(p)).toEqual([]);
    expect(await status()).toMatchObject({ executionState: 'PAUSED', pendingFileCount: 1 });
    await test.sql(`ALTER PIPE ${p} SET PIPE_EXECUTION_PAUSED = FALSE`);
    expect(await rows(p)).toEqual(['1']);
    expect(await status()).toMatchObject({
      executionState: 'RUNNING',
      pendingFileCount: 0,
      lastIngestedFilePath: `s3://${BUCKET}/${p}/f.csv`,
    });
  });

  it('reports what failed as a whole, such as a dropped table, and goes on afterwards', async () => {
    const p = await fresh();
    await test.sql(`ALTER TABLE ${p} RENAME TO ${p}_away`);
    await putObject(`${p}/1.csv`, '1\n');
    await pipesIdle(test.engine);
    await test.sql(`ALTER TABLE ${p}_away RENAME TO ${p}`);
    expect(
      await test.sql(
        `SELECT status, first_error_message FROM TABLE(information_schema.copy_history(TABLE_NAME => '${p}', START_TIME => DATEADD(hour, -1, CURRENT_TIMESTAMP())))`,
      ),
    ).toEqual([['Load failed', expect.stringContaining('does not exist or not authorized')]]);
    await putObject(`${p}/2.csv`, '2\n');
    expect(await rows(p)).toEqual(['2']);
  });

  it('transforms, and its changes show in a stream', async () => {
    const name = `p${++count}`;
    await test.sql(`CREATE STAGE ${name} URL = 's3://${BUCKET}/${name}/' FILE_FORMAT = (TYPE = JSON)`);
    await test.sql(`CREATE TABLE ${name} (a NUMBER, file VARCHAR)`);
    await test.sql(`CREATE STREAM ${name}_s ON TABLE ${name}`);
    await test.sql(
      `CREATE PIPE ${name} AUTO_INGEST = TRUE AS COPY INTO ${name} FROM (SELECT $1:a::NUMBER, METADATA$FILENAME FROM @${name}/x/)`,
    );
    await putObject(`${name}/x/f.json`, '{"a":7}\n{"a":8}\n');
    expect(await rows(name)).toEqual(['7', '8']);
    expect(await test.sql(`SELECT a, file, METADATA$ACTION FROM ${name}_s ORDER BY a`)).toEqual([
      ['7', `${name}/x/f.json`, 'INSERT'],
      ['8', `${name}/x/f.json`, 'INSERT'],
    ]);
  });

  it('loses nothing while others write to the same table', async () => {
    const p = await fresh();
    const writers = Array.from({ length: 20 }, (_, index) =>
      test.sql(`INSERT INTO ${p} VALUES (${1000 + index})`),
    );
    const puts = Array.from({ length: 20 }, (_, index) => putObject(`${p}/${index}.csv`, `${index}\n`));
    await Promise.all([...writers, ...puts]);
    expect((await rows(p)).length).toBe(40);
  });
});

describe('CREATE PIPE', () => {
  it.each([
    ['PURGE = TRUE', 'PURGE is not supported in the COPY statement of a pipe.'],
    ['FORCE = TRUE', 'FORCE is not supported in the COPY statement of a pipe.'],
    ['SIZE_LIMIT = 5', 'SIZE_LIMIT is not supported in the COPY statement of a pipe.'],
    ['VALIDATION_MODE = RETURN_ERRORS', 'VALIDATION_MODE is not supported in the COPY statement of a pipe.'],
    ["FILES = ('a.csv')", 'FILES is not supported in the COPY statement of a pipe.'],
    [
      'ON_ERROR = ABORT_STATEMENT',
      'ON_ERROR = ABORT_STATEMENT is not supported in the COPY statement of a pipe.',
    ],
  ])('refuses %s', async (option, message) => {
    await test.sql('CREATE STAGE IF NOT EXISTS inside');
    await test.sql('CREATE TABLE IF NOT EXISTS inside (a NUMBER)');
    expect(
      (await test.error(`CREATE PIPE refused AS COPY INTO inside FROM @inside ${option}`)).message,
    ).toContain(message);
  });

  it('refuses a table or stage that is not there', async () => {
    expect((await test.error('CREATE PIPE refused AS COPY INTO nosuch FROM @inside')).code).toBe('002003');
    expect((await test.error('CREATE PIPE refused AS COPY INTO inside FROM @nosuch')).code).toBe('002003');
  });

  it('on an internal stage loads by REFRESH', async () => {
    await test.sql('CREATE STAGE inner_stage');
    await test.sql('CREATE TABLE inner_table (a NUMBER)');
    await test.sql('CREATE PIPE inner_pipe AS COPY INTO inner_table FROM @inner_stage');
    putFiles(test, 'inner_stage', { 'f.csv': '1\n' });
    await test.sql('ALTER PIPE inner_pipe REFRESH');
    expect(await rows('inner_table')).toEqual(['1']);
  });
});
