import type { AlterTask, CreateTask, ExecuteTask, ObjectName, Property } from '../../../../shared/sql/ast.ts';
import {
  alreadyExists,
  compilationError,
  notSupportedHere,
  SnowflakeError,
} from '../../../../shared/sql/snowflake-error.ts';
import { findObject, formatName, requireSchema, resolveName } from '../names.ts';
import {
  booleanProperty,
  numberProperty,
  plainValue,
  property,
  stringProperty,
} from '../objects/properties.ts';
import type { TaskRecord } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import type { Transaction } from '../transaction.ts';
import { dependents, hasCycle, rootOf } from './task-graph.ts';
import { startGraphRun } from './task-run.ts';
import { validateSchedule } from './task-schedule.ts';

/** What a task that does not say otherwise has. Source: "CREATE TASK". */
const defaults = {
  allowOverlapping: false,
  timeoutMs: 3_600_000,
  suspendAfterFailures: 10,
  autoRetryAttempts: 0,
};

/** CREATE [OR REPLACE] TASK: a new task is suspended. */
export async function createTask(
  statement: CreateTask,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const name = resolveName(statement.name, session, run);
  const { catalog } = session.engine;
  requireSchema(session, name);
  if (statement.orAlter) throw notSupportedHere('CREATE OR ALTER TASK', statement.start);
  if (statement.clone !== null) throw notSupportedHere('CREATE TASK … CLONE', statement.start);
  const existing = catalog.find(['TASK'], name.database, name.schema, name.name);
  if (existing !== undefined && statement.ifNotExists)
    return statusResult(`${name.name} already exists, statement succeeded.`);
  if (existing !== undefined && !statement.orReplace)
    throw alreadyExists(formatName(name), statement.name.start);

  const task: TaskRecord = {
    kind: 'TASK',
    id: existing?.id ?? catalog.nextId(),
    ...name,
    createdAt: run.startedAt,
    droppedAt: null,
    owner: session.role,
    comment: statement.comment ?? '',
    state: 'suspended',
    warehouse: null,
    schedule: null,
    after: statement.after.map((predecessor) => findObject(['TASK'], predecessor, session, run).id),
    finalizes: statement.finalize === null ? null : findObject(['TASK'], statement.finalize, session, run).id,
    whenText: statement.whenText,
    bodyText: statement.bodyText,
    config: null,
    ...defaults,
    consecutiveFailures: 0,
    properties: {},
  };
  applyProperties(task, statement.properties, session);
  checkGraph(task, session, statement.name);
  requireSuspendedRoot(task, session, statement.name);
  await session.define((transaction) => transaction.save(task));
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
  if (task.after.length > 0) {
    throw new SnowflakeError(
      '091086',
      '42601',
      `Task ${formatName(task)} is not a root task: only a root task can be executed.`,
    );
  }
  startGraphRun(session.engine, task, { config: statement.config, retryLast: statement.retryLast });
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

/** Properties of CREATE and ALTER SET: what the engine knows, then session parameters; nothing is ignored. */
function applyProperties(task: TaskRecord, properties: Property[], session: Session): void {
  for (const { name, value, start } of properties) {
    const one = properties.filter((candidate) => candidate.name === name);
    switch (name) {
      case 'WAREHOUSE':
        task.warehouse = stringProperty(one, name) ?? null;
        break;
      case 'SCHEDULE':
        task.schedule = stringProperty(one, name) ?? null;
        if (task.schedule !== null) validateSchedule(task.schedule, start);
        break;
      case 'CONFIG':
        task.config = stringProperty(one, name) ?? null;
        break;
      case 'ALLOW_OVERLAPPING_EXECUTION':
        task.allowOverlapping = booleanProperty(one, name) ?? defaults.allowOverlapping;
        break;
      case 'USER_TASK_TIMEOUT_MS':
        task.timeoutMs = numberProperty(one, name) ?? defaults.timeoutMs;
        break;
      case 'SUSPEND_TASK_AFTER_NUM_FAILURES':
        task.suspendAfterFailures = numberProperty(one, name) ?? defaults.suspendAfterFailures;
        break;
      case 'TASK_AUTO_RETRY_ATTEMPTS':
        task.autoRetryAttempts = numberProperty(one, name) ?? defaults.autoRetryAttempts;
        break;
      case 'COMMENT':
        task.comment = stringProperty(one, name) ?? '';
        break;
      case 'USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE':
      case 'ERROR_INTEGRATION':
      case 'USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS':
        task.properties[name] = String(plainValue(value));
        break;
      default:
        // Any session parameter may be set for the task's runs.
        session.parameter(name);
        task.properties[name] = String(plainValue(property(properties, name)!.value));
    }
  }
}

function unsetProperty(task: TaskRecord, name: string, at: ObjectName): void {
  if (name === 'WAREHOUSE') task.warehouse = null;
  else if (name === 'SCHEDULE') task.schedule = null;
  else if (name === 'CONFIG') task.config = null;
  else if (name === 'COMMENT') task.comment = '';
  else if (name === 'ALLOW_OVERLAPPING_EXECUTION') task.allowOverlapping = defaults.allowOverlapping;
  else if (name === 'USER_TASK_TIMEOUT_MS') task.timeoutMs = defaults.timeoutMs;
  else if (name === 'SUSPEND_TASK_AFTER_NUM_FAILURES')
    task.suspendAfterFailures = defaults.suspendAfterFailures;
  else if (name === 'TASK_AUTO_RETRY_ATTEMPTS') task.autoRetryAttempts = defaults.autoRetryAttempts;
  else if (name in task.properties) delete task.properties[name];
  else
    throw compilationError('001420', '22023', `property '${name}' is not set on task ${task.name}`, at.start);
}

function checkGraph(task: TaskRecord, session: Session, at: ObjectName): void {
  if (task.after.length > 0 && task.schedule !== null) {
    throw compilationError(
      '091083',
      '42601',
      `Task ${task.name} has a predecessor and cannot have a SCHEDULE`,
      at.start,
    );
  }
  if (hasCycle(session.engine.catalog, task)) {
    throw new SnowflakeError(
      '091080',
      '42601',
      `Task ${formatName(task)} would be its own predecessor: a task graph has no cycles.`,
      { position: at.start },
    );
  }
  for (const id of task.after) {
    const predecessor = session.engine.catalog.get(id);
    if (
      predecessor !== undefined &&
      (predecessor.database !== task.database || predecessor.schema !== task.schema)
    ) {
      throw new SnowflakeError(
        '091082',
        '42601',
        `Task ${formatName(task)} and its predecessor ${formatName(predecessor)} must be in the same schema.`,
        { position: at.start },
      );
    }
  }
}

/** Source: "ALTER TASK": the root is suspended before a graph is changed. */
function requireSuspendedRoot(task: TaskRecord, session: Session, at: ObjectName): void {
  const root = rootOf(session.engine.catalog, task);
  if (root.state === 'started' && root.id !== task.id) {
    throw new SnowflakeError(
      '091083',
      '42601',
      `Unable to update graph with root task ${formatName(root)} since that root task is not suspended.`,
      { position: at.start },
    );
  }
  if (
    task.state === 'started' &&
    root.id === task.id &&
    dependents(session.engine.catalog, task).length > 0
  ) {
    throw new SnowflakeError(
      '091083',
      '42601',
      `Unable to update graph with root task ${formatName(root)} since that root task is not suspended.`,
      { position: at.start },
    );
  }
}

function requireRunnable(task: TaskRecord, session: Session, at: ObjectName): void {
  if (task.after.length > 0 || task.finalizes !== null)
    requireSuspendedRoot({ ...task, state: 'suspended' }, session, at);
  else if (task.schedule === null && task.whenText !== null) {
    throw notSupportedHere('a triggered task (WHEN without SCHEDULE): give it a SCHEDULE', at.start);
  }
}
