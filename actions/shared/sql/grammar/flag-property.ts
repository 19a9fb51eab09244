import type { Property } from '../ast.ts';
import type { Reader } from './reader.ts';

/** Words that stand alone, as a property that is TRUE: `WITH MANAGED ACCESS` is `MANAGED ACCESS` = TRUE. */
export function flagProperty(r: Reader, words: string[]): Property {
  const { start } = r.token;
  r.expectWords(...words);
  const name = words.filter((word, index) => index > 0 || word !== 'WITH').join(' ');
  return { name, value: { kind: 'boolean', value: true, ...r.range(start) }, ...r.range(start) };
}

/** A property whose value is given as text. */
export function textProperty(r: Reader, name: string, value: string, start: Property['start']): Property {
  return { name, value: { kind: 'string', value, ...r.range(start) }, ...r.range(start) };
}
