import { createHash } from 'node:crypto';
import { AwsError, notImplemented } from './aws-error.ts';
import type { AwsRequest } from './request.ts';

/** A request's body: read `chunks` to the end, then `trailers` holds what followed it. */
export interface Payload {
  chunks: AsyncIterable<Buffer>;
  trailers: Map<string, string>;
}

/**
 * The decoded body of an S3 request: aws-chunked framing is removed, its length and the signed SHA-256 are
 * checked at the end. Source: S3 API Reference, "Signature calculations: transferring payload in multiple chunks".
 */
export function openPayload(request: AwsRequest, payloadHash: string): Payload {
  const trailers = new Map<string, string>();
  if (payloadHash === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') {
    return { chunks: decodeChunked(request, trailers), trailers };
  }
  if (payloadHash.startsWith('STREAMING-')) throw notImplemented(`payload signing by ${payloadHash}`);
  if (payloadHash === 'UNSIGNED-PAYLOAD') return { chunks: request.body, trailers };
  if (!/^[0-9a-f]{64}$/.test(payloadHash)) {
    throw new AwsError(
      400,
      'InvalidArgument',
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER or a valid sha256 value.',
    );
  }
  return { chunks: checkSha256(request, payloadHash), trailers };
}

/** Reads a whole small body. @throws AwsError when it is longer than `limit` bytes. */
export async function readAll(chunks: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > limit) {
      throw new AwsError(413, 'RequestEntityTooLargeException', `The request body is over ${limit} bytes.`);
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

async function* checkSha256(request: AwsRequest, expected: string): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of request.body) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== expected) {
    throw new AwsError(
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
}

async function* decodeChunked(request: AwsRequest, trailers: Map<string, string>): AsyncGenerator<Buffer> {
  const declared = Number(request.headers['x-amz-decoded-content-length'] ?? Number.NaN);
  if (!Number.isSafeInteger(declared)) {
    throw new AwsError(411, 'MissingContentLength', 'You must provide x-amz-decoded-content-length.');
  }
  const reader = new ByteReader(request.body);
  try {
    let length = 0;
    for (let left = await chunkSize(reader); left > 0; left = await chunkSize(reader)) {
      length += left;
      while (left > 0) {
        const piece = await reader.upTo(left);
        left -= piece.length;
        yield piece;
      }
      if ((await reader.line()) !== '') throw incomplete('a chunk is longer than its header says');
    }
    for (let line = await reader.line(); line !== ''; line = await reader.line()) {
      const colon = line.indexOf(':');
      if (colon < 1) throw incomplete(`a trailer was expected, not "${line.slice(0, 40)}"`);
      trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
    }
    if (length !== declared) throw incomplete(`${length} bytes came, ${declared} were declared`);
  } finally {
    await reader.close();
  }
}

async function chunkSize(reader: ByteReader): Promise<number> {
  const line = await reader.line();
  const size = /^([0-9a-fA-F]{1,8})(;.*)?$/.exec(line)?.[1];
  if (size === undefined) throw incomplete(`a chunk header was expected, not "${line.slice(0, 40)}"`);
  return Number.parseInt(size, 16);
}

function incomplete(why: string): AwsError {
  return new AwsError(400, 'IncompleteBody', `The request body is not valid aws-chunked content: ${why}.`);
}

/** Lines and counted bytes from a stream of buffers. */
class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next line without its CRLF. */
  async line(): Promise<string> {
    while (true) {
      const end = this.#held.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#held.toString('latin1', 0, end);
        this.#held = this.#held.subarray(end + 2);
        return line;
      }
      if (this.#held.length > 8192) throw incomplete('a line is over 8192 bytes');
      if (!(await this.#more())) throw incomplete('it ends early');
    }
  }

  /** One to `count` bytes. */
  async upTo(count: number): Promise<Buffer> {
    while (this.#held.length === 0) if (!(await this.#more())) throw incomplete('it ends early');
    const piece = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(piece.length);
    return piece;
  }

  /** Lets go of the source. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done) return false;
    this.#held = this.#held.length === 0 ? next.value : Buffer.concat([this.#held, next.value]);
    return true;
  }
}
