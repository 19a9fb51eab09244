import type { Expression, GroupBy, Identifier, Select, SelectItem } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseExpression } from './expression.ts';
import { parseFrom } from './from.ts';
import { notColumnAliases, reserved } from './keywords.ts';
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
  const where = r.skipWords('WHERE') ? parseExpression(r) : null;
  if (r.isWord('CONNECT') || r.isWord('START')) throw notSupportedHere('CONNECT BY', r.token.start);
  const groupBy = r.skipWords('GROUP', 'BY') ? parseGroupBy(r) : null;
  const having = r.skipWords('HAVING') ? parseExpression(r) : null;
  const qualify = r.skipWords('QUALIFY') ? parseExpression(r) : null;
  return { kind: 'select', distinct, top, items, from, where, groupBy, having, qualify, ...r.range(start) };
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
  const { start, value, kind } = r.token;
  if (kind !== 'number') throw notSupportedHere('TOP with a bind', start);
  r.take();
  return { kind: 'number', text: value, ...r.range(start) };
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
  const { start } = r.token;
  if (r.isWord('ALL')) {
    r.take();
    return { kind: 'all' };
  }
  let grouping: GroupBy;
  if (r.isWords('GROUPING', 'SETS')) {
    r.skipWords('GROUPING', 'SETS');
    grouping = { kind: 'groupingSets', sets: parseSets(r) };
  } else if (r.isWord('CUBE') && r.follows(1, '(')) {
    r.take();
    grouping = { kind: 'cube', sets: parseSets(r) };
  } else if (r.isWord('ROLLUP') && r.follows(1, '(')) {
    r.take();
    grouping = { kind: 'rollup', sets: parseSets(r) };
  } else {
    const items = r.list(() => {
      if (r.isWords('GROUPING', 'SETS')) throw mixed(r);
      return parseExpression(r);
    });
    for (const item of items)
      if (item.kind === 'call' && (item.name[0]!.name === 'CUBE' || item.name[0]!.name === 'ROLLUP'))
        throw mixed(r, item.start);
    return { kind: 'items', items };
  }
  if (r.isSymbol(',')) throw mixed(r, start);
  return grouping;
}

function mixed(r: Reader, start = r.token.start) {
  return notSupportedHere('GROUP BY that mixes columns with GROUPING SETS, CUBE or ROLLUP', start);
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
