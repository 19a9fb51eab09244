import type { S3Client } from '@aws-sdk/client-s3';
import { UserError } from '../shared/errors.ts';
import { type Load, manifestKey, stateKey } from '../shared/lake.ts';
import { type Pipeline, type PostgresTable, sourceOf } from '../shared/pipeline.ts';
import { type ChangeSource, openChangeSource } from './cdc/change-source.ts';
import { slotName } from './cdc/publication.ts';
import type { TableSlot } from './cdc/slot.ts';
import { ConnectionLostError, type DatabaseSettings, isConnectionLoss } from './database.ts';
import {
  findCommitted,
  type Lake,
  type PlannedLoad,
  planLoad,
  readPrevious,
  type TableReport,
} from './load-table.ts';
import { RateLimit } from './rate-limit.ts';
import { openReadSession } from './read-session.ts';
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
  rows: number;
  /** In the order of the configuration. */
  tables: TableReport[];
}

interface TableLoad {
  load: Load;
  config: PostgresTable;
}

const ATTEMPTS = 3;
const BACKOFF_MS = 1_000;

/**
 * Extracts a source's tables to the lake, all as of one snapshot. A load that is committed already is reported
 * and left alone, so that a rerun goes on where the last run stopped. A lost connection is tried again with the
 * tables that are missing, from their beginning and under a new snapshot.
 * @throws UserError
 */
export async function extractSource(request: ExtractRequest): Promise<ExtractReport> {
  const lake: Lake = { s3: request.s3, bucket: request.bucket };
  const loads = loadsOf(request);
  const note = request.onProgress ?? (() => {});
  const reports = new Map<string, TableReport>();
  const settle = (report: TableReport): void => {
    reports.set(report.table, report);
    note(reportLine(report));
  };
  const missing = (): TableLoad[] => loads.filter(({ config }) => !reports.has(config.name));
  await settleCommitted(lake, missing(), settle);

  for (let attempt = 1; missing().length > 0; attempt++) {
    try {
      await runMissing(lake, request, missing, settle);
    } catch (error) {
      if (request.signal?.aborted) {
        throw new UserError('the run was cancelled: nothing of the open tables is committed', {
          remedy: 'Run again with the same logical date: committed tables are not read again.',
          cause: error,
        });
      }
      // A first connection that is refused is a wrong address rather than a server that restarts.
      const isRetried = isConnectionLoss(error) && (attempt > 1 || error instanceof ConnectionLostError);
      if (!isRetried) throw error;
      if (attempt === ATTEMPTS) {
        throw new UserError(`${error instanceof Error ? error.message : error} (tried ${ATTEMPTS} times)`, {
          remedy: 'Check the database and the network, then run again: committed tables are not read again.',
          cause: error,
        });
      }
      note(`${error instanceof Error ? error.message : error}; starting again under a new snapshot`);
      await new Promise((resolve) => setTimeout(resolve, BACKOFF_MS * 2 ** (attempt - 1)));
    }
  }
  const tables = loads.map(({ config }) => reports.get(config.name)!);
  return { loadId: loads[0]!.load.loadId, rows: tables.reduce((sum, table) => sum + table.rows, 0), tables };
}

function loadsOf({ config, sourceName, tables, logicalDate, fullRefresh }: ExtractRequest): TableLoad[] {
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

async function settleCommitted(
  lake: Lake,
  loads: readonly TableLoad[],
  settle: (report: TableReport) => void,
): Promise<void> {
  const reports = await Promise.all(loads.map(({ load }) => findCommitted(lake, load)));
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
    lock: `globalmart extract s3://${lake.bucket}/${stateKey(load.source, load.table)}`,
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
  const moved = loads.filter(({ load }) => previous.get(load.table)?.state.loadId === load.loadId);
  await settleCommitted(lake, moved, settle);
  const plans: PlannedLoad[] = [];
  for (const { load, config } of missing()) {
    const [before, slot] = [previous.get(config.name), slots?.get(config.name)];
    plans.push(await planLoad(session, load, config, before, request.fullRefresh ?? false, slot));
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
    codeVersion: request.codeVersion,
    rateLimit: request.maxMbPerSecond === undefined ? undefined : new RateLimit(request.maxMbPerSecond * 1e6),
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

/** What a dry run says of a table: the planner's estimates. */
function plannedReport({ load, increment, estimate, added }: PlannedLoad): TableReport {
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

function reportLine(report: TableReport): string {
  const { table, rows, bytes, files, seconds, status } = report;
  if (status === 'planned')
    return `table ${table}: would read about ${rows} rows, ${(bytes / 1e6).toFixed(1)} MB`;
  const size = `${rows} rows in ${files} files, ${(bytes / 1e6).toFixed(1)} MB`;
  if (status === 'already-committed') return `table ${table}: already committed, ${size}`;
  return `table ${table}: committed ${size}, ${seconds.toFixed(1)} s`;
}
