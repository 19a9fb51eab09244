import { z } from 'zod';
import { UserError } from '../../shared/errors.ts';
import { type ExtractRequest, loadsOf, tableLock } from '../extract.ts';
import { findCommitted, type Lake, planLoad, readPrevious, type TableLoad } from '../load-table.ts';
import { openReadSession, type ReadSession } from '../read-session.ts';
import { retryLost } from '../retry-lost.ts';
import { divideByKey } from './key-ranges.ts';
import { type PlanRecord, readPlan, writePlan } from './plan-record.ts';

/** One process's share of the work: a whole table, or one range (0-based) of a large one. */
export const extractEntry = z.strictObject({
  table: z.string().min(1),
  range: z.int().nonnegative().optional(),
});
export type ExtractEntry = z.infer<typeof extractEntry>;

export interface ExtractPlan {
  loadId: string;
  /** Empty when everything is committed. */
  entries: ExtractEntry[];
}

/** GitHub's bound on the jobs of one matrix. */
const MOST_ENTRIES = 256;

/**
 * Divides a source's loads into entries that processes of their own extract, and writes the plan of each table that
 * is read in ranges: the snapshot from which the next load goes on, which is older than those that the ranges are
 * read under. A plan that is there is kept, so that a rerun goes on with it.
 * @param partBytes how much of a table one entry reads, by the planner's estimate
 * @throws UserError
 */
export async function planExtract(request: ExtractRequest, partBytes: number): Promise<ExtractPlan> {
  const lake: Lake = { s3: request.s3, bucket: request.bucket };
  const note = request.onProgress ?? (() => {});
  const all = loadsOf(request);
  const committed = await Promise.all(all.map((load) => findCommitted(lake, load)));
  const loads = all.filter((_, index) => committed[index] === undefined);
  const entries: ExtractEntry[] = [];
  if (loads.length > 0) {
    const planned = await retryLost(() => planLoads(lake, request, loads, partBytes), {
      signal: request.signal,
      note,
    });
    entries.push(...planned);
  }
  if (entries.length > MOST_ENTRIES) {
    throw new UserError(`the plan has ${entries.length} entries, and a matrix holds ${MOST_ENTRIES}`, {
      remedy: 'Raise "part-mb", or extract some of the tables at a time.',
    });
  }
  return { loadId: all[0]!.load.loadId, entries };
}

async function planLoads(
  lake: Lake,
  request: ExtractRequest,
  loads: readonly TableLoad[],
  partBytes: number,
): Promise<ExtractEntry[]> {
  const note = request.onProgress ?? (() => {});
  const divisible = loads.filter(
    ({ config }) => config.strategy === 'watermark' || config.strategy === 'xmin',
  );
  const whole = loads.filter((load) => !divisible.includes(load)).map(({ load }) => ({ table: load.table }));
  if (divisible.length === 0) return whole;
  const locks = divisible.map(({ load }) => ({
    name: load.table,
    lock: tableLock(lake, load),
    isShared: true,
  }));
  const onWait = (seconds: number): void => {
    note(`waiting for another run that extracts the same tables (${Math.round(seconds)} s)`);
  };
  await using session = await openReadSession(request.database, locks, onWait);
  const entries: ExtractEntry[] = [];
  for (const load of divisible) {
    const plan = await planTable(lake, session, request, load, partBytes);
    const count = plan === undefined ? 1 : plan.ranges.bounds.length + 1;
    note(`table ${load.load.table}: ${count === 1 ? 'one entry' : `${count} ranges of its key`}`);
    for (let range = 0; range < count; range++) {
      entries.push({ table: load.load.table, ...(count === 1 ? {} : { range }) });
    }
  }
  return [...whole, ...entries];
}

/** The plan of a table that is read in ranges; undefined for one that is not. */
async function planTable(
  lake: Lake,
  session: ReadSession,
  request: ExtractRequest,
  tableLoad: TableLoad,
  partBytes: number,
): Promise<PlanRecord | undefined> {
  const { load } = tableLoad;
  const previous = await readPrevious(lake, load);
  const planned = await planLoad(session, tableLoad, previous, request.fullRefresh ?? false);
  const existing = await readPlan(lake, load);
  const isUsable = JSON.stringify(existing?.value.manifest.schema) === JSON.stringify(planned.schema);
  if (existing !== undefined && isUsable) return existing.value;
  const ranges = await divideByKey(session, planned, partBytes);
  if (ranges === undefined) return undefined;
  const plan: PlanRecord = {
    version: 1,
    manifest: {
      version: 1,
      ...load,
      format: 'parquet',
      watermark: planned.increment.watermark,
      snapshot: session.snapshot.text,
      schema: planned.schema,
      dropped: {},
    },
    previous: previous === undefined ? null : { state: previous.state, schema: previous.schema },
    ranges,
  };
  if (await writePlan(lake, load, plan, existing)) return plan;
  return (await readPlan(lake, load))?.value;
}
