import type { Expression } from '../../../shared/sql/ast.ts';
import { notSupportedHere } from '../../../shared/sql/snowflake-error.ts';

/**
 * The items of a list with each `** [a, b]` replaced by the items of its array.
 * Source: docs.snowflake.com, "Expansion operators".
 */
export function spread(nodes: Expression[]): Expression[] {
  return nodes.flatMap((node) => {
    if (node.kind !== 'unary' || node.operator !== '**') return [node];
    if (node.operand.kind !== 'array')
      throw notSupportedHere('** of anything but an array constant', node.start);
    return node.operand.items;
  });
}
