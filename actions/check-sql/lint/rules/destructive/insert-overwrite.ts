import { destroyedBy } from '../../destroyed.ts';
import type { Rule } from '../../rule.ts';

export const insertOverwrite: Rule = {
  id: 'destructive/insert-overwrite',
  severity: 'error',
  finds: 'INSERT OVERWRITE',
  why: 'It empties the table first: when the query behind it returns nothing on one day, nothing is left.',
  remedy: 'Use MERGE; or say in the head of the file that it is meant: -- migrate: allow-destructive.',
  bad: [
    'INSERT OVERWRITE INTO SILVER.TOTALS (SKU, UNITS) SELECT SKU, SUM(QUANTITY) FROM SILVER.FACT_SALE GROUP BY SKU; -- <--',
  ],
  good: [
    'INSERT INTO SILVER.TOTALS (SKU, UNITS) SELECT SKU, SUM(QUANTITY) FROM SILVER.FACT_SALE GROUP BY SKU;',
    '-- migrate: allow-destructive\nINSERT OVERWRITE INTO SILVER.TOTALS (SKU) SELECT SKU FROM SILVER.FACT_SALE;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    const isMulti =
      tree.kind === 'multiInsert' && tree.overwrite && !statement.file.directives.allowDestructive;
    if (isMulti || (tree.kind === 'insert' && destroyedBy(statement).length > 0))
      lint.report(statement, tree, 'the rows that are there are deleted first');
  },
};
