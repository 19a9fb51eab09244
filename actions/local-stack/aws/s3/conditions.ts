import { AwsError, notImplemented } from '../aws-error.ts';
import type { ObjectRecord } from './object-store.ts';

type Headers = Record<string, string>;

/**
 * The condition of a write, to be checked at the moment of replacement (S3 User Guide, "conditional writes").
 * @throws AwsError PreconditionFailed (412), NoSuchKey (If-Match on an absent key), NotImplemented
 */
export function checkWriteCondition(headers: Headers, current: ObjectRecord | undefined): void {
  const ifNoneMatch = headers['if-none-match'];
  const ifMatch = headers['if-match'];
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw notImplemented(`If-None-Match with an ETag on a write (only "*")`);
  }
  if (ifNoneMatch === '*' && current !== undefined) throw preconditionFailed('If-None-Match');
  if (ifMatch === undefined) return;
  if (current === undefined) {
    throw new AwsError(404, 'NoSuchKey', 'The specified key does not exist.');
  }
  if (!matches(ifMatch, current.etag)) throw preconditionFailed('If-Match');
}

/**
 * The conditions of a read: returns true when the client's copy is current (304).
 * If-Match stands above If-Unmodified-Since, If-None-Match above If-Modified-Since (RFC 9110, section 13.2.2).
 * `prefix` is that of the header names, for the source of a copy.
 * @throws AwsError PreconditionFailed
 */
export function checkReadConditions(headers: Headers, record: ObjectRecord, prefix = ''): boolean {
  const modified = Math.floor(Date.parse(record.lastModified) / 1000);
  const ifMatch = headers[`${prefix}if-match`];
  const ifUnmodified = seconds(headers[`${prefix}if-unmodified-since`]);
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, record.etag)) throw preconditionFailed('If-Match');
  } else if (ifUnmodified !== undefined && modified > ifUnmodified) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  const ifNoneMatch = headers[`${prefix}if-none-match`];
  const ifModified = seconds(headers[`${prefix}if-modified-since`]);
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, record.etag);
  return ifModified !== undefined && modified <= ifModified;
}

export function preconditionFailed(condition: string): AwsError {
  return new AwsError(
    412,
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    { Condition: condition },
  );
}

function matches(list: string, etag: string): boolean {
  return list
    .split(',')
    .map((tag) => tag.trim().replace(/^"(.*)"$/, '$1'))
    .some((tag) => tag === '*' || tag === etag);
}

function seconds(date: string | undefined): number | undefined {
  if (date === undefined) return undefined;
  const value = Date.parse(date);
  if (Number.isNaN(value)) throw new AwsError(400, 'InvalidArgument', `"${date}" is not an HTTP date.`);
  return Math.floor(value / 1000);
}
