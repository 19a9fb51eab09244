/**
 * The process of one Lambda function: loads the handler and serves events from the Runtime API, one at a time.
 * It stands alone (no imports of this project), because it is started as a program of its own.
 */
import { request } from 'node:http';
import { pathToFileURL } from 'node:url';

type Handler = (event: unknown, context: object) => unknown;

const api = process.env.AWS_LAMBDA_RUNTIME_API ?? '';
const entry = process.env.LAMBDA_ENTRY ?? '';

// The other end of standard input is the server: when it is gone, however it went, so is this process.
process.stdin.resume();
process.stdin.once('close', () => process.exit(0));
// Ctrl-C goes to every process of the terminal; the server decides when this one ends.
process.on('SIGINT', () => {});

const handler = await loadHandler();
while (true) {
  const event = await call('GET', 'invocation/next');
  const id = String(event.headers['lambda-runtime-aws-request-id']);
  const outcome = await handle(handler, event);
  await endLogs(id);
  await call('POST', `invocation/${id}/${outcome.failed ? 'error' : 'response'}`, outcome.body);
}

async function loadHandler(): Promise<Handler> {
  try {
    const module = (await import(pathToFileURL(entry).href)) as { handler?: unknown };
    if (typeof module.handler === 'function') return module.handler as Handler;
    throw Object.assign(new Error(`${entry} exports no function "handler"`), {
      name: 'Runtime.HandlerNotFound',
    });
  } catch (error) {
    await call('POST', 'init/error', describe(error));
    process.exit(1);
  }
}

async function handle(handler: Handler, event: Answer): Promise<{ failed: boolean; body: string }> {
  const deadline = Number(event.headers['lambda-runtime-deadline-ms']);
  const clientContext = event.headers['lambda-runtime-client-context'];
  const context = {
    awsRequestId: event.headers['lambda-runtime-aws-request-id'],
    callbackWaitsForEmptyEventLoop: false,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: event.headers['lambda-runtime-invoked-function-arn'],
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    ...(typeof clientContext === 'string' ? { clientContext: JSON.parse(clientContext) } : {}),
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  try {
    return { failed: false, body: JSON.stringify((await handler(JSON.parse(event.body), context)) ?? null) };
  } catch (error) {
    return { failed: true, body: describe(error) };
  }
}

function describe(error: unknown): string {
  const known = error instanceof Error;
  return JSON.stringify({
    errorType: known ? error.name : typeof error,
    errorMessage: known ? error.message : String(error),
    trace: known ? (error.stack ?? '').split('\n') : [],
  });
}

/** Tells the server on both streams that everything this event printed is through. */
async function endLogs(id: string): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise((resolve) => stream.write(`\u0000END ${id}\u0000`, resolve));
  }
}

interface Answer {
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

function call(method: string, path: string, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `http://${api}/2018-06-01/runtime/${path}`,
      { method, agent: false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({ headers: incoming.headers, body: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
