import type { Identifier, ScriptDeclaration, Statement } from '../ast.ts';
import { parseType } from './data-types.ts';
import { parseExpression } from './expression.ts';
import { parseQuery, startsQuery } from './query.ts';
import type { Reader } from './reader.ts';
import { parseStatementAt } from './statement.ts';

/** LET: a variable or RESULTSET with its value, or a cursor. */
export function parseLet(r: Reader): ScriptDeclaration {
  const declaration = parseDeclaration(r);
  const { kind } = declaration;
  const isWithout =
    (kind === 'variable' && declaration.default === null) ||
    (kind === 'resultset' && declaration.query === null);
  if (isWithout) throw r.unexpected();
  if (kind === 'exception') throw r.unexpectedAt(declaration);
  return declaration;
}

/** One variable, cursor, RESULTSET or exception, after DECLARE, without the semicolon. */
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
  if (r.skipWords('RESULTSET')) {
    const isAssigned = skipAssign(r);
    const async = isAssigned && startsAsync(r);
    const query = isAssigned ? parseInnerStatement(r) : null;
    return { name, kind: 'resultset', query, async, ...r.range(start) };
  }
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

/** Takes the ASYNC of `ASYNC (statement)`: https://docs.snowflake.com/en/developer-guide/snowflake-scripting/asynchronous-child-jobs */
export function startsAsync(r: Reader): boolean {
  if (!r.isWord('ASYNC') || !r.follows(1, '(')) return false;
  r.take();
  return true;
}

/** A statement whose result is assigned, in parentheses or not. */
export function parseInnerStatement(r: Reader): Statement {
  if (!r.isSymbol('(')) return parseStatementAt(r);
  r.expectSymbol('(');
  const statement = parseStatementAt(r);
  r.expectSymbol(')');
  return statement;
}
