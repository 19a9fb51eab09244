import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { graphsEnded } from '../../../../../actions/local-stack/snowflake/engine/tasks/graph-run.ts';
import { nextRun } from '../../../../../actions/local-stack/snowflake/engine/tasks/task-schedule.ts';
import { runDueTasks } from '../../../../../actions/local-stack/snowflake/engine/tasks/task-scheduler.ts';
import { openTestEngine, type Rows, type TestEngine } from '../../../../support/engine.ts';

// Source: documentation pages "ALTER TASK", "TASK_HISTORY", "Create a sequence of tasks with a task graph".
let t: TestEngine;
let now: number;

beforeEach(async () => {
  now = Date.parse('2026-03-01T00:00:00Z') * 1000;
  t = await openTestEngine({ clock: () => now });
  await t.sql('CREATE TABLE log (name VARCHAR)');
});
afterEach(() => t.close());

const insert = (name: string): string => `INSERT INTO log VALUES ('${name}')`;
const minutes = (count: number): number => count * 60_000_000;

async function execute(root: string, suffix = ''): Promise<void> {
  now += minutes(1);
  await t.sql(`EXECUTE TASK ${root}${suffix}`);
  await graphsEnded(t.engine);
}

/** Runs of the history, oldest first. */
function history(columns: string, named = ''): Promise<Rows> {
  return t.sql(
    `SELECT ${columns} FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY(${named})) WHERE STATE <> 'SCHEDULED' ORDER BY SCHEDULED_TIME, ATTEMPT_NUMBER, NAME`,
  );
}

describe('failures in a row', () => {
  beforeEach(async () => {
    await t.sql(
      "CREATE TASK a SCHEDULE = '60 MINUTES' SUSPEND_TASK_AFTER_NUM_FAILURES = 2 AS SELECT 'x'::NUMBER",
    );
    await t.sql('ALTER TASK a RESUME');
  });

  test('only the run that suspended the task says so', async () => {
    await execute('a');
    await execute('a');
    expect((await history('STATE')).flat()).toEqual(['FAILED', 'FAILED_AND_AUTO_SUSPENDED']);
  });

  test('are counted anew after a run that succeeded', async () => {
    await execute('a');
    await t.sql('ALTER TASK a SUSPEND');
    await t.sql('ALTER TASK a MODIFY AS SELECT 1');
    await execute('a');
    await t.sql("ALTER TASK a MODIFY AS SELECT 'x'::NUMBER");
    await execute('a');
    expect((await history('STATE')).flat()).toEqual(['FAILED', 'SUCCEEDED', 'FAILED']);
  });

  test('are counted anew after SYSTEM$TASK_DEPENDENTS_ENABLE, as after RESUME', async () => {
    await execute('a');
    await t.sql("SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('a')");
    await execute('a');
    expect((await history('STATE')).flat()).toEqual(['FAILED', 'FAILED']);
  });
});

describe('a changed task', () => {
  beforeEach(async () => {
    await t.sql(`CREATE TASK root AS ${insert('root')}`);
    await t.sql(`CREATE TASK child AFTER root AS ${insert('child')}`);
  });

  test('with a predecessor is not given a schedule later', async () => {
    expect((await t.error("ALTER TASK child SET SCHEDULE = '5 MINUTES'")).message).toContain(
      'has a predecessor and cannot have a SCHEDULE',
    );
  });

  test('with a schedule is not given a predecessor later', async () => {
    await t.sql(`CREATE TASK timed SCHEDULE = '5 MINUTES' AS ${insert('timed')}`);
    expect((await t.error('ALTER TASK timed ADD AFTER root')).message).toContain(
      'has a predecessor and cannot have a SCHEDULE',
    );
    await t.sql('ALTER TASK timed UNSET SCHEDULE');
    await t.sql('ALTER TASK timed ADD AFTER root');
    await t.sql("SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('root')");
    await execute('root');
    expect((await t.sql('SELECT name FROM log ORDER BY name')).flat()).toEqual(['child', 'root', 'timed']);
  });

  test('goes back to the defaults of what it unsets', async () => {
    await t.sql('ALTER TASK root SET TASK_AUTO_RETRY_ATTEMPTS = 1');
    await t.sql("ALTER TASK root MODIFY AS SELECT 'x'::NUMBER");
    await execute('root');
    expect(await history('ATTEMPT_NUMBER')).toEqual([['1'], ['2']]);
    await t.sql('ALTER TASK root UNSET TASK_AUTO_RETRY_ATTEMPTS');
    await execute('root');
    expect(await history('ATTEMPT_NUMBER')).toEqual([['1'], ['2'], ['1']]);
  });

  test('resumed below a resumed root is refused until the root is suspended', async () => {
    await t.sql("ALTER TASK root SET SCHEDULE = '60 MINUTES'");
    await t.sql('ALTER TASK root RESUME');
    expect((await t.error('ALTER TASK child RESUME')).message).toContain('is not suspended');
    expect((await t.error(`CREATE TASK other AFTER root AS ${insert('other')}`)).message).toContain(
      'is not suspended',
    );
    await t.sql('ALTER TASK root SUSPEND');
    await t.sql('ALTER TASK child RESUME');
  });
});

describe('TASK_HISTORY', () => {
  test('gives each run of a graph its texts, times, root, group, config and return value', async () => {
    await t.sql(`CREATE TASK root CONFIG = '{"region":"eu"}' AS SELECT SYSTEM$SET_RETURN_VALUE('done')`);
    await t.sql(`CREATE TASK child AFTER root WHEN 1 = 2 AS ${insert('child')}`);
    await t.sql('ALTER TASK child RESUME');
    await execute('root');
    const rows = await history(
      "NAME, DATABASE_NAME, SCHEMA_NAME, STATE, QUERY_TEXT, CONDITION_TEXT, RETURN_VALUE, SCHEDULED_FROM, ATTEMPT_NUMBER, CONFIG, TO_VARCHAR(SCHEDULED_TIME, 'HH24:MI:SS'), QUERY_START_TIME IS NULL, ERROR_CODE",
    );
    const config = '{"region":"eu"}';
    expect(rows).toEqual([
      [
        'CHILD',
        'D',
        'PUBLIC',
        'SKIPPED',
        insert('child'),
        '1 = 2',
        null,
        'EXECUTE TASK',
        '1',
        config,
        '00:01:00',
        '1',
        '0040003',
      ],
      [
        'ROOT',
        'D',
        'PUBLIC',
        'SUCCEEDED',
        "SELECT SYSTEM$SET_RETURN_VALUE('done')",
        null,
        'done',
        'EXECUTE TASK',
        '1',
        config,
        '00:01:00',
        '0',
        null,
      ],
    ]);
    const ids = await history('ROOT_TASK_ID, GRAPH_RUN_GROUP_ID');
    expect(ids[0]).toEqual(ids[1]);
    expect(ids[0]![0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('is narrowed by name, error, time range and limit', async () => {
    await t.sql(`CREATE TASK good AS ${insert('good')}`);
    await t.sql("CREATE TASK bad AS SELECT 'x'::NUMBER");
    await execute('good');
    await execute('bad');
    await execute('good');
    expect(await history('NAME', "TASK_NAME => 'good'")).toEqual([['GOOD'], ['GOOD']]);
    expect(await history('NAME', 'ERROR_ONLY => TRUE')).toEqual([['BAD']]);
    expect(await history('NAME', 'RESULT_LIMIT => 1')).toEqual([['GOOD']]);
    expect(
      await history('NAME', "SCHEDULED_TIME_RANGE_END => '2026-03-01 00:02:00 +0000'::TIMESTAMP_TZ"),
    ).toEqual([['GOOD'], ['BAD']]);
  });

  test('counts the attempts of RETRY LAST on within the same group', async () => {
    await t.sql("CREATE TASK root AS SELECT 'x'::NUMBER");
    await execute('root');
    await t.sql(`ALTER TASK root MODIFY AS ${insert('root')}`);
    await execute('root', ' RETRY LAST');
    expect(await history('STATE, ATTEMPT_NUMBER')).toEqual([
      ['FAILED', '1'],
      ['SUCCEEDED', '2'],
    ]);
    expect(new Set((await history('GRAPH_RUN_GROUP_ID')).flat()).size).toBe(1);
  });
});

describe('a schedule', () => {
  test('that comes due while the last run is going is left out', async () => {
    await t.sql(`CREATE TASK a SCHEDULE = '5 MINUTES' AS ${insert('a')}`);
    await t.sql('ALTER TASK a RESUME');
    const due = new Map<number, { schedule: string; at: number }>();
    runDueTasks(t.engine, due);
    now += minutes(5);
    const first = runDueTasks(t.engine, due);
    now += minutes(5);
    expect(first).toHaveLength(1);
    expect(runDueTasks(t.engine, due)).toEqual([]);
    await graphsEnded(t.engine);
    now += minutes(5);
    await Promise.all(runDueTasks(t.engine, due));
    expect(await history("TO_VARCHAR(SCHEDULED_TIME, 'HH24:MI'), SCHEDULED_FROM")).toEqual([
      ['00:05', 'SCHEDULE'],
      ['00:15', 'SCHEDULE'],
    ]);
  });

  test.each([
    ['30 SECONDS', '2026-03-01T00:00:00Z', '2026-03-01T00:00:30.000Z'],
    ['2 HOURS', '2026-03-01T00:00:00Z', '2026-03-01T02:00:00.000Z'],
    // 9:00 in New York is 14:00 UTC in winter and 13:00 UTC from 8 March 2026.
    ['USING CRON 0 9 * * * America/New_York', '2026-03-07T00:00:00Z', '2026-03-07T14:00:00.000Z'],
    ['USING CRON 0 9 * * * America/New_York', '2026-03-08T00:00:00Z', '2026-03-08T13:00:00.000Z'],
    ['USING CRON 0 0 L * * UTC', '2026-02-10T00:00:00Z', '2026-02-28T00:00:00.000Z'],
    ['USING CRON 0 0 * * 5L UTC', '2026-03-01T00:00:00Z', '2026-03-27T00:00:00.000Z'],
  ])('%j after %s is due at %s', (schedule, after, due) => {
    expect(new Date(nextRun(schedule, Date.parse(after) * 1000) / 1000).toISOString()).toBe(due);
  });

  test.each(['0 MINUTES', 'USING CRON 0 9 * * * Mars/Olympus', 'USING CRON 61 9 * * * UTC'])(
    '%j is refused',
    async (schedule) => {
      const error = await t.error(`CREATE TASK a SCHEDULE = '${schedule}' AS ${insert('a')}`);
      expect(error.message).toContain(`Invalid schedule '${schedule}'`);
    },
  );
});
