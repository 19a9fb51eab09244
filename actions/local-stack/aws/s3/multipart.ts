import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { AwsError } from '../aws-error.ts';
import { CHECKSUM_NAMES, type ChecksumName, compositeChecksum } from '../checksum.ts';
import { checkWriteCondition } from './conditions.ts';
import { type Exchange, sendEmpty, sendXml } from './exchange.ts';
import { writeNewFile } from './file-writer.ts';
import { wholeNumber } from './list-objects.ts';
import type { Part, Upload } from './multipart-uploads.ts';
import { checkKey } from './object-path.ts';
import type { ObjectRecord } from './object-store.ts';
import { checksumElements, checksumHeaders, describe, publish } from './objects.ts';
import { checksumName, headerOf, type Received, receiveBytes, receiveFile, receiveText } from './receive.ts';
import { childText, malformed, readXml, writeXml } from './xml.ts';

/** All parts but the last: 5 MiB at least (S3 User Guide, "multipart upload limits"). */
const MIN_PART = 5 * 1024 ** 2;

export async function createUpload(exchange: Exchange): Promise<void> {
  const { request, store, bucket, key, uploads } = exchange;
  store.bucket(bucket);
  checkKey(key);
  const algorithm = checksumName(request.headers['x-amz-checksum-algorithm']);
  const type = request.headers['x-amz-checksum-type'];
  const checksumType = type ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  if (checksumType !== 'FULL_OBJECT' && checksumType !== 'COMPOSITE') {
    throw new AwsError(400, 'InvalidRequest', 'Value for x-amz-checksum-type header is invalid.');
  }
  const id = await uploads.create({
    bucket,
    key,
    initiated: new Date().toISOString(),
    ...describe(request.headers),
    algorithm,
    checksumType,
  });
  await sendXml(
    exchange,
    writeXml('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: id }),
    algorithm === undefined
      ? {}
      : { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': checksumType },
  );
}

export async function uploadPart(exchange: Exchange): Promise<void> {
  const { request, store, bucket, key, uploads, query } = exchange;
  store.bucket(bucket);
  const id = query.uploadId!;
  const number = wholeNumber('partNumber', query.partNumber, 0);
  if (number < 1 || number > 10_000) {
    throw new AwsError(
      400,
      'InvalidArgument',
      'Part number must be an integer between 1 and 10000, inclusive',
    );
  }
  const upload = await uploads.find(id, bucket, key);
  const temporary = store.temporaryFile();
  const received = await receiveFile(request, exchange.payloadHash, temporary, upload.algorithm);
  try {
    await uploads.find(id, bucket, key);
    await uploads.addPart(id, { number, lastModified: new Date().toISOString(), ...received }, temporary);
  } finally {
    await rm(temporary, { force: true });
  }
  const { 'x-amz-checksum-type': _, ...checksums } = checksumHeaders({
    checksums: received.checksums,
    checksumType: 'FULL_OBJECT',
  });
  await sendEmpty(exchange, 200, { etag: `"${received.md5}"`, ...checksums });
}

export async function completeUpload(exchange: Exchange): Promise<void> {
  const { request, store, bucket, key, uploads, query } = exchange;
  const { index } = store.bucket(bucket);
  const id = query.uploadId!;
  const wanted = readParts(await receiveText({ ...request, headers: {} }, exchange.payloadHash));
  const before = uploads.completed(id, key);
  if (before !== undefined) return await sendCompleted(exchange, before);
  const upload = await uploads.find(id, bucket, key);
  checkWriteCondition(request.headers, index.get(key));
  const parts = matchParts(wanted, await uploads.parts(id));
  checkTotal(request.headers['x-amz-mp-object-size'], parts);
  const temporary = store.temporaryFile();
  const bytes = uploads.bytes(
    id,
    parts.map((part) => part.number),
  );
  const whole = await assemble(upload, bytes, temporary);
  const checksums = wholeChecksum(upload, parts, whole.checksums);
  await checkDeclared(request.headers, checksums, temporary);
  const record = await publish(
    exchange,
    {
      key,
      size: whole.size,
      etag: multipartEtag(parts),
      headers: upload.headers,
      metadata: upload.metadata,
      checksums,
      checksumType: upload.checksumType,
    },
    temporary,
  );
  await uploads.remove(id, record);
  await sendCompleted(exchange, record);
}

export async function abortUpload(exchange: Exchange): Promise<void> {
  const { bucket, key, uploads, query } = exchange;
  await uploads.find(query.uploadId!, bucket, key);
  await uploads.remove(query.uploadId!);
  await sendEmpty(exchange, 204);
}

export async function listParts(exchange: Exchange): Promise<void> {
  const { bucket, key, uploads, query } = exchange;
  const id = query.uploadId!;
  await uploads.find(id, bucket, key);
  const limit = Math.min(1000, wholeNumber('max-parts', query['max-parts'], 1000));
  const after = wholeNumber('part-number-marker', query['part-number-marker'], 0);
  const rest = (await uploads.parts(id)).filter((part) => part.number > after);
  const page = rest.slice(0, limit);
  await sendXml(
    exchange,
    writeXml('ListPartsResult', {
      Bucket: bucket,
      Key: key,
      UploadId: id,
      PartNumberMarker: after,
      NextPartNumberMarker: rest.length > limit ? page.at(-1)?.number : undefined,
      MaxParts: limit,
      IsTruncated: rest.length > limit,
      StorageClass: 'STANDARD',
      Part: page.map((part) => {
        const { ChecksumType: _, ...checksums } = checksumElements({ ...part, checksumType: 'FULL_OBJECT' });
        return {
          PartNumber: part.number,
          LastModified: part.lastModified,
          ETag: `"${part.md5}"`,
          Size: part.size,
          ...checksums,
        };
      }),
    }),
  );
}

export async function listUploads(exchange: Exchange): Promise<void> {
  const { store, bucket, uploads, query } = exchange;
  store.bucket(bucket);
  const prefix = query.prefix ?? '';
  const found = (await uploads.list(bucket)).filter((upload) => upload.key.startsWith(prefix));
  if (found.length > 1000) {
    throw new AwsError(
      501,
      'NotImplemented',
      'The local AWS endpoint lists no more than 1000 multipart uploads.',
    );
  }
  await sendXml(
    exchange,
    writeXml('ListMultipartUploadsResult', {
      Bucket: bucket,
      Prefix: prefix,
      MaxUploads: 1000,
      IsTruncated: false,
      Upload: found.map(({ key, id, initiated }) => ({
        Key: key,
        UploadId: id,
        StorageClass: 'STANDARD',
        Initiated: initiated,
      })),
    }),
  );
}

interface WantedPart {
  number: number;
  etag: string;
  checksums: Partial<Record<ChecksumName, string>>;
}

function readParts(xml: string): WantedPart[] {
  const root = readXml(xml);
  const parts = root.children.filter((child) => child.name === 'Part');
  if (root.name !== 'CompleteMultipartUpload' || parts.length === 0) throw malformed();
  return parts.map((part) => {
    const number = Number(childText(part, 'PartNumber') ?? Number.NaN);
    const etag = childText(part, 'ETag')?.replace(/^"(.*)"$/, '$1');
    if (!Number.isInteger(number) || etag === undefined) throw malformed();
    const checksums: WantedPart['checksums'] = {};
    for (const { name, text } of part.children) {
      if (name.startsWith('Checksum')) checksums[checksumName(name.slice('Checksum'.length))!] = text;
    }
    return { number, etag, checksums };
  });
}

function matchParts(wanted: WantedPart[], present: Part[]): Part[] {
  const byNumber = new Map(present.map((part) => [part.number, part]));
  if (wanted.some((want, i) => i > 0 && want.number <= wanted[i - 1]!.number)) {
    throw new AwsError(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.');
  }
  return wanted.map((want, position) => {
    const part = byNumber.get(want.number);
    const sameSums = Object.entries(want.checksums).every(
      ([name, value]) => part?.checksums[name as ChecksumName] === value,
    );
    if (part === undefined || part.md5 !== want.etag || !sameSums) {
      throw new AwsError(
        400,
        'InvalidPart',
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        { PartNumber: String(want.number) },
      );
    }
    if (part.size < MIN_PART && position < wanted.length - 1) {
      throw new AwsError(
        400,
        'EntityTooSmall',
        'Your proposed upload is smaller than the minimum allowed size',
        {
          PartNumber: String(part.number),
          ProposedSize: String(part.size),
          MinSizeAllowed: String(MIN_PART),
        },
      );
    }
    return part;
  });
}

/** The parts were digested as they came; only a checksum of the whole object needs its bytes once more. */
async function assemble(
  { algorithm, checksumType }: Upload,
  bytes: AsyncIterable<Buffer>,
  path: string,
): Promise<Pick<Received, 'size' | 'checksums'>> {
  if (algorithm !== undefined && checksumType === 'FULL_OBJECT') return receiveBytes(bytes, path, algorithm);
  return { size: await writeNewFile(bytes, path), checksums: {} };
}

function wholeChecksum(
  { algorithm, checksumType }: Upload,
  parts: Part[],
  whole: ObjectRecord['checksums'],
): ObjectRecord['checksums'] {
  if (algorithm === undefined || checksumType === 'FULL_OBJECT') return whole;
  const sums = parts.map((part) => part.checksums[algorithm] ?? '');
  return { [algorithm]: compositeChecksum(algorithm, sums) };
}

function checkTotal(declared: string | undefined, parts: Part[]): void {
  const total = parts.reduce((sum, part) => sum + part.size, 0);
  if (declared !== undefined && Number(declared) !== total) {
    throw new AwsError(400, 'InvalidRequest', 'The provided x-amz-mp-object-size does not match the parts.');
  }
}

/** What the client says of the whole object; when it is wrong the assembled bytes go away. */
async function checkDeclared(
  headers: Record<string, string>,
  checksums: ObjectRecord['checksums'],
  temporary: string,
): Promise<void> {
  for (const name of CHECKSUM_NAMES) {
    const declared = headers[headerOf(name)];
    if (declared === undefined || declared === checksums[name]) continue;
    await rm(temporary, { force: true });
    throw new AwsError(400, 'BadDigest', `The ${name} you specified did not match the calculated checksum.`);
  }
}

function multipartEtag(parts: Part[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(Buffer.from(part.md5, 'hex'));
  return `${hash.digest('hex')}-${parts.length}`;
}

function sendCompleted(exchange: Exchange, record: ObjectRecord): Promise<void> {
  return sendXml(
    exchange,
    writeXml('CompleteMultipartUploadResult', {
      Location: `http://${exchange.request.headers.host}${exchange.request.rawPath}`,
      Bucket: exchange.bucket,
      Key: record.key,
      ETag: `"${record.etag}"`,
      ...checksumElements(record),
    }),
  );
}
