import { destroyedBy } from '../../destroyed.ts';
import type { Rule } from '../../rule.ts';

export const replaceStream: Rule = {
  id: 'destructive/replace-stream',
  severity: 'error',
  finds: 'CREATE OR REPLACE or DROP of a stream',
  why: 'The new stream begins at this moment: rows that were changed before it and not yet consumed never reach silver, and nothing says so.',
  remedy:
    'Run the task that consumes it first, then say in the head of the file: -- migrate: allow-destructive.',
  bad: [
    'CREATE OR REPLACE STREAM BRONZE.PRODUCTS_STREAM ON TABLE BRONZE.PRODUCTS; -- <--',
    'DROP STREAM BRONZE.PRODUCTS_STREAM; -- <--',
  ],
  good: [
    'CREATE STREAM IF NOT EXISTS BRONZE.PRODUCTS_STREAM ON TABLE BRONZE.PRODUCTS;',
    '-- migrate: allow-destructive\nCREATE OR REPLACE STREAM BRONZE.PRODUCTS_STREAM ON TABLE BRONZE.PRODUCTS;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'createStream' && !(tree.kind === 'drop' && tree.type === 'STREAM')) return;
    if (destroyedBy(statement).length > 0)
      lint.report(statement, tree.name, 'changes that nothing has consumed yet are lost');
  },
};
