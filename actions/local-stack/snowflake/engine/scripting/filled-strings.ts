import { blockVariableMark } from '../../../../shared/sql/grammar/reader.ts';
import { parseLocationText } from '../../../../shared/sql/parse.ts';
import type { Node } from '../../../../shared/sql/position.ts';
import { invalidIdentifier } from '../../../../shared/sql/snowflake-error.ts';
import type { ScriptValue } from './script-value.ts';

/** A place of a tree where a string stands, or a node that is one. */
type Fill = (value: ScriptValue) => void;

/** Strings of a statement that are variables of the block (`COMMENT = :c`, `FROM :stage`), by name. */
export type Fills = { name: string; fill: Fill }[];

/** Finds them once; `fillStrings` gives them their values each time that the statement runs. */
export function findFills(tree: object): Fills {
  const fills: Fills = [];
  const visit = (owner: Record<string, unknown>): void => {
    for (const [key, value] of Object.entries(owner)) {
      const name = markedName(value);
      if (name !== null) fills.push({ name, fill: fillOf(owner, key, value as string | object) });
      else if (typeof value === 'object' && value !== null) visit(value as Record<string, unknown>);
    }
  };
  visit(tree as Record<string, unknown>);
  return fills;
}

/** @throws SnowflakeError 000904 for a name that nothing declares */
export function fillStrings(
  fills: Fills,
  node: Node,
  lookUp: (name: string) => ScriptValue | undefined,
): void {
  for (const { name, fill } of fills) {
    const value = lookUp(name);
    if (value === undefined) throw invalidIdentifier(name, node.start);
    fill(value);
  }
}

/** The variable that a string, a property's value or a location stands for. */
function markedName(value: unknown): string | null {
  if (typeof value === 'string')
    return value.startsWith(blockVariableMark) ? value.slice(blockVariableMark.length) : null;
  if (typeof value !== 'object' || value === null || !('kind' in value)) return null;
  if (value.kind === 'string' && 'value' in value) return markedName(value.value);
  return value.kind === 'url' && 'url' in value ? markedName(value.url) : null;
}

function fillOf(owner: Record<string, unknown>, key: string, marked: string | object): Fill {
  if (typeof marked === 'string') {
    return ({ text }) => {
      owner[key] = text ?? '';
    };
  }
  const range = marked as Node & { kind: string };
  const place = { start: range.start, end: range.end };
  return ({ type, text }) => {
    if (range.kind === 'url') owner[key] = { ...parseLocationText(text ?? ''), ...place };
    else if (type.name === 'NUMBER' && text !== null) owner[key] = { kind: 'number', text, ...place };
    else if (type.name === 'BOOLEAN') owner[key] = { kind: 'boolean', value: text === '1', ...place };
    else owner[key] = { kind: 'string', value: text ?? '', ...place };
  };
}
