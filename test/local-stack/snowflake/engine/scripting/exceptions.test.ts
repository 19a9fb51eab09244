import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let db: TestEngine;
beforeAll(async () => {
  db = await openTestEngine();
  await db.sql('CREATE TABLE log (what VARCHAR)');
});
afterAll(() => db.close());

const EXCEPTION = "DECLARE e EXCEPTION (-20002, 'mine');";

describe('an exception that nobody handles tells its type and place', () => {
  // https://docs.snowflake.com/en/sql-reference/snowflake-scripting/raise
  test.each([
    ['BEGIN RETURN 1 / 0; END', '100051', 'EXPRESSION_ERROR', 1, 13, 'Division by zero'],
    [
      "BEGIN\n  LET a INT := 'x';\nEND",
      '100038',
      'EXPRESSION_ERROR',
      2,
      15,
      "Numeric value 'x' is not recognized",
    ],
    [
      'BEGIN\n  LET a := 1;\n  IF (a / 0 = 1) THEN NULL; END IF;\nEND',
      '100051',
      'EXPRESSION_ERROR',
      3,
      6,
      'Division by zero',
    ],
    [
      'BEGIN\n  IF ( (1 / 0 = 1) OR (FALSE)) THEN NULL; END IF;\nEND',
      '100051',
      'EXPRESSION_ERROR',
      2,
      7,
      'Division by zero',
    ],
    ['BEGIN\n  SELECT 1 / 0;\nEND', '100051', 'STATEMENT_ERROR', 2, 2, 'Division by zero'],
    [
      'BEGIN\n\n  DROP TABLE nope;\nEND',
      '002003',
      'STATEMENT_ERROR',
      3,
      2,
      "SQL compilation error:\nTable 'D.PUBLIC.NOPE' does not exist or not authorized.",
    ],
    [
      'BEGIN\n  SELECT\n    nope;\nEND',
      '000904',
      'STATEMENT_ERROR',
      2,
      2,
      "SQL compilation error: error line 2 at position 4\ninvalid identifier 'NOPE'",
    ],
    [`${EXCEPTION} BEGIN RAISE e; END`, '-20002', 'E', 1, 44, 'mine'],
  ])('%j', async (sql, code, type, line, column, message) => {
    const error = await db.error(sql);
    expect(error.code).toBe(code);
    expect(error.message).toBe(
      `Uncaught exception of type '${type}' on line ${line} at position ${column} : ${message}`,
    );
    expect(error.position).toMatchObject({ line, column });
  });

  test('without a text where it was declared without one', async () => {
    const error = await db.error('DECLARE e EXCEPTION; BEGIN RAISE e; END');
    expect([error.code, error.sqlState, error.message]).toEqual([
      '-20000',
      'P0001',
      "Uncaught exception of type 'E' on line 1 at position 27",
    ]);
  });

  test('once for each CALL that it goes through', async () => {
    await db.sql('CREATE PROCEDURE fails() RETURNS INT LANGUAGE SQL AS BEGIN RETURN 1 / 0; END');
    const error = await db.error('BEGIN CALL fails(); END');
    expect(error.code).toBe('100051');
    expect(error.message).toBe(
      "Uncaught exception of type 'STATEMENT_ERROR' on line 1 at position 6 : Uncaught exception of type 'EXPRESSION_ERROR' on line 1 at position 13 : Division by zero",
    );
  });
});

describe('a handler', () => {
  test.each([
    [
      'the first WHEN that fits wins',
      `${EXCEPTION} BEGIN RAISE e; EXCEPTION WHEN OTHER THEN RETURN 'other'; WHEN e THEN RETURN 'e'; END`,
      'other',
    ],
    [
      'by the name of the exception',
      `${EXCEPTION} BEGIN RAISE e; EXCEPTION WHEN e THEN RETURN 'e'; WHEN OTHER THEN RETURN 'other'; END`,
      'e',
    ],
    [
      'STATEMENT_ERROR',
      "BEGIN SELECT 1 / 0; EXCEPTION WHEN EXPRESSION_ERROR THEN RETURN 'x'; WHEN STATEMENT_ERROR THEN RETURN 's'; END",
      's',
    ],
    [
      'EXPRESSION_ERROR',
      "BEGIN LET a := 1 / 0; EXCEPTION WHEN STATEMENT_ERROR THEN RETURN 's'; WHEN EXPRESSION_ERROR THEN RETURN 'x'; END",
      'x',
    ],
    [
      'of the block around',
      `${EXCEPTION} BEGIN BEGIN RAISE e; END; RETURN 'no'; EXCEPTION WHEN e THEN RETURN 'around'; END`,
      'around',
    ],
    [
      'after which the block around goes on',
      "BEGIN LET r := ''; BEGIN SELECT 1 / 0; EXCEPTION WHEN OTHER THEN r := 'handled'; END; RETURN r || ', on'; END",
      'handled, on',
    ],
    [
      'in a loop, which goes on',
      'BEGIN LET n := 0; FOR i IN 1 TO 3 DO BEGIN SELECT 1 / 0; EXCEPTION WHEN OTHER THEN n := n + 1; END; END FOR; RETURN n; END',
      '3',
    ],
    [
      'with CONTINUE: on with the next statement',
      "BEGIN LET r := 'a'; SELECT 1 / 0; r := r || 'c'; RETURN r; EXCEPTION WHEN OTHER CONTINUE THEN r := r || 'b'; END",
      'abc',
    ],
    [
      'with CONTINUE: within the branch that failed',
      "BEGIN LET r := ''; IF (TRUE) THEN SELECT 1 / 0; r := r || 'in'; END IF; RETURN r; EXCEPTION WHEN OTHER CONTINUE THEN r := 'h,'; END",
      'h,in',
    ],
    [
      'with CONTINUE that returns',
      "BEGIN SELECT 1 / 0; RETURN 'no'; EXCEPTION WHEN OTHER CONTINUE THEN RETURN 'left'; END",
      'left',
    ],
    [
      'of an inner block before that of the outer',
      "BEGIN BEGIN SELECT 1 / 0; EXCEPTION WHEN OTHER THEN RETURN 'inner'; END; EXCEPTION WHEN OTHER THEN RETURN 'outer'; END",
      'inner',
    ],
    [
      'of what fails in a handler is the block around',
      "BEGIN BEGIN SELECT 1 / 0; EXCEPTION WHEN OTHER THEN RETURN 2 / 0; END; EXCEPTION WHEN OTHER THEN RETURN 'around'; END",
      'around',
    ],
    [
      'of a failing declaration',
      "BEGIN DECLARE a INT DEFAULT 1 / 0; BEGIN RETURN a; EXCEPTION WHEN OTHER THEN RETURN 'declared'; END; END",
      'declared',
    ],
    [
      'tells SQLCODE, SQLSTATE and SQLERRM',
      'BEGIN DROP TABLE nope; EXCEPTION WHEN OTHER THEN RETURN SQLCODE || SQLSTATE || LEFT(SQLERRM, 21); END',
      '200342S02SQL compilation error',
    ],
    [
      'gives them to statements too',
      "BEGIN SELECT 1 / 0; EXCEPTION WHEN OTHER THEN LET r VARCHAR := (SELECT :SQLCODE || ' ' || :SQLERRM); RETURN r; END",
      '100051 Division by zero',
    ],
  ])('%s', async (_, sql, expected) => {
    expect(await db.value(sql)).toBe(expected);
  });

  test('sees variables that were not reached as NULL, and those that were with their values', async () => {
    const sql =
      "BEGIN LET a := 1; a := 2; SELECT 1 / 0; LET b := 3; EXCEPTION WHEN OTHER THEN RETURN a || ' ' || COALESCE(b, 0); END";
    expect(await db.value(sql)).toBe('2 0');
  });

  test('that is over leaves no SQLERRM behind', async () => {
    const sql = 'BEGIN BEGIN SELECT 1 / 0; EXCEPTION WHEN OTHER THEN NULL; END; RETURN SQLERRM; END';
    expect(await db.value(sql)).toBeNull();
  });

  test('raises the exception again, from where it was first raised', async () => {
    const error = await db.error('BEGIN\n  SELECT 1 / 0;\nEXCEPTION\n  WHEN OTHER THEN RAISE;\nEND');
    expect(error.message).toContain("type 'STATEMENT_ERROR' on line 2 at position 2");
  });

  test('cannot hide what the local server does not carry out', async () => {
    const error = await db.error(
      'BEGIN CREATE FUNCTION f() RETURNS INT LANGUAGE PYTHON AS $$x$$; EXCEPTION WHEN OTHER THEN RETURN 1; END',
    );
    expect(error.code).toBe('999001');
  });

  test('writes a log in place of the failed transaction', async () => {
    await db.sql(`BEGIN
      BEGIN TRANSACTION;
      INSERT INTO log VALUES ('lost');
      SELECT 1 / 0;
      COMMIT;
    EXCEPTION WHEN OTHER THEN
      ROLLBACK;
      INSERT INTO log VALUES (:SQLERRM);
    END`);
    expect(await db.sql('SELECT what FROM log')).toEqual([['Division by zero']]);
  });
});

test('a cancelled block ends, even a loop that waits for nothing, and no handler keeps it', async () => {
  const running = db.error('BEGIN LOOP NULL; END LOOP; EXCEPTION WHEN OTHER THEN RETURN 1; END');
  setTimeout(() => db.session.cancel(), 50);
  expect((await running).code).toBe('000604');
});
