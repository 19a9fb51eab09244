import type { Property } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseNameParts } from './names.ts';
import { parsePropertyList } from './properties.ts';
import type { Reader } from './reader.ts';

/** `SET a = 1 b = 2` and `SET TAG n = 'v'`, after the word SET; tags become the property `TAG`. */
export function parseSet(r: Reader): Property[] {
  const { start } = r.token;
  if (r.isWord('TAG') && !r.follows(1, '=')) {
    r.take();
    const properties = r.list(() => {
      const place = r.token.start;
      const name = dottedName(r);
      r.expectSymbol('=');
      const value = { kind: 'string', value: r.expectString(), ...r.range(place) } as const;
      return { name, value, ...r.range(place) };
    });
    return [{ name: 'TAG', value: { kind: 'properties', properties, ...r.range(start) }, ...r.range(start) }];
  }
  refuseWords(r, 'SET');
  const properties = parsePropertyList(r);
  if (properties.length === 0) throw r.unexpected();
  return properties;
}

/** `UNSET a, b` and `UNSET TAG n`, after the word UNSET; a tag's name comes as `TAG N`. */
export function parseUnset(r: Reader): string[] {
  if (r.isWord('TAG') && r.peek(1).kind !== 'end' && !r.follows(1, ',')) {
    r.take();
    return r.list(() => `TAG ${dottedName(r)}`);
  }
  refuseWords(r, 'UNSET');
  return r.list(() => r.anyWord().name);
}

/** `SET PASSWORD POLICY p`, `UNSET CONTACT c`: things that are no property and have no place in the tree. */
function refuseWords(r: Reader, verb: string): void {
  const next = r.peek(1);
  if (r.token.kind === 'word' && (next.kind === 'word' || r.follows(1, '(')))
    throw notSupportedHere(`ALTER … ${verb} ${r.token.value} ${next.value}`, r.token.start);
}

function dottedName(r: Reader): string {
  return parseNameParts(r)
    .map((part) => part.name)
    .join('.');
}
