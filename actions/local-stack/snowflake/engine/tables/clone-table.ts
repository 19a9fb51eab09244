import type { TimeTravel } from '../../../../shared/sql/ast.ts';
import type { TableRecord } from '../objects.ts';
import type { Run, Session } from '../session.ts';
import type { Transaction } from '../transaction.ts';
import { createIdentity, createStorage, identityName, rowsAt, storageColumns } from './storage.ts';
import { checkedVersion, pointVersion } from './time-travel.ts';

/**
 * Copies a table's rows, now or at a point in the past, into the storage of its clone. The clone's history begins
 * with the cloning. Source: docs.snowflake.com, "Cloning considerations".
 */
export async function cloneTable(
  source: TableRecord,
  clone: TableRecord,
  timeTravel: TimeTravel | null,
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<void> {
  for (const sql of createStorage({
    ...clone,
    columns: clone.columns.map((column) => ({ ...column, identity: null })),
  }))
    await transaction.run(sql);
  for (const column of clone.columns) {
    if (column.identity === null) continue;
    const start = await nextIdentity(source, column, transaction);
    await transaction.run(createIdentity(clone, { ...column, identity: { ...column.identity, start } }));
  }
  const columns = storageColumns(clone).join(', ');
  const rows =
    timeTravel === null
      ? `SELECT ${columns} FROM data.t${source.id}`
      : rowsAt(
          source,
          checkedVersion(pointVersion(timeTravel, source, session, run, { transaction }), source, session),
        );
  // Its own version, above those of the rows that it got: a stream on the clone shows none of them.
  await transaction.lockTable(clone.id);
  await transaction.run(`INSERT INTO data.t${clone.id} (${columns}) ${rows}`);
}

/** What the source's AUTOINCREMENT column would give next. */
async function nextIdentity(
  table: TableRecord,
  column: TableRecord['columns'][number],
  transaction: Transaction,
): Promise<number> {
  const name = identityName(table, column).replace('data.', '');
  const [row] = await transaction.query(
    `SELECT coalesce(last_value + increment_by, start_value) FROM duckdb_sequences() WHERE schema_name = 'data' AND sequence_name = '${name}'`,
  );
  return Number(row?.[0] ?? column.identity!.start);
}
