import { destroyedBy } from '../../destroyed.ts';
import type { Rule } from '../../rule.ts';

export const replaceStage: Rule = {
  id: 'destructive/replace-stage',
  severity: 'error',
  finds: 'CREATE OR REPLACE of a stage or a sequence',
  why: 'Files of an internal stage are deleted with it, and a replaced sequence gives numbers a second time.',
  remedy: 'Use ALTER, or IF NOT EXISTS; or say in the head of the file: -- migrate: allow-destructive.',
  bad: [
    'CREATE OR REPLACE STAGE BRONZE.CUSTOMERS_STAGE; -- <--',
    'CREATE OR REPLACE SEQUENCE SILVER.ORDER_KEY; -- <--',
  ],
  good: [
    'CREATE STAGE IF NOT EXISTS BRONZE.CUSTOMERS_STAGE;',
    '-- migrate: allow-destructive\nCREATE OR REPLACE STAGE BRONZE.CUSTOMERS_STAGE;',
    'CREATE OR REPLACE TEMPORARY STAGE BRONZE.SCRATCH;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'createObject') return;
    for (const lost of destroyedBy(statement)) lint.report(statement, tree.name, `it ${lost}`);
  },
};
