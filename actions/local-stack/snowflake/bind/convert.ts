import { duckType, MAX_VARCHAR, type SnowflakeType } from '../../../shared/sql/types.ts';
import { VARCHAR } from './literal.ts';
import { raise } from './runtime-error.ts';
import { once } from './value.ts';

/** DuckDB SQL that converts a value of type `from`, or undefined when Snowflake has no such conversion. */
export function convert(
  sql: string,
  from: SnowflakeType,
  to: Exclude<SnowflakeType, { name: 'NULL' }>,
  attempt: boolean,
): string | undefined {
  switch (to.name) {
    case 'NUMBER':
      return toNumber(sql, from, to, attempt);
    case 'FLOAT':
      return toFloat(sql, from, attempt);
    case 'VARCHAR':
      return toVarchar(sql, from, to, attempt);
    case 'BINARY':
      return toBinary(sql, from, attempt);
    case 'BOOLEAN':
      return toBoolean(sql, from, attempt);
    case 'DATE':
      return toDate(sql, from, attempt);
    case 'TIME':
      return atScale(toTime(sql, from, attempt), from, to);
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return atScale(toTimestamp(sql, from, to, attempt), from, to);
    case 'VARIANT':
      return toJson(sql, from);
    case 'OBJECT':
    case 'ARRAY':
      return toContainer(sql, from, to, attempt);
  }
}

type Moment = SnowflakeType & { scale: number };

/** Digits of the fraction that the type does not keep are cut towards the past. */
function atScale(sql: string | undefined, from: SnowflakeType, to: Moment): string | undefined {
  const isWithin = from.name === 'DATE' || (from.name === to.name && (from as Moment).scale <= to.scale);
  if (sql === undefined || to.scale >= 6 || isWithin) return sql;
  const unit = 10 ** (6 - to.scale);
  switch (to.name) {
    case 'TIME':
      return `make_timestamp(sf_cut(epoch_us(${sql}), ${unit}))::TIME`;
    case 'TIMESTAMP_NTZ':
      return `make_timestamp(sf_cut(epoch_us(${sql}), ${unit}))`;
    case 'TIMESTAMP_LTZ':
      return `make_timestamptz(sf_cut(epoch_us(${sql}), ${unit}))`;
    default:
      return once(
        [sql],
        (x) =>
          `sf_zoned(make_timestamptz(sf_cut(epoch_us(sf_instant(${x})), ${unit})), struct_extract(${x}, 'o'))`,
      );
  }
}

/** `found`, a conversion that yields NULL for what it does not know, made to fail with the error instead. */
function orFail(found: string, error: string, type: string, attempt: boolean): string {
  return attempt ? found : `coalesce(${found}, ${error}::${type})`;
}

function notRecognized(code: string, sqlState: string, what: string, text: string): string {
  return raise(code, sqlState, `${what} '`, text, "' is not recognized");
}

/** A number too large for the type, or no number. */
function badNumber(text: string): string {
  return `CASE WHEN TRY_CAST(replace(${text}, '_', '?') AS DOUBLE) IS NULL THEN ${notRecognized('100038', '22018', 'Numeric value', text)} ELSE ${raise('100039', '22003', "Numeric value '", text, "' is out of range")} END`;
}

function toNumber(
  sql: string,
  from: SnowflakeType,
  to: SnowflakeType & { name: 'NUMBER' },
  attempt: boolean,
) {
  const type = duckType(to);
  const how = attempt ? 'TRY_CAST' : 'CAST';
  switch (from.name) {
    case 'NUMBER':
      if (from.precision === to.precision && from.scale === to.scale) return sql;
      return `${how}(${sql} AS ${type})`;
    case 'FLOAT':
      return `${how}(${sql} AS ${type})`;
    case 'BOOLEAN':
      return `${how}(${sql}::INTEGER AS ${type})`;
    case 'VARCHAR':
      return once([sql], (text) => orFail(textToNumber(text, to), badNumber(text), type, attempt));
    case 'VARIANT':
      return once([sql], (json) =>
        orFail(jsonToNumber(json, to), variantFailure(json, 'FIXED'), type, attempt),
      );
    default:
      return undefined;
  }
}

/** DuckDB parses DECIMAL(18) many times faster than DECIMAL(38); it also takes 1_000, which Snowflake does not. */
function textToNumber(text: string, to: SnowflakeType & { name: 'NUMBER' }): string {
  const clean = `replace(${text}, '_', '?')`;
  const type = duckType(to);
  if (to.precision <= 18 || to.scale > 15) return `TRY_CAST(${clean} AS ${type})`;
  return `coalesce(TRY_CAST(${clean} AS DECIMAL(18,${to.scale}))::${type}, TRY_CAST(${clean} AS ${type}))`;
}

/** Integers by the short way; NULL for what is neither number, boolean nor text of a number. */
function jsonToNumber(json: string, to: SnowflakeType & { name: 'NUMBER' }): string {
  const type = duckType(to);
  const integer = `TRY_CAST(TRY_CAST(${json}::VARCHAR AS BIGINT) AS ${type})`;
  const text = textToNumber(`json_extract_string(${json}, '$')`, to);
  return `CASE json_type(${json}) WHEN 'UBIGINT' THEN coalesce(${integer}, ${text}) WHEN 'BIGINT' THEN ${integer} WHEN 'BOOLEAN' THEN (${json}::VARCHAR = 'true')::INTEGER::${type} WHEN 'NULL' THEN NULL ELSE ${text} END`;
}

/** The error of a cast from VARIANT; not for SQL NULL nor for JSON null. */
function variantFailure(json: string, target: string): string {
  return raise(
    '100071',
    '22000',
    'Failed to cast variant value ',
    `nullif(${json}::VARCHAR, 'null')`,
    ` to ${target}`,
  );
}

function toFloat(sql: string, from: SnowflakeType, attempt: boolean) {
  switch (from.name) {
    case 'NUMBER':
      return `${sql}::DOUBLE`;
    case 'FLOAT':
      return sql;
    case 'BOOLEAN':
      return `${sql}::INTEGER::DOUBLE`;
    case 'VARCHAR':
      return once([sql], (text) =>
        orFail(`TRY_CAST(replace(${text}, '_', '?') AS DOUBLE)`, badNumber(text), 'DOUBLE', attempt),
      );
    case 'VARIANT':
      return once([sql], (json) =>
        orFail(
          `CASE json_type(${json}) WHEN 'BOOLEAN' THEN (${json}::VARCHAR = 'true')::INTEGER::DOUBLE WHEN 'NULL' THEN NULL ELSE TRY_CAST(replace(json_extract_string(${json}, '$'), '_', '?') AS DOUBLE) END`,
          variantFailure(json, 'REAL'),
          'DOUBLE',
          attempt,
        ),
      );
    default:
      return undefined;
  }
}

function toVarchar(sql: string, from: SnowflakeType, to: { length: number }, attempt: boolean) {
  const text = asText(sql, from);
  const longest =
    from.name === 'VARCHAR'
      ? from.length
      : from.name === 'NUMBER'
        ? from.precision + 2
        : (LONGEST[from.name] ?? Infinity);
  // Text of 16 MB is refused where it enters (literals, COPY), not measured in every cast.
  if (longest <= to.length || to.length >= MAX_VARCHAR) return text;
  if (attempt) return once([text], (all) => `CASE WHEN length(${all}) <= ${to.length} THEN ${all} END`);
  return once(
    [text],
    (all) =>
      `CASE WHEN length(${all}) > ${to.length} THEN ${raise('100078', '22000', "String '", all, "' is too long and would be truncated")} ELSE ${all} END`,
  );
}

const LONGEST: Partial<Record<SnowflakeType['name'], number>> = {
  BOOLEAN: 5,
  DATE: 10,
  TIME: 8,
  TIMESTAMP_NTZ: 23,
  TIMESTAMP_LTZ: 29,
  TIMESTAMP_TZ: 29,
};

/** The text of a value in the session's output formats, which the macros find in variables of the connection. */
function asText(sql: string, from: SnowflakeType): string {
  switch (from.name) {
    case 'DATE':
      return `sf_shown_date(${sql})`;
    case 'TIME':
      return `sf_shown_time(${sql})`;
    case 'TIMESTAMP_NTZ':
      return `sf_shown_ntz(${sql})`;
    case 'TIMESTAMP_LTZ':
      return `sf_shown_ltz(${sql})`;
    case 'TIMESTAMP_TZ':
      return once([sql], (x) => `sf_shown_zoned(${x})`);
    case 'BINARY':
      return `sf_shown_binary(${sql})`;
    default:
      return plainText(sql, from);
  }
}

/** The text of a value in the default output formats, in which VARIANTs keep dates and times. */
function plainText(sql: string, from: SnowflakeType): string {
  switch (from.name) {
    case 'VARCHAR':
    case 'NULL':
      return sql;
    case 'NUMBER':
      // DuckDB writes .5 for a DECIMAL without room before the point.
      return from.precision > from.scale
        ? `${sql}::VARCHAR`
        : `${sql}::DECIMAL(${Math.min(38, from.precision + 1)},${Math.min(37, from.scale)})::VARCHAR`;
    case 'FLOAT':
      return `sf_float_text(${sql})`;
    case 'BINARY':
      return `hex(${sql})`;
    case 'TIME':
      return `strftime(DATE '2000-01-01' + ${sql}, '%H:%M:%S')`;
    case 'TIMESTAMP_NTZ':
      return `strftime(${sql}, '%Y-%m-%d %H:%M:%S.%g')`;
    case 'TIMESTAMP_LTZ':
      return `sf_tz_text(${sql})`;
    case 'TIMESTAMP_TZ':
      return once([sql], (x) => `sf_zoned_text(${x})`);
    case 'VARIANT':
    case 'OBJECT':
    case 'ARRAY':
      return `json_extract_string(${sql}, '$')`;
    default:
      return `${sql}::VARCHAR`;
  }
}

function toBinary(sql: string, from: SnowflakeType, attempt: boolean) {
  switch (from.name) {
    case 'BINARY':
      return sql;
    case 'VARCHAR':
      return once([sql], (text) =>
        orFail(
          `sf_read_binary(${text})`,
          raise('100115', '22000', "The following string is not a legal hex-encoded value: '", text, "'"),
          'BLOB',
          attempt,
        ),
      );
    case 'VARIANT':
      return toBinary(`json_extract_string(${sql}, '$')`, VARCHAR, attempt);
    default:
      return undefined;
  }
}

function toBoolean(
  sql: string,
  from: SnowflakeType,

  attempt: boolean,
): string | undefined {
  switch (from.name) {
    case 'BOOLEAN':
      return sql;
    case 'NUMBER':
      return `(${sql} <> 0)`;
    case 'FLOAT':
      return `(${sql} <> 0)`;
    case 'VARCHAR':
      return once([sql], (text) =>
        orFail(
          `sf_text_boolean(${text})`,
          notRecognized('100037', '22018', 'Boolean value', text),
          'BOOLEAN',
          attempt,
        ),
      );
    case 'VARIANT':
      return once([sql], (json) =>
        orFail(
          `CASE WHEN json_type(${json}) IN ('BIGINT', 'UBIGINT', 'DOUBLE') THEN ${json}::VARCHAR::DOUBLE <> 0 ELSE sf_text_boolean(json_extract_string(${json}, '$')) END`,
          variantFailure(json, 'BOOLEAN'),
          'BOOLEAN',
          attempt,
        ),
      );
    default:
      return undefined;
  }
}

function toDate(sql: string, from: SnowflakeType, attempt: boolean): string | undefined {
  switch (from.name) {
    case 'DATE':
      return sql;
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
      return `${sql}::DATE`;
    case 'TIMESTAMP_TZ':
      return `sf_wall(${sql})::DATE`;
    case 'VARCHAR':
      return once([sql], (text) =>
        orFail(`sf_read_date(${text})`, notRecognized('100040', '22007', 'Date', text), 'DATE', attempt),
      );
    case 'VARIANT':
      return once([sql], (json) =>
        orFail(
          `sf_text_date(json_extract_string(${json}, '$'))`,
          variantFailure(json, 'DATE'),
          'DATE',
          attempt,
        ),
      );
    default:
      return undefined;
  }
}

function toTime(sql: string, from: SnowflakeType, attempt: boolean): string | undefined {
  switch (from.name) {
    case 'TIME':
      return sql;
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
      return `${sql}::TIMESTAMP::TIME`;
    case 'TIMESTAMP_TZ':
      return `sf_wall(${sql})::TIME`;
    case 'VARCHAR':
      return once([sql], (text) =>
        orFail(`sf_read_time(${text})`, notRecognized('100108', '22007', 'Time', text), 'TIME', attempt),
      );
    case 'VARIANT':
      return once([sql], (json) =>
        orFail(
          `sf_text_time(json_extract_string(${json}, '$'))`,
          variantFailure(json, 'TIME'),
          'TIME',
          attempt,
        ),
      );
    default:
      return undefined;
  }
}

function toTimestamp(
  sql: string,
  from: SnowflakeType,
  to: SnowflakeType,
  attempt: boolean,
): string | undefined {
  const type = duckType(to);
  const parse = PARSE[to.name] ?? 'sf_text_ntz';
  switch (from.name) {
    case 'DATE':
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
      if (to.name === 'TIMESTAMP_TZ') return once([`${sql}::TIMESTAMPTZ`], (x) => `sf_zoned_here(${x})`);
      return duckType(from) === type ? sql : `${sql}::${type}`;
    case 'TIMESTAMP_TZ':
      if (to.name === 'TIMESTAMP_TZ') return sql;
      return to.name === 'TIMESTAMP_NTZ' ? `sf_wall(${sql})` : `sf_instant(${sql})`;
    case 'VARCHAR':
      return once([sql], (text) =>
        orFail(
          `${parse.replace('text', 'read')}(${text})`,
          notRecognized('100035', '22007', 'Timestamp', text),
          type,
          attempt,
        ),
      );
    case 'VARIANT':
      return once([sql], (json) =>
        orFail(`${parse}(json_extract_string(${json}, '$'))`, variantFailure(json, to.name), type, attempt),
      );
    case 'NUMBER':
      return from.scale === 0 ? fromUtc(`sf_epoch(${sql})`, to) : undefined;
    default:
      return undefined;
  }
}

const PARSE: Partial<Record<SnowflakeType['name'], string>> = {
  TIMESTAMP_LTZ: 'sf_text_tz',
  TIMESTAMP_TZ: 'sf_text_zoned',
};

/** A TIMESTAMP of UTC as a timestamp of the type; a TIMESTAMP_TZ gets the offset of the session's zone. */
export function fromUtc(sql: string, to: SnowflakeType): string {
  if (to.name === 'TIMESTAMP_NTZ') return sql;
  const instant = `(${sql} AT TIME ZONE 'UTC')`;
  return to.name === 'TIMESTAMP_TZ' ? once([instant], (x) => `sf_zoned_here(${x})`) : instant;
}

/** Dates and times become JSON strings, numbers JSON numbers. */
function toJson(sql: string, from: SnowflakeType): string {
  switch (from.name) {
    case 'VARIANT':
    case 'OBJECT':
    case 'ARRAY':
      return sql;
    case 'NUMBER':
      // DuckDB's to_json passes small decimals through a double.
      return from.scale === 0
        ? `${sql}::VARCHAR::JSON`
        : `rtrim(rtrim(${asText(sql, from)}, '0'), '.')::JSON`;
    case 'BOOLEAN':
    case 'VARCHAR':
    case 'FLOAT':
      return once([sql], (x) => `CASE WHEN ${x} IS NOT NULL THEN to_json(${x}) END`);
    default:
      return once([plainText(sql, from)], (x) => `CASE WHEN ${x} IS NOT NULL THEN to_json(${x}) END`);
  }
}

function toContainer(
  sql: string,
  from: SnowflakeType,
  to: SnowflakeType,
  attempt: boolean,
): string | undefined {
  if (from.name === to.name) return sql;
  if (from.name !== 'VARIANT') {
    return to.name === 'ARRAY' && from.name !== 'OBJECT' ? `json_array(${toJson(sql, from)})` : undefined;
  }
  if (to.name === 'OBJECT') {
    return once([sql], (json) =>
      orFail(
        `CASE WHEN json_type(${json}) = 'OBJECT' THEN ${json} END`,
        variantFailure(json, 'OBJECT'),
        'JSON',
        attempt,
      ),
    );
  }
  return once(
    [sql],
    (json) =>
      `CASE json_type(${json}) WHEN 'ARRAY' THEN ${json} WHEN 'NULL' THEN NULL ELSE CASE WHEN ${json} IS NOT NULL THEN json_array(${json}) END END`,
  );
}
