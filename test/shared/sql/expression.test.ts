import { describe, expect, test } from 'vitest';
import { parseExpressionText, parseQueryText } from '../../../actions/shared/sql/parse.ts';
import { showExpression, showQuery } from './show-tree.ts';

describe('an expression is read with Snowflake precedence', () => {
  test.each([
    ['1 + 2 * 3 - 4', '((1 + (2 * 3)) - 4)'],
    ['a - b - c', '((A - B) - C)'],
    ["a || 'x' || b", "((A || 'x') || B)"],
    ['a or b and not c = d', '(A OR (B AND (NOT (C = D))))'],
    ['not a in (1, 2) and b', '((NOT (A IN [1, 2])) AND B)'],
    ['a between 1 and 2 + 3 and b', '((A BETWEEN 1 AND (2 + 3)) AND B)'],
    ['a not between 1 and 2', '(A NOT BETWEEN 1 AND 2)'],
    // docs.snowflake.com/en/sql-reference/functions/cast: `::` binds before the unary minus.
    ['-0.0::FLOAT::BOOLEAN', '(- CAST(CAST(0.0 AS FLOAT) AS BOOLEAN))'],
    ['a * b::number(10, 2)', '(A * CAST(B AS NUMBER(10, 2)))'],
    ['v:a.B[0]."K k"::string', 'CAST(V/a/B/[0]/K k AS STRING)'],
    ["v['k'][i + 1]", 'V/k/[(I + 1)]'],
    ['t.v:x:y', 'T.V/x/y'],
    ['parse_json(s):a::int + 1', '(CAST(PARSE_JSON(S)/a AS INT) + 1)'],
    ['$1:c.d::date', 'CAST($1/c/d AS DATE)'],
    ['t.$2', 'T.$2'],
    ['a != b', '(A <> B)'],
    ['(a, b) = (1, 2)', '(tuple(A, B) = tuple(1, 2))'],
    ["a like any ('x%', 'y%') escape '!'", "(A LIKE ANY ['x%', 'y%'] ESCAPE '!')"],
    ["a not ilike all ('x')", "(A NOT ILIKE ALL ['x'])"],
    ["a regexp 'x' or a rlike 'y'", "((A RLIKE ['x']) OR (A RLIKE ['y']))"],
    ["a like 'x' || b", "(A LIKE [('x' || B)])"],
    ['a is not null and b is null', '((A IS NOT NULL) AND (B IS NULL))'],
    ['a is not true', '(A IS NOT TRUE)'],
    ['a is not distinct from b + 1', '(A IS NOT DISTINCT FROM (B + 1))'],
    ['a in (select b from t)', '(A IN <B>)'],
    ['a in ((select 1) union (select 2))', '(A IN <{1 UNION 2}>)'],
    ['a not in (1)', '(A NOT IN [1])'],
    ['a = any (select 1)', '(A = ANY <1>)'],
    ['not exists (select 1)', '(NOT EXISTS <1>)'],
    ['((select 1) union (select 2))', '<{1 UNION 2}>'],
    ['((select 1) + 1)', '(<1> + 1)'],
    ["a collate 'en-ci' = b", "(COLLATE(A, 'en-ci') = B)"],
  ])('%s', (text, tree) => {
    expect(showExpression(parseExpressionText(text))).toBe(tree);
  });
});

describe('keyword functions and literals become ordinary nodes', () => {
  test.each([
    ['current_date', 'CURRENT_DATE()'],
    ['current_timestamp(3)', 'CURRENT_TIMESTAMP(3)'],
    ['date_part(day from d)', "DATE_PART('DAY', D)"],
    ['date_part(day, d)', 'DATE_PART(DAY, D)'],
    ['$1.Key.k::varchar()', 'CAST($1/Key/k AS VARCHAR)'],
    ['extract(year from d)', "DATE_PART('YEAR', D)"],
    ["extract('month' from d)", "DATE_PART('month', D)"],
    ["position('a' in b)", "POSITION('a', B)"],
    ["position('a', b, 2)", "POSITION('a', B, 2)"],
    ['substring(a from 2 for 3)', 'SUBSTRING(A, 2, 3)'],
    ['dateadd(day, -1, current_date)', 'DATEADD(DAY, (- 1), CURRENT_DATE())'],
    ["date '2026-01-31'", "CAST('2026-01-31' AS DATE)"],
    ["timestamp_ntz '2026-01-31 10:00'", "CAST('2026-01-31 10:00' AS TIMESTAMP_NTZ)"],
    ["interval '1 day, 2 hours'", "INTERVAL '1 day, 2 hours'"],
    ["x'0aFF'", "TO_BINARY('0aFF', 'HEX')"],
    ['cast(a as double precision)', 'CAST(A AS DOUBLE PRECISION)'],
    ['try_cast(a as number(38,0))', 'TRY_CAST(A AS NUMBER(38, 0))'],
    ['left(a, 1)', 'LEFT(A, 1)'],
    ["insert('abc', 1, 2, 'Z')", "INSERT('abc', 1, 2, 'Z')"],
    ['[1, [2]]', '[1, [2]]'],
    ["{'a': 1, 'b': {}}", '{a: 1, b: {}}'],
    ['case when a then 1 else 2 end', 'CASE WHEN A THEN 1 ELSE 2 END'],
    ["case a when 1 then 'x' end", "CASE A WHEN 1 THEN 'x' END"],
    ['count(*)', 'COUNT(*)'],
    ['count(distinct a, b)', 'COUNT(DISTINCT A, B)'],
    ['flatten(input => v, outer => true)', 'FLATTEN(INPUT => V, OUTER => TRUE)'],
    ['first_value(x ignore nulls) over (order by y)', 'FIRST_VALUE(X) IGNORE NULLS OVER'],
    ['first_value(x) ignore nulls over (order by y)', 'FIRST_VALUE(X) IGNORE NULLS OVER'],
    ['transform(a, x int -> x + 1)', 'TRANSFORM(A, (X -> (X + 1)))'],
    ['reduce(a, 0, (acc, x) -> acc + x)', 'REDUCE(A, 0, (ACC, X -> (ACC + X)))'],
    ['db.s.f(1)', 'DB.S.F(1)'],
    ['seq.nextval', 'SEQ.NEXTVAL'],
    ['metadata$filename', 'METADATA$FILENAME'],
    ['? + ? + :2 + :name', '(((bind#0 + bind#1) + bind#1) + :NAME)'],
    ['$my_var', '$MY_VAR'],
    ['"a""b".c', '"a"b".C'],
  ])('%s', (text, tree) => {
    expect(showExpression(parseExpressionText(text))).toBe(tree);
  });
});

test('a window keeps partition, order and frame', () => {
  const node = parseExpressionText(
    'sum(a) over (partition by b, c order by d desc nulls last rows between 6 preceding and current row)',
  );
  expect(node).toMatchObject({
    kind: 'call',
    over: {
      partitionBy: [{ kind: 'column' }, { kind: 'column' }],
      orderBy: [{ descending: true, nulls: 'LAST' }],
      frame: { unit: 'ROWS', from: { kind: 'preceding', amount: { text: '6' } }, to: { kind: 'currentRow' } },
    },
  });
});

test('LISTAGG keeps its order within the group', () => {
  expect(parseExpressionText("listagg(distinct a, ',') within group (order by a desc)")).toMatchObject({
    distinct: true,
    withinGroup: [{ descending: true, expression: { kind: 'column' } }],
  });
});

test('INTERSECT binds before UNION, the rest goes from left to right', () => {
  expect(showQuery(parseQueryText('select 1 union select 2 intersect select 3 minus select 4'))).toBe(
    '<{{1 UNION {2 INTERSECT 3}} EXCEPT 4}>',
  );
});

test('a node knows its range in the text', () => {
  const node = parseExpressionText(' a +\n  bcd');
  expect(node).toMatchObject({
    start: { offset: 1, line: 1, column: 1 },
    end: 10,
    right: { start: { offset: 7, line: 2, column: 2 }, end: 10 },
  });
});
