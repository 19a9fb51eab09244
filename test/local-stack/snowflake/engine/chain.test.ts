import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../support/engine.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await openTestEngine();
});
afterAll(() => engine.close());

// docs.snowflake.com/en/sql-reference/operators-flow
test('each statement of a chain has the results of those before it', async () => {
  expect(
    await engine.sql('SELECT 1 AS a ->> SELECT a + 1 AS a FROM $1 ->> SELECT p.a, q.a FROM $1 p, $2 q'),
  ).toEqual([['2', '1']]);
});

test('the results keep their types', async () => {
  const chain = `SELECT '2024-01-31 10:00:00 +0200'::TIMESTAMP_TZ AS t, 1.50 AS n, NULL AS x, PARSE_JSON('{"a":1}') AS v
    ->> SELECT t::VARCHAR, n, x, v:a::INT FROM $1`;
  expect(await engine.sql(chain)).toEqual([['2024-01-31 10:00:00.000 +0200', '1.50', null, '1']]);
});

test('statements of all kinds can be chained, each is in the history', async () => {
  const chain = 'CREATE TABLE chained (a INT) ->> INSERT INTO chained VALUES (1), (2) ->> SELECT * FROM $1';
  expect(await engine.sql(chain)).toEqual([['2']]);
  expect(await engine.value('SELECT COUNT(*) FROM chained')).toBe('2');
});

test('what was done before a failing statement stays done', async () => {
  const error = await engine.error(
    'CREATE TABLE before_failure (a INT) ->> SELECT * FROM nowhere ->> SELECT 1',
  );
  expect(error.code).toBe('002003');
  expect(error.position).toMatchObject({ line: 1, column: 54 });
  expect(await engine.value('SELECT COUNT(*) FROM before_failure')).toBe('0');
});

test.each(['SELECT * FROM $1', 'SELECT 1 AS a ->> SELECT * FROM $2'])(
  '%s: there is no such result',
  async (text) => {
    expect((await engine.error(text)).code).toBe('000904');
  },
);
