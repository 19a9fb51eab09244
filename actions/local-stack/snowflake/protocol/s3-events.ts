import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import { refreshOnObjectCreated } from '../engine/external-tables/auto-refresh.ts';
import { notifyObjectCreated } from '../engine/pipes/pipe.ts';
import { success } from './answer.ts';
import type { ParsedRequest, ServerState } from './server.ts';

interface S3Event {
  bucket?: { name?: string };
  object?: { key?: string; size?: number; eTag?: string };
}

/** POST /local/s3-events: what an S3 bucket's queue tells Snowpipe and external tables. */
export async function receiveS3Events(request: ParsedRequest, { engine }: ServerState): Promise<unknown> {
  const records = request.body.Records;
  for (const record of Array.isArray(records) ? records : []) {
    const s3 = (record as { s3?: S3Event }).s3;
    const [bucket, key] = [s3?.bucket?.name, s3?.object?.key];
    if (bucket === undefined || key === undefined) {
      throw new SnowflakeError('390400', '08004', 'An S3 event needs bucket.name and object.key.');
    }
    refreshOnObjectCreated(engine, { bucket, key });
    await notifyObjectCreated(engine, {
      bucket,
      key,
      size: s3?.object?.size ?? 0,
      eTag: s3?.object?.eTag ?? '',
    });
  }
  return success(null);
}
