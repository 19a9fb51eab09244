import type { Frame, FrameBound, Window } from '../../../shared/sql/ast.ts';
import type { Position } from '../../../shared/sql/position.ts';
import { notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import { bindExpression } from './expression.ts';
import { intervalSql } from './interval.ts';
import { bindOrderItem } from './order.ts';
import { plainError, type Scope } from './scope.ts';

/** Window functions whose window must be ordered. Source: docs.snowflake.com, each function's page. */
const NEED_ORDER = new Set([
  'ROW_NUMBER',
  'RANK',
  'DENSE_RANK',
  'PERCENT_RANK',
  'CUME_DIST',
  'NTILE',
  'LAG',
  'LEAD',
  'FIRST_VALUE',
  'LAST_VALUE',
  'NTH_VALUE',
  'CONDITIONAL_CHANGE_EVENT',
  'CONDITIONAL_TRUE_EVENT',
]);

export function requireOrder(name: string, window: Window, position: Position): void {
  if (!NEED_ORDER.has(name) || window.orderBy.length > 0) return;
  throw plainError(
    '002303',
    '42601',
    `Window function type [${name}] requires ORDER BY in window specification.`,
    position,
  );
}

/** ` OVER (…)`. NULLs are highest unless the order says otherwise, as in ORDER BY. */
export function windowSql(window: Window, scope: Scope): string {
  const parts: string[] = [];
  if (window.partitionBy.length > 0) {
    const keys = window.partitionBy.map((key) => bindExpression(key, scope).sql);
    parts.push(`PARTITION BY ${keys.join(', ')}`);
  }
  if (window.orderBy.length > 0) {
    parts.push(`ORDER BY ${window.orderBy.map((item) => bindOrderItem(item, scope).sql).join(', ')}`);
  }
  if (window.frame !== null) parts.push(frameSql(window.frame, window, scope));
  return ` OVER (${parts.join(' ')})`;
}

function frameSql(frame: Frame, window: Window, scope: Scope): string {
  if (window.orderBy.length === 0) {
    throw plainError(
      '002303',
      '42601',
      'Window frame requires ORDER BY in window specification.',
      frame.start,
    );
  }
  if (frame.unit === 'GROUPS') throw notSupportedHere('a window frame in GROUPS', frame.start);
  const from = boundSql(frame.from, scope);
  const to = frame.to === null ? 'CURRENT ROW' : boundSql(frame.to, scope);
  return `${frame.unit} BETWEEN ${from} AND ${to}`;
}

function boundSql(bound: FrameBound, scope: Scope): string {
  switch (bound.kind) {
    case 'unboundedPreceding':
      return 'UNBOUNDED PRECEDING';
    case 'unboundedFollowing':
      return 'UNBOUNDED FOLLOWING';
    case 'currentRow':
      return 'CURRENT ROW';
    case 'preceding':
    case 'following': {
      const direction = bound.kind.toUpperCase();
      if (bound.amount.kind === 'interval') return `${intervalSql(bound.amount)} ${direction}`;
      const { constant } = bindExpression(bound.amount, scope);
      if (typeof constant !== 'bigint' && typeof constant !== 'number') {
        throw notSupportedHere('a window frame whose bound is not a constant', bound.amount.start);
      }
      return `${constant} ${direction}`;
    }
  }
}
