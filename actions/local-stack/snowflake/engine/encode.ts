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
    case 'TIMESTAMP_TZ':
      return `CAST(epoch_us(${sql}) AS VARCHAR)`;
    case 'BOOLEAN':
      return `CASE WHEN ${sql} THEN '1' WHEN NOT ${sql} THEN '0' END`;
    case 'BINARY':
      return `hex(${sql})`;
    case 'FLOAT':
      return `CASE WHEN isnan(${sql}) THEN 'NaN' WHEN isinf(${sql}) THEN CASE WHEN ${sql} > 0 THEN 'inf' ELSE '-inf' END ELSE CAST(${sql} AS VARCHAR) END`;
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
      // Offset in minutes + 1440: values are kept in UTC.
      return `${secondsWithFraction(BigInt(value), type.scale)} 1440`;
    default:
      return value;
  }
}

/** Encodes rows read from DuckDB as the text columns that `encodeColumn` selects. */
export function encodeRows(rows: unknown[][], columns: Column[]): (string | null)[][] {
  return rows.map((row) =>
    row.map((value, index) => finishEncoding(value === null ? null : String(value), columns[index]!.type)),
  );
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
