import { readdirSync } from 'node:fs';
import type { RowStatement } from 'snowflake-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DriverSession, startTestServer, type TestServer } from '../../../support/driver.ts';

const ROWS = 60_000;
const SELECT = `SELECT SEQ4() AS n, 'row ' || n AS s, IFF(n % 3 = 0, NULL, n / 2) AS f, '2026-01-01 00:00:00'::TIMESTAMP_NTZ AS t
  FROM TABLE(GENERATOR(ROWCOUNT => ${ROWS}))`;

let local: TestServer;
let driver: DriverSession;

beforeAll(async () => {
  local = await startTestServer({ engine: { limits: { resultBytes: 16 * 1024 ** 2 } } });
  driver = await local.connect();
});

afterAll(async () => {
  await driver.close();
  await local.close();
});

interface ChunkOfAnswer {
  url: string;
  rowCount: number;
  compressedSize: number;
  uncompressedSize: number;
}

test('a large result streams through the driver, every row once and in order', async () => {
  const statement = await driver.statement(SELECT, { streamResult: true });
  expect(statement.getNumRows()).toBe(ROWS);
  let count = 0;
  for await (const row of statement.streamRows()) {
    const { N, S, F } = row as { N: number; S: string; F: number | null };
    if (N !== count || S !== `row ${N}` || F !== (N % 3 === 0 ? null : N / 2))
      throw new Error(`row ${count}: ${JSON.stringify(row)}`);
    count++;
  }
  expect(count).toBe(ROWS);
});

test('a part of it is fetched by its rows’ numbers', async () => {
  const statement = await driver.statement(SELECT, { streamResult: true });
  const numbers: number[] = [];
  for await (const row of statement.streamRows({ start: 50_000, end: 50_002 }))
    numbers.push((row as { N: number }).N);
  expect(numbers).toEqual([50_000, 50_001, 50_002]);
});

test('its chunks are gzip of rows, behind an address that nobody guesses', async () => {
  const statement = (await driver.statement(SELECT, { streamResult: true })) as RowStatement;
  const kept = local.engine.results.get(statement.getQueryId(), 'TESTER');
  const chunks = kept?.chunks ?? [];
  expect(chunks.length).toBeGreaterThanOrEqual(1);
  expect(chunks.reduce((sum, chunk) => sum + chunk.rows, kept!.rows.length)).toBe(ROWS);
  const url = `${local.server.url}/results/${statement.getQueryId()}/1`;
  const right = await fetch(`${url}?key=${kept!.chunkKey}`);
  expect(right.headers.get('content-encoding')).toBe('gzip');
  const rows = JSON.parse(`[${await right.text()}]`) as unknown[][];
  expect(rows).toHaveLength(chunks[0]!.rows);
  expect(rows[0]).toHaveLength(4);
  expect((await fetch(`${url}?key=guess`)).status).toBe(404);
  expect((await fetch(url)).status).toBe(404);
  expect(
    (await fetch(`${local.server.url}/results/${statement.getQueryId()}/999?key=${kept!.chunkKey}`)).status,
  ).toBe(404);
});

test('it is kept, and RESULT_SCAN computes over all of it', async () => {
  const id = (await driver.statement(SELECT, { streamResult: true })).getQueryId();
  const [row] = await driver.run(
    `SELECT COUNT(*) AS c, SUM(n) AS s, COUNT(f) AS f, MIN(t)::VARCHAR AS t, MAX(s) AS m FROM TABLE(RESULT_SCAN('${id}'))`,
  );
  expect(row).toEqual({
    C: ROWS,
    S: (ROWS * (ROWS - 1)) / 2,
    F: ROWS - Math.ceil(ROWS / 3),
    T: '2026-01-01 00:00:00.000',
    M: 'row 9999',
  });
});

test('texts with quotes, line ends and control characters are the same again through RESULT_SCAN', async () => {
  const text = 'a,"b"\\n\n\r\t\u0001\u2028é,';
  const id = (
    await driver.statement(`SELECT SEQ4() AS n, ? AS s FROM TABLE(GENERATOR(ROWCOUNT => 70000))`, {
      binds: [text],
      streamResult: true,
    })
  ).getQueryId();
  const [row] = await driver.run(
    `SELECT COUNT(*) AS c, COUNT(DISTINCT s) AS d, MAX(s) AS s FROM TABLE(RESULT_SCAN('${id}'))`,
  );
  expect(row).toEqual({ C: 70_000, D: 1, S: text });
});

test('a result above the limit is error 999002, leaves no file, and the session goes on', async () => {
  const before = readdirSync(`${local.engine.database.filesDirectory}/results`).length;
  const error = await driver.error(`SELECT REPEAT('x', 1000) AS s FROM TABLE(GENERATOR(ROWCOUNT => 40000))`);
  expect(error).toMatchObject({ code: '999002', sqlState: '54000' });
  expect(error.message).toContain('resultBytes');
  expect(readdirSync(`${local.engine.database.filesDirectory}/results`)).toHaveLength(before);
  expect(await driver.run('SELECT 1 AS x')).toEqual([{ X: 1 }]);
});

test('ROWS_PER_RESULTSET limits what a client gets, not what a statement reads', async () => {
  const limited = await local.connect();
  await limited.run('ALTER SESSION SET ROWS_PER_RESULTSET = 2');
  expect(await limited.run('SELECT column1 AS a FROM VALUES (1), (2), (3)')).toHaveLength(2);
  await limited.run('CREATE TABLE copied AS SELECT column1 AS a FROM VALUES (1), (2), (3)');
  expect(await limited.run('SELECT COUNT(*) AS n FROM copied')).toEqual([{ N: 3 }]);
  await limited.close();
});

test('what the answer says of its chunks is true', async () => {
  const token = await logIn();
  const response = await fetch(`${local.server.url}/queries/v1/query-request?requestId=chunks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Snowflake Token="${token}"` },
    body: JSON.stringify({ sqlText: SELECT }),
  });
  const { data } = (await response.json()) as {
    data: {
      chunks: ChunkOfAnswer[];
      rowset: unknown[];
      total: number;
      returned: number;
      chunkHeaders: object;
    };
  };
  expect(data.total).toBe(ROWS);
  expect(data.returned).toBe(ROWS);
  expect(data.chunkHeaders).toEqual({});
  for (const chunk of data.chunks) {
    const { chunks } = local.engine.results.get(new URL(chunk.url).pathname.split('/')[2]!, 'TESTER')!;
    const bytes = Buffer.from(
      await (await fetch(chunk.url, { headers: { 'accept-encoding': 'gzip' } })).arrayBuffer(),
    );
    expect(bytes.length).toBe(chunk.uncompressedSize);
    expect(JSON.parse(`[${bytes}]`)).toHaveLength(chunk.rowCount);
    expect(chunks!.some((one) => one.compressedSize === chunk.compressedSize)).toBe(true);
  }
});

async function logIn(): Promise<string> {
  const response = await fetch(`${local.server.url}/session/v1/login-request`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ data: { LOGIN_NAME: 'tester', PASSWORD: 'right' } }),
  });
  return ((await response.json()) as { data: { token: string } }).data.token;
}
