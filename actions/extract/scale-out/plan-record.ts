import type { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { UserError } from '../../shared/errors.ts';
import { type Load, planPrefix } from '../../shared/lake.ts';
import { manifestObject } from '../../shared/manifest.ts';
import { putObjectIf, readObject, type StoredText } from '../../shared/s3.ts';
import { extractState } from '../state.ts';

const planRecord = z.object({
  version: z.literal(1),
  /** The manifest that is to be, without what the ranges will give: its snapshot and watermark are older than theirs. */
  manifest: manifestObject.omit({ rows: true, parts: true, codeVersion: true }),
  /** The load before, as it was when this one was planned; null for a first load. */
  previous: z.object({ state: extractState, schema: manifestObject.shape.schema }).nullable(),
  ranges: z.object({ column: z.string(), bounds: z.array(z.string().regex(/^-?\d+$/)).min(1) }),
});

const rangeRecord = z.object({
  version: z.literal(1),
  rows: z.int().nonnegative(),
  parts: manifestObject.shape.parts,
  /** Values per column that became null. */
  nulled: z.record(z.string(), z.int().nonnegative()),
  seconds: z.number().nonnegative(),
});

/** What the ranges of a load have in common. */
export type PlanRecord = z.infer<typeof planRecord>;
/** What one range has put on the lake. */
export type RangeRecord = z.infer<typeof rangeRecord>;

export interface Stored<T> {
  value: T;
  etag: string;
}

interface Store {
  s3: S3Client;
  bucket: string;
}

export function readPlan({ s3, bucket }: Store, load: Load): Promise<Stored<PlanRecord> | undefined> {
  return readRecord(s3, bucket, planKey(load), planRecord);
}

/** Writes a plan where there is none, or in the place of `replaced`; false when another one was first. */
export function writePlan(
  { s3, bucket }: Store,
  load: Load,
  plan: PlanRecord,
  replaced: Stored<PlanRecord> | undefined,
): Promise<boolean> {
  const condition = replaced === undefined ? 'absent' : { etag: replaced.etag };
  return putObjectIf(s3, bucket, planKey(load), JSON.stringify(plan, null, 2), condition);
}

export function readRange(
  { s3, bucket }: Store,
  load: Load,
  plan: PlanRecord,
  range: number,
): Promise<Stored<RangeRecord> | undefined> {
  return readRecord(s3, bucket, rangeKey(load, plan, range), rangeRecord);
}

/** Writes a range's record where there is none, or in the place of `replaced`; false when another one was first. */
export function writeRange(
  { s3, bucket }: Store,
  load: Load,
  plan: PlanRecord,
  range: number,
  record: RangeRecord,
  replaced: Stored<RangeRecord> | undefined,
): Promise<boolean> {
  const condition = replaced === undefined ? 'absent' : { etag: replaced.etag };
  const key = rangeKey(load, plan, range);
  return putObjectIf(s3, bucket, key, JSON.stringify(record, null, 2), condition);
}

function planKey(load: Load): string {
  return `${planPrefix(load)}plan.json`;
}

/** Ranges of another plan of the same load have other keys: a new plan begins without any. */
function rangeKey(load: Load, { manifest }: PlanRecord, range: number): string {
  const snapshot = manifest.snapshot!.replaceAll(/[^0-9]/g, '-');
  return `${planPrefix(load)}${snapshot}/range-${String(range).padStart(5, '0')}.json`;
}

async function readRecord<Schema extends z.ZodType>(
  s3: S3Client,
  bucket: string,
  key: string,
  schema: Schema,
): Promise<Stored<z.infer<Schema>> | undefined> {
  const stored = await readObject(s3, bucket, key);
  return stored && { value: parseRecord(stored, `s3://${bucket}/${key}`, schema), etag: stored.etag };
}

function parseRecord<Schema extends z.ZodType>(
  { text }: StoredText,
  where: string,
  schema: Schema,
): z.infer<Schema> {
  const remedy = 'Remove the object and run mode plan again.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${where} is not JSON`, { remedy, cause: error });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new UserError(`${where} is not a record of this version: ${problems.join('; ')}`, { remedy });
}
