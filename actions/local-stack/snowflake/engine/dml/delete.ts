import type { Delete, Truncate } from '../../../../shared/sql/ast.ts';
import { bindCondition } from '../../bind/expression.ts';
import { addRelation, createScope } from '../../bind/scope.ts';
import { refuseIn } from '../../bind/select.ts';
import { bindTableExpression } from '../../bind/table.ts';
import { resolveName } from '../names.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { targetRelation } from '../tables/storage.ts';
import { bindAndLock, countsResult, targetName, targetTable } from './dml.ts';
import { applyChanges, endAllRows } from './row-changes.ts';

/** DELETE FROM t [USING …] [WHERE …] */
export async function deleteRows(statement: Delete, session: Session, run: Run): Promise<StatementResult> {
  return session.transact(async (transaction) => {
    const { table, sql } = await bindAndLock(statement, transaction, session, run, (context) => {
      const table = targetTable(statement.target, session, run);
      const { name, path } = targetName(table, statement.alias);
      const scope = createScope(context, { source: run.text });
      const target = addRelation(scope, name, targetRelation(table, session, run), path);
      const using = statement.using === null ? null : bindTableExpression(statement.using, scope);
      const where = statement.where === null ? null : bindCondition(statement.where, scope);
      refuseIn('where clause', scope.uses);
      // Rows that a row access policy hides stay.
      const all = using === null && where === null && table.rowAccessPolicy === undefined;
      if (all) return { writes: [table], table, sql: null };
      const tables = [target.sql(), ...(using === null ? [] : [using.sql()])].join(', ');
      const condition = where === null ? '' : ` WHERE ${where.sql}`;
      const distinct = using === null ? '' : 'DISTINCT ';
      const sql = `SELECT ${distinct}'D' AS _action, ${target.alias}._row FROM ${tables}${condition}`;
      return { writes: [table], table, sql };
    });
    if (run.describeOnly) return deletedResult(0);
    if (sql === null) return deletedResult(await endAllRows(transaction, table));
    const kept = await transaction.keepRows(sql);
    const [count] = await transaction.query(`SELECT count(*) FROM ${kept}`);
    await applyChanges(transaction, table, { relation: kept, inserts: false, updates: false, deletes: true });
    await transaction.dropKept(kept);
    return deletedResult(Number(count![0]));
  });
}

function deletedResult(rows: number): StatementResult {
  return countsResult({ 'number of rows deleted': rows }, 'DELETE', rows);
}

/** TRUNCATE TABLE [IF EXISTS]: the rows end, and the files that were loaded may be loaded again. */
export async function truncate(statement: Truncate, session: Session, run: Run): Promise<StatementResult> {
  if (statement.ifExists) {
    const name = resolveName(statement.target, session, run);
    const found = session.engine.catalog.find(['TABLE'], name.database, name.schema, name.name, session.id);
    if (found === undefined) return statusResult('Statement executed successfully.');
  }
  return session.transact(async (transaction) => {
    const { table } = await bindAndLock(statement, transaction, session, run, () => {
      const table = targetTable(statement.target, session, run);
      return { writes: [table], table };
    });
    if (!run.describeOnly) {
      await endAllRows(transaction, table);
      await transaction.run(`DELETE FROM catalog.loads WHERE table_id = ${table.id}`);
    }
    return statusResult('Statement executed successfully.');
  });
}
