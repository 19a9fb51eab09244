import type { TableRecord } from '../objects.ts';
import { physicalName, storageColumns, storedColumns } from '../tables/storage.ts';
import type { Transaction } from '../transaction.ts';
import type { RowChanges } from './row-changes.ts';

/** How many rows were inserted, updated and deleted. */
export type ChangeCounts = [inserted: number, updated: number, deleted: number];

/**
 * Carries out the changes of a query (in the shape of `RowChanges`) without keeping them first: the new images are
 * written beside the old ones, which then leave for the history. That is nearly twice as fast for a million rows.
 * Only where `canReplace`. Null: a row was changed more than once; the caller takes everything back (`recover`).
 */
export async function replaceRows(
  transaction: Transaction,
  table: TableRecord,
  changes: string,
  { inserts, deletes, updates }: Omit<RowChanges, 'relation'>,
): Promise<ChangeCounts | null> {
  const version = await transaction.lockTable(table.id);
  const columns = storageColumns(table).join(', ');
  const values = storedColumns(table).map((column) => `${physicalName(column)}, `);
  const row = inserts ? "CASE WHEN _action = 'I' THEN nextval('data.row_ids') ELSE _row END" : '_row';
  // A row to delete is written too, without a birth: so its old image is found as that of an updated one is.
  const born = `CASE _action WHEN 'I' THEN ${version} WHEN 'U' THEN _born END`;
  const written = await transaction.run(
    `INSERT INTO data.t${table.id} (${columns}) SELECT ${values.join('')}${row}, ${born}, ${version} FROM (${changes})`,
  );
  if (!updates && !deletes) return [written, 0, 0];
  const [counted] = await transaction.query(
    `SELECT count(*) FILTER (WHERE _born = ${version}), count(*) FILTER (WHERE _born < ${version}), count(*) FILTER (WHERE _born IS NULL) FROM data.t${table.id} WHERE _since = ${version}`,
  );
  const [inserted = 0, updated = 0, deleted = 0] = counted!.map(Number);
  const changed = `SELECT _row FROM data.t${table.id} WHERE _since = ${version} AND _born IS DISTINCT FROM ${version}`;
  const old = `_since < ${version} AND _row IN (${changed})`;
  const ended = await transaction.run(
    `INSERT INTO data.h${table.id} (${columns}, _until) SELECT ${columns}, ${version} FROM data.t${table.id} WHERE ${old}`,
  );
  if (ended !== updated + deleted) return null;
  await transaction.run(`DELETE FROM data.t${table.id} WHERE ${old}`);
  if (deleted > 0)
    await transaction.run(`DELETE FROM data.t${table.id} WHERE _since = ${version} AND _born IS NULL`);
  return [inserted, updated, deleted];
}

/**
 * Whether `replaceRows` may be used: nothing else in the transaction has this version, nothing has to be applied
 * again, and the query reads the table as its target alone.
 */
export function canReplace(transaction: Transaction, table: TableRecord, changes: string): boolean {
  return !transaction.explicit && timesRead(changes, table) === 1;
}

/**
 * How often a query reads a table's current rows. DuckDB lets one INSERT … SELECT see rows that it has itself
 * inserted (a branch of a UNION ALL begins its scan when the branch before it has been written), Snowflake does not.
 */
export function timesRead(sql: string, table: TableRecord): number {
  return sql.split(new RegExp(`\\bdata\\.t${table.id}\\b`)).length - 1;
}
