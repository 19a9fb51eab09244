import type { Comment, Expression, SetVariable, Statement, Transaction, UnsetVariable, Use } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseType } from './data-types.ts';
import { parseExpression } from './expression.ts';
import { parseArgumentTypes, parseIfExists, parseObjectName } from './names.ts';
import type { Reader } from './reader.ts';

/** `USE [DATABASE|SCHEMA|ROLE|WAREHOUSE] name`; without the word, one part is a database and two are a schema. */
export function parseUse(r: Reader): Use {
  const { start } = r.token;
  r.expectWords('USE');
  if (r.skipWords('SECONDARY', 'ROLES'))
    return { kind: 'use', type: 'SECONDARY ROLES', name: secondaryRoles(r), ...r.range(start) };
  for (const type of ['DATABASE', 'SCHEMA', 'ROLE', 'WAREHOUSE'] as const) {
    const next = r.peek(1);
    if (!r.isWord(type) || (next.kind !== 'word' && next.kind !== 'quoted')) continue;
    r.take();
    return { kind: 'use', type, name: parseObjectName(r), ...r.range(start) };
  }
  const name = parseObjectName(r);
  const type = name.kind === 'name' && name.parts.length > 1 ? 'SCHEMA' : 'DATABASE';
  return { kind: 'use', type, name, ...r.range(start) };
}

/** ALL or NONE, the first of which is reserved elsewhere. */
function secondaryRoles(r: Reader): Use['name'] {
  const word = r.anyWord();
  if (word.name !== 'ALL' && word.name !== 'NONE')
    throw notSupportedHere('USE SECONDARY ROLES with names', word.start);
  return { kind: 'name', parts: [word], start: word.start, end: word.end };
}

/** `SET a = x`, `SET (a, b) = (x, y)` and `SET (a, b) = (query)`, whose one value is the subquery: https://docs.snowflake.com/en/sql-reference/sql/set */
export function parseSetVariable(r: Reader): SetVariable {
  const { start } = r.token;
  r.expectWords('SET');
  const several = r.isSymbol('(');
  const names = several ? r.parenthesized(() => r.identifier()) : [r.identifier()];
  r.expectSymbol('=');
  const values: Expression[] =
    several && !r.follows(1, 'SELECT') ? r.parenthesized(() => parseExpression(r)) : [parseExpression(r)];
  return { kind: 'set', names, values, ...r.range(start) };
}

export function parseUnsetVariable(r: Reader): UnsetVariable {
  const { start } = r.token;
  r.expectWords('UNSET');
  const names = r.isSymbol('(') ? r.parenthesized(() => r.identifier()) : [r.identifier()];
  return { kind: 'unset', names, ...r.range(start) };
}

/** BEGIN, START TRANSACTION, COMMIT and ROLLBACK: https://docs.snowflake.com/en/sql-reference/sql/begin */
export function parseTransaction(r: Reader): Transaction {
  const { start, value } = r.token;
  r.take();
  const begin = value === 'BEGIN' || value === 'START';
  if (value === 'START') r.expectWords('TRANSACTION');
  else if (!r.skipWords('WORK') && begin) r.skipWords('TRANSACTION');
  const name = begin && r.skipWords('NAME') ? r.identifier().name : null;
  const action = begin ? 'begin' : value === 'COMMIT' ? 'commit' : 'rollback';
  return { kind: 'transaction', action, name, ...r.range(start) };
}

/** `COMMENT [IF EXISTS] ON type name IS 'text'`: https://docs.snowflake.com/en/sql-reference/sql/comment */
export function parseCommentOn(r: Reader): Comment {
  const { start } = r.token;
  r.expectWords('COMMENT');
  const ifExists = parseIfExists(r);
  r.expectWords('ON');
  const words = [wordOf(r)];
  while (
    r.token.kind === 'word' &&
    (r.peek(1).kind === 'word' || r.peek(1).kind === 'quoted') &&
    !r.follows(1, 'IS')
  )
    words.push(wordOf(r));
  const name = parseObjectName(r);
  const argumentTypes = r.isSymbol('(') ? parseArgumentTypes(r, parseType) : [];
  r.expectWords('IS');
  const text = r.expectString();
  return { kind: 'comment', ifExists, type: words.join(' '), name, argumentTypes, text, ...r.range(start) };
}

function wordOf(r: Reader): string {
  if (r.token.kind !== 'word') throw r.unexpected();
  return r.take().value;
}

const formats = ['TABULAR', 'JSON', 'TEXT'] as const;

/** https://docs.snowflake.com/en/sql-reference/sql/explain */
export function parseExplain(r: Reader, statement: (r: Reader) => Statement): Statement {
  const { start } = r.token;
  r.expectWords('EXPLAIN');
  let format: (typeof formats)[number] = 'TABULAR';
  if (r.skipWords('USING')) {
    const found = formats.find((word) => r.skipWords(word));
    if (found === undefined) throw r.unexpected();
    format = found;
  }
  return { kind: 'explain', format, statement: statement(r), ...r.range(start) };
}
