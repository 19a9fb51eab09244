import type { Describe, ObjectName, Show } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseType } from './data-types.ts';
import { parseExpression } from './expression.ts';
import { parseArgumentTypes, parseObjectName } from './names.ts';
import type { Reader } from './reader.ts';

const clauseWords = new Set(['LIKE', 'IN', 'FOR', 'STARTS', 'LIMIT', 'HISTORY', 'ON', 'TO', 'OF', 'WITH']);

/** https://docs.snowflake.com/en/sql-reference/sql/show */
export function parseShow(r: Reader): Show {
  const { start } = r.token;
  r.expectWords('SHOW');
  const terse = r.skipWords('TERSE');
  const words: string[] = [];
  while (r.token.kind === 'word' && !clauseWords.has(r.token.value)) words.push(r.take().value);
  if (words.length === 0) throw r.unexpected();
  const type = words.join(' ');
  const show: Show = {
    kind: 'show',
    type,
    terse,
    history: false,
    like: null,
    in: null,
    grants: null,
    startsWith: null,
    limit: null,
    ...r.range(start),
  };
  while (parseClause(r, show));
  return { ...show, ...r.range(start) };
}

function parseClause(r: Reader, show: Show): boolean {
  if (r.skipWords('HISTORY')) show.history = true;
  else if (r.skipWords('LIKE')) show.like = r.expectString();
  else if (r.skipWords('STARTS', 'WITH')) show.startsWith = r.expectString();
  else if (r.skipWords('LIMIT')) {
    const rows = r.expectInteger();
    show.limit = { rows, from: r.skipWords('FROM') ? r.expectString() : null };
  } else if (show.in === null && (r.skipWords('IN') || r.skipWords('FOR'))) show.in = parseScope(r);
  else if (show.grants === null && show.type.endsWith('GRANTS')) {
    const relation = (['ON', 'TO', 'OF'] as const).find((word) => r.skipWords(word));
    if (relation === undefined) return false;
    const { type, name } = parseScope(r);
    show.grants = { relation, type: type ?? 'ROLE', name };
  } else if (r.isWord('WITH')) throw notSupportedHere('SHOW … WITH', r.token.start);
  else return false;
  return true;
}

const wholes = new Set(['ACCOUNT', 'DATABASE', 'SCHEMA', 'SESSION', 'USER', 'WAREHOUSE', 'TABLE', 'TASK']);
const ends = new Set(['LIKE', 'STARTS', 'LIMIT']);

/** `ACCOUNT`, `SCHEMA s`, `TABLE t`, `ROLE r`, or a bare name. */
function parseScope(r: Reader): { type: string | null; name: ObjectName | null } {
  const words: string[] = [];
  while (r.token.kind === 'word') {
    const next = r.peek(1);
    if ((next.kind !== 'word' && next.kind !== 'quoted') || ends.has(next.value)) break;
    words.push(r.take().value);
  }
  const type = words.length === 0 ? null : words.join(' ');
  if (type === null && r.token.kind === 'word' && wholes.has(r.token.value) && !r.follows(1, '.'))
    return { type: r.take().value, name: null };
  if (r.token.kind === 'word' && ends.has(r.token.value)) return { type, name: null };
  const name = parseObjectName(r);
  if (r.isSymbol('(')) throw notSupportedHere('SHOW GRANTS ON a routine', r.token.start);
  return { type, name };
}

/** https://docs.snowflake.com/en/sql-reference/sql/desc */
export function parseDescribe(r: Reader): Describe {
  const { start } = r.token;
  r.take();
  const words: string[] = [];
  while (
    r.token.kind === 'word' &&
    (words.length === 0 || r.peek(1).kind === 'word' || r.peek(1).kind === 'quoted')
  ) {
    if (words.length > 0 && r.follows(1, 'TYPE')) break;
    words.push(r.take().value);
  }
  if (words.length === 0) throw r.unexpected();
  const type = words.join(' ');
  if (type === 'RESULT') {
    const place = r.token.start;
    const argument = parseExpression(r);
    const name: ObjectName = { kind: 'identifierCall', argument, ...r.range(place) };
    return { kind: 'describe', type, name, argumentTypes: [], ...r.range(start) };
  }
  const name = parseObjectName(r);
  const argumentTypes = r.isSymbol('(') ? parseArgumentTypes(r, parseType) : [];
  // TYPE = COLUMNS is the default; the other describes the stage of the table.
  if (r.isWord('TYPE') && r.follows(1, '=')) {
    r.take();
    r.take();
    if (!r.skipWords('COLUMNS')) throw notSupportedHere(`DESCRIBE … TYPE = ${r.written}`, r.token.start);
  }
  return { kind: 'describe', type, name, argumentTypes, ...r.range(start) };
}
