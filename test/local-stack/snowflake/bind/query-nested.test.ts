import { beforeAll, describe, expect, it } from 'vitest';
import { type BinderBench, openBinderBench } from '../../../support/binder.ts';
import { TABLES, VIEWS } from '../../../support/binder-tables.ts';

let bench: BinderBench;
beforeAll(async () => {
  bench = await openBinderBench(TABLES, VIEWS);
});

type Rows = (string | null)[][];

async function expectRows(text: string, rows: Rows): Promise<void> {
  expect((await bench.query(text)).rows).toEqual(rows);
}

// docs.snowflake.com/en/user-guide/queries-cte, querying-subqueries; sql-reference/operators-query, operators-subquery
describe('common tables, set operations and subqueries', () => {
  it.each<[string, Rows]>([
    ['with q as (select id from orders) select count(*) from q', [['4']]],
    ['with q (n) as (select id from orders), p as (select n * 2 as m from q) select max(m) from p', [['8']]],
    ['with q as (select 1 as x) select a.x, b.x from q a join q b on a.x = b.x', [['1', '1']]],
    ['with orders as (select 7 as id) select id from orders', [['7']]],
    ['with orders as (select id from orders where id > 3) select id from orders', [['4']]],
    [
      'with recursive r (n) as (select 1 union all select n + 1 from r where n < 4) select n from r order by n',
      [['1'], ['2'], ['3'], ['4']],
    ],
    [
      "with r as (select 1 as n, 'a' as p union all select n + 1, p || 'b' from r where n < 3) select p from r order by n",
      [['a'], ['ab'], ['abb']],
    ],
    [
      'with r as (select 1 as n union all select n * 2.5 from r where n < 5) select n from r order by n',
      [['1.0'], ['2.5'], ['6.3']],
    ],
    ['select (with q as (select 2 as x) select x from q)', [['2']]],
    ['select 1 union all select 2 order by 1', [['1'], ['2']]],
    ['select 1 union select 1', [['1']]],
    ["select 1 as a union all select '2' order by 1", [['1.00000'], ['2.00000']]],
    ['select 1 as a union all select 2.5 order by 1', [['1.0'], ['2.5']]],
    ['select id from orders intersect select 3', [['3']]],
    ['select id from orders except select 3 order by 1', [['1'], ['2'], ['4']]],
    ['select id from orders minus select 3 order by 1', [['1'], ['2'], ['4']]],
    [
      'select 1 as a, 2 as b union all by name select 3 as b, 4 as c order by a',
      [
        ['1', '2', null],
        [null, '3', '4'],
      ],
    ],
    ['select 1 as a, 2 as b union by name select 2 as b, 1 as a', [['1', '2']]],
    ['(select 1 as x union all select 2) union select 2 order by x', [['1'], ['2']]],
    ['select (select max(id) from orders)', [['4']]],
    ['select (select id from orders where id > 9)', [[null]]],
    [
      'select name, (select count(*) from orders o where o.customer_id = c.customer_id) from customers c order by 1',
      [
        ['Ada', '2'],
        ['Bob', '1'],
        ['Cy', '0'],
      ],
    ],
    [
      'select name from customers c where exists (select 1 from orders o where o.customer_id = c.customer_id) order by 1',
      [['Ada'], ['Bob']],
    ],
    [
      'select name from customers c where not exists (select 1 from orders where customer_id = c.customer_id)',
      [['Cy']],
    ],
    [
      'select name from customers where customer_id in (select customer_id from orders) order by 1',
      [['Ada'], ['Bob']],
    ],
    ['select name from customers where customer_id not in (select customer_id from orders)', [['Cy']]],
    ["select id from orders where (customer_id, status) in (select 10, 'paid')", [['1']]],
    ['select id from orders where id = any (select 2)', [['2']]],
    ['select id from orders where id >= all (select id from orders)', [['4']]],
    [
      'select id from orders where id in (select customer_id / 10 from customers) order by 1',
      [['1'], ['2'], ['4']],
    ],
    ["select id from orders where id in (select '3')", [['3']]],
    ['select s.x from (select id as x from orders) s where s.x = 1', [['1']]],
    ['select x from (select id from orders) as s (x) where x = 1', [['1']]],
    ['select doubled from paid order by 1', [['150.50'], ['200.00']]],
    [
      'select p.id, o.id from paid p join orders o on o.id = p.id order by 1',
      [
        ['1', '1'],
        ['3', '3'],
      ],
    ],
  ])('%s', expectRows);
});
