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

// docs.snowflake.com/en/sql-reference/constructs/join, join-lateral, asof-join; user-guide/querying-joins
describe('joins', () => {
  it.each<[string, Rows]>([
    [
      'select o.id, c.name from orders o join customers c on o.customer_id = c.customer_id order by 1',
      [
        ['1', 'Ada'],
        ['2', 'Ada'],
        ['3', 'Bob'],
      ],
    ],
    [
      'select o.id, c.name from orders o left join customers c on o.customer_id = c.customer_id order by 1',
      [
        ['1', 'Ada'],
        ['2', 'Ada'],
        ['3', 'Bob'],
        ['4', null],
      ],
    ],
    [
      'select id, name from orders right join customers using (customer_id) order by id, name',
      [
        ['1', 'Ada'],
        ['2', 'Ada'],
        ['3', 'Bob'],
        [null, 'Cy'],
      ],
    ],
    [
      'select customer_id, count(*) from orders full outer join customers using (customer_id) group by customer_id order by 1',
      [
        ['10', '2'],
        ['20', '1'],
        ['30', '1'],
        ['40', '1'],
      ],
    ],
    ['select count(*) from orders, customers', [['12']]],
    ['select count(*) from orders cross join customers', [['12']]],
    [
      'select id, name from orders natural join customers order by id',
      [
        ['1', 'Ada'],
        ['2', 'Ada'],
        ['3', 'Bob'],
      ],
    ],
    [
      "select o.id from orders o, customers c where o.customer_id = c.customer_id and c.name = 'Bob'",
      [['3']],
    ],
    [
      'select a.id, b.id from orders a join orders b on a.id = b.id + 1 order by 1',
      [
        ['2', '1'],
        ['3', '2'],
        ['4', '3'],
      ],
    ],
    [
      'select a.id from (orders a join orders b on a.id = b.id) join customers c on c.customer_id = a.customer_id order by 1',
      [['1'], ['2'], ['3']],
    ],
    [
      'select c.name, n.amount from customers c, lateral (select max(amount) as amount from orders o where o.customer_id = c.customer_id) n order by 1',
      [
        ['Ada', '100.00'],
        ['Bob', '75.25'],
        ['Cy', null],
      ],
    ],
    [
      'select c.name, o.id from customers c left join lateral (select id from orders o where o.customer_id = c.customer_id and o.amount > 60) o on true order by 1',
      [
        ['Ada', '1'],
        ['Bob', '3'],
        ['Cy', null],
      ],
    ],
    [
      'select o.id, c.name from orders o asof join customers c match_condition (o.customer_id >= c.customer_id) order by 1',
      [
        ['1', 'Ada'],
        ['2', 'Ada'],
        ['3', 'Bob'],
        ['4', 'Bob'],
      ],
    ],
    [
      'select q.quarter, c.name from quarters q asof join customers c match_condition (q.sales >= c.customer_id) order by q.sales',
      [
        ['Q2', null],
        ['Q1', null],
        ['Q1', 'Ada'],
        ['Q2', 'Bob'],
      ],
    ],
    ['select * from (select 1 as k, 2 as a) l join (select 1 as k, 3 as b) r using (k)', [['1', '2', '3']]],
    ['select l.k, r.k from (select 1 as k) l left join (select 2 as k) r using (k)', [['1', null]]],
    ['select k from (select 1 as k) l right join (select 2 as k) r using (k)', [['2']]],
    [
      'select o.id, public.orders.id from orders o, db.public.orders where o.id = 1 and orders.id = 2',
      [['1', '2']],
    ],
  ])('%s', expectRows);
});

// docs.snowflake.com/en/sql-reference/functions/flatten, generator, split_to_table; constructs/pivot, unpivot, values
describe('table functions, PIVOT and VALUES', () => {
  it.each<[string, Rows]>([
    [
      'select e.id, f.index, f.value:n::string from events e, lateral flatten(input => e.v:items) f',
      [
        ['1', '0', 'x'],
        ['1', '1', 'y'],
      ],
    ],
    [
      "select e.id, f.value:q::int from events e, table(flatten(e.v, 'items')) f",
      [
        ['1', '2'],
        ['1', '3'],
      ],
    ],
    [
      'select e.id, f.index from events e, lateral flatten(input => e.v:items, outer => true) f order by 1, 2',
      [
        ['1', '0'],
        ['1', '1'],
        ['2', null],
        ['3', null],
      ],
    ],
    [
      'select f.key, f.path from events e, lateral flatten(input => e.v) f where e.id = 3',
      [
        ['a', 'a'],
        ['name', 'name'],
      ],
    ],
    [
      "select f.seq, f.index, f.path, f.value, f.this from table(flatten(input => parse_json('[1, 77]'))) f",
      [
        ['1', '0', '[0]', '1', '[1,77]'],
        ['1', '1', '[1]', '77', '[1,77]'],
      ],
    ],
    [
      'select f.path, f.value from table(flatten(input => parse_json(\'{"a":1, "b":[77,88]}\'), path => \'b\')) f',
      [
        ['b[0]', '77'],
        ['b[1]', '88'],
      ],
    ],
    [
      "select f.seq, f.key, f.path, f.index, f.value, f.this from table(flatten(input => parse_json('[]'), outer => true)) f",
      [['1', null, '', null, null, '[]']],
    ],
    [
      'select f.key, f.path, f.index, f.this from table(flatten(input => parse_json(\'{"a":1, "b":[77,88], "c": {"d":"X"}}\'), recursive => true)) f',
      [
        ['a', 'a', null, '{"a":1,"b":[77,88],"c":{"d":"X"}}'],
        ['b', 'b', null, '{"a":1,"b":[77,88],"c":{"d":"X"}}'],
        [null, 'b[0]', '0', '[77,88]'],
        [null, 'b[1]', '1', '[77,88]'],
        ['c', 'c', null, '{"a":1,"b":[77,88],"c":{"d":"X"}}'],
        ['d', 'c.d', null, '{"d":"X"}'],
      ],
    ],
    [
      'select f.path from table(flatten(input => parse_json(\'{"a":1, "b":[77,88], "c": {"d":"X"}}\'), recursive => true, mode => \'OBJECT\')) f',
      [['a'], ['b'], ['c'], ['c.d']],
    ],
    ["select f.value from table(flatten(input => parse_json('{\"a\":1}'), mode => 'ARRAY')) f", []],
    ['select f.path from table(flatten(input => parse_json(\'{"a b":1}\'))) f', [["['a b']"]]],
    [
      'select e.id, g.key from events e, lateral flatten(input => e.v:items) f, lateral flatten(input => f.value) g order by f.index, g.key',
      [
        ['1', 'n'],
        ['1', 'q'],
        ['1', 'n'],
        ['1', 'q'],
      ],
    ],
    [
      'select e.id, c.name, f.index from events e join customers c on c.customer_id = e.id * 10, lateral flatten(input => e.v:items) f',
      [
        ['1', 'Ada', '0'],
        ['1', 'Ada', '1'],
      ],
    ],
    [
      'select e.id, f.seq from events e, lateral flatten(input => e.v:items, outer => true) f order by e.id, f.index',
      [
        ['1', '1'],
        ['1', '1'],
        ['2', '2'],
        ['3', '3'],
      ],
    ],
    [
      'select e.id, c.name, f.index from events e cross join lateral flatten(input => e.v:items) f join customers c on c.customer_id = e.id * 10 order by 3',
      [
        ['1', 'Ada', '0'],
        ['1', 'Ada', '1'],
      ],
    ],
    [
      'select e.id, f.index from events e left join lateral flatten(input => e.v:items) f on true order by 1, 2',
      [
        ['1', '0'],
        ['1', '1'],
        ['2', null],
        ['3', null],
      ],
    ],
    [
      'select e.id, f.index from events e left join lateral flatten(input => e.v:items, outer => true) f on true order by 1, 2',
      [
        ['1', '0'],
        ['1', '1'],
        ['2', null],
        ['3', null],
      ],
    ],
    [
      'select e.id, count(*) from events e, lateral flatten(input => e.v:items) f group by e.id having count(*) > 1',
      [['1', '2']],
    ],
    [
      "select id from events e where 'y' in (select f.value:n::string from table(flatten(input => e.v:items)) f)",
      [['1']],
    ],
    ['select count(*) from table(generator(rowcount => 5))', [['5']]],
    ['select seq4() from table(generator(rowcount => 3)) order by 1', [['0'], ['1'], ['2']]],
    ['select sum(seq4()) from table(generator(rowcount => 4))', [['6']]],
    [
      "select index, value from table(split_to_table('a.b', '.'))",
      [
        ['1', 'a'],
        ['2', 'b'],
      ],
    ],
    [
      "select c.name, s.value from customers c, lateral split_to_table(c.name, 'd') s where c.name = 'Ada' order by s.index",
      [
        ['Ada', 'A'],
        ['Ada', 'a'],
      ],
    ],
    [
      "select index, value from table(strtok_split_to_table('a,,b', ','))",
      [
        ['1', 'a'],
        ['2', 'b'],
      ],
    ],
    [
      "select * from quarters pivot(sum(sales) for quarter in ('Q1', 'Q2')) order by emp",
      [
        ['a', '10', '25'],
        ['b', '7', null],
      ],
    ],
    [
      "select emp, first from quarters pivot(max(sales) for quarter in ('Q1' as first, 'Q2' as second)) order by emp",
      [
        ['a', '10'],
        ['b', '7'],
      ],
    ],
    [
      'select * from (select 1 as id, 10 as jan, null as feb, 30 as mar) unpivot (sales for month in (jan, feb, mar)) order by month',
      [
        ['1', 'JAN', '10'],
        ['1', 'MAR', '30'],
      ],
    ],
    [
      'select month, sales from (select 1 as id, 10 as jan, null as feb) unpivot include nulls (sales for month in (jan, feb)) order by month',
      [
        ['FEB', null],
        ['JAN', '10'],
      ],
    ],
    [
      "select * from values (1, 'a'), (2, null)",
      [
        ['1', 'a'],
        ['2', null],
      ],
    ],
    ["select column2, column1 from (values (1, 'a')) order by 1", [['a', '1']]],
    ["select v.$2, $1 from (values (1, 'a')) as v", [['a', '1']]],
    ['select n + 1 from (values (1), (2.5)) as t (n)', [['2.0'], ['3.5']]],
    ['select count(*) from orders sample (100)', [['4']]],
    ['select count(*) from orders tablesample bernoulli (0)', [['0']]],
    ['select count(*) from orders sample (2 rows)', [['2']]],
  ])('%s', expectRows);
});
