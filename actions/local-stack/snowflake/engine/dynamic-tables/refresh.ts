import { parseQueryText } from '../../../../shared/sql/parse.ts';
import { duckType } from '../../../../shared/sql/types.ts';
import type { BoundQuery } from '../../bind/bound.ts';
import { bindQuery } from '../../bind/query.ts';
import { plainError } from '../../bind/scope.ts';
import { createBindContext } from '../bind-context.ts';
import { applyChanges } from '../dml/row-changes.ts';
import type { Run, Session } from '../session.ts';
import { physicalName, storedColumns } from '../tables/storage.ts';
import type { Transaction } from '../transaction.ts';
import { type RefreshTrigger, recordRefresh } from './refresh-history.ts';
import { type DynamicRecord, upstream } from './sources.ts';

/**
 * Brings a dynamic table up to date, after those that it reads. Rows that the query still gives stay the same rows, so
 * that a stream on the table shows only what changed. Source: docs.snowflake.com, "Understanding dynamic table refresh".
 */
export async function refreshDynamicTable(
  table: DynamicRecord,
  trigger: RefreshTrigger,
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<void> {
  // All locks before the first write: one taken later may renew the snapshot, and the rows kept so far are gone then.
  for (const id of chainOf(table, session).sort((a, b) => a - b)) await transaction.lockTable(id);
  await refreshChain(table, trigger, session, run, transaction);
}

/** The table and every dynamic table that it reads, by whatever way. */
function chainOf(table: DynamicRecord, session: Session): number[] {
  const found = new Set<number>();
  const pending = [table];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (found.has(next.id)) continue;
    found.add(next.id);
    pending.push(...upstream(next, session.engine.catalog));
  }
  return [...found];
}

async function refreshChain(
  table: DynamicRecord,
  trigger: RefreshTrigger,
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<void> {
  for (const source of upstream(table, session.engine.catalog)) {
    const current = transaction.current(source.id) as DynamicRecord;
    // Each once in a refresh: two that read one third see the same rows of it.
    if (current.dynamic.state === 'ACTIVE' && current.dynamic.dataTimestamp !== run.startedAt)
      await refreshChain(current, trigger, session, run, transaction);
  }
  const startedAt = session.engine.now();
  const counts = await replaceRows(table, session, run, transaction);
  const current = transaction.current(table.id) as DynamicRecord | undefined;
  const record = current ?? table;
  const isFirst = record.dynamic.dataTimestamp === null;
  await transaction.save({ ...record, dynamic: { ...record.dynamic, dataTimestamp: run.startedAt } });
  recordRefresh(session.engine, table, {
    state: 'SUCCEEDED',
    error: null,
    queryId: run.queryId,
    dataTimestamp: run.startedAt,
    startedAt,
    endedAt: session.engine.now(),
    ...counts,
    action: actionOf(table, isFirst, counts),
    trigger,
  });
}

function actionOf(
  { dynamic }: DynamicRecord,
  isFirst: boolean,
  { inserted, deleted }: { inserted: number; deleted: number },
): 'NO_DATA' | 'REINITIALIZE' | 'FULL' | 'INCREMENTAL' {
  if (isFirst) return 'REINITIALIZE';
  if (inserted + deleted === 0) return 'NO_DATA';
  return dynamic.refreshMode === 'FULL' ? 'FULL' : 'INCREMENTAL';
}

/** Ends the rows that the query does not give any more and adds those that are new, as many times as it gives them. */
async function replaceRows(
  table: DynamicRecord,
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<{ inserted: number; deleted: number }> {
  await transaction.lockTable(table.id);
  const bound = bindDefinition(table, session, run, transaction);
  const columns = storedColumns(table);
  if (bound.columns.length !== columns.length)
    throw plainError(
      '002057',
      '42601',
      `The query of Dynamic Table '${table.name}' gives ${bound.columns.length} columns now, ${columns.length} when it was created.`,
    );
  const names = columns.map(physicalName);
  const list = names.join(', ');
  const values = columns.map(
    (column, index) => `CAST(c${index + 1} AS ${duckType(column.type)}) AS ${names[index]}`,
  );
  const wanted = await transaction.keepRows(`SELECT ${values.join(', ')} FROM (${bound.sql}) AS q`);
  const current = `SELECT ${list} FROM data.t${table.id}`;
  const surplus = `SELECT ${list}, count(*) AS _surplus FROM (${current} EXCEPT ALL SELECT ${list} FROM ${wanted}) GROUP BY ALL`;
  const numbered = `SELECT *, row_number() OVER (PARTITION BY ${list} ORDER BY _row) AS _nth FROM data.t${table.id}`;
  const same = names.map((name) => `n.${name} IS NOT DISTINCT FROM s.${name}`).join(' AND ');
  const ended = `SELECT 'D' AS _action, n._row, n._born, ${names.map((name) => `n.${name}`).join(', ')} FROM (${numbered}) AS n JOIN (${surplus}) AS s ON ${same} WHERE n._nth <= s._surplus`;
  const added = `SELECT 'I' AS _action, NULL::BIGINT AS _row, NULL::BIGINT AS _born, ${list} FROM (SELECT ${list} FROM ${wanted} EXCEPT ALL ${current})`;
  const changes = await transaction.keepRows(`${ended} UNION ALL ${added}`);
  const [row] = await transaction.query(
    `SELECT count(*) FILTER (WHERE _action = 'I'), count(*) FILTER (WHERE _action = 'D') FROM ${changes}`,
  );
  const [inserted, deleted] = row!.map(Number);
  await applyChanges(transaction, table, {
    relation: changes,
    inserts: true,
    updates: false,
    deletes: true,
  });
  await transaction.dropKept(changes);
  await transaction.dropKept(wanted);
  return { inserted: inserted!, deleted: deleted! };
}

/** The query, in the table's own database and schema. */
export function bindDefinition(
  { dynamic: { queryText }, database, schema }: Pick<DynamicRecord, 'dynamic' | 'database' | 'schema'>,
  session: Session,
  run: Run,
  transaction?: Transaction,
): BoundQuery {
  const preparation = transaction === undefined ? {} : { transaction };
  const context = createBindContext(session, run, preparation).within(database!, schema!);
  return bindQuery(parseQueryText(queryText), context, { source: queryText });
}
