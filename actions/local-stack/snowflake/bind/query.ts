import type { Expression, Query, SetBody } from '../../../shared/sql/ast.ts';
import type { BoundQuery } from './bound.ts';
import { bindCommonTables } from './common-table.ts';
import type { BindContext } from './context.ts';
import { bindExpression } from './expression.ts';
import { orderOutput, type Tail, tailSql } from './order.ts';
import { createScope, plainError, type Scope } from './scope.ts';
import { bindSelect } from './select.ts';
import { bindSetOperation } from './set-operation.ts';
import { bindValues } from './values.ts';

/**
 * Binds a query to DuckDB SQL whose result columns are c1 … cn. `source` is the text that the query was parsed
 * from (labels of unnamed columns are cut from it); `outer` a scope whose names the query may also use.
 * @throws SnowflakeError as Snowflake's compiler would, or 999001 for what is not carried out here
 */
export function bindQuery(
  query: Query,
  context: BindContext,
  options: { source?: string; outer?: Scope | null } = {},
): BoundQuery {
  return bindQueryIn(query, createScope(context, options));
}

/** Binds a query inside another: what `outer` sees, the query sees. */
export function bindQueryIn(query: Query, outer: Scope): BoundQuery {
  const scope = createScope(outer.context, { outer, source: outer.source });
  const commonTables = bindCommonTables(query, scope);
  const tail: Tail = {
    orderBy: query.orderBy,
    limit: rowCount(query.limit, scope),
    offset: rowCount(query.offset, scope),
  };
  const body = bindBody(query.body, scope, tail);
  return commonTables === '' ? body : { sql: `${commonTables} ${body.sql}`, columns: body.columns };
}

const NO_TAIL: Tail = { orderBy: [], limit: null, offset: null };

/** A query without its WITH, ORDER BY and LIMIT, or with them as `tail`. */
export function bindBody(body: SetBody, scope: Scope, tail: Tail = NO_TAIL): BoundQuery {
  if (body.kind === 'select') return bindSelect(body, scope, tail);
  const bound =
    body.kind === 'setOperation'
      ? bindSetOperation(body, scope)
      : body.kind === 'values'
        ? bindValues(body, scope)
        : bindQueryIn(body, scope);
  const isOrdered = !Array.isArray(tail.orderBy) || tail.orderBy.length > 0;
  if (isOrdered) return orderOutput(bound, scope, tail);
  if (tail.limit === null && tail.offset === null) return bound;
  return { sql: `SELECT * FROM (${bound.sql}) AS ${'r0'}${tailSql(tail)}`, columns: bound.columns };
}

/** The constant of LIMIT, OFFSET, TOP; null for none and for NULL. */
export function rowCount(node: Expression | null, scope: Scope): bigint | null {
  if (node === null) return null;
  const { constant } = bindExpression(node, scope);
  if (constant === null) return null;
  const text = String(constant);
  if (constant === undefined || !/^\d+$/.test(text)) {
    throw plainError(
      '001008',
      '22023',
      `invalid value [${scope.source.slice(node.start.offset, node.end)}] for parameter 'LIMIT'`,
      node.start,
    );
  }
  return BigInt(text);
}
