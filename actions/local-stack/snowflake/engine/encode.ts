import type { Column, SnowflakeType } from '../../../shared/sql/types.ts';

/**
 * DuckDB SQL that turns a column into the text that a row of Snowflake's JSON row set holds, or into a step
 * towards it that `finishEncoding` completes. Source: what the drivers read (snowflake-sdk's column converters).
 */
export function encodeColumn(sql: string, type: SnowflakeType): string {
  switch (type.name) {
    case 'DATE':
      return `CAST(${sql} - DATE '1970-01-01' AS VARCHAR)`;
    case 'TIME':
      return `CAST(epoch_us(${sql}) AS VARCHAR)`;
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
      return `CAST(epoch_us(${sql}) AS VARCHAR)`;
    case 'TIMESTAMP_TZ':
      return `CAST(epoch_us(struct_extract(${sql}, 't')) AS VARCHAR) || ' ' || CAST(struct_extract(${sql}, 'o') + 1440 AS VARCHAR)`;
    case 'BOOLEAN':
      return `CASE WHEN ${sql} THEN '1' WHEN NOT ${sql} THEN '0' END`;
    case 'BINARY':
      return `hex(${sql})`;
    case 'FLOAT':
      return `CASE WHEN isnan(${sql}) THEN 'NaN' WHEN isinf(${sql}) THEN CASE WHEN ${sql} > 0 THEN 'inf' ELSE '-inf' END ELSE CAST(${sql} AS VARCHAR) END`;
    case 'NUMBER':
      // DuckDB writes .5 for a DECIMAL without room before the point.
      return type.precision > type.scale
        ? `CAST(${sql} AS VARCHAR)`
        : `regexp_replace(CAST(${sql} AS VARCHAR), '^(-?)\\.', '\\10.')`;
    default:
      return `CAST(${sql} AS VARCHAR)`;
  }
}

/** Completes what `encodeColumn` selected. */
function finishEncoding(value: string | null, type: SnowflakeType): string | null {
  if (value === null) return null;
  switch (type.name) {
    case 'TIME':
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
      return secondsWithFraction(BigInt(value), type.scale);
    case 'TIMESTAMP_TZ':
      return zonedSeconds(value, type.scale);
    default:
      return value;
  }
}

/** Microseconds and offset in minutes + 1440, the first as seconds. */
function zonedSeconds(value: string, scale: number): string {
  const [micros, offset] = value.split(' ') as [string, string];
  return `${secondsWithFraction(BigInt(micros), scale)} ${offset}`;
}

/** Encodes rows read from DuckDB as the text columns that `encodeColumn` selects. */
export function encodeRows(rows: unknown[][], columns: Column[]): (string | null)[][] {
  const unfinished = columns.flatMap(({ type }, index) => (isFinished(type) ? [] : [{ index, type }]));
  // DuckDB gives texts and nulls: a new array for each of a million rows would be for nothing.
  const texts = rows as (string | null)[][];
  for (const row of texts)
    for (const { index, type } of unfinished) row[index] = finishEncoding(row[index] ?? null, type);
  return texts;
}

function isFinished({ name }: SnowflakeType): boolean {
  return name !== 'TIME' && !name.startsWith('TIMESTAMP_');
}

/** A signed decimal number of seconds: half a second before 1970 is -0.5, not -1 and .5 after it. */
function secondsWithFraction(micros: bigint, scale: number): string {
  // Digits that the type does not keep are cut towards the past, before the sign is taken off.
  const unit = 10n ** BigInt(Math.max(6 - scale, 0));
  const kept = micros - (((micros % unit) + unit) % unit);
  const size = kept < 0n ? -kept : kept;
  const digits = (size % 1_000_000n).toString().padStart(6, '0').padEnd(9, '0').slice(0, scale);
  const seconds = `${kept < 0n ? '-' : ''}${size / 1_000_000n}`;
  return scale === 0 ? seconds : `${seconds}.${digits}`;
}
