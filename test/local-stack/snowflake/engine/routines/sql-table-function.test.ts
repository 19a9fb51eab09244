import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await openTestEngine();
  for (const text of [
    'CREATE TABLE orders (product_id VARCHAR, quantity_sold NUMBER(11,2))',
    "INSERT INTO orders VALUES ('compostable bags', 2000), ('re-usable cups', 1000)",
    'CREATE FUNCTION orders_for_product(prod_id VARCHAR) RETURNS TABLE (product VARCHAR, sold NUMERIC(11,2)) AS $$ SELECT product_id, quantity_sold FROM orders WHERE product_id = prod_id $$',
    "CREATE FUNCTION pairs() RETURNS TABLE (a INT, b VARCHAR) AS 'SELECT 1, ''x'' UNION ALL SELECT 2, ''y'''",
    "CREATE FUNCTION up_to(n INT) RETURNS TABLE (i INT) AS 'SELECT column1 FROM VALUES (1), (2), (3) WHERE column1 <= n'",
  ])
    await engine.sql(text);
});
afterAll(() => engine.close());

// https://docs.snowflake.com/en/developer-guide/udf/sql/udf-sql-tabular-functions
test.each([
  [
    'rows of a query over the argument',
    "SELECT * FROM TABLE(orders_for_product('compostable bags'))",
    [['compostable bags', '2000.00']],
  ],
  [
    'columns have the declared names',
    'SELECT b, a FROM TABLE(pairs()) ORDER BY a',
    [
      ['x', '1'],
      ['y', '2'],
    ],
  ],
  ['an alias renames them', 'SELECT t.q FROM TABLE(pairs()) t (p, q) ORDER BY 1', [['x'], ['y']]],
  [
    'once per row of the table beside it',
    'SELECT o.product_id, f.sold FROM orders o, TABLE(orders_for_product(o.product_id)) f ORDER BY 1',
    [
      ['compostable bags', '2000.00'],
      ['re-usable cups', '1000.00'],
    ],
  ],
  [
    'LATERAL without TABLE',
    'SELECT c.column1, u.i FROM VALUES (1), (2) c, LATERAL up_to(c.column1) u ORDER BY 1, 2',
    [
      ['1', '1'],
      ['2', '1'],
      ['2', '2'],
    ],
  ],
  [
    'a LEFT JOIN keeps rows that it gives nothing for',
    'SELECT c.column1, u.i FROM (VALUES (0), (1)) c LEFT JOIN LATERAL up_to(c.column1) u ORDER BY 1',
    [
      ['0', null],
      ['1', '1'],
    ],
  ],
  ['an aggregate over it', 'SELECT SUM(i) FROM TABLE(up_to(3))', [['6']]],
  ['an argument by name', 'SELECT COUNT(*) FROM TABLE(up_to(n => 2))', [['2']]],
])('%s', async (_name, text, rows) => {
  expect(await engine.sql(text)).toEqual(rows);
});

test.each([
  [
    'another number of columns than declared',
    "CREATE FUNCTION bad() RETURNS TABLE (a INT) AS 'SELECT 1, 2'",
    '002076',
  ],
  [
    'a column of another type than declared',
    "CREATE FUNCTION bad() RETURNS TABLE (a INT) AS 'SELECT ''x'''",
    '002076',
  ],
  ['a table function outside FROM', 'SELECT pairs()', '999001'],
  ['a scalar function in FROM', 'SELECT * FROM TABLE(one())', '002140'],
])('refused: %s', async (_name, text, code) => {
  await engine.sql("CREATE OR REPLACE FUNCTION one() RETURNS INT AS '1'");
  expect((await engine.error(text)).code).toBe(code);
});
