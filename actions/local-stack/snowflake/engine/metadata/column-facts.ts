import { formatType, type SnowflakeType } from '../../../../shared/sql/types.ts';

/** INFORMATION_SCHEMA.COLUMNS gives TEXT where DESCRIBE gives VARCHAR(n). */
export function dataTypeName(type: SnowflakeType): string {
  return type.name === 'VARCHAR' || type.name === 'NULL' ? 'TEXT' : formatType(type).replace(/\(.*/, '');
}

/** The JSON that SHOW COLUMNS gives for a type. Source: docs.snowflake.com, SHOW COLUMNS. */
export function showTypeText({ type, nullable }: { type: SnowflakeType; nullable: boolean }): string {
  switch (type.name) {
    case 'NUMBER':
      return JSON.stringify({ type: 'FIXED', precision: type.precision, scale: type.scale, nullable });
    case 'FLOAT':
      return JSON.stringify({ type: 'REAL', nullable });
    case 'VARCHAR':
      return JSON.stringify({
        type: 'TEXT',
        length: type.length,
        byteLength: Math.min(type.length * 4, 16_777_216),
        nullable,
        fixed: false,
      });
    case 'BINARY':
      return JSON.stringify({
        type: 'BINARY',
        length: type.length,
        byteLength: type.length,
        nullable,
        fixed: true,
      });
    case 'TIME':
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return JSON.stringify({ type: type.name, precision: 0, scale: type.scale, nullable });
    default:
      return JSON.stringify({ type: type.name, nullable });
  }
}
