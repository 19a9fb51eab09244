import type { Engine } from '../engine.ts';
import type { Session } from '../session.ts';

/** Why a running task is ended before its time. */
type EndReason = 'timeout' | 'cancelled';

interface RunningTask {
  taskId: number;
  session: Session;
  reason: EndReason | null;
  timers: NodeJS.Timeout[];
}

const running = new WeakMap<Engine, Set<RunningTask>>();

/** How often a statement that goes on after its end was asked for is interrupted again, in ms. */
const AGAIN_MS = 50;
/** Timers wait no longer than this, in ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Runs a task's work so that its timeout or `cancelTask` ends it. Gives why it was ended, else null. */
export async function runCancellable(
  session: Session,
  taskId: number,
  timeoutMs: number,
  work: () => Promise<void>,
): Promise<EndReason | null> {
  const entry: RunningTask = { taskId, session, reason: null, timers: [] };
  const all = running.get(session.engine) ?? new Set<RunningTask>();
  running.set(session.engine, all);
  all.add(entry);
  entry.timers.push(setTimeout(() => end(entry, 'timeout'), Math.min(timeoutMs, MAX_TIMER_MS)));
  try {
    await work();
    return null;
  } catch (error) {
    if (entry.reason === null) throw error;
    return entry.reason;
  } finally {
    for (const timer of entry.timers) clearTimeout(timer);
    all.delete(entry);
  }
}

/** Ends what runs of a task now; says how many runs there were. */
export function cancelTask(engine: Engine, taskId: number): number {
  const found = [...(running.get(engine) ?? [])].filter((entry) => entry.taskId === taskId);
  for (const entry of found) end(entry, 'cancelled');
  return found.length;
}

/** A block of many statements is interrupted until it has ended. */
function end(entry: RunningTask, reason: EndReason): void {
  entry.reason ??= reason;
  entry.session.cancel();
  entry.timers.push(setInterval(() => entry.session.cancel(), AGAIN_MS));
}
