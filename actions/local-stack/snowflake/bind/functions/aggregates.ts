import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { SnowflakeType } from '../../../../shared/sql/types.ts';
import { duckType } from '../../../../shared/sql/types.ts';
import type { Bound } from '../bound.ts';
import { asFloat, asVarchar, asVariant, cast, variantKey } from '../cast.ts';
import { ARRAY, BOOLEAN, FLOAT, INTEGER, number, VARCHAR } from '../literal.ts';
import { value } from '../value.ts';
import { type Bind, bigint, define, type Extras, numeric, typed, wrongType } from './define.ts';
import type { CallFacts, FunctionDefinition } from './registry.ts';

/** docs.snowflake.com, "Aggregate functions". Each is a window function too when OVER is given. */
export const AGGREGATES: FunctionDefinition[] = [
  ...aggregate('COUNT', [0, 255], (args, call) => {
    if (args.length === 0) return typed(run('count(*)', call), INTEGER);
    if (args.length === 1)
      return typed(run(`count(${distinct(call)}${countable(args[0]!)})`, call), INTEGER, ...args);
    // Rows in which none is NULL.
    const all = args.map(countable);
    const row = `CASE WHEN ${all.map((sql) => `${sql} IS NOT NULL`).join(' AND ')} THEN ${call.distinct ? `struct_pack(${all.map((sql, index) => `f${index} := ${sql}`).join(', ')})` : '1'} END`;
    return typed(run(`count(${distinct(call)}${row})`, call), INTEGER, ...args);
  }),
  ...aggregate('COUNT_IF', 1, ([arg], call) =>
    typed(run(`count_if(${cast(arg!, BOOLEAN).sql})`, call), INTEGER, arg!),
  ),
  ...aggregate('SUM', 1, ([arg], call) => sum(arg!, call)),
  ...aggregate('AVG', 1, ([arg], call) => average(arg!, call)),
  ...aggregate('MIN', 1, ([arg], call) => extreme('min', arg!, call)),
  ...aggregate('MAX', 1, ([arg], call) => extreme('max', arg!, call)),
  ...aggregate('ANY_VALUE', 1, ([arg], call) => value(run(`any_value(${arg!.sql})`, call), arg!.type, arg!), {
    approximated: 'the first value that is not NULL',
  }),
  ...aggregate('MEDIAN', 1, ([arg], call) => median(arg!, call)),
  ...aggregate('MODE', 1, ([arg], call) => value(run(`mode(${arg!.sql})`, call), arg!.type, arg!)),
  ...statistics(['STDDEV', 'STDDEV_SAMP'], 'stddev_samp'),
  ...statistics(['STDDEV_POP'], 'stddev_pop'),
  ...statistics(['VARIANCE', 'VAR_SAMP', 'VARIANCE_SAMP'], 'var_samp', 6),
  ...statistics(['VAR_POP', 'VARIANCE_POP'], 'var_pop', 6),
  ...statistics(['SKEW'], 'skewness'),
  ...statistics(['KURTOSIS'], 'kurtosis', 12),
  ...pairs('CORR', 'corr'),
  ...pairs('COVAR_POP', 'covar_pop'),
  ...pairs('COVAR_SAMP', 'covar_samp'),
  ...['AVGX', 'AVGY', 'INTERCEPT', 'R2', 'SLOPE', 'SXX', 'SXY', 'SYY'].flatMap((name) =>
    pairs(`REGR_${name}`, `regr_${name.toLowerCase()}`),
  ),
  ...aggregate('REGR_COUNT', 2, ([y, x], call) =>
    typed(run(`regr_count(${asFloat(y!).sql}, ${asFloat(x!).sql})`, call), INTEGER, y!, x!),
  ),
  ...aggregate('LISTAGG', [1, 2], listagg),
  ...aggregate('ARRAY_AGG', 1, ([arg], call) => arrayAgg(arg!, call)),
  ...aggregate('ARRAY_UNIQUE_AGG', 1, ([arg], call) => arrayAgg(arg!, { ...call, distinct: true })),
  ...aggregate(
    ['APPROX_COUNT_DISTINCT', 'HLL'],
    [1, 255],
    (args, call) =>
      typed(
        run(
          `count(DISTINCT ${args.length === 1 ? args[0]!.sql : `(${args.map((arg) => arg.sql).join(', ')})`})`,
          call,
        ),
        INTEGER,
        ...args,
      ),
    { approximated: 'counts exactly' },
  ),
  ...aggregate(
    'APPROX_PERCENTILE',
    2,
    ([arg, at], call) =>
      value(run(`quantile_cont(${asFloat(arg!).sql}, ${asFloat(at!).sql})`, call), FLOAT, arg!),
    { approximated: 'exact percentile' },
  ),
  ...aggregate('BOOLAND_AGG', 1, ([arg], call) =>
    value(run(`bool_and(${cast(arg!, BOOLEAN).sql})`, call), BOOLEAN, arg!),
  ),
  ...aggregate('BOOLOR_AGG', 1, ([arg], call) =>
    value(run(`bool_or(${cast(arg!, BOOLEAN).sql})`, call), BOOLEAN, arg!),
  ),
  ...aggregate('BOOLXOR_AGG', 1, ([arg], call) =>
    value(`(${run(`count_if(${cast(arg!, BOOLEAN).sql})`, call)} = 1)`, BOOLEAN, arg!),
  ),
  ...bits(['BITAND_AGG', 'BITANDAGG', 'BIT_AND_AGG', 'BIT_ANDAGG'], 'bit_and'),
  ...bits(['BITOR_AGG', 'BITORAGG', 'BIT_OR_AGG', 'BIT_ORAGG'], 'bit_or'),
  ...bits(['BITXOR_AGG', 'BITXORAGG', 'BIT_XOR_AGG', 'BIT_XORAGG'], 'bit_xor'),
  ...aggregate('MAX_BY', [2, 3], (args, call) => by('max_by', args, call)),
  ...aggregate('MIN_BY', [2, 3], (args, call) => by('min_by', args, call)),
  ...aggregate('PERCENTILE_CONT', 1, ([at], call) => percentile('quantile_cont', at!, call)),
  ...aggregate('PERCENTILE_DISC', 1, ([at], call) => percentile('quantile_disc', at!, call)),
  ...aggregate(['GROUPING', 'GROUPING_ID'], [1, 64], (args) =>
    typed(`grouping(${args.map((arg) => arg.sql).join(', ')})`, INTEGER, ...args),
  ),
];

function aggregate(
  names: string | string[],
  count: number | [number, number],
  bind: Bind,
  extras?: Extras,
): FunctionDefinition[] {
  return define('aggregate', names, count, bind, extras);
}

/** The aggregate, over its window when it has one. */
function run(sql: string, call: CallFacts): string {
  return `${sql}${call.overSql ?? ''}`;
}

function distinct(call: CallFacts): string {
  return call.distinct ? 'DISTINCT ' : '';
}

/** SUM(NUMBER(p, s)) is NUMBER(38, s). */
function sum(arg: Bound, call: CallFacts): Bound {
  const x = numeric(arg, call);
  const type: SnowflakeType = x.type.name === 'NUMBER' ? number(38, x.type.scale) : FLOAT;
  const all = run(`sum(${distinct(call)}${x.sql})`, call);
  return x.type.name === 'NUMBER' ? typed(all, type, x) : value(all, type, x);
}

/** AVG divides as `/` does: 6 more decimals, at most 12 unless the input has more. */
function average(arg: Bound, call: CallFacts): Bound {
  const x = numeric(arg, call);
  if (x.type.name !== 'NUMBER') return value(run(`avg(${distinct(call)}${x.sql})`, call), FLOAT, x);
  const scale = Math.max(x.type.scale, Math.min(x.type.scale + 6, 12));
  const total = run(`sum(${distinct(call)}${x.sql})`, call);
  const count = run(`count(${distinct(call)}${x.sql})`, call);
  // One digit more, truncated, then rounded half away from zero by the cast.
  const unit = `0.${'0'.repeat(scale)}1::DECIMAL(${scale + 2},${scale + 1})`;
  const quotient = `((${total}) * 1${'0'.repeat(scale + 1)}::DECIMAL(${scale + 2},0))::HUGEINT // nullif(${count}, 0)`;
  const type = number(38, scale);
  return value(`CAST((${quotient})::DECIMAL(38,0) * ${unit} AS ${duckType(type)})`, type, x);
}

/** The mean of the two middle values has three more decimals. */
function median(arg: Bound, call: CallFacts): Bound {
  const x = numeric(arg, call);
  if (x.type.name !== 'NUMBER') return value(run(`median(${x.sql})`, call), FLOAT, x);
  const type = number(Math.min(38, x.type.precision + 3), Math.min(x.type.scale + 3, 38));
  const wide = cast(x, type);
  return typed(run(`median(${wide.sql})`, call), type, x);
}

/** FLOAT, or for NUMBERs a NUMBER with that many decimals more, at most 12 unless the input has more. */
function statistics(names: string[], duck: string, decimals?: number): FunctionDefinition[] {
  return aggregate(names, 1, ([arg], call) => {
    const x = numeric(arg!, call);
    const all = run(`${duck}(${distinct(call)}${asFloat(x).sql})`, call);
    if (decimals === undefined || x.type.name !== 'NUMBER') return value(all, FLOAT, x);
    return typed(all, number(38, Math.max(x.type.scale, Math.min(x.type.scale + decimals, 12))), x);
  });
}

function pairs(name: string, duck: string): FunctionDefinition[] {
  return aggregate(name, 2, ([y, x], call) =>
    value(run(`${duck}(${asFloat(y!).sql}, ${asFloat(x!).sql})`, call), FLOAT, y!, x!),
  );
}

function bits(names: string[], duck: string): FunctionDefinition[] {
  return aggregate(names, 1, ([arg], call) => typed(run(`${duck}(${bigint(arg!)})`, call), INTEGER, arg!));
}

function order(call: CallFacts): string {
  return call.withinGroup.length === 0
    ? ''
    : ` ORDER BY ${call.withinGroup.map((item) => item.sql).join(', ')}`;
}

/** '' when there is nothing to put together. */
function listagg([arg, separator]: Bound[], call: CallFacts): Bound {
  const by = separator === undefined ? "''" : asVarchar(separator).sql;
  return value(
    `coalesce(${run(`string_agg(${distinct(call)}${asVarchar(arg!).sql}, ${by}${order(call)})`, call)}, '')`,
    VARCHAR,
    arg!,
  );
}

/** NULLs are left out; nothing gives an empty array. */
function arrayAgg(arg: Bound, call: CallFacts): Bound {
  const all = run(
    `list(${distinct(call)}${arg.sql}${order(call)}) FILTER (WHERE ${arg.sql} IS NOT NULL)`,
    call,
  );
  // Made JSON after the aggregate: DISTINCT … ORDER BY must see one and the same expression.
  const item = asVariant(value('e', arg.type));
  return value(`coalesce(to_json(list_transform(${all}, lambda e: ${item.sql})), '[]'::JSON)`, ARRAY, arg);
}

/** VARIANTs in the order of their values. */
function extreme(name: 'min' | 'max', arg: Bound, call: CallFacts): Bound {
  if (!isSemiStructured(arg.type)) return value(run(`${name}(${arg.sql})`, call), arg.type, arg);
  return value(run(`arg_${name}(${arg.sql}, ${variantKey(arg).sql})`, call), arg.type, arg);
}

/** What COUNT counts: a JSON null is not counted, equal VARIANTs are one. */
function countable(arg: Bound): string {
  return isSemiStructured(arg.type) ? variantKey(arg).sql : arg.sql;
}

function isSemiStructured(type: SnowflakeType): boolean {
  return type.name === 'VARIANT' || type.name === 'OBJECT' || type.name === 'ARRAY';
}

function by(duck: string, [item, key, count]: Bound[], call: CallFacts): Bound {
  if (count === undefined)
    return value(run(`${duck}(${item!.sql}, ${key!.sql})`, call), item!.type, item!, key!);
  return value(
    `to_json(${run(`${duck}(${asVariant(item!).sql}, ${key!.sql}, ${bigint(count)})`, call)})`,
    ARRAY,
    item!,
    key!,
  );
}

/** PERCENTILE_…(p) WITHIN GROUP (ORDER BY x) */
function percentile(duck: string, at: Bound, call: CallFacts): Bound {
  const item = call.withinGroup[0];
  if (item === undefined || call.withinGroup.length > 1) {
    throw new SnowflakeError(
      '002073',
      '42601',
      `SQL compilation error:\nFunction ${call.name} requires WITHIN GROUP with one ORDER BY expression`,
      { position: call.position },
    );
  }
  if (typeof at.constant !== 'bigint' && typeof at.constant !== 'number') throw wrongType(call, at);
  const subject = item.bound;
  const point = item.descending ? 1 - Number(at.constant) : Number(at.constant);
  if (duck === 'quantile_disc')
    return value(run(`quantile_disc(${subject.sql}, ${point})`, call), subject.type, subject);
  const x = numeric(subject, call);
  if (x.type.name !== 'NUMBER') return value(run(`quantile_cont(${x.sql}, ${point})`, call), FLOAT, x);
  const type = number(Math.min(38, x.type.precision + 3), Math.min(38, x.type.scale + 3));
  return typed(run(`quantile_cont(${cast(x, type).sql}, ${point})`, call), type, x);
}
