import type { ClientBase } from 'pg';
import { partKey } from '../shared/lake.ts';
import { isBadText, nameBadText } from './bad-text.ts';
import type { ChangeSource } from './cdc/change-source.ts';
import { copyTable } from './copy-table.ts';
import { ConnectionLostError } from './database.ts';
import type { CopiedLoad, Lake, PlannedLoad, TableReport } from './load-table.ts';
import { startPart } from './parts.ts';
import type { RateLimit } from './rate-limit.ts';
import { rangesOf, selectOf } from './read-plan.ts';
import type { ReadSession } from './read-session.ts';
import { watchSnapshotAge } from './snapshot-age.ts';

export interface RunOptions {
  /** Connections that read at once. */
  parallelism: number;
  rateLimit: RateLimit | undefined;
  /** For how long the session's snapshot may be held. */
  maxSnapshotMinutes: number;
  signal: AbortSignal | undefined;
  /** Where tables of strategy cdc have their changes. */
  changes: ChangeSource | undefined;
  /** Takes lines for the log. */
  note: (line: string) => void;
  /** Commits a load, or what stands for it, as soon as its last read is done. */
  commit: (plan: PlannedLoad, copied: CopiedLoad, seconds: number) => Promise<TableReport>;
  /** Told of each load after that. */
  settle: (report: TableReport) => void;
}

const PROGRESS_MS = 5_000;

/** A load on its way: its reads put their results together here. */
interface RunningLoad {
  plan: PlannedLoad;
  /** Reads that are not done. */
  left: number;
  copied: CopiedLoad;
  rowsRead: number;
  /** Off the wire. */
  bytesRead: number;
  startedAt: number | undefined;
  nextPart: number;
}

interface Read {
  load: RunningLoad;
  range: string | undefined;
}

/**
 * Copies the planned loads, several at once and large tables in several ranges, all under the session's snapshot.
 * Each table is committed when its last read is done. The first failure stops the others.
 */
export async function runLoads(
  lake: Lake,
  session: ReadSession,
  plans: readonly PlannedLoad[],
  options: RunOptions,
): Promise<void> {
  const loads = plans.map((plan) => runningLoad(plan));
  const reads = loads.flatMap((load) => readsOf(load, session, options.parallelism));
  // The largest first, so that no long read is left for the end.
  reads.sort((left, right) => weight(right) - weight(left));
  const readers = Math.min(options.parallelism, reads.length);
  const clients = readers < 2 ? [session.client] : await session.openReaders(readers);
  const stop = onAbort(options.signal, session);
  const timer = setInterval(() => noteProgress(loads, options.note), PROGRESS_MS);
  const failures: unknown[] = [];
  const cancel = async (): Promise<void> => {
    await session.cancel().catch((problem: unknown) => failures.push(problem));
  };
  const age = watchSnapshotAge(session.openedAt, options.maxSnapshotMinutes, {
    note: options.note,
    stop: () => void cancel(),
  });
  const readAll = async (client: ClientBase): Promise<void> => {
    for (let read = reads.shift(); read !== undefined; read = reads.shift()) {
      if (failures.length > 0) return;
      try {
        await runRead(lake, session, client, read, options);
      } catch (error) {
        failures.push(error);
        if (clients.length > 1) await cancel();
      }
    }
  };
  try {
    await Promise.all(clients.map(readAll));
  } finally {
    clearInterval(timer);
    age.end();
    stop();
  }
  options.signal?.throwIfAborted();
  if (failures.length > 0) age.check();
  if (failures.length > 0) throw failures[0];
}

async function runRead(
  lake: Lake,
  session: ReadSession,
  client: ClientBase,
  { load, range }: Read,
  options: RunOptions,
): Promise<void> {
  const { plan } = load;
  load.startedAt ??= performance.now();
  for await (const sql of queriesOf(plan, range, options.changes)) {
    await runQuery(lake, session, client, load, sql, options);
  }
  load.left--;
  if (load.left > 0) return;
  load.copied.parts.sort((left, right) => (left.key < right.key ? -1 : 1));
  const seconds = (performance.now() - load.startedAt) / 1000;
  const report = await options.commit(plan, load.copied, seconds);
  let slotLagMb: number | undefined;
  try {
    if (plan.slot !== undefined) {
      slotLagMb = await options.changes!.confirm(plan.slot, plan.config.maxSlotLagMb);
    }
  } finally {
    options.settle({ ...report, slotLagMb });
  }
}

/** One query over the table, or those that hold its changes. */
async function* queriesOf(
  { columns, source, increment, slot, config }: PlannedLoad,
  range: string | undefined,
  changes: ChangeSource | undefined,
): AsyncIterable<string> {
  if (slot?.from === undefined) yield selectOf(columns, source, increment, range);
  else yield* changes!.queries({ slot, from: slot.from, source, key: config.key, columns });
}

async function runQuery(
  lake: Lake,
  session: ReadSession,
  client: ClientBase,
  load: RunningLoad,
  sql: string,
  options: RunOptions,
): Promise<void> {
  const { config, columns, increment } = load.plan;
  // Two loads of changes may have the same snapshot and differ in where they end.
  const content = [session.snapshot.text, ...(load.plan.slot === undefined ? [] : [increment.watermark!.to])];
  if (load.plan.range !== undefined) content.push(load.plan.range);
  const copied = await named(load, session, () =>
    copyTable(
      client,
      {
        table: config.name,
        sql,
        columns,
        onSpecial: config.onSpecial,
        compression: config.compression,
        rateLimit: options.rateLimit,
      },
      () => {
        const key = partKey(load.plan.load, content.join(' '), load.nextPart++, 'parquet');
        return startPart(lake.s3, lake.bucket, key);
      },
      (rows, bytes) => {
        load.rowsRead += rows;
        load.bytesRead += bytes;
      },
    ),
  );
  load.copied.rows += copied.rows;
  load.copied.parts.push(...copied.parts);
  for (const [column, count] of copied.specials) {
    load.copied.specials.set(column, (load.copied.specials.get(column) ?? 0) + count);
  }
}

function runningLoad(plan: PlannedLoad): RunningLoad {
  const copied = { rows: 0, parts: [], specials: new Map<string, number>() };
  return { plan, left: 0, copied, rowsRead: 0, bytesRead: 0, startedAt: undefined, nextPart: 0 };
}

function readsOf(load: RunningLoad, session: ReadSession, readers: number): Read[] {
  const { source, slot, range } = load.plan;
  // Changes come in one order, from one slot; a range of keys is small enough.
  const isWhole = slot?.from === undefined && range === undefined;
  const ranges = isWhole ? rangesOf(source, readers, session.serverVersion) : [range];
  load.left = ranges.length;
  return ranges.map((range) => ({ load, range }));
}

/** Expected bytes of a read. */
function weight({ load: { plan, left } }: Read): number {
  return plan.estimate.bytes / left;
}

/** Cancels what is being read when the signal comes; returns what takes that back. */
function onAbort(signal: AbortSignal | undefined, session: ReadSession): () => void {
  if (signal === undefined) return () => {};
  // What comes of it shows as the failure of the reads.
  const cancel = (): void => void session.cancel().catch(() => {});
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  return () => signal.removeEventListener('abort', cancel);
}

function noteProgress(loads: readonly RunningLoad[], note: (line: string) => void): void {
  for (const { plan, left, startedAt, rowsRead, bytesRead } of loads) {
    if (startedAt === undefined || left === 0) continue;
    const seconds = (performance.now() - startedAt) / 1000;
    const rate = `${(bytesRead / 1e6 / seconds).toFixed(1)} MB/s`;
    const expected = Math.max(plan.estimate.rows, rowsRead);
    const rest =
      rowsRead === 0 ? '' : `, about ${Math.ceil((seconds * (expected - rowsRead)) / rowsRead)} s left`;
    note(`table ${plan.load.table}: ${rowsRead} of about ${expected} rows read, ${rate}${rest}`);
  }
}

/** Names table and rows when the connection is lost, and the row whose text PostgreSQL cannot send. */
async function named<T>(load: RunningLoad, session: ReadSession, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isBadText(error)) {
      const client = await session.openBeside();
      try {
        throw await nameBadText(client, load.plan, error);
      } finally {
        await client.end();
      }
    }
    if (!(error instanceof ConnectionLostError)) throw error;
    throw new ConnectionLostError(
      `table ${load.plan.load.table}, ${load.rowsRead} rows read: ${error.message}`,
      { cause: error },
    );
  }
}
