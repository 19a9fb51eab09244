import { objectKey } from '../../history/names.ts';
import type { Rule } from '../../rule.ts';

export const droppedPredecessor: Rule = {
  id: 'tasks/dropped-predecessor',
  severity: 'error',
  finds: 'DROP of a task that others come after',
  why: 'The tasks after it stay without one: they have no schedule and never run again.',
  remedy: 'Drop the tasks after it first, or let them follow another: ALTER TASK … ADD AFTER, REMOVE AFTER.',
  bad: [
    "CREATE TASK SILVER.A SCHEDULE = '60 MINUTE' AS SELECT 1;\nCREATE TASK SILVER.B AFTER SILVER.A AS SELECT 2;\nDROP TASK IF EXISTS SILVER.A; -- <--",
  ],
  good: [
    "CREATE TASK SILVER.A SCHEDULE = '60 MINUTE' AS SELECT 1;\nCREATE TASK SILVER.B AFTER SILVER.A AS SELECT 2;\nDROP TASK IF EXISTS SILVER.B;\nDROP TASK IF EXISTS SILVER.A;",
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'drop' || tree.type !== 'TASK') return;
    const key = objectKey(tree.name, lint.state.currentSchema) ?? '';
    const after = [...lint.state.tasks].flatMap(([name, task]) => (task.after.has(key) ? [name] : []));
    if (after.length > 0) lint.report(statement, tree.name, `${after.join(', ')} came after it`);
  },
};
