import type { Engine } from '../engine.ts';
import type { TaskRecord } from '../objects.ts';
import { isRunning, startGraphRun } from './task-run.ts';
import { nextRun } from './task-schedule.ts';

/** How often due tasks are looked for, in ms. */
const TICK_MS = 1000;

/** Runs the graphs of resumed root tasks when they come due by the engine's clock. */
export function startTaskScheduler(engine: Engine): { stop(): void } {
  const due = new Map<number, { schedule: string; at: number }>();
  const timer = setInterval(() => runDueTasks(engine, due), TICK_MS);
  return { stop: () => clearInterval(timer) };
}

/** Starts what is due now; `due` keeps when each task comes next. */
export function runDueTasks(
  engine: Engine,
  due: Map<number, { schedule: string; at: number }>,
): Promise<void>[] {
  const started: Promise<void>[] = [];
  for (const task of engine.catalog.list('TASK')) {
    if (!isScheduledRoot(task)) {
      due.delete(task.id);
      continue;
    }
    const known = due.get(task.id);
    if (known === undefined || known.schedule !== task.schedule) {
      due.set(task.id, { schedule: task.schedule, at: nextRun(task.schedule, engine.now()) });
    } else if (known.at <= engine.now()) {
      due.set(task.id, { schedule: task.schedule, at: nextRun(task.schedule, engine.now()) });
      // A run that comes due while another is going is left out, as on a real account.
      if (task.allowOverlapping || !isRunning(engine, task)) {
        started.push(startGraphRun(engine, task, { scheduledFrom: 'SCHEDULE', scheduledAt: known.at }));
      }
    }
  }
  return started;
}

function isScheduledRoot(task: TaskRecord): task is TaskRecord & { schedule: string } {
  return task.state === 'started' && task.schedule !== null && task.after.length === 0;
}
