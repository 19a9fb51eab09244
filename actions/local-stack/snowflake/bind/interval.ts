import type { IntervalLiteral } from '../../../shared/sql/ast.ts';
import { compilationError } from '../../../shared/sql/snowflake-error.ts';
import type { Bound } from './bound.ts';
import { NTZ } from './literal.ts';
import { invalidArguments } from './operators.ts';
import { value } from './value.ts';
import { onWallClock } from './zoned.ts';

/** Unit names and their abbreviations -> DuckDB's function that makes an interval of a count. */
const UNITS: [RegExp, string, number][] = [
  [/^(?:years?|y|yy|yyy|yyyy|yr|yrs)$/i, 'to_years', 1],
  [/^(?:quarters?|q|qtr|qtrs)$/i, 'to_months', 3],
  [/^(?:months?|mm|mon|mons)$/i, 'to_months', 1],
  [/^(?:weeks?|w|wk|weekofyear|woy|wy)$/i, 'to_weeks', 1],
  [/^(?:days?|d|dd|dayofmonth)$/i, 'to_days', 1],
  [/^(?:hours?|h|hh|hr|hrs)$/i, 'to_hours', 1],
  [/^(?:minutes?|m|mi|min|mins)$/i, 'to_minutes', 1],
  [/^(?:seconds?|s|sec|secs)$/i, 'to_seconds', 1],
  [/^(?:milliseconds?|ms|msec)$/i, 'to_milliseconds', 1],
  [/^(?:microseconds?|us|usec)$/i, 'to_microseconds', 1],
];
const DAY_UNITS = new Set(['to_years', 'to_months', 'to_weeks', 'to_days']);

/**
 * `date ± INTERVAL '1 year, 3 days'`: the parts are applied in the order written, a part without a unit is seconds,
 * and a DATE becomes a timestamp when a part is smaller than a day.
 * Source: docs.snowflake.com, "Date & time data types", Interval constants.
 */
export function addInterval(operator: '+' | '-', date: Bound, interval: IntervalLiteral): Bound {
  const parts = interval.value.split(',').map((part) => readPart(part, interval));
  const { name } = date.type;
  if (name !== 'DATE' && name !== 'TIME' && !name.startsWith('TIMESTAMP')) {
    throw invalidArguments(operator, [date], interval.start);
  }
  const isWhole = parts.every((part) => DAY_UNITS.has(part.unit));
  if (name === 'TIME' && parts.some((part) => DAY_UNITS.has(part.unit))) {
    throw invalidArguments(operator, [date], interval.start);
  }
  if (name === 'TIMESTAMP_TZ') {
    return onWallClock(date, [], (wall) => addInterval(operator, wall, interval));
  }
  const type = name === 'DATE' && !isWhole ? NTZ : date.type;
  let sql = name === 'DATE' ? `CAST(${date.sql} AS TIMESTAMP)` : date.sql;
  for (const part of parts) sql = `(${sql} ${operator} ${part.unit}(${part.count}))`;
  return value(name === 'DATE' && isWhole ? `CAST(${sql} AS DATE)` : sql, type, date);
}

/** The interval alone, for a window frame. */
export function intervalSql(interval: IntervalLiteral): string {
  const parts = interval.value.split(',').map((part) => readPart(part, interval));
  return `(${parts.map((part) => `${part.unit}(${part.count})`).join(' + ')})`;
}

function readPart(text: string, interval: IntervalLiteral): { unit: string; count: number } {
  const found = /^\s*([+-]?\d+)\s*([A-Za-z]*)\s*$/.exec(text);
  const unit = UNITS.find(([pattern]) => pattern.test(found?.[2] === '' ? 'second' : (found?.[2] ?? '')));
  if (found === null || unit === undefined) {
    throw compilationError('001003', '42000', `invalid interval '${interval.value}'`, interval.start);
  }
  return { unit: unit[1], count: Number(found[1]) * unit[2] };
}
