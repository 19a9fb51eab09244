import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { messageOf, UserError } from './errors.ts';

/** An object's text with the ETag that a conditional replacement needs. */
export interface StoredText {
  text: string;
  etag: string;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Nothing comes or goes on a connection. */
const STALL_MS = 60_000;

/**
 * A client with the SDK's standard settings (`AWS_*` variables, `AWS_ENDPOINT_URL_S3` included) and bounded retries. A
 * connection that stalls is given up, which is tried again like other failures; the SDK itself would wait for ever.
 */
export function createS3({ stallMs = STALL_MS } = {}): S3Client {
  return new S3Client({
    maxAttempts: 5,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, socketTimeout: stallMs },
  });
}

/** The object's text, or undefined when it does not exist. */
export async function readObject(s3: S3Client, bucket: string, key: string): Promise<StoredText | undefined> {
  try {
    const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return { text: (await answer.Body?.transformToString('utf-8')) ?? '', etag: answer.ETag ?? '' };
  } catch (error) {
    if (isStatus(error, 404) && !isNoSuchBucket(error)) return undefined;
    throw s3Error(error, 'read', bucket, key);
  }
}

/**
 * Writes an object on a condition: `absent` (If-None-Match: *) or `{ etag }` (If-Match).
 * Returns false when the condition does not hold: another run was first.
 */
export async function putObjectIf(
  s3: S3Client,
  bucket: string,
  key: string,
  body: string,
  condition: 'absent' | { etag: string },
): Promise<boolean> {
  try {
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: body,
        ContentType: 'application/json',
        ...(condition === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: condition.etag }),
      }),
    );
    return true;
  } catch (error) {
    if (isStatus(error, 412) || isStatus(error, 409)) return false;
    throw s3Error(error, 'write', bucket, key);
  }
}

/** All keys below a prefix, in order. */
export async function listKeys(s3: S3Client, bucket: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    try {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
      );
      for (const object of page.Contents ?? []) if (object.Key !== undefined) keys.push(object.Key);
      token = page.NextContinuationToken;
    } catch (error) {
      throw s3Error(error, 'list', bucket, prefix);
    }
  } while (token !== undefined);
  return keys;
}

/** An S3 failure as one line with bucket, key, request id and what to do. */
export function s3Error(error: unknown, verb: string, bucket: string, key: string): UserError {
  const id =
    error instanceof S3ServiceException ? ` (request id ${error.$metadata.requestId ?? 'unknown'})` : '';
  const remedy = isNoSuchBucket(error)
    ? `Create the bucket "${bucket}" or correct the bucket's name.`
    : isStatus(error, 403)
      ? "Check the role's permissions on this bucket and prefix."
      : 'Check the network and AWS_ENDPOINT_URL_S3, then run again: a rerun goes on where this one stopped.';
  return new UserError(`S3: could not ${verb} s3://${bucket}/${key}: ${messageOf(error)}${id}`, {
    remedy,
    cause: error,
  });
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === status;
}

function isNoSuchBucket(error: unknown): boolean {
  return error instanceof S3ServiceException && error.name === 'NoSuchBucket';
}
