import { compilationError } from '../../../../shared/sql/snowflake-error.ts';
import { duckType, formatType, type SnowflakeType } from '../../../../shared/sql/types.ts';
import type { Bound } from '../bound.ts';
import { asFloat, asInteger, asVarchar, cast } from '../cast.ts';
import { FLOAT } from '../literal.ts';
import { value } from '../value.ts';
import type { CallFacts, FunctionDefinition } from './registry.ts';

export type Bind = (args: Bound[], call: CallFacts) => Bound;
export type Extras = Pick<FunctionDefinition, 'approximated' | 'partArgument'>;

/** One definition for each of the names, which are aliases. `count` is [min, max] arguments, or exactly that many. */
export function define(
  kind: FunctionDefinition['kind'],
  names: string | string[],
  count: number | [number, number],
  bind: Bind,
  extras: Extras = {},
): FunctionDefinition[] {
  const [minArgs, maxArgs] = typeof count === 'number' ? [count, count] : count;
  return [names].flat().map((name) => ({ name, kind, minArgs, maxArgs, bind, ...extras }));
}

export function scalar(
  names: string | string[],
  count: number | [number, number],
  bind: Bind,
  extras: Extras = {},
): FunctionDefinition[] {
  return define('scalar', names, count, bind, extras);
}

/** A DuckDB expression over arguments that are all of one type. */
export function over(
  names: string | string[],
  count: number | [number, number],
  prepare: (arg: Bound) => Bound,
  sql: (...args: string[]) => string,
  type: SnowflakeType,
  extras: Extras = {},
): FunctionDefinition[] {
  return scalar(
    names,
    count,
    (args) => {
      const ready = args.map(prepare);
      return value(sql(...ready.map((one) => one.sql)), type, ...ready);
    },
    extras,
  );
}

/** FLOAT functions of FLOAT arguments. */
export function floats(
  name: string,
  count: number,
  sql: (...args: string[]) => string,
): FunctionDefinition[] {
  return over(name, count, asFloat, sql, FLOAT);
}

/** An integer argument as DuckDB's BIGINT. */
export function bigint(arg: Bound): string {
  return `${asInteger(arg).sql}::BIGINT`;
}

export function text(arg: Bound): string {
  return asVarchar(arg).sql;
}

/** DuckDB's result as a value of the type: for functions of DuckDB that return another one. */
export function typed(sql: string, type: SnowflakeType, ...from: Bound[]): Bound {
  return value(`(${sql})::${duckType(type)}`, type, ...from);
}

/** A constant text argument. @throws 001015 when it is not constant */
export function constantText(arg: Bound, call: CallFacts, what: string): string {
  if (typeof arg.constant === 'string') return arg.constant;
  throw compilationError(
    '001015',
    '22023',
    `argument ${what} to function ${call.name} needs to be constant, found a ${formatType(arg.type)} expression`,
    call.position,
  );
}

/** A constant integer argument. @throws 001015 when it is not constant */
export function constantInteger(arg: Bound, call: CallFacts, what: string): number {
  if (typeof arg.constant === 'bigint' || typeof arg.constant === 'number') return Number(arg.constant);
  throw compilationError(
    '001015',
    '22023',
    `argument ${what} to function ${call.name} needs to be constant, found a ${formatType(arg.type)} expression`,
    call.position,
  );
}

/** 001044 */
export function wrongType(call: CallFacts, ...args: Bound[]): Error {
  return compilationError(
    '001044',
    '42P13',
    `Invalid argument types for function '${call.name}': (${args.map((arg) => formatType(arg.type)).join(', ')})`,
    call.position,
  );
}

/** The argument as NUMBER or FLOAT: text and VARIANT as FLOAT, NULL and BOOLEAN as NUMBER. */
export function numeric(arg: Bound, call: CallFacts): Bound {
  switch (arg.type.name) {
    case 'NUMBER':
    case 'FLOAT':
      return arg;
    case 'NULL':
    case 'BOOLEAN':
      return cast(arg, { name: 'NUMBER', precision: 38, scale: 0 });
    case 'VARCHAR':
    case 'VARIANT':
      return asFloat(arg);
    default:
      throw wrongType(call, arg);
  }
}
