import type { Expression, GroupBy, GroupElement, Identifier, Select, SelectItem } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseExpression } from './expression.ts';
import { parseFrom } from './from.ts';
import { notColumnAliases, reserved } from './keywords.ts';
import { parsePrimary } from './primary.ts';
import type { Reader } from './reader.ts';
import { parseStar, startsStar } from './star.ts';

/** From SELECT to QUALIFY: https://docs.snowflake.com/en/sql-reference/sql/select */
export function parseSelect(r: Reader): Select {
  const { start } = r.token;
  const { intoAllowed } = r;
  r.intoAllowed = false;
  r.expectWords('SELECT');
  const distinct = r.skipWords('DISTINCT');
  if (!distinct) r.skipWords('ALL');
  const top = r.isWord('TOP') && startsTop(r) ? parseTop(r) : null;
  const items = [parseSelectItem(r)];
  // Snowflake lets the select list end with a comma.
  while (r.skipSymbol(',')) if (!r.isWord('FROM')) items.push(parseSelectItem(r));
  if (intoAllowed && r.skipWords('INTO')) {
    r.selectInto = r.list(() => parseTargetVariable(r));
  }
  const from = r.skipWords('FROM') ? parseFrom(r) : null;
  const before = parseConnectBy(r);
  const where = r.skipWords('WHERE') ? parseExpression(r) : null;
  const connectBy = before ?? parseConnectBy(r);
  const groupBy = r.skipWords('GROUP', 'BY') ? parseGroupBy(r) : null;
  const having = r.skipWords('HAVING') ? parseExpression(r) : null;
  const qualify = r.skipWords('QUALIFY') ? parseExpression(r) : null;
  return {
    kind: 'select',
    distinct,
    top,
    items,
    from,
    where,
    connectBy,
    groupBy,
    having,
    qualify,
    ...r.range(start),
  };
}

/** `[START WITH condition] CONNECT BY condition [, condition …]`, in either order: https://docs.snowflake.com/en/sql-reference/constructs/connect-by */
function parseConnectBy(r: Reader): Select['connectBy'] {
  let startWith = r.skipWords('START', 'WITH') ? parseExpression(r) : null;
  if (startWith === null && !r.isWord('CONNECT')) return null;
  r.expectWords('CONNECT', 'BY');
  if (r.isWord('NOCYCLE')) throw notSupportedHere('CONNECT BY NOCYCLE', r.token.start);
  const [first, ...others] = r.list(() => parseExpression(r));
  const condition = others.reduce<Expression>(
    (left, right) => ({
      kind: 'binary',
      operator: 'AND',
      left,
      right,
      start: left.start,
      end: right.end,
    }),
    first!,
  );
  if (startWith === null && r.skipWords('START', 'WITH')) startWith = parseExpression(r);
  return { startWith, condition };
}

/** A scripting variable that receives a value, with its colon or without. */
export function parseTargetVariable(r: Reader): Identifier {
  r.skipSymbol(':');
  return r.identifier();
}

function startsTop(r: Reader): boolean {
  const { kind, value } = r.peek(1);
  return (
    kind === 'number' || value === '?' || (kind === 'symbol' && value === ':' && r.peek(2).kind !== 'end')
  );
}

function parseTop(r: Reader): Expression {
  r.expectWords('TOP');
  return parsePrimary(r);
}

function parseSelectItem(r: Reader): SelectItem {
  const { start } = r.token;
  const expression = startsStar(r) ? parseStar(r) : parseExpression(r);
  return { expression, alias: parseAlias(r, expression), ...r.range(start) };
}

function parseAlias(r: Reader, expression: Expression): Identifier | null {
  if (expression.kind === 'star') return null;
  if (r.skipWords('AS')) return r.identifier();
  const { kind, value } = r.token;
  if (kind === 'quoted') return r.anyWord();
  if (kind !== 'word' || reserved.has(value) || notColumnAliases.has(value)) return null;
  return r.anyWord();
}

function parseGroupBy(r: Reader): GroupBy {
  if (r.isWord('ALL')) {
    r.take();
    return { kind: 'all' };
  }
  const elements = r.list(() => parseGroupElement(r));
  const keys = elements.flatMap((element) => (element.kind === 'key' ? [element.expression] : []));
  return keys.length === elements.length ? { kind: 'items', items: keys } : { kind: 'sets', elements };
}

function parseGroupElement(r: Reader): GroupElement {
  if (r.skipWords('GROUPING', 'SETS')) return { kind: 'groupingSets', sets: parseSets(r) };
  for (const [word, kind] of [
    ['CUBE', 'cube'],
    ['ROLLUP', 'rollup'],
  ] as const) {
    if (!r.isWord(word) || !r.follows(1, '(')) continue;
    r.take();
    return { kind, sets: parseSets(r) };
  }
  return { kind: 'key', expression: parseExpression(r) };
}

/** `((a, b), c, ())` */
function parseSets(r: Reader): Expression[][] {
  return r.parenthesized(() => {
    if (!r.isSymbol('(')) return [parseExpression(r)];
    if (r.follows(1, ')')) {
      r.take();
      r.take();
      return [];
    }
    const item = parseExpression(r);
    return item.kind === 'tuple' ? item.items : [item];
  });
}
