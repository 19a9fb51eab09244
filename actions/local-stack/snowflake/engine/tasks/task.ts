import type { AlterTask, CreateTask, ExecuteTask, ObjectName } from '../../../../shared/sql/ast.ts';
import { alreadyExists, compilationError, SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { findObject, formatName, requireSchema, resolveName } from '../names.ts';
import type { TaskRecord } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import type { Transaction } from '../transaction.ts';
import { lastRun, startGraphRun } from './graph-run.ts';
import { checkCondition, conditionStreams } from './task-condition.ts';
import { dependents } from './task-graph.ts';
import { applyProperties, checkConfig, taskDefaults, unsetProperty } from './task-properties.ts';
import { checkGraph, requireSuspendedRoot } from './task-rules.ts';

/** CREATE [OR REPLACE | OR ALTER] TASK: a new task is suspended, an altered one keeps its state. */
export async function createTask(
  statement: CreateTask,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const name = resolveName(statement.name, session, run);
  const { catalog } = session.engine;
  requireSchema(session, name);
  const existing = catalog.find(['TASK'], name.database, name.schema, name.name);
  if (existing !== undefined && statement.ifNotExists)
    return statusResult(`${name.name} already exists, statement succeeded.`);
  if (existing !== undefined && !statement.orReplace && !statement.orAlter)
    throw alreadyExists(formatName(name), statement.name.start);
  const kept = statement.orAlter && existing !== undefined;
  const fresh = {
    kind: 'TASK' as const,
    id: existing?.id ?? catalog.nextId(),
    ...name,
    createdAt: kept ? existing.createdAt : run.startedAt,
    droppedAt: null,
    owner: kept ? existing.owner : session.role,
    state: kept ? existing.state : ('suspended' as const),
    consecutiveFailures: 0,
  };
  const task: TaskRecord =
    statement.clone === null
      ? {
          ...fresh,
          ...taskDefaults,
          comment: statement.comment ?? '',
          after: statement.after.map((predecessor) => findObject(['TASK'], predecessor, session, run).id),
          finalizes:
            statement.finalize === null ? null : findObject(['TASK'], statement.finalize, session, run).id,
          whenText: statement.whenText,
          bodyText: statement.bodyText,
          properties: {},
        }
      : { ...structuredClone(findObject(['TASK'], statement.clone, session, run)), ...fresh };
  applyProperties(task, statement.properties, session);
  if (task.whenText !== null) checkCondition(task.whenText, statement.start);
  checkGraph(task, session, statement.name);
  requireSuspendedRoot(task, session, statement.name);
  await session.define((transaction) => transaction.save(task));
  if (kept) return statusResult('Statement executed successfully.');
  return statusResult(`Task ${name.name} successfully created.`);
}

/** ALTER TASK */
export async function alterTask(statement: AlterTask, session: Session, run: Run): Promise<StatementResult> {
  const { action } = statement;
  const name = resolveName(statement.name, session, run);
  const found = session.engine.catalog.find(['TASK'], name.database, name.schema, name.name);
  if (found === undefined && statement.ifExists) return statusResult('Statement executed successfully.');
  const task: TaskRecord = structuredClone(found ?? findObject(['TASK'], statement.name, session, run));
  if (action.kind !== 'resume' && action.kind !== 'suspend')
    requireSuspendedRoot(task, session, statement.name);

  switch (action.kind) {
    case 'resume':
      requireRunnable(task, session, statement.name);
      task.state = 'started';
      task.consecutiveFailures = 0;
      break;
    case 'suspend':
      task.state = 'suspended';
      break;
    case 'set':
      applyProperties(task, action.properties, session);
      break;
    case 'unset':
      for (const property of action.names) unsetProperty(task, property, statement.name);
      break;
    case 'addAfter':
      task.after = [
        ...new Set([
          ...task.after,
          ...action.tasks.map((other) => findObject(['TASK'], other, session, run).id),
        ]),
      ];
      break;
    case 'removeAfter': {
      const removed = action.tasks.map((other) => findObject(['TASK'], other, session, run).id);
      task.after = task.after.filter((id) => !removed.includes(id));
      break;
    }
    case 'modifyAs':
      task.bodyText = action.bodyText;
      break;
    case 'modifyWhen':
      checkCondition(action.whenText, statement.start);
      task.whenText = action.whenText;
      break;
    case 'removeWhen':
      task.whenText = null;
      break;
    case 'setFinalize':
      task.finalizes = findObject(['TASK'], action.root, session, run).id;
      break;
    case 'unsetFinalize':
      task.finalizes = null;
      break;
  }
  checkGraph(task, session, statement.name);
  await session.define((transaction) => transaction.save(task));
  return statusResult('Statement executed successfully.');
}

/** EXECUTE TASK: one run of the graph starts now, in the background, as on a real account. */
export async function executeTask(
  statement: ExecuteTask,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const task = findObject(['TASK'], statement.name, session, run);
  if (task.after.length > 0 || task.finalizes !== null) {
    throw new SnowflakeError(
      '091086',
      '42601',
      `Task ${formatName(task)} is not a root task: only a root task can be executed.`,
    );
  }
  if (statement.config !== null) checkConfig(statement.config, statement.start);
  if (statement.retryLast && lastRun(session.engine, task)?.failed !== true) {
    throw new SnowflakeError(
      '091089',
      '55000',
      `Cannot retry the last run of the graph with root task ${formatName(task)}: it has not failed and was not cancelled.`,
    );
  }
  // Background work ends with the engine: graphsEnded waits for it.
  void startGraphRun(session.engine, task, { config: statement.config, retryLast: statement.retryLast });
  return statusResult(`Task ${task.name} is scheduled to run immediately.`);
}

/** SYSTEM$TASK_DEPENDENTS_ENABLE: resumes the root and everything below it, children first. */
export async function enableDependents(
  root: TaskRecord,
  session: Session,
  transaction: Transaction,
): Promise<void> {
  for (const task of [...dependents(session.engine.catalog, root), root]) {
    await transaction.save({ ...task, state: 'started', consecutiveFailures: 0 });
  }
}

/** Source: docs.snowflake.com, "Triggered tasks": without a SCHEDULE, WHEN names the streams that start the task. */
function requireRunnable(task: TaskRecord, session: Session, at: ObjectName): void {
  if (task.after.length > 0 || task.finalizes !== null)
    requireSuspendedRoot({ ...task, state: 'suspended' }, session, at);
  else if (task.schedule === null && task.whenText !== null && conditionStreams(task.whenText).length === 0) {
    throw compilationError(
      '091083',
      '42601',
      `Task ${task.name} has no SCHEDULE, and its WHEN names no stream that could start it.`,
      at.start,
    );
  }
}
