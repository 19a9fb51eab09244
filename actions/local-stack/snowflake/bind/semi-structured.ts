import type { ArrayLiteral, ObjectLiteral } from '../../../shared/sql/ast.ts';
import type { Bound } from './bound.ts';
import { bindFunction } from './call.ts';
import { literal } from './cast.ts';
import { bindExpression } from './expression.ts';
import type { Scope } from './scope.ts';
import { expandStar } from './star.ts';

/** `[a, b]` is ARRAY_CONSTRUCT(a, b). Source: docs.snowflake.com, "Semi-structured data types", ARRAY constants. */
export function bindArray(node: ArrayLiteral, scope: Scope): Bound {
  const items = node.items.map((item) => bindExpression(item, scope));
  return bindFunction('ARRAY_CONSTRUCT', items, node.items, node.start, scope);
}

/** `{'k': v}` is OBJECT_CONSTRUCT('k', v), `{*}` has the columns by their names. Source: the same page, OBJECT constants. */
export function bindObject(node: ObjectLiteral, scope: Scope): Bound {
  if (node.star !== null) {
    const columns = expandStar(node.star, scope);
    const values = columns.flatMap((column) => [literal(column.label), column.bind(scope)]);
    return bindFunction('OBJECT_CONSTRUCT', values, [], node.start, scope);
  }
  const args = node.entries.flatMap((entry) => [literal(entry.key), bindExpression(entry.value, scope)]);
  const nodes = node.entries.flatMap((entry) => [entry.value, entry.value]);
  return bindFunction('OBJECT_CONSTRUCT', args, nodes, node.start, scope);
}
