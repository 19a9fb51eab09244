import type { Binary, Expression, Like } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseType } from './data-types.ts';
import { reserved } from './keywords.ts';
import { parsePath } from './path.ts';
import { parsePrimary } from './primary.ts';
import { continueQuery, parseQuery, startsQuery } from './query.ts';
import type { Reader } from './reader.ts';

/**
 * How strongly operators bind, weakest first: OR, AND, NOT, comparisons (with IN, LIKE, BETWEEN, IS), + - ||,
 * * / %, sign, then `::`, `:`, `[]` and COLLATE.
 * https://docs.snowflake.com/en/sql-reference/operators-logical (NOT before AND before OR) and
 * https://docs.snowflake.com/en/sql-reference/functions/cast (`::` before the unary minus).
 */
const OR = 1;
const AND = 2;
const NOT = 3;
const COMPARISON = 4;
const ADDITIVE = 5;
const MULTIPLICATIVE = 6;
const SIGN = 7;

/** A scalar expression. */
export function parseExpression(r: Reader): Expression {
  return parseBinary(r, OR);
}

/** An expression that stops before a comparison, IN, AND, …: the operands of BETWEEN, POSITION, a window frame. */
export function parseOperand(r: Reader): Expression {
  return parseBinary(r, ADDITIVE);
}

function parseBinary(r: Reader, weakest: number): Expression {
  const start = r.token.start;
  let left = parsePrefix(r);
  for (;;) {
    const { kind, value } = r.token;
    if (kind === 'symbol') {
      const level = symbols[value];
      if (level === undefined || level < weakest) return left;
      const operator = (value === '!=' ? '<>' : value) as Binary['operator'];
      r.take();
      if (level === COMPARISON && isQuantifier(r)) left = parseQuantified(r, left, operator);
      else left = { kind: 'binary', operator, left, right: parseBinary(r, level + 1), start, end: r.lastEnd };
    } else if (kind === 'word') {
      if (value === 'AND' && weakest <= AND) {
        r.take();
        left = {
          kind: 'binary',
          operator: 'AND',
          left,
          right: parseBinary(r, AND + 1),
          start,
          end: r.lastEnd,
        };
      } else if (value === 'OR' && weakest <= OR) {
        r.take();
        left = { kind: 'binary', operator: 'OR', left, right: parseBinary(r, OR + 1), start, end: r.lastEnd };
      } else {
        const test = weakest <= COMPARISON && wordTests.has(value) ? parseWordTest(r, left) : null;
        if (test === null) return left;
        left = test;
      }
    } else return left;
  }
}

const symbols: Record<string, number> = {
  '=': COMPARISON,
  '<>': COMPARISON,
  '!=': COMPARISON,
  '<': COMPARISON,
  '<=': COMPARISON,
  '>': COMPARISON,
  '>=': COMPARISON,
  '+': ADDITIVE,
  '-': ADDITIVE,
  '||': ADDITIVE,
  '*': MULTIPLICATIVE,
  '/': MULTIPLICATIVE,
  '%': MULTIPLICATIVE,
};

function parsePrefix(r: Reader): Expression {
  return r.nested(() => {
    const start = r.token.start;
    if (r.isWord('NOT')) {
      r.take();
      const operand = parseBinary(r, NOT);
      if (operand.kind === 'exists') return { ...operand, negated: !operand.negated, ...r.range(start) };
      return { kind: 'unary', operator: 'NOT', operand, ...r.range(start) };
    }
    if (r.isSymbol('-') || r.isSymbol('+')) {
      const operator = r.take().value === '-' ? '-' : '+';
      return { kind: 'unary', operator, operand: parseBinary(r, SIGN), ...r.range(start) };
    }
    if (r.isSymbol('**')) {
      r.take();
      return { kind: 'unary', operator: '**', operand: parseBinary(r, SIGN), ...r.range(start) };
    }
    if (startsHierarchyOperator(r)) {
      const operator = r.take().value === 'PRIOR' ? 'PRIOR' : 'CONNECT_BY_ROOT';
      return { kind: 'unary', operator, operand: parseBinary(r, SIGN), ...r.range(start) };
    }
    return parsePostfix(r, parsePrimary(r));
  });
}

/** PRIOR and CONNECT_BY_ROOT are ordinary names unless a column follows. */
function startsHierarchyOperator(r: Reader): boolean {
  if (!r.isWord('PRIOR') && !r.isWord('CONNECT_BY_ROOT')) return false;
  const next = r.peek(1);
  return next.kind === 'quoted' || (next.kind === 'word' && !reserved.has(next.value));
}

/** `::type`, VARIANT paths and COLLATE. */
function parsePostfix(r: Reader, primary: Expression): Expression {
  const { start } = primary;
  let left = primary;
  for (;;) {
    if (r.skipSymbol('::'))
      left = { kind: 'cast', operand: left, type: parseType(r), try: false, ...r.range(start) };
    else if (r.isSymbol(':') || r.isSymbol('[') || (left.kind === 'positional' && r.isSymbol('.')))
      left = parsePath(r, left);
    else if (r.isWord('COLLATE') && r.peek(1).kind === 'string') {
      const word = r.anyWord();
      const specification = parsePrimary(r);
      left = call(word.name, [left, specification], r, start);
    } else if (left.kind === 'column' && r.isSymbol('(') && r.follows(1, '+') && r.follows(2, ')')) {
      for (let symbols = 0; symbols < 3; symbols++) r.take();
      left = { kind: 'unary', operator: '(+)', operand: left, ...r.range(start) };
    } else return left;
  }
}

function call(name: string, args: Expression[], r: Reader, start: Expression['start']): Expression {
  const end = start.offset;
  return {
    kind: 'call',
    name: [{ name, quoted: false, start, end }],
    args,
    namedArgs: [],
    distinct: false,
    withinGroup: [],
    nulls: null,
    fromLast: false,
    over: null,
    ...r.range(start),
  };
}

function isQuantifier(r: Reader): boolean {
  return (r.isWord('ANY') || r.isWord('ALL') || r.isWord('SOME')) && r.follows(1, '(');
}

function parseQuantified(r: Reader, left: Expression, operator: Binary['operator']): Expression {
  const word = r.take();
  r.expectSymbol('(');
  if (!startsQuery(r)) throw notSupportedHere(`${operator} ${word.value} over a list`, word.start);
  const query = parseQuery(r);
  r.expectSymbol(')');
  const quantifier = word.value === 'ALL' ? 'ALL' : 'ANY';
  return { kind: 'quantified', operator, left, quantifier, query, ...r.range(left.start) };
}

const wordTests = new Set(['NOT', 'IN', 'LIKE', 'ILIKE', 'RLIKE', 'REGEXP', 'BETWEEN', 'IS']);

/** `[NOT] IN | LIKE | BETWEEN …` and `IS …`; null when NOT belongs to something else (DEFAULT 0 NOT NULL). */
function parseWordTest(r: Reader, left: Expression): Expression | null {
  const { start } = left;
  const negated = r.isWord('NOT');
  const test = r.peek(negated ? 1 : 0);
  if (test.kind !== 'word' || test.value === 'NOT' || !wordTests.has(test.value)) return null;
  if (negated && test.value === 'IS') return null;
  if (negated) r.take();
  r.take();
  switch (test.value) {
    case 'IS':
      return parseIs(r, left);
    case 'IN':
      return parseIn(r, left, negated);
    case 'BETWEEN': {
      const low = parseOperand(r);
      r.expectWords('AND');
      const high = parseOperand(r);
      return { kind: 'between', operand: left, low, high, negated, ...r.range(start) };
    }
    default: {
      const operator = test.value === 'LIKE' || test.value === 'ILIKE' ? test.value : 'RLIKE';
      return parseLike(r, left, operator, negated);
    }
  }
}

function parseIs(r: Reader, left: Expression): Expression {
  const { start } = left;
  const negated = r.skipWords('NOT');
  if (r.skipWords('NULL')) return { kind: 'isNull', operand: left, negated, ...r.range(start) };
  if (r.skipWords('DISTINCT', 'FROM')) {
    const right = parseOperand(r);
    return { kind: 'isDistinct', left, right, negated, ...r.range(start) };
  }
  if (!r.isWord('TRUE') && !r.isWord('FALSE')) throw r.unexpected();
  const value = r.take().value === 'TRUE';
  return { kind: 'isBoolean', operand: left, value, negated, ...r.range(start) };
}

function parseIn(r: Reader, left: Expression, negated: boolean): Expression {
  const { start } = left;
  const items = r.parenthesized(() => parseItem(r));
  const only = items.length === 1 ? items[0]! : undefined;
  if (only?.kind === 'subquery')
    return { kind: 'inQuery', operand: left, query: only.query, negated, ...r.range(start) };
  return { kind: 'inList', operand: left, items, negated, ...r.range(start) };
}

/** An expression, a query, or `(query) UNION …`, of which only the end of the parenthesis tells which it is. */
function parseItem(r: Reader): Expression {
  const { start } = r.token;
  const bare = !r.isSymbol('(') && startsQuery(r);
  const expression = bare ? null : parseExpression(r);
  if (expression !== null && (expression.kind !== 'subquery' || r.isSymbol(')') || r.isSymbol(',')))
    return expression;
  const query = expression?.kind === 'subquery' ? continueQuery(r, expression.query, start) : parseQuery(r);
  return { kind: 'subquery', query, ...r.range(start) };
}

function parseLike(r: Reader, left: Expression, operator: Like['operator'], negated: boolean): Expression {
  let patterns: Expression[];
  let quantifier: Like['quantifier'] = null;
  if (operator !== 'RLIKE' && isQuantifier(r)) {
    quantifier = r.take().value === 'ALL' ? 'ALL' : 'ANY';
    if (r.peek(1).value === 'SELECT')
      throw notSupportedHere(`${operator} ${quantifier} (query)`, r.token.start);
    patterns = r.parenthesized(() => parseExpression(r));
  } else patterns = [parseOperand(r)];
  const escaped = r.skipWords('ESCAPE') ? parseOperand(r) : null;
  return {
    kind: 'like',
    operator,
    operand: left,
    patterns,
    quantifier,
    escape: escaped,
    negated,
    ...r.range(left.start),
  };
}
