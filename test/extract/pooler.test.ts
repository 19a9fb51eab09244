import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseSettings } from '../../actions/extract/database.ts';
import { UserError } from '../../actions/shared/errors.ts';
import { type ExtractFixture, startExtract, type TableConfig } from './extract-fixture.ts';
import { readWithDuckDb } from './parquet-readers.ts';

type PoolMode = 'session' | 'transaction' | 'statement';

let shop: ExtractFixture;
const pools = new Map<PoolMode, DatabaseSettings>();
const children: ChildProcess[] = [];
const directory = mkdtempSync(join(tmpdir(), 'pooler-'));

beforeAll(async () => {
  shop = await startExtract();
  // Only what is flushed can be decoded; the local server flushes late.
  await shop.sql('SET synchronous_commit = on');
  for (const mode of ['session', 'transaction', 'statement'] as const) pools.set(mode, await startPool(mode));
  // Read in ranges by two readers.
  await shop.sql(`CREATE UNLOGGED TABLE large AS
    SELECT i AS id, timestamp '2026-06-01' AS updated_at, repeat(md5(i::text), 20) AS filler
      FROM generate_series(1, 250000) i`);
});
afterAll(async () => {
  for (const child of children) {
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await closed;
  }
  rmSync(directory, { recursive: true });
});

describe.each(['session', 'transaction'] as const)('through pgbouncer in %s mode', (mode) => {
  it('tables are read by several readers under one snapshot, then increments', async () => {
    const database = pools.get(mode)!;
    const date = mode === 'session' ? '2026-06-01' : '2026-06-02';
    const table: TableConfig = { name: 'large', strategy: 'full' };
    const report = await shop.extract(table, date, { database, parallelism: 2 });
    const files = await shop.download(report.tables[0]!.manifestKey);
    expect(await readWithDuckDb(files, 'SELECT count(DISTINCT id) AS ids, count(*) AS n FROM $file')).toEqual(
      [{ ids: '250000', n: '250000' }],
    );
    const name = `small_${mode}`;
    await shop.sql(
      `CREATE TABLE ${name} (id int, updated_at timestamp); INSERT INTO ${name} VALUES (1, '2026-06-01')`,
    );
    expect(await shop.ids(await shop.extract({ name }, '2026-06-29', { database }))).toEqual([1]);
    await shop.sql(`INSERT INTO ${name} VALUES (2, '2026-06-02')`);
    expect(await shop.ids(await shop.extract({ name }, '2026-06-30', { database }))).toEqual([2]);
  });

  it('changes are read from a slot', async () => {
    const database = pools.get(mode)!;
    const table: TableConfig = { name: `tracked_${mode}`, strategy: 'cdc' };
    await shop.sql(`CREATE TABLE ${table.name} (id int PRIMARY KEY); INSERT INTO ${table.name} VALUES (1)`);
    expect(await shop.ids(await shop.extract(table, '2026-06-29', { database }))).toEqual([1]);
    await shop.sql(`INSERT INTO ${table.name} VALUES (2); DELETE FROM ${table.name} WHERE id = 1`);
    expect(await shop.ids(await shop.extract(table, '2026-06-30', { database }))).toEqual([1, 2]);
    expect((await shop.extract(table, '2026-07-01', { database })).rows).toBe(0);
  });

  it('a cancelled run stops what the source executes', async () => {
    const name = `slow_${mode}`;
    await shop.sql(
      `CREATE VIEW ${name} AS SELECT i AS id, pg_sleep(60)::text AS waited FROM generate_series(1, 100) i`,
    );
    const cancelled = new AbortController();
    const attempt = shop.extract({ name, strategy: 'full' }, '2026-06-29', {
      database: pools.get(mode)!,
      signal: cancelled.signal,
    });
    const active = async (): Promise<number> =>
      (await shop.sql(`SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'COPY%${name}%'`))
        .length;
    while ((await active()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    cancelled.abort();
    await expect(attempt).rejects.toThrow('the run was cancelled');
    await expect.poll(active).toBe(0);
  });
});

it.each<[TableConfig['strategy']]>([['full'], ['cdc']])(
  'a pooler in statement mode, which has no transactions, is named for strategy %s (failure 16)',
  async (strategy) => {
    await shop.sql(`CREATE TABLE plain_${strategy} (id int PRIMARY KEY)`);
    const run = shop.extract({ name: `plain_${strategy}`, strategy: strategy! }, '2026-06-29', {
      database: pools.get('statement')!,
    });
    const error = await run.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/^the pooler before PostgreSQL keeps no transactions: /),
      remedy: 'Set its pool_mode to transaction or session, or connect to the server itself.',
    });
    expect(await shop.keys(`plain_${strategy}`)).toEqual([]);
  },
);

/** A real pgbouncer in front of the fixture's PostgreSQL; it does not run as root. */
async function startPool(mode: PoolMode): Promise<DatabaseSettings> {
  const { port: target, username, password } = shop.database;
  const [row] = await shop.sql(`SELECT current_setting('data_directory') AS directory`);
  const { uid, gid } = statSync(String(row!.directory));
  const port = await freePort();
  const [settings, users] = [join(directory, `${mode}.ini`), join(directory, `${mode}.txt`)];
  writeFileSync(users, `"${username}" "${password}"\n`, { mode: 0o600 });
  writeFileSync(
    settings,
    `[databases]
* = host=127.0.0.1 port=${target}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
pool_mode = ${mode}
auth_type = scram-sha-256
auth_file = ${users}
`,
  );
  chmodSync(directory, 0o755);
  for (const file of [settings, users]) chownSync(file, uid, gid);
  const child = spawn('pgbouncer', [settings], {
    // Where Debian has it, which is not in the path of every user.
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    ...(process.getuid?.() === 0 ? { uid, gid } : {}),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let log = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr!.on('data', (chunk) => {
      log += chunk;
      if (log.includes('process up')) resolve();
    });
    child.once('error', () => reject(new Error('pgbouncer is not installed: apt-get install pgbouncer')));
    child.once('close', () => reject(new Error(`pgbouncer ended: ${log}`)));
  });
  return { ...shop.database, port };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
