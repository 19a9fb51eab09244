import type { Expression } from '../../../../shared/sql/ast.ts';
import { parseExpressionText } from '../../../../shared/sql/parse.ts';
import { notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { walk } from '../../../../shared/sql/walk.ts';
import type { BindContext } from '../../bind/context.ts';
import { bindCondition } from '../../bind/expression.ts';
import { raise } from '../../bind/runtime-error.ts';
import { addRelation, createScope } from '../../bind/scope.ts';
import { createBindContext } from '../bind-context.ts';
import { formatName } from '../names.ts';
import type { TableColumn, TableConstraint, TableRecord } from '../objects.ts';
import type { Run, Session } from '../session.ts';
import type { Transaction } from '../transaction.ts';
import { physicalName, storedColumns } from './storage.ts';

/**
 * A CHECK constraint's condition over the physical columns. Where it is not known the row passes.
 * Source: docs.snowflake.com, "Overview of constraints": CHECK is enforced by standard tables.
 * @throws SnowflakeError where it names a column that the table does not store
 */
export function checkCondition(
  condition: Expression,
  source: string,
  columns: readonly TableColumn[],
  context: BindContext,
): string {
  const scope = createScope(context, { source });
  const { alias } = addRelation(scope, null, {
    kind: 'relation',
    sql: 'this',
    columns: columns
      .filter((column) => column.computed === null)
      .map((column) => ({ ...column, sql: physicalName(column) })),
  });
  const { sql } = bindCondition(condition, scope);
  return sql.replaceAll(new RegExp(`\\b${alias}\\.(?=c\\d)`, 'g'), '');
}

/** The names of the columns that a condition reads. A query in it is refused. */
export function checkedColumns(condition: Expression): string[] {
  const names = new Set<string>();
  walk(condition, (node) => {
    if (node.kind === 'query') throw notSupportedHere('a query in a CHECK constraint', node.start);
    if (node.kind === 'column')
      names.add((node as Extract<Expression, { kind: 'column' }>).parts.at(-1)!.name);
    return undefined;
  });
  return [...names];
}

/**
 * `WHEN … THEN` for a CASE over new rows, one for each CHECK constraint. Snowflake documents that the statement
 * fails, not the number it fails with: 999003 is the local server's own.
 */
export function checkFailures(table: TableRecord, context: BindContext): string[] {
  const within = context.within(table.database!, table.schema!);
  return table.constraints.flatMap(({ name, check }) => {
    if (check === undefined) return [];
    const condition = checkCondition(parseExpressionText(check), check, table.columns, within);
    const message = `CHECK constraint '${name}' of table '${formatName(table)}' is violated: ${check}`;
    return [`WHEN NOT (${condition}) THEN ${raise('999003', '23513', message)}`];
  });
}

/** A constraint that is added to a table holds for the rows that are there, unless NOVALIDATE. */
export async function requireRowsPass(
  table: TableRecord,
  added: TableConstraint[],
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<void> {
  const checked = added.filter((one) => !(one.properties ?? []).some((word) => /\bNOVALIDATE$/.test(word)));
  const failures = checkFailures({ ...table, constraints: checked }, createBindContext(session, run));
  if (failures.length === 0) return;
  const [first] = storedColumns(table);
  await transaction.query(
    `SELECT count(CASE ${failures.join(' ')} ELSE ${physicalName(first!)} END) FROM data.t${table.id}`,
  );
}

/** Refuses to change a column that a CHECK constraint reads: what becomes of the condition is not known. */
export function requireUnchecked(table: TableRecord, column: string, change: string): void {
  const found = table.constraints.find((one) => one.type === 'CHECK' && one.columns.includes(column));
  if (found !== undefined) throw notSupportedHere(`${change} that CHECK constraint ${found.name} reads`);
}
