import type { ClientBase } from 'pg';
import type { ColumnPlan } from './column-plan.ts';
import { statementError } from './database.ts';
import type { Increment } from './increment.ts';
import type { SourceTable } from './source-table.ts';

/** What PostgreSQL's planner expects a read to give. */
export interface ReadEstimate {
  rows: number;
  /** Of the rows as the server holds them. */
  bytes: number;
}

/** A table larger than this is read in several ranges when there are readers for them. */
const RANGE_BYTES = 64 << 20;
const BLOCK_BYTES = 8192;
/** Reading a range of ctid without looking at every row came with 14. */
const TID_RANGE_VERSION = 140_000;

/** The query of a load, or of one range of it. */
export function selectOf(
  columns: readonly ColumnPlan[],
  source: SourceTable,
  increment: Increment,
  range?: string,
): string {
  const list = columns.map((column) => column.select).join(', ');
  const conditions = [increment.condition, range].filter((condition) => condition !== undefined);
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return `SELECT ${list} FROM ${source.sql}${where}`;
}

/** Asks the planner; nothing is read. */
export async function estimateRead(client: ClientBase, table: string, sql: string): Promise<ReadEstimate> {
  try {
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
      `EXPLAIN (FORMAT JSON) ${sql}`,
    );
    const plan = rows[0]!['QUERY PLAN'][0].Plan;
    const count = plan['Plan Rows']!;
    return { rows: count, bytes: count * plan['Plan Width']! };
  } catch (error) {
    throw statementError(table, error);
  }
}

/**
 * Conditions that together select every row once: ranges of the heap, of about equal size. One condition-less range
 * where the table is small, has no heap of its own or the server cannot read ranges.
 */
export function rangesOf(
  source: SourceTable,
  readers: number,
  serverVersion: number,
): (string | undefined)[] {
  const wanted = Math.floor((source.blocks * BLOCK_BYTES) / RANGE_BYTES);
  const count = serverVersion < TID_RANGE_VERSION ? 1 : Math.min(wanted, readers * 2);
  if (readers === 1 || count < 2) return [undefined];
  const at = (index: number): string => `'(${Math.round((source.blocks * index) / count)},0)'::tid`;
  return Array.from({ length: count }, (_, index) =>
    [
      index === 0 ? undefined : `ctid >= ${at(index)}`,
      // The last one has no end: the table may have grown since it was measured.
      index === count - 1 ? undefined : `ctid < ${at(index + 1)}`,
    ]
      .filter((condition) => condition !== undefined)
      .join(' AND '),
  );
}
