import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { graphsEnded } from '../../../../../actions/local-stack/snowflake/engine/tasks/graph-run.ts';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let db: TestEngine;
beforeAll(async () => {
  db = await openTestEngine();
  await db.sql('CREATE TABLE items (id INT, name VARCHAR, at DATE)');
  await db.sql(
    "INSERT INTO items VALUES (1, 'one', '2026-01-01'), (2, 'two', '2026-02-01'), (3, NULL, NULL)",
  );
});
afterAll(() => db.close());

describe('a cursor', () => {
  test('reads every type from its rows', async () => {
    const sql = `DECLARE c CURSOR FOR SELECT id, name, at, 1.5::FLOAT f, TRUE b, PARSE_JSON('{"k":[1]}') v, TO_BINARY('AB') x,
        '10:11:12.5'::TIME t, '2026-01-01 10:11:12.5'::TIMESTAMP_NTZ n FROM items ORDER BY id;
      r VARCHAR DEFAULT '';
    BEGIN
      FOR one IN c DO
        r := r || one.id || COALESCE(one.name, '-') || COALESCE(TO_VARCHAR(one.at), '-') || one.f || one.b || one.v:k[0] || TO_VARCHAR(one.x) || one.t || one.n || ' ';
      END FOR;
      RETURN r;
    END`;
    const tail = '1.5true1AB10:11:122026-01-01 10:11:12.500 ';
    expect(await db.value(sql)).toBe(`1one2026-01-01${tail}2two2026-02-01${tail}3--${tail}`);
  });

  test.each([
    ['FETCH before OPEN', 'FETCH c INTO a;'],
    ['FETCH after CLOSE', 'OPEN c; CLOSE c; FETCH c INTO a;'],
    ['CLOSE before OPEN', 'CLOSE c;'],
    ['RESULTSET_FROM_CURSOR before OPEN', 'RETURN TABLE(RESULTSET_FROM_CURSOR(c));'],
  ])('is not open: %s', async (_, body) => {
    const error = await db.error(`DECLARE a INT; c CURSOR FOR SELECT 1; BEGIN ${body} END`);
    expect(error.message).toContain("Cursor 'C' is not open.");
  });

  test('opened again reads from the first row', async () => {
    const sql =
      'DECLARE a INT; c CURSOR FOR SELECT id FROM items ORDER BY id; BEGIN OPEN c; FETCH c INTO a; FETCH c INTO a; CLOSE c; OPEN c; FETCH c INTO a; RETURN a; END';
    expect(await db.value(sql)).toBe('1');
  });

  test('sees the variables of where it was declared', async () => {
    const sql =
      'BEGIN LET a := 1; LET c CURSOR FOR SELECT :a; BEGIN LET a := 2; LET r INT := 0; OPEN c; FETCH c INTO r; RETURN r; END; END';
    expect(await db.value(sql)).toBe('1');
  });

  test('for a loop needs no OPEN, and with no rows there is no turn', async () => {
    const sql =
      'DECLARE n INT DEFAULT 0; c CURSOR FOR SELECT id FROM items WHERE id > 100; BEGIN FOR one IN c DO n := n + 1; END FOR; RETURN n; END';
    expect(await db.value(sql)).toBe('0');
  });

  test('whose query fails tells where it was opened', async () => {
    const error = await db.error('DECLARE c CURSOR FOR SELECT 1 / 0;\nBEGIN\n  OPEN c;\nEND');
    expect(error.message).toContain("type 'STATEMENT_ERROR' on line 3 at position 2");
  });

  test('with USING binds values of any type', async () => {
    const sql = `DECLARE n INT; c CURSOR FOR SELECT COUNT(*) FROM items WHERE at >= ? AND name <> ?;
      BEGIN LET d DATE := '2026-01-15'; OPEN c USING (d, 'x' || 'y'); FETCH c INTO n; RETURN n; END`;
    expect(await db.value(sql)).toBe('1');
  });
});

describe('SQLROWCOUNT', () => {
  test.each([
    ['INSERT', 'INSERT INTO items SELECT 10 + id, name, at FROM items WHERE id <= 3', '3'],
    ['UPDATE', "UPDATE items SET name = 'x' WHERE id > 10", '3'],
    ['DELETE', 'DELETE FROM items WHERE id > 10', '3'],
    ['an UPDATE of nothing', 'UPDATE items SET id = 1 WHERE FALSE', '0'],
    ['a SELECT', 'SELECT * FROM items', null],
    ['a DDL statement', 'CREATE OR REPLACE TABLE other (a INT)', null],
  ])('after %s', async (_, statement, expected) => {
    expect(await db.value(`BEGIN ${statement}; RETURN SQLROWCOUNT; END`)).toBe(expected);
  });
});

describe('a statement in a block', () => {
  test.each([
    [
      'MERGE',
      'MERGE INTO items t USING (SELECT :n AS id) s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, :w)',
    ],
    ['UPDATE', 'UPDATE items SET name = :w WHERE id = :n'],
    ['CTAS', 'CREATE OR REPLACE TABLE made AS SELECT :n AS a, :w AS b'],
    ['SELECT with LIMIT', 'SELECT * FROM items LIMIT :n'],
    ['INSERT … SELECT', 'INSERT INTO items (id, name) SELECT :n + 1, :w'],
    ['WITH', 'WITH q AS (SELECT :n AS a) SELECT a FROM q WHERE a = :n'],
    ['a subquery', 'DELETE FROM items WHERE id IN (SELECT id FROM items WHERE id = :n)'],
  ])('reads its variables: %s', async (_, statement) => {
    expect(
      await db.value(
        `DECLARE n INT DEFAULT 77; w VARCHAR DEFAULT 'seven'; BEGIN ${statement}; RETURN 'done'; END`,
      ),
    ).toBe('done');
  });

  test('takes a bare name for a column', async () => {
    expect((await db.error('BEGIN LET only_here := 1; SELECT only_here; END')).code).toBe('000904');
  });

  test('names an object by a variable', async () => {
    const sql =
      "DECLARE t VARCHAR DEFAULT 'd.public.named'; BEGIN CREATE OR REPLACE TABLE IDENTIFIER(:t) (a INT); INSERT INTO IDENTIFIER(:t) VALUES (8); LET r INT := (SELECT a FROM IDENTIFIER(:t)); DROP TABLE IDENTIFIER(:t); RETURN r; END";
    expect(await db.value(sql)).toBe('8');
  });

  test('moves the offset of a stream', async () => {
    await db.sql('CREATE OR REPLACE TABLE source (a INT)');
    await db.sql('CREATE OR REPLACE TABLE target (a INT)');
    await db.sql('CREATE OR REPLACE STREAM changes ON TABLE source');
    await db.sql(
      'BEGIN FOR i IN 1 TO 3 DO INSERT INTO source VALUES (:i); END FOR; INSERT INTO target SELECT a FROM changes; END',
    );
    expect(await db.sql('SELECT a FROM target ORDER BY a')).toEqual([['1'], ['2'], ['3']]);
    expect(await db.sql('SELECT * FROM changes')).toEqual([]);
  });
});

describe('a task whose body is', () => {
  test.each([
    ['a block', "BEGIN LET a := 5; INSERT INTO ran VALUES (:a || ' of a block'); END", '5 of a block'],
    ['a CALL', "CALL fill('of a procedure')", 'of a procedure'],
  ])('%s runs it', async (_, body, expected) => {
    await db.sql('CREATE OR REPLACE TABLE ran (what VARCHAR)');
    await db.sql(
      'CREATE OR REPLACE PROCEDURE fill(a VARCHAR) RETURNS INT LANGUAGE SQL AS $$ BEGIN INSERT INTO ran VALUES (:a); RETURN 1; END $$',
    );
    await db.sql(`CREATE OR REPLACE TASK one SCHEDULE = '60 MINUTES' AS ${body}`);
    await db.sql('EXECUTE TASK one');
    await graphsEnded(db.engine);
    expect(await db.sql('SELECT what FROM ran')).toEqual([[expected]]);
  });

  test('a block that fails is in the history with its exception', async () => {
    await db.sql("CREATE OR REPLACE TASK failing SCHEDULE = '60 MINUTES' AS BEGIN RETURN 1 / 0; END");
    await db.sql('EXECUTE TASK failing');
    await graphsEnded(db.engine);
    const sql =
      "SELECT STATE, ERROR_CODE, ERROR_MESSAGE FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY()) WHERE NAME = 'FAILING' AND STATE = 'FAILED'";
    const [state, code, message] = (await db.sql(sql))[0]!;
    expect([state, Number(code)]).toEqual(['FAILED', 100051]);
    expect(message).toBe(
      "Uncaught exception of type 'EXPRESSION_ERROR' on line 1 at position 13 : Division by zero",
    );
  });
});

describe('ASYNC', () => {
  // https://docs.snowflake.com/en/developer-guide/snowflake-scripting/asynchronous-child-jobs
  test('runs statements that AWAIT ALL waits for', async () => {
    await db.sql('CREATE OR REPLACE TABLE jobs (a INT)');
    const sql =
      'BEGIN FOR i IN 1 TO 3 DO ASYNC (INSERT INTO jobs VALUES (:i)); END FOR; AWAIT ALL; LET n INT := (SELECT COUNT(*) FROM jobs); RETURN n; END';
    expect(await db.value(sql)).toBe('3');
  });

  test('gives its rows to a RESULTSET after AWAIT', async () => {
    const sql = 'BEGIN LET r RESULTSET := ASYNC (SELECT 5 AS a); AWAIT r; RETURN TABLE(r); END';
    expect(await db.sql(sql)).toEqual([['5']]);
  });

  test('gives them to nobody before', async () => {
    const error = await db.error('BEGIN LET r RESULTSET := ASYNC (SELECT 5); RETURN TABLE(r); END');
    expect(error.message).toContain('AWAIT it before it is read');
  });

  test.each(['AWAIT r', 'AWAIT ALL'])('tells its failure at %s', async (awaiting) => {
    const sql = `BEGIN\n  LET r RESULTSET := ASYNC (SELECT 1 / 0);\n  LET a := 1;\n  ${awaiting};\nEND`;
    expect((await db.error(sql)).message).toBe(
      "Uncaught exception of type 'STATEMENT_ERROR' on line 4 at position 2 : Division by zero",
    );
  });

  test('is not cancelled here', async () => {
    expect((await db.error('BEGIN LET r RESULTSET := ASYNC (SELECT 1); CANCEL r; END')).code).toBe('999001');
  });
});

describe('a variable stands for a string of a statement', () => {
  // https://docs.snowflake.com/en/developer-guide/stored-procedure/stored-procedures-snowflake-scripting
  const comment = () =>
    db.value("SELECT comment FROM information_schema.tables WHERE table_name = 'COMMENTED'");

  test('COMMENT = :c, with its value of each run', async () => {
    await db.sql(
      'CREATE PROCEDURE commented(c VARCHAR) RETURNS INT LANGUAGE SQL AS BEGIN CREATE OR REPLACE TABLE commented (a INT) COMMENT = :c; RETURN 1; END',
    );
    await db.sql("CALL commented('first')");
    expect(await comment()).toBe('first');
    await db.sql(
      "BEGIN FOR i IN 1 TO 3 DO LET c := 'turn ' || i; COMMENT ON TABLE commented IS :c; END FOR; END",
    );
    expect(await comment()).toBe('turn 3');
  });

  test('COPY INTO … FROM :stage, with options of every type', async () => {
    await db.sql('CREATE STAGE exchange');
    await db.sql('CREATE TABLE moved (a VARCHAR)');
    const sql = `DECLARE s VARCHAR DEFAULT '@exchange/out/'; yes BOOLEAN DEFAULT TRUE; e VARCHAR DEFAULT 'skip_file'; n INT DEFAULT 1000000;
      BEGIN
        INSERT INTO moved VALUES ('x');
        COPY INTO :s FROM moved FILE_FORMAT = (TYPE = CSV) OVERWRITE = :yes MAX_FILE_SIZE = :n;
        COPY INTO moved FROM :s ON_ERROR = :e FILE_FORMAT = (TYPE = CSV) PURGE = :yes;
        LET c INT := (SELECT COUNT(*) FROM moved);
        RETURN c;
      END`;
    expect(await db.value(sql)).toBe('2');
    expect(await db.sql('LIST @exchange')).toEqual([]);
  });

  test('SHOW … LIKE :pattern', async () => {
    const sql =
      "DECLARE p VARCHAR DEFAULT 'commen%'; r RESULTSET; BEGIN r := (SHOW TABLES LIKE :p); RETURN TABLE(r); END";
    expect((await db.sql(sql)).length).toBe(1);
  });

  test('and no literal is taken for one', async () => {
    expect(
      await db.value("DECLARE x INT DEFAULT 5; n INT; BEGIN n := (SELECT LENGTH('\\0X')); RETURN n; END"),
    ).toBe('2');
    expect(
      await db.sql("BEGIN LET x := 5; LET r RESULTSET := (SELECT LENGTH('\\0X')); RETURN TABLE(r); END"),
    ).toEqual([['2']]);
  });

  test('but not outside a block, and not where nothing declares it', async () => {
    expect((await db.error('CREATE TABLE q (a INT) COMMENT = :c')).code).toBe('001003');
    expect((await db.error('BEGIN CREATE TABLE q (a INT) COMMENT = :c; END')).code).toBe('000904');
  });
});
