import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { graphsEnded } from '../../../../../actions/local-stack/snowflake/engine/tasks/graph-run.ts';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

// Source: docs.snowflake.com, SYSTEM$PREDECESSORS_STATE, SYSTEM$TASK_COMPLETION_STATE, CREATE TASK.
let t: TestEngine;
beforeEach(async () => {
  t = await openTestEngine();
  await t.sql('CREATE TABLE nothing (x INT)');
  await t.sql('CREATE STREAM nothing_stream ON TABLE nothing');
  await t.sql('CREATE TASK root AS SELECT 1');
});
afterEach(() => t.close());

const BODIES = {
  good: 'AS SELECT 1',
  bad: "AS SELECT 'x'::NUMBER",
  skipped: "WHEN SYSTEM$STREAM_HAS_DATA('nothing_stream') AS SELECT 1",
};
type Kind = keyof typeof BODIES;

/** Runs a graph of a root, two tasks and one behind both; gives the state of the last. */
async function behind(left: Kind, right: Kind, when: string): Promise<string | null> {
  await t.sql('ALTER TASK root SUSPEND');
  await t.sql(`CREATE OR REPLACE TASK l AFTER root ${BODIES[left]}`);
  await t.sql(`CREATE OR REPLACE TASK r AFTER root ${BODIES[right]}`);
  await t.sql(`CREATE OR REPLACE TASK last AFTER l, r ${when === '' ? '' : `WHEN ${when}`} AS SELECT 1`);
  await t.sql("SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('root')");
  await t.sql('EXECUTE TASK root');
  await graphsEnded(t.engine);
  return t.value(
    "SELECT STATE FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY(TASK_NAME => 'LAST')) ORDER BY SCHEDULED_TIME DESC LIMIT 1",
  );
}

describe('a task behind two others', () => {
  const cases: [Kind, Kind, string, string | null][] = [
    ['good', 'good', '', 'SUCCEEDED'],
    ['good', 'skipped', '', null],
    ['good', 'bad', '', null],
    ['good', 'good', 'ALL_SUCCEEDED', 'SUCCEEDED'],
    ['good', 'skipped', 'ALL_SUCCEEDED', 'SKIPPED'],
    ['bad', 'bad', 'ALL_FAILED', 'SUCCEEDED'],
    ['bad', 'good', 'ALL_FAILED', 'SKIPPED'],
    ['bad', 'skipped', 'ALL_DONE', 'SUCCEEDED'],
    ['skipped', 'skipped', 'ALL_SKIPPED', 'SUCCEEDED'],
    ['good', 'bad', 'AT_LEAST_ONE_FAILED', 'SUCCEEDED'],
    ['good', 'good', 'AT_LEAST_ONE_FAILED', 'SKIPPED'],
    ['bad', 'good', 'AT_LEAST_ONE_SUCCEEDED', 'SUCCEEDED'],
    ['good', 'skipped', 'NONE_FAILED', 'SUCCEEDED'],
    ['good', 'bad', 'NONE_FAILED', 'SKIPPED'],
    ['skipped', 'skipped', 'NONE_FAILED_MIN_ONE_SUCCEEDED', 'SKIPPED'],
    ['good', 'skipped', 'NONE_FAILED_MIN_ONE_SUCCEEDED', 'SUCCEEDED'],
    ['good', 'bad', 'NONE_SKIPPED', 'SUCCEEDED'],
    ['good', 'skipped', 'NONE_SKIPPED', 'SKIPPED'],
  ];
  for (const [left, right, condition, state] of cases) {
    test(`of which one is ${left} and one ${right} under ${condition || 'no condition'}: ${state ?? 'not run'}`, async () => {
      const when = condition === '' ? '' : `SYSTEM$PREDECESSORS_STATE('${condition}')`;
      expect(await behind(left, right, when)).toBe(state);
    });
  }

  test('asks for the state of a task by name', async () => {
    expect(await behind('bad', 'good', "SYSTEM$TASK_COMPLETION_STATE('L') = 'FAILED'")).toBe('SUCCEEDED');
    expect(await behind('skipped', 'good', "SYSTEM$TASK_COMPLETION_STATE('L') = 'FAILED'")).toBe('SKIPPED');
    expect(await behind('skipped', 'good', "SYSTEM$TASK_COMPLETION_STATE('NOBODY') = 'FAILED'")).toBe(
      'FAILED',
    );
  });
});

test('WHEN calls only the functions that task conditions know', async () => {
  const error = await t.error('CREATE TASK c AFTER root WHEN RANDOM() > 0 AS SELECT 1');
  expect(error.message).toContain('Invalid expression for task condition expression: RANDOM');
  expect((await t.error('CREATE TASK c AFTER root WHEN (SELECT TRUE) AS SELECT 1')).code).toBe('002217');
});

test('a graph hands values and its configuration on', async () => {
  await t.sql('CREATE TABLE seen (name VARCHAR, v VARCHAR)');
  await t.sql(
    `CREATE OR REPLACE TASK root CONFIG = '{"env":{"name":"test"}}' AS SELECT SYSTEM$SET_RETURN_VALUE('from root')`,
  );
  await t.sql(
    `CREATE TASK c AFTER root AS INSERT INTO seen SELECT 'value', SYSTEM$GET_PREDECESSOR_RETURN_VALUE()
     UNION ALL SELECT 'named', SYSTEM$GET_PREDECESSOR_RETURN_VALUE('ROOT')
     UNION ALL SELECT 'config', SYSTEM$GET_TASK_GRAPH_CONFIG('env.name')
     UNION ALL SELECT 'task', SYSTEM$TASK_RUNTIME_INFO('CURRENT_TASK_NAME')
     UNION ALL SELECT 'root', SYSTEM$TASK_RUNTIME_INFO('CURRENT_ROOT_TASK_NAME')
     UNION ALL SELECT 'last', SYSTEM$TASK_RUNTIME_INFO('LAST_SUCCESSFUL_TASK_GRAPH_RUN_GROUP_ID')`,
  );
  await t.sql("SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('root')");
  await t.sql('EXECUTE TASK root');
  await graphsEnded(t.engine);
  await t.sql(`EXECUTE TASK root USING CONFIG = '{"env":{"name":"other"}}'`);
  await graphsEnded(t.engine);
  const rows = await t.sql("SELECT name, v FROM seen WHERE name <> 'last' ORDER BY name, v");
  expect(rows).toEqual([
    ['config', 'other'],
    ['config', 'test'],
    ['named', 'from root'],
    ['named', 'from root'],
    ['root', 'ROOT'],
    ['root', 'ROOT'],
    ['task', 'C'],
    ['task', 'C'],
    ['value', 'from root'],
    ['value', 'from root'],
  ]);
  const first = await t.value(
    "SELECT GRAPH_RUN_GROUP_ID FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY(TASK_NAME => 'ROOT')) ORDER BY SCHEDULED_TIME LIMIT 1",
  );
  expect(await t.sql("SELECT v FROM seen WHERE name = 'last' ORDER BY v NULLS FIRST")).toEqual([
    [null],
    [first],
  ]);
});

test('functions of a task are refused outside of one', async () => {
  for (const call of [
    'SYSTEM$GET_PREDECESSOR_RETURN_VALUE()',
    "SYSTEM$TASK_RUNTIME_INFO('CURRENT_TASK_NAME')",
    "SYSTEM$PREDECESSORS_STATE('ALL_DONE')",
  ])
    expect((await t.error(`SELECT ${call}`)).code).toBe('091093');
  expect(await t.value('SELECT SYSTEM$CURRENT_USER_TASK_NAME()')).toBeNull();
});

test('CONFIG is a JSON object of a root', async () => {
  expect((await t.error("CREATE TASK c CONFIG = 'x' AS SELECT 1")).code).toBe('091100');
  expect((await t.error("EXECUTE TASK root USING CONFIG = '[1]'")).code).toBe('091100');
  expect((await t.error("CREATE TASK c CONFIG = '{}' AFTER root AS SELECT 1")).message).toContain('CONFIG');
});

test('RETRY LAST is for a run that has failed', async () => {
  expect((await t.error('EXECUTE TASK root RETRY LAST')).code).toBe('091089');
  await t.sql('EXECUTE TASK root');
  await graphsEnded(t.engine);
  expect((await t.error('EXECUTE TASK root RETRY LAST')).message).toContain('it has not failed');
});

describe('a graph is refused', () => {
  test('with two finalizers, one with a schedule, one of a child, or a task after one', async () => {
    await t.sql('CREATE TASK child AFTER root AS SELECT 1');
    await t.sql('CREATE TASK done FINALIZE = root AS SELECT 1');
    expect((await t.error('CREATE TASK d2 FINALIZE = root AS SELECT 1')).message).toContain(
      'already has the finalizer D.PUBLIC.DONE',
    );
    expect((await t.error("CREATE TASK d2 SCHEDULE = '5 MINUTES' FINALIZE = root AS SELECT 1")).code).toBe(
      '091083',
    );
    expect((await t.error('CREATE TASK d2 FINALIZE = child AS SELECT 1')).message).toContain('not a root');
    expect((await t.error('CREATE TASK d2 AFTER done AS SELECT 1')).message).toContain('Finalizer');
    expect((await t.error('EXECUTE TASK done')).code).toBe('091086');
  });

  test('across schemas or owners, and with more than 100 predecessors', async () => {
    await t.sql('CREATE SCHEMA other');
    await t.sql('USE SCHEMA public');
    expect((await t.error('CREATE TASK other.c AFTER public.root AS SELECT 1')).message).toContain(
      'same schema',
    );
    t.session.role = 'SOMEONE';
    expect((await t.error('CREATE TASK c AFTER root AS SELECT 1')).message).toContain('same owner');
    t.session.role = 'ACCOUNTADMIN';
    for (let index = 0; index <= 100; index++) await t.sql(`CREATE TASK p${index} AS SELECT 1`);
    const all = Array.from({ length: 101 }, (_, index) => `p${index}`).join(', ');
    expect((await t.error(`CREATE TASK c AFTER ${all} AS SELECT 1`)).message).toContain('more than 100');
  });

  test('with numbers out of their bounds', async () => {
    for (const property of [
      'TASK_AUTO_RETRY_ATTEMPTS = 31',
      'USER_TASK_TIMEOUT_MS = -1',
      'USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS = 5',
    ])
      expect((await t.error(`CREATE TASK c ${property} AS SELECT 1`)).code).toMatch(/^0010(08|03)$/);
  });
});

test('CREATE OR ALTER TASK creates, changes and takes back what it does not name', async () => {
  await t.sql("CREATE OR ALTER TASK a SCHEDULE = '5 MINUTES' COMMENT = 'c' AS SELECT 1");
  await t.sql('ALTER TASK a RESUME');
  await t.sql("CREATE OR ALTER TASK a SCHEDULE = '10 MINUTES' AS SELECT 2");
  await t.sql("SHOW TASKS LIKE 'A'");
  const [row] = await t.sql(
    'SELECT "schedule", "comment", "state", "definition" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))',
  );
  expect(row).toEqual(['10 MINUTES', '', 'started', 'SELECT 2']);
});

test('CREATE TASK … CLONE copies a task, suspended', async () => {
  await t.sql("CREATE TASK a SCHEDULE = '5 MINUTES' COMMENT = 'c' AS SELECT 1");
  await t.sql('ALTER TASK a RESUME');
  await t.sql('CREATE TASK b CLONE a');
  await t.sql("SHOW TASKS LIKE 'B'");
  expect(
    await t.sql(
      'SELECT "schedule", "comment", "state", "definition" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))',
    ),
  ).toEqual([['5 MINUTES', 'c', 'suspended', 'SELECT 1']]);
});

test('a task that was dropped leaves its followers as roots', async () => {
  await t.sql('CREATE TASK child AFTER root AS SELECT 1');
  await t.sql('DROP TASK root');
  await t.sql('EXECUTE TASK child');
  await graphsEnded(t.engine);
  expect(
    await t.value("SELECT STATE FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY(TASK_NAME => 'CHILD'))"),
  ).toBe('SUCCEEDED');
});

test('a task may be a block, which hands a value on by CALL SYSTEM$SET_RETURN_VALUE', async () => {
  await t.sql('CREATE TABLE log (x VARCHAR)');
  await t.sql(`CREATE TASK blk AS
    BEGIN
      INSERT INTO log VALUES ('one');
      LET y := 'two';
      INSERT INTO log VALUES (:y);
      CALL SYSTEM$SET_RETURN_VALUE(:y);
    END`);
  await t.sql('EXECUTE TASK blk');
  await graphsEnded(t.engine);
  expect(
    await t.sql('SELECT STATE, ERROR_MESSAGE, RETURN_VALUE FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY())'),
  ).toEqual([['SUCCEEDED', null, 'two']]);
  expect(await t.sql('SELECT x FROM log')).toEqual([['one'], ['two']]);
});
