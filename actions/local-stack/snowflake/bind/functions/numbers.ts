import type { Bound } from '../bound.ts';
import { asFloat, asInteger, cast } from '../cast.ts';
import { FLOAT, INTEGER, number, VARCHAR } from '../literal.ts';
import { arithmetic } from '../numeric.ts';
import { raise } from '../runtime-error.ts';
import { once, value } from '../value.ts';
import { bigint, constantInteger, floats, numeric, over, scalar, typed } from './define.ts';
import type { CallFacts, FunctionDefinition } from './registry.ts';

const INVALID = (call: string, x: string): string =>
  `${raise('100050', '22023', 'Invalid floating point operation: ', `'${call}(' || ${x}::VARCHAR || ')'`)}::DOUBLE`;

/** docs.snowflake.com, "Numeric functions" and "Bitwise expression functions". */
export const NUMBERS: FunctionDefinition[] = [
  ...scalar('ABS', 1, ([arg], call) => {
    const x = numeric(arg!, call);
    return value(`abs(${x.sql})`, x.type, x);
  }),
  ...scalar('SIGN', 1, ([arg], call) => {
    const x = numeric(arg!, call);
    return typed(`sign(${x.sql})`, x.type.name === 'FLOAT' ? FLOAT : number(38, 0), x);
  }),
  ...scalar('MOD', 2, ([left, right]) => arithmetic('%', left!, right!)),
  ...scalar('DIV0', 2, ([left, right], call) => safeDivision(left!, right!, false, call)),
  ...scalar('DIV0NULL', 2, ([left, right], call) => safeDivision(left!, right!, true, call)),
  ...floats('SQRT', 1, (a) =>
    once([a], (x) => `CASE WHEN ${x} < 0 THEN ${INVALID('sqrt', x)} ELSE sqrt(${x}) END`),
  ),
  ...floats('CBRT', 1, (x) => `cbrt(${x})`),
  ...floats('SQUARE', 1, (x) => once([x], (v) => `(${v} * ${v})`)),
  ...over(['POWER', 'POW'], 2, asFloat, (x, y) => `pow(${x}, ${y})`, FLOAT),
  ...floats('EXP', 1, (x) => `exp(${x})`),
  ...floats('LN', 1, (a) =>
    once([a], (x) => `CASE WHEN ${x} <= 0 THEN ${INVALID('ln', x)} ELSE ln(${x}) END`),
  ),
  ...floats('LOG', 2, (base, a) =>
    once([base, a], (b, x) => `CASE WHEN ${x} <= 0 THEN ${INVALID('log', x)} ELSE ln(${x}) / ln(${b}) END`),
  ),
  ...scalar('FACTORIAL', 1, ([arg]) => typed(`factorial(${asInteger(arg!).sql}::INTEGER)`, INTEGER, arg!)),
  ...[
    'ACOS',
    'ASIN',
    'ATAN',
    'COS',
    'SIN',
    'TAN',
    'COT',
    'ACOSH',
    'ASINH',
    'ATANH',
    'COSH',
    'SINH',
    'TANH',
  ].flatMap((name) => floats(name, 1, (x) => `${name.toLowerCase()}(${x})`)),
  ...floats('ATAN2', 2, (y, x) => `atan2(${y}, ${x})`),
  ...floats('DEGREES', 1, (x) => `degrees(${x})`),
  ...floats('RADIANS', 1, (x) => `radians(${x})`),
  ...floats('PI', 0, () => 'pi()'),
  // Great-circle distance in kilometres, on a sphere of radius 6371.
  ...floats('HAVERSINE', 4, (lat1, lon1, lat2, lon2) =>
    once(
      [lat1, lon1, lat2, lon2],
      (a, b, c, d) =>
        `(2 * 6371 * asin(sqrt(pow(sin(radians(${c} - ${a}) / 2), 2) + cos(radians(${a})) * cos(radians(${c})) * pow(sin(radians(${d} - ${b}) / 2), 2))))`,
    ),
  ),
  ...scalar('WIDTH_BUCKET', 4, widthBucket),
  ...bitwise('BITAND', (a, b) => `(${a} & ${b})`, 'BIT_AND'),
  ...bitwise('BITOR', (a, b) => `(${a} | ${b})`, 'BIT_OR'),
  ...bitwise('BITXOR', (a, b) => `xor(${a}, ${b})`, 'BIT_XOR'),
  ...bitwise('BITSHIFTLEFT', (a, b) => `(${a}::HUGEINT * pow(2, ${b})::HUGEINT)`, 'BIT_SHIFTLEFT'),
  ...bitwise('BITSHIFTRIGHT', (a, b) => `(${a} >> ${b})`, 'BIT_SHIFTRIGHT'),
  ...bitwise('GETBIT', (a, b) => `((${a} >> ${b}) & 1)`),
  ...scalar(['BITNOT', 'BIT_NOT'], 1, ([arg]) => typed(`~${bigint(arg!)}`, INTEGER, arg!)),
  ...scalar('RANDOM', [0, 1], (_, call) => random(call), {
    approximated: 'values differ from an account; a seed is not repeated',
  }),
  ...scalar('UNIFORM', 3, ([low, high, generator], call) => uniform(low!, high!, generator!, call), {
    approximated: 'values differ from an account',
  }),
  ...scalar(
    'NORMAL',
    3,
    ([mean, deviation, generator]) => {
      const [m, d] = [asFloat(mean!), asFloat(deviation!)];
      return value(
        `(${m.sql} + ${d.sql} * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) + 0 * coalesce(${asFloat(generator!).sql}, 0))`,
        FLOAT,
        m,
        d,
      );
    },
    { approximated: 'values differ from an account' },
  ),
  ...scalar(
    'RANDSTR',
    2,
    ([length], call) => {
      const size = constantInteger(length!, call, '1');
      return value(
        `array_to_string(list_transform(range(${size}), lambda i: substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 1 + (random() * 61)::INTEGER, 1)), '')`,
        VARCHAR,
      );
    },
    { approximated: 'values differ from an account' },
  ),
  ...['SEQ1', 'SEQ2', 'SEQ4', 'SEQ8'].flatMap((name) =>
    scalar(
      name,
      [0, 1],
      () => ({ ...value('((row_number() OVER ()) - 1)::DECIMAL(38,0)', INTEGER), windowed: true }),
      {
        approximated: 'without gaps, and only in a select list',
      },
    ),
  ),
];

function safeDivision(left: Bound, right: Bound, nullToo: boolean, call: CallFacts): Bound {
  const [a, b] = [numeric(left, call), numeric(right, call)];
  const divided = arithmetic('/', a, value(`nullif(${b.sql}, 0)`, b.type, b));
  const sql = once([a.sql, b.sql, divided.sql], (x, y, result) => {
    const zero = nullToo ? `${y} = 0 OR ${y} IS NULL` : `${y} = 0`;
    return `CASE WHEN ${x} IS NOT NULL AND (${zero}) THEN 0 ELSE ${result} END`;
  });
  return { ...typed(sql, divided.type, a, b) };
}

/** 0 below the range, count + 1 above it. */
function widthBucket(args: Bound[]): Bound {
  const [x, low, high, count] = [...args.slice(0, 3).map(asFloat), asInteger(args[3]!)];
  const sql = once(
    [x!.sql, low!.sql, high!.sql, count!.sql],
    (v, a, b, n) =>
      `CASE WHEN ${v} < ${a} THEN 0 WHEN ${v} >= ${b} THEN ${n} + 1 ELSE floor((${v} - ${a}) / (${b} - ${a}) * ${n}::DOUBLE) + 1 END`,
  );
  return typed(sql, INTEGER, ...args);
}

function bitwise(
  name: string,
  sql: (a: string, b: string) => string,
  ...aliases: string[]
): FunctionDefinition[] {
  return scalar([name, ...aliases], 2, ([left, right]) =>
    typed(sql(bigint(left!), bigint(right!)), INTEGER, left!, right!),
  );
}

/** A 64-bit integer, evenly spread. */
function random(_call: CallFacts): Bound {
  return value('((random() - 0.5) * 18446744073709551615)::DECIMAL(19,0)::DECIMAL(38,0)', INTEGER);
}

/** Both ends are possible for integers. */
function uniform(low: Bound, high: Bound, generator: Bound, call: CallFacts): Bound {
  const [a, b] = [numeric(low, call), numeric(high, call)];
  const draw = generator.constant === undefined ? 'random()' : '0.5';
  if (a.type.name === 'NUMBER' && b.type.name === 'NUMBER' && a.type.scale === 0 && b.type.scale === 0) {
    return typed(
      once([a.sql, b.sql], (x, y) => `${x} + floor(${draw} * (${y} - ${x} + 1)::DOUBLE)`),
      INTEGER,
      a,
      b,
    );
  }
  const [x, y] = [cast(a, FLOAT), cast(b, FLOAT)];
  return value(`(${x.sql} + ${draw} * (${y.sql} - ${x.sql}))`, FLOAT, x, y);
}
