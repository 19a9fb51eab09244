import { insertion } from '../../edit.ts';
import type { Rule } from '../../rule.ts';

export const dropIfExists: Rule = {
  id: 'idempotence/drop-if-exists',
  severity: 'warning',
  finds: 'DROP without IF EXISTS',
  why: 'When the answer of the statement is lost, running it again fails because the object is no longer there.',
  remedy: 'Write DROP … IF EXISTS.',
  bad: ['DROP VIEW GOLD.MARGIN; -- <--', 'DROP TASK SILVER.MERGE_STORE; -- <--'],
  good: ['DROP VIEW IF EXISTS GOLD.MARGIN;'],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'drop' || tree.ifExists) return;
    lint.report(statement, tree.name, 'running it a second time fails', [
      insertion(statement, tree.name.start.offset, 'IF EXISTS '),
    ]);
  },
};
