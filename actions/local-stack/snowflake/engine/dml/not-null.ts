import { raise } from '../../bind/runtime-error.ts';
import type { TableRecord } from '../objects.ts';
import { physicalName, storedColumns } from '../tables/storage.ts';

/**
 * The rows of `sql`, one column per stored column by its physical name and others, made to fail (100072) when a column
 * that may not be NULL is. `unless`: a condition for rows that are not checked.
 */
export function checkedNotNull(table: TableRecord, sql: string, unless?: string): string {
  const required = storedColumns(table).filter((column) => !column.nullable);
  const [first, ...others] = required.map(physicalName);
  if (first === undefined) return sql;
  // One check for all of them: the message names no column, and each expression costs the planner.
  const isNull = [first, ...others].map((name) => `${name} IS NULL`).join(' OR ');
  const fails = unless === undefined ? isNull : `(${isNull}) AND NOT (${unless})`;
  const error = raise('100072', '22000', 'NULL result in a non-nullable column');
  return `SELECT * REPLACE (CASE WHEN ${fails} THEN ${error} ELSE ${first} END AS ${first}) FROM (${sql})`;
}
