import { destroyedBy } from '../../destroyed.ts';
import type { Rule } from '../../rule.ts';

export const dropColumn: Rule = {
  id: 'destructive/drop-column',
  severity: 'error',
  finds: 'ALTER TABLE … DROP COLUMN',
  why: 'The values are gone, and every view, task and report that names the column fails from then on.',
  remedy: 'Stop using the column first; then say in the head of the file: -- migrate: allow-destructive.',
  bad: ['ALTER TABLE SILVER.DIM_CUSTOMER DROP COLUMN CITY; -- <--'],
  good: ['-- migrate: allow-destructive\nALTER TABLE SILVER.DIM_CUSTOMER DROP COLUMN CITY;'],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'alterTable' || tree.action.kind !== 'dropColumns') return;
    if (destroyedBy(statement).length === 0) return;
    for (const column of tree.action.columns)
      lint.report(statement, column, `the values of column ${column.name} are lost`);
  },
};
