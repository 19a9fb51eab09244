import { bool, byte, i32, list, struct, type ThriftValue, text } from './thrift.ts';

/** How a column's values lie in the file. */
export type PhysicalType = 'BOOLEAN' | 'INT32' | 'INT64' | 'FLOAT' | 'DOUBLE' | 'BYTE_ARRAY' | 'FIXED_16';

/** What the values mean. Source: https://parquet.apache.org/docs/file-format/types/logicaltypes/ */
export type LogicalType =
  | { kind: 'STRING' }
  | { kind: 'JSON' }
  | { kind: 'DATE' }
  | { kind: 'DECIMAL'; precision: number; scale: number }
  | { kind: 'TIME_MICROS' }
  | { kind: 'TIMESTAMP_MICROS'; utc: boolean }
  | { kind: 'INTEGER'; bits: 8 | 16 | 32 | 64 };

/** A column of the file. Every column is OPTIONAL: one run of levels per page is all that costs. */
export interface ParquetColumn {
  name: string;
  physical: PhysicalType;
  logical?: LogicalType;
}

/** Codes of the enum `Type` in parquet.thrift. */
export const PHYSICAL_CODE: Record<PhysicalType, number> = {
  BOOLEAN: 0,
  INT32: 1,
  INT64: 2,
  FLOAT: 4,
  DOUBLE: 5,
  BYTE_ARRAY: 6,
  FIXED_16: 7,
};

const OPTIONAL = 1;

/** The footer's flattened schema: the root, then one SchemaElement per column. */
export function schemaElements(columns: readonly ParquetColumn[]): ThriftValue[] {
  const root = struct([4, text('schema')], [5, i32(columns.length)]);
  return [root, ...columns.map(schemaElement)];
}

function schemaElement({ name, physical, logical }: ParquetColumn): ThriftValue {
  const converted = convertedType(logical);
  return struct(
    [1, i32(PHYSICAL_CODE[physical])],
    [2, physical === 'FIXED_16' ? i32(16) : undefined],
    [3, i32(OPTIONAL)],
    [4, text(name)],
    [6, converted === undefined ? undefined : i32(converted)],
    [7, logical?.kind === 'DECIMAL' ? i32(logical.scale) : undefined],
    [8, logical?.kind === 'DECIMAL' ? i32(logical.precision) : undefined],
    [10, logical === undefined ? undefined : logicalType(logical)],
  );
}

/** The older annotation, for readers that do not know LogicalType. Local timestamps have none. */
function convertedType(logical: LogicalType | undefined): number | undefined {
  switch (logical?.kind) {
    case 'STRING':
      return 0;
    case 'DECIMAL':
      return 5;
    case 'DATE':
      return 6;
    case 'TIMESTAMP_MICROS':
      return logical.utc ? 10 : undefined;
    case 'INTEGER':
      return { 8: 15, 16: 16, 32: 17, 64: 18 }[logical.bits];
    case 'JSON':
      return 19;
    case 'TIME_MICROS': // The older TIME_MICROS is UTC-adjusted, which PostgreSQL's time is not.
    case undefined:
      return undefined;
  }
}

/** The union `LogicalType` in parquet.thrift. */
function logicalType(logical: LogicalType): ThriftValue {
  const micros = struct([2, struct()]);
  switch (logical.kind) {
    case 'STRING':
      return struct([1, struct()]);
    case 'DECIMAL':
      return struct([5, struct([1, i32(logical.scale)], [2, i32(logical.precision)])]);
    case 'DATE':
      return struct([6, struct()]);
    case 'TIME_MICROS':
      return struct([7, struct([1, bool(false)], [2, micros])]);
    case 'TIMESTAMP_MICROS':
      return struct([8, struct([1, bool(logical.utc)], [2, micros])]);
    case 'INTEGER':
      return struct([10, struct([1, byte(logical.bits)], [2, bool(true)])]);
    case 'JSON':
      return struct([12, struct()]);
  }
}

/** TypeDefinedOrder for every column: readers trust min_value and max_value only with it. */
export function columnOrders(columns: readonly ParquetColumn[]): ThriftValue {
  return list(columns.map(() => struct([1, struct()])));
}
