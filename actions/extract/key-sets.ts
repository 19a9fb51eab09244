import { Schema } from 'apache-arrow';
import type { ClientBase } from 'pg';
import pg from 'pg';
import { keyTableOf, READ_AT } from '../shared/key-tables.ts';
import { stateKey } from '../shared/lake.ts';
import { type PostgresTable, sourceOf } from '../shared/pipeline.ts';
import { type ColumnPlan, planColumn } from './column-plan.ts';
import type { ExtractRequest } from './extract.ts';
import {
  commitLoad,
  findCommitted,
  type Lake,
  type PlannedLoad,
  plannedReport,
  type TableLoad,
  type TableReport,
} from './load-table.ts';
import type { RateLimit } from './rate-limit.ts';
import { estimateRead, selectOf } from './read-plan.ts';
import { openReadSession, type ReadSession } from './read-session.ts';
import { retryLost } from './retry-lost.ts';
import { runLoads } from './run-loads.ts';
import { manifestSchema } from './schema-drift.ts';
import { requireColumns, type SourceTable } from './source-table.ts';

/**
 * Reads all keys of the tables with `deletes: reconcile`, each set in a load of its own beside the table's, with its
 * own manifest. It comes after the rows are committed, under a newer snapshot: then a key that is missing in it was
 * deleted, while a row that is missing in the table's load comes with the next.
 */
export async function extractKeySets(
  lake: Lake,
  request: ExtractRequest,
  loads: readonly TableLoad[],
  rateLimit: RateLimit | undefined,
): Promise<TableReport[]> {
  const note = request.onProgress ?? (() => {});
  const sets = loads.filter(({ config }) => config.deletes === 'reconcile').map(keySetOf);
  const reports = new Map<string, TableReport>();
  const settle = (report: TableReport): void => void reports.set(report.table, report);
  const settleCommitted = async (): Promise<TableLoad[]> => {
    for (const set of sets) {
      const report = await findCommitted(lake, set);
      if (report !== undefined) settle(report);
    }
    return sets.filter(({ load }) => !reports.has(load.table));
  };
  const readMissing = async (): Promise<void> => {
    await using session = await openReadSession(request.database, locksOf(lake, sets), (seconds) => {
      note(`waiting for another run that reads the keys of the same tables (${Math.round(seconds)} s)`);
    });
    const plans: PlannedLoad[] = [];
    for (const set of await settleCommitted()) plans.push(await planKeySet(session, set));
    if (request.dryRun) {
      for (const plan of plans) settle(plannedReport(plan));
      return;
    }
    await runLoads(lake, session, plans, {
      parallelism: request.parallelism ?? 1,
      commit: (plan, copied, seconds) =>
        commitLoad(lake, session, plan, copied, { codeVersion: request.codeVersion, seconds }),
      rateLimit,
      maxSnapshotMinutes: sourceOf(request.config, request.sourceName, 'postgres').maxSnapshotMinutes,
      signal: request.signal,
      changes: undefined,
      note,
      settle,
    });
  };
  if ((await settleCommitted()).length > 0) {
    await retryLost(readMissing, { signal: request.signal, note });
  }
  return sets.map(({ load }) => reports.get(load.table)!);
}

/** It leaves no state: every set is whole. */
function keySetOf({ load, config }: TableLoad): TableLoad {
  return { load: { ...load, table: keyTableOf(config).table }, config, replay: { watermark: null } };
}

function locksOf({ bucket }: Lake, sets: readonly TableLoad[]): { name: string; lock: string }[] {
  return sets.map(({ load, config }) => ({
    name: config.name,
    lock: `globalmart extract s3://${bucket}/${stateKey(load.source, load.table)}`,
  }));
}

async function planKeySet(session: ReadSession, set: TableLoad): Promise<PlannedLoad> {
  const source = session.tables.get(set.config.name)!;
  const readAt = await startOf(session.client);
  const columns = keyColumns(source, set.config, readAt);
  const increment = { condition: undefined, watermark: { column: READ_AT, from: null, to: readAt } };
  return {
    ...set,
    previous: undefined,
    source,
    columns,
    schema: manifestSchema(new Schema(columns.map(({ field }) => field))),
    increment,
    slot: undefined,
    estimate: await estimateRead(session.client, set.load.table, selectOf(columns, source, increment)),
    added: [],
  };
}

function keyColumns(source: SourceTable, { key, numeric }: PostgresTable, readAt: string): ColumnPlan[] {
  requireColumns(source, key, 'key');
  const keys = key.map((name) => source.columns.find((column) => column.name === name)!);
  const text = { name: 'text', isBuiltIn: true, kind: 'b', category: 'S', modifier: -1 };
  const stamp = { name: READ_AT, nullable: false, declared: 'text', base: 'text', generated: '', type: text };
  return [
    ...keys.map((column) => planColumn(column, numeric)),
    { ...planColumn(stamp), select: `${pg.escapeLiteral(readAt)}::text` },
  ];
}

/** When the transaction began, by the source's clock. */
async function startOf(client: ClientBase): Promise<string> {
  const { rows } = await client.query<{ at: string }>(
    `SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at`,
  );
  return rows[0]!.at;
}
