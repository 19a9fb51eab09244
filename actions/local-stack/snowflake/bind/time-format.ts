/**
 * Snowflake's format models of dates and times, to write and to read.
 * Source: docs.snowflake.com, "Date and time input and output formats", About the elements used in input and
 * output formats.
 */

/** A moment as wall-clock time and the offset of its zone. */
export interface Moment {
  /** Microseconds since 1970 of the wall-clock time. */
  micros: bigint;
  offsetMinutes: number;
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

type Part = { element: string } | { literal: string };

const ELEMENT =
  /^(?:YYYY|YY|MMMM|MON|MM|DD|DY|HH24|HH12|HH|AM|PM|MI|SS|FF\d?|TZHTZM|TZH:TZM|TZH|TZM|TZD|UUUU|"(?:[^"]|"")*")/i;
const PARTS = new Map<string, Part[]>();

function partsOf(format: string): Part[] {
  const known = PARTS.get(format);
  if (known) return known;
  const parts: Part[] = [];
  for (let at = 0; at < format.length; ) {
    const found = ELEMENT.exec(format.slice(at))?.[0];
    if (found?.startsWith('"')) parts.push({ literal: found.slice(1, -1).replaceAll('""', '"') });
    else if (found) parts.push({ element: found.toUpperCase() });
    else parts.push({ literal: format[at]! });
    at += found?.length ?? 1;
  }
  if (PARTS.size > 500) PARTS.clear();
  PARTS.set(format, parts);
  return parts;
}

const STRFTIME: Record<string, string> = {
  YYYY: '%Y',
  MM: '%m',
  MON: '%b',
  MMMM: '%B',
  DD: '%d',
  DY: '%a',
  HH24: '%H',
  HH12: '%I',
  AM: '%p',
  PM: '%p',
  MI: '%M',
  SS: '%S',
  FF3: '%g',
  FF6: '%f',
};

/** DuckDB's strftime format that prints the same for years 0 to 9999, or undefined when it has none. */
export function strftimeFormat(format: string): string | undefined {
  const parts = partsOf(format).map((part) =>
    'literal' in part ? part.literal.replaceAll('%', '%%') : STRFTIME[part.element],
  );
  return parts.includes(undefined) ? undefined : parts.join('');
}

/** The moment written by a format. */
export function formatTime(moment: Moment, format: string): string {
  const millis = Number(floorDiv(moment.micros, 1000n));
  const date = new Date(millis);
  const fraction = String(moment.micros - floorDiv(moment.micros, 1_000_000n) * 1_000_000n).padStart(6, '0');
  return partsOf(format)
    .map((part) =>
      'literal' in part ? part.literal : writeElement(part, date, fraction, moment.offsetMinutes),
    )
    .join('');
}

function writeElement(part: { element: string }, date: Date, fraction: string, offset: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const hour = date.getUTCHours();
  const sign = offset < 0 ? '-' : '+';
  const [zoneHours, zoneMinutes] = [two(Math.floor(Math.abs(offset) / 60)), two(Math.abs(offset) % 60)];
  switch (part.element) {
    case 'YYYY':
    case 'UUUU':
      return String(date.getUTCFullYear()).padStart(4, '0');
    case 'YY':
      return two(date.getUTCFullYear() % 100);
    case 'MM':
      return two(date.getUTCMonth() + 1);
    case 'MON':
      return MONTHS[date.getUTCMonth()]!.slice(0, 3);
    case 'MMMM':
      return MONTHS[date.getUTCMonth()]!;
    case 'DD':
      return two(date.getUTCDate());
    case 'DY':
      return DAYS[date.getUTCDay()]!.slice(0, 3);
    case 'HH24':
    case 'HH':
      return two(hour);
    case 'HH12':
      return two(hour % 12 || 12);
    case 'AM':
    case 'PM':
      return hour < 12 ? 'AM' : 'PM';
    case 'MI':
      return two(date.getUTCMinutes());
    case 'SS':
      return two(date.getUTCSeconds());
    case 'TZHTZM':
      return `${sign}${zoneHours}${zoneMinutes}`;
    case 'TZH:TZM':
      return `${sign}${zoneHours}:${zoneMinutes}`;
    case 'TZH':
      return `${sign}${zoneHours}`;
    case 'TZM':
      return zoneMinutes;
    case 'TZD':
      return `${sign}${zoneHours}${zoneMinutes}`;
    default:
      return fraction.padEnd(9, '0').slice(0, part.element === 'FF' ? 9 : Number(part.element.slice(2)));
  }
}

/**
 * The moment that text says by a format as ISO text (`2026-01-31 10:00:00.000000`, with an offset when the format
 * has one), or null when the text does not fit. `centuryStart` is TWO_DIGIT_CENTURY_START.
 */
export function parseTime(text: string, format: string, centuryStart = 1970): string | null {
  const read = {
    year: 1970,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    fraction: '',
    pm: undefined as boolean | undefined,
    offset: '',
  };
  let rest = text.trim();
  const take = (pattern: RegExp): string | undefined => {
    const found = pattern.exec(rest);
    if (!found) return undefined;
    rest = rest.slice(found[0].length);
    return found[1] ?? found[0];
  };
  for (const part of partsOf(format.trim())) {
    if ('literal' in part) {
      if (part.literal === ' ' ? take(/^\s+/) === undefined : !rest.startsWith(part.literal)) return null;
      if (part.literal !== ' ') rest = rest.slice(part.literal.length);
      continue;
    }
    if (!readElement(part.element, take, read, centuryStart)) return null;
  }
  if (rest.trim() !== '') return null;
  return isoText(read);
}

interface ReadTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  fraction: string;
  pm: boolean | undefined;
  offset: string;
}

function readElement(
  element: string,
  take: (pattern: RegExp) => string | undefined,
  read: ReadTime,
  centuryStart: number,
): boolean {
  const digits = (key: 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', pattern: RegExp): boolean => {
    const found = take(pattern);
    if (found !== undefined) read[key] = Number(found);
    return found !== undefined;
  };
  switch (element) {
    case 'YYYY':
    case 'UUUU':
      return digits('year', /^\d{4}/);
    case 'YY': {
      const found = take(/^\d{2}/);
      if (found === undefined) return false;
      const century = Math.floor(centuryStart / 100) * 100;
      read.year = century + Number(found) + (century + Number(found) < centuryStart ? 100 : 0);
      return true;
    }
    case 'MM':
      return digits('month', /^\d{1,2}/);
    case 'MON':
    case 'MMMM': {
      const names = element === 'MON' ? MONTHS.map((name) => name.slice(0, 3)) : MONTHS;
      const found = take(new RegExp(`^(?:${names.join('|')})`, 'i'))?.toLowerCase();
      if (found === undefined) return false;
      read.month = names.findIndex((name) => name.toLowerCase() === found) + 1;
      return true;
    }
    case 'DD':
      return digits('day', /^\d{1,2}/);
    case 'DY':
      return take(/^(?:sun|mon|tue|wed|thu|fri|sat)/i) !== undefined;
    case 'HH24':
    case 'HH12':
    case 'HH':
      return digits('hour', /^\d{1,2}/);
    case 'AM':
    case 'PM': {
      const found = take(/^[ap]m/i);
      read.pm = found === undefined ? undefined : found.toLowerCase() === 'pm';
      return found !== undefined;
    }
    case 'MI':
      return digits('minute', /^\d{1,2}/);
    case 'SS':
      return digits('second', /^\d{1,2}/);
    case 'TZHTZM':
    case 'TZH:TZM':
    case 'TZD':
    case 'TZH': {
      const found = take(element === 'TZH' ? /^[+-]\d{2}/ : /^(?:[+-]\d{2}:?\d{2}|Z)/i);
      if (found === undefined) return false;
      read.offset = found.toUpperCase() === 'Z' ? '+00:00' : found.replace(/^(...):?(\d\d)$/, '$1:$2');
      return true;
    }
    case 'TZM': {
      const found = take(/^\d{2}/);
      if (found !== undefined) read.offset += `:${found}`;
      return found !== undefined;
    }
    default: {
      const found = take(/^\d{1,9}/);
      read.fraction = found ?? '';
      return found !== undefined;
    }
  }
}

function isoText(read: ReadTime): string | null {
  const hour = read.pm === undefined ? read.hour : (read.hour % 12) + (read.pm ? 12 : 0);
  const date = new Date(Date.UTC(2000, read.month - 1, read.day));
  date.setUTCFullYear(read.year, read.month - 1, read.day);
  if (date.getUTCMonth() !== read.month - 1 || date.getUTCDate() !== read.day) return null;
  if (hour > 23 || read.minute > 59 || read.second > 59) return null;
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${String(read.year).padStart(4, '0')}-${two(read.month)}-${two(read.day)}`;
  const fraction = read.fraction.padEnd(6, '0').slice(0, 6);
  return `${day} ${two(hour)}:${two(read.minute)}:${two(read.second)}.${fraction}${read.offset}`;
}

function floorDiv(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}
