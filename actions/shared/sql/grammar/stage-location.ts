import type { Identifier, StageLocation } from '../ast.ts';
import type { Node, Position } from '../position.ts';
import { syntaxError } from '../snowflake-error.ts';
import type { Reader } from './reader.ts';

/**
 * `@~/path`, `@%table/path`, `@db.schema.stage/path`, the same within quotes, or a cloud URL within quotes.
 * https://docs.snowflake.com/en/sql-reference/sql/put#required-parameters
 */
export function parseStageLocation(r: Reader): StageLocation {
  const { kind, value, start } = r.token;
  const variable = r.skipBlockVariable();
  if (variable !== null) return { kind: 'url', url: variable, ...r.range(start) };
  if (kind !== 'stage' && kind !== 'string') throw r.unexpected();
  r.take();
  const node = r.range(start);
  return kind === 'string' && !value.startsWith('@')
    ? { kind: 'url', url: value, ...node }
    : locate(value, node);
}

/** Whether a quoted `'@…'` comes next. */
export function isQuotedLocation(r: Reader): boolean {
  return r.token.kind === 'string' && r.token.value.startsWith('@');
}

function locate(text: string, node: Node): StageLocation {
  const slash = pathSlash(text);
  const name = text.slice(1, slash);
  const path = text.slice(slash + 1);
  if (name === '~') return { kind: 'userStage', path, ...node };
  if (!name.includes('%')) return { kind: 'namedStage', stage: nameParts(name, node), path, ...node };
  // `@schema.%table`: the percent sign stands before the last part.
  const mark = name.lastIndexOf('%');
  if (mark > 0 && name[mark - 1] !== '.') throw syntaxError(`unexpected '${text}'.`, node.start);
  const table = nameParts(name.slice(0, mark) + name.slice(mark + 1), node);
  return { kind: 'tableStage', table, path, ...node };
}

/** The slash that ends the stage's name, or the end of the text. */
function pathSlash(text: string): number {
  let quoted = false;
  for (let at = 1; at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted;
    else if (text[at] === '/' && !quoted) return at;
  }
  return text.length;
}

function nameParts(name: string, node: Node): Identifier[] {
  const parts = name.match(/"(?:[^"]|"")*"|[^."]+/g) ?? [];
  const places: Position = node.start;
  if (parts.join('.') !== name) throw syntaxError(`unexpected '@${name}'.`, places);
  return parts.map((part) => {
    const quoted = part.startsWith('"');
    if (!quoted && !/^[\p{L}_][\p{L}\p{N}_$]*$/u.test(part))
      throw syntaxError(`unexpected '@${name}'.`, places);
    const text = quoted ? part.slice(1, -1).replaceAll('""', '"') : part.toUpperCase();
    return { name: text, quoted, ...node };
  });
}
