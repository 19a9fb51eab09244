import { rm } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Catalog } from '../catalog.ts';
import { connect } from '../database.ts';
import type { Engine } from '../engine.ts';
import type { CatalogRecord, TableRecord } from '../objects.ts';
import { stageDirectory } from '../stages/stage-location.ts';
import { isStale } from '../streams/staleness.ts';
import { positionsOf } from '../streams/stream-data.ts';
import { purgeTaskRuns } from '../tasks/task-history.ts';
import { Transaction } from '../transaction.ts';
import { removeStorage } from './storage.ts';
import { DAY_MICROS, retentionDays } from './time-travel.ts';

/** How often history is removed while the server is up, in ms, and how many images of a table at once. */
const PURGE_EVERY_MS = 10 * 60_000;
const PURGE_ROWS = 100_000;

/** Removes history from time to time, a bounded part each time. */
export function startPurging(engine: Engine): { stop(): void } {
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    purgeHistory(engine)
      .catch((error: unknown) => {
        process.stderr.write(`purge of history: ${error instanceof Error ? error.stack : error}\n`);
      })
      .finally(() => {
        isBusy = false;
      });
  }, PURGE_EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

/**
 * Removes what no one can ask for any more: old images of rows past the retention that no stream still has to show,
 * dropped objects past theirs, old runs of tasks. Tables that a transaction is writing are left to the next time.
 */
export async function purgeHistory(engine: Engine, rowLimit = PURGE_ROWS): Promise<void> {
  await purgeTaskRuns(engine);
  const connection = await connect(engine.database);
  try {
    for (const table of engine.catalog.list('TABLE')) {
      if (!engine.locks.isFree(table.id)) continue;
      const ended = `_until <= ${keptSince(table, engine)}`;
      const [row] = (
        await connection.runAndReadAll(`SELECT EXISTS (SELECT 1 FROM data.h${table.id} WHERE ${ended})`)
      ).getRowsJS();
      if (row![0] !== true) continue;
      await inTransaction(engine, connection, async (transaction) => {
        await transaction.lock(table.id);
        await transaction.run(
          `DELETE FROM data.h${table.id} WHERE rowid IN (SELECT rowid FROM data.h${table.id} WHERE ${ended} LIMIT ${rowLimit})`,
        );
      });
    }
    const gone = engine.catalog
      .dropped()
      .filter((record) => record.droppedAt! + retentionDays(record, { engine }) * DAY_MICROS < engine.now());
    if (gone.length === 0) return;
    await inTransaction(engine, connection, async (transaction) => {
      for (const record of gone) {
        for (const sql of storageOf(record)) await transaction.run(sql);
        await transaction.forget(record.id);
      }
    });
  } finally {
    connection.closeSync();
  }
}

async function inTransaction(
  engine: Engine,
  connection: DuckDBConnection,
  work: (transaction: Transaction) => Promise<void>,
): Promise<void> {
  const transaction = await Transaction.begin(engine, connection, false);
  try {
    await work(transaction);
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
  await transaction.commit();
}

/** Drops the temporary objects of a session that has ended, with what they held. */
export async function dropTemporaryObjects(
  engine: Engine,
  isOver: (sessionId: string) => boolean,
): Promise<void> {
  const ended = [...engine.catalog.list('TABLE'), ...engine.catalog.list('TABLE', { dropped: true })].filter(
    (table) => table.sessionId !== null && isOver(table.sessionId),
  );
  const stages = [...engine.catalog.list('STAGE'), ...engine.catalog.list('STAGE', { dropped: true })].filter(
    (stage) => stage.sessionId !== undefined && isOver(stage.sessionId),
  );
  const others = (['FUNCTION', 'VIEW'] as const)
    .flatMap((kind) => [...engine.catalog.list(kind), ...engine.catalog.list(kind, { dropped: true })])
    .filter((one) => one.sessionId !== undefined && isOver(one.sessionId));
  if (ended.length + stages.length + others.length === 0) return;
  const connection = await connect(engine.database);
  const transaction = await Transaction.begin(engine, connection, false);
  for (const table of ended) {
    for (const sql of removeStorage(table)) await transaction.run(sql);
    await transaction.forget(table.id);
  }
  for (const one of [...stages, ...others]) await transaction.forget(one.id);
  await transaction.commit();
  connection.closeSync();
  for (const stage of stages)
    await rm(stageDirectory(engine, String(stage.id)), { recursive: true, force: true });
}

/** The highest version in a database: those of a new server are above, whatever its clock says. */
export async function highestVersion(connection: DuckDBConnection, catalog: Catalog): Promise<number> {
  const tables = [...catalog.list('TABLE'), ...catalog.list('TABLE', { dropped: true })];
  const newest = tables.flatMap(({ id }) => [
    `SELECT max(_since) AS v FROM data.t${id}`,
    `SELECT max(_until) FROM data.h${id}`,
  ]);
  const reader = await connection.runAndReadAll(
    `SELECT max(v) FROM (${['SELECT 0 AS v', ...newest].join(' UNION ALL ')})`,
  );
  return Number(reader.getRowsJS()[0]![0]);
}

/** Images that ended at this version or before are not needed. */
function keptSince(table: TableRecord, engine: Engine): number {
  const retained = engine.now() - retentionDays(table, { engine }) * DAY_MICROS;
  const offsets = engine.catalog
    .list('STREAM')
    .filter((stream) => !isStale(stream, engine))
    .flatMap(positionsOf)
    .filter(({ tableId }) => tableId === table.id)
    .map(({ offset }) => offset);
  return Math.min(retained, ...offsets);
}

function storageOf(record: CatalogRecord): string[] {
  if (record.kind === 'TABLE') return removeStorage(record);
  return record.kind === 'SEQUENCE' ? [`DROP SEQUENCE data.s${record.id}`] : [];
}
