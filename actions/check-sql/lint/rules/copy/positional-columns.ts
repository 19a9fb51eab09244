import { propertyOf, wordOf } from '../../properties.ts';
import type { Rule } from '../../rule.ts';

export const positionalColumns: Rule = {
  id: 'copy/positional-columns',
  severity: 'warning',
  finds: 'COPY INTO a table, or INSERT, without a list of columns',
  why: 'Values go to columns by their order: a column added in the middle, or by another migration, shifts all values, and where the types allow it nobody notices.',
  remedy: 'List the columns, or write MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE.',
  bad: [
    'COPY INTO BRONZE.T FROM ( -- <--\n  SELECT $1:id, $1:name FROM @BRONZE.LAKE/t/\n) ON_ERROR = SKIP_FILE;',
    'INSERT INTO SILVER.T SELECT ID, NAME FROM BRONZE.T; -- <--',
  ],
  good: [
    'COPY INTO BRONZE.T (ID, NAME) FROM (\n  SELECT $1:id, $1:name FROM @BRONZE.LAKE/t/\n) ON_ERROR = SKIP_FILE;',
    'COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE ON_ERROR = SKIP_FILE;',
    'COPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE;',
    'INSERT INTO SILVER.T (ID, NAME) SELECT ID, NAME FROM BRONZE.T;',
  ],
  statement(statement, lint) {
    const { nodes } = statement;
    for (const copy of nodes.of('copyIntoTable')) {
      const byName = wordOf(propertyOf(copy.options, 'MATCH_BY_COLUMN_NAME')) ?? 'NONE';
      if (copy.columns.length === 0 && byName === 'NONE' && copy.source.kind === 'query')
        lint.report(statement, copy, 'the values go to the columns by their order');
    }
    for (const insert of nodes.of('insert'))
      if (insert.columns.length === 0)
        lint.report(statement, insert, 'the values go to the columns by their order');
  },
};
