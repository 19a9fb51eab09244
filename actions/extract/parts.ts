import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { type Load, loadPrefix, manifestKey } from '../shared/lake.ts';
import type { ManifestPart } from '../shared/manifest.ts';
import { listKeys, s3Error } from '../shared/s3.ts';

/** Memory of an upload: pieces of this size, this many at once. */
const PIECE_BYTES = 8 << 20;
const PIECES = 2;

/** One object being streamed to S3. */
export interface PartUpload {
  /** Resolves when more may be written. @throws UserError when the upload has failed */
  write(bytes: Uint8Array): Promise<void>;
  /** Completes the object. Nothing is visible under the key before. */
  finish(rows: number): Promise<ManifestPart>;
  /** Gives up: the key is left as it was. */
  abort(): Promise<void>;
}

/** Starts streaming an object, by multipart upload once it is larger than one piece. */
export function startPart(s3: S3Client, bucket: string, key: string): PartUpload {
  const body = new PassThrough({ highWaterMark: PIECE_BYTES });
  const sha256 = createHash('sha256');
  let bytes = 0;
  const upload = new Upload({
    client: s3,
    params: { Bucket: bucket, Key: key, Body: body, ContentType: 'application/vnd.apache.parquet' },
    partSize: PIECE_BYTES,
    queueSize: PIECES,
    leavePartsOnError: false,
  });
  const done = upload.done().catch((error: unknown) => {
    throw s3Error(error, 'write', bucket, key);
  });
  // Looked at by write and finish; without a handler of its own an early failure would end the process.
  done.catch(() => {});
  return {
    write: async (chunk) => {
      sha256.update(chunk);
      bytes += chunk.length;
      if (!body.write(chunk)) {
        await Promise.race([new Promise<void>((resolve) => body.once('drain', resolve)), done]);
      }
    },
    finish: async (rows) => {
      body.end();
      await done;
      return { key, bytes, rows, sha256: sha256.digest('hex') };
    },
    abort: async () => {
      await upload.abort();
      body.destroy();
      // The upload ends with the abort's own error, or had failed before: either way nothing is left of it.
      await done.catch(() => {});
    },
  };
}

/**
 * Removes the parts below a load's prefix that are not in `kept`: those of an earlier try that was killed and had
 * more of them. Never called once the load has a manifest.
 */
export async function removeOrphans(
  s3: S3Client,
  bucket: string,
  load: Load,
  kept: readonly ManifestPart[],
): Promise<number> {
  const keep = new Set([manifestKey(load), ...kept.map((part) => part.key)]);
  const orphans = (await listKeys(s3, bucket, loadPrefix(load))).filter((key) => !keep.has(key));
  for (const key of orphans) {
    try {
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    } catch (error) {
      throw s3Error(error, 'remove', bucket, key);
    }
  }
  return orphans.length;
}
