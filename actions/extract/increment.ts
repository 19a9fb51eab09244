import type { ClientBase } from 'pg';
import pg from 'pg';
import { UserError } from '../shared/errors.ts';
import type { Manifest } from '../shared/manifest.ts';
import type { PostgresTable } from '../shared/pipeline.ts';
import { statementError } from './database.ts';
import { parseSnapshot, type Snapshot } from './snapshot.ts';
import type { SourceTable } from './source-table.ts';
import type { ExtractState } from './state.ts';

/** Which rows a load reads. */
export interface Increment {
  /** The SQL condition, or undefined for every row. */
  condition: string | undefined;
  watermark: Manifest['watermark'];
}

const WATERMARK_TYPES = new Set(['timestamp', 'timestamptz', 'date', 'int2', 'int4', 'int8', 'numeric']);

/** A difference of transaction ids beyond which 32 bits no longer tell old from new. */
const XID_HORIZON = 2n ** 31n;

/**
 * Plans what to read: everything that `snapshot` shows and the previous load's snapshot may not have shown.
 *
 * A watermark alone loses rows: a transaction takes its `now()` when it starts and may commit after another run
 * has seen a later watermark. So a row is read when its watermark is above the previous one, or when the
 * transaction that wrote it (`xmin`) may not have ended in the previous snapshot. That is the case from that
 * snapshot's own xmin on. The test is `>= xmin` rather than `NOT pg_visible_in_snapshot(…)`, because rows written
 * under a savepoint carry a subtransaction's id, which a snapshot does not list: the function would call it
 * visible and the row would be lost. Rows that the previous load already carried come again while a transaction
 * stays open; bronze is at-least-once and silver keeps one row per key.
 *
 * Rows without a watermark are read like any others: by the transaction that wrote them.
 * The price is a sequential scan of the table per run; an index on the watermark cannot find late commits.
 */
export async function planIncrement(
  client: ClientBase,
  table: SourceTable,
  config: PostgresTable,
  snapshot: Snapshot,
  state: ExtractState | undefined,
): Promise<Increment> {
  if (config.strategy === 'full') return { condition: undefined, watermark: null };
  const column = config.strategy === 'watermark' ? config.watermark : undefined;
  const type = column === undefined ? undefined : watermarkType(table, column);
  if (!table.hasRowVersions) {
    throw new UserError(
      `table ${table.name} is a view or foreign table: its rows do not tell which transaction wrote them, so late commits would be lost`,
      { remedy: 'Use strategy: full for it, or extract the tables beneath.' },
    );
  }
  const previous = state && parseSnapshot(state.snapshot);
  const written = previous && writtenSince(previous, snapshot, table);
  if (column === undefined || type === undefined) return { condition: written, watermark: null };
  const from = state?.watermark?.column === column ? state.watermark.to : null;
  const to = await highestWatermark(client, table, column, type, from);
  return {
    condition:
      from === null || written === undefined ? written : `(${above(column, type, from)} OR ${written})`,
    watermark: to === null ? null : { column, from, to },
  };
}

/** @throws UserError when the column's type does not serve as a watermark */
export function watermarkType(table: SourceTable, name: string): string {
  const column = table.columns.find((candidate) => candidate.name === name)!;
  if (column.type.isBuiltIn && WATERMARK_TYPES.has(column.type.name)) return column.type.name;
  throw new UserError(
    `table ${table.name}: watermark column "${name}" is ${column.declared}, which does not serve as a watermark`,
    { remedy: `Use a column of one of the types ${[...WATERMARK_TYPES].join(', ')}, or strategy: full.` },
  );
}

/** The upper bound, taken before reading and in the snapshot that is read. It never falls below the lower one. */
async function highestWatermark(
  client: ClientBase,
  table: SourceTable,
  column: string,
  type: string,
  from: string | null,
): Promise<string | null> {
  const sql = `SELECT greatest(max(${pg.escapeIdentifier(column)}), $1::pg_catalog.${type})::text AS highest FROM ${table.sql}`;
  try {
    return (await client.query<{ highest: string | null }>(sql, [from])).rows[0]!.highest;
  } catch (error) {
    throw statementError(table.name, error);
  }
}

/** Rows whose writer may not have ended in the previous snapshot; undefined when ids no longer tell (every row). */
function writtenSince(previous: Snapshot, current: Snapshot, table: SourceTable): string | undefined {
  if (current.xmax < previous.xmin) {
    throw new UserError(
      `table ${table.name}: the source's transaction counter went back from ${previous.xmin} to ${current.xmax}: it is another cluster, or was restored`,
      { remedy: 'Run with full-refresh: true once, so that no row is missed.' },
    );
  }
  if (current.xmax - previous.xmin >= XID_HORIZON) return undefined;
  // age() counts back from the current transaction id, so this compares ids across the 32-bit wraparound.
  // Rows older than half the circle have a negative age.
  const xid = `'${previous.xmin % 2n ** 32n}'::pg_catalog.xid`;
  return `pg_catalog.age(xmin) BETWEEN 0 AND pg_catalog.age(${xid})`;
}

function above(column: string, type: string, from: string): string {
  return `${pg.escapeIdentifier(column)} > ${pg.escapeLiteral(from)}::pg_catalog.${type}`;
}
