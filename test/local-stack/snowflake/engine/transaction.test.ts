import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine, type TestSession } from '../../../support/engine.ts';

describe('an explicit transaction', () => {
  let db: TestEngine;
  let other: TestSession;
  beforeAll(async () => {
    db = await openTestEngine();
    other = await db.open();
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    await db.sql('CREATE OR REPLACE TABLE t (id INT, n INT)');
    await db.sql('CREATE OR REPLACE TABLE source (id INT)');
    await db.sql('CREATE OR REPLACE SEQUENCE seq');
  });

  test('shows its own changes to itself and to others at COMMIT', async () => {
    await db.sql('BEGIN');
    await db.sql('INSERT INTO t VALUES (1, 1), (2, 2)');
    await db.sql('UPDATE t SET n = n + 1');
    await db.sql('DELETE FROM t WHERE id = 2');
    expect(await db.sql('SELECT * FROM t')).toEqual([['1', '2']]);
    expect(await other.sql('SELECT * FROM t')).toEqual([]);
    await db.sql('COMMIT');
    expect(await other.sql('SELECT * FROM t')).toEqual([['1', '2']]);
  });

  test('is READ COMMITTED: a later statement sees what others have committed meanwhile', async () => {
    await db.sql('BEGIN');
    await db.sql('INSERT INTO t VALUES (1, 1)');
    expect(await db.sql('SELECT * FROM source')).toEqual([]);
    await other.sql('INSERT INTO source VALUES (7)');
    expect(await db.sql('SELECT * FROM source')).toEqual([['7']]);
    expect(await db.sql('SELECT * FROM t')).toEqual([['1', '1']]);
    await db.sql('ROLLBACK');
    expect(await db.sql('SELECT * FROM t')).toEqual([]);
  });

  test('goes on after a failed statement; what was done before is exactly as it was', async () => {
    await other.sql('INSERT INTO source VALUES (1)');
    await db.sql('BEGIN');
    await db.sql('INSERT INTO t SELECT id, seq.NEXTVAL FROM source');
    const before = await db.sql('SELECT * FROM t');
    // Applied again, the INSERT … SELECT must not see these rows nor draw new numbers.
    await other.sql('INSERT INTO source VALUES (2), (3)');
    await db.error("INSERT INTO t VALUES ('x', 1)");
    expect(await db.sql('SELECT * FROM t')).toEqual(before);
    await db.sql('INSERT INTO t VALUES (9, 9)');
    await db.sql('COMMIT');
    expect(await db.sql('SELECT id FROM t ORDER BY id')).toEqual([['1'], ['9']]);
  });

  test('is committed by DDL', async () => {
    await db.sql('BEGIN');
    await db.sql('INSERT INTO t VALUES (1, 1)');
    await db.sql('CREATE OR REPLACE TABLE made (a INT)');
    await db.sql('ROLLBACK');
    expect(await db.value('SELECT count(*) FROM t')).toBe('1');
  });

  test('waits for another that writes the same table, then sees its rows', async () => {
    await db.sql('INSERT INTO t VALUES (1, 1)');
    await db.sql('BEGIN');
    await db.sql('UPDATE t SET n = n + 1');
    const waiting = other.sql('UPDATE t SET n = n * 10');
    await db.sql('UPDATE t SET n = n + 1');
    await db.sql('COMMIT');
    await waiting;
    expect(await db.sql('SELECT n FROM t')).toEqual([['30']]);
  });
});

describe('concurrent sessions', () => {
  test('two writers and two consumers of one stream: nothing is lost, nothing comes twice', async () => {
    const db = await openTestEngine();
    await db.sql('CREATE TABLE events (id INT)');
    await db.sql('CREATE TABLE consumed (id INT)');
    await db.sql('CREATE STREAM s ON TABLE events');
    const sessions = await Promise.all([db.open(), db.open(), db.open(), db.open()]);
    const write = async (session: TestSession, first: number): Promise<void> => {
      for (let id = first; id < first + 20; id++) await session.sql(`INSERT INTO events VALUES (${id})`);
    };
    let writing = true;
    const consume = async (session: TestSession, explicit: boolean): Promise<void> => {
      while (writing) {
        if (explicit) await session.sql('BEGIN');
        await session.sql('INSERT INTO consumed SELECT id FROM s');
        if (explicit) await session.sql('COMMIT');
      }
    };
    const consumers = [consume(sessions[2]!, false), consume(sessions[3]!, true)];
    await Promise.all([write(sessions[0]!, 0), write(sessions[1]!, 100)]);
    writing = false;
    await Promise.all(consumers);
    await db.sql('INSERT INTO consumed SELECT id FROM s');
    expect(await db.sql('SELECT count(*), count(DISTINCT id) FROM consumed')).toEqual([['40', '40']]);
    await db.close();
  });

  test('sessions that merge into one table leave each key once', async () => {
    const db = await openTestEngine();
    await db.sql('CREATE TABLE counters (k INT, n INT)');
    const sessions = await Promise.all([db.open(), db.open(), db.open()]);
    await Promise.all(
      sessions.map(async (session) => {
        for (let round = 0; round < 10; round++) {
          await session.sql(`MERGE INTO counters c USING (SELECT ${round % 3} AS k) s ON c.k = s.k
            WHEN MATCHED THEN UPDATE SET n = c.n + 1 WHEN NOT MATCHED THEN INSERT VALUES (s.k, 1)`);
        }
      }),
    );
    expect(await db.sql('SELECT k, n FROM counters ORDER BY k')).toEqual([
      ['0', '12'],
      ['1', '9'],
      ['2', '9'],
    ]);
    await db.close();
  });
});

describe('a persistent directory', () => {
  const dir = mkdtempSync(join(tmpdir(), 'globalmart-engine-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test('opened again has all that was committed, nothing else, and streams keep their offsets', async () => {
    const first = await openTestEngine({ dir, persistent: true });
    await first.sql('CREATE TABLE t (id INT AUTOINCREMENT, v VARCHAR)');
    await first.sql('CREATE TABLE sink (v VARCHAR)');
    await first.sql('CREATE STREAM s ON TABLE t');
    await first.sql("INSERT INTO t (v) VALUES ('a')");
    await first.sql('INSERT INTO sink SELECT v FROM s');
    await first.sql("INSERT INTO t (v) VALUES ('b')");
    await first.sql('CREATE TEMPORARY TABLE passing (a INT)');
    await first.sql('DROP TABLE sink');
    await first.sql('BEGIN');
    await first.sql("INSERT INTO t (v) VALUES ('uncommitted')");
    await first.close();

    const second = await openTestEngine({ dir, persistent: true });
    expect(await second.sql('SELECT v FROM t ORDER BY id')).toEqual([['a'], ['b']]);
    expect(await second.sql('SELECT v, metadata$action FROM s')).toEqual([['b', 'INSERT']]);
    expect((await second.error('SELECT * FROM passing')).code).toBe('002003');
    await second.sql('UNDROP TABLE sink');
    expect(await second.sql('SELECT v FROM sink')).toEqual([['a']]);
    await second.sql("UPDATE t SET v = 'c' WHERE v = 'a'");
    await second.sql("INSERT INTO t (v) VALUES ('d')");
    expect(await second.sql('SELECT v, metadata$action FROM s ORDER BY v')).toEqual([
      ['a', 'DELETE'],
      ['b', 'INSERT'],
      ['c', 'INSERT'],
      ['d', 'INSERT'],
    ]);
    expect(await second.value('SELECT count(DISTINCT id) FROM t')).toBe('3');
    await second.close();
  });

  test('[38] killed in a transaction has all that was committed, and new rows get ids of their own', async () => {
    const own = mkdtempSync(join(tmpdir(), 'globalmart-engine-'));
    const engineFile = fileURLToPath(
      new URL('../../../../actions/local-stack/snowflake/engine/engine.ts', import.meta.url),
    );
    const script = `
      const { Engine } = await import(${JSON.stringify(engineFile)});
      const engine = await Engine.open({ dir: ${JSON.stringify(own)}, persistent: true });
      const session = await engine.openSession({ id: '1', user: 'U' });
      for (const text of ['CREATE DATABASE d', 'CREATE TABLE t (v INT)', 'CREATE STREAM s ON TABLE t',
        'INSERT INTO t VALUES (1), (2)', 'UPDATE t SET v = 20 WHERE v = 2', 'BEGIN', 'INSERT INTO t VALUES (3)'])
        await session.execute(text);
      process.kill(process.pid, 'SIGKILL');`;
    const ended = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(ended.signal, ended.stderr).toBe('SIGKILL');
    const again = await openTestEngine({ dir: own, persistent: true });
    expect(await again.sql('SELECT v FROM t ORDER BY v')).toEqual([['1'], ['20']]);
    await again.sql('INSERT INTO t VALUES (4)');
    expect(await again.sql('SELECT count(*), count(DISTINCT metadata$row_id) FROM s')).toEqual([['3', '3']]);
    expect(readdirSync(join(own, 'files'))).not.toContain('transactions');
    await again.close();
    rmSync(own, { recursive: true, force: true });
  });

  test('versions grow on when the clock has gone back', async () => {
    const clock = (): number => Date.UTC(2020, 0, 1) * 1000;
    const again = await openTestEngine({ dir, persistent: true, clock });
    await again.sql("INSERT INTO t (v) VALUES ('late')");
    expect(await again.value("SELECT count(*) FROM s WHERE v = 'late'")).toBe('1');
    await again.close();
  });

  test('what is past its retention is purged when it is opened, what a stream still shows is not', async () => {
    const start = Date.now() * 1000;
    const own = mkdtempSync(join(tmpdir(), 'globalmart-engine-'));
    const first = await openTestEngine({ dir: own, persistent: true, clock: () => start });
    for (const table of ['plain', 'streamed']) {
      await first.sql(`CREATE TABLE ${table} AS SELECT 1 AS a`);
      if (table === 'streamed') await first.sql('CREATE STREAM s ON TABLE streamed');
      await first.sql(`UPDATE ${table} SET a = 2`);
    }
    await first.sql('CREATE TABLE dropped (a INT)');
    await first.sql('DROP TABLE dropped');
    await first.close();
    const second = await openTestEngine({
      dir: own,
      persistent: true,
      clock: () => start + 3 * 86_400_000_000,
    });
    const counts = async (): Promise<unknown[]> => {
      const ids = second.engine.catalog.list('TABLE').map((table) => table.id);
      const reader = await second.engine.connection.runAndReadAll(
        ids.map((id) => `SELECT count(*)::INT FROM data.h${id}`).join(' UNION ALL '),
      );
      return reader.getRowsJS().flat();
    };
    expect(await counts()).toEqual([0, 1]);
    expect(await second.sql('SELECT a, metadata$action FROM s ORDER BY a')).toEqual([
      ['1', 'DELETE'],
      ['2', 'INSERT'],
    ]);
    expect(second.engine.catalog.dropped()).toEqual([]);
    await second.close();
    rmSync(own, { recursive: true, force: true });
  });
});
