import type { Rule } from '../../rule.ts';

export const scheduleOnChild: Rule = {
  id: 'tasks/schedule-on-child',
  severity: 'error',
  finds: 'a task with both AFTER and a SCHEDULE or a limit that only a root may have',
  why: 'Snowflake refuses a child with a schedule; SUSPEND_TASK_AFTER_NUM_FAILURES and TASK_AUTO_RETRY_ATTEMPTS count for the root alone, so that on a child they only look like protection.',
  remedy: 'Set them on the root of the graph.',
  bad: [
    "CREATE TASK SILVER.B\n  SCHEDULE = '60 MINUTE' -- <--\n  AFTER SILVER.A\nAS SELECT 1;",
    'CREATE TASK SILVER.B\n  TASK_AUTO_RETRY_ATTEMPTS = 3 -- <--\n  AFTER SILVER.A\nAS SELECT 1;',
  ],
  good: [
    "CREATE TASK SILVER.A SCHEDULE = '60 MINUTE' TASK_AUTO_RETRY_ATTEMPTS = 3 AS SELECT 1;",
    'CREATE TASK SILVER.B AFTER SILVER.A AS SELECT 1;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'createTask' || tree.after.length === 0) return;
    for (const name of ['SCHEDULE', 'SUSPEND_TASK_AFTER_NUM_FAILURES', 'TASK_AUTO_RETRY_ATTEMPTS']) {
      const property = tree.properties.find((one) => one.name === name);
      if (property !== undefined)
        lint.report(statement, property, `${name} belongs to the root of the graph`);
    }
  },
};
