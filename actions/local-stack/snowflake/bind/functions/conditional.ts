import type { SnowflakeType } from '../../../../shared/sql/types.ts';
import { duckType } from '../../../../shared/sql/types.ts';
import type { Bound } from '../bound.ts';
import { cast, coerceForComparison, unifyTypes } from '../cast.ts';
import { BOOLEAN } from '../literal.ts';
import { once, value } from '../value.ts';
import { numeric, scalar } from './define.ts';
import type { FunctionDefinition } from './registry.ts';

/** docs.snowflake.com, "Conditional expression functions". */
export const CONDITIONAL: FunctionDefinition[] = [
  ...scalar('IFF', 3, ([condition, yes, no]) => {
    const [test, [a, b]] = [cast(condition!, BOOLEAN), unified([yes!, no!])];
    return value(`CASE WHEN ${test.sql} THEN ${a!.sql} ELSE ${b!.sql} END`, a!.type, test, a!, b!);
  }),
  ...scalar('COALESCE', [1, 255], coalesce),
  ...scalar(['NVL', 'IFNULL'], 2, coalesce),
  ...scalar('NVL2', 3, ([test, present, absent]) => {
    const [a, b] = unified([present!, absent!]);
    return value(
      `CASE WHEN ${test!.sql} IS NOT NULL THEN ${a!.sql} ELSE ${b!.sql} END`,
      a!.type,
      test!,
      a!,
      b!,
    );
  }),
  ...scalar('NULLIF', 2, ([first, second]) => {
    const [a, b] = coerceForComparison(first!, second!);
    const type = first!.type.name === 'NULL' ? second!.type : first!.type;
    const sql = once(
      [cast(first!, type).sql, a.sql, b.sql],
      (all, x, y) => `CASE WHEN ${x} = ${y} THEN NULL ELSE ${all} END`,
    );
    return value(sql, type, first!, second!);
  }),
  ...scalar('DECODE', [3, 255], decode),
  ...scalar('ZEROIFNULL', 1, ([arg], call) => {
    const number = numeric(arg!, call);
    return value(`coalesce(${number.sql}, 0::${duckType(number.type)})`, number.type, number);
  }),
  ...scalar('NULLIFZERO', 1, ([arg], call) => {
    const number = numeric(arg!, call);
    return value(`nullif(${number.sql}, 0::${duckType(number.type)})`, number.type, number);
  }),
  ...scalar(['GREATEST'], [1, 255], (args) => extreme('greatest', args, true)),
  ...scalar(['LEAST'], [1, 255], (args) => extreme('least', args, true)),
  ...scalar('GREATEST_IGNORE_NULLS', [1, 255], (args) => extreme('greatest', args, false)),
  ...scalar('LEAST_IGNORE_NULLS', [1, 255], (args) => extreme('least', args, false)),
  ...scalar('EQUAL_NULL', 2, ([left, right]) => {
    const [a, b] = coerceForComparison(left!, right!);
    return value(`(${a.sql} IS NOT DISTINCT FROM ${b.sql})`, BOOLEAN, a, b);
  }),
  ...scalar('BOOLAND', 2, (args) => logical(args, (a, b) => `(${a} AND ${b})`)),
  ...scalar('BOOLOR', 2, (args) => logical(args, (a, b) => `(${a} OR ${b})`)),
  ...scalar('BOOLXOR', 2, (args) => logical(args, (a, b) => `(${a} <> ${b})`)),
  ...scalar('BOOLNOT', 1, (args) => logical(args, (a) => `(NOT ${a})`)),
  ...scalar('REGR_VALX', 2, ([y, x]) =>
    value(`CASE WHEN ${y!.sql} IS NOT NULL THEN ${x!.sql} END`, x!.type, y!, x!),
  ),
  ...scalar('REGR_VALY', 2, ([y, x]) =>
    value(`CASE WHEN ${x!.sql} IS NOT NULL THEN ${y!.sql} END`, y!.type, y!, x!),
  ),
];

/** All arguments in the type they have in common. */
export function unified(args: Bound[]): Bound[] {
  const type = unifyTypes(args.map((arg) => arg.type));
  return args.map((arg) => cast(arg, type));
}

function coalesce(args: Bound[]): Bound {
  const all = unified(args);
  return value(`coalesce(${all.map((one) => one.sql).join(', ')})`, all[0]!.type, ...all);
}

/** NULL matches NULL here, unlike in CASE. */
function decode(args: Bound[]): Bound {
  const [subject, ...rest] = args;
  const pairs: { search: Bound; result: Bound }[] = [];
  for (let index = 0; index + 1 < rest.length; index += 2) {
    pairs.push({ search: rest[index]!, result: rest[index + 1]! });
  }
  const otherwise = rest.length % 2 === 1 ? rest.at(-1) : undefined;
  const results = unified([...pairs.map((pair) => pair.result), ...(otherwise ? [otherwise] : [])]);
  const branches = pairs.map((pair, index) => {
    const [a, b] = coerceForComparison(subject!, pair.search);
    return `WHEN ${a.sql} IS NOT DISTINCT FROM ${b.sql} THEN ${results[index]!.sql}`;
  });
  const last = otherwise ? ` ELSE ${results.at(-1)!.sql}` : '';
  return value(`CASE ${branches.join(' ')}${last} END`, results[0]!.type, ...args);
}

/** DuckDB's greatest and least pass over NULLs; Snowflake's are NULL with any NULL. */
function extreme(name: 'greatest' | 'least', args: Bound[], nullWins: boolean): Bound {
  const all = unified(args);
  const type: SnowflakeType = all[0]!.type;
  const sql = once(
    all.map((one) => one.sql),
    (...each) => {
      const result = `${name}(${each.join(', ')})`;
      if (!nullWins) return result;
      return `CASE WHEN ${each.map((one) => `${one} IS NULL`).join(' OR ')} THEN NULL ELSE ${result} END`;
    },
  );
  return value(sql, type, ...all);
}

function logical(args: Bound[], sql: (...args: string[]) => string): Bound {
  const all = args.map((arg) => cast(arg, BOOLEAN));
  return value(sql(...all.map((one) => one.sql)), BOOLEAN, ...all);
}
