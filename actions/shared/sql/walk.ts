import type { Node } from './position.ts';

/** A node of any kind; those without a `kind` of their own (identifiers, types, select items, …) have none. */
export type AnyNode = Node & { kind?: string };

/**
 * Visits the node and everything below it, parents first, in the order of the fields. `visit` returns false
 * to leave out what is below. Does not recurse, so that a chain of a thousand ORs is no deeper than one.
 */
export function walk(root: AnyNode, visit: (node: AnyNode) => boolean | undefined): void {
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value) && isNode(value) && visit(value) === false) continue;
    const below = Array.isArray(value) ? value : Object.values(value);
    for (let index = below.length - 1; index >= 0; index--) {
      const child = below[index];
      if (typeof child === 'object' && child !== null) pending.push(child);
    }
  }
}

function isNode(value: object): value is AnyNode {
  return 'end' in value && typeof value.end === 'number' && 'start' in value;
}
