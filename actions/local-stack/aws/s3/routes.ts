import { notImplemented } from '../aws-error.ts';
import {
  bucketLocation,
  createBucket,
  deleteBucket,
  headBucket,
  listBuckets,
  listObjectsV2,
} from './buckets.ts';
import type { Exchange } from './exchange.ts';
import {
  abortUpload,
  completeUpload,
  createUpload,
  listParts,
  listUploads,
  uploadPart,
} from './multipart.ts';
import { copyObject, deleteObject, deleteObjects, getObject, putObject } from './objects.ts';

interface Route {
  name: string;
  run: (exchange: Exchange) => Promise<void>;
  method: string[];
  on: 'service' | 'bucket' | 'object';
  /** Query parameters (or `header:NAME`) that select this operation. */
  selects?: string[];
  /** Further query parameters that it understands. */
  query?: string[];
  /** Request headers beyond those of every request; a trailing `*` stands for any ending. */
  headers?: string[];
}

const BODY = [
  'x-amz-checksum-*',
  'x-amz-sdk-checksum-algorithm',
  'x-amz-trailer',
  'x-amz-decoded-content-length',
];
const WRITE = ['if-match', 'if-none-match'];
const READ = [...WRITE, 'if-modified-since', 'if-unmodified-since'];
const DESCRIPTION = ['x-amz-meta-*'];

/** Every operation of this endpoint; the first route that fits is taken. Nothing that is not listed is ignored. */
const ROUTES: Route[] = [
  { name: 'ListBuckets', run: listBuckets, method: ['GET'], on: 'service', query: ['prefix'] },
  {
    name: 'ListObjectsV2',
    run: listObjectsV2,
    method: ['GET'],
    on: 'bucket',
    selects: ['list-type'],
    query: ['prefix', 'delimiter', 'max-keys', 'continuation-token', 'start-after', 'encoding-type'],
  },
  { name: 'GetBucketLocation', run: bucketLocation, method: ['GET'], on: 'bucket', selects: ['location'] },
  {
    name: 'ListMultipartUploads',
    run: listUploads,
    method: ['GET'],
    on: 'bucket',
    selects: ['uploads'],
    query: ['prefix'],
  },
  {
    name: 'DeleteObjects',
    run: deleteObjects,
    method: ['POST'],
    on: 'bucket',
    selects: ['delete'],
    headers: BODY,
  },
  { name: 'HeadBucket', run: headBucket, method: ['HEAD'], on: 'bucket' },
  { name: 'CreateBucket', run: createBucket, method: ['PUT'], on: 'bucket', headers: BODY },
  { name: 'DeleteBucket', run: deleteBucket, method: ['DELETE'], on: 'bucket' },
  {
    name: 'ListParts',
    run: listParts,
    method: ['GET'],
    on: 'object',
    selects: ['uploadId'],
    query: ['max-parts', 'part-number-marker'],
  },
  {
    name: 'CreateMultipartUpload',
    run: createUpload,
    method: ['POST'],
    on: 'object',
    selects: ['uploads'],
    headers: [...DESCRIPTION, 'x-amz-checksum-algorithm', 'x-amz-checksum-type'],
  },
  {
    name: 'CompleteMultipartUpload',
    run: completeUpload,
    method: ['POST'],
    on: 'object',
    selects: ['uploadId'],
    headers: [...WRITE, 'x-amz-checksum-*', 'x-amz-mp-object-size'],
  },
  { name: 'AbortMultipartUpload', run: abortUpload, method: ['DELETE'], on: 'object', selects: ['uploadId'] },
  {
    name: 'UploadPart',
    run: uploadPart,
    method: ['PUT'],
    on: 'object',
    selects: ['uploadId', 'partNumber'],
    headers: BODY,
  },
  {
    name: 'CopyObject',
    run: copyObject,
    method: ['PUT'],
    on: 'object',
    selects: ['header:x-amz-copy-source'],
    headers: [
      ...WRITE,
      ...DESCRIPTION,
      'x-amz-copy-source',
      'x-amz-copy-source-if-*',
      'x-amz-metadata-directive',
      'x-amz-checksum-algorithm',
    ],
  },
  {
    name: 'PutObject',
    run: putObject,
    method: ['PUT'],
    on: 'object',
    headers: [...BODY, ...WRITE, ...DESCRIPTION],
  },
  {
    name: 'GetObject',
    run: getObject,
    method: ['GET', 'HEAD'],
    on: 'object',
    query: [
      'response-content-type',
      'response-content-encoding',
      'response-content-language',
      'response-content-disposition',
      'response-cache-control',
      'response-expires',
    ],
    headers: [...READ, 'range', 'x-amz-checksum-mode'],
  },
  { name: 'DeleteObject', run: deleteObject, method: ['DELETE'], on: 'object' },
];

/** Of every request: the signature's own. */
const SIGNATURE_HEADERS = new Set(['x-amz-date', 'x-amz-content-sha256', 'x-amz-user-agent']);
/** Headers outside `x-amz-` that change what a request means. */
const CONDITIONAL = new Set([
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
  'range',
]);

/**
 * The operation that a request asks for.
 * @throws AwsError NotImplemented naming the operation, parameter or header that this endpoint does not know.
 */
export function findRoute(
  method: string,
  on: Route['on'],
  query: Record<string, string>,
  headers: Record<string, string>,
): Route {
  const route = ROUTES.find(
    (candidate) =>
      candidate.method.includes(method) &&
      candidate.on === on &&
      (candidate.selects ?? []).every((select) =>
        select.startsWith('header:') ? headers[select.slice(7)] !== undefined : query[select] !== undefined,
      ),
  );
  if (route === undefined) {
    throw notImplemented(
      `${method} on a ${on}${listed(Object.keys(query)) && ` with ${listed(Object.keys(query))}`}`,
    );
  }
  const known = new Set([...(route.selects ?? []), ...(route.query ?? []), 'x-id']);
  const parameter = Object.keys(query).find((name) => !known.has(name) && !/^x-amz-/i.test(name));
  if (parameter !== undefined) throw notImplemented(`the parameter "${parameter}" in ${route.name}`);
  if (query['list-type'] !== undefined && query['list-type'] !== '2') {
    throw notImplemented(`list-type=${query['list-type']}`);
  }
  const header = Object.keys(headers).find(
    (name) =>
      (CONDITIONAL.has(name) || (name.startsWith('x-amz-') && !SIGNATURE_HEADERS.has(name))) &&
      !(route.headers ?? []).some((allowed) =>
        allowed.endsWith('*') ? name.startsWith(allowed.slice(0, -1)) : name === allowed,
      ),
  );
  if (header !== undefined) throw notImplemented(`the header ${header} in ${route.name}`);
  return route;
}

function listed(names: string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
