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

/** A value as text: as `plain` has it, or in the format that the session has for the kind (see engine/format-variables.ts). */
function shown(kind: string, plain: string, moment: string): string[] {
  const format = `getvariable('sf_${kind}_out')::VARCHAR`;
  return [
    `sf_shown_${kind}(x) AS CASE WHEN ${format} IS NULL THEN ${plain} ELSE sf_js_format_time(${moment}, ${format}) END`,
  ];
}

/** Text as a value: by the formats of AUTO, or by the one that the session has. NULL for what it does not fit. */
function read(kind: 'date' | 'time' | 'ntz' | 'tz', type: string): string[] {
  const format = `getvariable('sf_${kind === 'date' || kind === 'time' ? kind : 'timestamp'}_in')::VARCHAR`;
  return [
    `sf_read_${kind}(x) AS CASE WHEN ${format} IS NULL THEN sf_text_${kind}(x) ELSE sf_js_parse_time(x, ${format}, 1970)${type} END`,
  ];
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
  `sf_rare_tz(x) AS CASE WHEN regexp_full_match(x, '-?\\d{1,19}') THEN sf_rare_ntz(x) AT TIME ZONE 'UTC' WHEN regexp_matches(x, ':\\d{2}[.\\d]*(?: ?[AaPp][Mm])?\\s*[+-]\\d{2}:?\\d{2}( \\d{4})?$') THEN TRY_CAST(sf_rare_ntz(x)::VARCHAR || sf_text_offset(x) AS TIMESTAMPTZ) WHEN regexp_matches(x, ':\\d{2}[.\\d]*\\s+[+-]\\d{2}$') THEN TRY_CAST(regexp_replace(x, '\\s+([+-]\\d{2})$', '\\1') AS TIMESTAMPTZ) ELSE sf_rare_ntz(x)::TIMESTAMPTZ END`,
  `sf_text_tz(x) AS coalesce(TRY_CAST(CASE WHEN x < ':' THEN x END AS TIMESTAMPTZ), sf_rare_tz(x))`,
  // TIMESTAMP_TZ: the instant t and the offset o in minutes.
  `sf_zoned(t, o) AS CASE WHEN t IS NOT NULL THEN {'t': t, 'o': o::SMALLINT} END`,
  `sf_cut(n, unit) AS n - ((n % unit) + unit) % unit`,
  `sf_zoned_here(t) AS sf_zoned(t, sf_offset_seconds(t) // 60)`,
  `sf_zoned_in(t, zone) AS sf_zoned(t, (epoch_us(t AT TIME ZONE zone) - epoch_us(t)) // 60000000)`,
  `sf_instant(x) AS struct_extract(x, 't')`,
  `sf_wall(x) AS make_timestamp(epoch_us(struct_extract(x, 't')) + struct_extract(x, 'o')::BIGINT * 60000000)`,
  `sf_from_wall(w, o) AS sf_zoned(make_timestamptz(epoch_us(w) - o::BIGINT * 60000000), o)`,
  `sf_minutes_text(o) AS printf('%s%02d%02d', CASE WHEN o < 0 THEN '-' ELSE '+' END, abs(o) // 60, abs(o) % 60)`,
  `sf_zoned_text(x) AS strftime(sf_wall(x), '%Y-%m-%d %H:%M:%S.%g') || ' ' || sf_minutes_text(struct_extract(x, 'o'))`,
  `sf_written_offset(x) AS regexp_extract(x, ':\\d{2}[.\\d]*(?: ?[AaPp][Mm])?\\s*([+-]\\d{2}:?(?:\\d{2})?)(?: \\d{4})?$', 1)`,
  `sf_written_minutes(x) AS list_transform([sf_written_offset(x)], lambda w: CASE WHEN w <> '' THEN CASE WHEN w[1] = '-' THEN -1 ELSE 1 END * (w[2:3]::INTEGER * 60 + coalesce(TRY_CAST(right(replace(w, ':', ''), -3) AS INTEGER), 0)) WHEN regexp_matches(x, '\\d\\s*Z$') THEN 0 END)[1]`,
  // Each part once: macros are expanded as text.
  `sf_text_zoned(x) AS list_transform([{'t': sf_text_tz(x), 'o': sf_written_minutes(x)}], lambda v: sf_zoned(v.t, coalesce(v.o, sf_offset_seconds(v.t) // 60)))[1]`,
  `sf_text_date(x) AS coalesce(TRY_CAST(CASE WHEN x < ':' THEN x END AS DATE), sf_rare_ntz(x)::DATE)`,
  `sf_text_time(x) AS CASE WHEN regexp_full_match(x, '\\s*\\d{1,2}:\\d{1,2}(:\\d{1,2}(\\.\\d*)?)?\\s*') THEN TRY_CAST(x AS TIME) WHEN regexp_matches(x, '\\d') THEN coalesce(try_strptime(x, ${formats(RARE_TIMES)})::TIME, sf_text_ntz(x)::TIME) END`,
  ...shown('date', 'x::VARCHAR', 'epoch_us(x::TIMESTAMP), 0'),
  ...shown('time', "strftime(DATE '2000-01-01' + x, '%H:%M:%S')", "epoch_us(DATE '1970-01-01' + x), 0"),
  ...shown('ntz', "strftime(x, '%Y-%m-%d %H:%M:%S.%g')", 'epoch_us(x), 0'),
  ...shown('ltz', 'sf_tz_text(x)', 'epoch_us(x::TIMESTAMP), (sf_offset_seconds(x) // 60)::INTEGER'),
  ...shown('zoned', 'sf_zoned_text(x)', "epoch_us(sf_wall(x)), struct_extract(x, 'o')::INTEGER"),
  `sf_shown_binary(x) AS CASE WHEN getvariable('sf_binary_out')::VARCHAR = 'BASE64' THEN to_base64(x) ELSE hex(x) END`,
  ...read('date', '::TIMESTAMP::DATE'),
  ...read('time', '::TIMESTAMP::TIME'),
  ...read('ntz', '::TIMESTAMP'),
  ...read('tz', '::TIMESTAMPTZ'),
  `sf_read_zoned(x) AS sf_text_zoned(CASE WHEN getvariable('sf_timestamp_in')::VARCHAR IS NULL THEN x ELSE sf_js_parse_time(x, getvariable('sf_timestamp_in')::VARCHAR, 1970) END)`,
  `sf_hex(x) AS CASE WHEN regexp_full_match(x, '([0-9A-Fa-f]{2})*') THEN from_hex(x) END`,
  `sf_read_binary(x) AS CASE getvariable('sf_binary_in')::VARCHAR WHEN 'BASE64' THEN TRY(from_base64(x)) WHEN 'UTF8' THEN encode(x) ELSE sf_hex(x) END`,
  // Two VARIANTs compare by this text: numbers by value and in order, everything else by its own text.
  `sf_variant_key(v) AS CASE json_type(v) WHEN 'VARCHAR' THEN 's' || json_extract_string(v, '$') WHEN 'NULL' THEN NULL WHEN 'BIGINT' THEN sf_number_key(v) WHEN 'UBIGINT' THEN sf_number_key(v) WHEN 'DOUBLE' THEN sf_number_key(v) ELSE 't' || v::VARCHAR END`,
  `sf_number_key(v) AS coalesce('n' || lpad((TRY_CAST(v::VARCHAR AS DECIMAL(38,12)) + 50000000000000000000000000::DECIMAL(38,12))::VARCHAR, 40, '0'), 'n~' || v::VARCHAR)`,
  `sf_pointer(k) AS '/' || replace(replace(k, '~', '~0'), '/', '~1')`,
];
