import { randomUUID } from 'node:crypto';
import type { CreateObject, ExecuteAlert } from '../../../../shared/sql/ast.ts';
import { parseStatement } from '../../../../shared/sql/parse.ts';
import { notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import type { Engine } from '../engine.ts';
import { findObject, formatName } from '../names.ts';
import { property, stringProperty } from '../objects/properties.ts';
import type { RecordedObject } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { nextRun, validateSchedule } from '../tasks/task-schedule.ts';

/** When each resumed alert comes next, in microseconds since 1970. */
const plans = new WeakMap<Engine, Map<number, { schedule: string; at: number }>>();

/**
 * What CREATE and ALTER ALERT may say. Source: docs.snowflake.com, CREATE ALERT.
 * @throws SnowflakeError for a schedule that is none; an alert on new data and a condition that is no query are refused
 */
export function requireAlert(properties: CreateObject['properties'], isNew: boolean): void {
  const schedule = stringProperty(properties, 'SCHEDULE');
  const condition = property(properties, 'IF');
  if (schedule !== undefined) validateSchedule(schedule, property(properties, 'SCHEDULE')!.start);
  else if (isNew) throw notSupportedHere('an ALERT without SCHEDULE', condition?.start);
  if (condition === undefined) return;
  if (parseStatement(stringProperty(properties, 'IF')!).kind !== 'select')
    throw notSupportedHere('a condition of an ALERT that is no query', condition.start);
}

/** EXECUTE ALERT: the condition, then the action if it holds; an error of theirs is the statement's. */
export async function executeAlert(
  statement: ExecuteAlert,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  await runAlert(session.engine, findObject(['ALERT'], statement.name, session, run));
  return statusResult('Statement executed successfully.');
}

/** Starts the resumed alerts that have come due by the engine's clock. */
export function runDueAlerts(engine: Engine): Promise<void>[] {
  const plan = plans.get(engine) ?? new Map<number, { schedule: string; at: number }>();
  plans.set(engine, plan);
  return engine.catalog.list('ALERT').flatMap((alert) => {
    const known = plan.get(alert.id);
    const schedule = String(alert.properties.SCHEDULE);
    if (alert.properties.STATE !== 'started') {
      plan.delete(alert.id);
      return [];
    }
    const isNew = known === undefined || known.schedule !== schedule;
    if (!isNew && known.at > engine.now()) return [];
    plan.set(alert.id, { schedule, at: nextRun(schedule, engine.now()) });
    return isNew ? [] : [runAlert(engine, alert).catch((error: unknown) => report(alert, error))];
  });
}

function report(alert: RecordedObject, error: unknown): void {
  process.stderr.write(`alert ${formatName(alert)}: ${error instanceof Error ? error.message : error}\n`);
}

/** In a session of its own, as its owner, in its database and schema. */
async function runAlert(engine: Engine, alert: RecordedObject): Promise<void> {
  const { WAREHOUSE: warehouse, IF: condition, THEN: action } = alert.properties;
  const session = await engine.openSession({
    id: `alert-${alert.id}-${randomUUID()}`,
    user: 'SYSTEM',
    role: alert.owner,
    warehouse: warehouse === undefined ? null : String(warehouse),
    database: alert.database,
    schema: alert.schema,
  });
  try {
    const { rows } = await session.execute(`SELECT 1 WHERE EXISTS (${condition})`);
    if (rows.length > 0) await session.execute(String(action));
  } finally {
    await session.close();
  }
}
