import type { S3Client } from '@aws-sdk/client-s3';
import { Schema } from 'apache-arrow';
import { UserError } from '../shared/errors.ts';
import { type Load, manifestKey } from '../shared/lake.ts';
import { commitManifest, type Manifest, type ManifestPart, readManifest } from '../shared/manifest.ts';
import type { PostgresTable } from '../shared/pipeline.ts';
import { planChangeColumns } from './cdc/change-columns.ts';
import { formatLsn } from './cdc/lsn.ts';
import type { TableSlot } from './cdc/slot.ts';
import { type ColumnPlan, planColumn } from './column-plan.ts';
import { type Increment, planIncrement } from './increment.ts';
import { removeOrphans } from './parts.ts';
import { estimateRead, type ReadEstimate, selectOf } from './read-plan.ts';
import type { ReadSession } from './read-session.ts';
import { planReplay, type Replay } from './replay.ts';
import { compareSchemas, manifestSchema, refuseBreakingDrift, type SchemaDrift } from './schema-drift.ts';
import { requireColumns, type SourceTable } from './source-table.ts';
import { CHANGES_WATERMARK, type ExtractState, moveState, readState, type StoredState } from './state.ts';

/** Where loads go. */
export interface Lake {
  s3: S3Client;
  bucket: string;
}

/** A table of the request and its load. */
export interface TableLoad {
  load: Load;
  config: PostgresTable;
  /** Set where rows are read beside the table's increments, whose state then stays where it is. */
  replay?: Replay;
}

/** A load of one table, planned and checked, nothing written yet. */
export interface PlannedLoad extends TableLoad {
  /** Undefined for a table's first load. */
  previous: PreviousLoad | undefined;
  source: SourceTable;
  columns: ColumnPlan[];
  schema: Manifest['schema'];
  increment: Increment;
  /** With strategy cdc. */
  slot: TableSlot | undefined;
  /** The SQL condition of the range of keys that this process reads, where others read the rest. */
  range?: string | undefined;
  /** What PostgreSQL expects the read to give. */
  estimate: ReadEstimate;
  /** Columns that the previous load did not have. */
  added: string[];
}

/** A load as the report shows it. */
export interface TableReport {
  table: string;
  /** `planned`: a dry run, rows and bytes are estimates. `recorded`: one range of a load that is not committed yet. */
  status: 'committed' | 'already-committed' | 'planned' | 'recorded';
  rows: number;
  bytes: number;
  files: number;
  seconds: number;
  watermark: Manifest['watermark'];
  manifestKey: string;
  addedColumns: string[];
  /** Strategy cdc: megabytes (10^6) of its log that the source still keeps for the slot. */
  slotLagMb?: number | undefined;
  /** Values per column that the target cannot hold and `onSpecial: null` wrote as null. */
  nulled: Record<string, number>;
}

/**
 * What an earlier run committed for this load, if any. Its state is moved where a kill between the two kept it
 * from being moved.
 */
export async function findCommitted(
  { s3, bucket }: Lake,
  { load, replay }: Pick<TableLoad, 'load' | 'replay'>,
): Promise<TableReport | undefined> {
  const manifest = await readManifest(s3, bucket, load);
  if (manifest === undefined) return undefined;
  if (replay === undefined) await moveState(s3, bucket, manifest);
  return reportOf(manifest, { status: 'already-committed', seconds: 0, addedColumns: [], nulled: {} });
}

/** Where the table's previous load left off. */
export interface PreviousLoad extends StoredState {
  schema: Manifest['schema'];
}

/** The table's state and the schema of the load it comes from; undefined before its first load. */
export async function readPrevious({ s3, bucket }: Lake, load: Load): Promise<PreviousLoad | undefined> {
  const stored = await readState(s3, bucket, load.source, load.table);
  if (stored === undefined) return undefined;
  const { state } = stored;
  const manifest = await readManifest(s3, bucket, state);
  if (manifest === undefined) {
    throw new UserError(
      `the state of table ${state.table} points to load ${state.loadId}, whose manifest s3://${bucket}/${manifestKey(state)} does not exist`,
      { remedy: 'Restore the manifest, or remove the state to load everything again.' },
    );
  }
  return { ...stored, schema: manifest.schema };
}

/** @throws UserError when a configured column is missing or columns were dropped or retyped */
export async function planLoad(
  session: ReadSession,
  tableLoad: TableLoad,
  previous: PreviousLoad | undefined,
  fullRefresh: boolean,
  slot?: TableSlot,
): Promise<PlannedLoad> {
  const { config } = tableLoad;
  const source = session.tables.get(config.name)!;
  requireColumns(source, config.key, 'key');
  if (config.strategy === 'watermark') requireColumns(source, [config.watermark!], 'watermark');
  // A delete holds the key alone.
  const isNullable = (name: string): boolean => slot !== undefined && !config.key.includes(name);
  const columns = source.columns.map((column) =>
    planColumn({ ...column, nullable: column.nullable || isNullable(column.name) }, config.numeric),
  );
  if (slot !== undefined) {
    columns.push(...planChangeColumns(slot.from === undefined ? slot.to : undefined));
  }
  const schema = manifestSchema(new Schema(columns.map((column) => column.field)));
  const drift = previous === undefined ? NO_DRIFT : compareSchemas(previous.schema, schema);
  if (previous !== undefined && !fullRefresh) {
    refuseBreakingDrift(config.name, previous.state.loadId, drift);
  }
  const state = fullRefresh ? undefined : previous?.state;
  const increment =
    slot === undefined
      ? await rowsOf(session, source, tableLoad, state)
      : { condition: undefined, watermark: slotWatermark(slot) };
  const estimate =
    slot?.from === undefined
      ? await estimateRead(session.client, config.name, selectOf(columns, source, increment))
      : { rows: 0, bytes: Number(slot.to - slot.from) };
  return { ...tableLoad, previous, source, columns, schema, increment, slot, estimate, added: drift.added };
}

function rowsOf(
  { client, snapshot }: ReadSession,
  source: SourceTable,
  { config, replay }: TableLoad,
  state: ExtractState | undefined,
): Promise<Increment> {
  if (replay !== undefined) return planReplay(client, source, config, replay);
  return planIncrement(client, source, config, snapshot, state);
}

function slotWatermark({ from, to }: TableSlot): Manifest['watermark'] {
  return { column: CHANGES_WATERMARK, from: from === undefined ? null : formatLsn(from), to: formatLsn(to) };
}

const NO_DRIFT: SchemaDrift = { added: [], breaking: [] };

/** What was copied of a load, by one read or several. */
export interface CopiedLoad {
  rows: number;
  parts: ManifestPart[];
  specials: Map<string, number>;
}

/**
 * Commits the manifest of what was copied, then moves the state; in that order.
 * @throws UserError when values that the target cannot hold were found and may not become null
 */
export async function commitLoad(
  lake: Lake,
  session: ReadSession,
  plan: PlannedLoad,
  copied: CopiedLoad,
  { codeVersion, seconds }: { codeVersion: string; seconds: number },
): Promise<TableReport> {
  const { load, config, increment } = plan;
  if (config.onSpecial === 'fail' && copied.specials.size > 0) {
    await removeOrphans(lake.s3, lake.bucket, load, []);
    throw specialsError(config.name, copied.specials);
  }
  await session.check();
  const manifest: Manifest = {
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
  };
  return commitParts(lake, plan, manifest, plan.previous ?? 'absent', {
    seconds,
    addedColumns: plan.added,
    nulled: Object.fromEntries(copied.specials),
  });
}

/**
 * Sweeps what is not in the manifest, writes it, then moves the state from where it was `seen`; in that order. The
 * caller holds the table's lock.
 */
export async function commitParts(
  lake: Lake,
  tableLoad: TableLoad,
  mine: Manifest,
  seen: StoredState | 'absent' | undefined,
  rest: Pick<TableReport, 'seconds' | 'addedColumns' | 'nulled'>,
): Promise<TableReport> {
  const { s3, bucket } = lake;
  // The lock keeps rivals out; one that got past it is not to lose its parts to the sweep.
  if ((await removeOrphans(s3, bucket, mine, mine.parts)) === 'committed') {
    const rival = await findCommitted(lake, tableLoad);
    if (rival !== undefined) return rival;
  }
  const { manifest, won } = await commitManifest(s3, bucket, mine);
  if (tableLoad.replay === undefined) await moveState(s3, bucket, manifest, seen);
  return reportOf(manifest, { status: won ? 'committed' : 'already-committed', ...rest });
}

/** Values that may not become null were found. */
export function specialsError(table: string, specials: Map<string, number>): UserError {
  const counts = [...specials].map(([column, count]) => `"${column}": ${count}`).join(', ');
  return new UserError(
    `table ${table}: values that Parquet and Snowflake cannot hold (NaN, infinity or too many digits in a decimal, infinite or out-of-range dates and times), per column: ${counts}`,
    { remedy: 'Correct them at the source, or set onSpecial: null for this table to load them as NULL.' },
  );
}

/** What a dry run says of a table: the planner's estimates. */
export function plannedReport({ load, increment, estimate, added }: PlannedLoad): TableReport {
  return {
    table: load.table,
    status: 'planned',
    rows: estimate.rows,
    bytes: estimate.bytes,
    files: 0,
    seconds: 0,
    watermark: increment.watermark,
    manifestKey: manifestKey(load),
    addedColumns: added,
    nulled: {},
  };
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
