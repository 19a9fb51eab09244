import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { Engine } from '../engine.ts';

/** An object as S3 lists it. */
export interface ListedObject {
  key: string;
  size: number;
  etag: string;
  /** Microseconds since 1970. */
  lastModified: number;
}

const clients = new WeakMap<Engine, S3Client>();

/** All objects below a prefix but folder markers, in order of their keys. */
export async function listObjects(engine: Engine, bucket: string, prefix: string): Promise<ListedObject[]> {
  const objects: ListedObject[] = [];
  let token: string | undefined;
  do {
    const page = await attempt(bucket, prefix, () =>
      s3(engine).send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token })),
    );
    for (const object of page.Contents ?? []) {
      if (object.Key === undefined || (object.Key.endsWith('/') && object.Size === 0)) continue;
      objects.push({
        key: object.Key,
        size: object.Size ?? 0,
        etag: (object.ETag ?? '').replaceAll('"', ''),
        lastModified: (object.LastModified?.getTime() ?? 0) * 1000,
      });
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return objects;
}

/** Writes an object to a local file; fails when it is no longer the one that was listed. */
export async function downloadObject(
  engine: Engine,
  bucket: string,
  key: string,
  etag: string,
  to: string,
): Promise<void> {
  await attempt(bucket, key, async () => {
    const answer = await s3(engine).send(
      new GetObjectCommand({ Bucket: bucket, Key: key, IfMatch: `"${etag}"` }),
    );
    await pipeline(answer.Body as Readable, createWriteStream(to));
  });
}

export async function uploadObject(engine: Engine, bucket: string, key: string, file: string): Promise<void> {
  const { size } = await stat(file);
  await attempt(bucket, key, () =>
    s3(engine).send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: createReadStream(file), ContentLength: size }),
    ),
  );
}

export async function deleteObject(engine: Engine, bucket: string, key: string): Promise<void> {
  await attempt(bucket, key, () => s3(engine).send(new DeleteObjectCommand({ Bucket: bucket, Key: key })));
}

function s3(engine: Engine): S3Client {
  const { s3: options } = engine.options;
  if (options === undefined) {
    throw new SnowflakeError(
      '091003',
      '55000',
      'Failure using stage area. Cause: [this local Snowflake was started without an S3 endpoint. Start it together with the service aws.]',
    );
  }
  const known = clients.get(engine);
  if (known !== undefined) return known;
  const client = new S3Client({
    endpoint: options.endpoint,
    region: options.region,
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    forcePathStyle: true,
  });
  clients.set(engine, client);
  return client;
}

/** S3's failures as Snowflake reports them, 091003. */
async function attempt<T>(bucket: string, key: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof S3ServiceException)) throw error;
    throw new SnowflakeError(
      '091003',
      '55000',
      `Failure using stage area. Cause: [${error.message || error.name} (Status Code: ${error.$metadata.httpStatusCode}; Error Code: ${error.name}; s3://${bucket}/${key})]`,
      { cause: error },
    );
  }
}
