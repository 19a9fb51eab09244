import type { Delete, Expression, Identifier, Insert, MultiInsert, Truncate, Update } from '../ast.ts';
import { parseExpression } from './expression.ts';
import { parseFrom } from './from.ts';
import { notTableAliases, reserved } from './keywords.ts';
import { parseIfExists, parseNameParts, parseObjectName } from './names.ts';
import { parseQuery, startsQuery } from './query.ts';
import type { Reader } from './reader.ts';

/** INSERT of one table or several: https://docs.snowflake.com/en/sql-reference/sql/insert and insert-multi-table */
export function parseInsert(r: Reader): Insert | MultiInsert {
  const { start } = r.token;
  r.expectWords('INSERT');
  const overwrite = r.skipWords('OVERWRITE');
  if (r.isWord('ALL') || r.isWord('FIRST')) return parseMultiInsert(r, overwrite, start);
  r.expectWords('INTO');
  const target = parseObjectName(r);
  const columns = parseTargetColumns(r);
  const source = parseQuery(r);
  return { kind: 'insert', overwrite, target, columns, source, ...r.range(start) };
}

/** The target's columns; `(SELECT …)` is the source instead. */
function parseTargetColumns(r: Reader): Identifier[] {
  return r.isSymbol('(') && !startsQuery(r) ? r.parenthesized(() => r.identifier()) : [];
}

function parseMultiInsert(r: Reader, overwrite: boolean, start: Insert['start']): MultiInsert {
  const first = r.take().value === 'FIRST';
  const branches: MultiInsert['branches'] = [];
  if (r.isWord('INTO')) branches.push({ when: null, otherwise: false, into: parseInto(r) });
  while (r.skipWords('WHEN')) {
    const when = parseExpression(r);
    r.expectWords('THEN');
    branches.push({ when, otherwise: false, into: parseInto(r) });
  }
  if (r.skipWords('ELSE')) branches.push({ when: null, otherwise: true, into: parseInto(r) });
  if (branches.length === 0) throw r.unexpected();
  const source = parseQuery(r);
  return { kind: 'multiInsert', overwrite, first, branches, source, ...r.range(start) };
}

function parseInto(r: Reader): MultiInsert['branches'][number]['into'] {
  const targets: MultiInsert['branches'][number]['into'] = [];
  do {
    r.expectWords('INTO');
    const target = parseObjectName(r);
    const columns = parseTargetColumns(r);
    const values = r.skipWords('VALUES') ? r.parenthesized(() => parseExpression(r)) : [];
    targets.push({ target, columns, values });
  } while (r.isWord('INTO'));
  return targets;
}

/** https://docs.snowflake.com/en/sql-reference/sql/update */
export function parseUpdate(r: Reader): Update {
  const { start } = r.token;
  r.expectWords('UPDATE');
  const target = parseObjectName(r);
  const alias = parseTargetAlias(r);
  const set = parseAssignments(r);
  const from = r.skipWords('FROM') ? parseFrom(r) : null;
  const where = r.skipWords('WHERE') ? parseExpression(r) : null;
  return { kind: 'update', target, alias, set, from, where, ...r.range(start) };
}

/** `SET a = x, t.b = y` */
export function parseAssignments(r: Reader): { column: Identifier[]; value: Expression }[] {
  r.expectWords('SET');
  return r.list(() => {
    const column = parseNameParts(r);
    r.expectSymbol('=');
    return { column, value: parseExpression(r) };
  });
}

/** `[AS] alias` of the table that changes. */
export function parseTargetAlias(r: Reader): Identifier | null {
  if (r.skipWords('AS')) return r.identifier();
  const { kind, value } = r.token;
  if (kind === 'quoted') return r.anyWord();
  return kind === 'word' && !reserved.has(value) && !notTableAliases.has(value) ? r.anyWord() : null;
}

/** https://docs.snowflake.com/en/sql-reference/sql/delete */
export function parseDelete(r: Reader): Delete {
  const { start } = r.token;
  r.expectWords('DELETE', 'FROM');
  const target = parseObjectName(r);
  const alias = parseTargetAlias(r);
  const using = r.skipWords('USING') ? parseFrom(r) : null;
  const where = r.skipWords('WHERE') ? parseExpression(r) : null;
  return { kind: 'delete', target, alias, using, where, ...r.range(start) };
}

/** https://docs.snowflake.com/en/sql-reference/sql/truncate-table */
export function parseTruncate(r: Reader): Truncate {
  const { start } = r.token;
  r.expectWords('TRUNCATE');
  r.skipWords('TABLE');
  const ifExists = parseIfExists(r);
  return { kind: 'truncate', target: parseObjectName(r), ifExists, ...r.range(start) };
}
