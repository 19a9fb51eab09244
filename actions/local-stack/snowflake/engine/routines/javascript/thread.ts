import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { SnowflakeError } from '../../../../../shared/sql/snowflake-error.ts';
import { siblingProgram } from '../../../../sibling-program.ts';
import { timedOut } from '../../cancellation.ts';
import type { Job, Message, Outcome, Request } from './jobs.ts';

/** Milliseconds that code may run between two of its statements, whatever STATEMENT_TIMEOUT_IN_SECONDS says. */
const LONGEST_RUN = 60_000;
const LONGEST_START = 60_000;

/** A thread for users' JavaScript (worker.ts). It runs one job at a time; after a timeout or a failure it is gone. */
export class JavaScriptThread {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #signals = new Int32Array(new SharedArrayBuffer(8));
  #ended = false;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(siblingProgram(import.meta.url, './worker.ts', 'local-stack-javascript'), {
      workerData: { port: port2, signals: this.#signals },
      transferList: [port2],
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 512, stackSizeMb: 4 },
    });
    this.#worker.on('error', () => {
      this.#ended = true;
    });
    this.#worker.unref();
    this.#port.unref();
  }

  get usable(): boolean {
    return !this.#ended;
  }

  /** Runs a job while this thread waits: DuckDB's functions must answer at once. `seconds` 0: no limit of its own. */
  runNow(job: Job, timeZone: string, seconds: number): unknown {
    if (Atomics.wait(this.#signals, 0, 0, LONGEST_START) === 'timed-out') throw this.#end(notStarted(job));
    const said = Atomics.load(this.#signals, 0);
    this.#port.postMessage(requestOf(job, timeZone));
    const limit = limitOf(seconds);
    if (Atomics.wait(this.#signals, 0, said, limit) === 'timed-out')
      throw this.#end(limit < LONGEST_RUN ? timedOut(seconds) : tookTooLong(job));
    const received = receiveMessageOnPort(this.#port) as { message: Message } | undefined;
    if (received?.message.kind !== 'outcome')
      throw this.#end(
        broken(job, received?.message.kind === 'broken' ? received.message.message : 'no answer'),
      );
    return this.#resultOf(received.message, job);
  }

  /**
   * Runs a job whose statements `execute` carries out. The limit holds for the code between two statements; a rejection
   * of `execute` ends the job, which is not told. `cancelled` throws when the job is to be given up.
   */
  async run(
    job: Job,
    timeZone: string,
    seconds: number,
    execute: (request: string) => Promise<string>,
    cancelled: () => void,
  ): Promise<unknown> {
    const limit = limitOf(seconds);
    this.#port.ref();
    try {
      const outcome = await new Promise<OutcomeMessage>((resolve, reject) => {
        let timer: NodeJS.Timeout;
        const watch = (): void => {
          clearTimeout(timer);
          // The first job also waits until the thread has started.
          timer = setTimeout(() => reject(tookTooLong(job)), limit + 1000);
        };
        let executing = false;
        const poll = setInterval(() => {
          // A statement is cancelled by itself, and the session is free only when it has ended.
          if (executing) return;
          try {
            cancelled();
          } catch (error) {
            reject(error);
          }
        }, 100);
        const finish = (): void => {
          clearTimeout(timer);
          clearInterval(poll);
        };
        this.#worker.once('error', (error) => reject(broken(job, error.message)));
        this.#port.on('message', (message: Message) => {
          if (message.kind === 'execute') {
            clearTimeout(timer);
            executing = true;
            execute(message.text).then((answer) => {
              executing = false;
              watch();
              this.#port.postMessage({ text: answer });
              Atomics.add(this.#signals, 1, 1);
              Atomics.notify(this.#signals, 1);
            }, reject);
          } else if (message.kind === 'outcome') resolve(message);
          else reject(broken(job, message.message));
        });
        watch();
        this.#port.postMessage(requestOf(job, timeZone));
        this.#finish = finish;
      });
      return this.#resultOf(outcome, job);
    } catch (error) {
      if (!(error instanceof JavaScriptError) || error.isFatal) this.#end(error);
      throw error;
    } finally {
      this.#finish();
      this.#port.removeAllListeners('message');
      this.#worker.removeAllListeners('error');
      this.#port.unref();
    }
  }
  #finish = (): void => undefined;

  close(): void {
    this.#end(null);
  }

  #resultOf(message: OutcomeMessage, job: Job): unknown {
    if (message.isLast) this.#end(null);
    return resultOf(message.text, job);
  }

  #end<T>(error: T): T {
    this.#ended = true;
    this.#port.close();
    void this.#worker.terminate();
    return error;
  }
}

type OutcomeMessage = Extract<Message, { kind: 'outcome' }>;

/** 100132: what JavaScript threw, or that it used more than it may. `isFatal`: its thread is of no more use. */
export class JavaScriptError extends SnowflakeError {
  override name = 'JavaScriptError';
  readonly isFatal: boolean;
  constructor(message: string, isFatal: boolean) {
    super('100132', 'P0000', message);
    this.isFatal = isFatal;
  }
}

function requestOf(job: Job, timeZone: string): Request {
  const key = 'id' in job ? `${job.kind} ${job.id}` : null;
  return { kind: job.kind, key, text: JSON.stringify(job), timeZone };
}

function limitOf(seconds: number): number {
  return seconds > 0 ? Math.min(seconds * 1000, LONGEST_RUN) : LONGEST_RUN;
}

function resultOf(text: string, job: Job): unknown {
  const outcome = JSON.parse(text) as Outcome;
  if (outcome.kind === 'done') return outcome.result;
  const message = String(outcome.message);
  throw new JavaScriptError(
    /^JavaScript /.test(message) ? message : `JavaScript execution error: Uncaught ${message} in ${job.name}`,
    false,
  );
}

function tookTooLong(job: Job): JavaScriptError {
  return new JavaScriptError(
    `JavaScript execution error: ${job.name} has not come to an end within ${LONGEST_RUN / 1000} s and was canceled. The local Snowflake lets no code run longer.`,
    true,
  );
}

function broken(job: Job, why: string): JavaScriptError {
  return new JavaScriptError(
    `JavaScript out of memory error: UDF thread memory limit exceeded: ${job.name} used up its memory or stack (${why.slice(0, 200)})`,
    true,
  );
}

function notStarted(job: Job): JavaScriptError {
  return new JavaScriptError(`JavaScript execution error: no thread started to run ${job.name}`, true);
}
