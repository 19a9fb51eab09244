import type { Expression, FunctionCall, Identifier, Lambda } from '../ast.ts';
import { parseType } from './data-types.ts';
import { parseExpression, parseOperand } from './expression.ts';
import { parseOrderItem } from './order.ts';
import { parseQuery, startsQuery } from './query.ts';
import type { Reader } from './reader.ts';
import { parseStageLocation } from './stage-location.ts';
import { parseStar, startsStar } from './star.ts';
import { parseWindow } from './window.ts';

/** A call whose name is read, from its parenthesis to its OVER clause. */
export function parseCall(r: Reader, name: Identifier[]): FunctionCall {
  const start = name[0]!.start;
  const call = plainCall(name, []);
  r.expectSymbol('(');
  const special = name.length === 1 && !name[0]!.quoted ? specialArguments[name[0]!.name] : undefined;
  const args = special?.(r);
  if (args !== undefined) call.args = args;
  else if (!r.isSymbol(')')) {
    call.distinct = r.skipWords('DISTINCT');
    if (!call.distinct && r.isWord('ALL') && !r.follows(1, '(')) r.take();
    r.list(() => parseArgument(r, call));
    call.nulls = parseNulls(r);
  }
  r.expectSymbol(')');
  if (r.skipWords('WITHIN', 'GROUP')) {
    r.expectSymbol('(');
    r.expectWords('ORDER', 'BY');
    call.withinGroup = r.list(() => parseOrderItem(r));
    r.expectSymbol(')');
  }
  // Elsewhere FROM FIRST would be a table of that name.
  if (r.isWord('FROM') && name[0]!.name === 'NTH_VALUE' && (r.follows(1, 'FIRST') || r.follows(1, 'LAST'))) {
    r.take();
    call.fromLast = r.take().value === 'LAST';
  }
  call.nulls ??= parseNulls(r);
  if (r.isWord('OVER') && r.follows(1, '(')) {
    r.take();
    call.over = parseWindow(r);
  }
  if (args !== undefined && name[0]!.name === 'EXTRACT') call.name = [{ ...name[0]!, name: 'DATE_PART' }];
  return { ...call, ...r.range(start) };
}

/** A call with nothing but arguments; ranges are the caller's to widen. */
export function plainCall(name: Identifier[], args: Expression[]): FunctionCall {
  return {
    kind: 'call',
    name,
    args,
    namedArgs: [],
    distinct: false,
    withinGroup: [],
    nulls: null,
    fromLast: false,
    over: null,
    start: name[0]!.start,
    end: name[name.length - 1]!.end,
  };
}

function parseNulls(r: Reader): FunctionCall['nulls'] {
  if (r.skipWords('IGNORE', 'NULLS')) return 'IGNORE';
  return r.skipWords('RESPECT', 'NULLS') ? 'RESPECT' : null;
}

/** Adds one argument: `name => value`, `*`, a lambda or an expression. */
export function parseArgument(r: Reader, call: Pick<FunctionCall, 'args' | 'namedArgs'>): void {
  if ((r.token.kind === 'word' || r.token.kind === 'quoted') && r.follows(1, '=>')) {
    const name = r.anyWord();
    r.expectSymbol('=>');
    call.namedArgs.push({ name, value: parseArgumentValue(r) });
  } else call.args.push(parseArgumentValue(r));
}

function parseArgumentValue(r: Reader): Expression {
  if (startsStar(r)) return parseStar(r);
  if (r.token.kind === 'stage') return parseStageArgument(r);
  if (!r.isSymbol('(') && startsQuery(r)) {
    const query = parseQuery(r);
    return { kind: 'subquery', query, start: query.start, end: query.end };
  }
  return startsLambda(r) ? parseLambda(r) : parseExpression(r);
}

/** `@stage`, which file functions take as they take its text. */
function parseStageArgument(r: Reader): Expression {
  const { start } = r.token;
  parseStageLocation(r);
  return { kind: 'string', value: r.slice(start), ...r.range(start) };
}

/** `x ->`, `x INT ->`, `(x, y INT) ->` */
function startsLambda(r: Reader): boolean {
  if (r.token.kind === 'word') return r.follows(1, '->') || (r.peek(1).kind === 'word' && r.follows(2, '->'));
  if (!r.isSymbol('(')) return false;
  let ahead = 1;
  while (r.peek(ahead).kind === 'word' || r.follows(ahead, ',')) ahead++;
  return ahead > 1 && r.follows(ahead, ')') && r.follows(ahead + 1, '->');
}

function parseLambda(r: Reader): Lambda {
  const { start } = r.token;
  const types: Lambda['types'] = [];
  const parameter = (): Identifier => {
    const name = r.identifier();
    types.push(r.token.kind === 'word' ? parseType(r) : null);
    return name;
  };
  const parameters = r.isSymbol('(') ? r.parenthesized(parameter) : [parameter()];
  r.expectSymbol('->');
  const body = parseExpression(r);
  return { kind: 'lambda', parameters, types, body, ...r.range(start) };
}

/** Arguments with keywords between them. `undefined`: this call has ordinary ones. */
const specialArguments: Record<string, (r: Reader) => Expression[] | undefined> = {
  EXTRACT: parseExtract,
  DATE_PART: parseExtract,
  // https://docs.snowflake.com/en/sql-reference/functions/position
  POSITION: (r) => {
    const part = parseOperand(r);
    if (!r.skipWords('IN')) r.expectSymbol(',');
    const args = [part, parseExpression(r)];
    if (r.skipSymbol(',')) args.push(parseExpression(r));
    return args;
  },
  SUBSTRING: parseSubstring,
  SUBSTR: parseSubstring,
};

function parseSubstring(r: Reader): Expression[] {
  const args = [parseExpression(r)];
  const words = r.isWord('FROM');
  while (words ? r.skipWords(args.length === 1 ? 'FROM' : 'FOR') : r.skipSymbol(','))
    args.push(parseExpression(r));
  return args;
}

/** `part FROM x` is DATE_PART('part', x): https://docs.snowflake.com/en/sql-reference/functions/extract */
function parseExtract(r: Reader): Expression[] | undefined {
  const { start, end, kind, value } = r.token;
  if ((kind !== 'word' && kind !== 'string') || !r.follows(1, 'FROM')) return undefined;
  r.take();
  r.expectWords('FROM');
  return [{ kind: 'string', value, start, end }, parseExpression(r)];
}
