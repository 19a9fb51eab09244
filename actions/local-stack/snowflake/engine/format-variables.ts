import { quote } from './database.ts';

const INPUT = {
  sf_date_in: 'DATE_INPUT_FORMAT',
  sf_time_in: 'TIME_INPUT_FORMAT',
  sf_timestamp_in: 'TIMESTAMP_INPUT_FORMAT',
};
const OUTPUT: Record<string, readonly string[]> = {
  sf_date_out: ['DATE_OUTPUT_FORMAT'],
  sf_time_out: ['TIME_OUTPUT_FORMAT'],
  sf_ntz_out: ['TIMESTAMP_NTZ_OUTPUT_FORMAT', 'TIMESTAMP_OUTPUT_FORMAT'],
  sf_ltz_out: ['TIMESTAMP_LTZ_OUTPUT_FORMAT', 'TIMESTAMP_OUTPUT_FORMAT'],
  sf_zoned_out: ['TIMESTAMP_TZ_OUTPUT_FORMAT', 'TIMESTAMP_OUTPUT_FORMAT'],
};
/** What the macros write without being told. */
const PLAIN = new Set([
  'YYYY-MM-DD',
  'HH24:MI:SS',
  'YYYY-MM-DD HH24:MI:SS.FF3',
  'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM',
]);

/** Whether a parameter says how text becomes a date, time or binary value, or the reverse. */
export function isFormatParameter(name: string): boolean {
  return /^(?:DATE|TIME|TIMESTAMP|TIMESTAMP_NTZ|TIMESTAMP_LTZ|TIMESTAMP_TZ|BINARY)_(?:INPUT|OUTPUT)_FORMAT$/.test(
    name,
  );
}

/**
 * DuckDB statements that make a connection's conversions follow the session's formats; a variable is NULL where the
 * default holds. Source: docs.snowflake.com, "Parameters": an empty format of a kind of timestamp means
 * TIMESTAMP_OUTPUT_FORMAT.
 */
export function formatVariables(parameter: (name: string) => string): string[] {
  const values: [variable: string, value: string | null][] = [];
  for (const [variable, name] of Object.entries(INPUT)) {
    const format = parameter(name);
    values.push([variable, format.toUpperCase() === 'AUTO' || format === '' ? null : format]);
  }
  for (const [variable, names] of Object.entries(OUTPUT)) {
    const format = names.map(parameter).find((text) => text !== '' && text.toUpperCase() !== 'AUTO') ?? '';
    values.push([variable, format === '' || PLAIN.has(format) ? null : format]);
  }
  for (const direction of ['in', 'out']) {
    const format = parameter(`BINARY_${direction.toUpperCase()}PUT_FORMAT`).toUpperCase().replace('-', '');
    values.push([`sf_binary_${direction}`, format === 'HEX' ? null : format]);
  }
  return values.map(
    ([variable, value]) => `SET VARIABLE ${variable} = ${value === null ? 'NULL' : quote(value)}`,
  );
}
