import { rm } from 'node:fs/promises';
import { AwsError, notImplemented } from '../aws-error.ts';
import { CHECKSUM_NAMES } from '../checksum.ts';
import { percentDecode } from '../request.ts';
import { checkReadConditions, checkWriteCondition, preconditionFailed } from './conditions.ts';
import { type Exchange, sendEmpty, sendStream, sendXml } from './exchange.ts';
import { checkKey } from './object-path.ts';
import type { ObjectRecord } from './object-store.ts';
import { checksumName, headerOf, receiveBytes, receiveFile, receiveText } from './receive.ts';
import { childText, malformed, readXml, writeXml, type XmlValue } from './xml.ts';

const KEPT_HEADERS = [
  'content-type',
  'content-encoding',
  'content-language',
  'content-disposition',
  'cache-control',
  'expires',
];

export async function putObject(exchange: Exchange): Promise<void> {
  const { request, store, bucket, key } = exchange;
  const { index } = store.bucket(bucket);
  checkKey(key);
  // Told before the body is read; what counts is the check at the commit.
  checkWriteCondition(request.headers, index.get(key));
  const temporary = store.temporaryFile();
  const algorithm = checksumName(request.headers['x-amz-sdk-checksum-algorithm']);
  const { size, md5, checksums } = await receiveFile(request, exchange.payloadHash, temporary, algorithm);
  const record = await publish(
    exchange,
    { key, size, etag: md5, ...describe(request.headers), checksums, checksumType: 'FULL_OBJECT' },
    temporary,
  );
  await sendEmpty(exchange, 200, { etag: `"${record.etag}"`, ...checksumHeaders(record) });
}

/** Commits received bytes as the object and announces it; the temporary file never stays. */
export async function publish(
  exchange: Exchange,
  record: Omit<ObjectRecord, 'file' | 'lastModified'>,
  temporary: string,
): Promise<ObjectRecord> {
  const { store, bucket, request } = exchange;
  try {
    const committed = await store.commit(bucket, record, temporary, (current) =>
      checkWriteCondition(request.headers, current),
    );
    exchange.onObjectCreated({ bucket, key: record.key, size: record.size, eTag: record.etag });
    return committed;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** GET and HEAD, with a single byte range and the conditions of RFC 9110. */
export async function getObject(exchange: Exchange): Promise<void> {
  const { request, store, bucket, key, query } = exchange;
  checkKey(key);
  const opened = await store.openObject(bucket, key);
  if (opened === undefined)
    throw new AwsError(404, 'NoSuchKey', 'The specified key does not exist.', { Key: key });
  const { record, handle } = opened;
  try {
    const headers = {
      ...record.headers,
      ...overrides(query),
      'accept-ranges': 'bytes',
      etag: `"${record.etag}"`,
      'last-modified': new Date(record.lastModified).toUTCString(),
      ...Object.fromEntries(
        Object.entries(record.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]),
      ),
    };
    if (checkReadConditions(request.headers, record)) return await sendEmpty(exchange, 304, headers);
    const range = byteRange(request.headers.range, record.size);
    const [start, end] = range ?? [0, record.size - 1];
    const full = {
      ...headers,
      'content-length': end - start + 1,
      ...(range === undefined ? {} : { 'content-range': `bytes ${start}-${end}/${record.size}` }),
      // A range has no checksum of its own: the client would compare it with the whole object's.
      ...(range === undefined && request.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED'
        ? checksumHeaders(record)
        : {}),
    };
    const status = range === undefined ? 200 : 206;
    if (request.method === 'HEAD' || end < start) return await sendEmpty(exchange, status, full);
    await sendStream(exchange, status, full, handle.createReadStream({ start, end, autoClose: false }));
  } finally {
    await handle.close();
  }
}

export async function deleteObject(exchange: Exchange): Promise<void> {
  checkKey(exchange.key);
  await exchange.store.deleteObject(exchange.bucket, exchange.key);
  await sendEmpty(exchange, 204);
}

/** DeleteObjects: up to 1000 keys in one request. */
export async function deleteObjects(exchange: Exchange): Promise<void> {
  const { request, store, bucket } = exchange;
  store.bucket(bucket);
  const hasChecksum = CHECKSUM_NAMES.some((name) => request.headers[headerOf(name)] !== undefined);
  if (
    !hasChecksum &&
    request.headers['content-md5'] === undefined &&
    request.headers['x-amz-trailer'] === undefined
  ) {
    throw new AwsError(400, 'InvalidRequest', 'Missing required header for this request: Content-MD5');
  }
  const root = readXml(await receiveText(request, exchange.payloadHash));
  const objects = root.children.filter((child) => child.name === 'Object');
  if (root.name !== 'Delete' || objects.length === 0 || objects.length > 1000) throw malformed();
  const quiet = childText(root, 'Quiet') === 'true';
  const deleted: XmlValue[] = [];
  for (const object of objects) {
    const other = object.children.find(
      ({ name, text }) => name !== 'Key' && !(name === 'VersionId' && text === 'null'),
    );
    if (other !== undefined) throw notImplemented(`${other.name} in DeleteObjects`);
    const key = childText(object, 'Key');
    if (key === undefined || key === '') throw malformed();
    checkKey(key);
    await store.deleteObject(bucket, key);
    if (!quiet) deleted.push({ Key: key });
  }
  await sendXml(exchange, writeXml('DeleteResult', { Deleted: deleted }));
}

export async function copyObject(exchange: Exchange): Promise<void> {
  const { request, store, bucket, key } = exchange;
  store.bucket(bucket);
  checkKey(key);
  const source = copySource(request.headers['x-amz-copy-source']!);
  const directive = request.headers['x-amz-metadata-directive']?.toUpperCase() ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE') {
    throw new AwsError(400, 'InvalidArgument', 'Unknown metadata directive.');
  }
  if (directive === 'COPY' && source.bucket === bucket && source.key === key) {
    throw new AwsError(
      400,
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata.",
    );
  }
  const opened = await store.openObject(source.bucket, source.key);
  if (opened === undefined) {
    throw new AwsError(404, 'NoSuchKey', 'The specified key does not exist.', { Key: source.key });
  }
  const temporary = store.temporaryFile();
  const { record: from, handle } = opened;
  try {
    if (checkReadConditions(request.headers, from, 'x-amz-copy-source-')) {
      throw preconditionFailed('x-amz-copy-source-If-None-Match');
    }
    const algorithm =
      checksumName(request.headers['x-amz-checksum-algorithm']) ??
      CHECKSUM_NAMES.find((name) => from.checksums[name] !== undefined);
    const received = await receiveBytes(handle.createReadStream({ autoClose: false }), temporary, algorithm);
    const described =
      directive === 'COPY' ? { headers: from.headers, metadata: from.metadata } : describe(request.headers);
    const record = await publish(
      exchange,
      {
        key,
        size: received.size,
        etag: received.md5,
        ...described,
        checksums: received.checksums,
        checksumType: 'FULL_OBJECT',
      },
      temporary,
    );
    await sendXml(
      exchange,
      writeXml('CopyObjectResult', {
        ETag: `"${record.etag}"`,
        LastModified: record.lastModified,
        ...checksumElements(record),
      }),
    );
  } finally {
    await handle.close();
  }
}

/** The headers and user metadata of a request that are kept with its object. */
export function describe(headers: Record<string, string>): Pick<ObjectRecord, 'headers' | 'metadata'> {
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  for (const name of KEPT_HEADERS) {
    // aws-chunked is the framing of the request, not of the object.
    const value =
      name === 'content-encoding'
        ? headers[name]
            ?.split(',')
            .map((item) => item.trim())
            .filter((item) => item !== 'aws-chunked')
            .join(',')
        : headers[name];
    if (value) kept[name] = value;
  }
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('x-amz-meta-')) metadata[name.slice('x-amz-meta-'.length)] = value;
  }
  const size = Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (size > 2048) {
    throw new AwsError(
      400,
      'MetadataTooLarge',
      'Your metadata headers exceed the maximum allowed metadata size',
    );
  }
  return { headers: kept, metadata };
}

export function checksumHeaders(
  record: Pick<ObjectRecord, 'checksums' | 'checksumType'>,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of CHECKSUM_NAMES) {
    const value = record.checksums[name];
    if (value === undefined) continue;
    headers[headerOf(name)] = value;
    headers['x-amz-checksum-type'] = record.checksumType;
  }
  return headers;
}

export function checksumElements(
  record: Pick<ObjectRecord, 'checksums' | 'checksumType'>,
): Record<string, string> {
  const elements: Record<string, string> = {};
  for (const name of CHECKSUM_NAMES) {
    const value = record.checksums[name];
    if (value === undefined) continue;
    elements[`Checksum${name}`] = value;
    elements.ChecksumType = record.checksumType;
  }
  return elements;
}

function overrides(query: Record<string, string>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = query[`response-${name}`];
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}

/** A single range as [first, last] byte, both included. */
function byteRange(header: string | undefined, size: number): [number, number] | undefined {
  if (header === undefined) return undefined;
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (match === null || (match[1] === '' && match[2] === '')) throw notImplemented(`the range "${header}"`);
  const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (start >= size || end < start) {
    throw new AwsError(416, 'InvalidRange', 'The requested range is not satisfiable', {
      RangeRequested: header,
      ActualObjectSize: String(size),
    });
  }
  return [start, end];
}

function copySource(header: string): { bucket: string; key: string } {
  const [path = '', version] = header.split('?versionId=');
  if (version !== undefined && version !== 'null') throw notImplemented('copying a version of an object');
  const match = /^\/?([^/]+)\/(.+)$/s.exec(percentDecode(path));
  if (match === null) {
    throw new AwsError(
      400,
      'InvalidArgument',
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    );
  }
  return { bucket: match[1]!, key: match[2]! };
}
