import type { SnowflakeType } from '../../../../shared/sql/types.ts';
import { duckType, formatType, MAX_BINARY } from '../../../../shared/sql/types.ts';
import type { Bound } from '../bound.ts';
import { asVarchar, cast, literal } from '../cast.ts';
import {
  ARRAY,
  BOOLEAN,
  DATE,
  FLOAT,
  LTZ,
  NTZ,
  number,
  OBJECT,
  TIME,
  TZ,
  VARCHAR,
  VARIANT,
} from '../literal.ts';
import { once, value } from '../value.ts';
import { pathAccess } from '../variant.ts';
import { constantInteger, constantText, scalar, text, wrongType } from './define.ts';
import type { CallFacts, FunctionDefinition } from './registry.ts';

/** docs.snowflake.com, "Semi-structured and structured data functions": extraction, casts and predicates. */
export const SEMI_STRUCTURED: FunctionDefinition[] = [
  ...scalar('GET', 2, ([base, step], call) => pathAccess(container(base!, call), [step!])),
  ...scalar('GET_PATH', 2, ([base, path], call) =>
    pathAccess(container(base!, call), pathSegments(constantText(path!, call, '2'))),
  ),
  ...scalar('JSON_EXTRACT_PATH_TEXT', 2, ([base, path], call) => {
    const parsed = value(`sf_js_json(${text(base!)})::JSON`, VARIANT, base!);
    return cast(
      pathAccess(
        base!.type.name === 'VARCHAR' ? parsed : container(base!, call),
        pathSegments(constantText(path!, call, '2')),
      ),
      VARCHAR,
    );
  }),
  ...scalar('GET_IGNORE_CASE', 2, ([base, key], call) => {
    const sql = once(
      [container(base!, call).sql, text(key!)],
      (json, name) =>
        `json_extract(${json}, sf_pointer(coalesce(list_filter(json_keys(${json}), lambda k: k = ${name})[1], list_filter(json_keys(${json}), lambda k: lower(k) = lower(${name}))[1])))`,
    );
    return value(sql, VARIANT, base!, key!);
  }),
  ...scalar(
    'TYPEOF',
    1,
    ([arg]) =>
      value(
        once(
          [variant(arg!)],
          (v) =>
            `CASE json_type(${v}) WHEN 'VARCHAR' THEN 'VARCHAR' WHEN 'BIGINT' THEN 'INTEGER' WHEN 'UBIGINT' THEN 'INTEGER' WHEN 'DOUBLE' THEN CASE WHEN ${v}::VARCHAR ILIKE '%e%' THEN 'DOUBLE' WHEN contains(${v}::VARCHAR, '.') THEN 'DECIMAL' ELSE 'INTEGER' END WHEN 'NULL' THEN 'NULL_VALUE' ELSE json_type(${v}) END`,
        ),
        VARCHAR,
        arg!,
      ),
    {
      approximated: 'dates and times inside a VARIANT are VARCHAR',
    },
  ),
  ...scalar(
    'SYSTEM$TYPEOF',
    1,
    ([arg]) => {
      const { type } = arg!;
      return literal(`${type.name === 'NULL' ? 'NULL' : formatType(type)}[${storage(type)}]`);
    },
    {
      approximated: 'the storage size of a NUMBER is that of its precision',
    },
  ),
  ...scalar('IS_NULL_VALUE', 1, ([arg]) => value(`(json_type(${variant(arg!)}) = 'NULL')`, BOOLEAN, arg!)),
  ...scalar('STRIP_NULL_VALUE', 1, ([arg]) =>
    value(
      once([variant(arg!)], (v) => `CASE WHEN json_type(${v}) <> 'NULL' THEN ${v} END`),
      VARIANT,
      arg!,
    ),
  ),
  ...predicate('IS_ARRAY', 'ARRAY'),
  ...predicate('IS_OBJECT', 'OBJECT'),
  ...predicate('IS_BOOLEAN', 'BOOLEAN'),
  ...predicate(['IS_VARCHAR', 'IS_CHAR'], 'VARCHAR'),
  ...scalar('IS_INTEGER', 1, ([arg]) =>
    value(
      once([variant(arg!)], (v) => `(${NUMBER_TYPES(v)} AND NOT regexp_matches(${v}::VARCHAR, '[.eE]'))`),
      BOOLEAN,
      arg!,
    ),
  ),
  ...scalar('IS_DECIMAL', 1, ([arg]) =>
    value(
      once([variant(arg!)], (v) => `(${NUMBER_TYPES(v)} AND NOT regexp_matches(${v}::VARCHAR, '[eE]'))`),
      BOOLEAN,
      arg!,
    ),
  ),
  ...scalar(['IS_DOUBLE', 'IS_REAL'], 1, ([arg]) =>
    value(
      once([variant(arg!)], (v) => `(${NUMBER_TYPES(v)})`),
      BOOLEAN,
      arg!,
    ),
  ),
  ...[
    'IS_DATE',
    'IS_DATE_VALUE',
    'IS_TIME',
    'IS_TIMESTAMP_NTZ',
    'IS_TIMESTAMP_LTZ',
    'IS_TIMESTAMP_TZ',
    'IS_BINARY',
  ].flatMap((name) =>
    scalar(
      name,
      1,
      ([arg]) => value(`CASE WHEN ${variant(arg!)} IS NOT NULL THEN false END`, BOOLEAN, arg!),
      {
        approximated: 'always FALSE: dates, times and binary inside a VARIANT are kept as text',
      },
    ),
  ),
  ...as('AS_ARRAY', ARRAY, ['ARRAY']),
  ...as('AS_OBJECT', OBJECT, ['OBJECT']),
  ...as('AS_BOOLEAN', BOOLEAN, ['BOOLEAN']),
  ...as(['AS_VARCHAR', 'AS_CHAR'], VARCHAR, ['VARCHAR']),
  ...as(['AS_DOUBLE', 'AS_REAL'], FLOAT, ['BIGINT', 'UBIGINT', 'DOUBLE']),
  ...as('AS_INTEGER', number(38, 0), ['BIGINT', 'UBIGINT']),
  ...scalar(['AS_DECIMAL', 'AS_NUMBER'], [1, 3], ([arg, precision, scale], call) =>
    typedAs(
      arg!,
      number(
        precision ? constantInteger(precision, call, '2') : 38,
        scale ? constantInteger(scale, call, '3') : 0,
      ),
      ['BIGINT', 'UBIGINT', 'DOUBLE'],
    ),
  ),
  ...asText('AS_BINARY', { name: 'BINARY', length: MAX_BINARY }),
  ...asText('AS_DATE', DATE),
  ...asText('AS_TIME', TIME),
  ...asText('AS_TIMESTAMP_NTZ', NTZ),
  ...asText('AS_TIMESTAMP_LTZ', LTZ),
  ...asText('AS_TIMESTAMP_TZ', TZ),
];

const NUMBER_TYPES = (v: string): string => `json_type(${v}) IN ('BIGINT', 'UBIGINT', 'DOUBLE')`;

function variant(arg: Bound): string {
  return cast(arg, VARIANT).sql;
}

function container(base: Bound, call: CallFacts): Bound {
  if (base.type.name === 'NULL') return cast(base, VARIANT);
  if (base.type.name !== 'VARIANT' && base.type.name !== 'OBJECT' && base.type.name !== 'ARRAY')
    throw wrongType(call, base);
  return base;
}

/** `a.b[0]['c d']."E"` of GET_PATH. */
function pathSegments(path: string): (string | Bound)[] {
  const found = path.matchAll(/\[(\d+)\]|\[(?:'([^']*)'|"([^"]*)")\]|"((?:[^"]|"")*)"|([^.[\]":]+)/g);
  return [...found].map((step) =>
    step[1] === undefined
      ? (step[2] ?? step[3] ?? step[4]?.replaceAll('""', '"') ?? step[5]!)
      : { sql: step[1], type: number(38, 0), constant: BigInt(step[1]) },
  );
}

function predicate(names: string | string[], jsonType: string): FunctionDefinition[] {
  return scalar(names, 1, ([arg]) => value(`(json_type(${variant(arg!)}) = '${jsonType}')`, BOOLEAN, arg!));
}

/** AS_…: NULL when the VARIANT holds another type; no conversion. */
function as(names: string | string[], type: SnowflakeType, jsonTypes: string[]): FunctionDefinition[] {
  return scalar(names, 1, ([arg]) => typedAs(arg!, type, jsonTypes));
}

function typedAs(arg: Bound, type: SnowflakeType, jsonTypes: string[]): Bound {
  const list = jsonTypes.map((name) => `'${name}'`).join(', ');
  const sql = once(
    [variant(arg)],
    (v) => `CASE WHEN json_type(${v}) IN (${list}) THEN ${cast(value(v, VARIANT), type).sql} END`,
  );
  return value(sql, type, arg);
}

function asText(name: string, type: SnowflakeType): FunctionDefinition[] {
  return scalar(
    name,
    1,
    ([arg]) => {
      const sql = once(
        [variant(arg!)],
        (v) =>
          `CASE WHEN json_type(${v}) = 'VARCHAR' THEN ${cast(asVarchar(value(v, VARIANT)), type, { try: true }).sql} END`,
      );
      return value(`${sql}::${duckType(type)}`, type, arg!);
    },
    { approximated: 'dates and times inside a VARIANT are text, so any such text counts' },
  );
}

/** How Snowflake's engine holds a value of the type: SB for signed bytes, LOB for what has no fixed size. */
function storage(type: SnowflakeType): string {
  switch (type.name) {
    case 'NUMBER': {
      const limits: [digits: number, size: string][] = [
        [2, 'SB1'],
        [4, 'SB2'],
        [9, 'SB4'],
        [18, 'SB8'],
      ];
      return limits.find(([digits]) => type.precision <= digits)?.[1] ?? 'SB16';
    }
    case 'FLOAT':
      return 'DOUBLE';
    case 'BOOLEAN':
      return 'SB1';
    case 'DATE':
      return 'SB4';
    case 'TIME':
      return 'SB8';
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return 'SB16';
    default:
      return 'LOB';
  }
}
