import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalPostgres, startPostgres } from '../../actions/local-stack/postgres/start.ts';
import { type ExtractFixture, startExtract } from './extract-fixture.ts';

let shop: ExtractFixture;
let server: LocalPostgres;
const dir = mkdtempSync(join(tmpdir(), 'restarted-'));

beforeAll(async () => {
  shop = await startExtract();
  server = await startPostgres({ dir, persistent: true });
});
afterAll(async () => {
  await server.stop();
  rmSync(dir, { recursive: true });
});

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(server.url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

it('a server that restarts while a table is read is waited for, and every row is there once (failure 2)', async () => {
  await query(`CREATE TABLE restarted AS SELECT i AS id, timestamp '2026-06-01' AS updated_at, repeat('x', 1000) AS filler
    FROM generate_series(1, 30000) i`);
  const { port, password } = server;
  const lines: string[] = [];
  const run = shop.extract({ name: 'restarted' }, '2026-06-29', {
    database: { ...shop.database, port, password },
    // So slow that the server goes away in the middle.
    maxMbPerSecond: 15,
    onProgress: (line) => lines.push(line),
  });
  const reading = `SELECT 1 FROM pg_stat_progress_copy WHERE tuples_processed > 5000`;
  while ((await query(reading)).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await server.stop();
  server = await startPostgres({ dir, persistent: true, port });
  const report = await run;
  expect(lines[0]).toMatch(/^table restarted, [1-9]\d* rows read: the connection to PostgreSQL was lost: /);
  expect(report.tables).toMatchObject([{ status: 'committed', rows: 30_000 }]);
  expect(new Set(await shop.ids(report)).size).toBe(30_000);
});
