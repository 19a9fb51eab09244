import { beforeAll, describe, expect, it } from 'vitest';
import { type BinderBench, openBinderBench } from '../../../support/binder.ts';
import { TABLES, VIEWS } from '../../../support/binder-tables.ts';

let bench: BinderBench;
beforeAll(async () => {
  bench = await openBinderBench(TABLES, VIEWS);
});

// docs.snowflake.com/en/sql-reference/sql/select
describe('names of result columns', () => {
  it.each<[string, string[]]>([
    [
      'select id, o.amount as "total", 1 + 1, count(*) over () from orders o',
      ['ID', 'total', '1 + 1', 'COUNT(*) OVER ()'],
    ],
    ["select concat('George Washington ', 'Carver')", ["CONCAT('GEORGE WASHINGTON ', 'CARVER')"]],
    ['select v:a, v:items[0].n::string from events', ['V:A', 'V:ITEMS[0].N::STRING']],
    ['select * from customers', ['CUSTOMER_ID', 'NAME', 'nick name']],
    [
      'select * from orders o join customers c using (customer_id)',
      ['CUSTOMER_ID', 'ID', 'AMOUNT', 'STATUS', 'ORDERED', 'PLACED_AT', 'NAME', 'nick name'],
    ],
    [
      'select c.*, o.id from orders o join customers c using (customer_id)',
      ['CUSTOMER_ID', 'NAME', 'nick name', 'ID'],
    ],
    ['select * exclude (amount, status, ordered, placed_at) from orders', ['ID', 'CUSTOMER_ID']],
    [
      'select * exclude amount rename (id as order_id, status as state) from orders',
      ['ORDER_ID', 'CUSTOMER_ID', 'STATE', 'ORDERED', 'PLACED_AT'],
    ],
    ["select * ilike '%id%' from orders", ['ID', 'CUSTOMER_ID']],
    ["select * ilike '%id%' rename id as x from orders", ['X', 'CUSTOMER_ID']],
    [
      'select * replace (id * 2 as id) from customers, (select 1 as id)',
      ['CUSTOMER_ID', 'NAME', 'nick name', 'ID'],
    ],
    ['select $1 from values (1)', ['$1']],
    ['select column1 from values (1)', ['COLUMN1']],
    ['select 1 as a union all select 2 as b', ['A']],
    ['select 1 as a, 2 as b union all by name select 3 as c', ['A', 'B', 'C']],
    ["select * from quarters pivot(sum(sales) for quarter in ('Q1', 'Q2'))", ['EMP', "'Q1'", "'Q2'"]],
    [
      "select * from table(flatten(input => parse_json('[1]')))",
      ['SEQ', 'KEY', 'PATH', 'INDEX', 'VALUE', 'THIS'],
    ],
    ['select * from paid', ['ID', 'DOUBLED']],
  ])('%s', async (text, columns) => {
    expect((await bench.query(text)).columns).toEqual(columns);
  });
});

describe('types of result columns', () => {
  it.each<[string, string[]]>([
    [
      'select id, amount, status, ordered, placed_at from orders',
      ['NUMBER(38,0)', 'NUMBER(12,2)', 'VARCHAR(100)', 'DATE', 'TIMESTAMP_NTZ(9)'],
    ],
    ['select v, v:a from events', ['VARIANT', 'VARIANT']],
    [
      "select 1, 1.50, 'abc', true, null, 1e3",
      ['NUMBER(1,0)', 'NUMBER(3,2)', 'VARCHAR(3)', 'BOOLEAN', 'VARCHAR(16777216)', 'FLOAT'],
    ],
    [
      'select amount + 1, amount * amount, amount / 3 from orders',
      ['NUMBER(13,2)', 'NUMBER(24,4)', 'NUMBER(18,8)'],
    ],
    ['select ordered - ordered, ordered + 1 from orders', ['NUMBER(9,0)', 'DATE']],
    ['select 1 union all select 2.5', ['NUMBER(2,1)']],
    ['select case when true then 1 else 2.25 end', ['NUMBER(3,2)']],
    ["select '1'::int, '2026-01-01'::date, 1::varchar(5)", ['NUMBER(38,0)', 'DATE', 'VARCHAR(5)']],
    ["select 1 > 1, 'a' like 'p%', v:a is null from events", ['BOOLEAN', 'BOOLEAN', 'BOOLEAN']],
  ])('%s', async (text, types) => {
    expect((await bench.query(text)).types).toEqual(types);
  });
});
