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

// docs.snowflake.com/en/sql-reference/constructs/order-by, limit, top
describe('ORDER BY and LIMIT', () => {
  it.each<[string, Rows]>([
    ['select id from orders order by id desc', [['4'], ['3'], ['2'], ['1']]],
    ['select amount from orders order by amount', [['50.50'], ['75.25'], ['100.00'], [null]]],
    ['select amount from orders order by amount desc', [[null], ['100.00'], ['75.25'], ['50.50']]],
    ['select amount from orders order by amount nulls first limit 2', [[null], ['50.50']]],
    ['select amount from orders order by amount desc nulls last limit 1', [['100.00']]],
    ['select id, amount from orders order by 2 limit 1', [['2', '50.50']]],
    ['select id as x from orders order by x desc limit 1', [['4']]],
    ['select -id as id from orders order by id limit 1', [['-4']]],
    ['select id from orders order by -id limit 1', [['4']]],
    ['select id from orders order by customer_id desc, id limit 2', [['4'], ['3']]],
    [
      'select status, id from orders order by all',
      [
        ['open', '2'],
        ['paid', '1'],
        ['paid', '3'],
        [null, '4'],
      ],
    ],
    ['select id from orders order by id limit 1 offset 2', [['3']]],
    ['select id from orders order by id limit null', [['1'], ['2'], ['3'], ['4']]],
    ['select id from orders order by id offset 1 rows fetch next 2 rows only', [['2'], ['3']]],
    ['select top 2 id from orders order by id', [['1'], ['2']]],
    ['select distinct status from orders order by status desc', [[null], ['paid'], ['open']]],
    ['select distinct customer_id % 20 as m from orders order by m', [['0'], ['10']]],
    ["select 'a' as x from orders order by x limit 1", [['a']]],
    ['select id from events order by v:a', [['1'], ['3'], ['2']]],
    ['select distinct v:a as x from events order by x desc', [['10'], ['9'], ['1']]],
    ['select distinct v:a from events order by v:a desc', [['10'], ['9'], ['1']]],
    ['(select id from orders) order by id desc limit 1', [['4']]],
    ['select 1 as x union all select 3 union all select 2 order by x desc', [['3'], ['2'], ['1']]],
    ['select 1 as x union all select 3 order by 1 desc limit 1', [['3']]],
    ['select 1 as x union all select 3 order by -x', [['3'], ['1']]],
    ['values (2), (1) order by 1', [['1'], ['2']]],
  ])('%s', expectRows);
});

// docs.snowflake.com/en/sql-reference/constructs/group-by, having, qualify
describe('GROUP BY, HAVING and QUALIFY', () => {
  it.each<[string, Rows]>([
    [
      'select status, count(*) from orders group by status order by 1',
      [
        ['open', '1'],
        ['paid', '2'],
        [null, '1'],
      ],
    ],
    [
      'select status, sum(amount) from orders group by 1 order by 1 limit 2',
      [
        ['open', '50.50'],
        ['paid', '175.25'],
      ],
    ],
    [
      'select upper(status) as s, count(*) as n from orders group by s order by s limit 2',
      [
        ['OPEN', '1'],
        ['PAID', '2'],
      ],
    ],
    [
      'select status, count(*) from orders group by all order by all',
      [
        ['open', '1'],
        ['paid', '2'],
        [null, '1'],
      ],
    ],
    ['select count(*) from orders group by all', [['4']]],
    ['select count(*), count(amount), max(amount) from orders', [['4', '3', '100.00']]],
    ['select count(*) from orders where id > 100', [['0']]],
    ["select 'k' as k, count(*) from orders where id > 100 group by 1", []],
    ['select customer_id from orders group by customer_id having count(*) > 1', [['10']]],
    [
      'select customer_id, sum(amount) as total from orders group by 1 having total > 100',
      [['10', '150.50']],
    ],
    ['select count(*) as n from orders having n > 10', []],
    ['select (id % 2) + 1 from orders group by id % 2 order by 1', [['1'], ['2']]],
    ['select sum(amount) as s, s * 2 as d from orders', [['225.75', '451.50']]],
    ['select status from orders group by status order by count(*) desc, status limit 1', [['paid']]],
    [
      'select (select max(c.name) from customers c where c.customer_id = o.customer_id) as n, count(*) from orders o group by n order by 1',
      [
        ['Ada', '2'],
        ['Bob', '1'],
        [null, '1'],
      ],
    ],
    [
      'select customer_id, status, count(*) from orders group by grouping sets ((customer_id), (status), ()) order by 1, 2, 3',
      [
        ['10', null, '2'],
        ['20', null, '1'],
        ['30', null, '1'],
        [null, 'open', '1'],
        [null, 'paid', '2'],
        [null, null, '1'],
        [null, null, '4'],
      ],
    ],
    [
      'select customer_id, count(*) from orders group by rollup(customer_id) order by 1',
      [
        ['10', '2'],
        ['20', '1'],
        ['30', '1'],
        [null, '4'],
      ],
    ],
    [
      'select id % 2 as p, customer_id % 20 as q, count(*) from orders group by cube(p, q) order by 1, 2',
      [
        ['0', '10', '2'],
        ['0', null, '2'],
        ['1', '0', '1'],
        ['1', '10', '1'],
        ['1', null, '2'],
        [null, '0', '1'],
        [null, '10', '3'],
        [null, null, '4'],
      ],
    ],
    [
      'select id from orders qualify row_number() over (partition by customer_id order by id desc) = 1 order by id',
      [['2'], ['3'], ['4']],
    ],
    ['select id, rank() over (order by amount) as r from orders qualify r = 1', [['2', '1']]],
    [
      'select customer_id, count(*) as n from orders group by customer_id qualify row_number() over (order by n desc) = 1',
      [['10', '2']],
    ],
    [
      'select id, sum(id) over (order by id rows between 1 preceding and current row) from orders order by id',
      [
        ['1', '1'],
        ['2', '3'],
        ['3', '5'],
        ['4', '7'],
      ],
    ],
    [
      'select id, sum(id) over (partition by customer_id order by id) as s from orders order by id',
      [
        ['1', '1'],
        ['2', '3'],
        ['3', '3'],
        ['4', '4'],
      ],
    ],
    [
      'select id, sum(sum(id)) over (order by id) from orders group by id order by id limit 2',
      [
        ['1', '1'],
        ['2', '3'],
      ],
    ],
    [
      'select id, row_number() over (order by amount desc) as n from orders order by n',
      [
        ['4', '1'],
        ['1', '2'],
        ['3', '3'],
        ['2', '4'],
      ],
    ],
    ['select count(distinct customer_id) from orders', [['3']]],
    ['select count(o.*) from orders o', [['3']]],
    [
      "select object_construct(*) from customers where name = 'Ada'",
      [['{"CUSTOMER_ID":10,"NAME":"Ada","nick name":"a"}']],
    ],
    ["select listagg(name, ',') within group (order by name desc) from customers", [['Cy,Bob,Ada']]],
    [
      'select first_value(id) over (order by id desc), last_value(id) over (order by id) from orders limit 1',
      [['4', '4']],
    ],
    [
      'select id, lag(id) over (order by id) as l, lead(id, 2, 0) over (order by id) from orders order by id limit 2',
      [
        ['1', null, '3'],
        ['2', '1', '4'],
      ],
    ],
    [
      "select id, count(*) over (order by ordered range between interval '20 days' preceding and current row) as n from orders where ordered is not null order by id",
      [
        ['1', '1'],
        ['2', '2'],
        ['3', '2'],
      ],
    ],
    [
      'select status, count(*) filter_count from orders where status is not null group by status order by filter_count',
      [
        ['open', '1'],
        ['paid', '2'],
      ],
    ],
  ])('%s', expectRows);
});

describe('long statements', () => {
  it('bind 500 branches of UNION ALL', async () => {
    const text = Array.from({ length: 500 }, (_, index) => `select ${index} as x`).join(' union all ');
    expect((await bench.query(`select count(*), max(x) from (${text})`)).rows).toEqual([['500', '499']]);
  });

  it('bind a chain of 2000 conditions', async () => {
    const text = Array.from({ length: 2000 }, (_, index) => `${index} >= 0`).join(' and ');
    expect((await bench.query(`select count(*) from orders where ${text}`)).rows).toEqual([['4']]);
  });

  it('refuse more than 16384 expressions in a list', async () => {
    const list = Array.from({ length: 16_385 }, (_, index) => index).join(', ');
    const error = await bench.failure(`select 1 where 1 in (${list})`);
    expect(error?.code).toBe('001795');
    expect(error?.message).toContain('expected at most 16,384, got 16,385');
  });
});
