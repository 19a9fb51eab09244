import { duckType, type SnowflakeType } from '../../../shared/sql/types.ts';
import type { Bound } from './bound.ts';
import { cast } from './cast.ts';
import { FLOAT, INTEGER, number } from './literal.ts';
import { raise } from './runtime-error.ts';
import { incompatible } from './type-rules.ts';
import { once, value } from './value.ts';

type Numeric = SnowflakeType & { name: 'NUMBER' };

/**
 * NUMBER and FLOAT arithmetic with Snowflake's result types; text and VARIANT operands become numbers first.
 * Division rounds half away from zero at the result's scale, and by zero is error 100051.
 * Source: docs.snowflake.com, "Arithmetic operators", Calculations with NUMBER.
 */
export function arithmetic(operator: '+' | '-' | '*' | '/' | '%', left: Bound, right: Bound): Bound {
  const [a, b] = asNumbers(left, right);
  if (a.type.name === 'FLOAT' || b.type.name === 'FLOAT')
    return onFloats(operator, cast(a, FLOAT), cast(b, FLOAT));
  const [x, y] = [a.type as Numeric, b.type as Numeric];
  switch (operator) {
    case '+':
    case '-':
      return add(operator, a, b, x, y);
    case '*':
      return multiply(a, b, x, y);
    case '/':
      return divide(a, b, x, y);
    case '%':
      return modulo(a, b, x, y);
  }
}

/** -x */
export function negate(operand: Bound): Bound {
  const [x] = asNumbers(operand, operand);
  return {
    ...value(`(-${x.sql})`, x.type, x),
    ...(typeof x.constant === 'number' || typeof x.constant === 'bigint' ? { constant: -x.constant } : {}),
  };
}

/** Text meets a NUMBER as NUMBER(18,5), a VARIANT as FLOAT; NULL takes the other side's type. */
function asNumbers(left: Bound, right: Bound): [Bound, Bound] {
  return [asNumber(left, right.type), asNumber(right, left.type)];
}

function asNumber(operand: Bound, other: SnowflakeType): Bound {
  switch (operand.type.name) {
    case 'NUMBER':
    case 'FLOAT':
      return operand;
    case 'NULL':
      return cast(operand, other.name === 'FLOAT' ? FLOAT : INTEGER);
    case 'VARCHAR':
      return cast(operand, other.name === 'NUMBER' ? number(18, 5) : FLOAT);
    case 'VARIANT':
      return cast(operand, FLOAT);
    default:
      throw incompatible(operand.type, INTEGER);
  }
}

function onFloats(operator: string, a: Bound, b: Bound): Bound {
  if (operator === '/' || operator === '%') {
    const sql = once(
      [a.sql, b.sql],
      (x, y) => `CASE WHEN ${y} = 0 THEN ${zero('DOUBLE', x)} ELSE ${x} ${operator} ${y} END`,
    );
    return value(sql, FLOAT, a, b);
  }
  return value(`(${a.sql} ${operator} ${b.sql})`, FLOAT, a, b);
}

/** NULL / 0 is NULL, anything else is the error. */
function zero(type: string, dividend: string): string {
  return `CASE WHEN ${dividend} IS NOT NULL THEN ${raise('100051', '22012', 'Division by zero')}::${type} END`;
}

function add(operator: '+' | '-', a: Bound, b: Bound, x: Numeric, y: Numeric): Bound {
  const scale = Math.max(x.scale, y.scale);
  const whole = Math.max(x.precision - x.scale, y.precision - y.scale) + 1;
  return value(`(${a.sql} ${operator} ${b.sql})`, number(Math.min(38, whole + scale), scale), a, b);
}

function multiply(a: Bound, b: Bound, x: Numeric, y: Numeric): Bound {
  const scale = Math.min(x.scale + y.scale, Math.max(x.scale, y.scale, 12));
  const whole = x.precision - x.scale + (y.precision - y.scale);
  const type = number(Math.min(38, whole + scale), scale);
  if (x.scale + y.scale > 38) {
    // More decimals than DuckDB holds: the digits beyond the result's scale are taken off both sides first.
    const [p, q] = [cast(a, number(38, 19)), cast(b, number(38, 19))];
    return value(`CAST(${p.sql} * ${q.sql} AS ${duckType(type)})`, type, a, b);
  }
  const product = `(${a.sql} * ${b.sql})`;
  return value(scale === x.scale + y.scale ? product : `CAST(${product} AS ${duckType(type)})`, type, a, b);
}

function divide(a: Bound, b: Bound, x: Numeric, y: Numeric): Bound {
  const scale = Math.max(x.scale, Math.min(x.scale + 6, 12));
  const whole = x.precision - x.scale + y.scale;
  const type = number(Math.min(38, whole + scale), scale);
  const sql = once(
    [a.sql, b.sql],
    (l, r) => `CASE WHEN ${r} = 0 THEN ${zero(duckType(type), l)} ELSE ${quotient(l, r, x, y, type)} END`,
  );
  return value(sql, type, a, b);
}

/**
 * Doubles where they are exact (integers below 2^53, many times faster), else HUGEINT. Both make one digit more than
 * the result has, truncated, and round that half away from zero.
 */
function quotient(l: string, r: string, x: Numeric, y: Numeric, type: Numeric): string {
  const exact = exactQuotient(l, r, y, type);
  const room = 15 - (type.scale + 1 + y.scale);
  if (room <= 0 || y.scale >= 15) return exact;
  const integer = (sql: string, scale: number): string =>
    scale === 0 ? `${sql}::DOUBLE` : `round(${sql}::DOUBLE * 1e${scale})`;
  const shift = type.scale + 1 + y.scale - x.scale;
  const truncated = `trunc(${integer(l, x.scale)} * 1e${shift} / ${integer(r, y.scale)})`;
  const fast = `CAST(round(${truncated} / 10) / 1e${type.scale} AS ${duckType(type)})`;
  const within = (sql: string, digits: number, of: Numeric): string[] => {
    if (of.precision - of.scale <= digits) return [];
    const limit = `1${'0'.repeat(digits)}::DECIMAL(${digits + 1},0)`;
    return [`${sql} BETWEEN -(${limit}) AND ${limit}`];
  };
  const small = [...within(l, room, x), ...within(r, 15 - y.scale, y)];
  return small.length === 0 ? fast : `CASE WHEN ${small.join(' AND ')} THEN ${fast} ELSE ${exact} END`;
}

function exactQuotient(l: string, r: string, y: Numeric, type: Numeric): string {
  const dividend = `(${l} * ${power(type.scale + 1 + y.scale)})::HUGEINT`;
  const divisor = y.scale === 0 ? `${r}::HUGEINT` : `(${r} * ${power(y.scale)})::HUGEINT`;
  const unit = `0.${'0'.repeat(type.scale)}1::DECIMAL(${type.scale + 2},${type.scale + 1})`;
  return `CAST((${dividend} // ${divisor})::DECIMAL(38,0) * ${unit} AS ${duckType(type)})`;
}

function power(exponent: number): string {
  return `1${'0'.repeat(exponent)}::DECIMAL(${exponent + 1},0)`;
}

function modulo(a: Bound, b: Bound, x: Numeric, y: Numeric): Bound {
  const scale = Math.max(x.scale, y.scale);
  const whole = Math.max(x.precision - x.scale, y.precision - y.scale);
  const type = number(Math.min(38, whole + scale), scale);
  const sql = once(
    [cast(a, type).sql, cast(b, type).sql],
    (l, r) => `CASE WHEN ${r} = 0 THEN ${zero(duckType(type), l)} ELSE ${l} % ${r} END`,
  );
  return value(sql, type, a, b);
}
