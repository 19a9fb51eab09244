import { insertion } from '../../edit.ts';
import type { Rule } from '../../rule.ts';

export const alterColumnIfExists: Rule = {
  id: 'idempotence/alter-column-if-exists',
  severity: 'warning',
  finds: 'ADD COLUMN without IF NOT EXISTS, DROP COLUMN without IF EXISTS',
  why: 'When the answer of the statement is lost, running it again fails: the column is there, or gone, already.',
  remedy: 'Write ADD COLUMN IF NOT EXISTS, DROP COLUMN IF EXISTS.',
  bad: [
    'ALTER TABLE SILVER.DIM_CUSTOMER ADD COLUMN REGION VARCHAR(20); -- <--',
    'ALTER TABLE SILVER.DIM_CUSTOMER DROP COLUMN REGION; -- <--',
  ],
  good: [
    'ALTER TABLE SILVER.DIM_CUSTOMER ADD COLUMN IF NOT EXISTS REGION VARCHAR(20);',
    'ALTER TABLE SILVER.DIM_CUSTOMER DROP COLUMN IF EXISTS REGION;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'alterTable') return;
    const { action } = tree;
    const isAdding = action.kind === 'addColumns' && !action.ifNotExists;
    const isDropping = action.kind === 'dropColumns' && !action.ifExists;
    const first = isAdding || isDropping ? action.columns[0] : undefined;
    if (first === undefined) return;
    lint.report(statement, first, 'running it a second time fails', [
      insertion(statement, first.start.offset, isAdding ? 'IF NOT EXISTS ' : 'IF EXISTS '),
    ]);
  },
};
