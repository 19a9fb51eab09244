import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine, type TestSession } from '../../../support/engine.ts';

// Source: docs.snowflake.com, "Transactions", Resource locking, Deadlock.
let t: TestEngine;
let sessions: TestSession[];
beforeEach(async () => {
  t = await openTestEngine();
  sessions = [t, await t.open(), await t.open()];
  for (const name of ['a', 'b', 'c']) {
    await t.sql(`CREATE TABLE ${name} (x INT)`);
    await t.sql(`INSERT INTO ${name} VALUES (0)`);
  }
});
afterEach(() => t.close());

describe('transactions that wait for each other', () => {
  for (const count of [2, 3])
    test(`in a ring of ${count} end with a deadlock error at once, and the others go on`, async () => {
      const tables = ['a', 'b', 'c'].slice(0, count);
      for (const [index, name] of tables.entries()) {
        await sessions[index]!.sql('BEGIN');
        await sessions[index]!.sql(`UPDATE ${name} SET x = ${index + 1}`);
      }
      const next = (index: number): string => tables[(index + 1) % count]!;
      const waiting: Promise<unknown>[] = [];
      for (let index = 0; index < count - 1; index++) {
        waiting.push(sessions[index]!.sql(`UPDATE ${next(index)} SET x = x + 10`));
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
      const last = sessions[count - 1]!;
      const error = await last.error(`UPDATE ${next(count - 1)} SET x = 99`);
      expect([error.code, error.message]).toEqual(['200001', expect.stringContaining('deadlock')]);
      await last.sql('ROLLBACK');
      for (let index = count - 2; index >= 0; index--) {
        await waiting[index];
        await sessions[index]!.sql('COMMIT');
      }
      expect(await t.value('SELECT x FROM a')).toBe('1');
    });
});

test('a statement that waits for a lock is cancelled', async () => {
  const other = sessions[1]!;
  await t.sql('BEGIN');
  await t.sql('UPDATE a SET x = 1');
  const waiting = other.error('UPDATE a SET x = 2');
  await new Promise((resolve) => setTimeout(resolve, 30));
  other.session.cancel();
  expect((await waiting).code).toBe('000604');
  await t.sql('COMMIT');
  expect(await other.sql('SELECT x FROM a')).toEqual([['1']]);
});
