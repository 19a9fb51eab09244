import type { MultiInsert } from '../../../../shared/sql/ast.ts';
import type { Bound } from '../../bind/bound.ts';
import { bindCondition, bindExpression } from '../../bind/expression.ts';
import { bindQuery } from '../../bind/query.ts';
import { addRelation, createScope } from '../../bind/scope.ts';
import type { StatementResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { bindAndLock, countsResult, targetTable } from './dml.ts';
import { isDefault } from './insert.ts';
import { defaultValue, insertRows, requireWidth, targetColumns } from './insert-rows.ts';
import { endAllRows } from './row-changes.ts';

/** INSERT [OVERWRITE] ALL | FIRST: the rows of one query into several tables, by conditions. */
export async function multiInsert(
  statement: MultiInsert,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  return session.transact(async (transaction) => {
    const bound = await bindAndLock(statement, transaction, session, run, (context) => {
      const source = bindQuery(statement.source, context, { source: run.text });
      const scope = createScope(context, { source: run.text });
      const { alias } = addRelation(scope, null, {
        kind: 'relation',
        sql: 'source',
        columns: source.columns.map((column, index) => ({ ...column, sql: `c${index + 1}` })),
      });
      const earlier: string[] = [];
      const inserts = statement.branches.flatMap((branch) => {
        const conditions = [];
        if (branch.otherwise || (statement.first && branch.when !== null)) conditions.push(...earlier);
        if (branch.when !== null) {
          const when = bindCondition(branch.when, scope).sql;
          conditions.push(`coalesce(${when}, false)`);
          earlier.push(`NOT coalesce(${when}, false)`);
        }
        const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
        return branch.into.map((into) => {
          const table = targetTable(into.target, session, run);
          const targets = targetColumns(table, into.columns);
          const values = into.values.map((value, index): Bound => {
            const target = targets[index];
            return isDefault(value) && target !== undefined
              ? defaultValue(table, target, context)
              : bindExpression(value, scope);
          });
          if (values.length === 0) values.push(...scope.columns);
          requireWidth(targets.length, values.length);
          return { table, targets, values, where };
        });
      });
      return { writes: inserts.map(({ table }) => table), source, alias, inserts, context };
    });
    const { inserts, source, alias, context } = bound;
    const counts: Record<string, number> = {};
    for (const { table } of inserts) counts[`number of rows inserted into ${table.name}`] = 0;
    if (run.describeOnly) return countsResult(counts, 'MULTI_INSERT', 0);
    const kept = await transaction.keepRows(source.sql);
    if (statement.overwrite) {
      for (const table of new Set(bound.writes)) await endAllRows(transaction, table);
    }
    let total = 0;
    for (const { table, targets, values, where } of inserts) {
      const select = values.map((value, index) => `${value.sql} AS c${index + 1}`).join(', ');
      const columns = values.map(({ type }) => ({ name: '', type, nullable: true }));
      const sql = `SELECT ${select} FROM ${kept} AS ${alias}${where}`;
      const rows = await insertRows(transaction, table, { sql, columns }, targets, context);
      counts[`number of rows inserted into ${table.name}`]! += rows;
      total += rows;
    }
    await transaction.dropKept(kept);
    return countsResult(counts, 'MULTI_INSERT', total);
  });
}
