import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let db: TestEngine;
beforeAll(async () => {
  db = await openTestEngine();
});
afterAll(() => db.close());

const procedure = (head: string, body: string, clauses = '') =>
  db.sql(`CREATE OR REPLACE PROCEDURE ${head} LANGUAGE SQL ${clauses} AS $$ ${body} $$`);

describe('CALL', () => {
  test('answers under the name of the procedure', async () => {
    await procedure('p(a INT) RETURNS INT', 'BEGIN RETURN a + 1; END');
    const { columns, rows } = await db.session.execute('CALL p(41)');
    expect(columns).toEqual([
      { name: 'P', type: { name: 'NUMBER', precision: 38, scale: 0 }, nullable: true },
    ]);
    expect(rows).toEqual([['42']]);
  });

  test.each([
    ['a number for a text', "what('1')", 'text'],
    ['a number', 'what(1)', 'number'],
    ['a date', "what('2026-01-01'::DATE)", 'date'],
    ['a fraction', 'what(1.5)', 'number'],
    ['a float', 'what(1.5::FLOAT)', 'number'],
    ['a timestamp as the nearest that takes it', "what('2026-01-01'::TIMESTAMP)", 'text'],
  ])('takes the overload for %s', async (_, call, expected) => {
    await procedure('what(a NUMBER) RETURNS VARCHAR', "BEGIN RETURN 'number'; END");
    await procedure('what(a VARCHAR) RETURNS VARCHAR', "BEGIN RETURN 'text'; END");
    await procedure('what(a DATE) RETURNS VARCHAR', "BEGIN RETURN 'date'; END");
    expect(await db.value(`CALL ${call}`)).toBe(expected);
  });

  test.each([
    ['opt(1)', '1 two 3'],
    ["opt(1, 'b')", '1 b 3'],
    ['opt(1, c => 9)', '1 two 9'],
    ['opt(c => 9, a => 5)', '5 two 9'],
  ])('fills in defaults: %s', async (call, expected) => {
    await procedure(
      "opt(a INT, b VARCHAR DEFAULT 'two', c INT DEFAULT 1 + 2) RETURNS VARCHAR",
      "BEGIN RETURN a || ' ' || b || ' ' || c; END",
    );
    expect(await db.value(`CALL ${call}`)).toBe(expected);
  });

  test.each(['opt()', 'opt(1, 2, 3, 4)', 'opt(z => 1)', 'opt(1, a => 2)'])(
    'refuses arguments that fit none: %s',
    async (call) => {
      expect((await db.error(`CALL ${call}`)).code).toBe('001044');
    },
  );

  test('converts arguments and the value to the declared types', async () => {
    await procedure('conv(a NUMBER(5,1)) RETURNS NUMBER(6,2)', 'BEGIN RETURN a; END');
    expect(await db.value("CALL conv('12.34')")).toBe('12.30');
    expect((await db.error("CALL conv('x')")).code).toBe('100038');
  });

  test('of a strict procedure with a NULL answers NULL without running it', async () => {
    await procedure('strict_one(a INT) RETURNS INT', 'BEGIN RETURN 1 / 0; END', 'STRICT');
    expect(await db.value('CALL strict_one(NULL)')).toBeNull();
    expect((await db.error('CALL strict_one(1)')).code).toBe('100051');
  });

  test('refuses NULL for RETURNS … NOT NULL', async () => {
    await procedure('never_null() RETURNS INT NOT NULL', 'BEGIN RETURN NULL; END');
    expect((await db.error('CALL never_null()')).code).toBe('100072');
  });

  test('INTO is for blocks', async () => {
    expect((await db.error('CALL p(1) INTO :x')).code).toBe('999001');
  });

  test('finds a procedure in another schema, and only there', async () => {
    await db.sql('CREATE SCHEMA elsewhere');
    await procedure('d.elsewhere.far() RETURNS INT', 'BEGIN RETURN 7; END');
    await db.sql('USE SCHEMA public');
    expect(await db.value('CALL elsewhere.far()')).toBe('7');
    expect((await db.error('CALL far()')).code).toBe('002140');
  });

  test('ends a recursion without end', async () => {
    await procedure('forever() RETURNS INT', 'BEGIN CALL forever(); RETURN 1; END');
    expect((await db.error('CALL forever()')).message).toContain('calls are nested more than 16 levels deep');
  });

  test('lets a recursion with an end end', async () => {
    await procedure(
      'factorial(n INT) RETURNS INT',
      'BEGIN IF (n <= 1) THEN RETURN 1; END IF; LET r INT := 0; CALL factorial(:n - 1) INTO :r; RETURN n * r; END',
    );
    expect(await db.value('CALL factorial(10)')).toBe('3628800');
  });
});

describe('RETURNS TABLE', () => {
  const table = (name: string, columns: string, query: string) =>
    procedure(
      `${name}() RETURNS TABLE (${columns})`,
      `DECLARE res RESULTSET DEFAULT (${query}); BEGIN RETURN TABLE(res); END`,
    );

  test('answers under the declared names, with the values as they were returned', async () => {
    await table('t1', '"b c" INT, d VARCHAR(3)', "SELECT 1 AS x, 'abcdef' AS y");
    const { columns, rows } = await db.session.execute('CALL t1()');
    expect(columns.map((one) => one.name)).toEqual(['b c', 'D']);
    expect(rows).toEqual([['1', 'abcdef']]);
  });

  test.each([
    ['a NUMBER(5,2)', "SELECT 'abc' AS a"],
    ['a INT', 'SELECT 1 AS a, 2 AS b'],
    ['a FLOAT', 'SELECT 7 AS a'],
    ['a VARCHAR', 'SELECT 1 AS a WHERE 1 = 0'],
    ['a OBJECT', "SELECT PARSE_JSON('{}') AS a"],
    ['a TIMESTAMP_NTZ(9)', "SELECT '2024-01-02'::TIMESTAMP_NTZ(3) AS a"],
  ])('(%s) refuses another table: %s', async (columns, query) => {
    await table('t2', columns, query);
    expect((await db.error('CALL t2()')).message).toBe(
      'Stored procedure execution error: data type of returned table does not match expected returned table type',
    );
  });

  test.each([
    [
      'RETURNS TABLE (a INT)',
      'BEGIN RETURN 5; END',
      "Declared return type 'TABLE' is incompatible with actual return type 'SCALAR'",
    ],
    [
      'RETURNS INT',
      'DECLARE r RESULTSET DEFAULT (SELECT 1); BEGIN RETURN TABLE(r); END',
      "Declared return type 'SCALAR' is incompatible with actual return type 'TABLE'",
    ],
    ['RETURNS TABLE ()', 'BEGIN NULL; END', 'stored procedure is missing a return statement'],
  ])('%s and the RETURN must agree: %s', async (returns, body, message) => {
    await procedure(`other_kind() ${returns}`, body);
    expect((await db.error('CALL other_kind()')).message).toContain(message);
  });
});

describe('CREATE PROCEDURE', () => {
  test('reads the body, but does not look up its names', async () => {
    const error = await db.error(
      'CREATE PROCEDURE wrong() RETURNS INT LANGUAGE SQL AS $$ BEGIN RETRUN 1; END $$',
    );
    expect(error.code).toBe('001003');
    await procedure('later() RETURNS INT', 'BEGIN RETURN (SELECT a FROM made_later); END');
    await db.sql('CREATE TABLE made_later AS SELECT 3 AS a');
    expect(await db.value('CALL later()')).toBe('3');
  });

  test('takes a block without quotes', async () => {
    await db.sql(
      "CREATE OR REPLACE PROCEDURE bare() RETURNS VARCHAR LANGUAGE SQL AS DECLARE a VARCHAR DEFAULT 'x'; BEGIN RETURN a || ';'; END",
    );
    expect(await db.value('CALL bare()')).toBe('x;');
  });

  test('replaces only the one with the same argument types', async () => {
    await procedure('same(a INT) RETURNS INT', 'BEGIN RETURN 1; END');
    await procedure('same(a VARCHAR) RETURNS INT', 'BEGIN RETURN 2; END');
    await procedure('same(b NUMBER(3,0)) RETURNS INT', 'BEGIN RETURN 3; END');
    expect([await db.value('CALL same(1)'), await db.value("CALL same('a')")]).toEqual(['3', '2']);
    expect(
      (await db.error('CREATE PROCEDURE same(a INT) RETURNS INT LANGUAGE SQL AS BEGIN RETURN 1; END')).code,
    ).toBe('002002');
    await db.sql(
      'CREATE PROCEDURE IF NOT EXISTS same(a INT) RETURNS INT LANGUAGE SQL AS BEGIN RETURN 9; END',
    );
    expect(await db.value('CALL same(1)')).toBe('3');
  });

  test('in a language that is not run here is not supported here', async () => {
    expect((await db.error("CREATE PROCEDURE py() RETURNS INT LANGUAGE PYTHON AS 'x'")).code).toBe('999001');
  });
});

describe('a procedure in the catalog', () => {
  test('is written out by GET_DDL, which makes it again', async () => {
    await procedure(
      "written(a INT, b VARCHAR DEFAULT 'it''s') RETURNS VARCHAR",
      "BEGIN RETURN b || 'q'; END",
      "COMMENT = 'why' EXECUTE AS CALLER",
    );
    const ddl = (await db.value("SELECT GET_DDL('procedure', 'written(int, varchar)')"))!;
    expect(ddl.split('\n')).toEqual([
      'CREATE OR REPLACE PROCEDURE "WRITTEN"("A" NUMBER(38,0), "B" VARCHAR(16777216) DEFAULT \'it\'\'s\')',
      'RETURNS VARCHAR(16777216)',
      'LANGUAGE SQL',
      "COMMENT='why'",
      'EXECUTE AS CALLER',
      "AS ' BEGIN RETURN b || ''q''; END ';",
    ]);
    await db.sql('DROP PROCEDURE written(INT, VARCHAR)');
    await db.sql(ddl);
    expect(await db.value('CALL written(1)')).toBe("it'sq");
  });

  test('is described by property', async () => {
    await procedure(
      'described(a INT, b DATE DEFAULT NULL) RETURNS TABLE (c INT)',
      'DECLARE r RESULTSET DEFAULT (SELECT 1); BEGIN RETURN TABLE(r); END',
    );
    expect(
      Object.fromEntries((await db.sql('DESC PROCEDURE described(INT, DATE)')) as [string, string][]),
    ).toMatchObject({
      signature: '(A NUMBER, B DATE DEFAULT NULL)',
      returns: 'TABLE ("C" NUMBER(38,0))',
      language: 'SQL',
      'execute as': 'OWNER',
    });
    expect((await db.error('DESC PROCEDURE described(INT)')).code).toBe('002003');
  });

  test('is shown with its arguments', async () => {
    const result = await db.session.execute("SHOW PROCEDURES LIKE 'described'");
    const at = result.columns.findIndex((one) => one.name === 'arguments');
    expect(result.rows[0]![at]).toBe('DESCRIBED(NUMBER, DEFAULT DATE) RETURN TABLE (C NUMBER)');
  });

  test('is renamed, commented and dropped by its signature', async () => {
    await procedure('old(a INT) RETURNS INT', 'BEGIN RETURN a; END');
    await procedure('taken(a INT) RETURNS INT', 'BEGIN RETURN 0; END');
    expect((await db.error('ALTER PROCEDURE old(INT) RENAME TO taken')).code).toBe('002002');
    await db.sql('ALTER PROCEDURE old(INT) RENAME TO young');
    await db.sql("ALTER PROCEDURE young(INT) SET COMMENT = 'new'");
    expect(await db.value('CALL young(5)')).toBe('5');
    await db.sql("ALTER PROCEDURE IF EXISTS old(INT) SET COMMENT = 'x'");
    await db.sql('DROP PROCEDURE young(NUMBER(3,1))');
    expect((await db.error('CALL young(5)')).code).toBe('002140');
    expect((await db.error('ALTER PROCEDURE young(INT) EXECUTE AS CALLER')).code).toBe('002003');
  });

  test('goes with its schema into a clone', async () => {
    await db.sql('CREATE SCHEMA original');
    await procedure('original.cloned() RETURNS INT', 'BEGIN RETURN 4; END');
    await db.sql('CREATE SCHEMA copy CLONE original');
    expect(await db.value('CALL copy.cloned()')).toBe('4');
    await db.sql('USE SCHEMA public');
  });
});

describe("with owner's rights", () => {
  // https://docs.snowflake.com/en/developer-guide/stored-procedure/stored-procedures-rights
  test('a procedure runs in its own schema and with the role of its owner', async () => {
    await db.sql('CREATE SCHEMA home');
    await db.sql('CREATE TABLE home.here (a INT)');
    await db.sql('INSERT INTO home.here VALUES (11)');
    await procedure('home.reads() RETURNS INT', 'BEGIN RETURN (SELECT a FROM here); END');
    await db.sql('USE SCHEMA public');
    expect(await db.value('CALL home.reads()')).toBe('11');
    expect(await db.value('SELECT CURRENT_SCHEMA()')).toBe('PUBLIC');
  });

  test("with caller's rights it sees the schema and variables of its caller", async () => {
    await procedure(
      'home.callers() RETURNS VARCHAR',
      'BEGIN RETURN CURRENT_SCHEMA() || $v; END',
      'EXECUTE AS CALLER',
    );
    await db.sql('USE SCHEMA public');
    await db.sql("SET v = '!'");
    expect(await db.value('CALL home.callers()')).toBe('PUBLIC!');
  });

  test.each([
    ['USE SCHEMA public;', '090236'],
    ["ALTER SESSION SET TIMEZONE = 'UTC';", '090236'],
    ['SET x = 1;', '090236'],
    ['SELECT $v;', '100132'],
    ['LET a VARCHAR := $v;', '100132'],
  ])('it may not %s', async (statement, code) => {
    await procedure('owners() RETURNS INT', `BEGIN ${statement} RETURN 1; END`);
    expect((await db.error('CALL owners()')).code).toBe(code);
  });
});

describe('a transaction', () => {
  // https://docs.snowflake.com/en/sql-reference/transactions#scoped-transactions
  test('of a procedure ends in it', async () => {
    await db.sql('CREATE TABLE kept (a INT)');
    await procedure(
      'commits() RETURNS INT',
      'BEGIN BEGIN TRANSACTION; INSERT INTO kept VALUES (1); COMMIT; RETURN 1; END',
    );
    await db.sql('CALL commits()');
    await procedure(
      'forgets() RETURNS INT',
      'BEGIN BEGIN TRANSACTION; INSERT INTO kept VALUES (2); RETURN 1; END',
    );
    expect((await db.error('CALL forgets()')).message).toContain('is incomplete and it was rolled back');
    expect(await db.sql('SELECT a FROM kept')).toEqual([['1']]);
    expect(db.session.transaction).toBeNull();
  });

  test('of the caller goes on around it', async () => {
    await procedure('adds() RETURNS INT', 'BEGIN INSERT INTO kept VALUES (3); RETURN 1; END');
    await db.sql('BEGIN');
    await db.sql('CALL adds()');
    await db.sql('ROLLBACK');
    expect(await db.sql('SELECT a FROM kept')).toEqual([['1']]);
  });

  test.each(['COMMIT', 'ROLLBACK'])('of the caller is not ended by its %s', async (word) => {
    await procedure('ends() RETURNS INT', `BEGIN ${word}; RETURN 1; END`);
    await db.sql('BEGIN');
    const error = await db.error('CALL ends()');
    await db.sql('ROLLBACK');
    expect(error.message).toContain(
      'Modifying a transaction that has started at a different scope is not allowed.',
    );
  });
});

describe('an OUT argument', () => {
  // https://docs.snowflake.com/en/developer-guide/stored-procedure/stored-procedures-snowflake-scripting
  test('gives the variable of the block that calls the value that it has at the end', async () => {
    await procedure(
      'outs(a INT, b OUT VARCHAR, c OUT INT) RETURNS INT',
      "BEGIN b := COALESCE(b, 'nothing') || ' before, ' || a; c := a * 2; RETURN a; END",
    );
    const sql =
      "DECLARE s VARCHAR DEFAULT 'not seen'; n NUMBER(5,1); BEGIN CALL outs(21, c => :n, b => :s); RETURN s || ', ' || n; END";
    expect(await db.value(sql)).toBe('nothing before, 21, 42.0');
  });

  test('takes nothing but a variable of a block, before the procedure runs', async () => {
    await db.sql('CREATE OR REPLACE TABLE untouched (a INT)');
    await procedure(
      'out_one(a OUT INT) RETURNS INT',
      'BEGIN INSERT INTO untouched VALUES (1); a := 1; RETURN 1; END',
    );
    expect((await db.error('CALL out_one(5)')).message).toContain(
      'an OUT argument takes a variable of a block',
    );
    expect((await db.error('BEGIN CALL out_one(5); END')).message).toContain(
      'an OUT argument takes a variable',
    );
    expect(await db.sql('SELECT * FROM untouched')).toEqual([]);
  });

  test('is written out as one', async () => {
    expect(await db.value("SELECT GET_DDL('procedure', 'out_one(int)')")).toContain(
      '"OUT_ONE"("A" OUT NUMBER(38,0))',
    );
    expect((await db.sql('DESC PROCEDURE out_one(INT)'))[0]).toEqual(['signature', '(A OUT NUMBER)']);
  });
});
