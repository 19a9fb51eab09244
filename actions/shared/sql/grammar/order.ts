import type { OrderItem } from '../ast.ts';
import { parseExpression } from './expression.ts';
import type { Reader } from './reader.ts';

/** `expression [ASC|DESC] [NULLS FIRST|LAST]` */
export function parseOrderItem(r: Reader): OrderItem {
  const { start } = r.token;
  const expression = parseExpression(r);
  return { expression, ...parseDirection(r), ...r.range(start) };
}

export function parseDirection(r: Reader): Pick<OrderItem, 'descending' | 'nulls'> {
  const descending = r.skipWords('DESC');
  if (!descending) r.skipWords('ASC');
  if (r.skipWords('NULLS', 'FIRST')) return { descending, nulls: 'FIRST' };
  if (r.skipWords('NULLS', 'LAST')) return { descending, nulls: 'LAST' };
  return { descending, nulls: null };
}
