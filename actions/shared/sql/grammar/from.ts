import type { Join, TableAlias, TableExpression } from '../ast.ts';
import { parseExpression } from './expression.ts';
import { notTableAliases, reserved } from './keywords.ts';
import { parseMatchRecognize } from './match-recognize.ts';
import { parsePivot, parseUnpivot } from './pivot.ts';
import type { Reader } from './reader.ts';
import { parseTablePrimary } from './table-primary.ts';

/** What follows FROM: tables between commas, each with its joins. */
export function parseFrom(r: Reader): TableExpression {
  let left = parseJoined(r);
  while (r.skipSymbol(',')) {
    const right = parseJoined(r);
    left = join(r, left, right, { type: 'COMMA', natural: false, directed: false });
  }
  return left;
}

/** One table and what is joined to it: https://docs.snowflake.com/en/sql-reference/constructs/join */
function parseJoined(r: Reader): TableExpression {
  let left = parseTable(r);
  for (;;) {
    const type = parseJoinType(r);
    if (type === null) return left;
    const right = parseTable(r);
    const joined = join(r, left, right, type);
    if (type.type === 'ASOF') {
      r.expectWords('MATCH_CONDITION');
      r.expectSymbol('(');
      joined.matchCondition = parseExpression(r);
      r.expectSymbol(')');
    }
    if (r.skipWords('ON')) joined.on = parseExpression(r);
    else if (r.skipWords('USING')) joined.using = r.parenthesized(() => r.identifier());
    left = { ...joined, ...r.range(left.start) };
  }
}

function join(r: Reader, left: TableExpression, right: TableExpression, type: JoinType): Join {
  return {
    kind: 'join',
    ...type,
    left,
    right,
    on: null,
    using: [],
    matchCondition: null,
    ...r.range(left.start),
  };
}

type JoinType = Pick<Join, 'type' | 'natural' | 'directed'>;

function parseJoinType(r: Reader): JoinType | null {
  if (r.token.kind !== 'word') return null;
  const natural = r.skipWords('NATURAL');
  const word = r.token.value;
  let type: Join['type'] = 'INNER';
  if (word === 'INNER' || word === 'CROSS' || word === 'ASOF') {
    type = word;
    r.take();
  } else if (word === 'LEFT' || word === 'RIGHT' || word === 'FULL') {
    type = word;
    r.take();
    r.skipWords('OUTER');
  } else if (word !== 'JOIN' && !(word === 'DIRECTED' && r.follows(1, 'JOIN'))) {
    if (natural) throw r.unexpected();
    return null;
  }
  const directed = r.skipWords('DIRECTED');
  r.expectWords('JOIN');
  return { type, natural, directed };
}

/** A table with the PIVOTs after it. */
function parseTable(r: Reader): TableExpression {
  let table = parseTablePrimary(r);
  for (;;) {
    if (r.isWord('PIVOT') && r.follows(1, '(')) table = parsePivot(r, table);
    else if (r.isWord('UNPIVOT')) table = parseUnpivot(r, table);
    else if (r.isWord('MATCH_RECOGNIZE') && r.follows(1, '(')) table = parseMatchRecognize(r, table);
    else return table;
  }
}

/** `[AS] name [(columns)]` */
export function parseTableAlias(r: Reader): TableAlias | null {
  const { start } = r.token;
  const named = r.skipWords('AS');
  const { kind, value } = r.token;
  if (!named && kind !== 'quoted') {
    if (kind !== 'word' || reserved.has(value) || notTableAliases.has(value)) return null;
    // These are table modifiers when a parenthesis follows.
    if (r.follows(1, '(') && (value === 'AT' || value === 'BEFORE' || value === 'CHANGES')) return null;
  }
  const name = r.identifier();
  const columns = r.isSymbol('(') ? r.parenthesized(() => r.identifier()) : [];
  return { name, columns, ...r.range(start) };
}
