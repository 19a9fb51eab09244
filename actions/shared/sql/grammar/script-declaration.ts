import type { Identifier, ScriptDeclaration, Statement } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseType } from './data-types.ts';
import { parseExpression } from './expression.ts';
import { parseQuery, startsQuery } from './query.ts';
import type { Reader } from './reader.ts';
import { parseStatementAt } from './statement.ts';

/** One variable, cursor, RESULTSET or exception, after DECLARE or LET, without the semicolon. */
export function parseDeclaration(r: Reader): ScriptDeclaration {
  const { start } = r.token;
  const name = r.identifier();
  if (r.skipWords('CURSOR', 'FOR'))
    return {
      name,
      kind: 'cursor',
      query: startsQuery(r) ? parseQuery(r) : cursorSource(r),
      ...r.range(start),
    };
  if (r.skipWords('RESULTSET'))
    return {
      name,
      kind: 'resultset',
      query: skipAssign(r) ? parseInnerStatement(r) : null,
      ...r.range(start),
    };
  if (r.isWord('EXCEPTION') && (r.follows(1, '(') || r.follows(1, ';'))) {
    r.take();
    return { name, kind: 'exception', ...parseException(r), ...r.range(start) };
  }
  const type = r.isSymbol(':=') || r.isWord('DEFAULT') || r.isSymbol(';') ? null : parseType(r);
  const value = skipAssign(r) ? parseExpression(r) : null;
  return { name, kind: 'variable', type, default: value, ...r.range(start) };
}

function cursorSource(r: Reader): Identifier {
  r.skipSymbol(':');
  return r.identifier();
}

function skipAssign(r: Reader): boolean {
  return r.skipSymbol(':=') || r.skipWords('DEFAULT');
}

/** `(-20001, 'message')` */
function parseException(r: Reader): { number: number | null; message: string | null } {
  if (!r.skipSymbol('(')) return { number: null, message: null };
  const number = r.expectInteger();
  const message = r.skipSymbol(',') ? r.expectString() : null;
  r.expectSymbol(')');
  return { number, message };
}

/** A statement whose result is assigned, in parentheses or not. */
export function parseInnerStatement(r: Reader): Statement {
  if (r.isWord('ASYNC')) throw notSupportedHere('ASYNC', r.token.start);
  if (!r.isSymbol('(')) return parseStatementAt(r);
  r.expectSymbol('(');
  const statement = parseStatementAt(r);
  r.expectSymbol(')');
  return statement;
}
