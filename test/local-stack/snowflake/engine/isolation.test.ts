import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Engine } from '../../../../actions/local-stack/snowflake/engine/engine.ts';
import { openTestEngine, type TestEngine, type TestSession } from '../../../support/engine.ts';

let engine: TestEngine;
let other: TestSession;

beforeAll(async () => {
  engine = await openTestEngine({ limits: { lockSeconds: 1 } });
  other = await engine.open();
});

afterAll(() => engine.close());

// https://docs.snowflake.com/en/sql-reference/transactions: READ COMMITTED
describe('a session sees', () => {
  test('what others commit, statement by statement, also in its own transaction', async () => {
    await engine.sql('CREATE TABLE seen (a INT)');
    await engine.sql('BEGIN');
    expect(await engine.value('SELECT COUNT(*) FROM seen')).toBe('0');
    await other.sql('INSERT INTO seen VALUES (1)');
    expect(await engine.value('SELECT COUNT(*) FROM seen')).toBe('1');
    await engine.sql('ROLLBACK');
  });

  test('nothing that others have not committed, and its own changes at once', async () => {
    await engine.sql('CREATE TABLE own (a INT)');
    await engine.sql('BEGIN');
    await engine.sql('INSERT INTO own VALUES (1)');
    expect(await engine.value('SELECT COUNT(*) FROM own')).toBe('1');
    expect(await other.value('SELECT COUNT(*) FROM own')).toBe('0');
    await engine.sql('COMMIT');
    expect(await other.value('SELECT COUNT(*) FROM own')).toBe('1');
  });

  test('no temporary table and no temporary stage of another, and its own in place of a permanent one', async () => {
    await engine.sql('CREATE STAGE shared_stage');
    await engine.sql("CREATE TEMPORARY STAGE shared_stage COMMENT = 'mine'");
    await engine.sql('CREATE TEMPORARY STAGE hidden_stage');
    expect((await other.error('LIST @hidden_stage')).code).toBe('002003');
    expect(await other.sql('LIST @shared_stage')).toEqual([]);
    await engine.sql('DROP STAGE shared_stage');
    expect(await engine.sql('LIST @shared_stage')).toEqual([]);
    await engine.sql('DROP STAGE shared_stage');
    expect((await engine.error('LIST @shared_stage')).code).toBe('002003');
  });
});

// https://docs.snowflake.com/en/sql-reference/parameters: LOCK_TIMEOUT
test('a statement waits for a lock as long as LOCK_TIMEOUT says, and its transaction goes on', async () => {
  await engine.sql('CREATE TABLE locked (a INT)');
  await engine.sql('BEGIN');
  await engine.sql('INSERT INTO locked VALUES (1)');
  await other.sql('ALTER SESSION SET LOCK_TIMEOUT = 0');
  const error = await other.error('INSERT INTO locked VALUES (2)');
  expect([error.code, error.message.slice(0, 26)]).toEqual(['000625', 'Statement waited 0 seconds']);
  await other.sql('ALTER SESSION UNSET LOCK_TIMEOUT');
  expect((await other.error('UPDATE locked SET a = 3')).message).toContain('Statement waited 1 seconds');
  await engine.sql('COMMIT');
  await other.sql('INSERT INTO locked VALUES (2)');
  expect(await engine.sql('SELECT a FROM locked ORDER BY a')).toEqual([['1'], ['2']]);
});

test('twenty sessions that write one table at once lose nothing', async () => {
  await engine.sql('CREATE TABLE crowd (who INT, n INT)');
  const sessions = await Promise.all(Array.from({ length: 20 }, () => engine.open()));
  await Promise.all(
    sessions.map(async (session, who) => {
      for (let n = 0; n < 3; n++) await session.sql(`INSERT INTO crowd VALUES (${who}, ${n})`);
    }),
  );
  expect(await engine.sql('SELECT COUNT(*), COUNT(DISTINCT who), SUM(n) FROM crowd')).toEqual([
    ['60', '20', '60'],
  ]);
});

describe('a directory', () => {
  const dir = mkdtempSync(join(tmpdir(), 'globalmart-held-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test('is opened once, also within one process', async () => {
    const first = await Engine.open({ dir, persistent: true });
    await expect(Engine.open({ dir, persistent: true })).rejects.toThrow(
      new RegExp(`^the directory ${dir} is in use by a local Snowflake: process ${process.pid} since 20`),
    );
    first.close();
    const again = await Engine.open({ dir, persistent: true });
    again.close();
  });

  test('of a holder that has crashed is taken over, whatever it left', async () => {
    writeFileSync(join(dir, 'holder.json'), '{"pid":1,"since":"2020-01-01T00:00:00Z","url":"http://127.0');
    const engine = await Engine.open({ dir, persistent: true });
    engine.close();
  });
});
