import type { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { UserError } from './errors.ts';
import { type Load, manifestKey } from './lake.ts';
import { putObjectIf, readObject } from './s3.ts';

const part = z.object({
  key: z.string(),
  bytes: z.int().nonnegative(),
  rows: z.int().nonnegative(),
  sha256: z.hex().length(64),
});

/** A manifest's shape. */
export const manifestObject = z.object({
  version: z.literal(1),
  source: z.string(),
  table: z.string(),
  ingestDate: z.iso.date(),
  loadId: z.string(),
  format: z.enum(['parquet', 'json']),
  rows: z.int().nonnegative(),
  parts: z.array(part),
  /**
   * Range of the watermark column as the source's text; null where the load is not incremental. Half open: (from, to],
   * or [from, to) where `bounds` says so.
   */
  watermark: z
    .object({
      column: z.string(),
      from: z.string().nullable(),
      to: z.string(),
      bounds: z.literal('[)').optional(),
    })
    .nullable(),
  /** What identifies the state of the source that was read, e.g. PostgreSQL's `pg_current_snapshot()` text. */
  snapshot: z.string().nullable(),
  schema: z.array(z.object({ name: z.string(), type: z.string(), nullable: z.boolean() })),
  codeVersion: z.string(),
  /** Rows read at the source and not carried (e.g. duplicates), by reason. */
  dropped: z.record(z.string(), z.int().nonnegative()).default({}),
});

/** What one load put on the lake: the list that loading and reconciliation trust. */
export type Manifest = z.infer<typeof manifestObject>;
export type ManifestPart = z.infer<typeof part>;

/** The committed manifest of a load, or undefined while the load has not been committed. */
export async function readManifest(s3: S3Client, bucket: string, load: Load): Promise<Manifest | undefined> {
  const key = manifestKey(load);
  const stored = await readObject(s3, bucket, key);
  return stored === undefined ? undefined : parseManifest(stored.text, `s3://${bucket}/${key}`);
}

/**
 * Commits a load by writing its manifest if there is none yet.
 * Returns the manifest that holds: this one, or that of the run that was first (`won` false).
 */
export async function commitManifest(
  s3: S3Client,
  bucket: string,
  mine: Manifest,
): Promise<{ manifest: Manifest; won: boolean }> {
  if (await putObjectIf(s3, bucket, manifestKey(mine), JSON.stringify(mine, null, 2), 'absent')) {
    return { manifest: mine, won: true };
  }
  const theirs = await readManifest(s3, bucket, mine);
  if (theirs === undefined) {
    throw new UserError(`s3://${bucket}/${manifestKey(mine)} was written by another run and is gone again`, {
      remedy: 'Find out who deletes manifests, then run again.',
    });
  }
  return { manifest: theirs, won: false };
}

export function parseManifest(text: string, where: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${where} is not JSON`, {
      remedy: 'Restore the object from a previous version.',
      cause: error,
    });
  }
  const parsed = manifestObject.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new UserError(`${where} is not a manifest of this version: ${problems.join('; ')}`, {
    remedy: 'Restore the object from a previous version, or run the code version that wrote it.',
  });
}
