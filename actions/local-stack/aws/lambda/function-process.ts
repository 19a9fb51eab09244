import { type ChildProcess, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { siblingProgram } from '../../sibling-program.ts';
import type { RuntimeApi, RuntimeClient, RuntimeEvent } from './runtime-api.ts';

/** A function as it is declared at the start. */
export interface LambdaFunction {
  name: string;
  /** Path of a bundled ES module that exports `handler`. */
  entry: string;
  environment?: Record<string, string>;
  /** Default 3, as in Lambda. */
  timeoutSeconds?: number;
  /** Told each line that the function logs. Default: standard error. */
  onLog?: (line: string) => void;
}

/** The end of one invocation. */
export interface Outcome {
  payload: Buffer;
  /** The handler threw, timed out, or its process ended. */
  failed: boolean;
  /** What the handler printed. */
  logs: string;
}

interface Invocation {
  event: RuntimeEvent;
  logs: string;
  /** Streams that have told the end of this event's output. */
  ended: number;
  result: { payload: Buffer; failed: boolean } | undefined;
  finish: (outcome: Outcome) => void;
  timer: NodeJS.Timeout;
}

const LOG_STREAMS = 2;

/** One process of one function: serves one event at a time and is used again while it is well. */
export class FunctionProcess implements RuntimeClient {
  readonly #declared: LambdaFunction;
  #child: ChildProcess | undefined;
  #invocation: Invocation | undefined;
  #deliver: ((event: RuntimeEvent) => void) | undefined;
  #initError: Buffer | undefined;
  #exited: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(declared: LambdaFunction) {
    this.#declared = declared;
  }

  /** Whether it can take another event. */
  get alive(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async start(api: RuntimeApi, region: string): Promise<void> {
    const { name, entry, environment } = this.#declared;
    const { address, unregister } = await api.register(this);
    if (this.#stopped) {
      unregister();
      return;
    }
    const child = spawn(
      process.execPath,
      [siblingProgram(import.meta.url, './bootstrap.ts', 'local-stack-lambda')],
      {
        cwd: dirname(entry),
        // Like in Lambda, nothing of the caller's environment: only what runs Node, and what the function declares.
        env: {
          ...pick(process.env, ['PATH', 'SystemRoot', 'TMPDIR', 'TEMP']),
          TZ: 'UTC',
          LANG: 'en_US.UTF-8',
          AWS_REGION: region,
          AWS_DEFAULT_REGION: region,
          AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
          AWS_LAMBDA_FUNCTION_NAME: name,
          AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
          AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
          AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
          AWS_LAMBDA_LOG_STREAM_NAME: 'local',
          LAMBDA_TASK_ROOT: dirname(entry),
          ...environment,
          AWS_LAMBDA_RUNTIME_API: address,
          LAMBDA_ENTRY: entry,
        },
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    );
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => this.#processEnded(error.message));
      child.once('close', (code, signal) => {
        unregister();
        this.#processEnded(code === null ? `signal: ${signal}` : `exit status ${code}`);
        resolve();
      });
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => this.#log(text));
    }
  }

  /** Hands one event to the process and waits for its end; kills the process when the time is over. */
  invoke(event: RuntimeEvent): Promise<Outcome> {
    return new Promise((finish) => {
      const timer = setTimeout(() => this.#timeOut(), event.deadline - Date.now());
      this.#invocation = { event, logs: '', ended: 0, result: undefined, finish, timer };
      this.#deliver?.(event);
      this.#deliver = undefined;
      if (!this.alive) this.#processEnded('the process could not be started');
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#child?.kill('SIGKILL');
    await this.#exited;
  }

  next(): Promise<RuntimeEvent> {
    const waiting = this.#invocation;
    if (waiting !== undefined && waiting.result === undefined) return Promise.resolve(waiting.event);
    return new Promise((resolve) => {
      this.#deliver = resolve;
    });
  }

  succeeded(requestId: string, payload: Buffer): void {
    this.#settle(requestId, { payload, failed: false });
  }

  failed(requestId: string, payload: Buffer): void {
    this.#settle(requestId, { payload, failed: true });
  }

  initFailed(payload: Buffer): void {
    this.#initError = payload;
  }

  #settle(requestId: string, result: { payload: Buffer; failed: boolean }): void {
    const invocation = this.#invocation;
    if (invocation?.event.requestId !== requestId) return;
    invocation.result = result;
    this.#finishWhenLogged();
  }

  #log(text: string): void {
    const invocation = this.#invocation;
    if (invocation === undefined) return;
    const marker = `\u0000END ${invocation.event.requestId}\u0000`;
    const pieces = (invocation.logs + text).split(marker);
    invocation.ended += pieces.length - 1;
    invocation.logs = pieces.join('');
    this.#finishWhenLogged();
  }

  #finishWhenLogged(): void {
    const invocation = this.#invocation;
    if (invocation?.result !== undefined && invocation.ended >= LOG_STREAMS) this.#finish(invocation.result);
  }

  #timeOut(): void {
    const id = this.#invocation?.event.requestId;
    const seconds = (this.#declared.timeoutSeconds ?? 3).toFixed(2);
    this.#finish(
      failure('Sandbox.Timedout', `RequestId: ${id} Error: Task timed out after ${seconds} seconds`),
    );
    this.#child?.kill('SIGKILL');
  }

  #processEnded(how: string): void {
    const invocation = this.#invocation;
    if (invocation === undefined) return;
    const ended = failure(
      'Runtime.ExitError',
      `RequestId: ${invocation.event.requestId} Error: Runtime exited with error: ${how}`,
    );
    this.#finish(this.#initError === undefined ? ended : { payload: this.#initError, failed: true });
  }

  #finish(result: { payload: Buffer; failed: boolean }): void {
    const invocation = this.#invocation;
    if (invocation === undefined) return;
    this.#invocation = undefined;
    clearTimeout(invocation.timer);
    invocation.finish({ ...result, logs: invocation.logs });
  }
}

function failure(errorType: string, errorMessage: string): { payload: Buffer; failed: boolean } {
  return { payload: Buffer.from(JSON.stringify({ errorType, errorMessage })), failed: true };
}

function pick(environment: NodeJS.ProcessEnv, names: string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    names.filter((name) => environment[name] !== undefined).map((name) => [name, environment[name]]),
  );
}
