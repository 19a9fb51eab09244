import type { Rule } from '../../rule.ts';

export const selectStar: Rule = {
  id: 'copy/select-star',
  severity: 'error',
  finds: 'SELECT * from a stage',
  why: 'A stage has no columns that Snowflake knows: it is refused, or gives the whole row as one value.',
  remedy: 'Name the parts: $1:name::TYPE for Parquet and JSON, $1, $2 for CSV.',
  bad: ['COPY INTO BRONZE.T (ID) FROM (\n  SELECT * FROM @BRONZE.LAKE/t/ -- <--\n) ON_ERROR = SKIP_FILE;'],
  good: [
    'COPY INTO BRONZE.T (ID) FROM (\n  SELECT $1:id::NUMBER(19,0) FROM @BRONZE.LAKE/t/\n) ON_ERROR = SKIP_FILE;',
  ],
  statement(statement, lint) {
    for (const { items, from } of statement.nodes.all('selectBlock')) {
      if (from?.kind !== 'stage') continue;
      for (const { expression } of items)
        if (expression.kind === 'star') lint.report(statement, expression, '* of staged files');
    }
  },
};
