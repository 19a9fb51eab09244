import { beforeAll, describe, expect, it } from 'vitest';
import { type BinderBench, openBinderBench } from '../../../support/binder.ts';
import { TABLES } from '../../../support/binder-tables.ts';

let bench: BinderBench;
beforeAll(async () => {
  bench = await openBinderBench(TABLES, [], {
    variables: new Map([
      ['N', { value: '42', type: { name: 'NUMBER', precision: 38, scale: 0 } as const }],
      ['NAME', { value: "O'Hara", type: { name: 'VARCHAR', length: 10 } as const }],
      ['NOTHING', { value: null, type: { name: 'VARCHAR', length: 10 } as const }],
      ['COL', { value: 'orders.id', type: { name: 'VARCHAR', length: 10 } as const }],
    ]),
    scriptVariable: (name) =>
      name === 'LIMIT_ROWS' ? { sql: '7', type: { name: 'NUMBER', precision: 1, scale: 0 } } : undefined,
    sequenceNextValue: (name) =>
      name.kind === 'name' && name.parts.at(-1)!.name === 'SEQ'
        ? { sql: '99::DECIMAL(38,0)', type: { name: 'NUMBER', precision: 38, scale: 0 } }
        : undefined,
  });
});

async function expectValue(text: string, value: string | null): Promise<void> {
  expect((await bench.query(`select ${text}`)).rows).toEqual([[value]]);
}

// docs.snowflake.com/en/sql-reference/operators-arithmetic
describe('arithmetic', () => {
  it.each<[string, string | null]>([
    ['1 + 2', '3'],
    ['2 - 3.5', '-1.5'],
    ['1.5 * 1.5', '2.25'],
    ['10 / 4', '2.500000'],
    ['1 / 3', '0.333333'],
    ['2 / 3', '0.666667'],
    ['-2 / 3', '-0.666667'],
    ['7 % 3', '1'],
    ['-7 % 3', '-1'],
    ['1 + null', null],
    ['1e1 / 4', '2.5'],
    ["'3' + 4", '7.00000'],
    ['- (1 + 2)', '-3'],
    ['+5', '5'],
    ['2 + 3 * 4', '14'],
    ['(2 + 3) * 4', '20'],
  ])('%s', expectValue);
});

// docs.snowflake.com/en/sql-reference/operators-comparison, operators-logical, functions/between, in, is-distinct-from
describe('comparison and logic', () => {
  it.each<[string, string | null]>([
    ['1 = 1.0', 'true'],
    ["1 = '1'", 'true'],
    ["'2026-01-01'::date = '2026-01-01'", 'true'],
    ["'2026-01-01'::date < '2026-01-01 10:00:00'::timestamp", 'true'],
    ["true = 'yes'", 'true'],
    ["'a' < 'B'", 'false'],
    ['null = null', null],
    ['1 <> 2', 'true'],
    ['1 != 1', 'false'],
    ['true and null', null],
    ['false and null', 'false'],
    ['true or null', 'true'],
    ['not null', null],
    ['not true or true', 'true'],
    ['1 and 0', 'false'],
    ['2 between 1 and 3', 'true'],
    ['2 not between 1 and 3', 'false'],
    ["'2026-01-15'::date between '2026-01-01' and '2026-02-01'", 'true'],
    ['2 in (1, 2, 3)', 'true'],
    ["2 in (1, '2')", 'true'],
    ['4 not in (1, 2)', 'true'],
    ['4 in (1, null)', null],
    ["(1, 'a') in ((2, 'b'), (1, 'a'))", 'true'],
    ["(1, 'a') = (1, 'b')", 'false'],
    ['null is null', 'true'],
    ['1 is not null', 'true'],
    ['null is distinct from null', 'false'],
    ['1 is not distinct from 1.0', 'true'],
    ['null is true', 'false'],
    ['false is not true', 'true'],
    ["case 2 when 1 then 'one' when 2 then 'two' end", 'two'],
    ["case when 1 > 2 then 'x' end", null],
    ['case when true then 1 else 2.5 end', '1.0'],
    ["case '1' when 1 then 'number' end", 'number'],
  ])('%s', expectValue);
});

// docs.snowflake.com/en/sql-reference/functions/like, ilike, like_any, like_all, rlike, concat
describe('text', () => {
  it.each<[string, string | null]>([
    ["'a' || 'b' || 1", 'ab1'],
    ["'a' || null", null],
    ["'x' || 1.50", 'x1.50'],
    ["'x' || '2026-01-31'::date", 'x2026-01-31'],
    ["'x' || true", 'xtrue'],
    ["'John' like 'J%n'", 'true'],
    ["'John' like 'j%'", 'false'],
    ["'John' ilike 'j%'", 'true'],
    ["'John' not like 'J_hn'", 'false'],
    ["'100%' like '100^%' escape '^'", 'true'],
    ["'100x' like '100^%' escape '^'", 'false'],
    ["'line\\nbreak' like '%break'", 'true'],
    ["'abc' like any ('x%', 'a%')", 'true'],
    ["'abc' like all ('%b%', 'a%')", 'true'],
    ["'abc' like all ('%b%', 'x%')", 'false'],
    ["'abc' not like any ('x%', 'y%')", 'true'],
    ["'ABC' ilike any ('x%', 'a%')", 'true'],
    ["'abc' rlike 'a.c'", 'true'],
    ["'xabc' rlike 'a.c'", 'false'],
    ["'abc' not rlike 'b'", 'true'],
    ["12 like '1%'", 'true'],
  ])('%s', expectValue);
});

// docs.snowflake.com/en/sql-reference/data-types-datetime (interval constants, simple arithmetic for dates)
describe('dates and intervals', () => {
  it.each<[string, string | null]>([
    ["date '2026-01-31' + 1", '2026-02-01'],
    ["1 + date '2026-01-31'", '2026-02-01'],
    ["date '2026-03-01' - 1", '2026-02-28'],
    ["date '2026-03-01' - date '2026-02-01'", '28'],
    ["to_date('2018-04-15') + interval '1 year'", '2019-04-15'],
    ["to_date('2018-04-15') + interval '3 mm'", '2018-07-15'],
    ["date '2026-01-31' + interval '1 month'", '2026-02-28'],
    ["date '2019-02-28' + interval '1 day, 1 year'", '2020-03-01'],
    ["date '2019-02-28' + interval '1 year, 1 day'", '2020-02-29'],
    ["date '2026-01-01' + interval '1 hour'", '2026-01-01 01:00:00'],
    ["timestamp '2026-01-01 00:00:00' - interval '2'", '2025-12-31 23:59:58'],
    ["timestamp '2026-01-01 00:00:00' + interval '1 quarter, 2 weeks, 30 minutes'", '2026-04-15 00:30:00'],
    ["interval '1 day' + date '2026-01-01'", '2026-01-02'],
    ["time '10:00:00' + interval '90 minutes'", '11:30:00'],
    ["timestamp '2026-01-01 12:00:00' + 1", '2026-01-02 12:00:00'],
  ])('%s', expectValue);
});

// docs.snowflake.com/en/user-guide/querying-semistructured; sql-reference/data-types-semistructured
describe('VARIANT paths and constants', () => {
  it.each<[string, string | null]>([
    ['v:a from events where id = 1', '1'],
    ['v:name::string from events where id = 1', 'one'],
    ['v:items[1].n::string from events where id = 1', 'y'],
    ["v['items'][0]['q']::int from events where id = 1", '2'],
    ['v:missing from events where id = 1', null],
    ['v:NAME from events where id = 1', null],
    ['v:name is null from events where id = 2', 'false'],
    ['v:name::string is null from events where id = 2', 'true'],
    ['id from events where v:a > 9', '2'],
    ['id from events where v:a = 9.0', '3'],
    ["id from events where v:name = 'three'", '3'],
    ["id from events where v:name in ('three', 'x')", '3'],
    ['(v:a + 1)::int from events where id = 1', '2'],
    ["v:name || '!' from events where id = 1", 'one!'],
    ["[1, 'a', null]", '[1,"a",null]'],
    ["{'b': 1, 'a': [2]}", '{"a":[2],"b":1}'],
    ["{'k': v:a} from events where id = 1", '{"k":1}'],
  ])('%s', expectValue);
});

// docs.snowflake.com/en/sql-reference/functions/filter, transform, reduce
describe('lambdas', () => {
  it.each<[string, string | null]>([
    ['filter([1, 2, 3], x -> x > 1)', '[2,3]'],
    ['transform([1, 2], x -> x::int * 10)', '[10,20]'],
    ['reduce([1, 2, 3], 0, (acc, x) -> acc::int + x::int)', '6'],
    ["filter([{'n': 1}, {'n': 2}], e -> e:n = 2)", '[{"n":2}]'],
    ['transform([1], x -> x::int + id) from orders where id = 3', '[4]'],
  ])('%s', expectValue);
});

// docs.snowflake.com/en/sql-reference/session-variables, functions/cast, user-guide/querying-sequences
describe('variables, casts and sequences', () => {
  it.each<[string, string | null]>([
    ['$n + 1', '43'],
    ['$name', "O'Hara"],
    ['$nothing', null],
    [':limit_rows + 1', '8'],
    ['limit_rows', '7'],
    ['seq.nextval', '99'],
    ['identifier($col) from orders where id = 2', '2'],
    ["identifier('ID') from orders where id = 2", '2'],
    ["'12'::int", '12'],
    ['cast(1.55 as number(3,1))', '1.6'],
    ["try_cast('x' as int)", null],
    ["try_cast('7' as int)", '7'],
    ["'7'::int::varchar || 'x'", '7x'],
  ])('%s', expectValue);

  it('binds by position and type', async () => {
    const { rows } = await bench.query('select ?, ?, ?, ?, ?, ?, ?', [
      { type: 'FIXED', value: '12' },
      { type: 'TEXT', value: "it's" },
      { type: 'REAL', value: '1.5' },
      { type: 'BOOLEAN', value: 'true' },
      { type: 'DATE', value: '1767225600000' },
      { type: 'TIMESTAMP_NTZ', value: '1767225600123456789' },
      { type: 'TIME', value: '3600000000000' },
    ]);
    expect(rows).toEqual([
      ['12', "it's", '1.5', 'true', '2026-01-01', '2026-01-01 00:00:00.123456', '01:00:00'],
    ]);
  });

  it('binds NULLs and dates before 1970', async () => {
    const { rows } = await bench.query('select ?, ?, ?', [
      { type: 'TEXT', value: null },
      { type: 'DATE', value: '-86400000' },
      { type: 'TIMESTAMP_NTZ', value: '-1' },
    ]);
    expect(rows).toEqual([[null, '1969-12-31', '1969-12-31 23:59:59.999999']]);
  });
});
