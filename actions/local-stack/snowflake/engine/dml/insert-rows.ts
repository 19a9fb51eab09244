import { parseExpressionText } from '../../../../shared/sql/parse.ts';
import type { Position } from '../../../../shared/sql/position.ts';
import { invalidIdentifier, SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { Bound, BoundQuery } from '../../bind/bound.ts';
import type { BindContext } from '../../bind/context.ts';
import { bindExpression } from '../../bind/expression.ts';
import { INTEGER } from '../../bind/literal.ts';
import { createScope } from '../../bind/scope.ts';
import { nullOf } from '../../bind/value.ts';
import type { TableColumn, TableRecord } from '../objects.ts';
import { identityName, physicalName, storageColumns, storedColumns } from '../tables/storage.ts';
import type { Transaction } from '../transaction.ts';
import { assign } from './assign.ts';
import { checkedRows } from './checked-rows.ts';
import { timesRead } from './replace-rows.ts';
import { endAllRows } from './row-changes.ts';

/**
 * Inserts the rows of a bound query into the columns `targets` (as many as the query has); the other columns get
 * their defaults. Values are converted and checked as INSERT does. Returns the number of rows.
 * With `overwrite` they take the place of all rows. The caller holds the table's lock when other statements may come
 * between.
 */
export async function insertRows(
  transaction: Transaction,
  table: TableRecord,
  source: BoundQuery,
  targets: TableColumn[],
  context: BindContext,
  options: { overwrite?: boolean } = {},
): Promise<number> {
  const version = await transaction.lockTable(table.id);
  const rows = completeRows(table, source, targets, context);
  const overwrite = options.overwrite === true;
  const direct = !transaction.explicit && !overwrite && timesRead(rows, table) === 0;
  if (direct) return transaction.run(insertSql(table, `(${rows})`, version));
  const kept = await transaction.keepRows(rows);
  if (overwrite) await endAllRows(transaction, table);
  const count = await transaction.run(insertSql(table, kept, version));
  await transaction.dropKept(kept);
  return count;
}

/** SQL of the rows to insert: one column per stored column, by its physical name, complete and checked. */
function completeRows(
  table: TableRecord,
  source: BoundQuery,
  targets: TableColumn[],
  context: BindContext,
): string {
  requireWidth(targets.length, source.columns.length);
  const stored = storedColumns(table);
  const values = stored.map((column) => {
    const index = targets.findIndex((target) => target.id === column.id);
    if (index < 0) return `${defaultValue(table, column, context).sql} AS ${physicalName(column)}`;
    const given: Bound = { sql: `q.c${index + 1}`, type: source.columns[index]!.type };
    return `${assign(given, column).sql} AS ${physicalName(column)}`;
  });
  return checkedRows(table, `SELECT ${values.join(', ')} FROM (${source.sql}) AS q`, context);
}

function insertSql(table: TableRecord, rows: string, version: number): string {
  const values = storedColumns(table).map((column) => `${physicalName(column)}, `);
  return `INSERT INTO data.t${table.id} (${storageColumns(table).join(', ')}) SELECT ${values.join('')}nextval('data.row_ids'), ${version}, ${version} FROM ${rows}`;
}

/** What a column gets when no value is given: its DEFAULT, its next identity, else NULL. */
export function defaultValue(table: TableRecord, column: TableColumn, context: BindContext): Bound {
  if (column.identity !== null) {
    const next: Bound = {
      sql: `CAST(nextval('${identityName(table, column)}') AS DECIMAL(38,0))`,
      type: INTEGER,
    };
    return assign(next, column);
  }
  if (column.default === null) return nullOf(column.type);
  const scope = createScope(context.within(table.database!, table.schema!), { source: column.default });
  return assign(bindExpression(parseExpressionText(column.default), scope), column);
}

/** @throws SnowflakeError 002020 when there are not as many values as columns */
export function requireWidth(columns: number, values: number): void {
  if (columns === values) return;
  throw new SnowflakeError(
    '002020',
    '21S01',
    `SQL compilation error:\nInsert value list does not match column list expecting ${columns} but got ${values}`,
  );
}

/** The columns of a list in INSERT, COPY or MERGE; without a list, all that are stored. @throws SnowflakeError 000904 */
export function targetColumns(
  table: TableRecord,
  list: readonly { name: string; start: Position }[],
): TableColumn[] {
  if (list.length === 0) return storedColumns(table);
  const found = list.map((identifier) => columnNamed(table, identifier));
  const twice = found.find((column, index) => found.indexOf(column) !== index);
  if (twice !== undefined) {
    throw new SnowflakeError(
      '002025',
      '42S21',
      `SQL compilation error:\nduplicate column name '${twice.name}'`,
    );
  }
  return found;
}

export function columnNamed(table: TableRecord, identifier: { name: string; start: Position }): TableColumn {
  const column = table.columns.find((candidate) => candidate.name === identifier.name);
  if (column === undefined) throw invalidIdentifier(identifier.name, identifier.start);
  if (column.computed !== null) {
    throw new SnowflakeError(
      '002068',
      '42601',
      `SQL compilation error:\nVirtual column '${column.name}' cannot be written to.`,
      { position: identifier.start },
    );
  }
  return column;
}
