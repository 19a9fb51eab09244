import type { Property, PropertyValue } from '../ast.ts';
import type { Reader } from './reader.ts';

/** Words that begin a clause rather than a property, per statement. */
export type Stops = ReadonlySet<string>;

/** `NAME = value` one after another, with or without commas, up to something that is no property. */
export function parsePropertyList(r: Reader, stops?: Stops): Property[] {
  const properties: Property[] = [];
  while (r.token.kind === 'word' && !stops?.has(r.token.value) && r.follows(1, '=')) {
    properties.push(parseProperty(r, '='));
    if (r.isSymbol(',') && r.peek(1).kind === 'word' && r.follows(2, '=')) r.take();
  }
  return properties;
}

/** `(A = 1, B = 2)`; with `=>` the arguments of a staged file's options. */
export function parseProperties(r: Reader, sign: '=' | '=>'): Property[] {
  const properties: Property[] = [];
  r.expectSymbol('(');
  while (!r.isSymbol(')')) {
    properties.push(parseProperty(r, sign));
    if (!r.skipSymbol(',') && r.token.kind !== 'word' && r.token.kind !== 'string' && !r.isSymbol(')'))
      throw r.unexpected();
  }
  r.expectSymbol(')');
  return properties;
}

export function parseProperty(r: Reader, sign: '=' | '=>'): Property {
  const { start } = r.token;
  // SECRETS = ('name' = secret) has its names in quotes.
  const name = r.token.kind === 'string' ? r.take().value : r.anyWord().name;
  r.expectSymbol(sign);
  const value = parsePropertyValue(r);
  return { name, value, ...r.range(start) };
}

export function parsePropertyValue(r: Reader): PropertyValue {
  const { start, kind, value } = r.token;
  const variable = r.skipBlockVariable();
  if (variable !== null) return { kind: 'string', value: variable, ...r.range(start) };
  switch (kind) {
    case 'string':
    case 'stage':
      r.take();
      return { kind: 'string', value, ...r.range(start) };
    case 'number':
      r.take();
      return { kind: 'number', text: value, ...r.range(start) };
    case 'variable':
      r.take();
      return { kind: 'variable', name: value, ...r.range(start) };
    case 'word':
      if (value === 'TRUE' || value === 'FALSE') {
        r.take();
        return { kind: 'boolean', value: value === 'TRUE', ...r.range(start) };
      }
      return parseWordValue(r);
    case 'quoted':
      return parseWordValue(r);
    case 'symbol':
      if (value === '(') return r.nested(() => parseParentheses(r));
      if (value === '-' && r.peek(1).kind === 'number') {
        r.take();
        const { value: digits } = r.take();
        return { kind: 'number', text: `-${digits}`, ...r.range(start) };
      }
  }
  throw r.unexpected();
}

/** A word or dotted name; `SKIP_FILE_10%` is one word too. */
function parseWordValue(r: Reader): PropertyValue {
  const { start } = r.token;
  const parts = [r.anyWord()];
  while (r.skipSymbol('.')) parts.push(r.anyWord());
  const last = parts[parts.length - 1]!;
  if (r.isSymbol('%') && r.token.start.offset === last.end) {
    r.take();
    parts[parts.length - 1] = { ...last, name: `${last.name}%`, end: r.lastEnd };
  }
  return { kind: 'word', parts, ...r.range(start) };
}

/** `(A = 1 …)` when a name and `=` come first, else a list. */
function parseParentheses(r: Reader): PropertyValue {
  const { start } = r.token;
  const name = r.peek(1).kind;
  if ((name === 'word' || name === 'quoted' || name === 'string') && r.follows(2, '='))
    return { kind: 'properties', properties: parseProperties(r, '='), ...r.range(start) };
  r.expectSymbol('(');
  const items = r.isSymbol(')') ? [] : r.list(() => parsePropertyValue(r));
  r.expectSymbol(')');
  return { kind: 'list', items, ...r.range(start) };
}
