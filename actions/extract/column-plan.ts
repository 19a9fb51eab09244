import {
  Binary,
  Bool,
  type DataType,
  DateDay,
  Decimal,
  Field,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  TimeMicrosecond,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow';
import pg from 'pg';
import type { PostgresTable } from '../shared/pipeline.ts';
import type { FieldFormat } from './kernel/kernel.ts';
import type { LogicalType, ParquetColumn, PhysicalType } from './parquet/schema.ts';
import type { SourceColumn } from './source-table.ts';

type NumericForm = PostgresTable['numeric'];

/** How one column travels: what is selected, how its binary field is read, how Parquet stores it. */
export interface ColumnPlan {
  /** The expression in the SELECT list. */
  select: string;
  format: FieldFormat;
  parquet: ParquetColumn;
  field: Field;
}

interface Carriage {
  format: FieldFormat;
  physical: PhysicalType;
  logical?: LogicalType;
  arrow: DataType;
  /** Set where the value is carried in another form than the column's own. */
  cast?: (sql: string) => string;
  /** Text that holds JSON, which Arrow has no type for. */
  isJson?: boolean;
}

/**
 * Chooses the exact form for each type of PostgreSQL. Types without a counterpart are carried as their text,
 * arrays and composites as JSON.
 * @param numeric how numeric without a precision is carried
 */
export function planColumn(column: SourceColumn, numeric: NumericForm = 'text'): ColumnPlan {
  const carriage = carriageOf(column.type, numeric);
  const sql = pg.escapeIdentifier(column.name);
  const { name, nullable } = column;
  const metadata = carriage.isJson ? new Map([['logical', 'json']]) : undefined;
  return {
    select: carriage.cast?.(sql) ?? sql,
    format: carriage.format,
    parquet: {
      name,
      physical: carriage.physical,
      ...(carriage.logical === undefined ? {} : { logical: carriage.logical }),
    },
    field: new Field(name, carriage.arrow, nullable, metadata),
  };
}

function carriageOf(type: SourceColumn['type'], numeric: NumericForm): Carriage {
  if (type.category === 'A' || type.kind === 'c') return { ...JSON_TEXT, cast: (sql) => `to_json(${sql})` };
  if (type.kind === 'e') return TEXT;
  const known = type.isBuiltIn ? builtIn(type.name, type.modifier, numeric) : undefined;
  return known ?? { ...TEXT, cast: asText };
}

const asText = (sql: string): string => `${sql}::text`;

const TEXT: Carriage = {
  format: { kind: 'text' },
  physical: 'BYTE_ARRAY',
  logical: { kind: 'STRING' },
  arrow: new Utf8(),
};

const JSON_TEXT: Carriage = { ...TEXT, logical: { kind: 'JSON' }, isJson: true };

function builtIn(name: string, modifier: number, numeric: NumericForm): Carriage | undefined {
  switch (name) {
    case 'bool':
      return { format: { kind: 'bool' }, physical: 'BOOLEAN', arrow: new Bool() };
    case 'int2':
      return integer('int2', 16, new Int16());
    case 'int4':
      return integer('int4', 32, new Int32());
    case 'int8':
      return integer('int8', 64, new Int64());
    case 'float4':
      return { format: { kind: 'float4' }, physical: 'FLOAT', arrow: new Float32() };
    case 'float8':
      return { format: { kind: 'float8' }, physical: 'DOUBLE', arrow: new Float64() };
    case 'bytea':
      return { format: { kind: 'bytea' }, physical: 'BYTE_ARRAY', arrow: new Binary() };
    case 'text':
    case 'varchar':
    case 'name':
      return TEXT;
    case 'json':
      return JSON_TEXT;
    case 'jsonb':
      return { ...JSON_TEXT, format: { kind: 'jsonb' } };
    case 'uuid':
      return { ...TEXT, format: { kind: 'uuid' } };
    case 'date':
      return {
        format: { kind: 'date' },
        physical: 'INT32',
        logical: { kind: 'DATE' },
        arrow: new DateDay(),
      };
    case 'time':
      return {
        format: { kind: 'time' },
        physical: 'INT64',
        logical: { kind: 'TIME_MICROS' },
        arrow: new TimeMicrosecond(),
      };
    case 'timestamp':
      return timestamp(false);
    case 'timestamptz':
      return timestamp(true);
    case 'numeric':
      return modifier < 4 && numeric !== 'text' ? decimalOf(numeric) : decimal(modifier);
    default:
      // char(n) among them: its text form leaves out the padding, which carries no meaning in PostgreSQL.
      return undefined;
  }
}

function integer(kind: 'int2' | 'int4' | 'int8', bits: 16 | 32 | 64, arrow: DataType): Carriage {
  return {
    format: { kind },
    physical: bits === 64 ? 'INT64' : 'INT32',
    logical: { kind: 'INTEGER', bits },
    arrow,
  };
}

function timestamp(utc: boolean): Carriage {
  return {
    format: { kind: 'timestamp' },
    physical: 'INT64',
    logical: { kind: 'TIMESTAMP_MICROS', utc },
    arrow: new TimestampMicrosecond(utc ? 'UTC' : null),
  };
}

/** numeric(p, s) with 0 <= s <= p <= 38; without a precision, or beyond, it has no decimal form and goes as text. */
function decimal(modifier: number): Carriage | undefined {
  if (modifier < 4) return undefined;
  const precision = ((modifier - 4) >> 16) & 0xffff;
  // The scale is an 11-bit two's complement number since PostgreSQL 15.
  const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
  if (precision > 38 || scale < 0 || scale > precision) return undefined;
  return decimalOf({ precision, scale });
}

function decimalOf({ precision, scale }: { precision: number; scale: number }): Carriage {
  return {
    format: { kind: 'numeric', precision, scale },
    physical: precision <= 9 ? 'INT32' : precision <= 18 ? 'INT64' : 'FIXED_16',
    logical: { kind: 'DECIMAL', precision, scale },
    arrow: new Decimal(scale, precision, 128),
  };
}
