import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type LocalSnowflake, startSnowflake } from '../../../actions/local-stack/snowflake-process.ts';

const ROUNDS = 3;
const dir = mkdtempSync(join(tmpdir(), 'globalmart-crash-'));
let server: LocalSnowflake | undefined;

afterAll(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const start = (): Promise<LocalSnowflake> =>
  startSnowflake({
    dir,
    user: 'tester',
    password: 'right',
    s3Endpoint: null,
    s3AccessKeyId: null,
    s3SecretAccessKey: null,
    s3Region: null,
  });

/** Runs statements as a driver does, but gives up at once when the server is gone. */
interface Client {
  run(sqlText: string, binds?: number[]): Promise<(string | null)[][]>;
}

async function signIn(url: string, names = ''): Promise<Client> {
  const post = async (
    path: string,
    body: object,
    token = '',
  ): Promise<{ success: boolean; message: string; data: Record<string, unknown> }> => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { authorization: `Snowflake Token="${token}"` },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as {
      success: boolean;
      message: string;
      data: Record<string, unknown>;
    };
    if (!answer.success) throw new Error(answer.message);
    return answer;
  };
  const { data } = await post(`/session/v1/login-request${names}`, {
    data: { LOGIN_NAME: 'tester', PASSWORD: 'right' },
  });
  return {
    run: async (sqlText, binds = []) => {
      const bindings = Object.fromEntries(
        binds.map((value, index) => [index + 1, { type: 'FIXED', value: String(value) }]),
      );
      const path = `/queries/v1/query-request?requestId=${randomUUID()}`;
      return (await post(path, { sqlText, bindings }, String(data.token))).data.rowset as (string | null)[][];
    },
  };
}

const IN_PUBLIC = '?databaseName=d&schemaName=public';

const holder = (): { pid: number; since: string; url: string } =>
  JSON.parse(readFileSync(join(dir, 'holder.json'), 'utf8')) as { pid: number; since: string; url: string };

/** What the client knows: what was committed, and what the statement that was on its way would have committed. */
interface Known {
  rows: Set<number>;
  tables: Set<number>;
  pending: { rows: number[]; tables: number[]; removed: number[] };
}

let next = 1;

/** One step of the client's work; each is done whole or not at all. */
async function step(client: Client, known: Known): Promise<void> {
  const id = next++;
  const commit = (rows: number[], tables: number[] = [], removed: number[] = []): void => {
    known.pending = { rows, tables, removed };
  };
  switch (id % 6) {
    case 0:
      commit([id]);
      await client.run('INSERT INTO log VALUES (?)', [id]);
      break;
    case 1:
      await client.run('BEGIN');
      await client.run('INSERT INTO log VALUES (?)', [id]);
      await client.run('INSERT INTO log VALUES (?)', [-id]);
      commit([id, -id]);
      await client.run('COMMIT');
      break;
    case 2:
      await client.run('BEGIN');
      await client.run('INSERT INTO log VALUES (?)', [id]);
      await client.run('ROLLBACK');
      break;
    case 3:
      commit([], [id]);
      await client.run(`CREATE TABLE made_${id} (a INT)`);
      break;
    case 4:
      // Consumes the stream: its rows move to the sink, all or none, and the offset with them.
      await client.run('INSERT INTO sink SELECT id FROM changes');
      break;
    default: {
      const [victim] = known.rows;
      commit([], [], victim === undefined ? [] : [victim]);
      if (victim !== undefined) await client.run('DELETE FROM log WHERE id = ?', [victim]);
    }
  }
  for (const row of known.pending.rows) known.rows.add(row);
  for (const row of known.pending.removed) known.rows.delete(row);
  for (const table of known.pending.tables) known.tables.add(table);
  known.pending = { rows: [], tables: [], removed: [] };
}

async function numbers(client: Client, sql: string): Promise<number[]> {
  return (await client.run(sql)).map(([value]) => Number(value));
}

test('38: killed at random times, it has every committed statement and no other', async () => {
  server = await start();
  let client = await signIn(server.url);
  await client.run('CREATE DATABASE d');
  await client.run('CREATE TABLE log (id INT)');
  await client.run('CREATE TABLE sink (id INT)');
  await client.run('CREATE STREAM changes ON TABLE log APPEND_ONLY = TRUE');
  const known: Known = {
    rows: new Set(),
    tables: new Set(),
    pending: { rows: [], tables: [], removed: [] },
  };
  const inserted = new Set<number>();
  for (let round = 0; round < ROUNDS; round++) {
    const { pid, url } = holder();
    expect(url).toBe(server.url);
    const kill = setTimeout(() => process.kill(pid, 'SIGKILL'), 300 + Math.random() * 1200);
    await expect(
      (async () => {
        for (;;) await step(client, known);
      })(),
    ).rejects.toThrow();
    clearTimeout(kill);
    await server.ended;
    const { pending } = known;

    server = await start();
    expect(holder().pid).not.toBe(pid);
    client = await signIn(server.url, IN_PUBLIC);
    const rows = new Set(await numbers(client, 'SELECT id FROM log'));
    const tables = new Set(
      await numbers(
        client,
        "SELECT SUBSTR(table_name, 6) FROM INFORMATION_SCHEMA.TABLES WHERE table_name LIKE 'MADE\\\\_%' ESCAPE '\\\\'",
      ),
    );
    // The statement that was on its way is there whole, or not at all.
    const isThere =
      pending.rows.every((row) => rows.has(row)) &&
      pending.removed.every((row) => !rows.has(row)) &&
      pending.tables.every((table) => tables.has(table));
    if (isThere) {
      for (const row of pending.rows) known.rows.add(row);
      for (const row of pending.removed) known.rows.delete(row);
      for (const table of pending.tables) known.tables.add(table);
    }
    known.pending = { rows: [], tables: [], removed: [] };
    expect([...rows].sort()).toEqual([...known.rows].sort());
    expect([...tables].sort()).toEqual([...known.tables].sort());
    // Each row that was ever inserted came through the stream once: consumed, or still to come.
    for (const row of rows) inserted.add(row);
    const through = await numbers(client, 'SELECT id FROM sink UNION ALL SELECT id FROM changes');
    expect(new Set(through).size).toBe(through.length);
    for (const row of inserted) expect(through).toContain(row);
  }
  expect(next).toBeGreaterThan(ROUNDS);
}, 120_000);

test('20: a second process on its directory says who holds it, and changes nothing', async () => {
  const { pid, since, url } = holder();
  expect(new Date(since).getTime()).toBeLessThanOrEqual(Date.now());
  await expect(start()).rejects.toThrow('exit code 1');
  // What it said on its standard error is of the same text as the engine's error.
  const { Engine } = await import('../../../actions/local-stack/snowflake/engine/engine.ts');
  await expect(Engine.open({ dir, persistent: true })).rejects.toThrow(
    `the directory ${dir} is in use by a local Snowflake: process ${pid} since ${since}, at ${url}. Stop that one first, or give another directory.`,
  );
  const client = await signIn(url, IN_PUBLIC);
  expect(await client.run('SELECT COUNT(*) >= 0 FROM log')).toEqual([['1']]);
}, 60_000);
