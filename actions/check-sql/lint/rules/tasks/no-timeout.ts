import { insertion } from '../../edit.ts';
import { propertyOf } from '../../properties.ts';
import type { Rule } from '../../rule.ts';

/** The default of USER_TASK_TIMEOUT_MS. */
const HOUR = 3_600_000;

export const noTimeout: Rule = {
  id: 'tasks/no-timeout',
  severity: 'warning',
  finds: 'a task without USER_TASK_TIMEOUT_MS',
  why: 'A statement that hangs or grows runs for an hour, at every run, before anybody hears of it; meanwhile the next runs are skipped.',
  remedy: 'Set USER_TASK_TIMEOUT_MS to some times what the task needs.',
  bad: ["CREATE TASK SILVER.T -- <--\n  SCHEDULE = '60 MINUTE'\nAS DELETE FROM SILVER.LOG WHERE AGE > 30;"],
  good: [
    "CREATE TASK SILVER.T\n  SCHEDULE = '60 MINUTE'\n  USER_TASK_TIMEOUT_MS = 600000\nAS DELETE FROM SILVER.LOG WHERE AGE > 30;",
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'createTask' || tree.clone !== null) return;
    if (propertyOf(tree.properties, 'USER_TASK_TIMEOUT_MS') !== undefined) return;
    const fix = insertion(statement, tree.name.end, `\n  USER_TASK_TIMEOUT_MS = ${HOUR}`);
    lint.report(statement, tree.name, 'it may run for an hour, which is the default', [fix]);
  },
};
