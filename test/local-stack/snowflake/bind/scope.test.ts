import { beforeAll, describe, expect, it } from 'vitest';
import { bindExpression } from '../../../../actions/local-stack/snowflake/bind/expression.ts';
import { addRelation, createScope } from '../../../../actions/local-stack/snowflake/bind/scope.ts';
import { bindTableExpression } from '../../../../actions/local-stack/snowflake/bind/table.ts';
import { parseExpressionText, parseQueryText } from '../../../../actions/shared/sql/parse.ts';
import { type BinderBench, openBinderBench } from '../../../support/binder.ts';
import { TABLES, VIEWS } from '../../../support/binder-tables.ts';

let bench: BinderBench;
beforeAll(async () => {
  bench = await openBinderBench(TABLES, VIEWS);
});

// docs.snowflake.com/en/sql-reference/identifiers-syntax; constructs/where (aliases)
describe('names', () => {
  it.each<[string, (string | null)[][]]>([
    ['select ID, "ID", Id from orders where id = 1', [['1', '1', '1']]],
    ['select "nick name" from customers where name = \'Ada\'', [['a']]],
    ['select orders.id from orders where public.orders.id = 1', [['1']]],
    ['select db.public.orders.id from db.public.orders where id = 1', [['1']]],
    ['select o.id from orders as o where o.id = 1', [['1']]],
    ['select id as x, x + 1 as y, y * 2 as z from orders where x = 1', [['1', '2', '4']]],
    ['select id as x from orders where x > 2 and x < 4', [['3']]],
    ['select id * 10 as id, id + 1 as next from orders where id = 1', [['10', '2']]],
    ['select id + 1 as "quoted", "quoted" + 1 from orders where "quoted" = 2', [['2', '3']]],
    ['select y, x as y from (select 1 as x, 5 as y)', [['5', '1']]],
    [
      'select (select c.name from customers c where c.customer_id = customer_key) as n, customer_id as customer_key from orders where id = 1',
      [['Ada', '10']],
    ],
    [
      "select id from orders o where exists (select 1 from customers where customer_id = o.customer_id and name = 'Bob')",
      [['3']],
    ],
    ['select t."a.b" from (select 1 as "a.b") as t', [['1']]],
  ])('%s', async (text, rows) => {
    expect((await bench.query(text)).rows).toEqual(rows);
  });
});

describe('refusals', () => {
  it.each<[string, string, string]>([
    ['select nosuch from orders', '000904', "error line 1 at position 7\ninvalid identifier 'NOSUCH'"],
    ['select o.nosuch from orders o', '000904', "invalid identifier 'O.NOSUCH'"],
    ['select "Id" from orders', '000904', 'invalid identifier \'"Id"\''],
    ['select orders.id from orders o', '000904', "invalid identifier 'ORDERS.ID'"],
    ['select id\nfrom orders\nwhere nosuch = 1', '000904', 'error line 3 at position 6'],
    ['select id from orders group by nosuch', '000904', 'position 31'],
    ['select x.* from orders', '000904', "invalid identifier 'X'"],
    ['select * exclude nosuch from orders', '000904', "invalid identifier 'NOSUCH'"],
    ['select $9 from orders', '000904', "invalid identifier '$9'"],
    ['select id from nowhere', '002003', "Object 'NOWHERE' does not exist or not authorized."],
    ['select customer_id from orders, customers', '002028', "ambiguous column name 'CUSTOMER_ID'"],
    ['select x from (select 1 as x, 2 as x)', '002028', "ambiguous column name 'X'"],
    ['select id, count(*) from orders', '000979', '[ORDERS.ID] is not a valid group by expression'],
    [
      'select status, id from orders group by status',
      '001104',
      "position 15\n'ORDERS.ID' in select clause is neither an aggregate nor in the group by clause.",
    ],
    ['select o.status, o.id + 1 from orders o group by o.status', '001104', "'O.ID' in select clause"],
    [
      'select status from orders group by status having id > 1',
      '000979',
      '[ORDERS.ID] is not a valid group by expression',
    ],
    [
      'select status from orders group by status order by id',
      '000979',
      '[ORDERS.ID] is not a valid order by expression',
    ],
    [
      'select distinct status from orders order by id',
      '000979',
      '[ORDERS.ID] is not a valid order by expression',
    ],
    ['select id from orders order by 2', '000979', '[2] is not a valid order by expression'],
    ['select id from orders group by 2', '000979', '[2] is not a valid group by expression'],
    [
      'select count(*) from orders group by sum(id)',
      '000979',
      '[SUM(ORDERS.ID)] is not a valid group by expression',
    ],
    [
      'select id from orders where sum(id) > 1',
      '002035',
      'Invalid aggregate function in where clause [SUM(ORDERS.ID)]',
    ],
    [
      'select o.id from orders o join orders p on sum(o.id) = 1',
      '002035',
      'Invalid aggregate function in ON clause',
    ],
    [
      'select sum(count(*)) from orders',
      '002077',
      'Aggregate functions cannot be nested: [COUNT(*)] nested in [SUM(COUNT(*))]',
    ],
    [
      'select id from orders where row_number() over (order by id) = 1',
      '002303',
      'appears outside of SELECT, QUALIFY, and ORDER BY clauses.',
    ],
    [
      'select id, row_number() over (order by id) as n from orders where n = 1',
      '002303',
      'appears outside of SELECT, QUALIFY, and ORDER BY clauses.',
    ],
    [
      'select sum(row_number() over (order by id)) from orders',
      '002303',
      'may not appear inside an aggregate function.',
    ],
    [
      'select row_number() over () from orders',
      '002303',
      'Window function type [ROW_NUMBER] requires ORDER BY in window specification.',
    ],
    ['select abs(1) over () from orders', '002304', 'Invalid function type [ABS] for window function.'],
    [
      'select id from orders qualify id = 1',
      '002305',
      'position 22\nfound QUALIFY clause but no window function.',
    ],
    [
      'select 1 union select 1, 2',
      '001789',
      'invalid number of result columns for set operator input branches, expected 1, got 2 in branch 2',
    ],
    [
      'select (select id, amount from orders)',
      '002079',
      'Unsupported: Scalar subquery with multi-column SELECT clause.',
    ],
    ['select nosuchfn(id) from orders', '002140', 'Unknown function NOSUCHFN.'],
    ['select db.public.fn(id) from orders', '002141', 'Unknown user-defined function DB.PUBLIC.FN.'],
    [
      'select upper() from orders',
      '000938',
      'not enough arguments for function [UPPER()], expected 1, got 0',
    ],
    [
      "select upper('a', 'b')",
      '000939',
      "too many arguments for function [UPPER('A', 'B')] expected 1, got 2",
    ],
    [
      "select date '2026-01-01' * 2",
      '001044',
      "Invalid argument types for function '*': (DATE, NUMBER(1,0))",
    ],
    ['select true + 1', '001044', "Invalid argument types for function '+': (BOOLEAN, NUMBER(1,0))"],
    ['select name:x from customers', '001044', "Invalid argument types for function 'GET'"],
    ['select * from table(flatten(input => 1))', '001044', "Invalid argument types for function 'FLATTEN'"],
    [
      'select try_cast(1 as varchar)',
      '001065',
      'Function TRY_CAST cannot be used with arguments of types NUMBER(1,0) and VARCHAR(16777216)',
    ],
    ['select 1 / 0', '100051', 'Division by zero'],
    ["select 'x' + 1", '100038', "Numeric value 'x' is not recognized"],
    ['select (select id from orders)', '090150', 'Single-row subquery returns more than one row.'],
    [
      'select (select max(c.name) from customers c where c.customer_id <= o.customer_id) from orders o',
      '002031',
      'Unsupported subquery type cannot be evaluated',
    ],
    [
      'select (select c.name from customers c where c.customer_id = o.customer_id limit 1) from orders o',
      '002031',
      'Unsupported subquery type cannot be evaluated',
    ],
    [
      'select (select sum(f.value:q::int) from table(flatten(input => e.v:items)) f) from events e',
      '002031',
      'Unsupported subquery type cannot be evaluated',
    ],
    ['select uuid_string() as u, u as v', '999001', 'alias U of a random or sequence value'],
    ['select $missing', '002211', "Session variable '$MISSING' does not exist"],
    ['select :missing', '002049', 'Bind variable :MISSING not set.'],
    [
      'select * from broken',
      '002037',
      "Failure during expansion of view 'BROKEN': SQL compilation error: error line 1 at position 7\ninvalid identifier 'NOTHING'",
    ],
    ['select * from looping', '002037', 'recursive'],
    ['select *', '002057', 'SELECT with no columns'],
    ["select interval '1 day'", '999001', 'INTERVAL other than added to'],
    ["select date '2026-01-01' + interval '1 fortnight'", '001003', "invalid interval '1 fortnight'"],
    ['with q (a, b) as (select 1) select a from q', '002026', 'Invalid column definition list'],
    ['select a from (select 1, 2) as t (a)', '002026', 'Invalid column definition list'],
    ['select id from orders limit 1.5', '001008', 'invalid value [1.5]'],
    ['select id from orders limit amount', '000904', "invalid identifier 'AMOUNT'"],
  ])('%s', async (text, code, part) => {
    const error = await bench.failure(text);
    expect(error && { code: error.code, text: error.message }).toEqual({
      code,
      text: expect.stringContaining(part),
    });
  });
});

describe('scopes that the engine builds', () => {
  const target = {
    kind: 'relation' as const,
    sql: 't0',
    columns: [
      { name: 'ID', sql: 'c10', type: { name: 'NUMBER' as const, precision: 38, scale: 0 }, nullable: true },
      {
        name: 'METADATA$ROW_ID',
        sql: '_row',
        type: { name: 'NUMBER' as const, precision: 38, scale: 0 },
        nullable: true,
        hidden: true,
      },
      {
        name: 'TWICE',
        sql: 'c10 * 2',
        type: { name: 'NUMBER' as const, precision: 38, scale: 0 },
        nullable: true,
      },
    ],
  };

  it('give a target an alias of its own and bind expressions over it', () => {
    const scope = createScope(bench.context, { source: '' });
    const relation = addRelation(scope, 'T', target);
    expect(relation.sql()).toBe('(SELECT *, c10 * 2 AS x1 FROM t0 AS r1) AS r1');
    expect(bindExpression(parseExpressionText('t.id = 1'), scope).sql).toBe('(r1.c10 = 1::DECIMAL(1,0))');
    expect(bindExpression(parseExpressionText('metadata$row_id'), scope).sql).toBe('r1._row');
    expect(bindExpression(parseExpressionText('twice'), scope).sql).toBe('r1.x1');
  });

  it('hold a target and a source together', () => {
    const scope = createScope(bench.context, { source: '' });
    addRelation(scope, 'T', target);
    const body = parseQueryText('select 1 from customers c').body;
    if (body.kind !== 'select' || body.from === null) throw new Error('not a select');
    const from = bindTableExpression(body.from, scope);
    expect(bindExpression(parseExpressionText('t.id = c.customer_id'), scope).sql).toBe('(r1.c10 = r2.c10)');
    expect(from.sql()).toBe('t1 AS r2');
  });

  it('list no hidden column in *', async () => {
    const hidden = await openBinderBench(TABLES, [], { relation: () => target });
    const { columns } = await hidden.query('select * from t');
    expect(columns).toEqual(['ID', 'TWICE']);
  });
});

describe('staged files', () => {
  const staged = {
    kind: 'relation' as const,
    sql: `(SELECT 1 AS a, 2.50::DECIMAL(5,2) AS b, 'f.parquet' AS f)`,
    columns: [
      {
        name: '$1',
        sql: `json_object('id', a)`,
        type: { name: 'VARIANT' as const },
        nullable: true,
        fields: new Map([
          ['Amount', { sql: 'b', type: { name: 'NUMBER' as const, precision: 5, scale: 2 } }],
          ['id', { sql: 'a', type: { name: 'NUMBER' as const, precision: 38, scale: 0 } }],
        ]),
      },
      {
        name: 'METADATA$FILENAME',
        sql: 'f',
        type: { name: 'VARCHAR' as const, length: 100 },
        nullable: false,
        hidden: true,
      },
    ],
  };

  it.each<[string, (string | null)[][]]>([
    ['select $1:Amount::number(5,2) from @s/x', [['2.50']]],
    ['select t.$1:id::int + 1, metadata$filename from @s/x t', [['2', 'f.parquet']]],
    ['select $1:amount from @s/x', [[null]]],
    ['select $1 from @s/x', [['{"id":1}']]],
  ])('%s', async (text, rows) => {
    const stage = await openBinderBench([], [], { stage: () => staged });
    expect((await stage.query(text)).rows).toEqual(rows);
  });
});
