import { AwsError } from '../aws-error.ts';
import { percentEncode } from '../request.ts';
import { compareKeys, type KeyIndex } from './key-index.ts';
import { writeXml, type XmlValue } from './xml.ts';

/** Parameters of ListObjectsV2 as they stand in the query. */
export interface ListQuery {
  prefix: string;
  delimiter: string;
  maxKeys: string | undefined;
  continuationToken: string | undefined;
  startAfter: string | undefined;
  encodingType: string | undefined;
}

/** One page of a bucket's objects as XML (S3 API Reference, ListObjectsV2). */
export function listObjects(bucket: string, index: KeyIndex, query: ListQuery): string {
  const limit = Math.min(1000, wholeNumber('max-keys', query.maxKeys, 1000));
  if (query.encodingType !== undefined && query.encodingType !== 'url') {
    throw new AwsError(400, 'InvalidArgument', 'Invalid Encoding Method specified in Request');
  }
  const encode = (text: string) =>
    query.encodingType === 'url' ? text.split('/').map(percentEncode).join('/') : text;
  const after = query.continuationToken === undefined ? query.startAfter : readToken(query.continuationToken);

  const contents: XmlValue[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  let truncated = false;
  for (const key of index.from(later(query.prefix, after ?? ''))) {
    if (!key.startsWith(query.prefix)) break;
    if (after !== undefined && (key === after || isBelow(key, after, query.delimiter))) continue;
    const end = query.delimiter === '' ? -1 : key.indexOf(query.delimiter, query.prefix.length);
    const common = end < 0 ? undefined : key.slice(0, end + query.delimiter.length);
    if (common !== undefined && common === prefixes.at(-1)) continue;
    if (contents.length + prefixes.length === limit) {
      truncated = limit > 0;
      break;
    }
    if (common !== undefined) prefixes.push(common);
    else {
      const record = index.get(key)!;
      contents.push({
        Key: encode(key),
        LastModified: record.lastModified,
        ETag: `"${record.etag}"`,
        ChecksumAlgorithm: Object.keys(record.checksums),
        ChecksumType: Object.keys(record.checksums).length > 0 ? record.checksumType : undefined,
        Size: record.size,
        StorageClass: 'STANDARD',
      });
    }
    last = common ?? key;
  }
  return writeXml('ListBucketResult', {
    Name: bucket,
    Prefix: encode(query.prefix),
    Delimiter: query.delimiter === '' ? undefined : encode(query.delimiter),
    StartAfter: query.startAfter === undefined ? undefined : encode(query.startAfter),
    EncodingType: query.encodingType,
    ContinuationToken: query.continuationToken,
    NextContinuationToken: truncated && last !== undefined ? writeToken(last) : undefined,
    KeyCount: contents.length + prefixes.length,
    MaxKeys: limit,
    IsTruncated: truncated,
    Contents: contents,
    CommonPrefixes: prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
}

/** A number >= 0 in a query. @throws AwsError InvalidArgument */
export function wholeNumber(name: string, text: string | undefined, absent: number): number {
  if (text === undefined || text === '') return absent;
  if (!/^\d{1,9}$/.test(text)) {
    throw new AwsError(400, 'InvalidArgument', `Provided ${name} not an integer or within integer range`);
  }
  return Number(text);
}

/** After a page that ended with a common prefix, everything under that prefix has been told. */
function isBelow(key: string, after: string, delimiter: string): boolean {
  return delimiter !== '' && after.endsWith(delimiter) && key.startsWith(after);
}

function later(a: string, b: string): string {
  return compareKeys(a, b) > 0 ? a : b;
}

function writeToken(key: string): string {
  return Buffer.from(`1${key}`).toString('base64url');
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (!text.startsWith('1')) {
    throw new AwsError(400, 'InvalidArgument', 'The continuation token provided is incorrect');
  }
  return text.slice(1);
}
