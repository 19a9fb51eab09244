import type { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { UserError } from '../shared/errors.ts';
import { stateKey } from '../shared/lake.ts';
import type { Manifest } from '../shared/manifest.ts';
import { putObjectIf, readObject } from '../shared/s3.ts';
import { parseLsn } from './cdc/lsn.ts';
import { isNewer, parseSnapshot } from './snapshot.ts';

/** A state's shape. */
export const extractState = z.object({
  version: z.literal(1),
  source: z.string(),
  table: z.string(),
  /** The load that this state comes from: its manifest has the schema that the next one is compared with. */
  ingestDate: z.iso.date(),
  loadId: z.string(),
  /** Everything that this snapshot shows is on the lake. */
  snapshot: z.string(),
  /** The largest watermark in that snapshot; null for a full load, or while no row had one. */
  watermark: z.object({ column: z.string(), to: z.string() }).nullable(),
});

/** Up to where a table has been loaded: `_state/<source>/<table>.json`. */
export type ExtractState = z.infer<typeof extractState>;

/** The watermark's column where it is a position in the source's log (strategy cdc). */
export const CHANGES_WATERMARK = '_lsn';

const MOVE_ATTEMPTS = 5;

/** A state as it lies in the bucket. */
export interface StoredState {
  state: ExtractState;
  etag: string;
}

/** A table's state, or undefined before its first load. */
export function readState(
  s3: S3Client,
  bucket: string,
  source: string,
  table: string,
): Promise<StoredState | undefined> {
  return readWithEtag(s3, bucket, stateKey(source, table));
}

/**
 * Moves the state to a committed load, unless it is already there or further. Conditional writes (If-Match, or
 * If-None-Match for the first): a run that moved it meanwhile is looked at again rather than overwritten. `seen` is
 * the state as it was read before, if it was.
 */
export async function moveState(
  s3: S3Client,
  bucket: string,
  manifest: Manifest,
  seen?: StoredState | 'absent',
): Promise<void> {
  const next = stateOf(manifest);
  const key = stateKey(manifest.source, manifest.table);
  for (let attempt = 1; attempt <= MOVE_ATTEMPTS; attempt++) {
    const isKnown = attempt === 1 && seen !== undefined;
    const stored = isKnown ? (seen === 'absent' ? undefined : seen) : await readWithEtag(s3, bucket, key);
    if (stored !== undefined && !isFurther(next, stored.state)) return;
    const condition = stored === undefined ? 'absent' : { etag: stored.etag };
    if (await putObjectIf(s3, bucket, key, JSON.stringify(next, null, 2), condition)) return;
  }
  throw new UserError(`s3://${bucket}/${key} changed ${MOVE_ATTEMPTS} times while it was being moved`, {
    remedy: 'Find out which runs work on this table at once, then run again.',
  });
}

/** Up to where changes were read; undefined where the state is of another strategy. */
export function changesLoaded(state: ExtractState): bigint | undefined {
  const { watermark } = state;
  return watermark?.column === CHANGES_WATERMARK ? parseLsn(watermark.to) : undefined;
}

function isFurther(next: ExtractState, stored: ExtractState): boolean {
  const [lsn, storedLsn] = [changesLoaded(next), changesLoaded(stored)];
  // Two loads of changes may have the same snapshot: the log also moves between transactions.
  if (lsn !== undefined && storedLsn !== undefined) return lsn > storedLsn;
  return isNewer(parseSnapshot(next.snapshot), parseSnapshot(stored.snapshot));
}

function stateOf(manifest: Manifest): ExtractState {
  if (manifest.snapshot === null) {
    throw new UserError(`the manifest of load ${manifest.loadId} of ${manifest.table} has no snapshot`, {
      remedy: 'It was not written by this action: remove it, or choose another logical date.',
    });
  }
  const { source, table, ingestDate, loadId, snapshot, watermark } = manifest;
  return {
    version: 1,
    source,
    table,
    ingestDate,
    loadId,
    snapshot,
    watermark: watermark && { column: watermark.column, to: watermark.to },
  };
}

async function readWithEtag(s3: S3Client, bucket: string, key: string): Promise<StoredState | undefined> {
  const stored = await readObject(s3, bucket, key);
  if (stored === undefined) return undefined;
  const remedy = 'Restore a previous version of the object, or remove it to load everything again.';
  let value: unknown;
  try {
    value = JSON.parse(stored.text);
  } catch (error) {
    throw new UserError(`s3://${bucket}/${key} is not JSON`, { remedy, cause: error });
  }
  const parsed = extractState.safeParse(value);
  if (parsed.success) return { state: parsed.data, etag: stored.etag };
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new UserError(`s3://${bucket}/${key} is not an extract state: ${problems.join('; ')}`, { remedy });
}
