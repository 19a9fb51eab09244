import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let engine: TestEngine;

function procedure(name: string, parameters: string, returns: string, body: string, rights = ''): string {
  return `CREATE OR REPLACE PROCEDURE ${name}(${parameters}) RETURNS ${returns} LANGUAGE JAVASCRIPT ${rights} AS $$ ${body} $$`;
}

/** What a procedure with this body gives, as text. */
async function call(body: string, returns = 'VARIANT'): Promise<string | null> {
  await engine.sql(procedure('p', '', returns, body));
  return engine.value('CALL p()');
}

beforeAll(async () => {
  engine = await openTestEngine();
  await engine.sql('CREATE TABLE t (n NUMBER(14,7), s VARCHAR)');
  await engine.sql("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, NULL)");
});
afterAll(() => engine.close());

// https://docs.snowflake.com/en/developer-guide/stored-procedure/stored-procedures-javascript
test.each([
  [
    'a value of a row',
    'const rs = snowflake.execute({ sqlText: "SELECT COUNT(*) FROM t" }); rs.next(); return rs.getColumnValue(1)',
    '3',
  ],
  [
    'rows until next() is false',
    'const rs = snowflake.execute({ sqlText: "SELECT s FROM t ORDER BY n" }); const all = []; while (rs.next()) all.push(rs.getColumnValue("S")); return all',
    '["a","b",null]',
  ],
  [
    'columns as properties',
    'const rs = snowflake.execute({ sqlText: "SELECT 1 AS a, \'x\' AS \\"b\\"" }); rs.next(); return [rs.A, rs.b]',
    '[1,"x"]',
  ],
  [
    'a statement that is made first',
    'const s = snowflake.createStatement({ sqlText: "SELECT 7" }); const rs = s.execute(); rs.next(); return [rs.getColumnValue(1), s.getSqlText()]',
    '[7,"SELECT 7"]',
  ],
  [
    'binds',
    'const rs = snowflake.execute({ sqlText: "SELECT ? + ?, ?, ?", binds: [1, 1.5, "x", null] }); rs.next(); return [1, 2, 3].map((i) => rs.getColumnValue(i))',
    '[2.5,"x",null]',
  ],
  [
    'a Date as a bind',
    'const rs = snowflake.execute({ sqlText: "SELECT ?::TIMESTAMP_LTZ", binds: [new Date(86400000)] }); rs.next(); return rs.getColumnValue(1).getTime()',
    '86400000',
  ],
  [
    'names and types of columns',
    'const s = snowflake.createStatement({ sqlText: "SELECT n, s FROM t" }); s.execute(); return [s.getColumnCount(), s.getColumnName(1), s.getColumnType(1), s.getColumnSqlType(1), s.getColumnScale(1), s.isColumnText(2), s.isColumnNumber(2)]',
    '[2,"N","number","FIXED",7,true,false]',
  ],
  [
    'numbers of rows',
    'const s = snowflake.createStatement({ sqlText: "SELECT n FROM t" }); const rs = s.execute(); return [s.getRowCount(), rs.getRowCount()]',
    '[3,3]',
  ],
  [
    'a query id',
    'const s = snowflake.createStatement({ sqlText: "SELECT 1" }); s.execute(); return s.getQueryId().length',
    '36',
  ],
  [
    'rows that DML changed',
    'const s = snowflake.createStatement({ sqlText: "UPDATE t SET s = s WHERE n < 3" }); s.execute(); return [s.getNumRowsUpdated(), s.getNumRowsInserted(), s.getNumRowsDeleted(), s.getNumRowsAffected()]',
    '[2,0,0,2]',
  ],
  [
    'a VARIANT is an object',
    'const rs = snowflake.execute({ sqlText: `SELECT PARSE_JSON(\'{"a":[1]}\')` }); rs.next(); return rs.getColumnValue(1).a[0]',
    '1',
  ],
  [
    'values as text',
    'const rs = snowflake.execute({ sqlText: "SELECT 1.50, TRUE, TO_BINARY(\'0aff\')" }); rs.next(); return [1, 2, 3].map((i) => rs.getColumnValueAsString(i))',
    '["1.50","true","0AFF"]',
  ],
  [
    'a DATE has the day of the session’s clock',
    'const rs = snowflake.execute({ sqlText: "SELECT \'2024-05-06\'::DATE" }); rs.next(); return [rs.getColumnValue(1).getDate(), rs.getColumnValue(1).getHours()]',
    '[6,0]',
  ],
  [
    'an SfDate has nanoseconds',
    'const rs = snowflake.execute({ sqlText: "SELECT \'2024-05-06 07:08:09.123456\'::TIMESTAMP_NTZ" }); rs.next(); const d = rs.getColumnValue(1); return [d.getHours(), d.getNanoSeconds(), d.getScale(), d instanceof Date]',
    '[7,123456000,9,true]',
  ],
  [
    'an error has code, state and text',
    'try { snowflake.execute({ sqlText: "SELECT nope" }) } catch (e) { return [e.code, e.state, /invalid identifier/.test(e.message), e instanceof Error] }',
    '[904,"42000",true,true]',
  ],
  ['logs go nowhere without an event table', 'return typeof snowflake.log("info", "x")', '"undefined"'],
  ['nothing returned is NULL', '', null],
])('%s', async (_name, body, expected) => {
  await engine.sql("ALTER SESSION SET TIMEZONE = 'America/Los_Angeles'");
  expect(await call(body)).toBe(expected);
});

test.each([
  ['a number as FLOAT', 'FLOAT', 'return 1.5', '1.5'],
  ['a number as VARCHAR', 'VARCHAR', 'return 7', '7'],
  ['a boolean', 'BOOLEAN', 'return 1 === 1', '1'],
  ['a date', 'DATE', 'return new Date(0)', '0'],
  ['an array', 'ARRAY', 'return [1, undefined]', '[1]'],
])('returns %s', async (_name, returns, body, expected) => {
  await engine.sql("ALTER SESSION SET TIMEZONE = 'UTC'");
  expect(await call(body, returns)).toBe(expected);
});

describe('arguments and rights', () => {
  test('arguments have upper-case names and their types', async () => {
    await engine.sql(
      procedure(
        'args',
        'f FLOAT, s VARCHAR, v VARIANT, d DATE, b BOOLEAN',
        'VARIANT',
        'return [F, S, V, D instanceof Date, B]',
      ),
    );
    expect(await engine.value("CALL args(1, 'x', [2], '2024-01-01', TRUE)")).toBe('[1,"x",[2],true,true]');
    expect(await engine.value('CALL args(NULL, NULL, NULL, NULL, NULL)')).toBe('[false]');
  });

  test('with owner’s rights a session variable is not seen, with caller’s rights it is', async () => {
    await engine.sql('SET seen = 5');
    const body =
      'const rs = snowflake.execute({ sqlText: "SELECT $seen" }); rs.next(); return rs.getColumnValue(1)';
    await engine.sql(procedure('owner', '', 'FLOAT', body, 'EXECUTE AS OWNER'));
    await engine.sql(procedure('caller', '', 'FLOAT', body, 'EXECUTE AS CALLER'));
    expect((await engine.error('CALL owner()')).code).toBe('100132');
    expect(await engine.value('CALL caller()')).toBe('5.0');
  });

  test('a procedure calls another, and a function', async () => {
    await engine.sql("CREATE FUNCTION plus(a DOUBLE) RETURNS DOUBLE LANGUAGE JAVASCRIPT AS 'return A + 1'");
    await engine.sql(
      procedure(
        'inner_one',
        '',
        'FLOAT',
        'const rs = snowflake.execute({ sqlText: "SELECT plus(1)" }); rs.next(); return rs.getColumnValue(1)',
      ),
    );
    await engine.sql(
      procedure(
        'outer_one',
        '',
        'FLOAT',
        'const rs = snowflake.execute({ sqlText: "CALL inner_one()" }); rs.next(); return rs.getColumnValue(1) * 10',
      ),
    );
    expect(await engine.value('CALL outer_one()')).toBe('20.0');
  });

  test('what it executed stays when the caller goes on', async () => {
    await engine.sql('CREATE TABLE made (n INT)');
    await call(
      'for (let i = 0; i < 3; i++) snowflake.execute({ sqlText: "INSERT INTO made VALUES (?)", binds: [i] })',
    );
    expect(await engine.value('SELECT SUM(n) FROM made')).toBe('3');
  });

  test('a task calls one', async () => {
    await engine.sql('CREATE TABLE ran (n INT)');
    await engine.sql(
      procedure(
        'work',
        '',
        'VARCHAR',
        'snowflake.execute({ sqlText: "INSERT INTO ran VALUES (1)" }); return "done"',
      ),
    );
    await engine.sql("CREATE TASK worker SCHEDULE = '60 MINUTE' AS CALL work()");
    await engine.sql('EXECUTE TASK worker');
    await expect.poll(() => engine.sql('SELECT n FROM ran')).toEqual([['1']]);
  });
});

test.each([
  ['an uncaught error of a statement', 'snowflake.execute({ sqlText: "SELECT nope" })', 'invalid identifier'],
  ['no text of a statement', 'snowflake.execute({})', 'sqlText must be given'],
  [
    'a bind that is an object',
    'snowflake.execute({ sqlText: "SELECT ?", binds: [{}] })',
    'Unsupported type for binding argument',
  ],
  [
    'a column that is not there',
    'const rs = snowflake.execute({ sqlText: "SELECT 1" }); rs.next(); rs.getColumnValue(2)',
    'Given column name/index does not exist: 2',
  ],
  [
    'a value before next()',
    'snowflake.execute({ sqlText: "SELECT 1" }).getColumnValue(1)',
    'call next() first',
  ],
  [
    'a statement that was not executed',
    'snowflake.createStatement({ sqlText: "SELECT 1" }).getRowCount()',
    'not executed yet',
  ],
])('refused: %s', async (_name, body, part) => {
  await engine.sql(procedure('p', '', 'VARCHAR', body));
  const error = await engine.error('CALL p()');
  expect([error.code, error.message]).toEqual(['100132', expect.stringContaining(part)]);
});

test('a procedure in JavaScript has no NUMBER', async () => {
  expect((await engine.error(procedure('p', 'n NUMBER', 'VARCHAR', 'return N'))).message).toContain(
    "Language JAVASCRIPT does not support type 'NUMBER(38,0)'",
  );
});
