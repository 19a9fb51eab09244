import { approximated, refused, type SupportArea, supported } from './entry.ts';

const EMPLOYEES = "(SELECT * FROM VALUES ('Boss', 1, NULL), ('Hand', 2, 1) AS v(title, id, manager)) AS e";
const SALES = "(SELECT * FROM VALUES ('Q1', 10), ('Q2', 20) AS v(q, amount))";

/** Source of the constructs: docs.snowflake.com, "Query syntax" and "Query operators". */
export const QUERIES: SupportArea = {
  area: 'Queries',
  entries: [
    supported(
      'WITH, WITH RECURSIVE',
      'query-select',
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT SUM(i) FROM n',
    ),
    supported(
      'Aliases of the select list in the same SELECT, WHERE, GROUP BY and QUALIFY',
      'query-select',
      'SELECT 1 AS a, a + 1 AS b WHERE b = 2',
    ),
    supported(
      'SELECT * with ILIKE, EXCLUDE, REPLACE and RENAME',
      'query-select',
      'SELECT * EXCLUDE b RENAME a AS c FROM (SELECT 1 AS a, 2 AS b)',
    ),
    supported('Positional columns $1, t.$1', 'query-select', 'SELECT v.$2 FROM (VALUES (1, 2)) AS v'),
    supported(
      'IDENTIFIER(…), TABLE(…) with names known at run time',
      'query-identifier',
      "SELECT IDENTIFIER('a') FROM (SELECT 1 AS a)",
    ),
    supported(
      'Joins: INNER, OUTER, CROSS, NATURAL, USING, LATERAL, DIRECTED',
      'joins',
      'SELECT * FROM (VALUES (1)) AS a(x) LEFT OUTER JOIN (VALUES (2)) AS b(x) USING (x)',
    ),
    supported(
      'ASOF JOIN … MATCH_CONDITION',
      'query-asof',
      'SELECT * FROM (VALUES (2)) AS a(x) ASOF JOIN (VALUES (1)) AS b(y) MATCH_CONDITION (a.x >= b.y)',
    ),
    supported(
      'Outer joins marked by (+) on a later table of FROM',
      'query-outer-marks',
      'SELECT * FROM (VALUES (1)) AS a(x), (VALUES (1)) AS b(y) WHERE a.x = b.y (+)',
    ),
    refused(
      'Outer joins marked by (+) on an earlier table, or on unqualified columns',
      'write LEFT JOIN … ON instead',
      'SELECT * FROM (VALUES (1)) AS a(x), (VALUES (1)) AS b(y) WHERE a.x (+) = b.y',
    ),
    supported(
      'CONNECT BY, START WITH, PRIOR, LEVEL, CONNECT_BY_ROOT, SYS_CONNECT_BY_PATH',
      'query-connect-by',
      `SELECT LEVEL, SYS_CONNECT_BY_PATH(title, '/') FROM ${EMPLOYEES} START WITH manager IS NULL CONNECT BY manager = PRIOR id`,
    ),
    supported(
      'PIVOT with values, ANY, a query, DEFAULT ON NULL',
      'pivot',
      `SELECT * FROM ${SALES} PIVOT (SUM(amount) FOR q IN (ANY ORDER BY q) DEFAULT ON NULL (0))`,
    ),
    refused(
      'PIVOT with several aggregates or a named one',
      'the names of its columns are not known',
      `SELECT * FROM ${SALES} PIVOT (SUM(amount) AS s FOR q IN ('Q1'))`,
    ),
    supported(
      'UNPIVOT, INCLUDE NULLS',
      'pivot',
      'SELECT * FROM (SELECT 1 AS id, 2 AS a, NULL AS b) UNPIVOT INCLUDE NULLS (v FOR n IN (a, b))',
    ),
    supported(
      'GROUP BY ALL, positions, aliases, GROUPING SETS, CUBE, ROLLUP, mixed with each other',
      'query-group-by',
      `SELECT q, COUNT(*) FROM ${SALES} GROUP BY ROLLUP (q)`,
    ),
    supported(
      'HAVING, QUALIFY',
      'query-select',
      `SELECT q FROM ${SALES} QUALIFY ROW_NUMBER() OVER (ORDER BY amount) = 1`,
    ),
    supported(
      'Window frames: ROWS, RANGE with numbers and intervals',
      'query-window',
      "SELECT SUM(x) OVER (ORDER BY d RANGE BETWEEN INTERVAL '1 day' PRECEDING AND CURRENT ROW) FROM (SELECT 1 AS x, '2024-01-01'::DATE AS d)",
    ),
    supported(
      'ORDER BY, ORDER BY ALL, NULLS FIRST, NULLS LAST',
      'query-order-limit',
      `SELECT * FROM ${SALES} ORDER BY ALL DESC NULLS LAST`,
    ),
    supported('LIMIT, OFFSET, FETCH, TOP', 'query-order-limit', `SELECT TOP 1 * FROM ${SALES} ORDER BY 1`),
    supported(
      'UNION, INTERSECT, EXCEPT, MINUS, UNION BY NAME',
      'set-operators',
      'SELECT 1 AS a, 2 AS b UNION ALL BY NAME SELECT 3 AS b, 4 AS a',
    ),
    supported(
      'EXISTS, IN, ANY, ALL, correlated and scalar subqueries',
      'subqueries',
      'SELECT 1 WHERE 2 > ALL (SELECT 1)',
    ),
    supported('VALUES', 'query-select', 'SELECT column1 FROM VALUES (1), (2)'),
    supported(
      'FLATTEN with all its arguments',
      'flatten',
      "SELECT value FROM TABLE(FLATTEN(INPUT => PARSE_JSON('[1]'), MODE => 'ARRAY'))",
    ),
    supported(
      'TABLE(GENERATOR(ROWCOUNT => n))',
      'functions-table',
      'SELECT SEQ4() FROM TABLE(GENERATOR(ROWCOUNT => 2))',
    ),
    refused(
      'TABLE(GENERATOR(TIMELIMIT => s))',
      'how many rows come is chance',
      'SELECT SEQ4() FROM TABLE(GENERATOR(TIMELIMIT => 1))',
    ),
    supported(
      'SPLIT_TO_TABLE, STRTOK_SPLIT_TO_TABLE',
      'functions-table',
      "SELECT value FROM TABLE(SPLIT_TO_TABLE('a.b', '.'))",
    ),
    supported(
      'RESULT_SCAN',
      'query-flow',
      'SELECT 1 AS a',
      'SELECT a FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))',
    ),
    supported('Flow operator ->>', 'query-flow', 'SELECT 1 AS a ->> SELECT a + 1 FROM $1'),
    approximated(
      'SAMPLE, TABLESAMPLE, SEED',
      'which rows are drawn differs from an account, also with the same seed',
      `SELECT * FROM ${SALES} SAMPLE (50) SEED (1)`,
    ),
    refused(
      'SAMPLE of a table function or a lateral query',
      'only tables, views and subqueries are sampled',
      'SELECT * FROM TABLE(GENERATOR(ROWCOUNT => 2)) SAMPLE (50)',
    ),
    supported(
      'AT, BEFORE, CHANGES',
      'time-travel',
      'CREATE TABLE support_at (a INT)',
      'SELECT * FROM support_at AT (OFFSET => 0)',
    ),
    supported(
      'MATCH_RECOGNIZE: ONE ROW and ALL ROWS PER MATCH, AFTER MATCH SKIP, quantifiers, PERMUTE, exclusions',
      'query-match-recognize',
      `SELECT * FROM ${SALES} MATCH_RECOGNIZE (ORDER BY q MEASURES COUNT(*) AS c PATTERN (a+) DEFINE a AS amount > 0)`,
    ),
    refused(
      'MATCH_RECOGNIZE: WITH UNMATCHED ROWS, SUBSET, patterns that match no row, FIRST, LAST and aggregates in DEFINE',
      'not matched here',
      `SELECT * FROM ${SALES} MATCH_RECOGNIZE (ORDER BY q MEASURES COUNT(*) AS c PATTERN (a*) DEFINE a AS amount > 0)`,
    ),
    supported(
      'LIKE, ILIKE, LIKE ANY, LIKE ALL, RLIKE',
      'query-predicates',
      "SELECT 'abc' LIKE ANY ('a%', 'b%')",
    ),
    refused('LIKE ANY (query)', 'only lists of patterns', "SELECT 'a' LIKE ANY (SELECT 'a')"),
    supported('IS DISTINCT FROM', 'query-predicates', 'SELECT 1 IS DISTINCT FROM NULL'),
    supported(
      'ARRAY and OBJECT constants, {*}',
      'query-constants',
      "SELECT [1, 'a'], {'k': 1}, {*} FROM (SELECT 1 AS a)",
    ),
    supported('** of an array constant', 'query-constants', 'SELECT GREATEST(** [1, 2])'),
    refused(
      '** of any other array',
      'how many values come is known only at run time',
      "SELECT GREATEST(** PARSE_JSON('[1, 2]')::ARRAY)",
    ),
    supported(
      'Lambdas in FILTER, TRANSFORM, REDUCE',
      'query-lambda',
      'SELECT TRANSFORM([1, 2], x INT -> x * 2)',
    ),
    refused('COLLATE', 'text is compared by its code points', "SELECT 'a' COLLATE 'en-ci' = 'A'"),
    refused('Method calls with !', 'models and other classes are not here', 'SELECT m!PREDICT(1)'),
    refused('SEMANTIC_VIEW', 'semantic views are not here', 'SELECT * FROM SEMANTIC_VIEW(v METRICS m)'),
  ],
};
