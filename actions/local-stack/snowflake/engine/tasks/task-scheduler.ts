import { parseObjectName } from '../../../../shared/sql/parse.ts';
import { runDueAlerts } from '../alerts/alert.ts';
import type { Engine } from '../engine.ts';
import { fullName } from '../names.ts';
import type { TaskRecord } from '../objects.ts';
import { mayHaveData } from '../streams/stream-data.ts';
import { isRunning, startGraphRun } from './graph-run.ts';
import { conditionStreams } from './task-condition.ts';
import { nextRun } from './task-schedule.ts';

/** How often due tasks are looked for, in ms. */
const TICK_MS = 1000;
const SECOND = 1_000_000;
/** A triggered task runs no more often, in seconds. Source: docs.snowflake.com, "Triggered tasks". */
const DEFAULT_TRIGGER_INTERVAL = 30;
/** A triggered task that finds no data is looked at once in this time, and recorded as skipped. Source: the same page. */
const HEALTH_CHECK = 12 * 3600 * SECOND;

/** When a task comes next. `schedule` is '' for a triggered one. */
interface Due {
  schedule: string;
  at: number;
  /** The last start of a triggered task, or when it was first seen. */
  startedAt?: number;
}
const plans = new WeakMap<Engine, Map<number, Due>>();

/** Runs the graphs of resumed root tasks, and resumed alerts, when they come due by the engine's clock. */
export function startTaskScheduler(engine: Engine): { stop(): void } {
  const due = duePlan(engine);
  const timer = setInterval(() => {
    runDueTasks(engine, due);
    runDueAlerts(engine);
  }, TICK_MS);
  return { stop: () => clearInterval(timer) };
}

/** When a resumed root comes due next by its schedule, in microseconds since 1970; null without one. */
export function nextDue(engine: Engine, task: TaskRecord): number | null {
  if (!isScheduledRoot(task)) return null;
  const known = duePlan(engine).get(task.id);
  return known?.schedule === task.schedule ? known.at : nextRun(task.schedule, engine.now());
}

/** Starts what is due now; `due` keeps when each task comes next. */
export function runDueTasks(engine: Engine, due = duePlan(engine)): Promise<void>[] {
  const started: Promise<void>[] = [];
  for (const task of engine.catalog.list('TASK')) {
    if (isScheduledRoot(task)) started.push(...runScheduled(engine, task, due));
    else if (isTriggeredRoot(task)) started.push(...runTriggered(engine, task, due));
    else due.delete(task.id);
  }
  return started;
}

function runScheduled(
  engine: Engine,
  task: TaskRecord & { schedule: string },
  due: Map<number, Due>,
): Promise<void>[] {
  const known = due.get(task.id);
  const isNew = known === undefined || known.schedule !== task.schedule;
  if (!isNew && known.at > engine.now()) return [];
  due.set(task.id, { schedule: task.schedule, at: nextRun(task.schedule, engine.now()) });
  // A run that comes due while another is going is left out, as on a real account.
  if (isNew || (!task.allowOverlapping && isRunning(engine, task))) return [];
  return [startGraphRun(engine, task, { scheduledFrom: 'SCHEDULE', scheduledAt: known.at })];
}

function runTriggered(
  engine: Engine,
  task: TaskRecord & { whenText: string },
  due: Map<number, Due>,
): Promise<void>[] {
  const now = engine.now();
  const known = due.get(task.id) ?? { schedule: '', at: now, startedAt: now };
  due.set(task.id, known);
  if (known.at > now || isRunning(engine, task)) return [];
  const isSilent = now - (known.startedAt ?? now) >= HEALTH_CHECK;
  if (!isSilent && !conditionStreams(task.whenText).some((name) => streamMayHaveData(engine, task, name)))
    return [];
  const interval = Number(
    task.properties.USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS ?? DEFAULT_TRIGGER_INTERVAL,
  );
  due.set(task.id, { schedule: '', at: now + interval * SECOND, startedAt: now });
  return [
    startGraphRun(engine, task, { scheduledFrom: 'TRIGGER', scheduledAt: now, recordNoData: isSilent }),
  ];
}

/** A first look that costs nothing: WHEN itself decides. */
function streamMayHaveData(engine: Engine, task: TaskRecord, name: string): boolean {
  const parts = parseObjectName(name).map((part) => part.name);
  const full = fullName(parts, task);
  const stream = engine.catalog.find(['STREAM'], full.database, full.schema, full.name);
  return stream !== undefined && mayHaveData(stream, engine);
}

function duePlan(engine: Engine): Map<number, Due> {
  const known = plans.get(engine) ?? new Map<number, Due>();
  plans.set(engine, known);
  return known;
}

function isRoot(task: TaskRecord): boolean {
  return task.state === 'started' && task.after.length === 0 && task.finalizes === null;
}

function isScheduledRoot(task: TaskRecord): task is TaskRecord & { schedule: string } {
  return isRoot(task) && task.schedule !== null;
}

function isTriggeredRoot(task: TaskRecord): task is TaskRecord & { whenText: string } {
  return isRoot(task) && task.schedule === null && task.whenText !== null;
}
