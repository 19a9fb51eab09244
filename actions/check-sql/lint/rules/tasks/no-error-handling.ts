import { propertyOf } from '../../properties.ts';
import type { Rule } from '../../rule.ts';

const HANDLING = ['ERROR_INTEGRATION', 'SUSPEND_TASK_AFTER_NUM_FAILURES', 'TASK_AUTO_RETRY_ATTEMPTS'];

export const noErrorHandling: Rule = {
  id: 'tasks/no-error-handling',
  severity: 'warning',
  finds: 'a root task that does not say what happens when a run fails',
  why: 'Without a notification, a retry or a limit of failures a graph fails for days: silver stands still while everything looks as if it ran.',
  remedy: 'Set ERROR_INTEGRATION, TASK_AUTO_RETRY_ATTEMPTS or SUSPEND_TASK_AFTER_NUM_FAILURES.',
  bad: ["CREATE TASK SILVER.T -- <--\n  SCHEDULE = '60 MINUTE'\nAS SELECT 1;"],
  good: [
    "CREATE TASK SILVER.T SCHEDULE = '60 MINUTE' SUSPEND_TASK_AFTER_NUM_FAILURES = 3 AS SELECT 1;",
    'CREATE TASK SILVER.CHILD AFTER SILVER.T AS SELECT 1;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'createTask' || tree.after.length > 0 || tree.finalize !== null || tree.clone !== null)
      return;
    if (HANDLING.every((name) => propertyOf(tree.properties, name) === undefined))
      lint.report(statement, tree.name, 'nothing is said about runs that fail');
  },
};
