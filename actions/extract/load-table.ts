import type { S3Client } from '@aws-sdk/client-s3';
import { Schema } from 'apache-arrow';
import { UserError } from '../shared/errors.ts';
import { type Load, manifestKey, partKey } from '../shared/lake.ts';
import { commitManifest, type Manifest, readManifest } from '../shared/manifest.ts';
import type { PostgresTable } from '../shared/pipeline.ts';
import { type ColumnPlan, planColumn } from './column-plan.ts';
import { type CopyProgress, copyTable } from './copy-table.ts';
import { type Increment, planIncrement } from './increment.ts';
import { removeOrphans, startPart } from './parts.ts';
import type { ReadSession } from './read-session.ts';
import { compareSchemas, manifestSchema, refuseBreakingDrift } from './schema-drift.ts';
import { requireColumns, type SourceTable } from './source-table.ts';
import { type ExtractState, moveState, readState } from './state.ts';

/** Where loads go. */
export interface Lake {
  s3: S3Client;
  bucket: string;
}

/** A load of one table, planned and checked, nothing written yet. */
export interface PlannedLoad {
  load: Load;
  config: PostgresTable;
  source: SourceTable;
  columns: ColumnPlan[];
  schema: Manifest['schema'];
  increment: Increment;
  /** Columns that the previous load did not have. */
  added: string[];
}

/** A load as the report shows it. */
export interface TableReport {
  table: string;
  status: 'committed' | 'already-committed';
  rows: number;
  bytes: number;
  files: number;
  seconds: number;
  watermark: Manifest['watermark'];
  manifestKey: string;
  addedColumns: string[];
  /** Values per column that the target cannot hold and `onSpecial: null` wrote as null. */
  nulled: Record<string, number>;
}

/**
 * What an earlier run committed for this load, if any. Its state is moved where a kill between the two kept it
 * from being moved.
 */
export async function findCommitted({ s3, bucket }: Lake, load: Load): Promise<TableReport | undefined> {
  const manifest = await readManifest(s3, bucket, load);
  if (manifest === undefined) return undefined;
  await moveState(s3, bucket, manifest);
  return reportOf(manifest, { status: 'already-committed', seconds: 0, addedColumns: [], nulled: {} });
}

/** @throws UserError when a configured column is missing or columns were dropped or retyped */
export async function planLoad(
  { s3, bucket }: Lake,
  session: ReadSession,
  load: Load,
  config: PostgresTable,
  fullRefresh: boolean,
): Promise<PlannedLoad> {
  const source = session.tables.get(config.name)!;
  requireColumns(source, config.key, 'key');
  if (config.strategy === 'watermark') requireColumns(source, [config.watermark!], 'watermark');
  const columns = source.columns.map(planColumn);
  const schema = manifestSchema(new Schema(columns.map((column) => column.field)));
  const state = await readState(s3, bucket, load.source, load.table);
  const drift = await driftSince(s3, bucket, state, schema);
  if (state !== undefined && !fullRefresh) refuseBreakingDrift(config.name, state.loadId, drift);
  const increment = await planIncrement(
    session.client,
    source,
    config,
    session.snapshot,
    fullRefresh ? undefined : state,
  );
  return { load, config, source, columns, schema, increment, added: drift.added };
}

/** Copies the rows, commits the manifest, moves the state; in that order. */
export async function runLoad(
  lake: Lake,
  session: ReadSession,
  plan: PlannedLoad,
  codeVersion: string,
  progress: CopyProgress,
): Promise<TableReport> {
  const { s3, bucket } = lake;
  const { load, config, increment } = plan;
  const started = performance.now();
  const copied = await copyTable(
    session.client,
    {
      table: config.name,
      sql: selectOf(plan),
      columns: plan.columns,
      onSpecial: config.onSpecial,
      compression: config.compression,
    },
    (index) => startPart(s3, bucket, partKey(load, session.snapshot.text, index, 'parquet')),
    progress,
  );
  if (config.onSpecial === 'fail' && copied.specials.size > 0) {
    await removeOrphans(s3, bucket, load, []);
    throw specialsError(config.name, copied.specials);
  }
  await session.check();
  // The lock keeps rivals out; one that got past it is not to lose its parts to the sweep.
  const rival = await findCommitted(lake, load);
  if (rival !== undefined) return rival;
  await removeOrphans(s3, bucket, load, copied.parts);
  const { manifest, won } = await commitManifest(s3, bucket, {
    version: 1,
    ...load,
    format: 'parquet',
    rows: copied.rows,
    parts: copied.parts,
    watermark: increment.watermark,
    snapshot: session.snapshot.text,
    schema: plan.schema,
    codeVersion,
    dropped: {},
  });
  await moveState(s3, bucket, manifest);
  return reportOf(manifest, {
    status: won ? 'committed' : 'already-committed',
    seconds: (performance.now() - started) / 1000,
    addedColumns: plan.added,
    nulled: Object.fromEntries(copied.specials),
  });
}

async function driftSince(
  s3: S3Client,
  bucket: string,
  state: ExtractState | undefined,
  schema: Manifest['schema'],
): Promise<{ added: string[]; breaking: string[] }> {
  if (state === undefined) return { added: [], breaking: [] };
  const previous = await readManifest(s3, bucket, state);
  if (previous === undefined) {
    throw new UserError(
      `the state of table ${state.table} points to load ${state.loadId}, whose manifest s3://${bucket}/${manifestKey(state)} does not exist`,
      { remedy: 'Restore the manifest, or remove the state to load everything again.' },
    );
  }
  return compareSchemas(previous.schema, schema);
}

function selectOf({ columns, source, increment }: PlannedLoad): string {
  const list = columns.map((column) => column.select).join(', ');
  const where = increment.condition === undefined ? '' : ` WHERE ${increment.condition}`;
  return `SELECT ${list} FROM ${source.sql}${where}`;
}

function specialsError(table: string, specials: Map<string, number>): UserError {
  const counts = [...specials].map(([column, count]) => `"${column}": ${count}`).join(', ');
  return new UserError(
    `table ${table}: values that Parquet and Snowflake cannot hold (NaN or infinity in a decimal, infinite or out-of-range dates and times), per column: ${counts}`,
    { remedy: 'Correct them at the source, or set onSpecial: null for this table to load them as NULL.' },
  );
}

function reportOf(
  manifest: Manifest,
  rest: Pick<TableReport, 'status' | 'seconds' | 'addedColumns' | 'nulled'>,
): TableReport {
  return {
    table: manifest.table,
    rows: manifest.rows,
    bytes: manifest.parts.reduce((sum, part) => sum + part.bytes, 0),
    files: manifest.parts.length,
    watermark: manifest.watermark,
    manifestKey: manifestKey(manifest),
    ...rest,
  };
}
