import type { Case, Expression, Identifier } from '../ast.ts';
import type { Position } from '../position.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseType } from './data-types.ts';
import { parseExpression } from './expression.ts';
import { parseCall, plainCall } from './function-call.ts';
import { bareFunctions, literalTypes, notColumns, reserved, reservedFunctions } from './keywords.ts';
import { continueQuery, parseQuery, startsQuery } from './query.ts';
import type { Reader } from './reader.ts';
import { parseStar, startsStar } from './star.ts';

/** A literal, name, call, CASE, subquery or parenthesis: whatever operators stand between. */
export function parsePrimary(r: Reader): Expression {
  const { kind, value, start } = r.token;
  switch (kind) {
    case 'number':
      r.take();
      return { kind: 'number', text: value, ...r.range(start) };
    case 'string':
      r.take();
      return { kind: 'string', value, ...r.range(start) };
    case 'stage':
      // Functions such as GET_PRESIGNED_URL(@stage, …) take a location: it reaches them as a string.
      r.take();
      return { kind: 'string', value, ...r.range(start) };
    case 'variable':
      r.take();
      if (/^\d+$/.test(value))
        return { kind: 'positional', qualifier: null, index: Number(value), ...r.range(start) };
      return { kind: 'variable', name: value, ...r.range(start) };
    case 'quoted':
      return parseName(r);
    case 'word':
      return parseWord(r, value, start);
    case 'symbol':
      return parseSymbol(r, value, start);
    default:
      throw r.unexpected();
  }
}

function parseSymbol(r: Reader, symbol: string, start: Position): Expression {
  switch (symbol) {
    case '(':
      return parseParentheses(r);
    case '?':
      r.take();
      return { kind: 'bind', index: r.binds++, name: null, ...r.range(start) };
    case ':':
      return parseBind(r, start);
    case '[': {
      r.take();
      const items = r.isSymbol(']') ? [] : r.list(() => parseExpression(r));
      r.expectSymbol(']');
      return { kind: 'array', items, ...r.range(start) };
    }
    case '{':
      return parseObjectLiteral(r, start);
    default:
      throw r.unexpected();
  }
}

function parseBind(r: Reader, start: Position): Expression {
  const next = r.peek(1);
  if (next.start.offset !== start.offset + 1) throw r.unexpected();
  r.take();
  if (next.kind === 'number' && /^\d+$/.test(next.value)) {
    r.take();
    return { kind: 'bind', index: Number(next.value) - 1, name: null, ...r.range(start) };
  }
  const name = r.anyWord();
  return { kind: 'bind', index: null, name: name.name, ...r.range(start) };
}

function parseObjectLiteral(r: Reader, start: Position): Expression {
  r.expectSymbol('{');
  if (startsStar(r)) {
    const star = parseStar(r);
    r.expectSymbol('}');
    return { kind: 'object', entries: [], star, ...r.range(start) };
  }
  if (r.isWord('FN')) throw notSupportedHere('{fn …} escapes', start);
  const entry = () => {
    const key = r.expectString();
    r.expectSymbol(':');
    return { key, value: parseExpression(r) };
  };
  const entries = r.isSymbol('}') ? [] : r.list(entry);
  r.expectSymbol('}');
  return { kind: 'object', entries, star: null, ...r.range(start) };
}

/** `(query)`, `(expression)` or `(a, b)`. */
function parseParentheses(r: Reader): Expression {
  const { start } = r.token;
  r.expectSymbol('(');
  if (!r.isSymbol('(') && startsQuery(r)) {
    const query = parseQuery(r);
    r.expectSymbol(')');
    return { kind: 'subquery', query, ...r.range(start) };
  }
  let first = parseExpression(r);
  // `((query) UNION (query))`: only now is it known that the inner parenthesis was not a scalar.
  if (first.kind === 'subquery' && !r.isSymbol(')') && !r.isSymbol(',')) {
    const query = continueQuery(r, first.query, first.start);
    first = { kind: 'subquery', query, start: query.start, end: query.end };
  }
  if (r.skipSymbol(')')) return { ...first, ...r.range(start) };
  const items = [first];
  while (r.skipSymbol(',')) items.push(parseExpression(r));
  r.expectSymbol(')');
  return { kind: 'tuple', items, ...r.range(start) };
}

function parseWord(r: Reader, word: string, start: Position): Expression {
  const next = r.peek(1);
  switch (word) {
    case 'NULL':
      r.take();
      return { kind: 'null', ...r.range(start) };
    case 'TRUE':
    case 'FALSE':
      r.take();
      return { kind: 'boolean', value: word === 'TRUE', ...r.range(start) };
    case 'CASE':
      return parseCase(r);
    case 'EXISTS': {
      r.take();
      r.expectSymbol('(');
      const query = parseQuery(r);
      r.expectSymbol(')');
      return { kind: 'exists', query, negated: false, ...r.range(start) };
    }
    case 'CAST':
    case 'TRY_CAST': {
      r.take();
      r.expectSymbol('(');
      const operand = parseExpression(r);
      r.expectWords('AS');
      const type = parseType(r);
      r.expectSymbol(')');
      return { kind: 'cast', operand, type, try: word === 'TRY_CAST', ...r.range(start) };
    }
    case 'INTERVAL':
      if (next.kind !== 'string') break;
      r.take();
      return parseInterval(r, start);
  }
  if (next.kind === 'string') {
    if (literalTypes.has(word)) {
      const type = parseType(r);
      const operand = parsePrimary(r);
      return { kind: 'cast', operand, type, try: false, ...r.range(start) };
    }
    // https://docs.snowflake.com/en/sql-reference/data-types-text#binary-literals
    if (word === 'X' && next.start.offset === r.token.end) {
      const name = r.anyWord();
      const digits = parsePrimary(r);
      const format: Expression = { kind: 'string', value: 'HEX', start, end: start.offset };
      return { ...plainCall([{ ...name, name: 'TO_BINARY' }], [digits, format]), ...r.range(start) };
    }
  }
  const called = next.kind === 'symbol' && next.value === '(';
  if (bareFunctions.has(word) && !called) {
    const name = r.anyWord();
    return { ...plainCall([name], []), ...r.range(start) };
  }
  if (reserved.has(word) ? !(called && reservedFunctions.has(word)) : notColumns.has(word))
    throw r.unexpected();
  return parseName(r);
}

function parseInterval(r: Reader, start: Position): Expression {
  const value = r.expectString();
  for (const unit of ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'])
    if (r.isWord(unit) && (r.follows(1, 'TO') || r.follows(1, '(')))
      throw notSupportedHere(`the interval type ${unit} …`, r.token.start);
  return { kind: 'interval', value, ...r.range(start) };
}

function parseCase(r: Reader): Case {
  const { start } = r.token;
  r.expectWords('CASE');
  const operand = r.isWord('WHEN') ? null : parseExpression(r);
  const branches: Case['branches'] = [];
  while (r.skipWords('WHEN')) {
    const when = parseExpression(r);
    r.expectWords('THEN');
    branches.push({ when, then: parseExpression(r) });
  }
  if (branches.length === 0) throw r.unexpected();
  const otherwise = r.skipWords('ELSE') ? parseExpression(r) : null;
  r.expectWords('END');
  return { kind: 'case', operand, branches, otherwise, ...r.range(start) };
}

/** A column (`a.b.c`, `t.$1`) or, when a parenthesis follows, a call. */
function parseName(r: Reader): Expression {
  const { start } = r.token;
  const parts: Identifier[] = [r.anyWord()];
  while (r.isSymbol('.')) {
    r.take();
    if (r.token.kind === 'variable' && /^\d+$/.test(r.token.value)) {
      if (parts.length > 1) throw notSupportedHere('a positional column with a qualified table name', start);
      const index = Number(r.take().value);
      return { kind: 'positional', qualifier: parts[0]!, index, ...r.range(start) };
    }
    if (r.isSymbol('.')) parts.push({ name: 'PUBLIC', quoted: false, start, end: start.offset });
    else parts.push(r.anyWord());
  }
  if (r.isSymbol('(')) {
    if (r.follows(1, '+') && r.follows(2, ')')) return { kind: 'column', parts, ...r.range(start) };
    const call = parseCall(r, parts);
    if (r.isSymbol('(') && parts[0]!.name === 'IDENTIFIER')
      throw notSupportedHere('a call of IDENTIFIER(…)', start);
    return call;
  }
  if (r.isSymbol('!')) throw notSupportedHere('a method call with !', r.token.start);
  return { kind: 'column', parts, ...r.range(start) };
}
