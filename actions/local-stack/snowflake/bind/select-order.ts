import type { OrderItem, Query } from '../../../shared/sql/ast.ts';
import { bindExpression } from './expression.ts';
import { needsKey, orderBound, orderKey, orderPosition } from './order.ts';
import { plainError, type Scope } from './scope.ts';
import type { ListItem } from './select.ts';
import { createUses, markUses, takeUses, type Uses } from './uses.ts';

interface SelectOrder {
  /** The SELECT with its ORDER BY. */
  apply: (sql: string) => string;
  uses: Uses;
}

/**
 * ORDER BY of a SELECT: a position, an alias of the list (before a column of that name), else any expression over
 * FROM; with DISTINCT only what the list holds. Source: docs.snowflake.com, ORDER BY.
 */
export function orderSelect(
  orderBy: Query['orderBy'],
  items: ListItem[],
  scope: Scope,
  distinct: boolean,
): SelectOrder {
  const orders = Array.isArray(orderBy)
    ? orderBy
    : items.map((_, index) => ({ index, descending: orderBy.descending, nulls: orderBy.nulls }));
  if (orders.length === 0) return { apply: (sql) => sql, uses: createUses() };
  const mark = markUses(scope.uses);
  const keys: string[] = [];
  for (const order of orders) {
    const index = 'index' in order ? order.index : listed(order, items);
    if (index !== null) {
      const bound = items[index]!.entry.bound!;
      if (bound.constant !== undefined) continue;
      const key = needsKey(bound) ? orderKey(bound) : String(index + 1);
      keys.push(orderBound(bound, order, key).sql);
      continue;
    }
    const item = order as OrderItem;
    const bound = bindExpression(item.expression, scope);
    if (bound.constant !== undefined) continue;
    const same = items.findIndex((one) => one.entry.bound!.sql === bound.sql);
    if (distinct && same < 0) {
      const text = scope.uses.columns.at(-1)?.name ?? scope.source.slice(item.start.offset, item.end);
      throw plainError('000979', '42601', `[${text}] is not a valid order by expression`, item.start);
    }
    keys.push(orderBound(bound, item, same < 0 || needsKey(bound) ? orderKey(bound) : String(same + 1)).sql);
  }
  const uses = takeUses(scope.uses, mark);
  scope.uses.windows.push(...uses.windows);
  return { apply: (sql) => (keys.length === 0 ? sql : `${sql} ORDER BY ${keys.join(', ')}`), uses };
}

/** The list's column that an item names by position or by name; null when it is another expression. */
function listed(item: OrderItem, items: ListItem[]): number | null {
  const { expression } = item;
  const position = orderPosition(expression, items.length);
  if (position !== null) return position;
  if (expression.kind !== 'column' || expression.parts.length !== 1) return null;
  const { name } = expression.parts[0]!;
  const aliased = items.findIndex((one) => one.aliased && one.label === name);
  if (aliased >= 0) return aliased;
  const same = items.flatMap((one, index) => (one.label === name ? [index] : []));
  const isOne = new Set(same.map((index) => items[index]!.entry.bound!.sql)).size === 1;
  return isOne ? same[0]! : null;
}
