import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await openTestEngine();
  for (const text of [
    'CREATE TABLE purchases (item VARCHAR, number_sold INT, wholesale_price NUMBER(7,2), retail_price NUMBER(7,2))',
    "INSERT INTO purchases VALUES ('bag', 3, 10, 20), ('cup', 5, 100, 200)",
    "CREATE FUNCTION add5(n NUMBER) RETURNS NUMBER AS 'n + 5'",
    "CREATE FUNCTION add5(s STRING) RETURNS STRING AS 's || ''5'''",
    'CREATE FUNCTION area(r FLOAT) RETURNS FLOAT AS $$ pi() * r * r $$',
    "CREATE FUNCTION profit() RETURNS NUMERIC(11,2) AS 'SELECT SUM((retail_price - wholesale_price) * number_sold) FROM purchases'",
    "CREATE FUNCTION twice(a NUMBER) RETURNS NUMBER AS 'a + a'",
    "CREATE FUNCTION scaled(a NUMBER, factor NUMBER DEFAULT 10) RETURNS NUMBER AS 'a * factor'",
    "CREATE FUNCTION largest_below(a NUMBER) RETURNS NUMBER AS 'SELECT MAX(column1) FROM VALUES (1), (2), (3) WHERE column1 <= a'",
    "CREATE FUNCTION same(x FLOAT) RETURNS BOOLEAN AS 'x = x'",
    'CREATE FUNCTION quoted("my arg" NUMBER) RETURNS NUMBER AS \'"my arg" + 1\'',
    "CREATE FUNCTION strictly(a NUMBER) RETURNS NUMBER RETURNS NULL ON NULL INPUT AS 'COALESCE(a, -1)'",
    "CREATE FUNCTION loosely(a NUMBER) RETURNS NUMBER CALLED ON NULL INPUT AS 'COALESCE(a, -1)'",
    "CREATE FUNCTION remembered(a NUMBER) RETURNS NUMBER MEMOIZABLE AS 'a + 1'",
    "CREATE FUNCTION first_of(v VARIANT) RETURNS VARIANT AS 'v[0]'",
    'SET seven = 7',
    "CREATE FUNCTION session_seven() RETURNS NUMBER AS '$seven'",
  ])
    await engine.sql(text);
});
afterAll(() => engine.close());

// https://docs.snowflake.com/en/developer-guide/udf/sql/udf-sql-scalar-functions
test.each([
  ['an expression takes its argument', 'SELECT add5(1)', '6'],
  ['overloads are told apart by the type of the argument', "SELECT add5('1')", '15'],
  ['an argument is cast to the declared type', 'SELECT add5(2.5)', '8'],
  ['a result is cast to the declared type', 'SELECT area(1)::NUMBER(10,4)', '3.1416'],
  ['a body may be a query', 'SELECT profit()', '530.00'],
  ['calls nest', 'SELECT twice(twice(twice(1)))', '8'],
  ['a call of a column', 'SELECT SUM(twice(column1)) FROM VALUES (1), (2)', '6'],
  ['a call of an aggregate', 'SELECT twice(SUM(column1)) FROM VALUES (1), (2)', '6'],
  [
    'a call of a window function',
    'SELECT MAX(w) FROM (SELECT twice(SUM(column1) OVER (ORDER BY column1)) w FROM VALUES (1), (2))',
    '6',
  ],
  [
    'a call within a window function',
    'SELECT MAX(w) FROM (SELECT SUM(twice(column1)) OVER () w FROM VALUES (1), (2))',
    '6',
  ],
  ['a default stands for a missing argument', 'SELECT scaled(2)', '20'],
  ['an argument by its place', 'SELECT scaled(2, 3)', '6'],
  ['arguments by name in any order', 'SELECT scaled(factor => 5, a => 4)', '20'],
  ['a named argument beside a default', 'SELECT scaled(a => 4)', '40'],
  [
    'a query over the argument of each row',
    'SELECT LISTAGG(largest_below(column1)) FROM VALUES (1), (2), (9)',
    '123',
  ],
  [
    'an argument is evaluated once, also one that is random',
    'SELECT COUNT_IF(NOT same(UNIFORM(0::FLOAT, 1::FLOAT, RANDOM()))) FROM TABLE(GENERATOR(ROWCOUNT => 500))',
    '0',
  ],
  ['an argument may have a quoted name', 'SELECT quoted("my arg" => 2)', '3'],
  ['STRICT is not called for NULL', 'SELECT strictly(NULL) IS NULL', '1'],
  ['STRICT is called for values', 'SELECT strictly(3)', '3'],
  ['other functions are called for NULL', 'SELECT loosely(NULL)', '-1'],
  ['MEMOIZABLE changes no result', 'SELECT remembered(1)', '2'],
  ['a VARIANT argument', 'SELECT first_of([7, 8])', '7'],
  ['a session variable in a body', 'SELECT session_seven()', '7'],
  ['a qualified name', 'SELECT d.public.twice(4)', '8'],
  [
    'GROUP BY a call',
    'SELECT MAX(n) FROM (SELECT twice(column1) g, COUNT(*) n FROM VALUES (1), (1), (2) GROUP BY twice(column1))',
    '2',
  ],
])('%s', async (_name, text, expected) => {
  expect(await engine.value(text)).toBe(expected);
});

test.each([
  ['an unknown function', 'SELECT nope(1)', '002140', 'Unknown function NOPE'],
  [
    'no overload takes the arguments',
    'SELECT add5(1, 2)',
    '001044',
    "Invalid argument types for function 'ADD5': (NUMBER(1,0), NUMBER(1,0))",
  ],
  ['a query that gives two rows', 'SELECT several()', '090150', 'more than one row'],
  [
    'a body of another type than declared',
    "CREATE FUNCTION bad(a NUMBER) RETURNS NUMBER AS '''x'''",
    '002076',
    "Declared return type 'NUMBER(38,0)' is incompatible with actual return type 'VARCHAR(1)'",
  ],
  [
    'a name in the body that nothing has',
    "CREATE FUNCTION bad(a NUMBER) RETURNS NUMBER AS 'b + 1'",
    '000904',
    "invalid identifier 'B'",
  ],
  [
    'a body that calls itself',
    "CREATE FUNCTION endless(a NUMBER) RETURNS NUMBER AS 'endless(a)'",
    '002140',
    'Unknown function ENDLESS',
  ],
  [
    'the name of a system function',
    "CREATE FUNCTION upper(a VARCHAR) RETURNS VARCHAR AS 'a'",
    '002134',
    'UPPER',
  ],
  [
    'two arguments of one name',
    "CREATE FUNCTION bad(a NUMBER, a NUMBER) RETURNS NUMBER AS 'a'",
    '002025',
    "duplicate argument name 'A'",
  ],
  [
    'a required argument behind an optional one',
    "CREATE FUNCTION bad(a NUMBER DEFAULT 1, b NUMBER) RETURNS NUMBER AS 'a'",
    '002133',
    "'B'",
  ],
  [
    'a second function of the same signature',
    "CREATE FUNCTION twice(b NUMBER(5,2)) RETURNS NUMBER AS 'b'",
    '002002',
    'already exists',
  ],
  [
    'a Snowflake Scripting block',
    "CREATE FUNCTION bad() RETURNS NUMBER AS 'BEGIN RETURN 1; END'",
    '999001',
    'Snowflake Scripting block',
  ],
  [
    'Python',
    "CREATE FUNCTION bad(a INT) RETURNS INT LANGUAGE PYTHON RUNTIME_VERSION = '3.11' HANDLER = 'f' AS 'def f(a): return a'",
    '999001',
    'PYTHON',
  ],
  [
    'Python in a stage',
    "CREATE FUNCTION bad(a INT) RETURNS INT LANGUAGE PYTHON RUNTIME_VERSION = '3.11' IMPORTS = ('@s/x.py') HANDLER = 'x.f'",
    '999001',
    'PYTHON',
  ],
  [
    'Java',
    "CREATE FUNCTION bad(a INT) RETURNS INT LANGUAGE JAVA HANDLER = 'A.f' AS 'class A {}'",
    '999001',
    'JAVA',
  ],
  [
    'Scala',
    "CREATE FUNCTION bad(a INT) RETURNS INT LANGUAGE SCALA HANDLER = 'A.f' AS 'class A {}'",
    '999001',
    'SCALA',
  ],
  [
    'an external function',
    "CREATE EXTERNAL FUNCTION bad(a INT) RETURNS VARIANT API_INTEGRATION = x AS 'https://example.com'",
    '999001',
    'EXTERNAL FUNCTION',
  ],
])('refused: %s', async (_name, text, code, part) => {
  await engine.sql(
    "CREATE OR REPLACE FUNCTION several() RETURNS NUMBER AS 'SELECT column1 FROM VALUES (1), (2)'",
  );
  const error = await engine.error(text);
  expect([error.code, error.message]).toEqual([code, expect.stringContaining(part)]);
});

describe('a function within other statements', () => {
  test('a view that calls one is bound in its own schema', async () => {
    await engine.sql('CREATE VIEW v AS SELECT twice(number_sold) AS n FROM purchases');
    await engine.sql('CREATE SCHEMA elsewhere');
    expect(await engine.sql('SELECT SUM(n) FROM d.public.v')).toEqual([['16']]);
    // $public is on the search path.
    expect(await engine.value('SELECT twice(1)')).toBe('2');
    await engine.sql('USE SCHEMA d.public');
  });

  test('INSERT, UPDATE and MERGE call one', async () => {
    await engine.sql('CREATE TABLE t (k INT DEFAULT twice(50), v INT)');
    await engine.sql('INSERT INTO t VALUES (twice(1), add5(1))');
    await engine.sql('INSERT INTO t (v) SELECT twice(4)');
    await engine.sql('UPDATE t SET v = twice(v) WHERE k = twice(1)');
    await engine.sql(
      'MERGE INTO t USING (SELECT 100 AS k) s ON t.k = twice(s.k / 2) WHEN MATCHED THEN UPDATE SET v = add5(t.v)',
    );
    expect(await engine.sql('SELECT * FROM t ORDER BY k')).toEqual([
      ['2', '12'],
      ['100', '13'],
    ]);
  });

  test('a task calls one', async () => {
    await engine.sql('CREATE TABLE log (n INT)');
    await engine.sql("CREATE TASK once SCHEDULE = '60 MINUTE' AS INSERT INTO log SELECT twice(21)");
    await engine.sql('EXECUTE TASK once');
    await expect.poll(() => engine.sql('SELECT n FROM log')).toEqual([['42']]);
  });

  test('the binds and variables of the caller are not seen in a body', async () => {
    const error = await engine.error("CREATE FUNCTION bound() RETURNS NUMBER AS '? + 1'");
    expect(error.code).toBe('002049');
  });

  test('a function that has come to call itself is refused when it is called', async () => {
    await engine.sql("CREATE FUNCTION ring(a NUMBER) RETURNS NUMBER AS 'a'");
    await engine.sql("CREATE FUNCTION ring2(a NUMBER) RETURNS NUMBER AS 'ring(a)'");
    await engine.sql("CREATE OR REPLACE FUNCTION ring(a NUMBER) RETURNS NUMBER AS 'ring2(a)'");
    expect((await engine.error('SELECT ring(1)')).message).toContain(
      'Recursive call of user-defined function D.PUBLIC.RING',
    );
  });

  test('bodies that double their argument again and again end in an error', async () => {
    await engine.sql("CREATE FUNCTION grow(a NUMBER) RETURNS NUMBER AS 'SELECT a + a + a + a'");
    const call = `${'grow('.repeat(12)}column1${')'.repeat(12)}`;
    expect((await engine.error(`SELECT ${call} FROM VALUES (1)`)).code).toBe('999001');
  });

  test('a temporary function is its session’s own', async () => {
    await engine.sql("CREATE TEMPORARY FUNCTION mine(a NUMBER) RETURNS NUMBER AS 'a * 3'");
    const other = await engine.open();
    expect(await engine.value('SELECT mine(2)')).toBe('6');
    expect((await other.error('SELECT mine(2)')).code).toBe('002140');
  });

  test('OR REPLACE changes what a view gives', async () => {
    await engine.sql("CREATE FUNCTION changing() RETURNS NUMBER AS '1'");
    await engine.sql('CREATE VIEW changing_view AS SELECT changing() AS n');
    await engine.sql("CREATE OR REPLACE FUNCTION changing() RETURNS NUMBER AS '2'");
    expect(await engine.value('SELECT n FROM changing_view')).toBe('2');
  });
});
