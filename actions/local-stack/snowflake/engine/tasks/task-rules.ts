import type { ObjectName } from '../../../../shared/sql/ast.ts';
import { compilationError, SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { formatName } from '../names.ts';
import type { TaskRecord } from '../objects.ts';
import type { Session } from '../session.ts';
import { dependents, hasCycle, rootOf } from './task-graph.ts';

/** Limits of graphs. Source: docs.snowflake.com, "Create a sequence of tasks with a task graph". */
const MAX_TASKS = 1000;
const MAX_LINKS = 100;

/** What a task, as it is to be, must be in its graph. @throws SnowflakeError naming what it is not */
export function checkGraph(task: TaskRecord, session: Session, at: ObjectName): void {
  const { catalog } = session.engine;
  const refuse = (code: string, what: string): never => {
    throw new SnowflakeError(code, '42601', what, { position: at.start });
  };
  const name = formatName(task);
  if (task.after.length > 0 && task.schedule !== null) {
    throw compilationError(
      '091083',
      '42601',
      `Task ${task.name} has a predecessor and cannot have a SCHEDULE`,
      at.start,
    );
  }
  if (task.finalizes !== null && (task.after.length > 0 || task.schedule !== null))
    refuse('091083', `Finalizer task ${name} can have neither a SCHEDULE nor a predecessor.`);
  if (task.config !== null && (task.after.length > 0 || task.finalizes !== null))
    refuse('091083', `Task ${name} is not a root task: CONFIG is set on the root of a graph.`);
  if (hasCycle(catalog, task))
    refuse('091080', `Task ${name} would be its own predecessor: a task graph has no cycles.`);
  if (task.after.length > MAX_LINKS)
    refuse('091084', `Task ${name} has more than ${MAX_LINKS} predecessors.`);
  const above = [...task.after, ...(task.finalizes === null ? [] : [task.finalizes])];
  for (const id of above) {
    const other = catalog.get(id);
    if (other?.kind !== 'TASK') continue;
    if (other.database !== task.database || other.schema !== task.schema)
      refuse('091082', `Task ${name} and its predecessor ${formatName(other)} must be in the same schema.`);
    if (other.owner !== task.owner)
      refuse('091085', `Task ${name} and its predecessor ${formatName(other)} must have the same owner.`);
    if (other.finalizes !== null)
      refuse('091086', `Finalizer task ${formatName(other)} cannot have a task after it.`);
    const children = catalog.list('TASK').filter((one) => one.id !== task.id && one.after.includes(id));
    if (task.after.includes(id) && children.length >= MAX_LINKS)
      refuse('091084', `Task ${formatName(other)} has ${MAX_LINKS} tasks after it, which is the most.`);
  }
  if (task.finalizes !== null) {
    const target = catalog.get(task.finalizes);
    if (target?.kind === 'TASK' && target.after.length > 0)
      refuse('091086', `Task ${formatName(target)} is not a root task: only a root task has a finalizer.`);
    const other = catalog.list('TASK').find((one) => one.id !== task.id && one.finalizes === task.finalizes);
    if (other !== undefined)
      refuse('091087', `Root task ${formatName(target!)} already has the finalizer ${formatName(other)}.`);
  }
  if (above.length > 0 && dependents(catalog, rootOf(catalog, task)).length >= MAX_TASKS)
    refuse('091084', `A task graph has no more than ${MAX_TASKS} tasks.`);
}

/** Source: docs.snowflake.com, ALTER TASK: the root is suspended before a graph is changed. */
export function requireSuspendedRoot(task: TaskRecord, session: Session, at: ObjectName): void {
  const { catalog } = session.engine;
  const root = rootOf(catalog, task);
  const isRoot = root.id === task.id;
  const alone = isRoot && dependents(catalog, task).length === 0;
  if (alone || (isRoot ? task : root).state !== 'started') return;
  throw new SnowflakeError(
    '091083',
    '42601',
    `Unable to update graph with root task ${formatName(root)} since that root task is not suspended.`,
    { position: at.start },
  );
}
