import type { Identifier, ObjectName, TypeName } from '../ast.ts';
import { parseExpression } from './expression.ts';
import type { Reader } from './reader.ts';

/** `a.b.c`, `a..c` (the schema PUBLIC), `IDENTIFIER(…)`; more than three parts are refused by the engine. */
export function parseObjectName(r: Reader): ObjectName {
  const start = r.token.start;
  if (r.isWord('IDENTIFIER') && r.follows(1, '(')) {
    r.take();
    r.expectSymbol('(');
    const argument = parseExpression(r);
    r.expectSymbol(')');
    return { kind: 'identifierCall', argument, ...r.range(start) };
  }
  return { kind: 'name', parts: parseNameParts(r), ...r.range(start) };
}

/** The parts of a dotted name. */
export function parseNameParts(r: Reader): Identifier[] {
  const parts = [r.identifier()];
  while (r.isSymbol('.')) {
    r.take();
    const start = r.token.start;
    // https://docs.snowflake.com/en/sql-reference/name-resolution: two dots mean the schema PUBLIC.
    if (r.isSymbol('.')) parts.push({ name: 'PUBLIC', quoted: false, start, end: start.offset });
    else parts.push(r.anyWord());
  }
  return parts;
}

/** `(a, b)` or nothing. */
export function parseOptionalColumns(r: Reader): Identifier[] {
  return r.isSymbol('(') ? r.parenthesized(() => r.identifier()) : [];
}

export function parseIfExists(r: Reader): boolean {
  if (!r.isWord('IF')) return false;
  r.expectWords('IF', 'EXISTS');
  return true;
}

/** The types of a routine's parameters, `(NUMBER, VARCHAR)`; `()` is none. */
export function parseArgumentTypes(r: Reader, type: (r: Reader) => TypeName): TypeName[] {
  r.expectSymbol('(');
  if (r.skipSymbol(')')) return [];
  const types = r.list(() => type(r));
  r.expectSymbol(')');
  return types;
}
