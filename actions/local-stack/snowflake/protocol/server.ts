import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import type { Engine } from '../engine/engine.ts';
import { notifyObjectCreated } from '../engine/pipes/pipe.ts';
import { failure, success } from './answer.ts';
import { type Credentials, logIn } from './login.ts';
import { abortQuery, queryResult, queryStatus, requestQuery } from './query.ts';
import { SessionTokens } from './tokens.ts';

/** Bodies above this are refused, in bytes. */
const MAX_BODY = 64 * 1024 * 1024;

export interface SnowflakeServer {
  url: string;
  port: number;
  /** Makes a session's token expire now, as an hour would. */
  expireSession(sessionId: string): void;
  close(): Promise<void>;
}

/** What the routes share. */
export interface ServerState {
  engine: Engine;
  tokens: SessionTokens;
  credentials: Credentials;
}

type Route = (request: ParsedRequest, state: ServerState) => Promise<unknown> | unknown;

export interface ParsedRequest {
  path: string;
  query: URLSearchParams;
  /** The JSON body, or an empty object. */
  body: Record<string, unknown>;
  /** From `Authorization: Snowflake Token="…"`. */
  token: string | null;
}

/** Paths as the drivers call them. `:id` matches one segment. */
const routes: [method: string, pattern: RegExp, route: Route][] = [
  ['POST', /^\/session\/v1\/login-request$/, logIn],
  ['POST', /^\/queries\/v1\/query-request$/, requestQuery],
  ['POST', /^\/queries\/v1\/abort-request$/, abortQuery],
  ['GET', /^\/queries\/(?<id>[^/]+)\/result$/, queryResult],
  ['GET', /^\/monitoring\/queries\/(?<id>[^/]+)$/, queryStatus],
  ['POST', /^\/session\/token-request$/, (request, { tokens }) => success(tokens.renew(request.token))],
  ['GET', /^\/session\/heartbeat$/, heartbeat],
  ['POST', /^\/session\/heartbeat$/, heartbeat],
  ['POST', /^\/session$/, endSession],
  ['POST', /^\/telemetry\/send$/, () => success(null)],
  ['POST', /^\/local\/s3-events$/, receiveS3Events],
];

/** Starts the HTTP server that Snowflake's drivers talk to, on loopback only. */
export async function startSnowflakeServer(options: {
  engine: Engine;
  credentials: Credentials;
  port?: number;
}): Promise<SnowflakeServer> {
  const state: ServerState = {
    engine: options.engine,
    credentials: options.credentials,
    tokens: new SessionTokens(),
  };
  const server = createServer((request, response) => {
    void answer(request, response, state);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    expireSession: (id) => state.tokens.expire(id),
    close: () => close(server, state),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, state: ServerState): Promise<void> {
  let body: unknown;
  let status = 200;
  try {
    // A page in a browser that resolves another name to this address is kept out.
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) {
      status = 403;
      body = failure(new SnowflakeError('390000', '08004', 'Only loopback host names are served.'));
    } else {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      const match = routes.find(
        ([method, pattern]) => method === request.method && pattern.test(url.pathname),
      );
      if (match === undefined) {
        status = 404;
        body = failure(
          new SnowflakeError('390404', '08004', `No such endpoint: ${request.method} ${url.pathname}`),
        );
      } else {
        for (const [name, value] of Object.entries(match[1].exec(url.pathname)?.groups ?? {})) {
          url.searchParams.set(name, value);
        }
        body = await match[2](await parse(request, url), state);
      }
    }
  } catch (error) {
    if (!(error instanceof SnowflakeError))
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    body = failure(error);
  }
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

async function parse(request: IncomingMessage, url: URL): Promise<ParsedRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY)
      throw new SnowflakeError('390413', '08004', `The request is larger than ${MAX_BODY} bytes.`);
    chunks.push(chunk);
  }
  let bytes = Buffer.concat(chunks);
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
    path: url.pathname,
    query: url.searchParams,
    body: (body ?? {}) as Record<string, unknown>,
    token,
  };
}

function heartbeat(request: ParsedRequest, { tokens }: ServerState): unknown {
  tokens.session(request.token);
  return success(null);
}

async function endSession(request: ParsedRequest, { tokens }: ServerState): Promise<unknown> {
  await tokens.end(request.token);
  return success(null);
}

/** S3 event notifications: what an S3 bucket's queue tells Snowpipe. */
async function receiveS3Events(request: ParsedRequest, { engine }: ServerState): Promise<unknown> {
  const records = request.body.Records;
  for (const record of Array.isArray(records) ? records : []) {
    const s3 = (record as { s3?: S3Event }).s3;
    const [bucket, key] = [s3?.bucket?.name, s3?.object?.key];
    if (bucket === undefined || key === undefined) {
      throw new SnowflakeError('390400', '08004', 'An S3 event needs bucket.name and object.key.');
    }
    notifyObjectCreated(engine, { bucket, key, size: s3?.object?.size ?? 0, eTag: s3?.object?.eTag ?? '' });
  }
  return success(null);
}

interface S3Event {
  bucket?: { name?: string };
  object?: { key?: string; size?: number; eTag?: string };
}

async function close(server: Server, state: ServerState): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await state.tokens.endAll();
}
