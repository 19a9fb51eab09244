/**
 * SQL to run once in each DuckDB database: macros that conversions and functions call, all named sf_….
 * The session's TIMEZONE is DuckDB's own setting TimeZone, to be set on the connection.
 */
export function macroStatements(): string[] {
  return MACROS.map((text) => `CREATE OR REPLACE MACRO ${text}`);
}

const TRUE_WORDS = ['true', 't', 'yes', 'y', 'on', '1'];
const FALSE_WORDS = ['false', 'f', 'no', 'n', 'off', '0'];

function words(list: string[], result: string): string {
  return list.map((word) => `WHEN '${word}' THEN ${result}`).join(' ');
}

/** What AUTO recognises besides ISO 8601 ("Date and time input and output formats", AUTO detection). */
const RARE_TIMESTAMPS = [
  '%Y-%m-%d %H',
  '%Y-%m-%dT%H',
  '%m/%d/%Y %H:%M:%S',
  '%m/%d/%Y %H:%M:%S.%f',
  '%m/%d/%Y %H:%M',
  '%m/%d/%Y',
  '%d-%b-%Y',
  '%a, %d %b %Y %H:%M:%S',
  '%a, %d %b %Y %H:%M',
  '%a, %d %b %Y %I:%M:%S %p',
  '%a, %d %b %Y %I:%M %p',
  '%d %b %Y %H:%M:%S',
  '%d %b %Y %H:%M',
  '%d %b %Y %I:%M:%S %p',
  '%d %b %Y %I:%M %p',
  '%a %b %d %H:%M:%S %Y',
];
const RARE_TIMES = ['%I:%M:%S %p', '%I:%M %p'];

function formats(list: string[]): string {
  return `[${list.map((format) => `'${format}'`).join(', ')}]`;
}

const MACROS = [
  // Fails like error(), but within TRY, which takes no volatile function.
  `sf_raise(message) AS CAST(CAST(message AS INTEGER) AS VARCHAR)`,
  // As C prints %.15g: 100, 0.1, 1e+20.
  `sf_float_text(x) AS CASE WHEN isnan(x) THEN 'NaN' WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'inf' ELSE '-inf' END ELSE printf('%.15g', x) END`,
  `sf_offset_seconds(x) AS epoch(x::TIMESTAMP)::BIGINT - epoch(x)::BIGINT`,
  `sf_offset_text(x) AS printf('%s%02d%02d', CASE WHEN sf_offset_seconds(x) < 0 THEN '-' ELSE '+' END, abs(sf_offset_seconds(x)) // 3600, abs(sf_offset_seconds(x)) % 3600 // 60)`,
  `sf_tz_text(x) AS strftime(x::TIMESTAMP, '%Y-%m-%d %H:%M:%S.%g') || ' ' || sf_offset_text(x)`,
  `sf_text_boolean(x) AS CASE lower(x) ${words(TRUE_WORDS, 'true')} ${words(FALSE_WORDS, 'false')} END`,
  // Integers: seconds, then milli-, micro- and nanoseconds by their size ("TO_TIMESTAMP", usage notes).
  `sf_epoch_micros(n) AS CASE WHEN abs(n) < 31536000000 THEN n::HUGEINT * 1000000 WHEN abs(n) < 31536000000000 THEN n::HUGEINT * 1000 WHEN abs(n) < 31536000000000000 THEN n::HUGEINT ELSE n::HUGEINT // 1000 END`,
  `sf_epoch(n) AS make_timestamp(sf_epoch_micros(n)::BIGINT)`,
  `sf_no_offset(x) AS regexp_replace(x, '(\\d)\\s*(Z|[+-]\\d{2}:?\\d{2})$', '\\1')`,
  `sf_rare_ntz(x) AS CASE WHEN regexp_full_match(x, '-?\\d{1,19}') THEN sf_epoch(TRY_CAST(x AS BIGINT)) WHEN regexp_matches(x, '\\d') THEN coalesce(TRY_CAST(CASE WHEN x < ':' THEN sf_no_offset(x) END AS TIMESTAMP), try_strptime(regexp_replace(x, '(:\\d{2}[.\\d]*(?: ?[AaPp][Mm])?)\\s*(?:Z|[+-]\\d{2}:?\\d{2})( \\d{4})?$', '\\1\\2'), ${formats(RARE_TIMESTAMPS)})) END`,
  `sf_text_ntz(x) AS coalesce(TRY_CAST(CASE WHEN x < ':' THEN x END AS TIMESTAMP), sf_rare_ntz(x))`,
  `sf_text_offset(x) AS regexp_extract(x, '([+-]\\d{2}):?(\\d{2})( \\d{4})?$', 1) || ':' || regexp_extract(x, '([+-]\\d{2}):?(\\d{2})( \\d{4})?$', 2)`,
  // An offset that DuckDB does not read (+0200, or after a rare format) is taken off the local time.
  `sf_rare_tz(x) AS CASE WHEN regexp_full_match(x, '-?\\d{1,19}') THEN sf_rare_ntz(x) AT TIME ZONE 'UTC' WHEN regexp_matches(x, ':\\d{2}[.\\d]*(?: ?[AaPp][Mm])?\\s*[+-]\\d{2}:?\\d{2}( \\d{4})?$') THEN TRY_CAST(sf_rare_ntz(x)::VARCHAR || sf_text_offset(x) AS TIMESTAMPTZ) ELSE sf_rare_ntz(x)::TIMESTAMPTZ END`,
  `sf_text_tz(x) AS coalesce(TRY_CAST(CASE WHEN x < ':' THEN x END AS TIMESTAMPTZ), sf_rare_tz(x))`,
  `sf_text_date(x) AS coalesce(TRY_CAST(CASE WHEN x < ':' THEN x END AS DATE), sf_rare_ntz(x)::DATE)`,
  `sf_text_time(x) AS CASE WHEN regexp_full_match(x, '\\s*\\d{1,2}:\\d{1,2}(:\\d{1,2}(\\.\\d*)?)?\\s*') THEN TRY_CAST(x AS TIME) WHEN regexp_matches(x, '\\d') THEN coalesce(try_strptime(x, ${formats(RARE_TIMES)})::TIME, sf_text_ntz(x)::TIME) END`,
  // Two VARIANTs compare by this text: numbers by value and in order, everything else by its own text.
  `sf_variant_key(v) AS CASE json_type(v) WHEN 'VARCHAR' THEN 's' || json_extract_string(v, '$') WHEN 'NULL' THEN NULL WHEN 'BIGINT' THEN sf_number_key(v) WHEN 'UBIGINT' THEN sf_number_key(v) WHEN 'DOUBLE' THEN sf_number_key(v) ELSE 't' || v::VARCHAR END`,
  `sf_number_key(v) AS coalesce('n' || lpad((TRY_CAST(v::VARCHAR AS DECIMAL(38,12)) + 50000000000000000000000000::DECIMAL(38,12))::VARCHAR, 40, '0'), 'n~' || v::VARCHAR)`,
  `sf_pointer(k) AS '/' || replace(replace(k, '~', '~0'), '/', '~1')`,
];
