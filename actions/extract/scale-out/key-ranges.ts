import pg from 'pg';
import { statementError } from '../database.ts';
import type { PlannedLoad } from '../load-table.ts';
import type { ReadSession } from '../read-session.ts';

/** A table divided by its key: an update leaves a row in its range, and so does what moves rows in the heap. */
export interface KeyRanges {
  column: string;
  /** Whole numbers in ascending order, each the first key of the range after it: one fewer than there are ranges. */
  bounds: string[];
}

const INTEGERS = new Set(['int2', 'int4', 'int8']);

/**
 * Divides what a load reads into ranges of about `bytes` each, as far as keys are spread evenly.
 * Undefined where the load is not larger than that, or its rows cannot be told apart by one whole number.
 */
export async function divideByKey(
  { client }: ReadSession,
  plan: PlannedLoad,
  bytes: number,
): Promise<KeyRanges | undefined> {
  const count = Math.ceil(plan.estimate.bytes / bytes);
  const [name, ...others] = plan.config.key;
  const column = plan.source.columns.find((candidate) => candidate.name === name)!;
  const isInteger = column.type.isBuiltIn && INTEGERS.has(column.type.name);
  if (count < 2 || others.length > 0 || !isInteger || !plan.source.hasRowVersions) return undefined;
  const key = pg.escapeIdentifier(column.name);
  try {
    const { rows } = await client.query<{ low: string | null; high: string | null }>(
      `SELECT min(${key})::text AS low, max(${key})::text AS high FROM ${plan.source.sql}`,
    );
    const { low, high } = rows[0]!;
    if (low === null || high === null) return undefined;
    const bounds = boundsBetween(BigInt(low), BigInt(high), BigInt(count));
    return bounds.length === 0 ? undefined : { column: column.name, bounds };
  } catch (error) {
    throw statementError(plan.config.name, error);
  }
}

/** The condition of the n-th range (0-based). Together they hold every row once, keys that are null too. */
export function rangeCondition({ column, bounds }: KeyRanges, range: number): string {
  const key = pg.escapeIdentifier(column);
  const [from, to] = [bounds[range - 1], bounds[range]];
  if (from === undefined) return `(${key} < ${to} OR ${key} IS NULL)`;
  return to === undefined ? `${key} >= ${from}` : `(${key} >= ${from} AND ${key} < ${to})`;
}

function boundsBetween(low: bigint, high: bigint, count: bigint): string[] {
  const bounds = new Set<bigint>();
  for (let index = 1n; index < count; index++) {
    const bound = low + ((high + 1n - low) * index) / count;
    if (bound > low) bounds.add(bound);
  }
  return [...bounds].map(String);
}
