import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { graphsEnded } from '../../../../../actions/local-stack/snowflake/engine/tasks/graph-run.ts';
import { nextRun } from '../../../../../actions/local-stack/snowflake/engine/tasks/task-schedule.ts';
import { runDueTasks } from '../../../../../actions/local-stack/snowflake/engine/tasks/task-scheduler.ts';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

const SECOND = 1_000_000;
let t: TestEngine;
let now: number;
beforeEach(async () => {
  now = Date.parse('2026-03-01T00:00:00Z') * 1000;
  t = await openTestEngine({ clock: () => now });
});
afterEach(() => t.close());

/** The next three times of a calendar after an instant, in UTC. */
function times(schedule: string, after: string): string[] {
  const found: string[] = [];
  let at = Date.parse(after) * 1000;
  while (found.length < 3) {
    at = nextRun(schedule, at);
    found.push(new Date(at / 1000).toISOString().slice(0, 16));
  }
  return found;
}

// Source: docs.snowflake.com, CREATE TASK, SCHEDULE: what summer time leaves out does not run, what it repeats runs twice.
describe('USING CRON', () => {
  test('does not come at an hour that the start of summer time leaves out', () => {
    expect(times('USING CRON 0 2 * * * America/Los_Angeles', '2026-03-06T12:00:00Z')).toEqual([
      '2026-03-07T10:00',
      '2026-03-09T09:00',
      '2026-03-10T09:00',
    ]);
  });

  test('comes twice at an hour that the end of summer time repeats', () => {
    expect(times('USING CRON 30 1 * * * America/Los_Angeles', '2026-10-31T12:00:00Z')).toEqual([
      '2026-11-01T08:30',
      '2026-11-01T09:30',
      '2026-11-02T09:30',
    ]);
    expect(times('USING CRON 15,45 1 * * * America/Los_Angeles', '2026-11-01T08:20:00Z')).toEqual([
      '2026-11-01T08:45',
      '2026-11-01T09:15',
      '2026-11-01T09:45',
    ]);
  });

  test('keeps the hour of its zone on both sides of the change', () => {
    expect(times('USING CRON 0 9 * * * Europe/Berlin', '2026-03-27T12:00:00Z')).toEqual([
      '2026-03-28T08:00',
      '2026-03-29T07:00',
      '2026-03-30T07:00',
    ]);
  });

  test('knows steps, lists, ranges, the last day of a month and days of the week', () => {
    expect(times('USING CRON */20 8-9 * * MON-FRI UTC', '2026-02-27T09:00:00Z')).toEqual([
      '2026-02-27T09:20',
      '2026-02-27T09:40',
      '2026-03-02T08:00',
    ]);
    expect(times('USING CRON 0 0 L * * UTC', '2026-01-31T12:00:00Z')).toEqual([
      '2026-02-28T00:00',
      '2026-03-31T00:00',
      '2026-04-30T00:00',
    ]);
    // Day of month and day of week: either.
    expect(times('USING CRON 0 0 13 * FRI UTC', '2026-03-06T12:00:00Z')).toEqual([
      '2026-03-13T00:00',
      '2026-03-20T00:00',
      '2026-03-27T00:00',
    ]);
  });
});

test('an interval is from 10 seconds to 8 days', async () => {
  expect(nextRun('10 SECONDS', 0)).toBe(10 * SECOND);
  expect(nextRun('11520 MINUTES', 0)).toBe(691_200 * SECOND);
  expect(nextRun('2 HOURS', 0)).toBe(7200 * SECOND);
  for (const schedule of ['5 SECONDS', '11521 MINUTES', '0 MINUTES', 'USING CRON * * * * * Mars/Crater'])
    expect((await t.error(`CREATE TASK a SCHEDULE = '${schedule}' AS SELECT 1`)).code).toBe('091088');
});

// Source: docs.snowflake.com, "Triggered tasks".
describe('a triggered task', () => {
  beforeEach(async () => {
    await t.sql('CREATE TABLE t (x INT)');
    await t.sql('CREATE TABLE log (x INT)');
    await t.sql('CREATE STREAM s ON TABLE t');
  });

  const rows = async (): Promise<string[]> =>
    (await t.sql('SELECT x FROM log ORDER BY x')).map(([x]) => String(x));
  async function tick(seconds: number): Promise<void> {
    now += seconds * SECOND;
    await Promise.all(runDueTasks(t.engine));
  }
  const create = (options = ''): Promise<unknown> =>
    t.sql(`CREATE TASK trig ${options} WHEN SYSTEM$STREAM_HAS_DATA('s') AS INSERT INTO log SELECT x FROM s`);

  test('runs when its stream gets data, at most every 30 seconds', async () => {
    await create();
    await t.sql('ALTER TASK trig RESUME');
    await tick(1);
    expect(await rows()).toEqual([]);
    await t.sql('INSERT INTO t VALUES (1)');
    await tick(1);
    expect(await rows()).toEqual(['1']);
    await t.sql('INSERT INTO t VALUES (2)');
    await tick(10);
    expect(await rows()).toEqual(['1']);
    await tick(20);
    expect(await rows()).toEqual(['1', '2']);
    expect(await t.sql('SELECT STATE, SCHEDULED_FROM FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY())')).toEqual(
      [
        ['SUCCEEDED', 'TRIGGER'],
        ['SUCCEEDED', 'TRIGGER'],
      ],
    );
  });

  test('runs as often as USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS says', async () => {
    await create('USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS = 10');
    await t.sql('ALTER TASK trig RESUME');
    await t.sql('INSERT INTO t VALUES (1)');
    await tick(1);
    await t.sql('INSERT INTO t VALUES (2)');
    await tick(9);
    expect(await rows()).toEqual(['1']);
    await tick(1);
    expect(await rows()).toEqual(['1', '2']);
  });

  test('does nothing while it is suspended, and starts with data that came before', async () => {
    await create();
    await t.sql('INSERT INTO t VALUES (1)');
    await tick(60);
    expect(await rows()).toEqual([]);
    await t.sql('ALTER TASK trig RESUME');
    await tick(1);
    expect(await rows()).toEqual(['1']);
  });

  test('leaves no trace of a change that nets to nothing, and is skipped once in 12 hours of silence', async () => {
    await create();
    await t.sql('ALTER TASK trig RESUME');
    await t.sql('INSERT INTO t VALUES (1)');
    await t.sql('DELETE FROM t');
    await tick(60);
    await tick(60);
    const states = 'SELECT STATE FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY())';
    expect(await t.sql(states)).toEqual([]);
    await tick(12 * 3600);
    expect(await t.sql(states)).toEqual([['SKIPPED']]);
  });

  test('is the root of a graph like any other', async () => {
    await create();
    await t.sql('CREATE TASK after_it AFTER trig AS INSERT INTO log VALUES (100)');
    await t.sql("SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('trig')");
    await t.sql('INSERT INTO t VALUES (1)');
    await tick(1);
    expect(await rows()).toEqual(['1', '100']);
  });

  test('needs a stream in its WHEN to be resumed', async () => {
    await t.sql("CREATE TASK c WHEN SYSTEM$GET_TASK_GRAPH_CONFIG('x') = 'y' AS SELECT 1");
    expect((await t.error('ALTER TASK c RESUME')).message).toContain('names no stream');
  });
});

describe('a run', () => {
  const run = async (): Promise<(string | null)[]> => {
    await graphsEnded(t.engine);
    return (
      await t.sql('SELECT STATE, ERROR_CODE FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY()) ORDER BY NAME')
    ).flat();
  };
  const endless =
    'SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 200000)) a, TABLE(GENERATOR(ROWCOUNT => 200000)) b WHERE RANDOM() = 5';

  test('ends with its USER_TASK_TIMEOUT_MS', async () => {
    await t.sql(`CREATE TASK a USER_TASK_TIMEOUT_MS = 200 AS ${endless}`);
    await t.sql('EXECUTE TASK a');
    expect(await run()).toEqual(['FAILED', '000630']);
  });

  test('that waits for a lock ends with its timeout, too', async () => {
    await t.sql('CREATE TABLE t (x INT)');
    const other = await t.open();
    await other.sql('BEGIN');
    await other.sql('INSERT INTO t VALUES (1)');
    await t.sql('CREATE TASK a USER_TASK_TIMEOUT_MS = 200 AS UPDATE t SET x = 2');
    await t.sql('EXECUTE TASK a');
    expect(await run()).toEqual(['FAILED', '000630']);
    await other.sql('COMMIT');
    expect(await t.sql('SELECT x FROM t')).toEqual([['1']]);
  });

  test("of a child ends with what is left of its root's time, unless it has a timeout of its own", async () => {
    await t.sql('CREATE TASK a USER_TASK_TIMEOUT_MS = 400 AS SELECT 1');
    await t.sql(`CREATE TASK b AFTER a AS ${endless}`);
    await t.sql("SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('a')");
    await t.sql('EXECUTE TASK a');
    expect(await run()).toEqual(['SUCCEEDED', null, 'FAILED', '000630']);
  });

  test('is cancelled by SYSTEM$USER_TASK_CANCEL_ONGOING_EXECUTIONS', async () => {
    await t.sql(`CREATE TASK a AS ${endless}`);
    await t.sql('EXECUTE TASK a');
    while (
      (
        await t.sql(
          "SELECT 1 FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY()) WHERE QUERY_START_TIME IS NOT NULL OR STATE = 'EXECUTING'",
        )
      ).length === 0
    )
      await sleep(10);
    await t.sql("SELECT SYSTEM$USER_TASK_CANCEL_ONGOING_EXECUTIONS('a')");
    expect(await run()).toEqual(['CANCELLED', '000604']);
    await t.sql('ALTER TASK a MODIFY AS SELECT 1');
    await t.sql('EXECUTE TASK a RETRY LAST');
    await graphsEnded(t.engine);
    expect(
      await t.sql('SELECT STATE FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY()) ORDER BY ATTEMPT_NUMBER'),
    ).toEqual([['CANCELLED'], ['SUCCEEDED']]);
  });

  test('goes beside another of the same graph only with ALLOW_OVERLAPPING_EXECUTION', async () => {
    await t.sql('CREATE TABLE t (x INT)');
    const other = await t.open();
    for (const [name, allowed] of [
      ['apart', 'FALSE'],
      ['beside', 'TRUE'],
    ] as const) {
      await other.sql('BEGIN');
      await other.sql('INSERT INTO t VALUES (1)');
      await t.sql(
        `CREATE TASK ${name} SCHEDULE = '1 MINUTE' ALLOW_OVERLAPPING_EXECUTION = ${allowed} AS INSERT INTO t VALUES (2)`,
      );
      await t.sql(`ALTER TASK ${name} RESUME`);
      runDueTasks(t.engine);
      for (let minute = 0; minute < 3; minute++) {
        now += 60 * SECOND;
        runDueTasks(t.engine);
      }
      await other.sql('COMMIT');
      await graphsEnded(t.engine);
      await t.sql(`ALTER TASK ${name} SUSPEND`);
    }
    const counts = await t.sql(
      'SELECT NAME, COUNT(*) FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY()) GROUP BY NAME ORDER BY NAME',
    );
    expect(counts).toEqual([
      ['APART', '1'],
      ['BESIDE', '3'],
    ]);
  });
});

// Source: docs.snowflake.com, TASK_HISTORY, CURRENT_TASK_GRAPHS, COMPLETE_TASK_GRAPHS, TASK_DEPENDENTS.
describe('the history', () => {
  beforeEach(async () => {
    await t.sql("CREATE TASK root SCHEDULE = '60 MINUTES' AS SELECT 1");
    await t.sql("CREATE TASK bad AFTER root AS SELECT 'x'::NUMBER");
    await t.sql('CREATE TASK below AFTER bad AS SELECT 1');
    await t.sql("SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('root')");
    runDueTasks(t.engine);
  });

  test('shows the next run of a schedule as SCHEDULED', async () => {
    expect(
      await t.sql(
        "SELECT NAME, STATE, QUERY_ID, TO_VARCHAR(SCHEDULED_TIME, 'HH24:MI'), COMPLETED_TIME FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY())",
      ),
    ).toEqual([['ROOT', 'SCHEDULED', null, '01:00', null]]);
  });

  test('is narrowed by root, errors and arguments it knows', async () => {
    await t.sql('EXECUTE TASK root');
    await graphsEnded(t.engine);
    const id = await t.value(
      "SELECT ID FROM TABLE(INFORMATION_SCHEMA.TASK_DEPENDENTS(TASK_NAME => 'root')) LIMIT 1",
    );
    const count = (args: string): Promise<string | null> =>
      t.value(`SELECT COUNT(*) FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY(${args}))`);
    expect(await count(`ROOT_TASK_ID => '${id}'`)).toBe('3');
    expect(await count("ROOT_TASK_ID => 'other'")).toBe('0');
    expect(await count('ERROR_ONLY => TRUE')).toBe('1');
    expect(
      (await t.error('SELECT * FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY(COLOUR => 1))')).message,
    ).toContain('COLOUR');
    expect(
      (await t.error('SELECT * FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY(RESULT_LIMIT => 0))')).message,
    ).toContain('from 1 to 10000');
    now += 8 * 86_400 * SECOND;
    expect(await count("TASK_NAME => 'BAD'")).toBe('0');
  });

  test('lists graphs that have ended and those that are to come', async () => {
    await t.sql('EXECUTE TASK root');
    await graphsEnded(t.engine);
    expect(
      await t.sql(
        'SELECT ROOT_TASK_NAME, STATE, FIRST_ERROR_TASK_NAME, FIRST_ERROR_CODE, ATTEMPT_NUMBER, SCHEDULED_FROM FROM TABLE(INFORMATION_SCHEMA.COMPLETE_TASK_GRAPHS())',
      ),
    ).toEqual([['ROOT', 'FAILED', 'BAD', '100038', '1', 'EXECUTE TASK']]);
    expect(
      await t.sql(
        "SELECT ROOT_TASK_NAME, STATE FROM TABLE(INFORMATION_SCHEMA.CURRENT_TASK_GRAPHS(ROOT_TASK_NAME => 'root'))",
      ),
    ).toEqual([['ROOT', 'SCHEDULED']]);
    now += 3700 * SECOND;
    expect(await t.sql('SELECT * FROM TABLE(INFORMATION_SCHEMA.COMPLETE_TASK_GRAPHS())')).toEqual([]);
  });

  test('TASK_DEPENDENTS goes down the whole graph, or one step', async () => {
    const names = async (args: string): Promise<string[]> =>
      (await t.sql(`SELECT NAME FROM TABLE(INFORMATION_SCHEMA.TASK_DEPENDENTS(${args}))`))
        .map(([name]) => name!)
        .sort();
    expect(await names("TASK_NAME => 'root'")).toEqual(['BAD', 'BELOW', 'ROOT']);
    expect(await names("TASK_NAME => 'root', RECURSIVE => FALSE")).toEqual(['BAD', 'ROOT']);
  });
});
