import { notSupportedHere, SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import { duckType, formatType, type SnowflakeType } from '../../../shared/sql/types.ts';
import type { Bound } from './bound.ts';
import { convert } from './convert.ts';
import { FLOAT, INTEGER, LTZ, NTZ, number, VARCHAR, VARIANT } from './literal.ts';
import { unifyTypes } from './type-rules.ts';
import { nullOf, value } from './value.ts';

export { literal } from './literal.ts';
export { typeFromName, unifyTypes } from './type-rules.ts';

/**
 * The value converted as CAST does, or TRY_CAST with `try` (NULL where CAST fails).
 * @throws 001007 when there is no conversion between the types.
 * Source: docs.snowflake.com, "Data type conversion" and the pages of the TO_… functions.
 */
export function cast(operand: Bound, to: SnowflakeType, options: { try?: boolean } = {}): Bound {
  const from = operand.type;
  if (from.name === 'NULL' || to.name === 'NULL')
    return {
      ...value(`(${operand.sql})::${duckType(to)}`, to, operand),
      ...(operand.constant === null ? nullOf(to) : {}),
    };
  if (operand.native !== undefined && to.name !== 'VARIANT') return cast(operand.native, to, options);
  const attempt = options.try === true;
  requireMicroseconds(operand, to);
  const sql = convert(operand.sql, from, to, attempt);
  if (sql === undefined) throw noConversion(from, to);
  return value(sql, to, operand);
}

/** Moments are kept in microseconds: what a literal says beyond them is not lost without a word. */
function requireMicroseconds(operand: Bound, to: SnowflakeType): void {
  const isMoment = to.name === 'TIME' || to.name.startsWith('TIMESTAMP');
  const isFiner = typeof operand.constant === 'string' && /:\d{2}\.\d{6}\d*[1-9]/.test(operand.constant);
  if (isMoment && isFiner && 'scale' in to && to.scale > 6)
    throw notSupportedHere(`a fraction of a second finer than microseconds in '${operand.constant}'`);
}

function noConversion(from: SnowflakeType, to: SnowflakeType): SnowflakeError {
  return new SnowflakeError(
    '001007',
    '22023',
    `SQL compilation error:\ninvalid type [CAST(${formatType(from)} AS ${formatType(to)})] for parameter 'TO_${to.name}'`,
  );
}

/**
 * Both sides of =, <, IN, BETWEEN … as values that DuckDB compares as Snowflake does: text meets a number as a
 * number, a date as a date; VARIANT meets a number by value; two VARIANTs by `variantKey`.
 */
export function coerceForComparison(left: Bound, right: Bound): [Bound, Bound] {
  const [a, b] = [left.type, right.type];
  if (a.name === 'NUMBER' && b.name === 'NUMBER') return [left, right];
  if (isSemi(a) && isSemi(b)) return [variantKey(left), variantKey(right)];
  if (a.name === 'VARIANT') return [cast(left, besideVariant(b)), cast(right, besideVariant(b))];
  if (b.name === 'VARIANT') return [cast(left, besideVariant(a)), cast(right, besideVariant(a))];
  const common = unifyTypes([a, b]);
  if (common.name === 'VARCHAR') return [left, right];
  // Two moments are equal when they are the same instant, whatever their offsets.
  if (common.name === 'TIMESTAMP_TZ') return [cast(left, LTZ), cast(right, LTZ)];
  return [cast(left, common), cast(right, common)];
}

function isSemi(type: SnowflakeType): boolean {
  return type.name === 'VARIANT' || type.name === 'OBJECT' || type.name === 'ARRAY';
}

/** The type in which a VARIANT is compared with a value of a type: wide enough not to round or cut the VARIANT's. */
function besideVariant(type: SnowflakeType): SnowflakeType {
  if (type.name === 'NUMBER') return number(38, Math.max(12, type.scale));
  if (type.name === 'VARCHAR') return VARCHAR;
  return type;
}

/** Text by which two VARIANTs are equal when Snowflake says so (1 and 1.0), and in whose order numbers go by value. */
export function variantKey(operand: Bound): Bound {
  return value(`sf_variant_key(${operand.sql})`, VARCHAR, operand);
}

/** As text, whatever the type: for || and the string functions. */
export function asVarchar(operand: Bound): Bound {
  return operand.type.name === 'VARCHAR' ? operand : cast(operand, VARCHAR);
}

/** As an integer, for positions and counts. */
export function asInteger(operand: Bound): Bound {
  return operand.type.name === 'NUMBER' && operand.type.scale === 0 ? operand : cast(operand, INTEGER);
}

export function asFloat(operand: Bound): Bound {
  return cast(operand, FLOAT);
}

export function asTimestamp(operand: Bound): Bound {
  return operand.type.name.startsWith('TIMESTAMP') ? operand : cast(operand, NTZ);
}

export function asVariant(operand: Bound): Bound {
  return cast(operand, VARIANT);
}
