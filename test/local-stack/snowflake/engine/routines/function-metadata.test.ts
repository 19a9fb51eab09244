import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await openTestEngine();
  for (const text of [
    "CREATE FUNCTION add5(n NUMBER, m VARCHAR DEFAULT 'x') RETURNS NUMBER COMMENT = 'adds' AS 'n + 5'",
    "CREATE SECURE FUNCTION rows_of(a FLOAT) RETURNS TABLE (b FLOAT, c VARCHAR) LANGUAGE JAVASCRIPT STRICT IMMUTABLE AS '{processRow(){}}'",
    "CREATE FUNCTION kept() RETURNS NUMBER MEMOIZABLE AS '1'",
  ])
    await engine.sql(text);
});
afterAll(() => engine.close());

async function shown(text: string, ...columns: string[]): Promise<(string | null)[][]> {
  const result = await engine.session.execute(text);
  const places = columns.map((name) => result.columns.findIndex((column) => column.name === name));
  return result.rows.map((row) => places.map((place) => row[place]!));
}

test('SHOW USER FUNCTIONS lists them: https://docs.snowflake.com/en/sql-reference/sql/show-user-functions', async () => {
  expect(
    await shown(
      'SHOW USER FUNCTIONS',
      'name',
      'arguments',
      'description',
      'min_num_arguments',
      'max_num_arguments',
      'is_table_function',
      'is_secure',
      'language',
      'is_memoizable',
    ),
  ).toEqual([
    ['ADD5', 'ADD5(NUMBER, DEFAULT VARCHAR) RETURN NUMBER', 'adds', '1', '2', 'N', 'N', 'SQL', 'N'],
    ['KEPT', 'KEPT() RETURN NUMBER', 'user-defined function', '0', '0', 'N', 'N', 'SQL', 'Y'],
    [
      'ROWS_OF',
      'ROWS_OF(FLOAT) RETURN TABLE (B FLOAT, C VARCHAR)',
      'user-defined function',
      '1',
      '1',
      'Y',
      'Y',
      'JAVASCRIPT',
      'N',
    ],
  ]);
  expect(await shown("SHOW USER FUNCTIONS LIKE 'k%' IN SCHEMA d.public", 'name')).toEqual([['KEPT']]);
});

test('DESCRIBE FUNCTION gives properties: https://docs.snowflake.com/en/sql-reference/sql/desc-function', async () => {
  expect(await engine.sql('DESCRIBE FUNCTION rows_of(FLOAT)')).toEqual([
    ['signature', '(A FLOAT)'],
    ['returns', 'TABLE ("B" FLOAT, "C" VARCHAR(16777216))'],
    ['language', 'JAVASCRIPT'],
    ['null handling', 'RETURNS NULL ON NULL INPUT'],
    ['volatility', 'IMMUTABLE'],
    ['body', '{processRow(){}}'],
  ]);
  expect((await engine.error('DESCRIBE FUNCTION rows_of(VARCHAR)')).code).toBe('002003');
});

test('INFORMATION_SCHEMA.FUNCTIONS has them: https://docs.snowflake.com/en/sql-reference/info-schema/functions', async () => {
  expect(
    await engine.sql(
      'SELECT function_name, argument_signature, data_type, function_language, function_definition, volatility, is_null_call, is_secure, is_memoizable FROM information_schema.functions ORDER BY 1',
    ),
  ).toEqual([
    ['ADD5', "(N NUMBER, M VARCHAR DEFAULT 'x')", 'NUMBER', 'SQL', 'n + 5', 'VOLATILE', 'YES', 'NO', 'NO'],
    ['KEPT', '()', 'NUMBER', 'SQL', '1', 'VOLATILE', 'YES', 'NO', 'YES'],
    [
      'ROWS_OF',
      '(A FLOAT)',
      'TABLE (B FLOAT, C VARCHAR)',
      'JAVASCRIPT',
      '{processRow(){}}',
      'IMMUTABLE',
      'NO',
      'YES',
      'NO',
    ],
  ]);
});

test('GET_DDL gives a statement that makes the function again', async () => {
  const before = await engine.sql('DESCRIBE FUNCTION rows_of(FLOAT)');
  const ddl = await engine.value("SELECT GET_DDL('function', 'rows_of(FLOAT)')");
  await engine.sql(ddl!);
  expect(await engine.sql('DESCRIBE FUNCTION rows_of(FLOAT)')).toEqual(before);
  expect(await engine.value("SELECT GET_DDL('function', 'rows_of(FLOAT)')")).toBe(ddl);
  expect(await engine.value("SELECT GET_DDL('function', 'add5(NUMBER, VARCHAR)', TRUE)")).toContain(
    'FUNCTION "D"."PUBLIC"."ADD5"("N" NUMBER(38,0)',
  );
  expect(await engine.value("SELECT GET_DDL('schema', 'public')")).toContain('FUNCTION "KEPT"()');
});

test('a signature tells overloads apart, whatever the sizes of its types', async () => {
  await engine.sql("CREATE FUNCTION over(a NUMBER(5,2)) RETURNS NUMBER AS '1'");
  await engine.sql("CREATE FUNCTION over(a VARCHAR(10)) RETURNS NUMBER AS '2'");
  await engine.sql('DROP FUNCTION over(NUMBER)');
  expect(await engine.value("SELECT over('x')")).toBe('2');
  expect((await engine.error('DROP FUNCTION over(NUMBER)')).code).toBe('002003');
  expect(await engine.sql('DROP FUNCTION IF EXISTS over(NUMBER)')).toEqual([
    ['Drop statement executed successfully (OVER already dropped).'],
  ]);
  await engine.sql('DROP FUNCTION over(VARCHAR)');
  expect((await engine.error("SELECT over('x')")).code).toBe('002140');
});

test('ALTER FUNCTION renames, comments and secures: https://docs.snowflake.com/en/sql-reference/sql/alter-function', async () => {
  await engine.sql("CREATE FUNCTION old(a NUMBER) RETURNS NUMBER AS 'a'");
  await engine.sql('ALTER FUNCTION old(NUMBER) RENAME TO renamed');
  await engine.sql("ALTER FUNCTION renamed(NUMBER) SET COMMENT = 'new'");
  await engine.sql('ALTER FUNCTION renamed(NUMBER) SET SECURE');
  expect(await engine.value('SELECT renamed(3)')).toBe('3');
  expect(await shown("SHOW USER FUNCTIONS LIKE 'renamed'", 'description', 'is_secure')).toEqual([
    ['new', 'Y'],
  ]);
  await engine.sql('ALTER FUNCTION IF EXISTS nothing(NUMBER) UNSET SECURE');
  expect((await engine.error('ALTER FUNCTION nothing(NUMBER) UNSET SECURE')).code).toBe('002003');
  await engine.sql('DROP FUNCTION renamed(NUMBER)');
});

test('privileges and comments are recorded', async () => {
  await engine.sql('GRANT USAGE ON FUNCTION kept() TO ROLE PUBLIC');
  expect(await shown('SHOW GRANTS TO ROLE PUBLIC', 'privilege', 'granted_on', 'name')).toEqual([
    ['USAGE', 'FUNCTION', 'D.PUBLIC.KEPT'],
  ]);
  await engine.sql("COMMENT ON FUNCTION kept() IS 'said'");
  expect(await shown("SHOW USER FUNCTIONS LIKE 'kept'", 'description')).toEqual([['said']]);
});

test('a clone of a schema has its functions', async () => {
  await engine.sql('CREATE SCHEMA copied CLONE public');
  expect(await engine.value('SELECT d.copied.add5(1)')).toBe('6');
  await engine.sql('USE SCHEMA d.public');
});

test('IF NOT EXISTS leaves the one that is there', async () => {
  expect(await engine.sql("CREATE FUNCTION IF NOT EXISTS kept() RETURNS NUMBER AS '2'")).toEqual([
    ['KEPT already exists, statement succeeded.'],
  ]);
  expect(await engine.value('SELECT kept()')).toBe('1');
});
