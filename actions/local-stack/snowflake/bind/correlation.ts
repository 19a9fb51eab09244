import type { Expression, Query } from '../../../shared/sql/ast.ts';
import { plainError, type Scope } from './scope.ts';

/**
 * Snowflake evaluates a correlated scalar subquery only when it can make a join of it: the enclosing query's columns
 * stand in equalities of WHERE, and there is no LIMIT. Anything else is 002031.
 * Source: docs.snowflake.com, "Working with subqueries", limitations; the message as accounts report it.
 */
export function checkCorrelation(query: Query, scope: Scope, referencesBefore: number): void {
  const enclosing = new Set<Scope>();
  for (let at: Scope | null = scope; at !== null; at = at.outer) enclosing.add(at);
  const correlated = scope.shared.references
    .slice(referencesBefore)
    // What an alias stands for is bound where the alias is defined, outside the subquery.
    .filter(
      ({ owner, offset }) => enclosing.has(owner) && offset >= query.start.offset && offset < query.end,
    );
  if (correlated.length === 0) return;
  if (query.body.kind === 'select' && query.body.from === null) return;
  const isLimited =
    query.limit !== null ||
    query.offset !== null ||
    (query.body.kind === 'select' && query.body.top !== null);
  const equalities = equalitiesOf(query);
  const isEqual = correlated.every(({ offset }) =>
    equalities.some((one) => one.start.offset <= offset && offset < one.end),
  );
  if (isEqual && !isLimited) return;
  throw plainError('002031', '42601', 'Unsupported subquery type cannot be evaluated', query.start);
}

/** The equalities among the conditions of every WHERE in the query. */
function equalitiesOf(node: unknown): Expression[] {
  if (typeof node !== 'object' || node === null) return [];
  if (Array.isArray(node)) return node.flatMap(equalitiesOf);
  const fields = node as Record<string, unknown>;
  const own = fields.kind === 'select' && fields.where !== null ? conjuncts(fields.where as Expression) : [];
  const found = own.filter((one) => one.kind === 'binary' && one.operator === '=');
  return [...found, ...Object.values(fields).flatMap(equalitiesOf)];
}

function conjuncts(node: Expression): Expression[] {
  if (node.kind !== 'binary' || node.operator !== 'AND') return [node];
  return [...conjuncts(node.left), ...conjuncts(node.right)];
}
