import type { Expression, ScriptStatement, Statement } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseExpression } from './expression.ts';
import { parseQuery, startsQuery } from './query.ts';
import type { Reader } from './reader.ts';
import { parseScriptControl } from './script-control.ts';
import { parseInnerStatement, parseLet, startsAsync } from './script-declaration.ts';
import { parseTargetVariable } from './select.ts';
import { parseStatementAt } from './statement.ts';

/** One statement of a block, without its semicolon. */
export function parseScriptStatement(r: Reader): ScriptStatement {
  const { start, kind, value } = r.token;
  if ((kind === 'word' || kind === 'quoted') && r.follows(1, ':=')) {
    const name = r.identifier();
    r.expectSymbol(':=');
    const async = startsAsync(r);
    const value = async ? parseInnerStatement(r) : parseAssigned(r);
    return { kind: 'assign', name, value, async, ...r.range(start) };
  }
  if (startsQuery(r) && !(value === 'WITH' && r.follows(3, 'PROCEDURE'))) return parseSelectStatement(r);
  if (kind !== 'word') throw r.unexpected();
  const control = parseScriptControl(r);
  if (control !== null) return control;
  switch (value) {
    case 'LET':
      r.take();
      return { kind: 'let', declaration: parseLet(r), ...r.range(start) };
    case 'RETURN':
      r.take();
      return { kind: 'return', value: parseReturned(r), ...r.range(start) };
    case 'RAISE':
      r.take();
      return { kind: 'raise', name: r.isSymbol(';') ? null : r.identifier(), ...r.range(start) };
    case 'OPEN':
    case 'CLOSE': {
      r.take();
      const cursor = r.identifier();
      const using = value === 'OPEN' && r.skipWords('USING') ? r.parenthesized(() => parseExpression(r)) : [];
      return { kind: value === 'OPEN' ? 'open' : 'close', cursor, using, ...r.range(start) };
    }
    case 'FETCH': {
      r.take();
      const cursor = r.identifier();
      r.expectWords('INTO');
      return { kind: 'fetch', cursor, into: r.list(() => parseTargetVariable(r)), ...r.range(start) };
    }
    case 'NULL':
      r.take();
      return { kind: 'null', ...r.range(start) };
    case 'ASYNC':
      if (!startsAsync(r)) throw r.unexpected();
      return { kind: 'async', statement: parseInnerStatement(r), ...r.range(start) };
    case 'AWAIT':
      r.take();
      return { kind: 'await', resultset: r.skipWords('ALL') ? null : r.identifier(), ...r.range(start) };
    case 'CANCEL':
      r.take();
      return { kind: 'cancel', resultset: r.identifier(), ...r.range(start) };
    default:
      return parseStatementAt(r);
  }
}

function parseSelectStatement(r: Reader): ScriptStatement {
  const { start } = r.token;
  r.intoAllowed = true;
  const query = parseQuery(r);
  const into = r.selectInto;
  r.selectInto = null;
  if (into !== null) return { kind: 'selectInto', query, into, ...r.range(start) };
  return { kind: 'select', query, ...r.range(start) };
}

const statementWords = new Set([
  'CALL',
  'EXECUTE',
  'SHOW',
  'DESCRIBE',
  'DESC',
  'INSERT',
  'UPDATE',
  'DELETE',
  'MERGE',
]);

/** An expression, or a statement whose result is kept: `(CALL p())`, `EXECUTE IMMEDIATE …`. */
function parseAssigned(r: Reader): Expression | Statement {
  const token = r.peek(r.isSymbol('(') ? 1 : 0);
  const next = r.peek(r.isSymbol('(') ? 2 : 1);
  const isStatement = token.kind === 'word' && statementWords.has(token.value) && next.kind === 'word';
  return isStatement ? parseInnerStatement(r) : parseExpression(r);
}

function parseReturned(r: Reader): (ScriptStatement & { kind: 'return' })['value'] {
  if (r.isSymbol(';')) return null;
  if (!r.isWord('TABLE') || !r.follows(1, '(')) return parseExpression(r);
  r.take();
  r.expectSymbol('(');
  if (startsQuery(r)) throw notSupportedHere('RETURN TABLE (query)', r.token.start);
  const fromCursor = r.isWord('RESULTSET_FROM_CURSOR') && r.follows(1, '(');
  if (fromCursor) {
    r.take();
    r.take();
  }
  const table = parseTargetVariable(r);
  if (fromCursor) r.expectSymbol(')');
  r.expectSymbol(')');
  return { table, fromCursor };
}
