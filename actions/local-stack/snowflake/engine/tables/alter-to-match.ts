import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { formatType } from '../../../../shared/sql/types.ts';
import type { TableRecord } from '../objects.ts';
import type { Run, Session } from '../session.ts';
import type { Transaction } from '../transaction.ts';
import { addColumn, changeType, dropColumn, setNotNull, withColumn } from './alter-columns.ts';

/**
 * CREATE OR ALTER TABLE: changes the table until it is as described, keeping its rows. What the description leaves
 * out is dropped or unset; a renamed column is one dropped and one added. New columns go to the end.
 * Source: docs.snowflake.com, CREATE OR ALTER TABLE.
 */
export async function alterToMatch(
  id: number,
  wanted: TableRecord,
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<void> {
  await transaction.lockTable(id);
  let table = transaction.current(id) as TableRecord;
  if (table.lifetime !== wanted.lifetime) {
    throw new SnowflakeError(
      '000002',
      '0A000',
      `SQL compilation error:\nUnsupported feature 'CREATE OR ALTER from ${table.lifetime} to ${wanted.lifetime}'.`,
    );
  }
  // First: DuckDB does not commit a table from which a column is dropped after one was added.
  for (const column of table.columns) {
    if (wanted.columns.some((other) => other.name === column.name)) continue;
    table = await dropColumn(table, column, transaction);
  }
  for (const column of wanted.columns) {
    const existing = table.columns.find((candidate) => candidate.name === column.name);
    if (existing === undefined) {
      table = await addColumn(table, column, session, run, transaction);
      continue;
    }
    const identity = JSON.stringify([existing.identity, existing.computed]);
    if (identity !== JSON.stringify([column.identity, column.computed])) {
      throw new SnowflakeError(
        '000002',
        '0A000',
        `SQL compilation error:\nUnsupported feature 'CREATE OR ALTER changing how column ${column.name} (${formatType(column.type)}) is generated'.`,
      );
    }
    table = await changeType(table, existing, column.type, transaction);
    const changed = table.columns.find((candidate) => candidate.id === existing.id)!;
    if (existing.nullable && !column.nullable) table = await setNotNull(table, changed, transaction);
    table = withColumn(table, {
      ...changed,
      nullable: column.nullable,
      default: column.default,
      comment: column.comment,
    });
  }
  const { constraints, clusterBy, comment, retentionDays, properties } = wanted;
  await transaction.save({
    ...table,
    constraints,
    clusterBy,
    comment,
    retentionDays,
    properties,
    changeTracking: table.changeTracking || wanted.changeTracking,
  });
}
