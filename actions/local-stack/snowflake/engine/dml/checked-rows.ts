import type { BindContext } from '../../bind/context.ts';
import { raise } from '../../bind/runtime-error.ts';
import type { TableRecord } from '../objects.ts';
import { checkFailures } from '../tables/check-constraint.ts';
import { physicalName, storedColumns } from '../tables/storage.ts';

/**
 * The rows of `sql`, one column per stored column by its physical name and others, made to fail where a column that
 * may not be NULL is (100072), or where a CHECK constraint is false. `unless`: a condition for rows that are not checked.
 */
export function checkedRows(table: TableRecord, sql: string, context: BindContext, unless?: string): string {
  const stored = storedColumns(table).map(physicalName);
  const required = storedColumns(table)
    .filter((column) => !column.nullable)
    .map(physicalName);
  const failures = checkFailures(table, context);
  if (required.length > 0) {
    // One check for all of them: the message names no column, and each expression costs the planner.
    const isNull = required.map((name) => `${name} IS NULL`).join(' OR ');
    failures.unshift(
      `WHEN ${isNull} THEN ${raise('100072', '22000', 'NULL result in a non-nullable column')}`,
    );
  }
  if (failures.length === 0) return sql;
  const first = required[0] ?? stored[0]!;
  if (unless !== undefined) failures.unshift(`WHEN ${unless} THEN ${first}`);
  return `SELECT * REPLACE (CASE ${failures.join(' ')} ELSE ${first} END AS ${first}) FROM (${sql})`;
}
