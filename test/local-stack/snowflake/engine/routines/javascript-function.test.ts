import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let engine: TestEngine;

/** A function `name` in JavaScript. */
function js(name: string, parameters: string, returns: string, body: string): string {
  return `CREATE OR REPLACE FUNCTION ${name}(${parameters}) RETURNS ${returns} LANGUAGE JAVASCRIPT AS $$ ${body} $$`;
}

beforeAll(async () => {
  engine = await openTestEngine();
  for (const text of [
    js(
      'fact',
      'd DOUBLE',
      'DOUBLE',
      'let result = 1; for (let i = 2; i <= D; i++) result *= i; return result;',
    ),
    js('reversed', 'a ARRAY', 'ARRAY', 'return A.reverse();'),
    js(
      'kind',
      'v VARIANT',
      'VARCHAR',
      'return V === undefined ? "undefined" : V === null ? "null" : typeof V + JSON.stringify(V)',
    ),
    js(
      'pick',
      'n DOUBLE',
      'VARIANT',
      'return [undefined, null, { b: undefined, a: 1, c: [1, undefined, 2] }, "x", [true]][N]',
    ),
    js('no_number', 'n DOUBLE', 'DOUBLE', 'return [undefined, null, NaN, Infinity, -Infinity, "1.5"][N]'),
    js('echo_bytes', 'b BINARY', 'BINARY', 'return B.map((x) => x ^ 255)'),
    js('echo_flag', 'b BOOLEAN', 'BOOLEAN', 'return !B'),
    js('echo_time', 't TIMESTAMP_LTZ', 'TIMESTAMP_LTZ', 'return T'),
    js('echo_ntz', 't TIMESTAMP_NTZ', 'TIMESTAMP_NTZ', 'return T'),
    js('hours', 't TIMESTAMP_NTZ', 'DOUBLE', 'return T.getHours()'),
    js('day_after', 'd DATE', 'DATE', 'D.setDate(D.getDate() + 1); return D'),
    js('text_date', '', 'DATE', 'return "2024-02-29"'),
    js('joined', 'a VARCHAR, "b" VARCHAR', 'VARCHAR', 'return A + b'),
    js('optional', "a VARCHAR, b VARCHAR DEFAULT '!'", 'VARCHAR', 'return A + B'),
    js('object_of', 'o OBJECT', 'OBJECT', 'O.added = 1; return O'),
    "CREATE FUNCTION strictly(d DOUBLE) RETURNS VARCHAR LANGUAGE JAVASCRIPT STRICT AS 'return String(D)'",
    "CREATE FUNCTION loosely(d DOUBLE) RETURNS VARCHAR LANGUAGE JAVASCRIPT AS 'return String(D)'",
  ])
    await engine.sql(text);
});
afterAll(() => engine.close());

// https://docs.snowflake.com/en/developer-guide/udf/javascript/udf-javascript-introduction, JavaScript data types
test.each([
  ['arguments have upper-case names', 'SELECT fact(5)', '120.0'],
  ['an integer may be passed to a DOUBLE', 'SELECT SUM(fact(column1)) FROM VALUES (1), (2), (3)', '9.0'],
  ['a quoted argument keeps its case', "SELECT joined('x', 'y')", 'xy'],
  ['a default stands for a missing argument', "SELECT optional('x')", 'x!'],
  ['an argument by name', "SELECT optional(b => '?', a => 'x')", 'x?'],
  ['an ARRAY is an array', "SELECT reversed([1, 'x', NULL])", '[null,"x",1]'],
  ['an OBJECT is an object', "SELECT object_of({'z': 1})", '{"added":1,"z":1}'],
  ['SQL NULL is undefined', 'SELECT kind(NULL)', 'undefined'],
  ['a JSON null is null', "SELECT kind(PARSE_JSON('null'))", 'null'],
  ['a VARIANT has its own type', 'SELECT kind(1.5::VARIANT)', 'number1.5'],
  ['undefined is SQL NULL', 'SELECT pick(0) IS NULL', '1'],
  ['null is a JSON null in a VARIANT', 'SELECT IS_NULL_VALUE(pick(1))', '1'],
  ['undefined within an object or array is left out', 'SELECT pick(2)', '{"a":1,"c":[1,2]}'],
  ['a string is a JSON string in a VARIANT', 'SELECT pick(3)', '"x"'],
  ['an array is an array in a VARIANT', 'SELECT pick(4)[0]', 'true'],
  ['null is SQL NULL where the type is not VARIANT', 'SELECT no_number(1) IS NULL', '1'],
  ['NaN is NaN', "SELECT no_number(2) = 'NaN'::FLOAT", '1'],
  ['Infinity is inf', "SELECT no_number(3) = 'inf'::FLOAT", '1'],
  ['text is read as a number', 'SELECT no_number(5)', '1.5'],
  ['a BINARY is a Uint8Array', "SELECT echo_bytes(TO_BINARY('00FF10'))", 'FF00EF'],
  ['a BOOLEAN is a boolean', 'SELECT echo_flag(FALSE)', '1'],
  ['a DATE is midnight in the session’s time zone', "SELECT day_after('2024-03-10')::VARCHAR", '2024-03-11'],
  ['a string is read as a date', 'SELECT text_date()::VARCHAR', '2024-02-29'],
  [
    'milliseconds of a timestamp are kept',
    "SELECT echo_time('2024-07-01 12:00:00.123456 +0000'::TIMESTAMP_TZ)::TIMESTAMP_NTZ::VARCHAR",
    '2024-07-01 05:00:00.123',
  ],
  ['a TIMESTAMP_NTZ shows the same on the clock', "SELECT hours('2024-07-01 12:00:00')", '12.0'],
  ['and goes back as it came', "SELECT echo_ntz('2024-07-01 12:00:00')::VARCHAR", '2024-07-01 12:00:00.000'],
  ['STRICT is not called for NULL', 'SELECT strictly(NULL) IS NULL', '1'],
  ['other functions are called for NULL', 'SELECT loosely(NULL)', 'undefined'],
  [
    'a call in WHERE and GROUP BY',
    'SELECT MAX(n) FROM (SELECT fact(column1) f, COUNT(*) n FROM VALUES (1), (1), (3) WHERE fact(column1) < 9 GROUP BY f)',
    '2',
  ],
  [
    'every row of many batches',
    'SELECT SUM(fact(SEQ4() % 2)) FROM TABLE(GENERATOR(ROWCOUNT => 5000))',
    '5000.0',
  ],
])('%s', async (_name, text, expected) => {
  await engine.sql("ALTER SESSION SET TIMEZONE = 'America/Los_Angeles'");
  expect(await engine.value(text)).toBe(expected);
});

describe('errors', () => {
  test('name the function, the line and what was thrown', async () => {
    await engine.sql(js('broken', '', 'VARCHAR', '\n  var a = 1;\n  return foo;'));
    const error = await engine.error('SELECT broken()');
    expect([error.code, error.sqlState]).toEqual(['100132', 'P0000']);
    expect(error.message).toBe(
      "JavaScript execution error: Uncaught ReferenceError: foo is not defined in BROKEN at '  return foo; ' position 9\nstackstrace: \nBROKEN line: 3",
    );
  });

  test.each([
    ['a thrown text', 'DOUBLE', 'throw "Bad ID!"', '100132', 'Uncaught Bad ID! in F'],
    ['a mistake in the syntax', 'DOUBLE', 'return (', '100132', 'SyntaxError'],
    ['text that is no number', 'DOUBLE', 'return "x"', '100038', "Numeric value 'x' is not recognized"],
    ['an invalid Date', 'DATE', 'return new Date(NaN)', '100132', 'Invalid Date'],
    ['text that is no date', 'DATE', 'return "someday"', '100040', "Date 'someday' is not recognized"],
    ['something else than bytes', 'BINARY', 'return "x"', '100132', 'must be a Uint8Array'],
    [
      'an array where an object is declared',
      'OBJECT',
      'return [1]',
      '100071',
      'Failed to cast variant value',
    ],
    [
      'text that is no boolean',
      'BOOLEAN',
      'return "perhaps"',
      '100037',
      "Boolean value 'perhaps' is not recognized",
    ],
    ['a longer text than declared', 'VARCHAR(3)', 'return "abcd"', '100078', 'abcd'],
  ])('%s', async (_name, returns, body, code, part) => {
    await engine.sql(js('f', '', returns, body));
    const error = await engine.error('SELECT f()');
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(part)]);
  });

  test.each(['NUMBER', 'INTEGER', 'TIME'])('JavaScript has no %s', async (type) => {
    const error = await engine.error(js('f', `a ${type}`, 'VARCHAR', 'return "x"'));
    expect(error.message).toContain('Language JAVASCRIPT does not support type');
  });
});

test('random numbers are drawn for each row', async () => {
  await engine.sql(js('dice', '', 'DOUBLE', 'return Math.random()'));
  expect(
    await engine.value('SELECT COUNT(DISTINCT dice()) > 90 FROM TABLE(GENERATOR(ROWCOUNT => 100))'),
  ).toBe('1');
});

test('statements that change rows call a function, also when they are applied again', async () => {
  await engine.sql('CREATE TABLE t (n DOUBLE DEFAULT fact(3))');
  await engine.sql('BEGIN');
  await engine.sql('INSERT INTO t VALUES (fact(4)), (DEFAULT)');
  await engine.error('SELECT nope');
  await engine.sql('UPDATE t SET n = fact(2) WHERE n = fact(4)');
  await engine.sql('COMMIT');
  expect(await engine.sql('SELECT n FROM t ORDER BY n')).toEqual([['2.0'], ['6.0']]);
});
