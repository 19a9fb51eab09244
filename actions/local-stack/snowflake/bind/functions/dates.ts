import { compilationError } from '../../../../shared/sql/snowflake-error.ts';
import type { SnowflakeType } from '../../../../shared/sql/types.ts';
import { duckType } from '../../../../shared/sql/types.ts';
import type { Bound } from '../bound.ts';
import { asInteger, asTimestamp, cast } from '../cast.ts';
import { DATE, INTEGER, LTZ, NTZ, number, TZ, VARCHAR } from '../literal.ts';
import { once, value } from '../value.ts';
import { type DatePart, datePart, weekStart } from './date-parts.ts';
import { constantInteger, constantText, scalar, typed, wrongType } from './define.ts';
import type { CallFacts, FunctionDefinition } from './registry.ts';
import { round } from './rounding.ts';

/** docs.snowflake.com, "Date & time functions". Parts: extract.ts; making them of numbers and text: date-making.ts. */
export const DATES: FunctionDefinition[] = [
  ...scalar(
    ['DATEADD', 'TIMEADD', 'TIMESTAMPADD'],
    3,
    ([, amount, when], call) => add(datePart(call, 0), amount!, when!, call),
    { partArgument: 0 },
  ),
  ...scalar(
    ['DATEDIFF', 'TIMEDIFF', 'TIMESTAMPDIFF'],
    3,
    ([, from, to], call) => difference(datePart(call, 0), from!, to!, call),
    { partArgument: 0 },
  ),
  ...scalar('DATE_TRUNC', 2, ([, when], call) => truncate(datePart(call, 0), when!, call), {
    partArgument: 0,
  }),
  ...scalar(['TRUNC', 'TRUNCATE'], [1, 2], (args, call) =>
    isDateLike(args[0]!.type) && args.length === 2
      ? truncate(datePart(call, 1), args[0]!, call)
      : round(args[0]!, args[1], 'trunc', call),
  ),
  ...scalar(
    'LAST_DAY',
    [1, 2],
    ([when], call) => lastDay(when!, call.argNodes.length > 1 ? datePart(call, 1) : 'month', call),
    { partArgument: 1 },
  ),
  ...scalar('NEXT_DAY', 2, ([when, name], call) => neighbour(when!, name!, 'next', call)),
  ...scalar('PREVIOUS_DAY', 2, ([when, name], call) => neighbour(when!, name!, 'previous', call)),
  ...scalar('ADD_MONTHS', 2, ([when, months], call) => addMonths(when!, months!, call)),
  ...scalar('MONTHS_BETWEEN', 2, ([later, earlier]) => monthsBetween(later!, earlier!)),
  ...scalar('TIME_SLICE', [3, 4], ([when, length, , side], call) => slice(when!, length!, side, call), {
    partArgument: 2,
  }),
  ...scalar('CONVERT_TIMEZONE', [2, 3], (args, call) => convertTimezone(args, call)),
  ...scalar('DAYNAME', 1, ([when], call) =>
    value(`strftime(${moment(when!, call).sql}, '%a')`, VARCHAR, when!),
  ),
  ...scalar('MONTHNAME', 1, ([when], call) =>
    value(`strftime(${moment(when!, call).sql}, '%b')`, VARCHAR, when!),
  ),
];

export function isDateLike(type: SnowflakeType): boolean {
  return type.name === 'DATE' || type.name === 'TIME' || type.name.startsWith('TIMESTAMP');
}

/** A date, time or timestamp; text and VARIANT become TIMESTAMP_NTZ. @throws 001044 for other types */
export function moment(arg: Bound, call: CallFacts): Bound {
  if (isDateLike(arg.type)) return arg;
  if (arg.type.name === 'VARCHAR' || arg.type.name === 'VARIANT' || arg.type.name === 'NULL')
    return cast(arg, NTZ);
  throw wrongType(call, arg);
}

const INTERVALS: Partial<Record<DatePart, [string, string]>> = {
  year: ['to_months', ' * 12'],
  quarter: ['to_months', ' * 3'],
  month: ['to_months', ''],
  week: ['to_days', ' * 7'],
  day: ['to_days', ''],
  hour: ['to_hours', ''],
  minute: ['to_minutes', ''],
  second: ['to_seconds', ''],
  millisecond: ['to_microseconds', ' * 1000'],
  microsecond: ['to_microseconds', ''],
  nanosecond: ['to_microseconds', ' // 1000'],
};

/** A DATE stays a DATE unless the part is smaller than a day. */
function add(part: DatePart, amount: Bound, when: Bound, call: CallFacts): Bound {
  const subject = moment(when, call);
  const [make, factor] = INTERVALS[part] ?? unusable(part, call);
  const integer = make === 'to_months' || make === 'to_days' ? 'INTEGER' : 'BIGINT';
  const count = `(${asInteger(amount).sql}::${integer}${factor})`;
  const whole = make === 'to_months' || make === 'to_days';
  if (subject.type.name === 'DATE' && make === 'to_days')
    return value(`(${subject.sql} + ${count})`, DATE, amount, subject);
  const sum = `(${subject.sql} + ${make}(${count}${make === 'to_seconds' ? '::DOUBLE' : ''}))`;
  if (subject.type.name === 'DATE')
    return whole ? value(`${sum}::DATE`, DATE, amount, subject) : value(sum, NTZ, amount, subject);
  if (subject.type.name === 'TIME' && whole) throw unusableError(part, call);
  return value(sum, subject.type, amount, subject);
}

/** Boundaries of the part between two moments. */
function difference(part: DatePart, from: Bound, to: Bound, call: CallFacts): Bound {
  const [a, b] = [wallClock(moment(from, call)), wallClock(moment(to, call))];
  if (part === 'week' || part === 'weekiso') {
    // DuckDB counts whole weeks; Snowflake counts the week's first days passed.
    const shift = part === 'week' ? weekStart(call) - 1 : 0;
    const monday = (x: string): string => `date_trunc('week', ${x}::TIMESTAMP - to_days(${shift}))`;
    return typed(`date_diff('day', ${monday(a)}, ${monday(b)}) // 7`, INTEGER, from, to);
  }
  if (!INTERVALS[part]) throw unusableError(part, call);
  if (part === 'nanosecond')
    return typed(`date_diff('microsecond', ${a}, ${b})::DECIMAL(38,0) * 1000`, INTEGER, from, to);
  return typed(`date_diff('${part}', ${a}, ${b})`, INTEGER, from, to);
}

/** DATE and timestamps as TIMESTAMP of the session's zone, TIME as it is. */
function wallClock(when: Bound): string {
  return when.type.name === 'TIME' ? when.sql : `${when.sql}::TIMESTAMP`;
}

function truncate(part: DatePart, when: Bound, call: CallFacts): Bound {
  const subject = moment(when, call);
  const { type } = subject;
  if (part === 'week' && weekStart(call) !== 1) {
    const shift = `to_days(${weekStart(call) - 1})`;
    return typed(`date_trunc('week', ${subject.sql} - ${shift}) + ${shift}`, type, subject);
  }
  const unit = part === 'weekiso' ? 'week' : part === 'nanosecond' ? 'microsecond' : part;
  if (!INTERVALS[unit]) throw unusableError(part, call);
  if (type.name === 'TIME')
    return typed(`date_trunc('${unit}', DATE '2000-01-01' + ${subject.sql})`, type, subject);
  return typed(`date_trunc('${unit}', ${subject.sql})`, type, subject);
}

function lastDay(when: Bound, part: DatePart, call: CallFacts): Bound {
  const day = cast(moment(when, call), DATE).sql;
  switch (part) {
    case 'month':
      return value(`last_day(${day})`, DATE, when);
    case 'year':
      return typed(`date_trunc('year', ${day}) + INTERVAL 1 YEAR - INTERVAL 1 DAY`, DATE, when);
    case 'quarter':
      return typed(`date_trunc('quarter', ${day}) + INTERVAL 3 MONTH - INTERVAL 1 DAY`, DATE, when);
    case 'week':
      return typed(
        once([day], (d) => `${d} + (6 - (isodow(${d}) - ${weekStart(call)} + 7) % 7)::INTEGER`),
        DATE,
        when,
      );
    default:
      throw unusableError(part, call);
  }
}

const DAY_NAMES = ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'];

function neighbour(when: Bound, name: Bound, which: 'next' | 'previous', call: CallFacts): Bound {
  const day = cast(moment(when, call), DATE).sql;
  const index = DAY_NAMES.indexOf(constantText(name, call, '2').trim().slice(0, 2).toLowerCase()) + 1;
  if (index === 0)
    throw compilationError('100143', '22023', `invalid day of week '${name.constant}'`, call.position);
  const sql = once([day], (d) =>
    which === 'next'
      ? `${d} + ((${index} - isodow(${d}) + 6) % 7 + 1)::INTEGER`
      : `${d} - ((isodow(${d}) - ${index} + 6) % 7 + 1)::INTEGER`,
  );
  return value(`(${sql})`, DATE, when);
}

/** The last day of a month stays a last day. */
function addMonths(when: Bound, months: Bound, call: CallFacts): Bound {
  const subject = moment(when, call);
  const sql = once(
    [subject.sql, `${asInteger(months).sql}::INTEGER`],
    (d, n) =>
      `CASE WHEN last_day(${d}::DATE) = ${d}::DATE THEN last_day((${d} + to_months(${n}))::DATE) + (${d}::TIMESTAMP - ${d}::DATE::TIMESTAMP) ELSE (${d} + to_months(${n}))::TIMESTAMP END`,
  );
  return value(`(${sql})::${duckType(subject.type)}`, subject.type, subject, months);
}

/** Whole months when the days agree or both are last days, else with a fraction of a month of 31 days. */
function monthsBetween(later: Bound, earlier: Bound): Bound {
  const [a, b] = [asTimestamp(later), asTimestamp(earlier)];
  const sql = once([`${a.sql}::TIMESTAMP`, `${b.sql}::TIMESTAMP`], (x, y) => {
    const months = `((year(${x}) - year(${y})) * 12 + month(${x}) - month(${y}))`;
    const seconds = (t: string): string => `(epoch(${t}) - epoch(date_trunc('day', ${t})))`;
    return `CASE WHEN day(${x}) = day(${y}) OR (last_day(${x}) = ${x}::DATE AND last_day(${y}) = ${y}::DATE) THEN ${months}::DOUBLE ELSE ${months} + (day(${x}) - day(${y}) + (${seconds(x)} - ${seconds(y)}) / 86400) / 31 END`;
  });
  return typed(sql, number(38, 6), a, b);
}

/** Slices are counted from 1970-01-01, weeks from the Monday before it. */
function slice(when: Bound, length: Bound, side: Bound | undefined, call: CallFacts): Bound {
  const subject = moment(when, call);
  const part = datePart(call, 2);
  const [make, factor] = INTERVALS[part] ?? unusable(part, call);
  const count = constantInteger(length, call, '2');
  const width = `${make}((${count}${factor})${make === 'to_seconds' ? '::DOUBLE' : ''})`;
  const origin = part === 'week' ? '1969-12-29' : '1970-01-01';
  const start = `time_bucket(${width}, ${subject.sql}::TIMESTAMP, TIMESTAMP '${origin}')`;
  const atEnd = side !== undefined && constantText(side, call, '4').toUpperCase() === 'END';
  return typed(atEnd ? `${start} + ${width}` : start, subject.type, subject);
}

function convertTimezone(args: Bound[], call: CallFacts): Bound {
  const zones = args.slice(0, -1).map((zone) => cast(zone, VARCHAR));
  const when = moment(args.at(-1)!, call);
  if (zones.length === 2) {
    const local = cast(when, NTZ);
    return value(`(${local.sql} AT TIME ZONE ${zones[0]!.sql} AT TIME ZONE ${zones[1]!.sql})`, NTZ, ...args);
  }
  const sql = once([cast(when, LTZ).sql, zones[0]!.sql], (x, zone) => `sf_zoned_in(${x}, ${zone})`);
  return value(sql, TZ, ...args);
}

function unusable(part: DatePart, call: CallFacts): never {
  throw unusableError(part, call);
}

function unusableError(part: DatePart, call: CallFacts): Error {
  return compilationError(
    '002057',
    '42601',
    `'${part}' is not a valid date/time component for function ${call.name}.`,
    call.position,
  );
}
