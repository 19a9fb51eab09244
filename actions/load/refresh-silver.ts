import { UserError } from '../shared/errors.ts';
import type { SnowflakeSession } from '../shared/snowflake.ts';
import { readClock } from './copy-history.ts';
import { type Patience, startWait } from './patience.ts';
import { run } from './statement.ts';
import { graphProgress, readTaskGraph, type TaskGraph, type TaskReport } from './task-graph.ts';

export interface SilverReport {
  /** In the order of the graph; tasks that did not run are left out. */
  tasks: TaskReport[];
  warnings: string[];
}

/** Tasks of a run that did not succeed, as TASK_HISTORY has them. */
export class TasksFailedError extends UserError {
  readonly failed: readonly TaskReport[];

  constructor(message: string, failed: readonly TaskReport[]) {
    super(message, {
      remedy: 'Correct the cause, then load again: the streams still hold what was not merged.',
    });
    this.failed = failed;
  }
}

/** A row of TASK_HISTORY. */
interface HistoryRow extends TaskReport {
  groupId: string | null;
  attempt: number;
  /** Started by its schedule rather than by EXECUTE TASK. */
  isScheduled: boolean;
}

/** A task may be recorded as due slightly before the clock was read. */
const CLOCK_MARGIN_MS = 5_000;

/**
 * Runs a task graph once, now, and waits until every task of the run has ended.
 * @param root DATABASE.SCHEMA.NAME
 * @throws TasksFailedError naming each failed task with its error and query id
 * @throws UserError naming what is still running at the deadline
 */
export async function refreshSilver(
  session: SnowflakeSession,
  root: string,
  patience: Patience,
  note: (line: string) => void,
): Promise<SilverReport> {
  const graph = await readTaskGraph(session, root);
  const since = (await readClock(session)) - CLOCK_MARGIN_MS;
  const earlier = new Set((await readTaskHistory(session, root, graph, since)).map(({ groupId }) => groupId));
  await run(session, `EXECUTE TASK ${root}`, [], `execute task ${root}`);

  const wait = startWait(patience, note);
  let known = '';
  for (;;) {
    const rows = (await readTaskHistory(session, root, graph, since)).filter(
      ({ groupId }) => groupId !== null && !earlier.has(groupId),
    );
    const groupId = rows.find((row) => row.name === graph.root.name && !row.isScheduled)?.groupId;
    const runs = newestRuns(rows.filter((row) => row.groupId === groupId));
    const states = new Map([...runs.values()].map(({ name, state }) => [name, state]));
    const { waiting, undecided } = graphProgress(graph, states);

    const standing = JSON.stringify([...states]);
    if (standing !== known) wait.changed();
    known = standing;
    if (waiting.length === 0 && (undecided.length === 0 || wait.unchanged() >= patience.settleMs)) {
      const tasks = graph.tasks.flatMap((task) => runs.get(task.name) ?? []);
      for (const { name, state, seconds } of tasks) note(`task ${name}: ${state}, ${seconds.toFixed(1)} s`);
      refuseFailures(root, tasks);
      return { tasks, warnings: warningsOf(graph, undecided) };
    }
    if (wait.expired()) {
      throw new UserError(
        `the tasks of ${root} have not ended in time; still to come: ${waiting.join(', ')}`,
        {
          remedy: 'Look at the task history in Snowflake, then load again with a larger timeout-minutes.',
        },
      );
    }
    await wait.next(() => `waiting for the tasks of ${root}: ${[...waiting, ...undecided].join(', ')}`);
  }
}

/** The function goes 7 days back; its newest rows come first. Source: docs.snowflake.com, TASK_HISTORY. */
async function readTaskHistory(
  session: SnowflakeSession,
  root: string,
  graph: TaskGraph,
  since: number,
): Promise<HistoryRow[]> {
  const { rows } = await run(
    session,
    `SELECT NAME, STATE, ERROR_CODE, ERROR_MESSAGE, QUERY_ID, ATTEMPT_NUMBER, SCHEDULED_FROM,
            TO_VARCHAR(GRAPH_RUN_GROUP_ID) AS GROUP_ID,
            DATEDIFF(MILLISECOND, QUERY_START_TIME, COMPLETED_TIME) AS TOOK_MS
     FROM TABLE(${root.split('.')[0]}.INFORMATION_SCHEMA.TASK_HISTORY(
       SCHEDULED_TIME_RANGE_START => TO_TIMESTAMP_LTZ(${since}, 3), RESULT_LIMIT => 10000,
       ROOT_TASK_ID => '${graph.root.id}'))
     WHERE ROOT_TASK_ID = '${graph.root.id}'`,
    [],
    `read the task history of ${root}`,
  );
  return rows.map((row) => ({
    name: String(row.NAME),
    state: String(row.STATE),
    seconds: Number(row.TOOK_MS ?? 0) / 1000,
    queryId: row.QUERY_ID == null ? null : String(row.QUERY_ID),
    error: row.ERROR_MESSAGE == null ? null : `${row.ERROR_CODE ?? ''}: ${row.ERROR_MESSAGE}`,
    groupId: row.GROUP_ID == null ? null : String(row.GROUP_ID),
    attempt: Number(row.ATTEMPT_NUMBER ?? 1),
    isScheduled: row.SCHEDULED_FROM === 'SCHEDULE',
  }));
}

/** By task: a task that was retried counts with its last attempt. */
function newestRuns(rows: HistoryRow[]): Map<string, TaskReport> {
  const runs = new Map<string, TaskReport>();
  for (const row of rows.sort((a, b) => a.attempt - b.attempt)) {
    const { name, state, seconds, queryId, error } = row;
    runs.set(name, { name, state, seconds, queryId, error });
  }
  return runs;
}

function refuseFailures(root: string, tasks: TaskReport[]): void {
  const failed = tasks.filter(({ state }) => state !== 'SUCCEEDED' && state !== 'SKIPPED');
  if (failed.length === 0) return;
  const schema = root.slice(0, root.lastIndexOf('.'));
  const lines = failed.map(
    ({ name, state, error, queryId }) =>
      `task ${schema}.${name} ${state.toLowerCase().replaceAll('_', ' ')}: ${error ?? 'no error recorded'}${queryId === null ? '' : `, query ${queryId}`}`,
  );
  throw new TasksFailedError(lines.join('\n'), failed);
}

function warningsOf(graph: TaskGraph, undecided: string[]): string[] {
  const suspended = graph.tasks.filter((task) => task !== graph.root && task.isSuspended);
  return [
    ...suspended.map(({ name }) => `task ${name} is suspended: what it feeds in silver was not refreshed`),
    ...undecided.map((name) => `task ${name} did not run, because a task before it was skipped`),
  ];
}
