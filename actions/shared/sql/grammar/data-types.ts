import type { TypeName } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import type { Reader } from './reader.ts';

/** Second words of types of two: `DOUBLE PRECISION`, `CHAR VARYING`. */
const secondWords: Record<string, string> = {
  DOUBLE: 'PRECISION',
  CHAR: 'VARYING',
  CHARACTER: 'VARYING',
  NCHAR: 'VARYING',
  BINARY: 'VARYING',
};

/** Types whose parameters are themselves types. */
const structured = new Set(['ARRAY', 'OBJECT', 'MAP', 'VECTOR', 'TABLE']);

/** A data type as written. Structured types with parameters are refused by name. */
export function parseType(r: Reader): TypeName {
  const start = r.token.start;
  if (r.token.kind !== 'word') throw r.unexpected();
  let name = r.identifier().name;
  const second = secondWords[name];
  if (second !== undefined && r.skipWords(second)) name = `${name} ${second}`;
  const args: number[] = [];
  if (r.isSymbol('(')) {
    if (structured.has(name)) throw notSupportedHere(`the structured type ${name}(…)`, start);
    // Empty parentheses say as much as none.
    if (r.follows(1, ')')) {
      r.take();
      r.take();
    } else args.push(...r.parenthesized(() => r.expectInteger()));
  }
  for (const zone of ['WITH', 'WITHOUT']) {
    if (!r.isWords(zone, 'TIME', 'ZONE')) continue;
    r.skipWords(zone, 'TIME', 'ZONE');
    name = `${name} ${zone} TIME ZONE`;
  }
  return { name, args, ...r.range(start) };
}
