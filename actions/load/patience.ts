import { setTimeout as pause } from 'node:timers/promises';

/** How long the load waits for what. In milliseconds. */
export interface Patience {
  /** When the whole run gives up, on the clock of `performance.now()`. */
  deadline: number;
  /** How long Snowpipe may take by itself before the pipe is told to look for the files. */
  graceMs: number;
  /** How long something that need not come (a retry of a failed file, a task behind a skipped one) is waited for. */
  settleMs: number;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
const PROGRESS_MS = 10_000;

export interface WaitClock {
  /** Milliseconds since the last call of `changed`, or since the wait began. */
  unchanged(): number;
  /** Says that there was progress: questions come quickly again. */
  changed(): void;
  expired(): boolean;
  /** Pauses before the next question, longer each time; `line` is noted from time to time. */
  next(line: () => string): Promise<void>;
}

/** Paces the questions of one wait: quick at first, every five seconds later. */
export function startWait(patience: Patience, note: (line: string) => void): WaitClock {
  const started = performance.now();
  let lastChange = started;
  let lastNote = started;
  let length = FIRST_PAUSE_MS;
  return {
    unchanged: () => performance.now() - lastChange,
    changed() {
      lastChange = performance.now();
      length = FIRST_PAUSE_MS;
    },
    expired: () => performance.now() >= patience.deadline,
    async next(line) {
      if (performance.now() - lastNote >= PROGRESS_MS) {
        lastNote = performance.now();
        note(`${line()} (${Math.round((lastNote - started) / 1000)} s)`);
      }
      await pause(Math.max(1, Math.min(length, patience.deadline - performance.now())));
      length = Math.min(length * 1.5, LONGEST_PAUSE_MS);
    },
  };
}
