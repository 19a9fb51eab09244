import type { Expression, Identifier, Pivot, PivotValues, TableExpression, Unpivot } from '../ast.ts';
import { parseExpression, parseOperand } from './expression.ts';
import { parseTableAlias } from './from.ts';
import { parseCall } from './function-call.ts';
import { parseNameParts } from './names.ts';
import { parseOrderItem } from './order.ts';
import { parseQuery, startsQuery } from './query.ts';
import type { Reader } from './reader.ts';

/**
 * `PIVOT (agg(x) [[AS] name] [, …] FOR column IN (value [AS name], … | ANY [ORDER BY …] | query) [DEFAULT ON NULL (x)])`:
 * https://docs.snowflake.com/en/sql-reference/constructs/pivot
 */
export function parsePivot(r: Reader, input: TableExpression): Pivot {
  r.expectWords('PIVOT');
  r.expectSymbol('(');
  const aggregates = r.list(() => {
    const call = parseCall(r, [r.identifier()]);
    return { call, alias: r.skipWords('AS') || (!r.isWord('FOR') && !r.isSymbol(',')) ? name(r) : null };
  });
  r.expectWords('FOR');
  const column = parseNameParts(r).at(-1)!;
  r.expectWords('IN');
  r.expectSymbol('(');
  const values = parsePivotValues(r);
  r.expectSymbol(')');
  const defaultOnNull = parseDefaultOnNull(r);
  r.expectSymbol(')');
  const alias = parseTableAlias(r);
  return { kind: 'pivot', input, aggregates, column, values, defaultOnNull, alias, ...r.range(input.start) };
}

function parsePivotValues(r: Reader): PivotValues {
  if (startsQuery(r)) return { kind: 'selected', query: parseQuery(r) };
  if (!r.isWord('ANY')) {
    const item = () => ({ expression: parseOperand(r), alias: r.skipWords('AS') ? name(r) : null });
    return { kind: 'list', items: r.list(item) };
  }
  r.take();
  return { kind: 'any', orderBy: r.skipWords('ORDER', 'BY') ? r.list(() => parseOrderItem(r)) : [] };
}

function parseDefaultOnNull(r: Reader): Expression | null {
  if (!r.skipWords('DEFAULT', 'ON')) return null;
  r.expectWords('NULL');
  r.expectSymbol('(');
  const value = parseExpression(r);
  r.expectSymbol(')');
  return value;
}

/** `UNPIVOT [INCLUDE NULLS] (value FOR name IN (columns))`: https://docs.snowflake.com/en/sql-reference/constructs/unpivot */
export function parseUnpivot(r: Reader, input: TableExpression): Unpivot {
  r.expectWords('UNPIVOT');
  const includeNulls = r.skipWords('INCLUDE', 'NULLS');
  if (!includeNulls) r.skipWords('EXCLUDE', 'NULLS');
  r.expectSymbol('(');
  const value = r.identifier();
  r.expectWords('FOR');
  const nameColumn = r.identifier();
  r.expectWords('IN');
  const columns = r.parenthesized(() => ({
    column: r.identifier(),
    alias: r.skipWords('AS') || (!r.isSymbol(',') && !r.isSymbol(')')) ? name(r) : null,
  }));
  r.expectSymbol(')');
  const alias = parseTableAlias(r);
  return {
    kind: 'unpivot',
    input,
    value,
    name: nameColumn,
    columns,
    includeNulls,
    alias,
    ...r.range(input.start),
  };
}

/** A name, or a string that stands for one. */
function name(r: Reader): Identifier {
  if (r.token.kind !== 'string') return r.identifier();
  const expression = parseExpression(r);
  if (expression.kind !== 'string') throw r.unexpected();
  return { name: expression.value, quoted: true, start: expression.start, end: expression.end };
}
