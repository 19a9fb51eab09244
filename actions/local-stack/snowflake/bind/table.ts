import type {
  DerivedTable,
  PipedResult,
  StageReference,
  TableAlias,
  TableExpression,
  TableReference,
} from '../../../shared/sql/ast.ts';
import type { Position } from '../../../shared/sql/position.ts';
import { invalidIdentifier, notSupportedHere, SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import type { Column } from '../../../shared/sql/types.ts';
import type { BoundQuery, RelationSource } from './bound.ts';
import { bindJoin } from './join.ts';
import { bindMatchRecognize } from './match-recognize.ts';
import { bindPivot, bindUnpivot } from './pivot.ts';
import { bindQueryIn } from './query.ts';
import { sampled } from './sample.ts';
import {
  createScope,
  findCommonTable,
  narrowed,
  nextRelationAlias,
  plainError,
  relationFrom,
  type Scope,
  type ScopeColumn,
  type ScopeRelation,
} from './scope.ts';
import { bindTableFunction } from './table-function.ts';

/** What a table expression puts in scope. `sql` is asked once every expression is bound. */
export interface Shape {
  relations: ScopeRelation[];
  /** For `*` and unqualified names, in order. */
  columns: ScopeColumn[];
  sql: () => string;
}

/**
 * Binds a FROM item and adds what it names to the scope: for UPDATE … FROM, DELETE … USING, MERGE. Call `sql()`
 * after the expressions over the scope are bound: it is what stands after FROM.
 */
export function bindTableExpression(table: TableExpression, scope: Scope): { sql: () => string } {
  const shape = bindTable(table, scope, null);
  scope.relations.push(...shape.relations);
  scope.columns.push(...shape.columns);
  return { sql: shape.sql };
}

/** `left` is what stands before it in FROM: lateral tables see it. */
export function bindTable(table: TableExpression, scope: Scope, left: Shape | null): Shape {
  switch (table.kind) {
    case 'table':
      return bindTableReference(table, scope);
    case 'derived':
      return bindDerived(table, scope, left);
    case 'tableFunction':
      return bindTableFunction(table, lateralScope(scope, left));
    case 'stage':
      return bindStage(table, scope);
    case 'join':
      return bindJoin(table, scope, left);
    case 'pivot':
      return bindPivot(table, scope, left);
    case 'unpivot':
      return bindUnpivot(table, scope, left);
    case 'matchRecognize':
      return bindMatchRecognize(table, scope, left);
    case 'pipedResult':
      return bindPipedResult(table, scope);
  }
}

/** What a lateral table sees: the tables before it, and what encloses the query. */
function lateralScope(scope: Scope, left: Shape | null): Scope {
  return narrowed(scope, left?.relations ?? [], left?.columns ?? []);
}

export function shapeOf(relation: ScopeRelation): Shape {
  return { relations: [relation], columns: relation.columns, sql: relation.sql };
}

function bindTableReference(table: TableReference, scope: Scope): Shape {
  const { name, alias } = table;
  const parts = name.kind === 'name' ? name.parts.map((part) => part.name) : [];
  const common = parts.length === 1 ? findCommonTable(scope, parts[0]!) : undefined;
  if (common !== undefined) {
    if (table.timeTravel !== null || table.changes !== null) {
      throw notSupportedHere('AT, BEFORE or CHANGES of a common table expression', table.start);
    }
    const source = sampled(
      { kind: 'relation', sql: common.sql, columns: common.columns },
      table.sample,
      scope,
    );
    return shapeOf(named(relationFrom(scope, alias?.name.name ?? parts[0]!, source), alias));
  }
  const found = parts.join('.') === 'DUAL' ? relationOrDual(table, scope) : scope.context.relation(table);
  const source = found.kind === 'view' ? expandView(found, scope, table.start) : found;
  const own = parts.at(-1) ?? null;
  const relation = relationFrom(
    scope,
    alias?.name.name ?? own,
    sampled(source, table.sample, scope),
    alias === null ? qualifiers(parts, scope) : [],
  );
  return shapeOf(named(relation, alias));
}

/** DUAL is one row without columns, unless there is a table of that name. */
function relationOrDual(table: TableReference, scope: Scope): RelationSource {
  try {
    return scope.context.relation(table);
  } catch (error) {
    if (error instanceof SnowflakeError && error.code === '002003') {
      return { kind: 'relation', sql: '(SELECT 1)', columns: [] };
    }
    throw error;
  }
}

/** Database and schema by which an unaliased table may be qualified. */
function qualifiers(parts: string[], scope: Scope): string[] {
  const { database, schema } = scope.context.session;
  const given = parts.slice(0, -1);
  const defaults = [database ?? '', schema ?? ''].slice(0, 2 - given.length);
  return [...defaults, ...given];
}

/** The view's query, bound where the view lives. What is wrong inside is reported as the view's failure. */
function expandView(
  view: Extract<RelationSource, { kind: 'view' }>,
  scope: Scope,
  position: Position,
): Extract<RelationSource, { kind: 'relation' }> {
  const { views } = scope.shared;
  if (views.includes(view.name)) {
    throw plainError('002037', '42601', `View definition for '${view.name}' is recursive.`, position);
  }
  views.push(view.name);
  try {
    const context = scope.context.within(view.database, view.schema);
    const inside = createScope(context, { source: view.source ?? '', shared: scope.shared });
    const bound = bindQueryIn(view.query, inside);
    const names = view.columns;
    if (names !== null && names.length !== bound.columns.length) {
      throw plainError(
        '002057',
        '42601',
        `View definition for '${view.name}' declared ${names.length} column(s), but view query produces ${bound.columns.length} column(s).`,
        position,
      );
    }
    return fromQuery(bound, names ?? undefined);
  } catch (error) {
    if (!(error instanceof SnowflakeError) || error.code === '999001' || error.code === '002057') throw error;
    throw new SnowflakeError(
      '002037',
      '42601',
      `SQL compilation error:\nFailure during expansion of view '${view.name}': ${error.message}`,
      { position, cause: error },
    );
  } finally {
    views.pop();
  }
}

/** A bound query as a relation. */
function fromQuery(query: BoundQuery, names?: string[]): Extract<RelationSource, { kind: 'relation' }> {
  return {
    kind: 'relation',
    sql: `(${query.sql})`,
    columns: query.columns.map((column: Column, index) => ({
      ...column,
      name: names?.[index] ?? column.name,
      sql: `c${index + 1}`,
    })),
  };
}

function bindDerived(table: DerivedTable, scope: Scope, left: Shape | null): Shape {
  // Without LATERAL a derived table sees what encloses the query, not its neighbours in FROM.
  const enclosing = (): Scope =>
    scope.outer ?? createScope(scope.context, { source: scope.source, shared: scope.shared });
  const query = bindQueryIn(table.query, table.lateral ? lateralScope(scope, left) : enclosing());
  const source = sampled(fromQuery(query), table.sample, scope);
  if (table.lateral && table.sample !== null)
    throw notSupportedHere('a sample of a lateral table', table.sample.start);
  const relation = relationFrom(scope, table.alias?.name.name ?? null, source);
  const { sql } = relation;
  const lateral = table.lateral ? () => `LATERAL ${sql()}` : sql;
  return shapeOf(named({ ...relation, sql: lateral }, table.alias));
}

/** @throws 000904 where no statement came before */
function bindPipedResult(table: PipedResult, scope: Scope): Shape {
  const source = scope.context.pipedResult(table.back);
  if (source === undefined || source.kind === 'view') throw invalidIdentifier(`$${table.back}`, table.start);
  return shapeOf(named(relationFrom(scope, table.alias?.name.name ?? null, source), table.alias));
}

function bindStage(table: StageReference, scope: Scope): Shape {
  const source = scope.context.stage(table);
  if (source.kind === 'view') throw notSupportedHere('a view over staged files', table.start);
  return shapeOf(named(relationFrom(scope, table.alias?.name.name ?? null, source), table.alias));
}

/** `AS t (a, b)`: the columns get the alias's names. */
export function named(relation: ScopeRelation, alias: TableAlias | null): ScopeRelation {
  if (alias === null || alias.columns.length === 0) return relation;
  const visible = relation.columns.filter((column) => !column.hidden);
  if (visible.length !== alias.columns.length) {
    throw plainError('002026', '42601', 'Invalid column definition list', alias.start);
  }
  visible.forEach((column, index) => {
    column.name = alias.columns[index]!.name;
  });
  return relation;
}

/** A relation of generated SQL (a table function's, a pivot's) with its columns named c1 … cn. */
export function generated(
  scope: Scope,
  name: string | null,
  columns: Column[],
  sql: () => string,
): ScopeRelation {
  const alias = nextRelationAlias(scope);
  return {
    name,
    path: [],
    alias,
    columns: columns.map((column, index) => ({
      ...column,
      sql: `${alias}.c${index + 1}`,
      relation: name,
      hidden: false,
    })),
    sql: () => `${sql()} AS ${alias}`,
  };
}
