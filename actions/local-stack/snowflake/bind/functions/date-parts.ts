import { compilationError } from '../../../../shared/sql/snowflake-error.ts';
import type { CallFacts } from './registry.ts';

export type DatePart =
  | 'year'
  | 'quarter'
  | 'month'
  | 'week'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'millisecond'
  | 'microsecond'
  | 'nanosecond'
  | 'weekiso'
  | 'yearofweek'
  | 'yearofweekiso'
  | 'dayofweek'
  | 'dayofweekiso'
  | 'dayofyear'
  | 'epoch_second'
  | 'epoch_millisecond'
  | 'epoch_microsecond'
  | 'epoch_nanosecond'
  | 'timezone_hour'
  | 'timezone_minute';

/** docs.snowflake.com, "Supported date and time parts". */
const NAMES: Record<DatePart, string> = {
  year: 'year y yy yyy yyyy yr years yrs',
  quarter: 'quarter q qtr qtrs quarters',
  month: 'month mm mon mons months',
  week: 'week w wk weekofyear woy wy weeks',
  day: 'day d dd days dayofmonth',
  hour: 'hour h hh hr hours hrs',
  minute: 'minute m mi min minutes mins',
  second: 'second s sec seconds secs',
  millisecond: 'millisecond ms msec milliseconds',
  microsecond: 'microsecond us usec microseconds',
  nanosecond: 'nanosecond ns nsec nanosec nsecond nanoseconds nanosecs nseconds',
  weekiso: 'weekiso week_iso weekofyeariso weekofyear_iso',
  yearofweek: 'yearofweek',
  yearofweekiso: 'yearofweekiso',
  dayofweek: 'dayofweek weekday dow dw',
  dayofweekiso: 'dayofweekiso dayofweek_iso weekday_iso dow_iso dw_iso',
  dayofyear: 'dayofyear yearday doy dy',
  epoch_second: 'epoch_second epoch epoch_seconds',
  epoch_millisecond: 'epoch_millisecond epoch_milliseconds',
  epoch_microsecond: 'epoch_microsecond epoch_microseconds',
  epoch_nanosecond: 'epoch_nanosecond epoch_nanoseconds',
  timezone_hour: 'timezone_hour tzh',
  timezone_minute: 'timezone_minute tzm',
};

const PARTS = new Map<string, DatePart>(
  Object.entries(NAMES).flatMap(([part, names]) =>
    names.split(' ').map((name) => [name, part as DatePart] as const),
  ),
);

/** The date part written as an argument: a bare word or a string. @throws 002057 when it is none */
export function datePart(call: CallFacts, index: number): DatePart {
  const node = call.argNodes[index];
  const word =
    node?.kind === 'string'
      ? node.value
      : node?.kind === 'column'
        ? node.parts.map((part) => part.name).join('.')
        : undefined;
  const part = word === undefined ? undefined : PARTS.get(word.toLowerCase());
  if (part === undefined) {
    throw compilationError(
      '002057',
      '42601',
      `'${word ?? node?.kind}' is not a valid date/time component for function ${call.name}.`,
      node?.start ?? call.position,
    );
  }
  return part;
}

/** Day that begins the week, 1 Monday … 7 Sunday; parameter WEEK_START, where 0 means Monday too. */
export function weekStart(call: CallFacts): number {
  return Number(call.context.session.parameter('WEEK_START') || '0') || 1;
}
