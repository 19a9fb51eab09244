import type { S3Client } from '@aws-sdk/client-s3';
import { UserError } from '../shared/errors.ts';
import { type Load, stateKey } from '../shared/lake.ts';
import { type Pipeline, sourceOf } from '../shared/pipeline.ts';
import { type ChangeSource, openChangeSource } from './cdc/change-source.ts';
import { slotName } from './cdc/publication.ts';
import type { TableSlot } from './cdc/slot.ts';
import type { DatabaseSettings } from './database.ts';
import { extractKeySets } from './key-sets.ts';
import {
  commitLoad,
  findCommitted,
  type Lake,
  type PlannedLoad,
  planLoad,
  plannedReport,
  readPrevious,
  type TableLoad,
  type TableReport,
} from './load-table.ts';
import { RateLimit } from './rate-limit.ts';
import { openReadSession } from './read-session.ts';
import { type BackfillRange, backfillLoads, reloads } from './replay.ts';
import { retryLost } from './retry-lost.ts';
import { runLoads } from './run-loads.ts';
import { changesLoaded } from './state.ts';

export interface ExtractRequest {
  config: Pipeline;
  /** A source of kind `postgres` in the configuration. */
  sourceName: string;
  /** Tables as the configuration names them; all of the source's when left out. */
  tables?: readonly string[] | undefined;
  /** YYYY-MM-DD: the date in the keys, and the load id. */
  logicalDate: string;
  bucket: string;
  s3: S3Client;
  database: DatabaseSettings;
  /** Reads every row under a load id of its own, `<date>-full`. */
  fullRefresh?: boolean;
  /** Reads the rows of this range of the watermark again; the tables' states stay where they are. */
  backfill?: BackfillRange | undefined;
  /** Reads the rows of the logical date's loads again, under the next load id `<date>-r<n>`. */
  reload?: boolean;
  /** Connections that read at once, 1 when left out: several tables, or ranges of a large one. */
  parallelism?: number;
  /** Megabytes (10^6) a second that are read from the source at most. */
  maxMbPerSecond?: number | undefined;
  /** Only say what would be read. */
  dryRun?: boolean;
  /** Ends the run: what the source is executing is cancelled, open parts are given up. */
  signal?: AbortSignal;
  /** What wrote the manifest, e.g. a commit. */
  codeVersion: string;
  /** Takes lines for the log. */
  onProgress?: (line: string) => void;
}

export interface ExtractReport {
  loadId: string;
  /** Without those of key sets. */
  rows: number;
  /** In the order of the configuration, then their key sets. */
  tables: TableReport[];
}

/**
 * Extracts a source's tables to the lake, all as of one snapshot. A load that is committed already is reported
 * and left alone, so that a rerun goes on where the last run stopped. A lost connection is tried again with the
 * tables that are missing, from their beginning and under a new snapshot.
 * @throws UserError
 */
export async function extractSource(request: ExtractRequest): Promise<ExtractReport> {
  const lake: Lake = { s3: request.s3, bucket: request.bucket };
  const loads = await replayed(lake, request, loadsOf(request));
  const note = request.onProgress ?? (() => {});
  const reports = new Map<string, TableReport>();
  const settle = (report: TableReport): void => {
    reports.set(report.table, report);
    note(reportLine(report));
  };
  const missing = (): TableLoad[] => loads.filter(({ config }) => !reports.has(config.name));
  await settleCommitted(lake, missing(), settle);
  if (missing().length > 0) {
    await retryLost(() => runMissing(lake, request, missing, settle), { signal: request.signal, note });
  }
  const tables = loads.map(({ config }) => reports.get(config.name)!);
  const keySets = await extractKeySets(lake, request, loads, rateLimitOf(request));
  for (const report of keySets) note(reportLine(report));
  return { loadId: loads[0]!.load.loadId, rows: sumRows(tables), tables: [...tables, ...keySets] };
}

export function sumRows(tables: readonly TableReport[]): number {
  return tables.reduce((sum, table) => sum + table.rows, 0);
}

/** The loads of a request. @throws UserError for a table that the source does not have */
export function loadsOf({
  config,
  sourceName,
  tables,
  logicalDate,
  fullRefresh,
}: ExtractRequest): TableLoad[] {
  const source = sourceOf(config, sourceName, 'postgres');
  const names = source.tables.map((table) => table.name);
  if (tables?.length === 0) {
    throw new UserError('the list of tables is empty', {
      remedy: 'Leave "tables" out to extract all of them.',
    });
  }
  for (const name of tables ?? []) {
    if (names.includes(name)) continue;
    throw new UserError(`source "${sourceName}" has no table "${name}" in the pipeline configuration`, {
      remedy: `Use some of: ${names.join(', ')}.`,
    });
  }
  const loadId = fullRefresh ? `${logicalDate}-full` : logicalDate;
  return source.tables
    .filter((table) => tables === undefined || tables.includes(table.name))
    .map((table) => ({
      load: { source: sourceName, table: table.name, ingestDate: logicalDate, loadId },
      config: table,
    }));
}

/** The advisory lock of the run that writes a table's loads. */
export function tableLock({ bucket }: Lake, { source, table }: Load): string {
  return `globalmart extract s3://${bucket}/${stateKey(source, table)}`;
}

/** What all reads of a request share. */
export function rateLimitOf({ maxMbPerSecond }: ExtractRequest): RateLimit | undefined {
  return maxMbPerSecond === undefined ? undefined : new RateLimit(maxMbPerSecond * 1e6);
}

/** The loads that a backfill or reload reads in the place of the date's own. */
async function replayed(
  lake: Lake,
  { backfill, reload, fullRefresh }: ExtractRequest,
  loads: readonly TableLoad[],
): Promise<readonly TableLoad[]> {
  const asked = [backfill !== undefined, reload, fullRefresh].filter(Boolean).length;
  if (asked > 1) {
    throw new UserError('a range ("from" and "to"), "reload" and "full-refresh" exclude each other', {
      remedy: 'Give one of them.',
    });
  }
  if (backfill !== undefined) return backfillLoads(loads, backfill);
  return reload ? await reloads(lake, loads) : loads;
}

async function settleCommitted(
  lake: Lake,
  loads: readonly TableLoad[],
  settle: (report: TableReport) => void,
): Promise<void> {
  const reports = await Promise.all(loads.map((load) => findCommitted(lake, load)));
  for (const report of reports) if (report !== undefined) settle(report);
}

/** One try at the tables that are missing: all are planned and checked before anything is written. */
async function runMissing(
  lake: Lake,
  request: ExtractRequest,
  missing: () => TableLoad[],
  settle: (report: TableReport) => void,
): Promise<void> {
  const note = request.onProgress ?? (() => {});
  const locks = missing().map(({ load }) => ({
    name: load.table,
    lock: tableLock(lake, load),
  }));
  const onWait = (seconds: number): void => {
    note(`waiting for another run that extracts the same tables (${Math.round(seconds)} s)`);
  };
  const slotLocks = missing()
    .filter(({ config }) => config.strategy === 'cdc')
    .map(({ load }) => `globalmart slot ${slotName(lake.bucket, load.source, load.table)}`);
  await using changes =
    slotLocks.length === 0 ? undefined : await openChangeSource(request.database, slotLocks, onWait);
  // Slots come before the snapshot: what is committed after it, and was not before, is in them.
  const slots = changes && (await prepareSlots(lake, request, changes, missing, settle));
  await using session = await openReadSession(request.database, locks, onWait, changes?.pid);
  const loads = missing();
  const states = await Promise.all(loads.map(({ load }) => readPrevious(lake, load)));
  const previous = new Map(loads.map(({ config }, index) => [config.name, states[index]]));
  // Another run may have committed before its locks were free: then the state has moved to this load.
  const moved = loads.filter(
    ({ load, replay }) => replay !== undefined || previous.get(load.table)?.state.loadId === load.loadId,
  );
  await settleCommitted(lake, moved, settle);
  const plans: PlannedLoad[] = [];
  for (const tableLoad of missing()) {
    const { config } = tableLoad;
    const [before, slot] = [previous.get(config.name), slots?.get(config.name)];
    plans.push(await planLoad(session, tableLoad, before, request.fullRefresh ?? false, slot));
  }
  for (const { load, added } of plans) {
    for (const name of added) note(`table ${load.table}: new column "${name}" is carried`);
  }
  if (request.dryRun) {
    for (const plan of plans) {
      const isDrain = plan.slot?.from !== undefined;
      settle(plannedReport(isDrain ? { ...plan, estimate: await changes!.estimate(plan.slot!) } : plan));
    }
    return;
  }
  await runLoads(lake, session, plans, {
    parallelism: request.parallelism ?? 1,
    commit: (plan, copied, seconds) =>
      commitLoad(lake, session, plan, copied, { codeVersion: request.codeVersion, seconds }),
    rateLimit: rateLimitOf(request),
    maxSnapshotMinutes: sourceOf(request.config, request.sourceName, 'postgres').maxSnapshotMinutes,
    signal: request.signal,
    changes,
    note,
    settle,
  });
}

/** The slots of the tables of strategy cdc, each where its load begins. */
async function prepareSlots(
  lake: Lake,
  request: ExtractRequest,
  changes: ChangeSource,
  missing: () => TableLoad[],
  settle: (report: TableReport) => void,
): Promise<Map<string, TableSlot>> {
  await settleCommitted(lake, missing(), settle);
  const slots = new Map<string, TableSlot>();
  for (const { load, config } of missing()) {
    if (config.strategy !== 'cdc') continue;
    const previous = await readPrevious(lake, load);
    const slot = await changes.prepare(config, {
      table: config.name,
      name: slotName(lake.bucket, load.source, load.table),
      loaded: previous && changesLoaded(previous.state),
      fullRefresh: request.fullRefresh ?? false,
      dryRun: request.dryRun ?? false,
    });
    slots.set(config.name, slot);
  }
  return slots;
}

/** A table's line in the log. */
export function reportLine(report: TableReport): string {
  const { table, rows, bytes, files, seconds, status } = report;
  if (status === 'planned')
    return `table ${table}: would read about ${rows} rows, ${(bytes / 1e6).toFixed(1)} MB`;
  const size = `${rows} rows in ${files} files, ${(bytes / 1e6).toFixed(1)} MB`;
  if (status === 'already-committed') return `table ${table}: already committed, ${size}`;
  return `table ${table}: ${status} ${size}, ${seconds.toFixed(1)} s`;
}
