import type { Statement } from '../../shared/sql/ast.ts';
import type { Definitions } from '../drift/definitions.ts';
import { lineDiff } from '../drift/line-diff.ts';
import { normaliseLines } from '../drift/normalise.ts';
import type { PlannedStatement } from './plan-effects.ts';
import { treeOf } from './statement-effect.ts';

/**
 * How a statement that makes an object anew changes its definition: from the object's GET_DDL (`-`) to the statement
 * (`+`). Of a view the query alone. Empty for an object that there is not yet, and for no change.
 */
export function objectDiff(
  { kind, tree, statement, objects }: PlannedStatement,
  live: Definitions,
): string[] {
  const object = objects[0];
  if (
    (kind !== 'replace' && kind !== 'alter') ||
    tree === null ||
    !tree.kind.startsWith('create') ||
    object === undefined
  )
    return [];
  const key = `${object.type} ${object.name}`;
  const current = live.get(key) ?? [...live].find(([name]) => name.startsWith(`${key}(`))?.[1];
  if (current === undefined) return [];
  return lineDiff(
    definitionText(current, treeOf(current), object.name),
    definitionText(statement.text, tree, object.name),
  );
}

/** The text that defines it, under its whole name. */
function definitionText(text: string, tree: Statement | null, name: string): string {
  if (tree?.kind === 'createView') return normaliseLines(tree.queryText);
  if (
    tree === null ||
    !('name' in tree) ||
    tree.name === null ||
    typeof tree.name !== 'object' ||
    !('start' in tree.name)
  )
    return normaliseLines(text);
  const { start, end } = tree.name;
  return normaliseLines(
    `CREATE ${text.slice(0, start.offset).replace(/^create\s+(or\s+(replace|alter)\s+)?/i, '')}${name}${text.slice(end)}`,
  );
}
