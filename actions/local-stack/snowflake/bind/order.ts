import type { Expression, OrderItem, Query } from '../../../shared/sql/ast.ts';
import { notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import type { Bound, BoundQuery } from './bound.ts';
import { cast, variantKey } from './cast.ts';
import { bindExpression } from './expression.ts';
import { LTZ } from './literal.ts';
import { createScope, nextRelationAlias, plainError, type Scope, type ScopeColumn } from './scope.ts';

/** ORDER BY, LIMIT and OFFSET of a query. */
export interface Tail {
  orderBy: Query['orderBy'];
  limit: bigint | null;
  offset: bigint | null;
}

export interface BoundOrder {
  bound: Bound;
  /** With direction and place of NULLs. */
  sql: string;
  nullsFirst: boolean;
}

export function tailSql(tail: Tail): string {
  const limit = tail.limit === null ? '' : ` LIMIT ${tail.limit}`;
  return tail.offset === null ? limit : `${limit} OFFSET ${tail.offset}`;
}

/** An item of a window's or WITHIN GROUP's ORDER BY. */
export function bindOrderItem(item: OrderItem, scope: Scope): BoundOrder {
  return orderBound(bindExpression(item.expression, scope), item);
}

/** NULLs are higher than any value: last ascending, first descending. Source: docs.snowflake.com, ORDER BY, usage notes. */
export function orderBound(
  bound: Bound,
  item: { descending: boolean; nulls: 'FIRST' | 'LAST' | null },
  sql = orderKey(bound),
): BoundOrder {
  const nulls = item.nulls ?? (item.descending ? 'FIRST' : 'LAST');
  return {
    bound,
    sql: `${sql} ${item.descending ? 'DESC' : 'ASC'} NULLS ${nulls}`,
    nullsFirst: nulls === 'FIRST',
  };
}

/** VARIANTs are ordered by value, not by the order of their JSON text. */
export function orderKey(bound: Bound): string {
  if (bound.type.name === 'TIMESTAMP_TZ') return cast(bound, LTZ).sql;
  return needsKey(bound) ? variantKey(bound).sql : bound.sql;
}
export function needsKey(bound: Bound): boolean {
  return bound.type.name === 'VARIANT' || bound.type.name === 'OBJECT' || bound.type.name === 'ARRAY';
}

/** `ORDER BY 2`: the 0-based index of the result column, or null when the item is no position. */
export function orderPosition(node: Expression, width: number): number | null {
  if (node.kind !== 'number') return null;
  const position = Number(node.text);
  if (Number.isInteger(position) && position >= 1 && position <= width) return position - 1;
  throw plainError('000979', '42601', `[${node.text}] is not a valid order by expression`, node.start);
}

/** Orders the result of a set operation, VALUES or a query in parentheses by its columns. */
export function orderOutput(query: BoundQuery, scope: Scope, tail: Tail): BoundQuery {
  const alias = nextRelationAlias(scope);
  const columns = query.columns.map(
    (column, index): ScopeColumn => ({
      ...column,
      sql: `${alias}.c${index + 1}`,
      relation: null,
      hidden: false,
    }),
  );
  const output = createScope(scope.context, { outer: scope, source: scope.source });
  output.columns = columns;
  output.relations = [{ name: null, path: [], alias, columns, sql: () => `(${query.sql}) AS ${alias}` }];
  const items = Array.isArray(tail.orderBy)
    ? tail.orderBy.map((item) => {
        const position = orderPosition(item.expression, columns.length);
        if (position === null) return bindOrderItem(item, output);
        return orderBound(columns[position]!, item);
      })
    : columns.map((column) => orderBound(column, tail.orderBy as { descending: boolean; nulls: null }));
  if (output.uses.windows.length > 0) {
    throw notSupportedHere('a window function in ORDER BY of a set operation', scopeStart(tail));
  }
  const list = columns.map((column, index) => `${column.sql} AS c${index + 1}`).join(', ');
  const order = items.length === 0 ? '' : ` ORDER BY ${items.map((item) => item.sql).join(', ')}`;
  return {
    sql: `SELECT ${list} FROM (${query.sql}) AS ${alias}${order}${tailSql(tail)}`,
    columns: query.columns,
  };
}

function scopeStart(tail: Tail): OrderItem['start'] | undefined {
  return Array.isArray(tail.orderBy) ? tail.orderBy[0]?.start : undefined;
}
