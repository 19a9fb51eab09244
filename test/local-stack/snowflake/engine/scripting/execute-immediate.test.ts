import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';
import { putFiles } from '../../../../support/stage.ts';

let db: TestEngine;
beforeAll(async () => {
  db = await openTestEngine();
  await db.sql('CREATE STAGE scripts');
});
afterAll(() => db.close());

const stage = (name: string, text: string): void => putFiles(db, 'scripts', { [name]: text });

describe('EXECUTE IMMEDIATE', () => {
  test('passes on the columns and rows of the statement', async () => {
    const { columns, rows } = await db.session.execute("EXECUTE IMMEDIATE 'SELECT 1 AS a, ''x'' AS b'");
    expect(columns.map((one) => one.name)).toEqual(['A', 'B']);
    expect(rows).toEqual([['1', 'x']]);
  });

  test('takes the binds of the driver', async () => {
    expect(
      await db.sql("EXECUTE IMMEDIATE 'SELECT ? || ?'", [
        { type: 'TEXT', value: 'a' },
        { type: 'FIXED', value: '2' },
      ]),
    ).toEqual([['a2']]);
  });

  test('takes variables of the session in USING', async () => {
    await db.sql('SET (low, high) = (3, 4)');
    expect(await db.value("EXECUTE IMMEDIATE 'SELECT ? * 10 + ?' USING (low, high)")).toBe('34');
  });

  test.each([
    ['NUMBER(5,2)', '1.50', '1.50'],
    ['FLOAT', '0.5', '0.5'],
    ['VARCHAR', "'it''s'", "it's"],
    ['BOOLEAN', 'TRUE', 'true'],
    ['DATE', "'1969-12-31'", '1969-12-31'],
    ['TIME', "'10:11:12'", '10:11:12'],
    ['TIMESTAMP_NTZ', "'1969-12-31 23:59:59.5'", '1969-12-31 23:59:59.500'],
    ['BINARY', "TO_BINARY('AB')", 'AB'],
    ['VARCHAR', 'NULL', null],
  ])('gives a %s %s to the text as it is', async (type, value, expected) => {
    const sql = `DECLARE a ${type}; r RESULTSET; BEGIN a := ${value}; r := (EXECUTE IMMEDIATE 'SELECT TO_VARCHAR(?)' USING (a)); RETURN TABLE(r); END`;
    expect(await db.value(sql)).toBe(expected);
  });

  test('of a block gives its result, and tells its exception once', async () => {
    expect(await db.value("EXECUTE IMMEDIATE 'BEGIN RETURN 5; END'")).toBe('5');
    expect((await db.error("EXECUTE IMMEDIATE 'BEGIN RETURN 1 / 0; END'")).message).toBe(
      "Uncaught exception of type 'EXPRESSION_ERROR' on line 1 at position 13 : Division by zero",
    );
  });

  test('of NULL, of two statements and of none that can be read are errors', async () => {
    expect((await db.error('EXECUTE IMMEDIATE NULL')).code).toBe('001003');
    expect((await db.error("EXECUTE IMMEDIATE 'SELECT 1; SELECT 2'")).code).toBe('000008');
    expect((await db.error("EXECUTE IMMEDIATE 'SELECT FROM WHERE'")).code).toBe('001003');
  });
});

describe('EXECUTE IMMEDIATE FROM', () => {
  // https://docs.snowflake.com/en/sql-reference/sql/execute-immediate-from
  test('runs the statements of a staged file and answers the last one', async () => {
    stage(
      'make.sql',
      '-- a comment\nCREATE OR REPLACE TABLE made (a INT);\nBEGIN\n  INSERT INTO made VALUES (1);\nEND;\nSELECT COUNT(*) FROM made;\n',
    );
    expect(await db.value('EXECUTE IMMEDIATE FROM @scripts/make.sql')).toBe('1');
  });

  test('names the file and the place of a statement that fails', async () => {
    stage('broken.sql', 'SELECT 1;\n  SELECT nope;\nCREATE TABLE never (a INT);');
    const error = await db.error('EXECUTE IMMEDIATE FROM @scripts/broken.sql');
    expect(error.code).toBe('000904');
    expect(error.message).toBe(
      "Uncaught exception of type 'STATEMENT_ERROR' in file @scripts/broken.sql on line 2 at position 2:\nSQL compilation error: error line 1 at position 7\ninvalid identifier 'NOPE'",
    );
    expect((await db.error('SELECT * FROM never')).code).toBe('002003');
  });

  test('renders {{ name }} from USING', async () => {
    stage('template.sql', "--!jinja\nSELECT '{{ environment }}' || {{ n }};");
    expect(
      await db.value("EXECUTE IMMEDIATE FROM @scripts/template.sql USING (environment => 'dev', n => 1 + 1)"),
    ).toBe('dev2');
  });

  test.each([
    ['a template with more than names', '--!jinja\n{% for i in [1] %} SELECT 1; {% endfor %}', ''],
    ['a template variable that USING does not give', '--!jinja\nSELECT {{ missing }};', ''],
  ])('%s is not supported here', async (_, text, using) => {
    stage('more.sql', text);
    expect((await db.error(`EXECUTE IMMEDIATE FROM @scripts/more.sql${using}`)).code).toBe('999001');
  });

  test('leaves braces of a file that is no template alone', async () => {
    stage('plain.sql', "SELECT '{{ x }}';");
    expect(await db.value('EXECUTE IMMEDIATE FROM @scripts/plain.sql')).toBe('{{ x }}');
  });

  test('of a file that is not there says so', async () => {
    expect((await db.error('EXECUTE IMMEDIATE FROM @scripts/none.sql')).code).toBe('002003');
  });
});

describe('statements within another', () => {
  test('are queries of their own in the history', async () => {
    await db.sql("BEGIN LET a := 1; INSERT INTO made VALUES (:a); EXECUTE IMMEDIATE 'SELECT 17'; END");
    const texts = [...db.engine.queries.values()].slice(-4).map((one) => one.text);
    expect(texts.slice(1)).toEqual([
      'INSERT INTO made VALUES (:a)',
      "EXECUTE IMMEDIATE 'SELECT 17'",
      'SELECT 17',
    ]);
    expect(texts[0]).toMatch(/^BEGIN LET a/);
  });

  test('that fail keep their error there', async () => {
    await db.error('BEGIN SELECT 1 / 0; END');
    const [outer, inner] = [...db.engine.queries.values()].slice(-2);
    expect(inner!.error).toEqual({ code: '100051', message: 'Division by zero' });
    expect(outer!.error!.message).toContain('Uncaught exception');
  });

  test('see the binds of the driver in a block, each its own', async () => {
    const rows = await db.sql(
      'BEGIN LET a INT := ?; LET r RESULTSET := (SELECT :a, ?, ?); RETURN TABLE(r); END',
      [
        { type: 'FIXED', value: '1' },
        { type: 'TEXT', value: 'two' },
        { type: 'FIXED', value: '3' },
      ],
    );
    expect(rows).toEqual([['1', 'two', '3']]);
  });

  test('LAST_QUERY_ID is the statement before, within the block and after it', async () => {
    const within = await db.value(
      'BEGIN SELECT 5 AS five; LET r INT := (SELECT five FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))); RETURN r; END',
    );
    expect(within).toBe('5');
    await db.sql("BEGIN SELECT 5 AS five; RETURN 'of the block'; END");
    expect(await db.value('SELECT * FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))')).toBe('of the block');
  });
});
