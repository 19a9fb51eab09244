import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { graphsEnded } from '../../../../../actions/local-stack/snowflake/engine/tasks/graph-run.ts';
import { runDueTasks } from '../../../../../actions/local-stack/snowflake/engine/tasks/task-scheduler.ts';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

// Source: documentation pages "Introduction to tasks", "Create a sequence of tasks with a task graph", "TASK_HISTORY".
let t: TestEngine;

beforeEach(async () => {
  t = await openTestEngine();
  await t.sql('CREATE TABLE log (name VARCHAR)');
});
afterEach(() => t.close());

/** Runs a graph and gives NAME → STATE of its newest runs. */
async function execute(root: string, suffix = ''): Promise<Record<string, string>> {
  await t.sql(`EXECUTE TASK ${root}${suffix}`);
  await graphsEnded(t.engine);
  return states();
}

async function states(): Promise<Record<string, string>> {
  const rows = await t.sql(
    "SELECT NAME, STATE FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY()) WHERE STATE <> 'SCHEDULED' QUALIFY ROW_NUMBER() OVER (PARTITION BY NAME ORDER BY SCHEDULED_TIME DESC, COMPLETED_TIME DESC) = 1",
  );
  return Object.fromEntries(rows.map(([name, state]) => [name!, state!]));
}

async function logged(): Promise<string[]> {
  return (await t.sql('SELECT name FROM log ORDER BY name')).map(([name]) => name!);
}

const insert = (name: string): string => `INSERT INTO log VALUES ('${name}')`;

describe('a task', () => {
  test('is created suspended, and EXECUTE TASK runs it once all the same', async () => {
    await t.sql(`CREATE TASK a SCHEDULE = '60 MINUTES' AS ${insert('a')}`);
    expect((await t.sql('SHOW TASKS'))[0]).toContain('suspended');
    expect(await execute('a')).toEqual({ A: 'SUCCEEDED' });
    expect(await logged()).toEqual(['a']);
  });

  test('with a predecessor cannot have a schedule', async () => {
    await t.sql(`CREATE TASK a AS ${insert('a')}`);
    const error = await t.error(`CREATE TASK b SCHEDULE = '5 MINUTES' AFTER a AS ${insert('b')}`);
    expect(error.message).toContain('has a predecessor and cannot have a SCHEDULE');
  });

  test('that is not a root cannot be executed', async () => {
    await t.sql(`CREATE TASK a AS ${insert('a')}`);
    await t.sql(`CREATE TASK b AFTER a AS ${insert('b')}`);
    expect((await t.error('EXECUTE TASK b')).message).toContain('is not a root task');
  });

  test('whose schedule cannot be read is refused, with the ways to write it', async () => {
    const error = await t.error(`CREATE TASK a SCHEDULE = 'every day' AS ${insert('a')}`);
    expect(error.message).toContain("Invalid schedule 'every day'");
    expect(error.message).toContain("'USING CRON 0 3 * * * UTC'");
  });

  test('reads its WAREHOUSE, COMMENT and session parameters back; an unknown property is refused', async () => {
    await t.sql(
      `CREATE TASK a SCHEDULE = '5 MINUTES' TIMEZONE = 'Asia/Tokyo' COMMENT = 'c' AS ${insert('a')}`,
    );
    expect((await t.error(`CREATE TASK b COLOUR = 'red' AS ${insert('b')}`)).message).toContain(
      "invalid parameter 'COLOUR'",
    );
  });
});

describe('a graph', () => {
  beforeEach(async () => {
    await t.sql(`CREATE TASK root AS ${insert('root')}`);
    await t.sql(`CREATE TASK left_child AFTER root AS ${insert('left')}`);
    await t.sql(`CREATE TASK right_child AFTER root AS ${insert('right')}`);
    await t.sql(`CREATE TASK last AFTER left_child, right_child AS ${insert('last')}`);
  });

  test('runs each task after all its predecessors, once resumed', async () => {
    expect(await t.value("SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('root')")).toBe(
      'Statement executed successfully.',
    );
    const runs = await execute('root');
    expect(runs).toEqual({
      ROOT: 'SUCCEEDED',
      LEFT_CHILD: 'SUCCEEDED',
      RIGHT_CHILD: 'SUCCEEDED',
      LAST: 'SUCCEEDED',
    });
    expect(await logged()).toEqual(['last', 'left', 'right', 'root']);
    const order = await t.sql(
      'SELECT NAME FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY()) ORDER BY QUERY_START_TIME',
    );
    expect(order[0]![0]).toBe('ROOT');
    expect(order[3]![0]).toBe('LAST');
  });

  test('leaves suspended children out, and what follows only them', async () => {
    await t.sql('ALTER TASK left_child RESUME');
    expect(await execute('root')).toEqual({ ROOT: 'SUCCEEDED', LEFT_CHILD: 'SUCCEEDED' });
    await t.sql('ALTER TASK last RESUME');
    await execute('root');
    // One of its predecessors is suspended, the other has succeeded.
    expect(await logged()).toContain('last');
  });

  test('does not run what comes after a failed task, and says why it failed', async () => {
    await t.sql("CREATE OR REPLACE TASK left_child AFTER root AS SELECT 'x'::NUMBER");
    await t.sql("SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('root')");
    expect(await execute('root')).toEqual({
      ROOT: 'SUCCEEDED',
      LEFT_CHILD: 'FAILED',
      RIGHT_CHILD: 'SUCCEEDED',
    });
    const [run] = await t.sql(
      "SELECT ERROR_CODE, ERROR_MESSAGE FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY(TASK_NAME => 'LEFT_CHILD'))",
    );
    expect(run![0]).toBe('100038');
    expect(run![1]).toContain("Numeric value 'x' is not recognized");
  });

  // Source: docs.snowflake.com, SYSTEM$PREDECESSORS_STATE: ALL_SUCCEEDED is the default condition of a task.
  test('leaves unrun what comes after a task that WHEN has skipped, unless its own WHEN lets it', async () => {
    await t.sql(
      `CREATE OR REPLACE TASK right_child AFTER root WHEN SYSTEM$STREAM_HAS_DATA('nothing') AS ${insert('right')}`,
    );
    await t.sql('CREATE TABLE empty (x INT)');
    await t.sql('CREATE STREAM nothing ON TABLE empty');
    await t.sql("SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('root')");
    expect(await execute('root')).toEqual({
      ROOT: 'SUCCEEDED',
      LEFT_CHILD: 'SUCCEEDED',
      RIGHT_CHILD: 'SKIPPED',
    });
    await t.sql('ALTER TASK root SUSPEND');
    await t.sql("ALTER TASK last MODIFY WHEN SYSTEM$PREDECESSORS_STATE('NONE_FAILED')");
    expect(await execute('root')).toMatchObject({ RIGHT_CHILD: 'SKIPPED', LAST: 'SUCCEEDED' });
    expect(await logged()).toEqual(['last', 'left', 'left', 'root', 'root']);
  });

  test('runs its finalizer last, also after a failure', async () => {
    await t.sql("CREATE OR REPLACE TASK left_child AFTER root AS SELECT 'x'::NUMBER");
    await t.sql(`CREATE TASK finish FINALIZE = root AS ${insert('finish')}`);
    await t.sql("SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('root')");
    expect(await execute('root')).toMatchObject({ LEFT_CHILD: 'FAILED', FINISH: 'SUCCEEDED' });
  });

  test('has no cycle', async () => {
    expect((await t.error('ALTER TASK left_child ADD AFTER last')).message).toContain(
      'a task graph has no cycles',
    );
  });

  test('is changed only while its root is suspended', async () => {
    await t.sql("ALTER TASK root SET SCHEDULE = '60 MINUTES'");
    await t.sql("SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('root')");
    expect((await t.error(`ALTER TASK last MODIFY AS ${insert('x')}`)).message).toContain('is not suspended');
    await t.sql('ALTER TASK root SUSPEND');
    await t.sql(`ALTER TASK last MODIFY AS ${insert('x')}`);
  });

  test('RETRY LAST runs only what has not succeeded', async () => {
    await t.sql("CREATE OR REPLACE TASK left_child AFTER root AS SELECT 'x'::NUMBER");
    await t.sql("SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('root')");
    await execute('root');
    await t.sql('ALTER TASK root SUSPEND');
    await t.sql(`ALTER TASK left_child MODIFY AS ${insert('left')}`);
    expect(await execute('root', ' RETRY LAST')).toMatchObject({
      LEFT_CHILD: 'SUCCEEDED',
      LAST: 'SUCCEEDED',
    });
    expect(await logged()).toEqual(['last', 'left', 'right', 'root']);
  });
});

test('a root is suspended after so many failed runs in a row', async () => {
  await t.sql(
    "CREATE TASK a SCHEDULE = '60 MINUTES' SUSPEND_TASK_AFTER_NUM_FAILURES = 2 AS SELECT 'x'::NUMBER",
  );
  await t.sql('ALTER TASK a RESUME');
  expect(await execute('a')).toEqual({ A: 'FAILED' });
  expect((await t.sql('SHOW TASKS'))[0]).toContain('started');
  expect(await execute('a')).toEqual({ A: 'FAILED_AND_AUTO_SUSPENDED' });
  expect((await t.sql('SHOW TASKS'))[0]).toContain('suspended');
});

test('TASK_AUTO_RETRY_ATTEMPTS runs a failed graph again', async () => {
  await t.sql("CREATE TASK a TASK_AUTO_RETRY_ATTEMPTS = 2 AS SELECT 'x'::NUMBER");
  await execute('a');
  const attempts = await t.sql(
    'SELECT ATTEMPT_NUMBER FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY()) ORDER BY 1',
  );
  expect(attempts.flat()).toEqual(['1', '2', '3']);
});

test('a resumed root runs when its schedule comes due in its own time zone', async () => {
  let now = Date.parse('2026-03-01T00:00:00Z') * 1000;
  const timed = await openTestEngine({ clock: () => now });
  await timed.sql('CREATE TABLE log (name VARCHAR)');
  await timed.sql(
    "CREATE TASK a SCHEDULE = 'USING CRON 0 9 * * * Asia/Tokyo' AS INSERT INTO log VALUES ('a')",
  );
  await timed.sql("CREATE TASK b SCHEDULE = '90 MINUTES' AS INSERT INTO log VALUES ('b')");
  const due = new Map<number, { schedule: string; at: number }>();
  expect(runDueTasks(timed.engine, due)).toEqual([]);
  await timed.sql('ALTER TASK a RESUME');
  await timed.sql('ALTER TASK b RESUME');
  expect(runDueTasks(timed.engine, due)).toEqual([]);
  // 9:00 in Tokyo is midnight UTC: a day from now.
  now += 90 * 60 * 1_000_000;
  await Promise.all(runDueTasks(timed.engine, due));
  expect((await timed.sql('SELECT name FROM log')).flat()).toEqual(['b']);
  await timed.sql('ALTER TASK b SUSPEND');
  now += (22 * 60 + 30) * 60 * 1_000_000;
  await Promise.all(runDueTasks(timed.engine, due));
  expect((await timed.sql('SELECT name FROM log ORDER BY name')).flat()).toEqual(['a', 'b']);
  await timed.close();
});

test('the history survives the server', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'globalmart-task-'));
  const first = await openTestEngine({ dir, persistent: true });
  await first.sql('CREATE TASK a AS SELECT 1');
  await first.sql('EXECUTE TASK a');
  await graphsEnded(first.engine);
  await first.close();
  const second = await openTestEngine({ dir, persistent: true });
  expect(await second.sql('SELECT NAME, STATE FROM TABLE(D.INFORMATION_SCHEMA.TASK_HISTORY())')).toEqual([
    ['A', 'SUCCEEDED'],
  ]);
  await second.close();
  rmSync(dir, { recursive: true, force: true });
});
