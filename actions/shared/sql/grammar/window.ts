import type { Frame, FrameBound, Window } from '../ast.ts';
import { parseExpression, parseOperand } from './expression.ts';
import { parseOrderItem } from './order.ts';
import type { Reader } from './reader.ts';

/** `( [PARTITION BY …] [ORDER BY …] [frame] )`: https://docs.snowflake.com/en/sql-reference/functions-window-syntax */
export function parseWindow(r: Reader): Window {
  const { start } = r.token;
  r.expectSymbol('(');
  const partitionBy = r.skipWords('PARTITION', 'BY') ? r.list(() => parseExpression(r)) : [];
  const orderBy = r.skipWords('ORDER', 'BY') ? r.list(() => parseOrderItem(r)) : [];
  const frame = r.isSymbol(')') ? null : parseFrame(r);
  r.expectSymbol(')');
  return { partitionBy, orderBy, frame, ...r.range(start) };
}

function parseFrame(r: Reader): Frame {
  const { start, value } = r.token;
  if (!r.skipWords('ROWS') && !r.skipWords('RANGE') && !r.skipWords('GROUPS')) throw r.unexpected();
  const unit = value as Frame['unit'];
  if (!r.skipWords('BETWEEN')) return { unit, from: parseBound(r), to: null, ...r.range(start) };
  const from = parseBound(r);
  r.expectWords('AND');
  const to = parseBound(r);
  return { unit, from, to, ...r.range(start) };
}

function parseBound(r: Reader): FrameBound {
  if (r.skipWords('CURRENT', 'ROW')) return { kind: 'currentRow' };
  if (r.skipWords('UNBOUNDED', 'PRECEDING')) return { kind: 'unboundedPreceding' };
  if (r.skipWords('UNBOUNDED', 'FOLLOWING')) return { kind: 'unboundedFollowing' };
  const amount = parseOperand(r);
  if (r.skipWords('PRECEDING')) return { kind: 'preceding', amount };
  r.expectWords('FOLLOWING');
  return { kind: 'following', amount };
}
