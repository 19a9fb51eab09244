import type { SnowflakeType } from '../../../shared/sql/types.ts';
import { MAX_VARCHAR } from '../../../shared/sql/types.ts';
import type { Bound } from './bound.ts';
import { nullOf, quote } from './value.ts';

export const VARCHAR: SnowflakeType = { name: 'VARCHAR', length: MAX_VARCHAR };
export const BOOLEAN: SnowflakeType = { name: 'BOOLEAN' };
export const FLOAT: SnowflakeType = { name: 'FLOAT' };
export const DATE: SnowflakeType = { name: 'DATE' };
export const VARIANT: SnowflakeType = { name: 'VARIANT' };
export const OBJECT: SnowflakeType = { name: 'OBJECT' };
export const ARRAY: SnowflakeType = { name: 'ARRAY' };
export const TIME: SnowflakeType = { name: 'TIME', scale: 9 };
export const NTZ: SnowflakeType = { name: 'TIMESTAMP_NTZ', scale: 9 };
export const LTZ: SnowflakeType = { name: 'TIMESTAMP_LTZ', scale: 9 };
export const TZ: SnowflakeType = { name: 'TIMESTAMP_TZ', scale: 9 };
export const INTEGER: SnowflakeType = { name: 'NUMBER', precision: 38, scale: 0 };

export function number(precision: number, scale = 0): SnowflakeType & { name: 'NUMBER' } {
  return { name: 'NUMBER', precision, scale };
}

/** A string literal: VARCHAR of its own length. */
function stringLiteral(text: string): Bound {
  return {
    sql: text.includes('\0') ? `(${quote(text)})` : quote(text),
    type: { name: 'VARCHAR', length: Math.max(1, [...text].length) },
    constant: text,
  };
}

/**
 * A number literal by its text: `1` NUMBER(1,0), `1.50` NUMBER(3,2), `1e3` and what exceeds 38 digits FLOAT.
 * Source: docs.snowflake.com, "Numeric data types", Numeric constants.
 */
export function numberLiteral(text: string): Bound {
  const plain = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text);
  const whole = (plain?.[2] ?? '').replace(/^0+(?=\d)/, '');
  const fraction = plain?.[3] ?? '';
  const precision = (whole === '0' ? '' : whole).length + fraction.length;
  if (!plain || precision > 38) {
    return { sql: `${text}::DOUBLE`, type: FLOAT, constant: Number(text) };
  }
  const type = number(Math.max(1, precision, fraction.length), fraction.length);
  const digits = `${whole || '0'}${fraction === '' ? '' : `.${fraction}`}`;
  const sql = `${plain[1] === '-' ? '-' : ''}${digits}`;
  return {
    sql: `${sql.startsWith('-') ? `(${sql})` : sql}::DECIMAL(${type.precision},${type.scale})`,
    type,
    constant: fraction === '' ? BigInt(sql) : Number(sql),
  };
}

/** A literal of a JavaScript value; a number is written as its text. */
export function literal(constant: string | number | bigint | boolean | null): Bound {
  if (constant === null) return nullOf({ name: 'NULL' });
  if (typeof constant === 'boolean') return { sql: String(constant), type: BOOLEAN, constant };
  if (typeof constant === 'string') return stringLiteral(constant);
  return numberLiteral(String(constant));
}
