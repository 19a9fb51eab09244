import type { Merge, MergeClause } from '../../../../shared/sql/ast.ts';
import type { Bound } from '../../bind/bound.ts';
import type { BindContext } from '../../bind/context.ts';
import { bindCondition, bindExpression } from '../../bind/expression.ts';
import {
  addRelation,
  createScope,
  narrowed,
  plainError,
  type Scope,
  type ScopeRelation,
} from '../../bind/scope.ts';
import { refuseIn } from '../../bind/select.ts';
import { bindTableExpression } from '../../bind/table.ts';
import type { TableRecord } from '../objects.ts';
import type { StatementResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { physicalName, storedColumns, targetRelation } from '../tables/storage.ts';
import type { Transaction } from '../transaction.ts';
import { assign } from './assign.ts';
import { checkedRows } from './checked-rows.ts';
import { bindAndLock, countsResult, targetName, targetTable } from './dml.ts';
import { throwDuplicate } from './duplicate-row.ts';
import { isDefault } from './insert.ts';
import { defaultValue, requireWidth, targetColumns } from './insert-rows.ts';
import { canReplace, replaceRows } from './replace-rows.ts';
import { applyChanges, type RowChanges } from './row-changes.ts';
import { bindSet } from './update.ts';

/** MERGE INTO t USING s ON … WHEN [NOT] MATCHED [AND …] THEN …: the first clause that applies to a pair of rows wins. */
export async function merge(statement: Merge, session: Session, run: Run): Promise<StatementResult> {
  return session.transact(async (transaction) => {
    const bind = () =>
      bindAndLock(statement, transaction, session, run, (context) => {
        const table = targetTable(statement.target, session, run);
        return { writes: [table], table, sql: mergeSql(statement, table, context, session, run) };
      });
    let { table, sql } = await bind();
    const has = (action: 'I' | 'U' | 'D'): boolean =>
      statement.clauses.some((clause) => actionOf(clause) === action);
    const kinds = { inserts: has('I'), updates: has('U'), deletes: has('D') };
    if (run.describeOnly) return mergedResult(kinds, [0, 0, 0]);
    if (canReplace(transaction, table, sql)) {
      const replaced = await replaceRows(transaction, table, sql, kinds);
      if (replaced !== null) return mergedResult(kinds, replaced);
      await transaction.recover();
      // What others have committed meanwhile is in view now.
      ({ table, sql } = await bind());
    }
    let kept = await transaction.keepRows(sql);
    if (kinds.updates) kept = await onePerRow(kept, table, session, transaction);
    const [counts] = await transaction.query(
      `SELECT count(*) FILTER (WHERE _action = 'I'), count(*) FILTER (WHERE _action = 'U'), count(DISTINCT _row) FILTER (WHERE _action = 'D') FROM ${kept}`,
    );
    await applyChanges(transaction, table, { relation: kept, ...kinds });
    await transaction.dropKept(kept);
    return mergedResult(kinds, counts!.map(Number));
  });
}

/** Only the counts of what the statement may do. Source: docs.snowflake.com, MERGE, Examples. */
function mergedResult(kinds: Omit<RowChanges, 'relation'>, counts: number[]): StatementResult {
  const [inserted = 0, updated = 0, deleted = 0] = counts;
  return countsResult(
    {
      ...(kinds.inserts ? { 'number of rows inserted': inserted } : {}),
      ...(kinds.updates ? { 'number of rows updated': updated } : {}),
      ...(kinds.deletes ? { 'number of rows deleted': deleted } : {}),
    },
    'MERGE',
    inserted + updated + deleted,
  );
}

function actionOf(clause: MergeClause): 'I' | 'U' | 'D' {
  if (clause.action === 'delete') return 'D';
  return clause.action === 'update' || clause.action === 'updateAllByName' ? 'U' : 'I';
}

/** SQL of the rows to change, in the shape of `RowChanges`. */
function mergeSql(
  statement: Merge,
  table: TableRecord,
  context: BindContext,
  session: Session,
  run: Run,
): string {
  const { name, path } = targetName(table, statement.alias);
  const scope = createScope(context, { source: run.text });
  const target = addRelation(scope, name, targetRelation(table, session, run), path);
  const [relations, columns] = [scope.relations.length, scope.columns.length];
  const source = bindTableExpression(statement.source, scope);
  const sourceScope = narrowed(scope, scope.relations.slice(relations), scope.columns.slice(columns));
  const on = bindCondition(statement.on, scope);
  const matched = `${target.alias}._row IS NOT NULL`;
  const clauses = statement.clauses.map((clause) => {
    const visible = clause.matched ? scope : sourceScope;
    const when = [clause.matched ? matched : `NOT (${matched})`];
    if (clause.condition !== null) when.push(bindCondition(clause.condition, visible).sql);
    return {
      action: actionOf(clause),
      when: when.join(' AND '),
      values: clauseValues(clause, table, name, scope, sourceScope),
    };
  });
  refuseIn('where clause', scope.uses);
  refuseIn('where clause', sourceScope.uses);
  const action = clauses.map(({ when, action }) => `WHEN ${when} THEN '${action}'`).join(' ');
  const image = storedColumns(table).map((column) => {
    const physical = physicalName(column);
    const old = `${target.alias}.${physical}`;
    const cases = clauses.map(({ when, values }) => `WHEN ${when} THEN ${values.get(column.id)?.sql ?? old}`);
    return `CASE ${cases.join(' ')} END AS ${physical}`;
  });
  const join = statement.clauses.some((clause) => !clause.matched) ? 'LEFT JOIN' : 'JOIN';
  const pairs = `SELECT CASE ${action} END AS _action, ${rowOf(target)}, ${image.join(', ')} FROM ${source.sql()} ${join} ${target.sql()} ON ${on.sql}`;
  return checkedRows(table, `SELECT * FROM (${pairs}) WHERE _action IS NOT NULL`, context, "_action = 'D'");
}

function rowOf(target: ScopeRelation): string {
  return `${target.alias}._row, ${target.alias}._born`;
}

/** What a clause writes, by column id: some columns for an update, all for an insert. */
function clauseValues(
  clause: MergeClause,
  table: TableRecord,
  target: string,
  scope: Scope,
  source: Scope,
): Map<number, Bound> {
  switch (clause.action) {
    case 'delete':
      return new Map();
    case 'update':
      return bindSet(clause.set, table, target, scope);
    case 'updateAllByName':
    case 'insertAllByName':
      return allByName(clause, table, source);
    case 'insert': {
      const targets = targetColumns(table, clause.columns);
      requireWidth(targets.length, clause.values.length);
      const values = new Map<number, Bound>();
      for (const column of storedColumns(table)) {
        const value = clause.values[targets.findIndex((one) => one.id === column.id)];
        values.set(
          column.id,
          value === undefined || isDefault(value)
            ? defaultValue(table, column, scope.context)
            : assign(bindExpression(value, source), column),
        );
      }
      return values;
    }
  }
}

/** Source and target have the same column names, in any order. Source: docs.snowflake.com, MERGE, ALL BY NAME. */
function allByName(clause: MergeClause, table: TableRecord, source: Scope): Map<number, Bound> {
  const given = source.columns.filter((column) => !column.hidden);
  const stored = storedColumns(table);
  const values = new Map<number, Bound>();
  for (const column of stored) {
    const found = given.filter((candidate) => candidate.name === column.name);
    if (found.length === 1) values.set(column.id, assign(found[0]!, column));
  }
  if (values.size !== stored.length || given.length !== stored.length) {
    throw plainError(
      '002020',
      '21S01',
      `ALL BY NAME needs the same column names in the source and in table '${table.name}'`,
      clause.start,
    );
  }
  return values;
}

/**
 * Refuses a row that would be updated more than once, or updated and deleted; without
 * ERROR_ON_NONDETERMINISTIC_MERGE one of its changes is taken.
 */
async function onePerRow(
  kept: string,
  table: TableRecord,
  session: Session,
  transaction: Transaction,
): Promise<string> {
  // Counting the rows of the target is several times cheaper than grouping the changes, which seldom repeat.
  const [counts] = await transaction.query(
    `SELECT (SELECT count(_row) FROM ${kept}) = (SELECT count(*) FROM data.t${table.id} WHERE _row IN (SELECT _row FROM ${kept}))`,
  );
  if (counts![0] === true) return kept;
  const [twice] = await transaction.query(
    `SELECT _row FROM ${kept} WHERE _row IS NOT NULL GROUP BY _row HAVING count(*) > 1 AND bool_or(_action = 'U') LIMIT 1`,
  );
  if (twice === undefined) return kept;
  if (session.parameter('ERROR_ON_NONDETERMINISTIC_MERGE') === 'true')
    await throwDuplicate(transaction, table, Number(twice[0]));
  const one = await transaction.keepRows(
    `SELECT * FROM ${kept} QUALIFY _row IS NULL OR row_number() OVER (PARTITION BY _row) = 1`,
  );
  await transaction.dropKept(kept);
  return one;
}
