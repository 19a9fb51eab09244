import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await openTestEngine();
  for (const text of [
    `CREATE FUNCTION hello(first VARCHAR, last VARCHAR) RETURNS TABLE (greeting VARCHAR) LANGUAGE JAVASCRIPT AS $$ {
      processRow: function (row, rowWriter, context) {
        rowWriter.writeRow({ GREETING: 'Hello' });
        rowWriter.writeRow({ GREETING: row.FIRST + ' ' + row.LAST });
      }
    } $$`,
    `CREATE FUNCTION char_sum(ins VARCHAR) RETURNS TABLE (num FLOAT) LANGUAGE JAVASCRIPT AS $$ {
      initialize: function (argumentInfo, context) { this.sum = 0; },
      processRow: function (row, rowWriter, context) {
        this.sum += row.INS.length;
        rowWriter.writeRow({ NUM: row.INS.length });
      },
      finalize: function (rowWriter, context) { rowWriter.writeRow({ NUM: this.sum }); }
    } $$`,
    `CREATE FUNCTION told(a FLOAT, b VARCHAR) RETURNS TABLE (info VARIANT, missing DATE) LANGUAGE JAVASCRIPT AS $$ {
      initialize(argumentInfo) { this.info = argumentInfo; },
      processRow(row, writer) { writer.writeRow({ INFO: this.info }); }
    } $$`,
    `CREATE FUNCTION none() RETURNS TABLE (a FLOAT) LANGUAGE JAVASCRIPT AS '{ processRow() {} }'`,
    `CREATE FUNCTION no_handler() RETURNS TABLE (a FLOAT) LANGUAGE JAVASCRIPT AS '{ process() {} }'`,
    `CREATE FUNCTION bad_row() RETURNS TABLE (a FLOAT) LANGUAGE JAVASCRIPT AS '{ processRow(row, writer) { writer.writeRow(1) } }'`,
    'CREATE TABLE parts (p FLOAT, s VARCHAR)',
    "INSERT INTO parts VALUES (1, 'michael'), (1, 'kelly'), (1, 'brian'), (2, 'clara'), (2, 'maggie'), (2, 'reagan')",
  ])
    await engine.sql(text);
});
afterAll(() => engine.close());

// https://docs.snowflake.com/en/developer-guide/udf/javascript/udf-javascript-tabular-functions
test.each([
  [
    'several rows of one call',
    "SELECT greeting FROM TABLE(hello('James', 'Kirk'))",
    [['Hello'], ['James Kirk']],
  ],
  ['initialize and finalize', "SELECT num FROM TABLE(char_sum('hello'))", [['5.0'], ['5.0']]],
  ['no rows', 'SELECT COUNT(*) FROM TABLE(none())', [['0']]],
  [
    'rows beside those of a table; what finalize writes has none of them',
    'SELECT p, s, num FROM parts, TABLE(char_sum(s)) WHERE p = 1 OR p IS NULL ORDER BY p, s',
    [
      ['1.0', 'brian', '5.0'],
      ['1.0', 'kelly', '5.0'],
      ['1.0', 'michael', '7.0'],
      [null, null, '34.0'],
    ],
  ],
  [
    'PARTITION BY: finalize keeps its columns',
    'SELECT p, s, num FROM parts, TABLE(char_sum(s) OVER (PARTITION BY p)) ORDER BY p, s',
    [
      ['1.0', 'brian', '5.0'],
      ['1.0', 'kelly', '5.0'],
      ['1.0', 'michael', '7.0'],
      ['1.0', null, '17.0'],
      ['2.0', 'clara', '5.0'],
      ['2.0', 'maggie', '6.0'],
      ['2.0', 'reagan', '6.0'],
      ['2.0', null, '17.0'],
    ],
  ],
  [
    'ORDER BY within a partition',
    'SELECT s FROM parts, TABLE(char_sum(s) OVER (PARTITION BY p ORDER BY s DESC)) WHERE p = 1',
    [['michael'], ['kelly'], ['brian'], [null]],
  ],
  [
    'rows of a query beside it',
    "SELECT x.n, c.num FROM (SELECT column1 AS n FROM VALUES ('ab'), ('c')) x, TABLE(char_sum(x.n)) c WHERE x.n IS NOT NULL ORDER BY 1",
    [
      ['ab', '2.0'],
      ['c', '1.0'],
    ],
  ],
  [
    'initialize is told of constants',
    "SELECT info:A.constValue, info:A.isConst, missing FROM TABLE(told(2, 'x'))",
    [['2', 'true', null]],
  ],
  [
    'many rows',
    'SELECT COUNT(*) FROM (SELECT SEQ4()::VARCHAR AS x FROM TABLE(GENERATOR(ROWCOUNT => 3000))) g, TABLE(char_sum(g.x)) c WHERE g.x IS NOT NULL',
    [['3000']],
  ],
])('%s', async (_name, text, rows) => {
  expect(await engine.sql(text)).toEqual(rows);
});

test.each([
  ['no function processRow', 'SELECT * FROM TABLE(no_handler())', '100132', 'processRow'],
  ['a row that is no object', 'SELECT * FROM TABLE(bad_row())', '100132', 'writeRow takes an object'],
  [
    'PARTITION BY of an expression',
    'SELECT * FROM parts, TABLE(char_sum(s) OVER (PARTITION BY p * 2))',
    '002211',
    'takes columns',
  ],
  ['a call outside FROM', "SELECT hello('a', 'b')", '999001', 'table function'],
])('refused: %s', async (_name, text, code, part) => {
  const error = await engine.error(text);
  expect([error.code, error.message]).toEqual([code, expect.stringContaining(part)]);
});
