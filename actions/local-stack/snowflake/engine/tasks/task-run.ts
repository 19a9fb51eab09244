import { randomUUID } from 'node:crypto';
import { parseQueryText } from '../../../../shared/sql/parse.ts';
import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { type Engine, newQueryId } from '../engine.ts';
import { formatName } from '../names.ts';
import type { TaskRecord } from '../objects.ts';
import type { Session } from '../session.ts';
import { dependents } from './task-graph.ts';
import { recordTaskRun, type TaskRun, taskRuns } from './task-history.ts';

/** Chains of runs by root task: without overlapping, one starts when the other has ended. */
const running = new WeakMap<Engine, Map<number, Promise<void>>>();

export interface GraphRunOptions {
  /** JSON that replaces the root's CONFIG for this run. */
  config?: string | null;
  /** EXECUTE TASK … RETRY LAST: only what failed or never ran in the last run. */
  retryLast?: boolean;
  scheduledAt?: number;
  scheduledFrom?: 'SCHEDULE' | 'EXECUTE TASK' | 'TRIGGER';
}

/** Whether a run of this root's graph is going or waiting. */
export function isRunning(engine: Engine, root: TaskRecord): boolean {
  return running.get(engine)?.has(root.id) ?? false;
}

/** Starts one run of a graph in the background; its outcome is in the task history. */
export function startGraphRun(
  engine: Engine,
  root: TaskRecord,
  options: GraphRunOptions = {},
): Promise<void> {
  const chains = running.get(engine) ?? new Map<number, Promise<void>>();
  running.set(engine, chains);
  const before = root.allowOverlapping ? undefined : chains.get(root.id);
  const run: Promise<void> = Promise.resolve(before)
    .then(() => runGraph(engine, root.id, options))
    .catch((error: unknown) => {
      process.stderr.write(
        `task graph ${formatName(root)}: ${error instanceof Error ? error.stack : error}\n`,
      );
    })
    .finally(() => {
      if (chains.get(root.id) === run) chains.delete(root.id);
    });
  chains.set(root.id, run);
  return run;
}

/** Waits until no graph runs: for a clean stop. */
export async function graphsEnded(engine: Engine): Promise<void> {
  await Promise.all(running.get(engine)?.values() ?? []);
}

type Outcome = 'SUCCEEDED' | 'FAILED' | 'SKIPPED' | 'IGNORED';

interface GraphRun {
  engine: Engine;
  root: TaskRecord;
  groupId: string;
  config: string | null;
  options: GraphRunOptions;
  scheduledAt: number;
  outcomes: Map<number, Outcome>;
}

async function runGraph(engine: Engine, rootId: number, options: GraphRunOptions): Promise<void> {
  const root = engine.catalog.get(rootId);
  if (root?.kind !== 'TASK' || root.droppedAt !== null) return;
  const previous = options.retryLast === true ? lastRun(engine, root) : undefined;
  const graph: GraphRun = {
    engine,
    root,
    groupId: previous?.groupId ?? randomUUID(),
    config: options.config ?? root.config,
    options,
    scheduledAt: options.scheduledAt ?? engine.now(),
    outcomes: new Map(previous?.outcomes),
  };
  // Group and attempt together name one run of the graph: a retry counts on.
  const firstAttempt = (previous?.attempt ?? 0) + 1;
  let attempt = firstAttempt;
  for (; ; attempt++) {
    await runOnce(graph, attempt);
    const failed = [...graph.outcomes.values()].includes('FAILED');
    if (!failed || attempt - firstAttempt >= root.autoRetryAttempts) {
      await countFailures(graph, attempt, failed);
      break;
    }
    // An automatic retry starts again at what failed.
    for (const [id, outcome] of graph.outcomes) if (outcome === 'FAILED') graph.outcomes.delete(id);
  }
  const finalizer = engine.catalog
    .list('TASK')
    .find((task) => task.finalizes === root.id && task.state === 'started');
  if (finalizer !== undefined && graph.outcomes.get(root.id) !== 'SKIPPED')
    await runTask(finalizer, graph, attempt);
}

/** One pass over the graph: the root, then every child whose predecessors have succeeded. */
async function runOnce(graph: GraphRun, attempt: number): Promise<void> {
  const { engine, root, outcomes } = graph;
  if (!outcomes.has(root.id)) outcomes.set(root.id, await runTask(root, graph, attempt));
  // A root that was skipped has no run at all; one that failed leaves its children unrun.
  if (outcomes.get(root.id) !== 'SUCCEEDED') return;
  const children = dependents(engine.catalog, root).filter((task) => task.finalizes === null);
  for (const task of children) if (task.state === 'suspended') outcomes.set(task.id, 'IGNORED');
  const pending = new Set(children.filter((task) => !outcomes.has(task.id)));
  while (pending.size > 0) {
    const ready = [...pending].filter((task) => isReady(task, graph));
    if (ready.length === 0) return;
    await Promise.all(
      ready.map(async (task) => {
        pending.delete(task);
        outcomes.set(task.id, await runTask(task, graph, attempt));
      }),
    );
  }
}

/** Source: "Create a sequence of tasks with a task graph": suspended predecessors do not count, but one must be resumed. */
function isReady(task: TaskRecord, { outcomes }: GraphRun): boolean {
  const states = task.after.map((id) => outcomes.get(id));
  const counted = states.filter((state) => state !== 'IGNORED');
  return counted.length > 0 && counted.every((state) => state === 'SUCCEEDED' || state === 'SKIPPED');
}

async function runTask(task: TaskRecord, graph: GraphRun, attempt: number): Promise<Outcome> {
  const { engine, root } = graph;
  const session = await engine.openSession({
    id: `task-${task.id}-${randomUUID()}`,
    user: 'SYSTEM',
    role: task.owner,
    warehouse: task.warehouse,
    database: task.database,
    schema: task.schema,
    parameters: Object.fromEntries(
      Object.entries(task.properties).filter(([name]) => isSessionParameter(name)),
    ),
  });
  session.task = {
    config: graph.config,
    rootId: root.id,
    taskId: task.id,
    groupId: graph.groupId,
    returnValue: null,
  };
  const entry: TaskRun = {
    taskId: task.id,
    name: task.name,
    database: task.database ?? '',
    schema: task.schema ?? '',
    rootId: root.id,
    groupId: graph.groupId,
    attempt,
    state: 'EXECUTING',
    queryId: newQueryId(),
    queryText: task.bodyText,
    conditionText: task.whenText,
    errorCode: null,
    errorMessage: null,
    scheduledAt: graph.scheduledAt,
    startedAt: null,
    completedAt: null,
    returnValue: null,
    scheduledFrom: graph.options.scheduledFrom ?? 'EXECUTE TASK',
    config: graph.config,
  };
  await recordTaskRun(engine, entry);
  let timer: NodeJS.Timeout | undefined;
  try {
    if (task.whenText !== null && !(await conditionHolds(task.whenText, session))) {
      entry.state = 'SKIPPED';
      entry.errorCode = '0040003';
      entry.errorMessage = 'Conditional expression for task evaluated to false.';
      return 'SKIPPED';
    }
    entry.startedAt = engine.now();
    timer = setTimeout(() => session.cancel(), task.timeoutMs);
    await session.execute(task.bodyText, { queryId: entry.queryId });
    entry.state = 'SUCCEEDED';
    return 'SUCCEEDED';
  } catch (error) {
    entry.state = 'FAILED';
    entry.errorCode = error instanceof SnowflakeError ? error.code : '000603';
    entry.errorMessage = error instanceof Error ? error.message : String(error);
    if (!(error instanceof SnowflakeError))
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    return 'FAILED';
  } finally {
    clearTimeout(timer);
    entry.completedAt = engine.now();
    entry.returnValue = session.task.returnValue;
    await session.close();
    await recordTaskRun(engine, entry);
  }
}

async function conditionHolds(whenText: string, session: Session): Promise<boolean> {
  // Parsed first, so that the condition can be nothing but an expression.
  const text = `SELECT ${whenText}`;
  parseQueryText(text);
  const result = await session.execute(text);
  return result.rows[0]?.[0] === '1';
}

/** After SUSPEND_TASK_AFTER_NUM_FAILURES failed runs in a row the root is suspended. */
async function countFailures(graph: GraphRun, attempt: number, failed: boolean): Promise<void> {
  const { engine, root, groupId } = graph;
  const current = engine.catalog.get(root.id);
  if (current?.kind !== 'TASK' || (!failed && current.consecutiveFailures === 0)) return;
  const consecutiveFailures = failed ? current.consecutiveFailures + 1 : 0;
  const suspend = current.suspendAfterFailures > 0 && consecutiveFailures >= current.suspendAfterFailures;
  const session = await engine.openSession({ id: `task-${root.id}-${randomUUID()}`, user: 'SYSTEM' });
  try {
    await session.define((transaction) =>
      transaction.save({ ...current, consecutiveFailures, state: suspend ? 'suspended' : current.state }),
    );
  } finally {
    await session.close();
  }
  if (!suspend) return;
  for (const run of taskRuns(engine)) {
    if (run.groupId === groupId && run.attempt === attempt && run.state === 'FAILED') {
      await recordTaskRun(engine, { ...run, state: 'FAILED_AND_AUTO_SUSPENDED' });
    }
  }
}

/** What succeeded in the last run, so that a retry leaves it alone. */
function lastRun(
  engine: Engine,
  root: TaskRecord,
): { groupId: string; attempt: number; outcomes: Map<number, Outcome> } | undefined {
  const runs = [...taskRuns(engine)].filter((run) => run.rootId === root.id);
  const groupId = runs.at(-1)?.groupId;
  if (groupId === undefined) return undefined;
  const outcomes = new Map<number, Outcome>();
  let attempt = 0;
  for (const run of runs) {
    if (run.groupId !== groupId) continue;
    attempt = Math.max(attempt, run.attempt);
    if (run.state === 'SUCCEEDED' || run.state === 'SKIPPED') outcomes.set(run.taskId, run.state);
  }
  return { groupId, attempt, outcomes };
}

function isSessionParameter(name: string): boolean {
  return ![
    'USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE',
    'ERROR_INTEGRATION',
    'USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS',
  ].includes(name);
}
