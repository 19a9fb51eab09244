import { UserError } from '../../shared/errors.ts';
import {
  type ExtractReport,
  type ExtractRequest,
  loadsOf,
  rateLimitOf,
  reportLine,
  sumRows,
  tableLock,
} from '../extract.ts';
import { extractKeySets } from '../key-sets.ts';
import { commitParts, findCommitted, type Lake, type TableLoad, type TableReport } from '../load-table.ts';
import { openReadSession } from '../read-session.ts';
import { compareSchemas } from '../schema-drift.ts';
import { isWhole } from './extract-entry.ts';
import { type PlanRecord, type RangeRecord, readPlan, readRange } from './plan-record.ts';

interface DividedLoad {
  tableLoad: TableLoad;
  plan: PlanRecord;
  records: RangeRecord[];
}

/**
 * Ends what `planExtract` began: checks that every entry is done, then commits the tables that were read in ranges.
 * Nothing is committed while an entry is missing.
 * @throws UserError naming what is missing
 */
export async function commitExtract(request: ExtractRequest): Promise<ExtractReport> {
  const lake: Lake = { s3: request.s3, bucket: request.bucket };
  const note = request.onProgress ?? (() => {});
  const loads = loadsOf(request);
  const reports = new Map<string, TableReport>();
  const divided: DividedLoad[] = [];
  const missing: string[] = [];
  for (const tableLoad of loads) {
    const { load } = tableLoad;
    const committed = await findCommitted(lake, tableLoad);
    if (committed !== undefined) {
      reports.set(load.table, committed);
      continue;
    }
    const plan = (await readPlan(lake, load))?.value;
    if (plan === undefined) missing.push(load.table);
    else {
      const { records, gaps } = await readRecords(lake, plan);
      missing.push(...gaps.map((range) => `range ${range} of ${load.table}`));
      divided.push({ tableLoad, plan, records });
    }
  }
  if (missing.length > 0) {
    throw new UserError(`load ${loads[0]!.load.loadId} is not complete, missing: ${missing.join(', ')}`, {
      remedy: 'Run the entries of these (mode part) again, then mode commit.',
    });
  }
  if (divided.length > 0) {
    for (const report of await commitDivided(lake, request, divided)) reports.set(report.table, report);
  }
  const tables = loads.map(({ load }) => reports.get(load.table)!);
  for (const report of tables) note(reportLine(report));
  const keySets = await extractKeySets(lake, request, loads, rateLimitOf(request));
  for (const report of keySets) note(reportLine(report));
  return { loadId: loads[0]!.load.loadId, rows: sumRows(tables), tables: [...tables, ...keySets] };
}

/** The records of a plan's ranges, and the ranges that have none or whose files are gone. */
async function readRecords(
  lake: Lake,
  plan: PlanRecord,
): Promise<{ records: RangeRecord[]; gaps: number[] }> {
  const ranges = Array.from({ length: plan.ranges.bounds.length + 1 }, (_, range) => range);
  const stored = await Promise.all(ranges.map((range) => readRange(lake, plan.manifest, plan, range)));
  const records = stored.map((record) => record?.value);
  const whole = await Promise.all(records.map((record) => record && isWhole(lake, plan.manifest, record)));
  return {
    records: records.filter((record) => record !== undefined),
    gaps: ranges.filter((range) => whole[range] !== true),
  };
}

/** Commits under the tables' locks, so that no run of a whole table takes their parts for orphans meanwhile. */
async function commitDivided(
  lake: Lake,
  request: ExtractRequest,
  divided: readonly DividedLoad[],
): Promise<TableReport[]> {
  const locks = divided.map(({ tableLoad: { load } }) => ({ name: load.table, lock: tableLock(lake, load) }));
  const note = request.onProgress ?? (() => {});
  await using session = await openReadSession(request.database, locks, (seconds) => {
    note(`waiting for another run that extracts the same tables (${Math.round(seconds)} s)`);
  });
  const reports: TableReport[] = [];
  for (const { tableLoad, plan, records } of divided) {
    const { gaps } = await readRecords(lake, plan);
    if (gaps.length > 0 && (await findCommitted(lake, tableLoad)) === undefined) {
      throw new UserError(
        `table ${plan.manifest.table}: another run has removed the files of ranges ${gaps.join(', ')}`,
        {
          remedy: 'Run these entries (mode part) again, then mode commit.',
        },
      );
    }
    await session.check();
    const manifest = {
      ...plan.manifest,
      rows: records.reduce((sum, { rows }) => sum + rows, 0),
      parts: records.flatMap(({ parts }) => parts),
      codeVersion: request.codeVersion,
    };
    const added = plan.previous === null ? [] : compareSchemas(plan.previous.schema, manifest.schema).added;
    reports.push(
      await commitParts(lake, tableLoad, manifest, undefined, {
        seconds: records.reduce((sum, { seconds }) => sum + seconds, 0),
        addedColumns: added,
        nulled: sumNulled(records),
      }),
    );
  }
  return reports;
}

function sumNulled(records: readonly RangeRecord[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { nulled } of records) {
    for (const [column, count] of Object.entries(nulled)) sums[column] = (sums[column] ?? 0) + count;
  }
  return sums;
}
