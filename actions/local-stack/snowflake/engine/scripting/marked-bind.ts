import type { Expression } from '../../../../shared/sql/ast.ts';
import type { Node } from '../../../../shared/sql/position.ts';

/** Stands before the name of a bind that means a variable of the block around: no name that can be written begins so. */
export const MARK = '\0';

export function isBind(node: Node & { kind?: string }): node is Extract<Expression, { kind: 'bind' }> {
  return node.kind === 'bind';
}
