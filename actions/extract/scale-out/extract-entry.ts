import { UserError } from '../../shared/errors.ts';
import { loadPrefix, manifestKey } from '../../shared/lake.ts';
import { sourceOf } from '../../shared/pipeline.ts';
import { listKeys } from '../../shared/s3.ts';
import {
  type ExtractReport,
  type ExtractRequest,
  extractSource,
  loadsOf,
  rateLimitOf,
  reportLine,
  tableLock,
} from '../extract.ts';
import {
  type CopiedLoad,
  findCommitted,
  type Lake,
  type PlannedLoad,
  planLoad,
  specialsError,
  type TableLoad,
  type TableReport,
} from '../load-table.ts';
import { openReadSession, type ReadSession } from '../read-session.ts';
import { retryLost } from '../retry-lost.ts';
import { runLoads } from '../run-loads.ts';
import { parseSnapshot } from '../snapshot.ts';
import { rangeCondition } from './key-ranges.ts';
import type { ExtractEntry } from './plan-extract.ts';
import { type PlanRecord, type RangeRecord, readPlan, readRange, writeRange } from './plan-record.ts';

/**
 * Extracts one entry of a plan. A whole table is committed at once, as in a run of its own. A range of a table leaves
 * its parts and a record of them; `commitExtract` commits the table when all have. A rerun does nothing again that is
 * done.
 * @throws UserError
 */
export async function runEntry(request: ExtractRequest, entry: ExtractEntry): Promise<ExtractReport> {
  const { table, range } = entry;
  const own = { ...request, tables: [table] };
  if (range === undefined) return extractSource(own);
  const lake: Lake = { s3: request.s3, bucket: request.bucket };
  const note = request.onProgress ?? (() => {});
  const [load] = loadsOf(own);
  const report = await retryLost(() => extractRange(lake, own, load!, range, note), {
    signal: request.signal,
    note,
  });
  note(reportLine(report));
  return { loadId: load!.load.loadId, rows: report.rows, tables: [report] };
}

async function extractRange(
  lake: Lake,
  request: ExtractRequest,
  tableLoad: TableLoad,
  range: number,
  note: (line: string) => void,
): Promise<TableReport> {
  const { load, config } = tableLoad;
  const lock = tableLock(lake, load);
  // Ranges share the table's lock, which keeps out runs that would take their parts for orphans.
  const locks = [
    { name: load.table, lock, isShared: true },
    { name: load.table, lock: `${lock} ${load.loadId} range ${range}` },
  ];
  await using session = await openReadSession(request.database, locks, (seconds) => {
    note(`waiting for another run that extracts the same rows (${Math.round(seconds)} s)`);
  });
  const committed = await findCommitted(lake, tableLoad);
  if (committed !== undefined) return committed;
  const plan = (await readPlan(lake, load))?.value;
  if (plan === undefined || range > plan.ranges.bounds.length) {
    throw new UserError(`table ${load.table}: load ${load.loadId} has no plan with a range ${range}`, {
      remedy: 'Run mode plan with the same logical date first, and take the entry from its matrix.',
    });
  }
  const earlier = await readRange(lake, load, plan, range);
  if (earlier !== undefined && (await isWhole(lake, load, earlier.value))) {
    return rangeReport(load.table, plan, earlier.value);
  }
  const planned = await planRange(session, request, tableLoad, plan, range);
  let report: TableReport | undefined;
  await runLoads(lake, session, [planned], {
    parallelism: 1,
    commit: async (_, copied, seconds) => {
      if (config.onSpecial === 'fail' && copied.specials.size > 0) {
        throw specialsError(config.name, copied.specials);
      }
      await session.check();
      const record = recordOf(copied, seconds);
      if (await writeRange(lake, load, plan, range, record, earlier)) {
        return rangeReport(load.table, plan, record);
      }
      const theirs = await readRange(lake, load, plan, range);
      return rangeReport(load.table, plan, theirs?.value ?? record);
    },
    rateLimit: rateLimitOf(request),
    maxSnapshotMinutes: sourceOf(request.config, request.sourceName, 'postgres').maxSnapshotMinutes,
    signal: request.signal,
    changes: undefined,
    note,
    settle: (settled) => {
      report = settled;
    },
  });
  return report!;
}

/** @throws UserError when this server or the table is not the one that was planned */
async function planRange(
  session: ReadSession,
  request: ExtractRequest,
  tableLoad: TableLoad,
  { manifest, previous, ranges }: PlanRecord,
  range: number,
): Promise<PlannedLoad> {
  const { load } = tableLoad;
  // The next load reads on from the plan's snapshot: what had ended in it has to be seen here.
  if (session.snapshot.xmin < parseSnapshot(manifest.snapshot!).xmin) {
    throw new UserError(`table ${load.table}: this server is behind the one that was planned with`, {
      remedy: 'Read from one server, or run again when the standby has caught up.',
    });
  }
  const before = previous === null ? undefined : { ...previous, etag: '' };
  const planned = await planLoad(session, tableLoad, before, request.fullRefresh ?? false);
  if (JSON.stringify(planned.schema) !== JSON.stringify(manifest.schema)) {
    throw new UserError(`table ${load.table}: its columns changed since load ${load.loadId} was planned`, {
      remedy: 'Run all modes again, beginning with plan: it makes a new one.',
    });
  }
  return { ...planned, range: rangeCondition(ranges, range) };
}

/** Whether the files of a record are still there: a run of the whole table that was killed may have swept them. */
export async function isWhole(
  { s3, bucket }: Lake,
  load: TableLoad['load'],
  record: RangeRecord,
): Promise<boolean> {
  const keys = new Set(await listKeys(s3, bucket, loadPrefix(load)));
  return record.parts.every(({ key }) => keys.has(key));
}

function recordOf({ rows, parts, specials }: CopiedLoad, seconds: number): RangeRecord {
  return { version: 1, rows, parts, nulled: Object.fromEntries(specials), seconds };
}

function rangeReport(table: string, { manifest }: PlanRecord, record: RangeRecord): TableReport {
  return {
    table,
    status: 'recorded',
    rows: record.rows,
    bytes: record.parts.reduce((sum, part) => sum + part.bytes, 0),
    files: record.parts.length,
    seconds: record.seconds,
    watermark: manifest.watermark,
    manifestKey: manifestKey(manifest),
    addedColumns: [],
    nulled: record.nulled,
  };
}
