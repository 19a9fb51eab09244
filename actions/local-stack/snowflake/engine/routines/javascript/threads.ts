import type { Job } from './jobs.ts';
import { JavaScriptError, JavaScriptThread } from './thread.ts';

/** How many may run at a time: procedures that call procedures each have one, and its memory. */
const MOST = 8;

/** Threads for users' JavaScript: started when first needed, kept for the next job. */
export class JavaScriptThreads {
  readonly #idle: JavaScriptThread[] = [];
  #running = 0;

  /** Runs a job to its end while the caller waits. @throws JavaScriptError */
  runNow(job: Job, timeZone: string, seconds: number): unknown {
    const thread = this.#take(job);
    try {
      return thread.runNow(job, timeZone, seconds);
    } finally {
      this.#give(thread);
    }
  }

  /** Runs a procedure. @throws JavaScriptError, and whatever `execute` and `cancelled` throw */
  async run(
    job: Job,
    timeZone: string,
    seconds: number,
    execute: (request: string) => Promise<string>,
    cancelled: () => void,
  ): Promise<unknown> {
    const thread = this.#take(job);
    try {
      return await thread.run(job, timeZone, seconds, execute, cancelled);
    } finally {
      this.#give(thread);
    }
  }

  close(): void {
    for (const thread of this.#idle.splice(0)) thread.close();
  }

  #take(job: Job): JavaScriptThread {
    if (this.#running >= MOST) {
      throw new JavaScriptError(
        `JavaScript execution error: ${job.name} cannot start: ${MOST} calls of JavaScript are running already, some within others`,
        false,
      );
    }
    this.#running++;
    return this.#idle.pop() ?? new JavaScriptThread();
  }

  #give(thread: JavaScriptThread): void {
    this.#running--;
    if (!thread.usable) return;
    if (this.#idle.length < 2) this.#idle.push(thread);
    else thread.close();
  }
}
