import type { TypeName } from '../ast.ts';
import type { Reader } from './reader.ts';

/** Second words of types of two: `DOUBLE PRECISION`, `CHAR VARYING`. */
const secondWords: Record<string, string> = {
  DOUBLE: 'PRECISION',
  CHAR: 'VARYING',
  CHARACTER: 'VARYING',
  NCHAR: 'VARYING',
  BINARY: 'VARYING',
};

/** Types whose parameters are themselves types, with a name before each in an OBJECT and a TABLE. */
const structured = new Set(['ARRAY', 'OBJECT', 'MAP', 'VECTOR', 'TABLE']);

/** A data type as written: https://docs.snowflake.com/en/sql-reference/data-types-structured */
export function parseType(r: Reader): TypeName {
  return r.nested(() => {
    const start = r.token.start;
    if (r.token.kind !== 'word') throw r.unexpected();
    let name = r.isWord('TABLE') ? r.anyWord().name : r.identifier().name;
    const second = secondWords[name];
    if (second !== undefined && r.skipWords(second)) name = `${name} ${second}`;
    const args: number[] = [];
    let elements: TypeName['elements'];
    if (r.isSymbol('(')) {
      // Empty parentheses say as much as none.
      if (r.follows(1, ')')) {
        r.take();
        r.take();
      } else if (structured.has(name)) {
        elements = [];
        for (const element of r.parenthesized(() => parseElement(r, name))) {
          if (typeof element === 'number') args.push(element);
          else elements.push(element);
        }
      } else args.push(...r.parenthesized(() => r.expectInteger()));
    }
    for (const zone of ['WITH', 'WITHOUT']) {
      if (!r.isWords(zone, 'TIME', 'ZONE')) continue;
      r.skipWords(zone, 'TIME', 'ZONE');
      name = `${name} ${zone} TIME ZONE`;
    }
    return { name, args, ...(elements === undefined ? {} : { elements }), ...r.range(start) };
  });
}

/** A type, named in an OBJECT; the length of a VECTOR. */
function parseElement(r: Reader, container: string): NonNullable<TypeName['elements']>[number] | number {
  if (container === 'VECTOR' && r.token.kind === 'number') return r.expectInteger();
  const name = container === 'OBJECT' || container === 'TABLE' ? r.identifier() : null;
  const type = parseType(r);
  const notNull = r.skipWords('NOT', 'NULL');
  return { name, type, notNull };
}
