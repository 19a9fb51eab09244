import type { Query } from '../../../../shared/sql/ast.ts';
import { plainError } from '../../bind/scope.ts';

/**
 * A materialized view reads one table, without joins, windows, HAVING, ORDER BY, LIMIT, and does not nest.
 * @throws SnowflakeError 002314 for what it cannot have. Source: docs.snowflake.com, "Limitations on creating
 * materialized views".
 */
export function requireMaterializable(query: Query): void {
  const { body } = query;
  const refuse = (what: string): Error =>
    plainError('002314', '42601', `Invalid materialized view definition. ${what}`, query.start);
  if (query.with.length > 0) throw refuse('Common table expressions are not allowed.');
  if (!Array.isArray(query.orderBy) || query.orderBy.length > 0) throw refuse('ORDER BY is not allowed.');
  if (query.limit !== null || query.offset !== null) throw refuse('LIMIT is not allowed.');
  if (body.kind !== 'select') throw refuse('Set operators are not allowed.');
  if (body.top !== null) throw refuse('TOP is not allowed.');
  if (body.having !== null) throw refuse('HAVING is not allowed.');
  if (body.qualify !== null) throw refuse('Window functions are not allowed.');
  if (body.from === null || body.from.kind === 'join')
    throw refuse('More than one table referenced in the view definition');
  if (body.from.kind === 'derived') throw refuse('Subqueries are not allowed.');
}
