import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import snowflake from 'snowflake-sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Engine } from '../../../actions/local-stack/snowflake/engine/engine.ts';
import {
  type SnowflakeServer,
  startSnowflakeServer,
} from '../../../actions/local-stack/snowflake/protocol/server.ts';

const directory = mkdtempSync(join(tmpdir(), 'globalmart-put-'));
const local = join(directory, 'local');
let engine: Engine;
let server: SnowflakeServer;
let connection: snowflake.Connection;

beforeAll(async () => {
  snowflake.configure({ logLevel: 'OFF' });
  engine = await Engine.open({ dir: join(directory, 'server'), persistent: false });
  server = await startSnowflakeServer({
    engine,
    credentials: { user: 'TESTER', password: 'a-password-of-the-tests' },
  });
  connection = snowflake.createConnection({
    account: 'LOCAL',
    accessUrl: server.url,
    username: 'TESTER',
    password: 'a-password-of-the-tests',
  });
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
  await run('CREATE DATABASE d');
  await run('CREATE STAGE s');
  (await import('node:fs')).mkdirSync(local);
});
afterAll(async () => {
  await new Promise<void>((resolve) => {
    connection.destroy(() => resolve());
  });
  await server.close();
  engine.close();
  rmSync(directory, { recursive: true, force: true });
});

function run(sqlText: string): Promise<Record<string, unknown>[]> {
  return new Promise((resolve, reject) => {
    connection.execute({
      sqlText,
      complete: (error, _statement, rows) =>
        error ? reject(error) : resolve((rows ?? []) as Record<string, unknown>[]),
    });
  });
}

// Source: docs.snowflake.com, PUT and GET; carried out by the real driver.
it('PUT compresses and uploads a file, which COPY loads', async () => {
  writeFileSync(join(local, 'rows.csv'), '1,a\n2,b\n');
  const [uploaded] = await run(`PUT file://${join(local, 'rows.csv')} @s/in/`);
  expect(uploaded).toMatchObject({ source: 'rows.csv', target: 'rows.csv.gz', status: 'UPLOADED' });
  expect((await run('LIST @s')).map((row) => row.name)).toEqual(['s/in/rows.csv.gz']);
  await run('CREATE TABLE t (a NUMBER, b VARCHAR)');
  expect(await run('COPY INTO t FROM @s/in/')).toMatchObject([
    { file: 's/in/rows.csv.gz', status: 'LOADED', rows_loaded: 2 },
  ]);
  expect(await run('SELECT * FROM t ORDER BY a')).toEqual([
    { A: 1, B: 'a' },
    { A: 2, B: 'b' },
  ]);
});

it('PUT takes several files by a wildcard, as they are with AUTO_COMPRESS = FALSE', async () => {
  for (const name of ['w1.csv', 'w2.csv']) writeFileSync(join(local, name), `${name}\n`);
  expect(await run(`PUT file://${local}/w*.csv @~/wild AUTO_COMPRESS = FALSE`)).toHaveLength(2);
  expect((await run('LIST @~')).map((row) => row.name)).toEqual(['wild/w1.csv', 'wild/w2.csv']);
});

it('PUT takes a quoted path with blanks and a table stage', async () => {
  writeFileSync(join(local, 'with blank.csv'), '3,c\n');
  await run(`PUT 'file://${local}/with blank.csv' @%t`);
  await run('COPY INTO t');
  expect(await run('SELECT b FROM t WHERE a = 3')).toEqual([{ B: 'c' }]);
});

it('GET downloads what a path names', async () => {
  const target = mkdtempSync(join(directory, 'get-'));
  const rows = await run(`GET @s/in/ file://${target}/`);
  expect(rows).toMatchObject([{ file: 'rows.csv.gz', status: 'DOWNLOADED' }]);
  expect(gunzipSync(readFileSync(join(target, 'rows.csv.gz'))).toString()).toBe('1,a\n2,b\n');
  const single = mkdtempSync(join(directory, 'get-'));
  await run(`GET @~/wild/w1.csv file://${single}/`);
  expect(readdirSync(single)).toEqual(['w1.csv']);
});

it('refuses external stages and paths out of the stage; nothing is written', async () => {
  await run("CREATE STAGE ext URL = 's3://bucket/x/'");
  writeFileSync(join(local, 'x.csv'), 'x');
  await expect(run(`PUT file://${local}/x.csv @ext`)).rejects.toThrow(
    'GET and PUT commands are not supported with external stage',
  );
  await expect(run(`PUT file://${local}/x.csv '@s/../../..'`)).rejects.toThrow('invalid stage path');
  await expect(run(`PUT file://${local}/x.csv @s PARALLEL = 0`)).rejects.toThrow(
    "invalid value [0] for parameter 'PARALLEL'",
  );
  expect(existsSync(join(directory, 'x.csv'))).toBe(false);
});
