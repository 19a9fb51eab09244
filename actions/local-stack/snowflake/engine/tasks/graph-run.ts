import { randomUUID } from 'node:crypto';
import type { Engine } from '../engine.ts';
import { formatName } from '../names.ts';
import type { TaskRecord } from '../objects.ts';
import { conditionHolds, decidesOnPredecessors } from './task-condition.ts';
import { dependents } from './task-graph.ts';
import { recordTaskRun, taskRuns } from './task-history.ts';
import { type Outcome, openTaskSession, runTask } from './task-run.ts';

/** Chains of runs by root task: without overlapping, one starts when the other has ended. */
const running = new WeakMap<Engine, Map<number, Promise<void>>>();

export interface GraphRunOptions {
  /** JSON that replaces the root's CONFIG for this run. */
  config?: string | null;
  /** EXECUTE TASK … RETRY LAST: only what failed or never ran in the last run. */
  retryLast?: boolean;
  scheduledAt?: number;
  scheduledFrom?: 'SCHEDULE' | 'EXECUTE TASK' | 'TRIGGER';
  /** A trigger that finds no data leaves no trace, unless this is the check that comes after long silence. */
  recordNoData?: boolean;
}

/** One run of a graph, retries included. */
export interface GraphRun {
  engine: Engine;
  root: TaskRecord;
  groupId: string;
  config: string | null;
  options: GraphRunOptions;
  scheduledAt: number;
  /** When the root's USER_TASK_TIMEOUT_MS ends the run, in ms since 1970 by the machine's clock. */
  deadline: number;
  outcomes: Map<number, Outcome>;
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
  const before = chains.get(root.id);
  // With overlapping allowed a run waits for none, but is waited for.
  const mine = root.allowOverlapping ? undefined : before;
  const work: Promise<unknown> = Promise.resolve(mine)
    .then(() => runGraph(engine, root.id, options))
    .catch((error: unknown) => {
      process.stderr.write(
        `task graph ${formatName(root)}: ${error instanceof Error ? error.stack : error}\n`,
      );
    });
  const run: Promise<void> = Promise.all([before, work])
    .then(() => undefined)
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

async function runGraph(engine: Engine, rootId: number, options: GraphRunOptions): Promise<void> {
  const root = engine.catalog.get(rootId);
  if (root?.kind !== 'TASK' || root.droppedAt !== null) return;
  if (options.scheduledFrom === 'TRIGGER' && !(await isTriggered(engine, root, options))) return;
  const previous = options.retryLast === true ? lastRun(engine, root) : undefined;
  const graph: GraphRun = {
    engine,
    root,
    groupId: previous?.groupId ?? randomUUID(),
    config: options.config ?? root.config,
    options,
    scheduledAt: options.scheduledAt ?? engine.now(),
    deadline: Date.now() + root.timeoutMs,
    outcomes: new Map(previous?.outcomes),
  };
  // Group and attempt together name one run of the graph: a retry counts on.
  const firstAttempt = (previous?.attempt ?? 0) + 1;
  let attempt = firstAttempt;
  for (; ; attempt++) {
    await runOnce(graph, attempt);
    const failed = hasFailed(graph);
    if (!failed || attempt - firstAttempt >= root.autoRetryAttempts) {
      await countFailures(graph, attempt, failed);
      break;
    }
    // An automatic retry starts again at what failed.
    for (const [id, outcome] of graph.outcomes)
      if (outcome === 'FAILED' || outcome === 'NOT_EXECUTED') graph.outcomes.delete(id);
  }
  const finalizer = engine.catalog
    .list('TASK')
    .find((task) => task.finalizes === root.id && task.state === 'started');
  if (finalizer !== undefined && graph.outcomes.get(root.id) !== 'SKIPPED')
    await runTask(finalizer, graph, attempt);
}

function hasFailed(graph: GraphRun): boolean {
  return [...graph.outcomes.values()].includes('FAILED');
}

async function isTriggered(engine: Engine, root: TaskRecord, options: GraphRunOptions): Promise<boolean> {
  if (options.recordNoData === true || root.whenText === null) return true;
  const session = await openTaskSession(engine, root);
  try {
    return await conditionHolds(root.whenText, session);
  } finally {
    await session.close();
  }
}

/** One pass over the graph: the root, then every task once all its predecessors have come to an end. */
async function runOnce(graph: GraphRun, attempt: number): Promise<void> {
  const { engine, root, outcomes } = graph;
  if (!outcomes.has(root.id)) outcomes.set(root.id, await runTask(root, graph, attempt));
  // A root that was skipped has no run at all.
  if (outcomes.get(root.id) === 'SKIPPED') return;
  const children = dependents(engine.catalog, root).filter((task) => task.finalizes === null);
  for (const task of children) if (task.state === 'suspended') outcomes.set(task.id, 'IGNORED');
  const pending = new Set(children.filter((task) => !outcomes.has(task.id)));
  const going = new Set<Promise<void>>();
  while (pending.size > 0 || going.size > 0) {
    for (const task of pending) {
      if (!task.after.every((id) => outcomes.has(id))) continue;
      pending.delete(task);
      if (!mayRun(task, graph)) {
        outcomes.set(task.id, 'NOT_EXECUTED');
        continue;
      }
      const run: Promise<void> = runTask(task, graph, attempt).then((outcome) => {
        outcomes.set(task.id, outcome);
        going.delete(run);
      });
      going.add(run);
    }
    if (going.size === 0 && ![...pending].some((task) => task.after.every((id) => outcomes.has(id)))) return;
    if (going.size > 0) await Promise.race(going);
  }
}

/**
 * Without a word of its own about them, a task runs only when every predecessor has succeeded: one that WHEN has
 * skipped leaves it unrun (SYSTEM$PREDECESSORS_STATE: ALL_SUCCEEDED is the default condition, NONE_FAILED another).
 * Suspended predecessors do not count, but one must be resumed ("Create a sequence of tasks with a task graph").
 */
function mayRun(task: TaskRecord, { outcomes }: GraphRun): boolean {
  const counted = task.after.map((id) => outcomes.get(id)).filter((state) => state !== 'IGNORED');
  if (counted.length === 0) return false;
  return decidesOnPredecessors(task.whenText) || counted.every((state) => state === 'SUCCEEDED');
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

/** The newest run of a graph: its group, its last attempt, what ended well in it, and whether anything failed. */
export function lastRun(
  engine: Engine,
  root: TaskRecord,
): { groupId: string; attempt: number; outcomes: Map<number, Outcome>; failed: boolean } | undefined {
  const runs = [...taskRuns(engine)].filter((run) => run.rootId === root.id);
  const groupId = runs.at(-1)?.groupId;
  if (groupId === undefined) return undefined;
  const outcomes = new Map<number, Outcome>();
  let attempt = 0;
  let failed = false;
  for (const run of runs) {
    if (run.groupId !== groupId) continue;
    if (run.attempt > attempt) failed = false;
    attempt = Math.max(attempt, run.attempt);
    if (run.state === 'SUCCEEDED' || run.state === 'SKIPPED') outcomes.set(run.taskId, run.state);
    else if (run.state !== 'EXECUTING') failed = true;
  }
  return { groupId, attempt, outcomes, failed };
}
