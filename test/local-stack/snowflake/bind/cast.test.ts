import { beforeAll, describe, expect, it } from 'vitest';
import { typeFromName, unifyTypes } from '../../../../actions/local-stack/snowflake/bind/cast.ts';
import { number, VARCHAR } from '../../../../actions/local-stack/snowflake/bind/literal.ts';
import { snowflakeErrorFromDuck } from '../../../../actions/local-stack/snowflake/bind/runtime-error.ts';
import { formatType } from '../../../../actions/shared/sql/types.ts';
import { type BinderBench, openBinderBench } from '../../../support/binder.ts';

let bench: BinderBench;
beforeAll(async () => {
  bench = await openBinderBench([
    {
      name: 'T',
      columns: [
        ['S', VARCHAR],
        ['N', number(38, 0)],
      ],
      rows: `('12', 1), (NULL, NULL)`,
    },
  ]);
});

async function one(expression: string): Promise<string | null> {
  const { rows } = await bench.query(`select ${expression}`);
  return rows[0]![0]!;
}

async function failure(expression: string): Promise<string> {
  const error = await bench.failure(`select ${expression}`);
  return `${error?.code}/${error?.sqlState} ${error?.message.split('\n').at(-1)}`;
}

describe('a cast (docs.snowflake.com, sql-reference/data-type-conversion)', () => {
  it.each([
    ["'12'::number", '12'],
    ["' 12.5 '::number", '13'],
    ["'-12.5'::number", '-13'],
    ["'1e3'::number", '1000'],
    ["'.5'::number(3,1)", '0.5'],
    ["'+7.25'::number(5,1)", '7.3'],
    ["'12345678901234567890123456789012345678'::number", '12345678901234567890123456789012345678'],
    ["'123456789012345678901.123456789012'::number(38,12)", '123456789012345678901.123456789012'],
    ['1.55::number(5,1)', '1.6'],
    ['-1.55::number(5,1)', '-1.6'],
    ['2.5::float::number', '3'],
    ['true::number', '1'],
    ['null::number', null],
    ["'1.5'::float", '1.5'],
    ["'NaN'::float::varchar", 'NaN'],
    ["'inf'::float::varchar", 'inf'],
    ['12::float::varchar', '12'],
    ['0.1::float::varchar', '0.1'],
    ['1e20::varchar', '1e+20'],
    ['1.23456789012345e-7::varchar', '1.23456789012345e-07'],
    ['12.30::varchar', '12.30'],
    ['(-0.5)::varchar', '-0.5'],
    ['false::varchar', 'false'],
    ["'2026-01-31'::date::varchar", '2026-01-31'],
    ["'10:20:30.5'::time::varchar", '10:20:30'],
    ["'2026-01-31 10:20:30.123456'::timestamp_ntz::varchar", '2026-01-31 10:20:30.123'],
    ["'2026-01-31 10:20:30'::timestamp_ltz::varchar", '2026-01-31 10:20:30.000 -0800'],
    ["'2026-07-31 10:20:30'::timestamp_tz::varchar", '2026-07-31 10:20:30.000 -0700'],
    ["'4a4B'::binary::varchar", '4A4B'],
    ["'abc'::varchar(3)", 'abc'],
    ["'TRUE'::boolean", 'true'],
    ["'n'::boolean", 'false'],
    ['0.5::boolean', 'true'],
    ['0::boolean', 'false'],
    ["'2026-01-31'::date", '2026-01-31'],
    ["'01/31/2026'::date", '2026-01-31'],
    ["'31-Jan-2026'::date", '2026-01-31'],
    ["'2026-01-31T23:59:59'::date", '2026-01-31'],
    ["'2026-01-31 23:59:59'::timestamp::date", '2026-01-31'],
    ["'2026-01-31'::date::timestamp", '2026-01-31 00:00:00'],
    ["'2026-01-31T10:20:30Z'::timestamp_ntz", '2026-01-31 10:20:30'],
    ["'2026-01-31T10:20:30+02:00'::timestamp_ntz", '2026-01-31 10:20:30'],
    ["'2026-01-31 10:20:30 +0200'::timestamp_ltz", '2026-01-31 00:20:30-08'],
    ["'Sat, 31 Jan 2026 10:20:30 +0000'::timestamp_ltz", '2026-01-31 02:20:30-08'],
    ["'Sat Jan 31 10:20:30 +0000 2026'::timestamp_tz::varchar", '2026-01-31 10:20:30.000 +0000'],
    ["'01/31/2026 10:20:30'::timestamp", '2026-01-31 10:20:30'],
    ["'2026-01-31 10'::timestamp", '2026-01-31 10:00:00'],
    ["'1700000000'::timestamp", '2023-11-14 22:13:20'],
    ["'1700000000123'::timestamp", '2023-11-14 22:13:20.123'],
    ["'2026-01-31 10:20:30'::timestamp_ntz::timestamp_ltz", '2026-01-31 10:20:30-08'],
    ["'2026-01-31 10:20:30'::timestamp_ltz::timestamp_ntz", '2026-01-31 10:20:30'],
    ["'10:20'::time", '10:20:00'],
    ["'10:20:30 PM'::time", '22:20:30'],
    ["'2026-01-31 10:20:30'::timestamp::time", '10:20:30'],
    ['parse_json(\'"a"\')::varchar', 'a'],
    ['parse_json(\'{"b":1,"a":[]}\')::varchar', '{"a":[],"b":1}'],
    ["parse_json('null')::varchar", null],
    ["parse_json('12.5')::number", '13'],
    ['parse_json(\'"12"\')::number', '12'],
    ["parse_json('true')::number", '1'],
    ["parse_json('18446744073709551615')::number", '18446744073709551615'],
    ["parse_json('1.5')::float", '1.5'],
    ['parse_json(\'"yes"\')::boolean', 'true'],
    ["parse_json('1')::boolean", 'true'],
    ['parse_json(\'"2026-01-31"\')::date', '2026-01-31'],
    ['parse_json(\'"2026-01-31 10:20:30"\')::timestamp', '2026-01-31 10:20:30'],
    ["parse_json('[1]')::array", '[1]'],
    ["parse_json('1')::array", '[1]'],
    ["'2026-01-31'::date::variant", '"2026-01-31"'],
    ['1.50::variant', '1.5'],
    ['true::variant', 'true'],
    ['null::variant', null],
  ])('%s is %s', async (expression, expected) => {
    expect(await one(expression)).toBe(expected);
  });

  it.each([
    ["'abc'::number", "100038/22018 Numeric value 'abc' is not recognized"],
    ["'1_000'::number", "100038/22018 Numeric value '1_000' is not recognized"],
    ["''::number", "100038/22018 Numeric value '' is not recognized"],
    ["'1000'::number(3,0)", "100039/22003 Numeric value '1000' is out of range"],
    [
      '1000::number(3,0)',
      '100046/22003 Number out of representable range: type FIXED[SB2](3,0){nullable}, value 1000',
    ],
    ["'x'::float", "100038/22018 Numeric value 'x' is not recognized"],
    ["'maybe'::boolean", "100037/22018 Boolean value 'maybe' is not recognized"],
    ["'2026-02-30'::date", "100040/22007 Date '2026-02-30' is not recognized"],
    ["'epoch'::date", "100040/22007 Date 'epoch' is not recognized"],
    ["'soon'::timestamp", "100035/22007 Timestamp 'soon' is not recognized"],
    ["'25:00'::time", "100108/22007 Time '25:00' is not recognized"],
    ["'abcd'::varchar(3)", "100078/22000 String 'abcd' is too long and would be truncated"],
    ['12345::varchar(3)', "100078/22000 String '12345' is too long and would be truncated"],
    ["'xyz'::binary", "100115/22000 The following string is not a legal hex-encoded value: 'xyz'"],
    ['parse_json(\'"x"\')::number', '100071/22000 Failed to cast variant value "x" to FIXED'],
    ["parse_json('{}')::date", '100071/22000 Failed to cast variant value {} to DATE'],
    ["parse_json('1')::object", '100071/22000 Failed to cast variant value 1 to OBJECT'],
    [
      "'2026-01-31'::date::number",
      "001007/22023 invalid type [CAST(DATE AS NUMBER(38,0))] for parameter 'TO_NUMBER'",
    ],
    ['true::date', "001007/22023 invalid type [CAST(BOOLEAN AS DATE)] for parameter 'TO_DATE'"],
  ])('%s fails with %s', async (expression, expected) => {
    expect(await failure(expression)).toBe(expected);
  });

  it.each([
    ["try_cast('abc' as number)", null],
    ["try_cast('12.7' as number)", '13'],
    ["try_cast('99999' as number(3,0))", null],
    ["try_cast('x' as date)", null],
    ["try_cast('x' as timestamp)", null],
    ["try_cast('x' as time)", null],
    ["try_cast('x' as boolean)", null],
    ["try_cast('x' as float)", null],
    ["try_cast('zz' as binary)", null],
    ["try_cast('abcd' as varchar(3))", null],
    ["try_cast('abc' as varchar(3))", 'abc'],
  ])('%s is %s', async (expression, expected) => {
    expect(await one(expression)).toBe(expected);
  });

  it('of a column with NULLs keeps them', async () => {
    const { rows } = await bench.query('select s::number + n, n::varchar, to_variant(n) from t order by n');
    expect(rows).toEqual([
      ['13', '1', '1'],
      [null, null, null],
    ]);
  });
});

describe('a comparison', () => {
  it.each([
    ["'1' = 1", 'true'],
    ["'1.0' = 1", 'true'],
    ["'2026-01-31' = '2026-01-31'::date", 'true'],
    ["'2026-01-31 10:00:00'::timestamp > '2026-01-31'::date", 'true'],
    ["true = 'yes'", 'true'],
    ['1 = 1.0::float', 'true'],
    ["parse_json('1') = 1", 'true'],
    ["parse_json('1.5') = 2", 'false'],
    ["parse_json('1') = parse_json('1.0')", 'true'],
    ["parse_json('2') < parse_json('10')", 'true'],
    ["parse_json('-2') < parse_json('-1.5')", 'true'],
    ["parse_json('\"abc\"') = 'abc'", 'true'],
    ["parse_json('\"abc\"') = 'a'", 'false'],
    ['parse_json(\'{"a":1,"b":2}\') = parse_json(\'{"b":2, "a":1}\')', 'true'],
    ["parse_json('\"2026-01-31\"') = '2026-01-31'::date", 'true'],
    ["parse_json('9007199254740993') = 9007199254740992", 'false'],
  ])('%s is %s', async (expression, expected) => {
    expect(await one(expression)).toBe(expected);
  });
});

describe('arithmetic (docs.snowflake.com, sql-reference/operators-arithmetic)', () => {
  it.each([
    ['1 + 1', '2', 'NUMBER(2,0)'],
    ['1.5 + 2.25', '3.75', 'NUMBER(4,2)'],
    ['10.1 - 0.05', '10.05', 'NUMBER(5,2)'],
    ['1.50 * 2.5', '3.750', 'NUMBER(5,3)'],
    ['1.23456789::number(38,8) * 1.2345678::number(38,7)', '1.524157763908', 'NUMBER(38,12)'],
    ['10 / 4', '2.500000', 'NUMBER(8,6)'],
    ['1 / 3', '0.333333', 'NUMBER(7,6)'],
    ['2 / 3', '0.666667', 'NUMBER(7,6)'],
    ['-2 / 3', '-0.666667', 'NUMBER(7,6)'],
    ['5::number(38,0) / 2::number(38,0)', '2.500000', 'NUMBER(38,6)'],
    ['1.00::number(10,2) / 3', '0.33333333', 'NUMBER(16,8)'],
    ['1.5::number(38,8) / 7.25', '0.206896551724', 'NUMBER(38,12)'],
    ['99999999999999999999 / 7', '14285714285714285714.142857', 'NUMBER(26,6)'],
    ['99999999999999999999 / 3000000000000000', '33333.333333', 'NUMBER(26,6)'],
    ['7 % 3', '1', 'NUMBER(1,0)'],
    ['-7.5 % 2', '-1.5', 'NUMBER(2,1)'],
    ['1.5::float + 1', '2.5', 'FLOAT'],
    ["'1.5' + 1", '2.50000', 'NUMBER(19,5)'],
    ['null + 1', null, 'NUMBER(38,0)'],
    ['null / 0', null, 'NUMBER(38,6)'],
  ])('%s is %s, %s', async (expression, expected, type) => {
    const { rows, types } = await bench.query(`select ${expression}`);
    expect([rows[0]![0], types[0]]).toEqual([expected, type]);
  });

  it.each([
    ['1 / 0', '100051/22012 Division by zero'],
    ['1 % 0', '100051/22012 Division by zero'],
    ['1::float / 0', '100051/22012 Division by zero'],
    [
      '99999999999999999999999999999999999999 + 1',
      '100046/22003 Number out of representable range: type FIXED[SB16](38,0){nullable}, value 99999999999999999999999999999999999999 + 1',
    ],
  ])('%s fails with %s', async (expression, expected) => {
    expect(await failure(expression)).toBe(expected);
  });
});

describe('a type', () => {
  const start = { offset: 0, line: 1, column: 1 };
  const named = (name: string, ...args: number[]): string =>
    formatType(typeFromName({ name, args, start, end: 0 }));

  it.each([
    ['NUMBER', [], 'NUMBER(38,0)'],
    ['DECIMAL', [10, 2], 'NUMBER(10,2)'],
    ['BIGINT', [], 'NUMBER(38,0)'],
    ['DOUBLE PRECISION', [], 'FLOAT'],
    ['STRING', [], 'VARCHAR(16777216)'],
    ['CHAR', [], 'VARCHAR(1)'],
    ['TEXT', [20], 'VARCHAR(20)'],
    ['VARBINARY', [], 'BINARY(8388608)'],
    ['DATETIME', [], 'TIMESTAMP_NTZ(9)'],
    ['TIMESTAMP', [3], 'TIMESTAMP_NTZ(3)'],
    ['TIMESTAMPLTZ', [], 'TIMESTAMP_LTZ(9)'],
    ['VARIANT', [], 'VARIANT'],
  ])('%s%j is %s', (name, args, expected) => {
    expect(named(name, ...args)).toBe(expected);
  });

  it('TIMESTAMP is what TIMESTAMP_TYPE_MAPPING says', () => {
    const type = typeFromName({ name: 'TIMESTAMP', args: [], start, end: 0 }, 'TIMESTAMP_LTZ');
    expect(formatType(type)).toBe('TIMESTAMP_LTZ(9)');
  });

  it.each([
    ['GEOGRAPHY', [], '999001'],
    ['VECTOR', [], '999001'],
    ['BANANA', [], '002040'],
    ['NUMBER', [39, 0], '001003'],
    ['NUMBER', [5, 6], '001003'],
    ['TIME', [10], '001003'],
  ])('%s%j is refused with %s', (name, args, code) => {
    expect(() => named(name, ...args)).toThrow(expect.objectContaining({ code }));
  });

  it('unites with others as CASE and UNION need', () => {
    expect(unifyTypes([number(5, 2), number(10, 0)])).toEqual(number(12, 2));
    expect(unifyTypes([{ name: 'NULL' }, number(3, 0)])).toEqual(number(3, 0));
    expect(unifyTypes([{ name: 'DATE' }, { name: 'TIMESTAMP_NTZ', scale: 9 }]).name).toBe('TIMESTAMP_NTZ');
    expect(unifyTypes([{ name: 'VARCHAR', length: 3 }, { name: 'VARIANT' }]).name).toBe('VARIANT');
    expect(() => unifyTypes([{ name: 'DATE' }, { name: 'ARRAY' }])).toThrow(
      expect.objectContaining({ code: '001065' }),
    );
  });
});

describe('an error of DuckDB', () => {
  it('that nothing maps is an internal error without the SQL', () => {
    const known = snowflakeErrorFromDuck(new Error('Binder Error: no such thing\n\nLINE 1: SELECT secret'));
    expect(known?.code).toBe('000603');
    expect(known?.message).not.toContain('secret');
    expect(known?.cause).toBeInstanceOf(Error);
  });

  it('of another origin is not ours', () => {
    expect(snowflakeErrorFromDuck(new TypeError('x is not a function'))).toBeUndefined();
  });

  it.each([
    ["regexp_like('a', '(')", '100048'],
    ['(select 1 union all select 2)', '090150'],
  ])('%s has its number', async (expression, code) => {
    expect((await bench.failure(`select ${expression}`))?.code).toBe(code);
  });
});
