import type { SnowflakeType } from '../../../../shared/sql/types.ts';
import { duckType } from '../../../../shared/sql/types.ts';
import type { Bound } from '../bound.ts';
import { asInteger, asVarchar, cast } from '../cast.ts';
import { fromUtc } from '../convert.ts';
import { DATE, LTZ, NTZ, TIME, TZ } from '../literal.ts';
import { raise } from '../runtime-error.ts';
import { once, quote, value } from '../value.ts';
import { constantInteger, constantText, scalar, typed, wrongType } from './define.ts';
import type { CallFacts, FunctionDefinition } from './registry.ts';

/** docs.snowflake.com: TO_DATE, TO_TIME, TO_TIMESTAMP, …_FROM_PARTS, CURRENT_…. */
export const DATE_MAKING: FunctionDefinition[] = [
  ...conversions(['TO_DATE', 'DATE'], 'TRY_TO_DATE', () => DATE),
  ...conversions(['TO_TIME', 'TIME'], 'TRY_TO_TIME', () => TIME),
  ...conversions(['TO_TIMESTAMP'], 'TRY_TO_TIMESTAMP', mapped),
  ...conversions(['TO_TIMESTAMP_NTZ'], 'TRY_TO_TIMESTAMP_NTZ', () => NTZ),
  ...conversions(['TO_TIMESTAMP_LTZ'], 'TRY_TO_TIMESTAMP_LTZ', () => LTZ),
  ...conversions(['TO_TIMESTAMP_TZ'], 'TRY_TO_TIMESTAMP_TZ', () => TZ),
  ...scalar(['DATE_FROM_PARTS', 'DATEFROMPARTS'], 3, (args) => value(`${day(args)}::DATE`, DATE, ...args)),
  ...scalar(['TIME_FROM_PARTS', 'TIMEFROMPARTS'], [3, 4], (args) =>
    typed(`TIME '00:00:00' + ${clock(args)}`, TIME, ...args),
  ),
  ...fromParts('TIMESTAMP_FROM_PARTS', mapped),
  ...fromParts('TIMESTAMPFROMPARTS', mapped),
  ...fromParts('TIMESTAMP_NTZ_FROM_PARTS', () => NTZ),
  ...fromParts('TIMESTAMPNTZFROMPARTS', () => NTZ),
  ...fromParts('TIMESTAMP_LTZ_FROM_PARTS', () => LTZ),
  ...fromParts('TIMESTAMPLTZFROMPARTS', () => LTZ),
  ...fromParts('TIMESTAMPTZFROMPARTS', () => TZ),
  ...fromParts('TIMESTAMP_TZ_FROM_PARTS', () => TZ),
  ...scalar('CURRENT_DATE', 0, (_, call) => value(`${now(call)}::DATE`, DATE)),
  ...scalar(['CURRENT_TIME', 'LOCALTIME'], [0, 1], ([digits], call) =>
    value(`${now(call, digits)}::TIMESTAMP::TIME`, TIME),
  ),
  ...scalar(['CURRENT_TIMESTAMP', 'LOCALTIMESTAMP', 'GETDATE', 'SYSTIMESTAMP'], [0, 1], ([digits], call) =>
    value(now(call, digits), LTZ),
  ),
  ...scalar('SYSDATE', 0, (_, call) => value(`make_timestamp(${call.context.session.nowMicros})`, NTZ)),
];

/** `digits` of the fraction of a second are kept. */
function now(call: CallFacts, digits?: Bound): string {
  const kept = digits === undefined ? 9 : constantInteger(digits, call, '1');
  const unit = 10n ** BigInt(Math.min(6, Math.max(0, 6 - kept)));
  const micros = (call.context.session.nowMicros / unit) * unit;
  return `(make_timestamp(${micros}) AT TIME ZONE 'UTC')`;
}

/** The type that TIMESTAMP stands for in the session. */
function mapped(call: CallFacts): SnowflakeType {
  const name = call.context.session.parameter('TIMESTAMP_TYPE_MAPPING');
  return name === 'TIMESTAMP_LTZ' ? LTZ : name === 'TIMESTAMP_TZ' ? TZ : NTZ;
}

function conversions(
  names: string[],
  tryName: string,
  type: (call: CallFacts) => SnowflakeType,
): FunctionDefinition[] {
  return [
    ...scalar(names, [1, 2], (args, call) => convertTo(type(call), args, false, call)),
    ...scalar(tryName, [1, 2], (args, call) => convertTo(type(call), args, true, call)),
  ];
}

function convertTo(type: SnowflakeType, [arg, how]: Bound[], attempt: boolean, call: CallFacts): Bound {
  const subject = arg!;
  if (subject.type.name === 'NUMBER' && type.name.startsWith('TIMESTAMP'))
    return fromEpoch(subject, how, type, call);
  if (subject.type.name === 'NUMBER' || subject.type.name === 'FLOAT' || subject.type.name === 'BOOLEAN')
    throw wrongType(call, subject);
  if (how === undefined || (typeof how.constant === 'string' && how.constant.toUpperCase() === 'AUTO'))
    return cast(subject, type, { try: attempt });
  if (subject.type.name !== 'VARCHAR' && subject.type.name !== 'VARIANT' && subject.type.name !== 'NULL')
    return cast(subject, type, { try: attempt });
  const century = Number(call.context.session.parameter('TWO_DIGIT_CENTURY_START') || '1970');
  const what = type.name.startsWith('TIMESTAMP') ? 'timestamp' : type.name.toLowerCase();
  const duck = duckType(type);
  const sql = once([asVarchar(subject).sql, asVarchar(how).sql], (text, format) => {
    const written = `sf_js_parse_time(${text}, ${format}, ${century})`;
    const parsed =
      type.name === 'TIMESTAMP_TZ'
        ? `sf_text_zoned(${written})`
        : `${written}::${type.name === 'TIMESTAMP_LTZ' ? duck : `TIMESTAMP::${duck}`}`;
    if (attempt) return parsed;
    const message = `${text} || ''' as ${what} with format ''' || ${format}`;
    return `coalesce(${parsed}, ${raise('100096', '22007', "Can't parse '", message, "'")}::${duck})`;
  });
  return value(sql, type, subject, how);
}

/** Seconds, or units of 10^-scale seconds with a second argument; an integer alone by its size. */
function fromEpoch(subject: Bound, scale: Bound | undefined, type: SnowflakeType, call: CallFacts): Bound {
  if (scale === undefined) {
    if (subject.type.name === 'NUMBER' && subject.type.scale === 0) return cast(subject, type);
    return value(fromUtc(`make_timestamp((${subject.sql} * 1000000)::BIGINT)`, type), type, subject);
  }
  if (typeof scale.constant !== 'bigint' || scale.constant < 0n || scale.constant > 9n)
    throw wrongType(call, subject, scale);
  const digits = Number(scale.constant);
  const micros =
    digits <= 6
      ? `(${subject.sql} * ${10 ** (6 - digits)})`
      : `(${subject.sql}::HUGEINT // ${10 ** (digits - 6)})`;
  return value(fromUtc(`make_timestamp(${micros}::BIGINT)`, type), type, subject);
}

/** Months and days may lie outside their ranges: they count on from the first. */
function day([year, month, date]: Bound[]): string {
  const [y, m, d] = [year!, month!, date!].map((part) => `${asInteger(part).sql}::INTEGER`);
  return `(make_date(${y}, 1, 1) + to_months(${m} - 1) + to_days(${d} - 1))`;
}

function clock(parts: Bound[]): string {
  const [hour, minute, second, nanos] = parts.map((part) => asInteger(part).sql);
  const base = `to_hours(${hour}::BIGINT) + to_minutes(${minute}::BIGINT) + to_seconds(${second}::DOUBLE)`;
  return nanos === undefined ? `(${base})` : `(${base} + to_microseconds(${nanos}::BIGINT // 1000))`;
}

function fromParts(name: string, type: (call: CallFacts) => SnowflakeType): FunctionDefinition[] {
  return scalar(name, [2, 8], (args, call) => {
    const made = type(call);
    if (args.length === 2) {
      const [date, time] = [cast(args[0]!, DATE), cast(args[1]!, TIME)];
      return cast(value(`(${date.sql} + ${time.sql})`, NTZ, ...args), made);
    }
    if (args.length < 6) throw wrongType(call, ...args);
    const local = `(${day(args.slice(0, 3))} + ${clock(args.slice(3, 7))})`;
    if (args.length === 8) {
      const zone = quote(constantText(args[7]!, call, '8'));
      return value(
        once([`(${local} AT TIME ZONE ${zone})`], (x) => `sf_zoned_in(${x}, ${zone})`),
        TZ,
        ...args,
      );
    }
    return cast(value(local, NTZ, ...args), made);
  });
}
