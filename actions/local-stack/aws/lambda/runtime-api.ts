import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../../shared/errors.ts';
import { AwsError } from '../aws-error.ts';
import { readAll } from '../payload.ts';

/** One event on its way to a runtime. */
export interface RuntimeEvent {
  requestId: string;
  payload: Buffer;
  /** Milliseconds since 1970. */
  deadline: number;
  functionArn: string;
  clientContext: string | undefined;
}

/** What the process of one function does with the Runtime API. */
export interface RuntimeClient {
  /** Resolves when there is an event; never, when the process ends before. */
  next(): Promise<RuntimeEvent>;
  succeeded(requestId: string, payload: Buffer): void;
  failed(requestId: string, payload: Buffer): void;
  initFailed(payload: Buffer): void;
}

/** A response may have 6 MB (Lambda quotas). */
const MAX_RESPONSE = 6 * 1024 ** 2;

/**
 * The Lambda Runtime API, version 2018-06-01, for the processes of all functions: each knows it under an address
 * with a secret of its own. Source: Lambda Developer Guide, "Using the Lambda runtime API".
 */
export class RuntimeApi {
  readonly #clients = new Map<string, RuntimeClient>();
  readonly #server: Server;
  readonly #port: Promise<number>;

  constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    // An idle runtime waits for its next event as long as it takes.
    this.#server.requestTimeout = 0;
    this.#port = new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  /** The value of AWS_LAMBDA_RUNTIME_API for one process. */
  async register(client: RuntimeClient): Promise<{ address: string; unregister: () => void }> {
    const token = randomBytes(18).toString('base64url');
    this.#clients.set(token, client);
    return {
      address: `127.0.0.1:${await this.#port}/${token}`,
      unregister: () => void this.#clients.delete(token),
    };
  }

  async close(): Promise<void> {
    await this.#port;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, token = '', version, runtime, ...rest] = (request.url ?? '').split('/');
    const client = this.#clients.get(token);
    if (client === undefined || version !== '2018-06-01' || runtime !== 'runtime') {
      end(response, 403, { errorType: 'Forbidden', errorMessage: 'This address belongs to no runtime.' });
      return;
    }
    const call = `${request.method} ${rest.length === 3 ? `invocation/ID/${rest[2]}` : rest.join('/')}`;
    if (call === 'GET invocation/next') {
      send(response, await client.next());
      return;
    }
    let body: Buffer;
    try {
      body = await readAll(request, MAX_RESPONSE);
    } catch (error) {
      if (!(error instanceof AwsError)) return response.destroy() && undefined;
      client.failed(
        rest[1] ?? '',
        Buffer.from(
          JSON.stringify({
            errorType: 'Function.ResponseSizeTooLarge',
            errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE} bytes).`,
          }),
        ),
      );
      end(response, 413, { errorType: 'RequestEntityTooLarge', errorMessage: messageOf(error) });
      return;
    }
    if (call === 'POST invocation/ID/response') client.succeeded(rest[1]!, body);
    else if (call === 'POST invocation/ID/error') client.failed(rest[1]!, body);
    else if (call === 'POST init/error') client.initFailed(body);
    else {
      end(response, 404, { errorType: 'NotFound', errorMessage: `The Runtime API has no ${call}.` });
      return;
    }
    end(response, 202, { status: 'OK' });
  }
}

function send(response: ServerResponse, event: RuntimeEvent): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': event.payload.length,
    'lambda-runtime-aws-request-id': event.requestId,
    'lambda-runtime-deadline-ms': String(event.deadline),
    'lambda-runtime-invoked-function-arn': event.functionArn,
    ...(event.clientContext === undefined ? {} : { 'lambda-runtime-client-context': event.clientContext }),
  });
  response.end(event.payload);
}

function end(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
