import type { ServerResponse } from 'node:http';
import { AwsError, notImplemented } from '../aws-error.ts';
import { type AwsRequest, percentDecode, queryValue } from '../request.ts';
import { FunctionProcess, type LambdaFunction, type Outcome } from './function-process.ts';
import { RuntimeApi } from './runtime-api.ts';

export type { LambdaFunction } from './function-process.ts';

/** Processes of one function at a time. */
const MAX_CONCURRENCY = 10;
const MAX_SYNC_PAYLOAD = 6 * 1024 ** 2;
const MAX_EVENT_PAYLOAD = 1024 ** 2;
/** Lambda retries a failed asynchronous invocation twice; here after a second, not after minutes. */
const EVENT_ATTEMPTS = 3;
const EVENT_RETRY_MS = 1000;

const KNOWN_HEADERS = new Set([
  'x-amz-date',
  'x-amz-content-sha256',
  'x-amz-user-agent',
  'x-amz-invocation-type',
  'x-amz-log-type',
  'x-amz-client-context',
]);

/** Lambda's Invoke and GetFunction for functions declared at the start; each runs in processes of its own. */
export class LambdaService {
  readonly #functions: Map<string, LambdaFunction>;
  readonly #region: string;
  readonly #idle = new Map<string, FunctionProcess[]>();
  readonly #all = new Map<FunctionProcess, string>();
  readonly #background = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #api: RuntimeApi | undefined;

  constructor(functions: LambdaFunction[], region: string) {
    this.#functions = new Map(functions.map((declared) => [declared.name, declared]));
    this.#region = region;
  }

  /** Answers one verified request. @throws AwsError */
  async handle(request: AwsRequest, response: ServerResponse, body: Buffer): Promise<void> {
    const [, name, rest] =
      /^\/2015-03-31\/functions\/([^/]+)(?:\/(invocations|configuration))?\/?$/.exec(request.rawPath) ?? [];
    const call = `${request.method} ${rest ?? ''}`.trim();
    if (name === undefined || !['POST invocations', 'GET', 'GET configuration'].includes(call)) {
      throw notImplemented(`Lambda's ${request.method} ${request.rawPath}`);
    }
    const declared = this.#find(percentDecode(name), queryValue(request, 'Qualifier'));
    if (call === 'POST invocations') {
      await this.#invoke(declared, request, response, body);
      return;
    }
    const configuration = this.#configuration(declared);
    sendJson(response, call === 'GET' ? { Configuration: configuration, Code: {}, Tags: {} } : configuration);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#all.keys()].map((process) => process.stop()));
    await Promise.all(this.#background);
    await this.#api?.close();
  }

  async #invoke(
    declared: LambdaFunction,
    request: AwsRequest,
    response: ServerResponse,
    body: Buffer,
  ): Promise<void> {
    const { headers } = request;
    const unknown = Object.keys(headers).find(
      (name) => name.startsWith('x-amz-') && !KNOWN_HEADERS.has(name),
    );
    if (unknown !== undefined) throw notImplemented(`the header ${unknown} in Invoke`);
    const type = headers['x-amz-invocation-type'] ?? 'RequestResponse';
    const payload = readPayload(body, type === 'Event' ? MAX_EVENT_PAYLOAD : MAX_SYNC_PAYLOAD);
    const clientContext = readClientContext(headers['x-amz-client-context']);
    response.setHeader('x-amz-executed-version', '$LATEST');
    if (type === 'DryRun') {
      response.statusCode = 204;
      response.end();
    } else if (type === 'Event') {
      this.#runInBackground(declared, request.id, payload, clientContext);
      response.statusCode = 202;
      response.end();
    } else if (type === 'RequestResponse') {
      const outcome = await this.#run(declared, request.id, payload, clientContext);
      if (outcome.failed) response.setHeader('x-amz-function-error', 'Unhandled');
      if (headers['x-amz-log-type'] === 'Tail') {
        response.setHeader('x-amz-log-result', Buffer.from(outcome.logs).subarray(-4096).toString('base64'));
      }
      response.setHeader('content-type', 'application/json');
      response.setHeader('content-length', outcome.payload.length);
      response.end(outcome.payload);
    } else {
      throw new AwsError(400, 'InvalidParameterValueException', `Unknown invocation type "${type}".`);
    }
  }

  /** @throws AwsError TooManyRequestsException when all processes of the function are busy. */
  async #run(
    declared: LambdaFunction,
    requestId: string,
    payload: Buffer,
    clientContext: string | undefined,
  ): Promise<Outcome> {
    const started = Date.now();
    const process = await this.#acquire(declared);
    const outcome = await process.invoke({
      requestId,
      payload,
      deadline: Date.now() + (declared.timeoutSeconds ?? 3) * 1000,
      functionArn: this.#arn(declared.name),
      clientContext,
    });
    if (process.alive && !this.#closing.signal.aborted && !isFatal(outcome)) {
      this.#idle.get(declared.name)!.push(process);
    } else {
      this.#all.delete(process);
      await process.stop();
    }
    const report = `START RequestId: ${requestId} Version: $LATEST\n${outcome.logs}END RequestId: ${requestId}\nREPORT RequestId: ${requestId}\tDuration: ${Date.now() - started} ms\n`;
    const onLog = declared.onLog ?? ((line: string) => console.error(`lambda ${declared.name}: ${line}`));
    for (const line of outcome.logs.split('\n')) if (line !== '') onLog(line);
    return { ...outcome, logs: report };
  }

  #runInBackground(
    declared: LambdaFunction,
    requestId: string,
    payload: Buffer,
    clientContext: string | undefined,
  ): void {
    const work = async () => {
      for (let attempt = 1; attempt <= EVENT_ATTEMPTS && !this.#closing.signal.aborted; ) {
        try {
          const outcome = await this.#run(declared, requestId, payload, clientContext);
          if (!outcome.failed) return;
          console.error(
            `lambda ${declared.name}: event ${requestId} failed (attempt ${attempt} of ${EVENT_ATTEMPTS}): ${outcome.payload}`,
          );
          attempt++;
        } catch (error) {
          // Throttled: the event waits for its turn, as Lambda's queue lets it.
          if (!(error instanceof AwsError)) throw error;
        }
        if (attempt <= EVENT_ATTEMPTS) await pause(EVENT_RETRY_MS, this.#closing.signal);
      }
    };
    const running = work().catch((error: unknown) => {
      console.error(`lambda ${declared.name}: event ${requestId} was lost:`, error);
    });
    this.#background.add(running);
    void running.then(() => this.#background.delete(running));
  }

  async #acquire(declared: LambdaFunction): Promise<FunctionProcess> {
    const idle = this.#idle.get(declared.name) ?? [];
    this.#idle.set(declared.name, idle);
    for (let warm = idle.pop(); warm !== undefined; warm = idle.pop()) {
      if (warm.alive) return warm;
      this.#all.delete(warm);
    }
    const running = [...this.#all.values()].filter((name) => name === declared.name).length;
    if (this.#closing.signal.aborted || running >= MAX_CONCURRENCY) {
      throw new AwsError(429, 'TooManyRequestsException', 'Rate Exceeded.', {
        Reason: 'ConcurrentInvocationLimitExceeded',
      });
    }
    this.#api ??= new RuntimeApi();
    const process = new FunctionProcess(declared);
    this.#all.set(process, declared.name);
    await process.start(this.#api, this.#region);
    return process;
  }

  #find(id: string, qualifier: string | undefined): LambdaFunction {
    const parts = id.split(':');
    // NAME, NAME:QUALIFIER, ACCOUNT:function:NAME[:QUALIFIER], arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]
    const at = parts.indexOf('function');
    const [name = '', version = qualifier] = at < 0 ? parts : parts.slice(at + 1);
    const declared = this.#functions.get(name);
    if (declared === undefined || (version !== undefined && version !== '$LATEST')) {
      const suffix = version === undefined ? '' : `:${version}`;
      throw new AwsError(404, 'ResourceNotFoundException', `Function not found: ${this.#arn(name)}${suffix}`);
    }
    return declared;
  }

  #configuration(declared: LambdaFunction): object {
    return {
      FunctionName: declared.name,
      FunctionArn: this.#arn(declared.name),
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: declared.timeoutSeconds ?? 3,
      MemorySize: 1024,
      Version: '$LATEST',
      PackageType: 'Zip',
      State: 'Active',
      LastUpdateStatus: 'Successful',
    };
  }

  #arn(name: string): string {
    return `arn:aws:lambda:${this.#region}:000000000000:function:${name}`;
  }
}

function readPayload(body: Buffer, limit: number): Buffer {
  if (body.length > limit) {
    throw new AwsError(
      413,
      'RequestTooLargeException',
      `Request must be smaller than ${limit} bytes for the Invoke operation`,
    );
  }
  if (body.length === 0) return Buffer.from('{}');
  try {
    JSON.parse(body.toString('utf8'));
    return body;
  } catch {
    throw new AwsError(400, 'InvalidRequestContentException', 'Could not parse request body into json.');
  }
}

/** Base64 in Invoke, plain JSON in the Runtime API. */
function readClientContext(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = Buffer.from(header, 'base64').toString('utf8');
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    throw new AwsError(
      400,
      'InvalidRequestContentException',
      'Client context must be a valid Base64-encoded JSON object.',
    );
  }
}

/** After an error of the runtime itself the process is not used again. */
function isFatal(outcome: Outcome): boolean {
  return (
    outcome.failed && /^\{"errorType":"(Runtime|Sandbox)\./.test(outcome.payload.toString('utf8', 0, 40))
  );
}

function sendJson(response: ServerResponse, value: object): void {
  const body = Buffer.from(JSON.stringify(value));
  response.setHeader('content-type', 'application/json');
  response.setHeader('content-length', body.length);
  response.end(body);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
