import { notSupportedHere, SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { SnowflakeType } from '../../../../shared/sql/types.ts';
import { duckType, MAX_BINARY } from '../../../../shared/sql/types.ts';
import type { Bound } from '../bound.ts';
import { asVarchar, asVariant, cast } from '../cast.ts';
import { ARRAY, BOOLEAN, FLOAT, NTZ, number, OBJECT, VARCHAR, VARIANT } from '../literal.ts';
import { raise } from '../runtime-error.ts';
import { strftimeFormat } from '../time-format.ts';
import { once, quote, value } from '../value.ts';
import { isDateLike } from './dates.ts';
import { constantInteger, constantText, scalar, text, wrongType } from './define.ts';
import type { CallFacts, FunctionDefinition } from './registry.ts';

const BINARY: SnowflakeType = { name: 'BINARY', length: MAX_BINARY };

/** docs.snowflake.com, "Conversion functions". Dates and times: date-making.ts. */
export const CONVERSION: FunctionDefinition[] = [
  ...scalar(['TO_CHAR', 'TO_VARCHAR'], [1, 2], ([arg, format], call) => toText(arg!, format, call)),
  ...scalar(['TO_NUMBER', 'TO_DECIMAL', 'TO_NUMERIC'], [1, 4], (args, call) => toNumber(args, false, call)),
  ...scalar(['TRY_TO_NUMBER', 'TRY_TO_DECIMAL', 'TRY_TO_NUMERIC'], [1, 4], (args, call) =>
    toNumber(args, true, call),
  ),
  ...scalar('TO_DOUBLE', [1, 2], ([arg, format], call) => toDouble(arg!, format, false, call)),
  ...scalar('TRY_TO_DOUBLE', [1, 2], ([arg, format], call) => toDouble(arg!, format, true, call)),
  ...scalar('TO_BOOLEAN', 1, ([arg]) => cast(arg!, BOOLEAN)),
  ...scalar('TRY_TO_BOOLEAN', 1, ([arg]) => cast(arg!, BOOLEAN, { try: true })),
  ...scalar('TO_BINARY', [1, 2], ([arg, format], call) => toBinary(arg!, format, false, call)),
  ...scalar('TRY_TO_BINARY', [1, 2], ([arg, format], call) => toBinary(arg!, format, true, call)),
  ...scalar('TO_VARIANT', 1, ([arg]) => asVariant(arg!)),
  ...scalar('TO_OBJECT', 1, ([arg]) => cast(arg!, OBJECT)),
  ...scalar('TO_ARRAY', 1, ([arg]) => cast(arg!, ARRAY)),
  ...scalar('TO_JSON', 1, ([arg]) => value(`${asVariant(arg!).sql}::VARCHAR`, VARCHAR, arg!)),
  ...scalar('PARSE_JSON', [1, 2], ([arg]) => value(`sf_js_json(${text(arg!)})::JSON`, VARIANT, arg!), {
    approximated: 'numbers inside objects and arrays keep 17 significant digits once a path reads them',
  }),
  ...scalar('TRY_PARSE_JSON', [1, 2], ([arg]) => value(`sf_js_try_json(${text(arg!)})::JSON`, VARIANT, arg!)),
  ...scalar('CHECK_JSON', 1, ([arg]) => value(`sf_js_check_json(${text(arg!)})`, VARCHAR, arg!)),
  ...scalar(['TO_GEOGRAPHY', 'TO_GEOMETRY', 'TO_XML', 'PARSE_XML', 'ST_MAKEPOINT'], [1, 3], (_, call) => {
    throw notSupportedHere(call.name, call.position);
  }),
];

/** With a format: numbers by a number format, dates and times by theirs, binary as HEX, BASE64 or UTF-8. */
function toText(arg: Bound, format: Bound | undefined, call: CallFacts): Bound {
  if (format === undefined || arg.type.name === 'VARCHAR') return cast(arg, VARCHAR);
  if (arg.type.name === 'BINARY') {
    const how = constantText(format, call, '2').toUpperCase();
    if (how === 'HEX') return value(`hex(${arg.sql})`, VARCHAR, arg);
    if (how === 'BASE64') return value(`to_base64(${arg.sql})`, VARCHAR, arg);
    if (how === 'UTF-8' || how === 'UTF8') return value(`decode(${arg.sql})`, VARCHAR, arg);
    throw wrongType(call, arg, format);
  }
  if (isDateLike(arg.type)) {
    const native = typeof format.constant === 'string' ? strftimeFormat(format.constant) : undefined;
    const day = arg.type.name === 'TIME' ? `(DATE '1970-01-01' + ${arg.sql})` : cast(arg, NTZ).sql;
    if (native !== undefined) return value(`strftime(${day}, ${quote(native)})`, VARCHAR, arg);
    return value(formatted(arg, text(format)), VARCHAR, arg, format);
  }
  if (arg.type.name === 'NUMBER' || arg.type.name === 'FLOAT') {
    return value(
      `sf_js_format_number(${arg.type.name === 'FLOAT' ? `${arg.sql}::VARCHAR` : cast(arg, VARCHAR).sql}, ${text(format)})`,
      VARCHAR,
      arg,
      format,
    );
  }
  throw wrongType(call, arg, format);
}

function formatted(arg: Bound, format: string): string {
  switch (arg.type.name) {
    case 'TIME':
      return `sf_js_format_time(epoch_us(DATE '1970-01-01' + ${arg.sql}), 0, ${format})`;
    case 'TIMESTAMP_TZ':
      return once(
        [arg.sql],
        (x) => `sf_js_format_time(epoch_us(sf_wall(${x})), struct_extract(${x}, 'o')::INTEGER, ${format})`,
      );
    case 'TIMESTAMP_LTZ':
      return once(
        [arg.sql],
        (x) =>
          `sf_js_format_time(epoch_us(${x}::TIMESTAMP), (sf_offset_seconds(${x}) // 60)::INTEGER, ${format})`,
      );
    default:
      return `sf_js_format_time(epoch_us(${arg.sql}::TIMESTAMP), 0, ${format})`;
  }
}

/** (value [, 'format'] [, precision [, scale]]) */
function toNumber(args: Bound[], attempt: boolean, call: CallFacts): Bound {
  const [subject, ...rest] = args;
  const format = rest[0]?.type.name === 'VARCHAR' ? rest.shift() : undefined;
  const precision = rest[0] === undefined ? 38 : constantInteger(rest[0], call, 'precision');
  const scale = rest[1] === undefined ? 0 : constantInteger(rest[1], call, 'scale');
  if (precision < 1 || precision > 38 || scale < 0 || scale > precision) {
    throw new SnowflakeError(
      '001003',
      '22023',
      `SQL compilation error:\ninvalid precision or scale (${precision}, ${scale}) for function ${call.name}`,
      { position: call.position },
    );
  }
  const type = number(precision, scale);
  if (format === undefined) return cast(subject!, type, { try: attempt });
  return cast(parsed(asVarchar(subject!), format, attempt), type, { try: attempt });
}

/** Text read by a number format, as decimal text. */
function parsed(subject: Bound, format: Bound, attempt: boolean): Bound {
  const sql = once([subject.sql, text(format)], (x, how) => {
    const found = `sf_js_parse_number(${x}, ${how})`;
    if (attempt) return found;
    return `coalesce(${found}, ${raise('100140', '22018', "Can't parse '", `${x} || ''' as number with format ''' || ${how}`, "'")}::VARCHAR)`;
  });
  return value(sql, VARCHAR, subject, format);
}

function toDouble(arg: Bound, format: Bound | undefined, attempt: boolean, _call: CallFacts): Bound {
  if (format === undefined) return cast(arg, FLOAT, { try: attempt });
  return cast(parsed(asVarchar(arg), format, attempt), FLOAT, { try: attempt });
}

function toBinary(arg: Bound, format: Bound | undefined, attempt: boolean, call: CallFacts): Bound {
  const how = format === undefined ? 'HEX' : constantText(format, call, '2').toUpperCase();
  if (arg.type.name === 'BINARY') return arg;
  const subject = asVarchar(arg);
  if (format === undefined) return cast(subject, BINARY, { try: attempt });
  if (how === 'HEX') return value(hexadecimal(subject.sql, attempt), BINARY, arg);
  if (how === 'UTF-8' || how === 'UTF8') return value(`encode(${subject.sql})`, BINARY, arg);
  if (how === 'BASE64') return value(base64(subject.sql, attempt), BINARY, arg);
  throw wrongType(call, arg, format!);
}

/** Bytes of hexadecimal text; without `attempt` other text is an error. */
function hexadecimal(sql: string, attempt: boolean): string {
  if (attempt) return `sf_hex(${sql})`;
  const failure = (x: string): string =>
    raise('100115', '22000', "The following string is not a legal hex-encoded value: '", x, "'");
  return once([sql], (x) => `coalesce(sf_hex(${x}), ${failure(x)}::${duckType(BINARY)})`);
}

/** Bytes of base64 text; without `attempt` other text is an error. */
export function base64(sql: string, attempt: boolean): string {
  return once([`replace(${sql}, chr(10), '')`], (x) => {
    const valid = `regexp_full_match(${x}, '(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?')`;
    const otherwise = attempt
      ? ''
      : ` ELSE ${raise('100116', '22000', "The following string is not a legal base64-encoded value: '", x, "'")}::${duckType(BINARY)}`;
    return `CASE WHEN ${valid} THEN from_base64(${x})${otherwise} END`;
  });
}
