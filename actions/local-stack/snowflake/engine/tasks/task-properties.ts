import type { ObjectName, Property } from '../../../../shared/sql/ast.ts';
import type { Position } from '../../../../shared/sql/position.ts';
import { compilationError } from '../../../../shared/sql/snowflake-error.ts';
import {
  booleanProperty,
  numberProperty,
  plainValue,
  property,
  stringProperty,
} from '../objects/properties.ts';
import type { TaskRecord } from '../objects.ts';
import type { Session } from '../session.ts';
import { validateSchedule } from './task-schedule.ts';

export const DEFAULT_TIMEOUT_MS = 3_600_000;

/** What a task that does not say otherwise has. Source: docs.snowflake.com, CREATE TASK. */
export const taskDefaults = {
  warehouse: null,
  schedule: null,
  config: null,
  allowOverlapping: false,
  timeoutMs: DEFAULT_TIMEOUT_MS,
  suspendAfterFailures: 10,
  autoRetryAttempts: 0,
};

/** Kept with a task but no parameter of its sessions. */
export const NOT_PARAMETERS = [
  'USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE',
  'ERROR_INTEGRATION',
  'SUCCESS_INTEGRATION',
  'TARGET_COMPLETION_INTERVAL',
  'SERVERLESS_TASK_MIN_STATEMENT_SIZE',
  'SERVERLESS_TASK_MAX_STATEMENT_SIZE',
  'USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS',
];

/** Bounds of numbers, inclusive. Source: docs.snowflake.com, CREATE TASK; Parameters. */
const BOUNDS: Record<string, [number, number]> = {
  USER_TASK_TIMEOUT_MS: [0, 604_800_000],
  TASK_AUTO_RETRY_ATTEMPTS: [0, 30],
  SUSPEND_TASK_AFTER_NUM_FAILURES: [0, Number.MAX_SAFE_INTEGER],
  USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS: [10, 604_800],
};

/** Properties of CREATE and ALTER SET: what the engine knows, then session parameters; nothing is ignored. */
export function applyProperties(task: TaskRecord, properties: Property[], session: Session): void {
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
        if (task.config !== null) checkConfig(task.config, start);
        break;
      case 'ALLOW_OVERLAPPING_EXECUTION':
        task.allowOverlapping = booleanProperty(one, name) ?? taskDefaults.allowOverlapping;
        break;
      case 'USER_TASK_TIMEOUT_MS':
        // 0 stands for the longest time there is.
        task.timeoutMs = bounded(one, name) || BOUNDS.USER_TASK_TIMEOUT_MS![1];
        break;
      case 'SUSPEND_TASK_AFTER_NUM_FAILURES':
        task.suspendAfterFailures = bounded(one, name);
        break;
      case 'TASK_AUTO_RETRY_ATTEMPTS':
        task.autoRetryAttempts = bounded(one, name);
        break;
      case 'COMMENT':
        task.comment = stringProperty(one, name) ?? '';
        break;
      case 'USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS':
        task.properties[name] = String(bounded(one, name));
        break;
      default:
        // Any session parameter may be set for the task's runs.
        if (!NOT_PARAMETERS.includes(name)) session.parameter(name);
        task.properties[name] = String(plainValue(property(properties, name)!.value));
        if (value.kind === 'list')
          throw compilationError('001008', '22023', `invalid value for ${name}`, start);
    }
  }
}

export function unsetProperty(task: TaskRecord, name: string, at: ObjectName): void {
  if (name === 'WAREHOUSE') task.warehouse = null;
  else if (name === 'SCHEDULE') task.schedule = null;
  else if (name === 'CONFIG') task.config = null;
  else if (name === 'COMMENT') task.comment = '';
  else if (name === 'ALLOW_OVERLAPPING_EXECUTION') task.allowOverlapping = taskDefaults.allowOverlapping;
  else if (name === 'USER_TASK_TIMEOUT_MS') task.timeoutMs = taskDefaults.timeoutMs;
  else if (name === 'SUSPEND_TASK_AFTER_NUM_FAILURES')
    task.suspendAfterFailures = taskDefaults.suspendAfterFailures;
  else if (name === 'TASK_AUTO_RETRY_ATTEMPTS') task.autoRetryAttempts = taskDefaults.autoRetryAttempts;
  else if (name in task.properties) delete task.properties[name];
  else
    throw compilationError('001420', '22023', `property '${name}' is not set on task ${task.name}`, at.start);
}

/** @throws SnowflakeError for a configuration that is no JSON object */
export function checkConfig(config: string, position: Position): void {
  try {
    const value: unknown = JSON.parse(config);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw compilationError(
    '091100',
    '22023',
    `invalid CONFIG '${config}': a task's configuration is a JSON object`,
    position,
  );
}

function bounded(properties: Property[], name: string): number {
  const value = numberProperty(properties, name)!;
  const [low, high] = BOUNDS[name]!;
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw compilationError(
    '001008',
    '22023',
    `invalid value [${value}] for parameter '${name}': it is from ${low} to ${high}`,
    properties[0]?.start,
  );
}
