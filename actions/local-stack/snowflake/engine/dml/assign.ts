import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { formatType, type SnowflakeType } from '../../../../shared/sql/types.ts';
import type { Bound } from '../../bind/bound.ts';
import { cast } from '../../bind/cast.ts';
import type { TableColumn } from '../objects.ts';

/**
 * A value as it is written to a column: converted where Snowflake does so unasked.
 * @throws SnowflakeError 002023 where it does not. Source: docs.snowflake.com, "Data type conversion", data types that can be coerced.
 */
export function assign(value: Bound, column: Pick<TableColumn, 'name' | 'type'>): Bound {
  if (!isCoercible(value.type, column.type)) {
    throw new SnowflakeError(
      '002023',
      '22000',
      `SQL compilation error:\nExpression type does not match column data type, expecting ${formatType(column.type)} but got ${formatType(value.type)} for column ${column.name}`,
    );
  }
  return cast(value, column.type);
}

const FROM_VARIANT: readonly SnowflakeType['name'][] = [
  'ARRAY',
  'BOOLEAN',
  'DATE',
  'FLOAT',
  'NUMBER',
  'OBJECT',
  'TIME',
  'TIMESTAMP_LTZ',
  'TIMESTAMP_NTZ',
  'TIMESTAMP_TZ',
  'VARCHAR',
  'VARIANT',
];
const TIMESTAMPS = ['TIMESTAMP_LTZ', 'TIMESTAMP_NTZ', 'TIMESTAMP_TZ'] as const;
const COERCIBLE: Record<SnowflakeType['name'], readonly SnowflakeType['name'][]> = {
  ARRAY: ['ARRAY', 'VARIANT'],
  BINARY: ['BINARY'],
  BOOLEAN: ['BOOLEAN', 'VARCHAR', 'VARIANT'],
  DATE: ['DATE', ...TIMESTAMPS, 'VARCHAR', 'VARIANT'],
  FLOAT: ['FLOAT', 'BOOLEAN', 'NUMBER', 'VARCHAR', 'VARIANT'],
  NULL: [...FROM_VARIANT, 'BINARY'],
  NUMBER: ['NUMBER', 'BOOLEAN', 'FLOAT', ...TIMESTAMPS, 'VARCHAR', 'VARIANT'],
  OBJECT: ['OBJECT', 'VARIANT'],
  TIME: ['TIME', 'VARCHAR', 'VARIANT'],
  TIMESTAMP_LTZ: [...TIMESTAMPS, 'DATE', 'TIME', 'VARCHAR', 'VARIANT'],
  TIMESTAMP_NTZ: [...TIMESTAMPS, 'DATE', 'TIME', 'VARCHAR', 'VARIANT'],
  TIMESTAMP_TZ: [...TIMESTAMPS, 'DATE', 'TIME', 'VARCHAR', 'VARIANT'],
  VARCHAR: ['VARCHAR', 'BOOLEAN', 'DATE', 'FLOAT', 'NUMBER', 'TIME', ...TIMESTAMPS],
  VARIANT: FROM_VARIANT,
};

function isCoercible(from: SnowflakeType, to: SnowflakeType): boolean {
  return COERCIBLE[from.name].includes(to.name);
}
