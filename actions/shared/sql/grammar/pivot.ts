import type { Identifier, Pivot, TableExpression, Unpivot } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseExpression, parseOperand } from './expression.ts';
import { parseTableAlias } from './from.ts';
import { parseCall } from './function-call.ts';
import { startsQuery } from './query.ts';
import type { Reader } from './reader.ts';

/** `PIVOT (agg(x) FOR column IN (value [AS name], …))`: https://docs.snowflake.com/en/sql-reference/constructs/pivot */
export function parsePivot(r: Reader, input: TableExpression): Pivot {
  r.expectWords('PIVOT');
  r.expectSymbol('(');
  const aggregate = parseCall(r, [r.identifier()]);
  if (r.token.kind === 'word' && !r.isWord('FOR'))
    throw notSupportedHere('PIVOT with a named aggregate', r.token.start);
  if (r.isSymbol(',')) throw notSupportedHere('PIVOT with several aggregates', r.token.start);
  r.expectWords('FOR');
  const column = r.identifier();
  r.expectWords('IN');
  r.expectSymbol('(');
  if (r.isWord('ANY') || startsQuery(r))
    throw notSupportedHere('PIVOT with values from ANY or a query', r.token.start);
  const values = r.list(() => ({ expression: parseOperand(r), alias: r.skipWords('AS') ? name(r) : null }));
  r.expectSymbol(')');
  if (r.isWord('DEFAULT')) throw notSupportedHere('PIVOT … DEFAULT ON NULL', r.token.start);
  r.expectSymbol(')');
  return {
    kind: 'pivot',
    input,
    aggregate,
    column,
    values,
    alias: parseTableAlias(r),
    ...r.range(input.start),
  };
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
