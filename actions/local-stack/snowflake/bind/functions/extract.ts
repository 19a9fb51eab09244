import type { Bound } from '../bound.ts';
import { cast } from '../cast.ts';
import { INTEGER, LTZ, NTZ } from '../literal.ts';
import { once } from '../value.ts';
import { type DatePart, datePart, weekStart } from './date-parts.ts';
import { moment } from './dates.ts';
import { scalar, typed } from './define.ts';
import type { CallFacts, FunctionDefinition } from './registry.ts';

const BY_NAME: Record<string, DatePart> = {
  YEAR: 'year',
  YEAROFWEEK: 'yearofweek',
  YEAROFWEEKISO: 'yearofweekiso',
  DAY: 'day',
  DAYOFMONTH: 'day',
  DAYOFWEEK: 'dayofweek',
  DAYOFWEEKISO: 'dayofweekiso',
  DAYOFYEAR: 'dayofyear',
  WEEK: 'week',
  WEEKOFYEAR: 'week',
  WEEKISO: 'weekiso',
  MONTH: 'month',
  QUARTER: 'quarter',
  HOUR: 'hour',
  MINUTE: 'minute',
  SECOND: 'second',
};

/** docs.snowflake.com, "DATE_PART" and "Calendar weeks and weekdays". */
export const EXTRACT: FunctionDefinition[] = [
  ...scalar(['DATE_PART', 'EXTRACT'], 2, ([, when], call) => extract(datePart(call, 0), when!, call), {
    partArgument: 0,
  }),
  ...Object.entries(BY_NAME).flatMap(([name, part]) =>
    scalar(name, 1, ([when], call) => extract(part, when!, call)),
  ),
];

function extract(part: DatePart, when: Bound, call: CallFacts): Bound {
  const subject = moment(when, call);
  return typed(partSql(part, subject, call), INTEGER, subject);
}

function partSql(part: DatePart, subject: Bound, call: CallFacts): string {
  if (subject.type.name === 'TIMESTAMP_TZ' && !part.startsWith('timezone'))
    return partSql(part, cast(subject, part.startsWith('epoch') ? LTZ : NTZ), call);
  const { sql: x, type } = subject;
  const start = weekStart(call);
  switch (part) {
    case 'dayofweek': {
      const configured = Number(call.context.session.parameter('WEEK_START') || '0');
      // With WEEK_START 0 Sunday is 0; otherwise the week's first day is 1.
      return configured === 0 ? `dayofweek(${x})` : `(isodow(${x}) - ${start} + 7) % 7 + 1`;
    }
    case 'dayofweekiso':
      return `isodow(${x})`;
    case 'week':
    case 'yearofweek':
      return weekOrYear(part, x, start, call);
    case 'weekiso':
      return `week(${x})`;
    case 'yearofweekiso':
      return `isoyear(${x})`;
    case 'nanosecond':
      return `(microsecond(${x}) % 1000000) * 1000`;
    case 'microsecond':
      return `microsecond(${x}) % 1000000`;
    case 'millisecond':
      return `millisecond(${x}) % 1000`;
    case 'epoch_second':
      return `epoch_ms(${x}) // 1000`;
    case 'epoch_millisecond':
      return `epoch_ms(${x})`;
    case 'epoch_microsecond':
      return `epoch_us(${x})`;
    case 'epoch_nanosecond':
      return `epoch_us(${x})::HUGEINT * 1000`;
    case 'timezone_hour':
      if (type.name === 'TIMESTAMP_TZ') return `trunc(struct_extract(${x}, 'o') / 60)`;
      return type.name === 'TIMESTAMP_LTZ' ? `sf_offset_seconds(${x}) // 3600` : '0';
    case 'timezone_minute':
      if (type.name === 'TIMESTAMP_TZ') return `struct_extract(${x}, 'o') % 60`;
      return type.name === 'TIMESTAMP_LTZ' ? `sf_offset_seconds(${x}) % 3600 // 60` : '0';
    default:
      return `${part}(${x})`;
  }
}

/**
 * WEEK_OF_YEAR_POLICY 0: a week belongs to the year that holds four of its days; 1: week 1 is the one with
 * January 1st.
 */
function weekOrYear(part: 'week' | 'yearofweek', x: string, start: number, call: CallFacts): string {
  if (call.context.session.parameter('WEEK_OF_YEAR_POLICY') === '1') {
    if (part === 'yearofweek') return `year(${x})`;
    return once(
      [`${x}::DATE`],
      (d) => `(dayofyear(${d}) - 1 + (isodow(date_trunc('year', ${d})) - ${start} + 7) % 7) // 7 + 1`,
    );
  }
  const middle = once([`${x}::DATE`], (d) => `${d} - ((isodow(${d}) - ${start} + 7) % 7)::INTEGER + 3`);
  return part === 'week' ? `(dayofyear(${middle}) - 1) // 7 + 1` : `year(${middle})`;
}
