import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type Rows, type TestEngine } from '../../../support/engine.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await openTestEngine();
  await engine.sql('CREATE TABLE sales (emp INT, amount INT, quarter VARCHAR)');
  await engine.sql("INSERT INTO sales VALUES (1, 10, 'Q1'), (1, 5, 'Q2'), (2, 7, 'Q1'), (2, 1, NULL)");
});
afterAll(() => engine.close());

// docs.snowflake.com/en/sql-reference/constructs/pivot, dynamic pivot
describe('a PIVOT finds its values', () => {
  test.each<[string, string[], Rows]>([
    [
      'FROM sales PIVOT (SUM(amount) FOR quarter IN (ANY ORDER BY quarter)) ORDER BY emp',
      ['EMP', "'Q1'", "'Q2'", 'NULL'],
      [
        ['1', '10', '5', null],
        ['2', '7', null, '1'],
      ],
    ],
    [
      'FROM sales PIVOT (SUM(amount) FOR quarter IN (ANY ORDER BY quarter DESC NULLS LAST) DEFAULT ON NULL (0)) ORDER BY emp',
      ['EMP', "'Q2'", "'Q1'", 'NULL'],
      [
        ['1', '5', '10', '0'],
        ['2', '0', '7', '1'],
      ],
    ],
    [
      "FROM sales PIVOT (MAX(amount) FOR quarter IN (SELECT 'Q2' UNION ALL SELECT 'Q9')) ORDER BY emp",
      ['EMP', "'Q2'", "'Q9'"],
      [
        ['1', '5', null],
        ['2', null, null],
      ],
    ],
    ['FROM (SELECT emp, amount FROM sales) PIVOT (SUM(amount) FOR emp IN (ANY))', ['1', '2'], [['15', '8']]],
  ])('SELECT * %s', async (text, columns, rows) => {
    const result = await engine.session.execute(`SELECT * ${text}`);
    expect(result.columns.map((column) => column.name)).toEqual(columns);
    expect(result.rows).toEqual(rows);
  });
});

test('its input may be a common table, and another PIVOT', async () => {
  const text = `WITH s AS (SELECT emp, amount, quarter FROM sales WHERE quarter IS NOT NULL),
    p AS (SELECT * FROM s PIVOT (SUM(amount) FOR quarter IN (ANY)))
    SELECT * FROM p PIVOT (SUM("'Q1'") FOR emp IN (ANY)) ORDER BY 1`;
  expect(await engine.sql(text)).toEqual([
    ['5', '10', null],
    [null, null, '7'],
  ]);
});

test('INSERT and CREATE TABLE take what it gives', async () => {
  await engine.sql('CREATE TABLE pivoted AS SELECT * FROM sales PIVOT (SUM(amount) FOR quarter IN (ANY))');
  await engine.sql('INSERT INTO pivoted SELECT * FROM sales PIVOT (SUM(amount) FOR quarter IN (ANY))');
  expect(await engine.value(`SELECT SUM("'Q1'") FROM pivoted`)).toBe('34');
});

test('in a view its columns would not be known beforehand: refused by name', async () => {
  const error = await engine.error(
    'CREATE VIEW v AS SELECT * FROM sales PIVOT (SUM(amount) FOR quarter IN (ANY))',
  );
  expect(error.code).toBe('999001');
  expect(error.message).toContain('PIVOT with values from ANY or a query in this place');
});
