import type { Expression, Query, SetBody, SetOperation, Values } from '../ast.ts';
import type { Position } from '../position.ts';
import { parseExpression } from './expression.ts';
import { parseOptionalColumns } from './names.ts';
import { parseDirection, parseOrderItem } from './order.ts';
import type { Reader } from './reader.ts';
import { parseSelect } from './select.ts';

/** `[WITH …] body [ORDER BY] [LIMIT]`: https://docs.snowflake.com/en/sql-reference/constructs */
export function parseQuery(r: Reader): Query {
  return r.nested(() => {
    const { start } = r.token;
    const ctes = r.isWord('WITH') ? parseWith(r) : [];
    const body = parseSetOperation(r, parseIntersection(r, parseBodyOperand(r)));
    return finishQuery(r, ctes, body, start);
  });
}

/** A query whose first operand `(query)` is already read. */
export function continueQuery(r: Reader, first: Query, start: Position): Query {
  return finishQuery(r, [], parseSetOperation(r, parseIntersection(r, simplify(first))), start);
}

/** Whether a query comes next, perhaps in parentheses. */
export function startsQuery(r: Reader): boolean {
  let ahead = 0;
  while (r.follows(ahead, '(')) ahead++;
  const { kind, value } = r.peek(ahead);
  return kind === 'word' && (value === 'SELECT' || value === 'WITH');
}

function parseWith(r: Reader): Query['with'] {
  const { intoAllowed } = r;
  r.intoAllowed = false;
  r.expectWords('WITH');
  const recursive = r.skipWords('RECURSIVE');
  const ctes = r.list(() => {
    const name = r.identifier();
    const columns = parseOptionalColumns(r);
    r.expectWords('AS');
    r.expectSymbol('(');
    const query = parseQuery(r);
    r.expectSymbol(')');
    return { recursive, name, columns, query };
  });
  r.intoAllowed = intoAllowed;
  return ctes;
}

function finishQuery(r: Reader, ctes: Query['with'], body: SetBody, start: Position): Query {
  let orderBy: Query['orderBy'] = [];
  if (r.skipWords('ORDER', 'BY')) {
    if (r.skipWords('ALL')) orderBy = { all: true, ...parseDirection(r) };
    else orderBy = r.list(() => parseOrderItem(r));
  }
  const { limit, offset } = parseLimit(r);
  return { kind: 'query', with: ctes, body, orderBy, limit, offset, ...r.range(start) };
}

/** `LIMIT n [OFFSET m]` and `[OFFSET m [ROWS]] [FETCH [FIRST|NEXT] n [ROWS] [ONLY]]` */
function parseLimit(r: Reader): { limit: Expression | null; offset: Expression | null } {
  let limit: Expression | null = null;
  let offset: Expression | null = null;
  if (r.skipWords('LIMIT')) limit = parseExpression(r);
  if (r.skipWords('OFFSET')) {
    offset = parseExpression(r);
    skipOne(r, 'ROW', 'ROWS');
  }
  if (limit === null && r.skipWords('FETCH')) {
    skipOne(r, 'FIRST', 'NEXT');
    limit = parseExpression(r);
    skipOne(r, 'ROW', 'ROWS');
    r.skipWords('ONLY');
  }
  return { limit, offset };
}

function skipOne(r: Reader, one: string, other: string): void {
  if (!r.skipWords(one)) r.skipWords(other);
}

/** UNION, EXCEPT and MINUS from left to right; INTERSECT binds more strongly. */
function parseSetOperation(r: Reader, first: SetBody): SetBody {
  let left = first;
  for (;;) {
    let operator: SetOperation['operator'];
    if (r.skipWords('UNION')) {
      operator = r.skipWords('ALL') ? 'UNION ALL' : 'UNION';
      if (operator === 'UNION') r.skipWords('DISTINCT');
    } else if (r.skipWords('EXCEPT') || r.skipWords('MINUS')) operator = 'EXCEPT';
    else return left;
    const byName = operator.startsWith('UNION') && r.skipWords('BY', 'NAME');
    const right = parseIntersection(r, parseBodyOperand(r));
    left = { kind: 'setOperation', operator, byName, left, right, ...r.range(left.start) };
  }
}

function parseIntersection(r: Reader, first: SetBody): SetBody {
  let left = first;
  while (r.skipWords('INTERSECT')) {
    const right = parseBodyOperand(r);
    left = {
      kind: 'setOperation',
      operator: 'INTERSECT',
      byName: false,
      left,
      right,
      ...r.range(left.start),
    };
  }
  return left;
}

function parseBodyOperand(r: Reader): SetBody {
  if (r.isWord('SELECT')) return parseSelect(r);
  if (r.isWord('VALUES')) return parseValues(r);
  if (r.isWord('WITH')) return parseQuery(r);
  r.expectSymbol('(');
  const query = parseQuery(r);
  r.expectSymbol(')');
  return simplify(query);
}

/** `(SELECT …)` with nothing around the select is that select. */
function simplify(query: Query): SetBody {
  const bare =
    query.with.length === 0 &&
    Array.isArray(query.orderBy) &&
    query.orderBy.length === 0 &&
    query.limit === null &&
    query.offset === null;
  return bare ? query.body : query;
}

/** `VALUES (…), (…)` */
export function parseValues(r: Reader): Values {
  const { start } = r.token;
  r.expectWords('VALUES');
  const rows = r.list(() => r.parenthesized(() => parseExpression(r)));
  return { kind: 'values', rows, ...r.range(start) };
}
