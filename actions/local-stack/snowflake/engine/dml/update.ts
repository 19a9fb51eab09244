import type { Expression, Identifier, Update } from '../../../../shared/sql/ast.ts';
import { compilationError, invalidIdentifier } from '../../../../shared/sql/snowflake-error.ts';
import type { Bound } from '../../bind/bound.ts';
import { bindCondition, bindExpression } from '../../bind/expression.ts';
import { addRelation, createScope, type Scope, type ScopeRelation } from '../../bind/scope.ts';
import { refuseIn } from '../../bind/select.ts';
import { bindTableExpression } from '../../bind/table.ts';
import type { TableRecord } from '../objects.ts';
import type { StatementResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { physicalName, storedColumns, targetRelation } from '../tables/storage.ts';
import { assign } from './assign.ts';
import { checkedRows } from './checked-rows.ts';
import { bindAndLock, countsResult, targetName, targetTable } from './dml.ts';
import { throwDuplicate } from './duplicate-row.ts';
import { isDefault } from './insert.ts';
import { columnNamed, defaultValue } from './insert-rows.ts';
import { canReplace, replaceRows } from './replace-rows.ts';
import { applyChanges } from './row-changes.ts';

/** UPDATE t SET … [FROM …] [WHERE …] */
export async function update(statement: Update, session: Session, run: Run): Promise<StatementResult> {
  return session.transact(async (transaction) => {
    const { table, sql } = await bindAndLock(statement, transaction, session, run, (context) => {
      const table = targetTable(statement.target, session, run);
      const { name, path } = targetName(table, statement.alias);
      const scope = createScope(context, { source: run.text });
      const target = addRelation(scope, name, targetRelation(table, session, run), path);
      const from = statement.from === null ? null : bindTableExpression(statement.from, scope);
      const values = bindSet(statement.set, table, name, scope);
      const where = statement.where === null ? null : bindCondition(statement.where, scope);
      refuseIn('where clause', scope.uses);
      const tables = [target.sql(), ...(from === null ? [] : [from.sql()])].join(', ');
      const condition = where === null ? '' : ` WHERE ${where.sql}`;
      const joined = from === null ? '1' : `count(*) OVER (PARTITION BY ${target.alias}._row)`;
      const nth = from === null ? '1' : `row_number() OVER (PARTITION BY ${target.alias}._row)`;
      const sql = `SELECT 'U' AS _action, ${target.alias}._row, ${target.alias}._born, ${newImage(table, target, values)}, ${joined} AS _joined, ${nth} AS _nth FROM ${tables}${condition}`;
      return {
        writes: [table],
        table,
        sql: checkedRows(table, `SELECT * FROM (${sql}) WHERE _nth = 1`, context),
      };
    });
    if (run.describeOnly) return updatedResult(0, 0);
    if (statement.from === null && canReplace(transaction, table, sql)) {
      const kinds = { inserts: false, updates: true, deletes: false };
      const replaced = await replaceRows(transaction, table, sql, kinds);
      if (replaced !== null) return updatedResult(replaced[1], 0);
      throw new Error(`an update of table ${table.id} without FROM has changed a row twice`);
    }
    const kept = await transaction.keepRows(sql);
    const [counts] = await transaction.query(
      `SELECT count(*), count(*) FILTER (WHERE _joined > 1), min(_row) FILTER (WHERE _joined > 1) FROM ${kept}`,
    );
    const [rows, joined, first] = counts!.map(Number);
    if (joined! > 0 && session.parameter('ERROR_ON_NONDETERMINISTIC_UPDATE') === 'true') {
      await throwDuplicate(transaction, table, first!);
    }
    await applyChanges(transaction, table, { relation: kept, inserts: false, updates: true, deletes: false });
    await transaction.dropKept(kept);
    return updatedResult(rows!, joined!);
  });
}

function updatedResult(rows: number, joined: number): StatementResult {
  return countsResult(
    { 'number of rows updated': rows, 'number of multi-joined rows updated': joined },
    'UPDATE',
    rows,
  );
}

/** The values of SET by column id. A column may be qualified by the target's name. */
export function bindSet(
  set: { column: Identifier[]; value: Expression }[],
  table: TableRecord,
  target: string,
  scope: Scope,
): Map<number, Bound> {
  const values = new Map<number, Bound>();
  for (const { column: parts, value } of set) {
    const name = parts.at(-1)!;
    const qualifier = parts.at(-2);
    if (qualifier !== undefined && qualifier.name !== target) {
      throw invalidIdentifier(parts.map((part) => part.name).join('.'), parts[0]!.start);
    }
    const column = columnNamed(table, name);
    if (values.has(column.id)) {
      throw compilationError('001003', '42000', `duplicate column name '${column.name}' in SET`, name.start);
    }
    const bound = isDefault(value)
      ? defaultValue(table, column, scope.context)
      : bindExpression(value, scope);
    values.set(column.id, assign(bound, column));
  }
  return values;
}

/** Every stored column by its physical name: the new value, else what the row has. */
function newImage(table: TableRecord, target: ScopeRelation, values: Map<number, Bound>): string {
  return storedColumns(table)
    .map((column) => {
      const name = physicalName(column);
      return `${values.get(column.id)?.sql ?? `${target.alias}.${name}`} AS ${name}`;
    })
    .join(', ');
}
