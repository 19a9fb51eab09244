import type { Identifier, Star } from '../ast.ts';
import { parseExpression } from './expression.ts';
import type { Reader } from './reader.ts';

/** Whether `*` or `a.b.*` comes next. */
export function startsStar(r: Reader): boolean {
  if (r.token.kind === 'symbol') return r.token.value === '*';
  let ahead = 0;
  while (isName(r, ahead) && r.follows(ahead + 1, '.')) ahead += 2;
  return ahead > 0 && r.follows(ahead, '*');
}

/** `*` or `t.*` with ILIKE, EXCLUDE, REPLACE and RENAME: https://docs.snowflake.com/en/sql-reference/sql/select */
export function parseStar(r: Reader): Star {
  const { start } = r.token;
  const qualifier: Identifier[] = [];
  while (!r.isSymbol('*')) {
    qualifier.push(r.anyWord());
    r.expectSymbol('.');
  }
  r.expectSymbol('*');
  const ilike = r.skipWords('ILIKE') ? r.expectString() : null;
  const exclude = r.skipWords('EXCLUDE') ? oneOrList(r, () => excluded(r)) : [];
  const replace = r.skipWords('REPLACE') ? oneOrList(r, () => replacement(r)) : [];
  const rename = r.skipWords('RENAME') ? oneOrList(r, () => renaming(r)) : [];
  const table = qualifier.length === 0 ? null : qualifier;
  return { kind: 'star', qualifier: table, ilike, exclude, replace, rename, ...r.range(start) };
}

function isName(r: Reader, ahead: number): boolean {
  const { kind } = r.peek(ahead);
  return kind === 'word' || kind === 'quoted';
}

function oneOrList<T>(r: Reader, item: () => T): T[] {
  return r.isSymbol('(') ? r.parenthesized(item) : [item()];
}

function excluded(r: Reader): Identifier {
  return r.identifier();
}

function replacement(r: Reader): Star['replace'][number] {
  const expression = parseExpression(r);
  r.expectWords('AS');
  return { expression, name: r.identifier() };
}

function renaming(r: Reader): Star['rename'][number] {
  const from = r.identifier();
  r.expectWords('AS');
  return { from, to: r.identifier() };
}
