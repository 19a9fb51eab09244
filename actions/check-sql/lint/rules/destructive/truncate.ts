import { destroyedBy } from '../../destroyed.ts';
import type { Rule } from '../../rule.ts';

export const truncate: Rule = {
  id: 'destructive/truncate',
  severity: 'error',
  finds: 'TRUNCATE in a migration',
  why: 'All rows are gone, and the load history with them: the next COPY loads every file of the stage again.',
  remedy: 'Say in the head of the file that it is meant: -- migrate: allow-destructive.',
  bad: ['TRUNCATE TABLE BRONZE.PRODUCTS; -- <--'],
  good: [
    '-- migrate: allow-destructive\nTRUNCATE TABLE BRONZE.PRODUCTS;',
    "DELETE FROM BRONZE.PRODUCTS WHERE _LOAD_ID = 'test';",
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind === 'truncate' && destroyedBy(statement).length > 0)
      lint.report(statement, tree, 'all rows and the load history are lost');
  },
};
