import { afterEach, beforeEach, expect, test } from 'vitest';
import { purgeHistory } from '../../../../../actions/local-stack/snowflake/engine/tables/retention.ts';
import { graphsEnded } from '../../../../../actions/local-stack/snowflake/engine/tasks/graph-run.ts';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

const DAY = 86_400_000_000;
let t: TestEngine;
let now: number;
beforeEach(async () => {
  now = Date.parse('2026-03-01T00:00:00Z') * 1000;
  t = await openTestEngine({ clock: () => now++ });
  await t.sql('CREATE TABLE t (x INT)');
  await t.sql('INSERT INTO t VALUES (1), (2), (3)');
});
afterEach(() => t.close());

/** Old images that are kept of a table. */
async function images(): Promise<number> {
  const id = t.engine.catalog.find(['TABLE'], 'D', 'PUBLIC', 'T')!.id;
  const reader = await t.engine.connection.runAndReadAll(`SELECT count(*) FROM data.h${id}`);
  return Number(reader.getRowsJS()[0]![0]);
}

test('old images go once the retention is over, a bounded number at a time', async () => {
  await t.sql('UPDATE t SET x = x + 1');
  await purgeHistory(t.engine);
  expect(await images()).toBe(3);
  now += 2 * DAY;
  await purgeHistory(t.engine, 2);
  expect(await images()).toBe(1);
  await purgeHistory(t.engine, 2);
  expect(await images()).toBe(0);
  expect(await t.sql('SELECT x FROM t ORDER BY x')).toEqual([['2'], ['3'], ['4']]);
});

test('what a stream still has to show stays, up to the extended retention', async () => {
  await t.sql('CREATE STREAM s ON TABLE t');
  await t.sql('DELETE FROM t WHERE x = 1');
  now += 13 * DAY;
  await purgeHistory(t.engine);
  expect(await t.sql('SELECT x, METADATA$ACTION FROM s')).toEqual([['1', 'DELETE']]);
  now += 2 * DAY;
  await purgeHistory(t.engine);
  expect(await images()).toBe(0);
  expect((await t.error('SELECT * FROM s')).code).toBe('091930');
});

test('what a stream on a join still has to show stays, in each of its tables', async () => {
  await t.sql('CREATE TABLE u (x INT)');
  await t.sql('INSERT INTO u VALUES (1)');
  await t.sql('CREATE VIEW v AS SELECT u.x FROM u JOIN t ON t.x = u.x');
  await t.sql('CREATE STREAM s ON VIEW v');
  await t.sql('DELETE FROM t');
  now += 3 * DAY;
  await purgeHistory(t.engine);
  expect(await t.sql('SELECT x, METADATA$ACTION FROM s')).toEqual([['1', 'DELETE']]);
});

test('a table that a transaction writes is left to the next time', async () => {
  await t.sql('UPDATE t SET x = x + 1');
  now += 2 * DAY;
  await t.sql('BEGIN');
  await t.sql('INSERT INTO t VALUES (9)');
  await purgeHistory(t.engine);
  await t.sql('COMMIT');
  expect(await images()).toBe(3);
  await purgeHistory(t.engine);
  expect(await images()).toBe(0);
});

test('dropped tables go for good after their retention', async () => {
  await t.sql('DROP TABLE t');
  now += 2 * DAY;
  await purgeHistory(t.engine);
  expect(t.engine.catalog.dropped()).toEqual([]);
  expect((await t.error('UNDROP TABLE t')).code).toBe('002003');
});

test('runs of tasks go after 14 days', async () => {
  await t.sql('CREATE TASK k AS SELECT 1');
  await t.sql('EXECUTE TASK k');
  await graphsEnded(t.engine);
  now += 13 * DAY;
  await purgeHistory(t.engine);
  const count = async (): Promise<unknown> => {
    const reader = await t.engine.connection.runAndReadAll('SELECT count(*) FROM catalog.task_runs');
    return Number(reader.getRowsJS()[0]![0]);
  };
  expect(await count()).toBe(1);
  now += 2 * DAY;
  await purgeHistory(t.engine);
  expect(await count()).toBe(0);
});
