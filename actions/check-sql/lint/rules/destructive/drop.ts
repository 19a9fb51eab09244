import { destroyedBy } from '../../destroyed.ts';
import type { Rule } from '../../rule.ts';

/** Statements that hold others. */
const GROUPS = new Set(['block', 'chain']);

export const drop: Rule = {
  id: 'destructive/drop',
  severity: 'error',
  finds: 'DROP, alone or in a block',
  why: 'A table is gone once its retention period is over, a stage with its files at once, a view with the grants on it. In a review it is one short line among many.',
  remedy: 'Say in the head of the file that it is meant: -- migrate: allow-destructive.',
  bad: [
    'DROP TABLE IF EXISTS SILVER.QUARANTINE; -- <--',
    'DROP SCHEMA IF EXISTS STAGING CASCADE; -- <--',
    'DROP STAGE BRONZE.CUSTOMERS_STAGE; -- <--',
    'DROP VIEW IF EXISTS GOLD.MARGIN; -- <--',
    'BEGIN -- <--\n  DROP TABLE SILVER.QUARANTINE;\nEND;',
  ],
  good: [
    '-- The old quarantine was emptied by hand.\n-- migrate: allow-destructive\nDROP TABLE IF EXISTS SILVER.QUARANTINE;',
    'CREATE TEMPORARY TABLE SILVER.SCRATCH (ID INT);\nDROP TABLE IF EXISTS SILVER.SCRATCH;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    // Streams and pipes have rules of their own.
    if (tree.kind === 'drop' ? tree.type === 'STREAM' || tree.type === 'PIPE' : !GROUPS.has(tree.kind))
      return;
    const lost = destroyedBy(statement);
    if (lost.length > 0) lint.report(statement, tree, `it ${lost.join(' and ')}`);
  },
};
