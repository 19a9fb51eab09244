import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { AwsError, notImplemented } from '../aws-error.ts';
import { CHECKSUM_NAMES, type ChecksumName, startChecksum } from '../checksum.ts';
import { openPayload, type Payload, readAll } from '../payload.ts';
import type { AwsRequest } from '../request.ts';
import { writeNewFile } from './file-writer.ts';

/** Bytes that came in whole and agreed with everything the client said of them. */
export interface Received {
  /** Bytes. */
  size: number;
  /** Hex. */
  md5: string;
  checksums: Partial<Record<ChecksumName, string>>;
}

/** The largest object of a single PUT, and the largest part: 5 GiB. */
const MAX_PUT = 5 * 1024 ** 3;
const MAX_DOCUMENT = 4 * 1024 ** 2;

/**
 * Streams a request's body into a file and checks length, Content-MD5, signed SHA-256 and the additional
 * checksums in headers or trailers. The file is gone when this throws.
 * @throws AwsError BadDigest, InvalidDigest, IncompleteBody, EntityTooLarge
 */
export function receiveFile(
  request: AwsRequest,
  payloadHash: string,
  path: string,
  wanted: ChecksumName | undefined,
): Promise<Received> {
  return store(openPayload(request, payloadHash), startDigests(request.headers, wanted), path, MAX_PUT);
}

/** Writes bytes that this server holds already (a copy, the parts of an upload) into a file, and digests them. */
export function receiveBytes(
  chunks: AsyncIterable<Buffer>,
  path: string,
  wanted: ChecksumName | undefined,
): Promise<Received> {
  return store({ chunks, trailers: new Map() }, startDigests({}, wanted), path, Number.POSITIVE_INFINITY);
}

async function store(payload: Payload, digests: Digests, path: string, limit: number): Promise<Received> {
  let left = limit;
  const size = await writeNewFile(payload.chunks, path, (chunk) => {
    left -= chunk.length;
    if (left < 0) {
      throw new AwsError(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
    }
    digests.update(chunk);
  });
  try {
    return { size, ...digests.finish(payload.trailers) };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** Reads and checks a small body (an XML document) in the same way. */
export async function receiveText(request: AwsRequest, payloadHash: string): Promise<string> {
  const payload = openPayload(request, payloadHash);
  const body = await readAll(payload.chunks, MAX_DOCUMENT);
  const digests = startDigests(request.headers, undefined);
  digests.update(body);
  digests.finish(payload.trailers);
  return body.toString('utf8');
}

/** The checksum algorithm that a header names. @throws AwsError InvalidRequest */
export function checksumName(text: string | undefined): ChecksumName | undefined {
  if (text === undefined) return undefined;
  const name = CHECKSUM_NAMES.find((known) => known === text.toUpperCase());
  if (name === undefined) throw notImplemented(`the checksum algorithm ${text}`);
  return name;
}

interface Digests {
  update(chunk: Buffer): void;
  finish(trailers: Map<string, string>): Omit<Received, 'size'>;
}

function startDigests(headers: Record<string, string>, wanted: ChecksumName | undefined): Digests {
  const trailer = /^x-amz-checksum-(\w+)$/.exec(headers['x-amz-trailer']?.trim().toLowerCase() ?? '');
  if (headers['x-amz-trailer'] !== undefined && trailer === null) {
    throw notImplemented(`the trailer ${headers['x-amz-trailer']}`);
  }
  const names = new Set(CHECKSUM_NAMES.filter((name) => headers[headerOf(name)] !== undefined));
  const inTrailer = checksumName(trailer?.[1]);
  if (inTrailer !== undefined) names.add(inTrailer);
  if (names.size > 1) {
    throw new AwsError(400, 'InvalidRequest', 'Expecting a single x-amz-checksum- header');
  }
  if (names.size === 0 && wanted !== undefined) names.add(wanted);
  const md5 = createHash('md5');
  const running = [...names].map((name) => ({ name, checksum: startChecksum(name) }));
  return {
    update(chunk: Buffer): void {
      md5.update(chunk);
      for (const { checksum } of running) checksum.update(chunk);
    },
    finish(trailers: Map<string, string>): Omit<Received, 'size'> {
      const digest = md5.digest();
      checkMd5(headers['content-md5'], digest);
      const checksums: Received['checksums'] = {};
      for (const { name, checksum } of running) {
        const computed = checksum.digest();
        const declared = name === inTrailer ? (trailers.get(headerOf(name)) ?? '') : headers[headerOf(name)];
        if (declared !== undefined && declared !== computed) {
          throw new AwsError(
            400,
            'BadDigest',
            `The ${name} you specified did not match the calculated checksum.`,
          );
        }
        checksums[name] = computed;
      }
      return { md5: digest.toString('hex'), checksums };
    },
  };
}

export function headerOf(name: ChecksumName): string {
  return `x-amz-checksum-${name.toLowerCase()}`;
}

function checkMd5(declared: string | undefined, computed: Buffer): void {
  if (declared === undefined) return;
  const expected = Buffer.from(declared, 'base64');
  if (expected.length !== 16) {
    throw new AwsError(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.');
  }
  if (!expected.equals(computed)) {
    throw new AwsError(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
}
