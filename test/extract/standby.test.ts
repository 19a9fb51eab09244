import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseSettings } from '../../actions/extract/database.ts';
import { type LocalPostgres, startPostgres } from '../../actions/local-stack/postgres/start.ts';
import { type ExtractFixture, startExtract } from './extract-fixture.ts';

let shop: ExtractFixture;
let primary: LocalPostgres;
let standby: LocalPostgres;
let database: DatabaseSettings;
const directory = mkdtempSync(join(tmpdir(), 'standby-'));
const [first, second] = [join(directory, 'primary'), join(directory, 'standby')];

async function query(server: LocalPostgres, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(server.url);
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

/** Polls a query until it gives a row. */
async function until(server: LocalPostgres, sql: string): Promise<void> {
  while ((await query(server, sql)).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

beforeAll(async () => {
  shop = await startExtract();
  execFileSync('chmod', ['755', directory]);
  primary = await startPostgres({ dir: first, persistent: true });
  await query(
    primary,
    `CREATE TABLE replicated AS SELECT i AS id, timestamp '2026-06-01' AS updated_at, repeat('x', 1000) AS filler
       FROM generate_series(1, 20000) i`,
    // Nothing is left to remove but what a test deletes.
    'VACUUM FREEZE replicated',
  );
  const { port } = primary;
  await primary.stop();
  execFileSync('cp', ['-a', first, second]);
  const data = join(second, 'data');
  appendFileSync(
    join(data, 'postgresql.auto.conf'),
    `primary_conninfo = 'host=127.0.0.1 port=${port} user=${primary.user} password=${primary.password}'
max_standby_streaming_delay = 0
`,
  );
  // A file of the server's own user; what is in it does not count.
  execFileSync('cp', ['-a', join(data, 'PG_VERSION'), join(data, 'standby.signal')]);
  primary = await startPostgres({ dir: first, persistent: true, port });
  standby = await startPostgres({ dir: second, persistent: true });
  database = { ...shop.database, port: standby.port, password: standby.password };
  await until(primary, `SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'`);
});
afterAll(async () => {
  await standby.stop();
  await primary.stop();
  rmSync(directory, { recursive: true });
});

describe('a standby', () => {
  it('that cancels the read because its recovery needs it to is read again (failure 2)', async () => {
    const lines: string[] = [];
    const run = shop.extract({ name: 'replicated' }, '2026-06-29', {
      database,
      // So slow that the recovery comes in the middle.
      maxMbPerSecond: 8,
      onProgress: (line) => lines.push(line),
    });
    await until(standby, 'SELECT 1 FROM pg_stat_progress_copy WHERE tuples_processed > 2000');
    await query(primary, 'DELETE FROM replicated WHERE id <= 10', 'VACUUM replicated');
    const report = await run;
    expect(lines[0]).toMatch(
      /^table replicated, [1-9]\d* rows read: .* due to conflict with recovery; starting again under a new snapshot$/,
    );
    expect(report.tables).toMatchObject([{ status: 'committed', rows: 19_990 }]);
    expect(new Set(await shop.ids(report)).size).toBe(19_990);
  });

  it('gives increments like the primary, by several readers', async () => {
    await query(
      primary,
      `INSERT INTO replicated VALUES (30000, '2026-06-02', 'new')`,
      'CREATE TABLE beside AS SELECT id, updated_at FROM replicated LIMIT 5',
    );
    await until(standby, `SELECT 1 FROM pg_tables WHERE tablename = 'beside'`);
    const tables = [{ name: 'replicated' }, { name: 'beside' }];
    const report = await shop.extractAll(tables, '2026-06-30', { database, parallelism: 2 });
    expect(report.tables.map(({ rows }) => rows)).toEqual([1, 5]);
    expect(await shop.ids(report)).toEqual([30_000]);
  });

  it('is refused by strategy cdc, in one line (failure 16)', async () => {
    const run = shop.extract({ name: 'replicated', strategy: 'cdc' }, '2026-07-01', { database });
    await expect(run).rejects.toThrow(
      /^strategy cdc reads a replication slot, and this server is a standby$/,
    );
  });
});
