import type { TypeName } from '../../../shared/sql/ast.ts';
import { compilationError, notSupportedHere, SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import { formatType, MAX_BINARY, MAX_VARCHAR, type SnowflakeType } from '../../../shared/sql/types.ts';
import { ARRAY, BOOLEAN, DATE, FLOAT, number, OBJECT, VARIANT } from './literal.ts';

/**
 * The type that a written type name stands for. `mapping` is TIMESTAMP_TYPE_MAPPING.
 * @throws 002040 for a name that is no type, 999001 for GEOGRAPHY and other types not kept here.
 * Source: docs.snowflake.com, "Summary of data types".
 */
export function typeFromName(type: TypeName, mapping = 'TIMESTAMP_NTZ'): SnowflakeType {
  const [first, second] = type.args;
  if (type.elements !== undefined) throw notSupportedHere(`the structured type ${type.name}(…)`, type.start);
  const make = NAMES[type.name] ?? (type.name === 'TIMESTAMP' ? timestamp(mapping) : undefined);
  if (make) {
    const made = make(first, second);
    checkLimits(made, type);
    return made;
  }
  if (UNSUPPORTED.has(type.name)) throw notSupportedHere(`data type ${type.name}`, type.start);
  throw compilationError('002040', '42601', `Unsupported data type '${type.name}'.`, type.start);
}

type Make = (first?: number, second?: number) => SnowflakeType;
const decimal: Make = (precision = 38, scale = 0) => number(precision, scale);
const integer: Make = () => number(38, 0);
const float: Make = () => FLOAT;
const text: Make = (length = MAX_VARCHAR) => ({ name: 'VARCHAR', length });
const character: Make = (length = 1) => ({ name: 'VARCHAR', length });
const binary: Make = (length = MAX_BINARY) => ({ name: 'BINARY', length });

function timestamp(name: string): Make {
  const full = name as 'TIMESTAMP_NTZ' | 'TIMESTAMP_LTZ' | 'TIMESTAMP_TZ';
  return (scale = 9) => ({ name: full, scale });
}

const NAMES: Record<string, Make> = {
  ...Object.fromEntries(['NUMBER', 'DECIMAL', 'NUMERIC', 'DEC'].map((name) => [name, decimal])),
  ...Object.fromEntries(
    ['INT', 'INTEGER', 'BIGINT', 'SMALLINT', 'TINYINT', 'BYTEINT'].map((name) => [name, integer]),
  ),
  ...Object.fromEntries(
    ['FLOAT', 'FLOAT4', 'FLOAT8', 'DOUBLE', 'DOUBLE PRECISION', 'REAL'].map((name) => [name, float]),
  ),
  ...Object.fromEntries(
    [
      'VARCHAR',
      'STRING',
      'TEXT',
      'NVARCHAR',
      'NVARCHAR2',
      'CHAR VARYING',
      'NCHAR VARYING',
      'CHARACTER VARYING',
    ].map((name) => [name, text]),
  ),
  ...Object.fromEntries(['CHAR', 'CHARACTER', 'NCHAR'].map((name) => [name, character])),
  ...Object.fromEntries(['BINARY', 'VARBINARY', 'BINARY VARYING'].map((name) => [name, binary])),
  BOOLEAN: () => BOOLEAN,
  DATE: () => DATE,
  TIME: (scale = 9) => ({ name: 'TIME', scale }),
  ...Object.fromEntries(
    ['DATETIME', 'TIMESTAMP_NTZ', 'TIMESTAMPNTZ', 'TIMESTAMP WITHOUT TIME ZONE'].map((name) => [
      name,
      timestamp('TIMESTAMP_NTZ'),
    ]),
  ),
  ...Object.fromEntries(
    ['TIMESTAMP_LTZ', 'TIMESTAMPLTZ', 'TIMESTAMP WITH LOCAL TIME ZONE'].map((name) => [
      name,
      timestamp('TIMESTAMP_LTZ'),
    ]),
  ),
  ...Object.fromEntries(
    ['TIMESTAMP_TZ', 'TIMESTAMPTZ', 'TIMESTAMP WITH TIME ZONE'].map((name) => [
      name,
      timestamp('TIMESTAMP_TZ'),
    ]),
  ),
  VARIANT: () => VARIANT,
  OBJECT: () => OBJECT,
  ARRAY: () => ARRAY,
};

const UNSUPPORTED = new Set([
  'GEOGRAPHY',
  'GEOMETRY',
  'VECTOR',
  'MAP',
  'FILE',
  'DECFLOAT',
  'UUID',
  'INTERVAL',
]);

function checkLimits(made: SnowflakeType, written: TypeName): void {
  const wrong =
    (made.name === 'NUMBER' &&
      (made.precision < 1 || made.precision > 38 || made.scale > Math.min(37, made.precision))) ||
    (made.name === 'VARCHAR' && (made.length < 1 || made.length > 134_217_728)) ||
    (made.name === 'BINARY' && (made.length < 1 || made.length > 67_108_864)) ||
    ('scale' in made && made.name !== 'NUMBER' && made.scale > 9);
  if (wrong) {
    throw compilationError(
      '001003',
      '42000',
      `invalid length, precision or scale in ${written.name}(${written.args.join(',')}).`,
      written.start,
    );
  }
}

/**
 * The type that all of the types convert to without being asked: for CASE, COALESCE, set operations.
 * Text meets any other type as that type (a number as NUMBER with a scale of at least 5).
 * @throws 001065 when there is none. Source: "Data type conversion", Casting and coercion.
 */
export function unifyTypes(types: SnowflakeType[]): SnowflakeType {
  return types.reduce(unifyTwo, { name: 'NULL' });
}

function unifyTwo(left: SnowflakeType, right: SnowflakeType): SnowflakeType {
  if (left.name === 'NULL') return right;
  if (right.name === 'NULL') return left;
  if (left.name === 'NUMBER' && right.name === 'NUMBER') {
    const scale = Math.max(left.scale, right.scale);
    const whole = Math.max(left.precision - left.scale, right.precision - right.scale);
    return number(Math.min(38, whole + scale), scale);
  }
  if (left.name === right.name) {
    if ('length' in left && 'length' in right) return left.length >= right.length ? left : right;
    if ('scale' in left && 'scale' in right) return left.scale >= right.scale ? left : right;
    return left;
  }
  if (left.name === 'VARCHAR') return withText(right, left);
  if (right.name === 'VARCHAR') return withText(left, right);
  if (rank(left) < 0 || rank(right) < 0) {
    if (left.name === 'VARIANT' || right.name === 'VARIANT') return VARIANT;
    throw incompatible(left, right);
  }
  const [low, high] = rank(left) <= rank(right) ? [left, right] : [right, left];
  if (high.name === 'VARIANT') return high;
  if (low.name === 'NUMBER' && high.name === 'FLOAT') return high;
  // 0/1 and TRUE/FALSE meet as BOOLEAN.
  if (low.name === 'BOOLEAN' && high.name === 'NUMBER') return low;
  if (isDateOrTimestamp(low) && isDateOrTimestamp(high)) return high;
  throw incompatible(left, right);
}

function withText(other: SnowflakeType, text: SnowflakeType): SnowflakeType {
  switch (other.name) {
    case 'NUMBER':
      return unifyTwo(other, number(18, 5));
    case 'BINARY':
    case 'OBJECT':
    case 'ARRAY':
      throw incompatible(text, other);
    default:
      return other;
  }
}

const ORDER = [
  'BOOLEAN',
  'NUMBER',
  'FLOAT',
  'DATE',
  'TIMESTAMP_NTZ',
  'TIMESTAMP_LTZ',
  'TIMESTAMP_TZ',
  'VARIANT',
];

function rank(type: SnowflakeType): number {
  return ORDER.indexOf(type.name);
}

/** 001065 */
export function incompatible(left: SnowflakeType, right: SnowflakeType): SnowflakeError {
  return new SnowflakeError(
    '001065',
    '22023',
    `SQL compilation error:\nincompatible types: [${formatType(left)}] and [${formatType(right)}]`,
  );
}

function isDateOrTimestamp(type: SnowflakeType): boolean {
  return type.name === 'DATE' || type.name.startsWith('TIMESTAMP');
}
