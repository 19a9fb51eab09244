import { randomUUID } from 'node:crypto';
import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { type Engine, newQueryId } from '../engine.ts';
import type { TaskRecord } from '../objects.ts';
import type { Session } from '../session.ts';
import type { GraphRun } from './graph-run.ts';
import { runCancellable } from './running-tasks.ts';
import { conditionHolds } from './task-condition.ts';
import { recordTaskRun, type TaskRun } from './task-history.ts';
import { DEFAULT_TIMEOUT_MS, NOT_PARAMETERS } from './task-properties.ts';

/** What became of a task in a graph's run: IGNORED is suspended, NOT_EXECUTED stands behind one that did not succeed. */
export type Outcome = 'SUCCEEDED' | 'FAILED' | 'SKIPPED' | 'CANCELLED' | 'IGNORED' | 'NOT_EXECUTED';

/** A session as a task's statements have it. */
export function openTaskSession(engine: Engine, task: TaskRecord): Promise<Session> {
  return engine.openSession({
    id: `task-${task.id}-${randomUUID()}`,
    user: 'SYSTEM',
    role: task.owner,
    warehouse: task.warehouse,
    database: task.database,
    schema: task.schema,
    parameters: Object.fromEntries(
      Object.entries(task.properties).filter(([name]) => !NOT_PARAMETERS.includes(name)),
    ),
  });
}

/** Runs one task of a graph's run and writes its history. */
export async function runTask(task: TaskRecord, graph: GraphRun, attempt: number): Promise<Outcome> {
  const { engine, root } = graph;
  const session = await openTaskSession(engine, task);
  session.task = {
    config: graph.config,
    rootId: root.id,
    taskId: task.id,
    groupId: graph.groupId,
    scheduledAt: graph.scheduledAt,
    returnValue: null,
    outcomes: graph.outcomes,
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
  let skipped = false;
  try {
    // Whoever finds the run in the history can cancel it: it is cancellable before it is recorded.
    const ended = await runCancellable(session, task.id, timeLimit(task, graph), async () => {
      await recordTaskRun(engine, entry);
      skipped = task.whenText !== null && !(await conditionHolds(task.whenText, session));
      if (skipped) return;
      entry.startedAt = engine.now();
      await session.execute(task.bodyText, { queryId: entry.queryId });
    });
    if (ended !== null) return endEarly(entry, ended, timeLimit(task, graph));
    if (skipped) {
      entry.state = 'SKIPPED';
      entry.errorCode = '0040003';
      entry.errorMessage = 'Conditional expression for task evaluated to false.';
      return 'SKIPPED';
    }
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
    entry.completedAt = engine.now();
    entry.returnValue = session.task.returnValue;
    await session.close();
    await recordTaskRun(engine, entry);
  }
}

/** A root's USER_TASK_TIMEOUT_MS is for its whole graph; a task that has one of its own goes by that. Source: CREATE TASK. */
function timeLimit(task: TaskRecord, graph: GraphRun): number {
  if (task.id === graph.root.id || task.timeoutMs !== DEFAULT_TIMEOUT_MS) return task.timeoutMs;
  return Math.max(1, graph.deadline - Date.now());
}

function endEarly(entry: TaskRun, reason: 'timeout' | 'cancelled', limitMs: number): Outcome {
  if (reason === 'timeout') {
    entry.state = 'FAILED';
    entry.errorCode = '000630';
    entry.errorMessage = `Statement reached its statement or warehouse timeout of ${Math.round(limitMs / 1000)} second(s) and was canceled.`;
    return 'FAILED';
  }
  entry.state = 'CANCELLED';
  entry.errorCode = '000604';
  entry.errorMessage = 'SQL execution canceled';
  return 'CANCELLED';
}
