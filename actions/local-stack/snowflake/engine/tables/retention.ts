import type { DuckDBConnection } from '@duckdb/node-api';
import type { Catalog } from '../catalog.ts';
import { connect } from '../database.ts';
import type { Engine } from '../engine.ts';
import type { CatalogRecord, StreamRecord, TableRecord } from '../objects.ts';
import { isStale } from '../streams/stream.ts';
import { Transaction } from '../transaction.ts';
import { removeStorage } from './storage.ts';
import { DAY_MICROS, retentionDays } from './time-travel.ts';

/**
 * Removes what no one can ask for any more: old images of rows past the retention that no stream still has to show,
 * and dropped objects past theirs.
 */
export async function purgeHistory(engine: Engine): Promise<void> {
  const connection = await connect(engine.database);
  try {
    const transaction = await Transaction.begin(engine, connection, false);
    try {
      for (const table of engine.catalog.list('TABLE')) {
        await transaction.run(`DELETE FROM data.h${table.id} WHERE _until <= ${keptSince(table, engine)}`);
      }
      for (const record of engine.catalog.dropped()) {
        if (record.droppedAt! + retentionDays(record, { engine }) * DAY_MICROS >= engine.now()) continue;
        for (const sql of storageOf(record)) await transaction.run(sql);
        await transaction.forget(record.id);
      }
      await transaction.commit();
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  } finally {
    connection.closeSync();
  }
}

/** Drops the temporary tables of a session that has ended, with what they held. */
export async function dropTemporaryTables(
  engine: Engine,
  isOver: (sessionId: string) => boolean,
): Promise<void> {
  const ended = [...engine.catalog.list('TABLE'), ...engine.catalog.list('TABLE', { dropped: true })].filter(
    (table) => table.sessionId !== null && isOver(table.sessionId),
  );
  if (ended.length === 0) return;
  const connection = await connect(engine.database);
  const transaction = await Transaction.begin(engine, connection, false);
  for (const table of ended) {
    for (const sql of removeStorage(table)) await transaction.run(sql);
    await transaction.forget(table.id);
  }
  await transaction.commit();
  connection.closeSync();
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
    .filter((stream: StreamRecord) => stream.tableId === table.id && !isStale(stream, engine))
    .map((stream) => stream.offset);
  return Math.min(retained, ...offsets);
}

function storageOf(record: CatalogRecord): string[] {
  if (record.kind === 'TABLE') return removeStorage(record);
  return record.kind === 'SEQUENCE' ? [`DROP SEQUENCE data.s${record.id}`] : [];
}
