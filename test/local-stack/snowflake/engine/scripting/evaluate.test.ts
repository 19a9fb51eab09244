import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let db: TestEngine;
beforeAll(async () => {
  db = await openTestEngine();
});
afterAll(() => db.close());

describe('a block computes', () => {
  test.each([
    ['1 + 2 * 3', '7'],
    ['10 - 20', '-10'],
    ['-(5)', '-5'],
    ['7 / 2', '3.500000'],
    ['7 % 4', '3'],
    ["'a' || 'b'", 'ab'],
    ["'a' || 1", 'a1'],
    ['NULL', null],
    ['NULL + 1', null],
    ['3 > 2', '1'],
    ['3 > 2 AND 1 > 2', '0'],
    ['NOT (3 > 2)', '0'],
    ["'a' = 'a'", '1'],
    ["'a' <> 'a'", '0'],
    ['1 = 1.0', '1'],
    ['1.5 + 1', '2.5'],
    ['99999999999999999999999999999999999999 - 1', '99999999999999999999999999999999999998'],
    ["UPPER('abc')", 'ABC'],
    ["IFF(1 = 1, 'yes', 'no')", 'yes'],
    ['CASE WHEN 1 = 2 THEN 1 ELSE 2 END', '2'],
    ["DATEADD(day, 1, '2026-01-31'::DATE)::VARCHAR", '2026-02-01'],
    ["'2026-01-31'::DATE + 1", String(Date.UTC(2026, 1, 1) / 86_400_000)],
    ['(SELECT 1 + 1)', '2'],
    ['5 IN (1, 5)', '1'],
    ['5 BETWEEN 1 AND 4', '0'],
    ['NULL IS NULL', '1'],
    ['PARSE_JSON(\'{"a":{"b":3}}\'):a.b', '3'],
    ['ARRAY_CONSTRUCT(1, 2)', '[1,2]'],
  ])('%s as %s', async (expression, expected) => {
    expect(await db.value(`BEGIN RETURN ${expression}; END`)).toBe(expected);
  });
});

describe('a condition is taken', () => {
  // Exactly the values whose text is `true` or `1` are; nothing else is an error.
  test.each([
    ["'true'", true],
    ["'TRUE'", true],
    ["'1'", true],
    ['1', true],
    ['1::FLOAT', true],
    ["PARSE_JSON('true')", true],
    ["'yes'", false],
    ["' true'", false],
    ["'1.0'", false],
    ['2', false],
    ['0', false],
    ['10 / 10', false],
    ['CAST(1 AS NUMBER(3,1))', false],
    ['NULL', false],
    ['PARSE_JSON(\'"true"\')', false],
    ["TO_BOOLEAN('yes')", true],
  ])('for %s: %s', async (condition, taken) => {
    const sql = `BEGIN IF (${condition}) THEN RETURN 'taken'; ELSE RETURN 'not'; END IF; END`;
    expect(await db.value(sql)).toBe(taken ? 'taken' : 'not');
  });
});

describe('a variable holds its value as its type', () => {
  test.each([
    ['NUMBER(5,2)', '1.239', '1.24'],
    ['INT', "'42'", '42'],
    ['NUMBER(3,0)', '12.5', '13'],
    ['VARCHAR', '12', '12'],
    ['FLOAT', '0.1', '0.1'],
    ['BOOLEAN', "'yes'", 'true'],
    ['DATE', "'2026-01-31'", '2026-01-31'],
    ['TIME', "'10:11:12.5'", '10:11:12'],
    ['TIMESTAMP_NTZ', "'2026-01-31 10:11:12.5'", '2026-01-31 10:11:12.500'],
    ['TIMESTAMP_LTZ', "'2026-01-31 10:11:12 +0000'", '2026-01-31 10:11:12.000 +0000'],
    ['BINARY', "TO_BINARY('AB12')", 'AB12'],
    ['VARIANT', "PARSE_JSON('[1]')", '[1]'],
    ['ARRAY', 'ARRAY_CONSTRUCT(1)', '[1]'],
    ['OBJECT', "OBJECT_CONSTRUCT('a', 1)", '{"a":1}'],
  ])('%s := %s', async (type, value, expected) => {
    const sql = `DECLARE x ${type}; y ${type}; BEGIN x := ${value}; y := x; RETURN TO_VARCHAR(y); END`;
    expect(await db.value(sql)).toBe(expected);
  });

  test.each([
    ['a whole number', 'LET x := 1', 'NUMBER(38,0)'],
    ['a number with a fraction', 'LET x := 1.5', 'FLOAT'],
    ['a text', "LET x := 'abc'", 'VARCHAR(16777216)'],
    ['a date', "LET x := '2026-01-01'::DATE", 'DATE'],
    ['a variable', 'LET y NUMBER(5,0) := 1; LET x := y', 'NUMBER(5,0)'],
    ['a cast', 'LET x := 1::NUMBER(7,3)', 'NUMBER(7,3)'],
    ['a condition', 'LET x := 1 = 1', 'BOOLEAN'],
  ])('takes its type from %s', async (_, declaration, type) => {
    await db.sql(`BEGIN ${declaration}; CREATE OR REPLACE TABLE typed AS SELECT :x AS c; END`);
    expect((await db.sql('DESCRIBE TABLE typed'))[0]![1]).toBe(type);
  });

  test.each(["PARSE_JSON('1')", 'TO_VARIANT(1)', ':x + 1', '(SELECT a FROM not_there)'])(
    'without a type cannot take one from %s',
    async (initializer) => {
      const error = await db.error(`BEGIN LET x INT := 1; LET v := ${initializer}; RETURN 1; END`);
      expect([error.code, error.sqlState]).toEqual(['092228', 'P0000']);
      expect(error.message).toContain("variable 'V' cannot have its type inferred from initializer");
    },
  );
});

test('an expression too large for a number fails as the database says', async () => {
  const error = await db.error('BEGIN RETURN 99999999999999999999999999999999999999 * 10; END');
  expect(error.code).toBe('100046');
  expect(error.message).toContain("Uncaught exception of type 'EXPRESSION_ERROR' on line 1 at position 13");
});

test('a date part is no variable, even where one has its name', async () => {
  expect(
    await db.value(
      "DECLARE day INT DEFAULT 5; BEGIN RETURN TO_VARCHAR(DATEADD(day, day, '2026-01-01'::DATE)); END",
    ),
  ).toBe('2026-01-06');
});

test('a sequence counts on in a block', async () => {
  await db.sql('CREATE SEQUENCE counted');
  expect(
    await db.value('DECLARE a INT; BEGIN a := counted.NEXTVAL; a := counted.NEXTVAL; RETURN a; END'),
  ).toBe('2');
});
