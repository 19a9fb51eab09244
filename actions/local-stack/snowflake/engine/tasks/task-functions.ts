import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { TaskRecord } from '../objects.ts';
import type { Session, TaskContext } from '../session.ts';
import { type TaskRun, taskRuns, taskUuid } from './task-history.ts';
import type { Outcome } from './task-run.ts';

/** What a task may hand on is no longer than this, in bytes. Source: docs.snowflake.com, SYSTEM$SET_RETURN_VALUE. */
const MAX_RETURN_VALUE = 10_240;

/** SYSTEM$SET_RETURN_VALUE */
export function setReturnValue(value: string, session: Session): string {
  if (Buffer.byteLength(value) > MAX_RETURN_VALUE) {
    throw new SnowflakeError(
      '091094',
      '22000',
      `The return value of a task is at most ${MAX_RETURN_VALUE} bytes long.`,
    );
  }
  requireTask('SYSTEM$SET_RETURN_VALUE', session).returnValue = value;
  return 'true';
}

/** SYSTEM$GET_PREDECESSOR_RETURN_VALUE: of the one predecessor, or of the one named. */
export function predecessorReturnValue(name: string | null, session: Session): string | null {
  const context = requireTask('SYSTEM$GET_PREDECESSOR_RETURN_VALUE', session);
  const above = predecessors(context, session);
  const found = name === null ? above[0] : above.find((task) => task.name === name.toUpperCase());
  if (found === undefined || (name === null && above.length !== 1)) {
    throw new SnowflakeError(
      '091095',
      '22023',
      name === null
        ? `The task has ${above.length} predecessors: name the one whose return value is meant.`
        : `Task ${name} is not a predecessor of the task that asks for its return value.`,
    );
  }
  return newestRun(found.id, context, session)?.returnValue ?? null;
}

/** SYSTEM$GET_TASK_GRAPH_CONFIG: the whole configuration, or the value at a path. */
export function graphConfig(path: string | null, session: Session): string | null {
  const { config } = requireTask('SYSTEM$GET_TASK_GRAPH_CONFIG', session);
  if (config === null || path === null) return config;
  const value = path
    .split('.')
    .reduce<unknown>((object, key) => (object as Record<string, unknown> | null)?.[key], JSON.parse(config));
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** SYSTEM$TASK_RUNTIME_INFO. Source: its page. @throws SnowflakeError for a name that is none of its arguments */
export function runtimeInfo(argument: string, session: Session): string | null {
  const context = requireTask('SYSTEM$TASK_RUNTIME_INFO', session);
  const { catalog } = session.engine;
  const nameOf = (id: number): string | null => catalog.get(id)?.name ?? null;
  const last = (): TaskRun | undefined =>
    [...taskRuns(session.engine)]
      .filter((run) => run.taskId === context.rootId && run.rootId === context.rootId)
      .filter((run) => run.state === 'SUCCEEDED' && run.groupId !== context.groupId)
      .findLast((run) => graphSucceeded(run.groupId, session));
  switch (argument.toUpperCase()) {
    case 'CURRENT_TASK_NAME':
      return nameOf(context.taskId);
    case 'CURRENT_ROOT_TASK_NAME':
      return nameOf(context.rootId);
    case 'CURRENT_ROOT_TASK_UUID':
      return taskUuid(context.rootId);
    case 'CURRENT_TASK_GRAPH_ORIGINAL_SCHEDULED_TIMESTAMP':
      return timestamp(context.scheduledAt);
    case 'CURRENT_TASK_GRAPH_RUN_GROUP_ID':
      return context.groupId;
    case 'LAST_SUCCESSFUL_TASK_GRAPH_RUN_GROUP_ID':
      return last()?.groupId ?? null;
    case 'LAST_SUCCESSFUL_TASK_GRAPH_ORIGINAL_SCHEDULED_TIMESTAMP': {
      const run = last();
      return run === undefined ? null : timestamp(run.scheduledAt);
    }
    default:
      throw new SnowflakeError(
        '001015',
        '22023',
        `Invalid argument '${argument}' for function SYSTEM$TASK_RUNTIME_INFO.`,
      );
  }
}

const CONDITIONS: Record<string, (states: Outcome[]) => boolean> = {
  ALL_SUCCEEDED: (states) => states.every((state) => state === 'SUCCEEDED'),
  ALL_FAILED: (states) => states.every(failed),
  ALL_DONE: () => true,
  ALL_SKIPPED: (states) => states.every(skipped),
  AT_LEAST_ONE_FAILED: (states) => states.some(failed),
  AT_LEAST_ONE_SUCCEEDED: (states) => states.includes('SUCCEEDED'),
  NONE_FAILED: (states) => !states.some(failed),
  NONE_FAILED_MIN_ONE_SUCCEEDED: (states) => !states.some(failed) && states.includes('SUCCEEDED'),
  NONE_SKIPPED: (states) => !states.some(skipped),
};

/** SYSTEM$PREDECESSORS_STATE. A predecessor that was not run counts as skipped; a suspended one does not count. */
export function predecessorsState(condition: string, session: Session): boolean {
  const context = requireTask('SYSTEM$PREDECESSORS_STATE', session);
  const test = CONDITIONS[condition.toUpperCase()];
  if (test === undefined) {
    throw new SnowflakeError(
      '001015',
      '22023',
      `Invalid condition '${condition}' for SYSTEM$PREDECESSORS_STATE: it is one of ${Object.keys(CONDITIONS).join(', ')}.`,
    );
  }
  const states = predecessors(context, session).map(({ id }) => context.outcomes.get(id) ?? 'NOT_EXECUTED');
  return test(states.filter((state) => state !== 'IGNORED'));
}

/** SYSTEM$TASK_COMPLETION_STATE of a task of the same graph. */
export function completionState(name: string, session: Session): string {
  const context = requireTask('SYSTEM$TASK_COMPLETION_STATE', session);
  const { catalog } = session.engine;
  const self = catalog.get(context.taskId);
  const task = catalog
    .list('TASK', { database: self?.database ?? null, schema: self?.schema ?? null })
    .find((one) => one.name === name.toUpperCase());
  if (task === undefined || !isInGraph(task, context.rootId, session)) {
    throw new SnowflakeError(
      '091095',
      '22023',
      `Task ${name} is not in the graph of the task that asks for its state.`,
    );
  }
  const state = context.outcomes.get(task.id);
  return state === undefined || state === 'IGNORED' ? 'NOT_EXECUTED' : state;
}

function failed(state: Outcome): boolean {
  return state === 'FAILED' || state === 'CANCELLED';
}

function skipped(state: Outcome): boolean {
  return state === 'SKIPPED' || state === 'NOT_EXECUTED';
}

function isInGraph(task: TaskRecord, rootId: number, session: Session): boolean {
  if (task.id === rootId) return true;
  return [...task.after, task.finalizes ?? 0].some((id) => {
    const above = session.engine.catalog.get(id);
    return above?.kind === 'TASK' && isInGraph(above, rootId, session);
  });
}

function predecessors(context: TaskContext, session: Session): TaskRecord[] {
  const { catalog } = session.engine;
  const task = catalog.get(context.taskId);
  if (task?.kind !== 'TASK') return [];
  return task.after.flatMap((id) => {
    const above = catalog.get(id);
    return above?.kind === 'TASK' ? [above] : [];
  });
}

function newestRun(taskId: number, { groupId }: TaskContext, session: Session): TaskRun | undefined {
  return [...taskRuns(session.engine)].findLast((run) => run.taskId === taskId && run.groupId === groupId);
}

function graphSucceeded(groupId: string, session: Session): boolean {
  const newest = new Map<number, TaskRun>();
  for (const run of taskRuns(session.engine)) if (run.groupId === groupId) newest.set(run.taskId, run);
  return [...newest.values()].every(({ state }) => state === 'SUCCEEDED' || state === 'SKIPPED');
}

/** @throws SnowflakeError 091093 outside of a task */
function requireTask(name: string, session: Session): TaskContext {
  if (session.task !== null) return session.task;
  throw new SnowflakeError(
    '091093',
    '55000',
    `SQL compilation error: Function ${name} can only be called from a task.`,
  );
}

/** `2026-03-01 00:00:00.000Z`, as the function gives instants. */
function timestamp(micros: number): string {
  return new Date(micros / 1000).toISOString().replace('T', ' ');
}
