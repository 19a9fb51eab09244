import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../shared/errors.ts';
import { AwsError } from './aws-error.ts';
import { type LambdaFunction, LambdaService } from './lambda/lambda-service.ts';
import { readAll } from './payload.ts';
import { type AwsRequest, parseRequest } from './request.ts';
import { type ObjectCreated, sendS3Error } from './s3/exchange.ts';
import { openS3, type S3Service } from './s3/s3-service.ts';
import { openSecrets, type SecretsService } from './secrets/secrets-service.ts';
import { type AwsCredentials, claimedService, verifySignature } from './signature.ts';

export interface AwsOptions {
  /** Directory of objects and secrets; made when missing. */
  root: string;
  credentials: AwsCredentials;
  region: string;
  /** Called after an object became visible. */
  onObjectCreated?: (event: ObjectCreated) => void;
  functions?: LambdaFunction[];
  /** 0 or absent: any free port. */
  port?: number;
}

export interface LocalAws {
  url: string;
  port: number;
  /** Ends open requests, the Lambda processes and the port. */
  close(): Promise<void>;
}

interface Services {
  s3: S3Service;
  secrets: SecretsService;
  lambda: LambdaService;
}

/** The longest body of a JSON service: Lambda's 6 MB payload with room around it. */
const MAX_JSON = 8 * 1024 ** 2;

/**
 * Starts S3, Secrets Manager and Lambda on one loopback port. Requests are told apart by the service of their
 * signature, which is verified; what is not implemented is answered 501 by name.
 */
export async function startAws(options: AwsOptions): Promise<LocalAws> {
  const { root, region } = options;
  const services: Services = {
    s3: await openS3(root, region, options.onObjectCreated ?? (() => {})),
    secrets: await openSecrets(root, region),
    lambda: new LambdaService(options.functions ?? [], region),
  };
  const open = new Set<Promise<void>>();
  const server = createServer((incoming, response) => {
    const answering = answer(incoming, response, services, options);
    open.add(answering);
    void answering.then(() => open.delete(answering));
  });
  // Longer than the pauses of a pipeline: a client's idle connection is not closed just when it is used again.
  server.keepAliveTimeout = 65_000;
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await services.lambda.close();
      // A write that is under way comes to its end before the directory is given up.
      await Promise.all(open);
      await closed;
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  services: Services,
  options: AwsOptions,
): Promise<void> {
  let request: AwsRequest | undefined;
  try {
    checkHost(incoming);
    request = parseRequest(incoming);
    response.setHeader('x-amz-request-id', request.id);
    response.setHeader('x-amzn-requestid', request.id);
    response.setHeader('server', 'GlobalMartLocalStack');
    await route(request, response, services, options);
  } catch (error) {
    // A client that went away has nobody to answer to.
    if (!incoming.destroyed || incoming.complete) refuse(request, incoming, response, error);
  } finally {
    // The rest of a refused body is read, so that the client gets to read the answer.
    incoming.resume();
  }
}

async function route(
  request: AwsRequest,
  response: ServerResponse,
  services: Services,
  { credentials, region }: AwsOptions,
): Promise<void> {
  const service = claimedService(request) ?? guessService(request);
  if (service === 's3') {
    const { payloadHash } = verifySignature(request, credentials, region, '');
    await services.s3(request, response, payloadHash);
    return;
  }
  const body = await readAll(request.body, MAX_JSON);
  verifySignature(request, credentials, region, createHash('sha256').update(body).digest('hex'));
  if (service === 'lambda') {
    await services.lambda.handle(request, response, body);
    return;
  }
  const action = /^secretsmanager\.(\w+)$/.exec(request.headers['x-amz-target'] ?? '')?.[1];
  if (service !== 'secretsmanager' || action === undefined) {
    throw new AwsError(501, 'NotImplemented', `The local AWS endpoint has no service "${service}".`);
  }
  const result = Buffer.from(JSON.stringify(await services.secrets(action, body.toString('utf8'))));
  response.setHeader('content-type', 'application/x-amz-json-1.1');
  response.setHeader('content-length', result.length);
  response.end(result);
}

function guessService(request: AwsRequest): string {
  if (request.headers['x-amz-target'] !== undefined) return 'secretsmanager';
  return request.rawPath.startsWith('/2015-03-31/') ? 'lambda' : 's3';
}

/** Another Host name is how a web page reaches a loopback server (DNS rebinding). */
function checkHost(incoming: IncomingMessage): void {
  const host = incoming.headers.host ?? '';
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(host)) {
    throw new AwsError(
      421,
      'MisdirectedRequest',
      `This server is 127.0.0.1 or localhost, not "${host.slice(0, 200)}".`,
    );
  }
}

/** The names that the JSON services have for S3's authentication errors. */
const JSON_AUTH_CODES: Record<string, string> = {
  AccessDenied: 'MissingAuthenticationTokenException',
  InvalidAccessKeyId: 'UnrecognizedClientException',
  InvalidToken: 'UnrecognizedClientException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
  RequestTimeTooSkewed: 'InvalidSignatureException',
  AuthorizationHeaderMalformed: 'IncompleteSignatureException',
};

function refuse(
  request: AwsRequest | undefined,
  incoming: IncomingMessage,
  response: ServerResponse,
  error: unknown,
): void {
  const refusal = error instanceof AwsError ? error : internalError(incoming, error);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const service = request === undefined ? 's3' : (claimedService(request) ?? guessService(request));
  if (service === 's3') {
    sendS3Error(request ?? { id: 'none', method: 'GET', rawPath: '/' }, response, refusal);
    return;
  }
  const code = JSON_AUTH_CODES[refusal.code] ?? refusal.code;
  const body = Buffer.from(
    JSON.stringify({ __type: code, Type: 'User', Message: refusal.message, message: refusal.message }),
  );
  response.statusCode = refusal.status;
  response.setHeader('content-type', 'application/x-amz-json-1.1');
  response.setHeader('x-amzn-errortype', code);
  response.setHeader('content-length', body.length);
  response.end(body);
}

/** A defect or a failing disk: said on standard error too, where the stack's owner looks. */
function internalError(incoming: IncomingMessage, error: unknown): AwsError {
  const path = (incoming.url ?? '').split('?')[0];
  console.error(`local AWS: ${incoming.method} ${path} failed:`, error);
  return new AwsError(500, 'InternalError', `We encountered an internal error: ${messageOf(error)}`);
}
