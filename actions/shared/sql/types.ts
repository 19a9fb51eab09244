/**
 * Snowflake's data types and what DuckDB type holds their values.
 * NUMBER -> DECIMAL(p,s); FLOAT -> DOUBLE; VARCHAR -> VARCHAR; BINARY -> BLOB; BOOLEAN; DATE; TIME;
 * TIMESTAMP_NTZ -> TIMESTAMP (microseconds); TIMESTAMP_LTZ -> TIMESTAMPTZ; TIMESTAMP_TZ -> a struct of the instant t
 * (TIMESTAMPTZ) and its offset from UTC o (minutes), in whose order instants go; VARIANT, OBJECT, ARRAY -> JSON text. SQL NULL is NULL, JSON null is 'null'.
 */
export type SnowflakeType =
  | { name: 'NUMBER'; precision: number; scale: number }
  | { name: 'FLOAT' }
  | { name: 'VARCHAR'; length: number }
  | { name: 'BINARY'; length: number }
  | { name: 'BOOLEAN' }
  | { name: 'DATE' }
  | { name: 'TIME'; scale: number }
  | { name: 'TIMESTAMP_NTZ'; scale: number }
  | { name: 'TIMESTAMP_LTZ'; scale: number }
  | { name: 'TIMESTAMP_TZ'; scale: number }
  | { name: 'VARIANT' }
  | { name: 'OBJECT' }
  | { name: 'ARRAY' }
  /** The type of an untyped NULL. */
  | { name: 'NULL' };

/** A result or table column. */
export interface Column {
  /** Folded or as quoted. */
  name: string;
  type: SnowflakeType;
  nullable: boolean;
}

export const MAX_VARCHAR = 16_777_216;
export const MAX_BINARY = 8_388_608;

/** The DuckDB type that holds values of a type. */
export function duckType(type: SnowflakeType): string {
  switch (type.name) {
    case 'NUMBER':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'FLOAT':
      return 'DOUBLE';
    case 'VARCHAR':
    case 'NULL':
      return 'VARCHAR';
    case 'BINARY':
      return 'BLOB';
    case 'TIMESTAMP_NTZ':
      return 'TIMESTAMP';
    case 'TIMESTAMP_LTZ':
      return 'TIMESTAMPTZ';
    case 'TIMESTAMP_TZ':
      return 'STRUCT(t TIMESTAMPTZ, o SMALLINT)';
    case 'VARIANT':
    case 'OBJECT':
    case 'ARRAY':
      return 'JSON';
    default:
      return type.name;
  }
}

/** The type as DESCRIBE TABLE shows it, e.g. NUMBER(38,0), VARCHAR(16777216), TIMESTAMP_NTZ(9). */
export function formatType(type: SnowflakeType): string {
  switch (type.name) {
    case 'NUMBER':
      return `NUMBER(${type.precision},${type.scale})`;
    case 'VARCHAR':
    case 'BINARY':
      return `${type.name}(${type.length})`;
    case 'TIME':
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return `${type.name}(${type.scale})`;
    case 'NULL':
      return `VARCHAR(${MAX_VARCHAR})`;
    default:
      return type.name;
  }
}
