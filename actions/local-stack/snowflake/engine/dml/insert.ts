import type { Expression, Insert, Query, Values } from '../../../../shared/sql/ast.ts';
import type { BoundQuery } from '../../bind/bound.ts';
import { cast, unifyTypes } from '../../bind/cast.ts';
import type { BindContext } from '../../bind/context.ts';
import { bindExpression } from '../../bind/expression.ts';
import { bindQuery } from '../../bind/query.ts';
import { createScope } from '../../bind/scope.ts';
import type { TableColumn, TableRecord } from '../objects.ts';
import type { StatementResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { assign } from './assign.ts';
import { insertFromBindRows } from './bind-rows.ts';
import { bindAndLock, countsResult, targetTable } from './dml.ts';
import { defaultValue, insertRows, requireWidth, targetColumns } from './insert-rows.ts';

/** INSERT [OVERWRITE] INTO … VALUES | SELECT */
export async function insert(statement: Insert, session: Session, run: Run): Promise<StatementResult> {
  if (run.bindRows !== undefined) {
    const { bindRows, ...rest } = run;
    const { statement: several, binds } = insertFromBindRows(statement, bindRows);
    return insert(several, session, { ...rest, binds });
  }
  return session.transact(async (transaction) => {
    const bound = await bindAndLock(statement, transaction, session, run, (context) => {
      const table = targetTable(statement.target, session, run);
      const targets = targetColumns(table, statement.columns);
      const source = bindSource(statement.source, table, targets, context, run);
      requireWidth(targets.length, source.columns.length);
      return { writes: [table], table, targets, source, context };
    });
    if (run.describeOnly) return insertedResult(0);
    const { table, targets, source, context } = bound;
    const { overwrite } = statement;
    return insertedResult(await insertRows(transaction, table, source, targets, context, { overwrite }));
  });
}

function insertedResult(rows: number): StatementResult {
  return countsResult({ 'number of rows inserted': rows }, 'INSERT', rows);
}

function bindSource(
  source: Query,
  table: TableRecord,
  targets: TableColumn[],
  context: BindContext,
  run: Run,
): BoundQuery {
  const { body } = source;
  const isBare = source.with.length === 0 && source.limit === null && source.offset === null;
  if (body.kind === 'values' && isBare && Array.isArray(source.orderBy) && source.orderBy.length === 0) {
    return bindRows(body, table, targets, context, run);
  }
  return bindQuery(source, context, { source: run.text });
}

/** VALUES of an INSERT: DEFAULT stands for a column's default; a column's values have one type, as in any VALUES. */
function bindRows(
  values: Values,
  table: TableRecord,
  targets: TableColumn[],
  context: BindContext,
  run: Run,
): BoundQuery {
  const scope = createScope(context, { source: run.text });
  for (const row of values.rows) requireWidth(targets.length, row.length);
  const columns = targets.map((target, index) => {
    const bounds = values.rows.map((row) =>
      isDefault(row[index]!) ? null : bindExpression(row[index]!, scope),
    );
    const given = bounds.filter((bound) => bound !== null);
    // Texts and numbers of different sizes need no common type.
    const mixed = new Set(given.map((bound) => bound.type.name).filter((name) => name !== 'NULL')).size > 1;
    const common = mixed ? unifyTypes(given.map((bound) => bound.type)) : null;
    return bounds.map((bound) => {
      if (bound === null) return defaultValue(table, target, context);
      return assign(common === null ? bound : cast(bound, common), target);
    });
  });
  const rows = values.rows.map((_, row) => `(${columns.map((column) => column[row]!.sql).join(', ')})`);
  const names = targets.map((_, index) => `c${index + 1}`).join(', ');
  return {
    sql: `SELECT * FROM (VALUES ${rows.join(', ')}) AS v(${names})`,
    columns: targets.map(({ name, type, nullable }) => ({ name, type, nullable })),
  };
}

/** The word DEFAULT in a list of values. */
export function isDefault(node: Expression): boolean {
  return (
    node.kind === 'column' &&
    node.parts.length === 1 &&
    node.parts[0]!.name === 'DEFAULT' &&
    !node.parts[0]!.quoted
  );
}
