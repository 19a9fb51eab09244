import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import type { Engine } from '../engine/engine.ts';
import { failure, success } from './answer.ts';
import type { Credentials } from './authenticate.ts';
import { serveChunk } from './chunk.ts';
import { Executions } from './executions.ts';
import { logIn } from './login.ts';
import { abortQuery, queryResult, queryStatus, requestQuery } from './query.ts';
import { receiveS3Events } from './s3-events.ts';
import { SessionTokens, TOKEN_LIFETIMES, type TokenLifetimes } from './tokens.ts';

/** Bodies above this are refused, in bytes. */
const MAX_BODY = 64 * 1024 * 1024;

export interface ServerOptions {
  engine: Engine;
  credentials: Credentials;
  port?: number;
  /** After so many ms a running statement answers "in progress" and the driver asks again; an account waits 45 s. */
  answerWithinMs?: number;
  tokenLifetimes?: TokenLifetimes;
}

export interface SnowflakeServer {
  url: string;
  port: number;
  /** Makes a session's token expire now, as an hour would; or its master token too, as four hours would. */
  expireSession(sessionId: string, which?: 'session' | 'master'): void;
  close(): Promise<void>;
}

/** What the routes share. */
export interface ServerState {
  engine: Engine;
  tokens: SessionTokens;
  credentials: Credentials;
  executions: Executions;
  answerWithinMs: number;
  /** Where the server listens. */
  url: string;
}

type Route = (request: ParsedRequest, state: ServerState) => Promise<unknown> | unknown;

export interface ParsedRequest {
  path: string;
  /** With what the path names. */
  query: URLSearchParams;
  /** The JSON body, or an empty object. */
  body: Record<string, unknown>;
  /** From `Authorization: Snowflake Token="…"`. */
  token: string | null;
}

/** Paths as the drivers call them. */
const routes: [method: string, pattern: RegExp, route: Route][] = [
  ['POST', /^\/session\/v1\/login-request$/, logIn],
  ['POST', /^\/queries\/v1\/query-request$/, requestQuery],
  ['POST', /^\/queries\/v1\/abort-request$/, abortQuery],
  ['POST', /^\/queries\/(?<id>[^/]+)\/abort-request$/, abortQuery],
  ['GET', /^\/queries\/(?<id>[^/]+)\/result$/, queryResult],
  ['GET', /^\/monitoring\/queries\/(?<id>[^/]+)$/, queryStatus],
  ['POST', /^\/session\/token-request$/, (request, { tokens }) => success(tokens.renew(request.token))],
  ['GET', /^\/session\/heartbeat$/, heartbeat],
  ['POST', /^\/session\/heartbeat$/, heartbeat],
  ['POST', /^\/session$/, endSession],
  ['POST', /^\/telemetry\/send(?:\/sessionless)?$/, () => success(null)],
  ['POST', /^\/local\/s3-events$/, receiveS3Events],
];
const chunkPath = /^\/results\/(?<id>[^/]+)\/(?<number>\d+)$/;

/** Starts the HTTP server that Snowflake's drivers talk to, on loopback only. */
export async function startSnowflakeServer(options: ServerOptions): Promise<SnowflakeServer> {
  const { engine, credentials } = options;
  const state: ServerState = {
    engine,
    credentials,
    tokens: new SessionTokens(options.tokenLifetimes ?? TOKEN_LIFETIMES, engine.limits.sessions),
    executions: new Executions(),
    answerWithinMs: options.answerWithinMs ?? 45_000,
    url: '',
  };
  const server = createServer((request, response) => {
    void answer(request, response, state);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  state.url = `http://127.0.0.1:${port}`;
  return {
    url: state.url,
    port,
    expireSession: (id, which) => state.tokens.expire(id, which),
    close: () => close(server, state),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, state: ServerState): Promise<void> {
  try {
    // A page in a browser that resolves another name to this address is kept out.
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) {
      const error = new SnowflakeError('390000', '08004', 'Only loopback host names are served.');
      return send(response, 403, failure(error));
    }
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const chunk = chunkPath.exec(url.pathname);
    if (chunk !== null && request.method === 'GET') {
      return await serveChunk(withNames(url, chunk), response, state);
    }
    for (const [method, pattern, route] of routes) {
      const match = method === request.method ? pattern.exec(url.pathname) : null;
      if (match !== null)
        return send(response, 200, await route(await parse(request, withNames(url, match)), state));
    }
    const what = `No such endpoint: ${request.method} ${url.pathname}`;
    send(response, 404, failure(new SnowflakeError('390404', '08004', what)));
  } catch (error) {
    // The client has gone away: nobody reads an answer.
    if (response.destroyed) return;
    if (!(error instanceof SnowflakeError))
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    // What was not read of a body would stand before the connection's next request.
    if (!request.complete) response.setHeader('connection', 'close');
    if (response.headersSent) response.destroy();
    else send(response, 200, failure(error));
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

function withNames(url: URL, match: RegExpExecArray): URLSearchParams {
  for (const [name, value] of Object.entries(match.groups ?? {})) url.searchParams.set(name, value);
  return url.searchParams;
}

async function parse(request: IncomingMessage, query: URLSearchParams): Promise<ParsedRequest> {
  let bytes = await readBody(request);
  let body: unknown = {};
  try {
    if (request.headers['content-encoding'] === 'gzip')
      bytes = gunzipSync(bytes, { maxOutputLength: MAX_BODY });
    if (bytes.length > 0) body = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new SnowflakeError('390400', '08004', 'The request body is not JSON.', { cause: error });
  }
  const token = /^Snowflake Token="(.*)"$/.exec(request.headers.authorization ?? '')?.[1] ?? null;
  return {
    path: request.url ?? '/',
    query,
    body: typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {},
    token,
  };
}

/** Listens for the events itself: an iteration of the stream costs a small request a tenth of its time. */
function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY) chunks.push(chunk);
      else {
        request.pause();
        reject(new SnowflakeError('390413', '08004', `The request is larger than ${MAX_BODY} bytes.`));
      }
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('the client went away before its request was whole')));
  });
}

function heartbeat(request: ParsedRequest, { tokens }: ServerState): unknown {
  tokens.session(request.token);
  return success(null);
}

async function endSession(request: ParsedRequest, { tokens }: ServerState): Promise<unknown> {
  await tokens.end(request.token);
  return success(null);
}

async function close(server: Server, state: ServerState): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await state.tokens.endAll();
}
