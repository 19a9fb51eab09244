import type { TableRecord } from '../objects.ts';
import { physicalName, storageColumns, storedColumns } from '../tables/storage.ts';
import type { Transaction } from '../transaction.ts';

/**
 * Rows to change, as `keepRows` holds them: `_action` 'I', 'U' or 'D'; `_row` and `_born` of the row (NULL for
 * 'I'); then every stored column by its physical name with the new value (ignored for 'D').
 */
export interface RowChanges {
  relation: string;
  inserts: boolean;
  updates: boolean;
  deletes: boolean;
}

/**
 * Carries out changes: the old images of updated and deleted rows go to the history, except those born in this same
 * transaction, which nobody else has seen. An update replaces the row: DuckDB does that several times faster than UPDATE.
 */
export async function applyChanges(
  transaction: Transaction,
  table: TableRecord,
  changes: RowChanges,
): Promise<void> {
  const version = await transaction.lockTable(table.id);
  const columns = storageColumns(table).join(', ');
  if (changes.updates || changes.deletes) {
    const ended = `_row IN (SELECT _row FROM ${changes.relation} WHERE _row IS NOT NULL)`;
    await transaction.run(
      `INSERT INTO data.h${table.id} (${columns}, _until) SELECT ${columns}, ${version} FROM data.t${table.id} WHERE ${ended} AND _since <> ${version}`,
    );
    await transaction.run(`DELETE FROM data.t${table.id} WHERE ${ended}`);
  }
  if (changes.updates || changes.inserts) {
    const values = storedColumns(table).map((column) => `${physicalName(column)}, `);
    const row = changes.inserts
      ? "CASE WHEN _action = 'I' THEN nextval('data.row_ids') ELSE _row END"
      : '_row';
    const born = changes.inserts ? `CASE WHEN _action = 'I' THEN ${version} ELSE _born END` : '_born';
    await transaction.run(
      `INSERT INTO data.t${table.id} (${columns}) SELECT ${values.join('')}${row}, ${born}, ${version} FROM ${changes.relation} WHERE _action <> 'D'`,
    );
  }
}

/** Ends all rows of a table; returns how many there were. */
export async function endAllRows(transaction: Transaction, table: TableRecord): Promise<number> {
  const version = await transaction.lockTable(table.id);
  const columns = storageColumns(table).join(', ');
  await transaction.run(
    `INSERT INTO data.h${table.id} (${columns}, _until) SELECT ${columns}, ${version} FROM data.t${table.id} WHERE _since <> ${version}`,
  );
  return transaction.run(`DELETE FROM data.t${table.id}`);
}
