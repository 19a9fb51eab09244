import type { Merge, Query, SetBody, TableExpression } from '../../../../shared/sql/ast.ts';
import { objectKey } from '../../history/names.ts';
import type { Lint, Rule } from '../../rule.ts';

export const duplicateSource: Rule = {
  id: 'merge/duplicate-source',
  severity: 'error',
  finds: 'MERGE whose source may have several rows for one key',
  why: 'Two source rows that update one row are error 100090, in production only, on the day when a key comes twice; two that are inserted are a duplicate that nothing refuses.',
  remedy: 'QUALIFY ROW_NUMBER() OVER (PARTITION BY key ORDER BY newest) = 1, or GROUP BY the key.',
  bad: [
    'MERGE INTO SILVER.T AS t USING BRONZE.S AS s ON t.ID = s.ID -- <--\nWHEN MATCHED THEN UPDATE SET NAME = s.NAME\nWHEN NOT MATCHED THEN INSERT (ID, NAME) VALUES (s.ID, s.NAME);',
    'MERGE INTO SILVER.T AS t USING (SELECT ID, NAME FROM BRONZE.S WHERE ID > 0) AS s ON t.ID = s.ID -- <--\nWHEN MATCHED THEN UPDATE SET NAME = s.NAME;',
  ],
  good: [
    'MERGE INTO SILVER.T AS t USING (\n  SELECT ID, NAME FROM BRONZE.S QUALIFY ROW_NUMBER() OVER (PARTITION BY ID ORDER BY UPDATED_AT DESC) = 1\n) AS s ON t.ID = s.ID\nWHEN MATCHED THEN UPDATE SET NAME = s.NAME;',
    'MERGE INTO SILVER.T AS t USING (SELECT ID, MAX(NAME) AS NAME FROM BRONZE.S GROUP BY ID) AS s ON t.ID = s.ID\nWHEN MATCHED THEN UPDATE SET NAME = s.NAME;',
    'CREATE TABLE SILVER.N (ID INT PRIMARY KEY, NAME VARCHAR);\nMERGE INTO SILVER.T AS t USING SILVER.N AS s ON t.ID = s.ID\nWHEN MATCHED THEN UPDATE SET NAME = s.NAME;',
    "MERGE INTO SILVER.T AS t USING (SELECT 1 AS ID, 'a' AS NAME) AS s ON t.ID = s.ID\nWHEN MATCHED THEN UPDATE SET NAME = s.NAME;",
  ],
  statement(statement, lint) {
    for (const merge of statement.nodes.of('merge'))
      if (!isUnique(merge, lint)) lint.report(statement, merge, 'a key may come twice in its source');
  },
};

function isUnique({ source }: Merge, lint: Lint): boolean {
  if (source.kind === 'derived') return isReduced(source.query, lint);
  return source.kind === 'table' ? hasKey(source, lint) : false;
}

/** Something in the query makes rows one: whether it is by the right key, a reader decides. */
function isReduced(query: Query, lint: Lint): boolean {
  return query.with.some((common) => isReduced(common.query, lint)) || isReducedBody(query.body, lint);
}

function isReducedBody(body: SetBody, lint: Lint): boolean {
  switch (body.kind) {
    case 'query':
      return isReduced(body, lint);
    case 'values':
      return true;
    case 'setOperation':
      return body.operator !== 'UNION ALL' || allLiteral(body);
    case 'select': {
      const { distinct, groupBy, qualify, from } = body;
      if (distinct || groupBy !== null || qualify !== null || from === null) return true;
      return isReducedTable(from, lint);
    }
  }
}

function isReducedTable(from: TableExpression, lint: Lint): boolean {
  if (from.kind === 'derived') return isReduced(from.query, lint);
  return from.kind === 'table' && hasKey(from, lint);
}

/** UNION ALL of rows that are written out. */
function allLiteral(body: SetBody): boolean {
  if (body.kind === 'setOperation') return allLiteral(body.left) && allLiteral(body.right);
  return body.kind === 'select' && body.from === null;
}

/** A primary key, which Snowflake does not enforce but its owner states. */
function hasKey(table: Extract<TableExpression, { kind: 'table' }>, lint: Lint): boolean {
  const known = lint.state.tables.get(objectKey(table.name, lint.state.currentSchema) ?? '');
  return known !== undefined && known.primaryKey.length > 0;
}
