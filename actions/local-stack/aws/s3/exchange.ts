import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { AwsError } from '../aws-error.ts';
import type { AwsRequest } from '../request.ts';
import type { MultipartUploads } from './multipart-uploads.ts';
import type { ObjectStore } from './object-store.ts';
import { writeXml } from './xml.ts';

/** An object that became visible, as an S3 event notification tells it. */
export interface ObjectCreated {
  bucket: string;
  key: string;
  /** Bytes. */
  size: number;
  eTag: string;
}

/** One S3 request with what its operation needs. `bucket` and `key` are decoded; empty where the path has none. */
export interface Exchange {
  request: AwsRequest;
  response: ServerResponse;
  payloadHash: string;
  bucket: string;
  key: string;
  query: Record<string, string>;
  store: ObjectStore;
  uploads: MultipartUploads;
  region: string;
  onObjectCreated: (event: ObjectCreated) => void;
}

type Headers = Record<string, string | number | undefined>;

export function sendXml(exchange: Exchange, xml: string, headers: Headers = {}): Promise<void> {
  const body = Buffer.from(xml);
  setHeaders(exchange.response, {
    'content-type': 'application/xml',
    'content-length': body.length,
    ...headers,
  });
  exchange.response.end(body);
  return sent(exchange.response);
}

export function sendEmpty(exchange: Exchange, status: number, headers: Headers = {}): Promise<void> {
  exchange.response.statusCode = status;
  setHeaders(exchange.response, headers);
  exchange.response.end();
  return sent(exchange.response);
}

/** Streams a body. A reader that goes away early ends the stream, not the server. */
export async function sendStream(
  exchange: Exchange,
  status: number,
  headers: Headers,
  body: NodeJS.ReadableStream,
): Promise<void> {
  exchange.response.statusCode = status;
  setHeaders(exchange.response, headers);
  await pipeline(body, exchange.response);
}

/** The error document of the S3 API (S3 API Reference, "Error responses"). HEAD answers carry no body. */
export function sendS3Error(
  request: Pick<AwsRequest, 'id' | 'method' | 'rawPath'>,
  response: ServerResponse,
  error: AwsError,
): void {
  const body = Buffer.from(
    writeXml(
      'Error',
      {
        Code: error.code,
        Message: error.message,
        ...error.details,
        Resource: request.rawPath,
        RequestId: request.id,
        HostId: 'local',
      },
      '',
    ),
  );
  response.statusCode = error.status;
  setHeaders(response, { 'content-type': 'application/xml', 'content-length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function setHeaders(response: ServerResponse, headers: Headers): void {
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) response.setHeader(name, value);
  }
}

async function sent(response: ServerResponse): Promise<void> {
  if (!response.writableFinished && !response.destroyed)
    await Promise.race([once(response, 'finish'), once(response, 'close')]);
}
