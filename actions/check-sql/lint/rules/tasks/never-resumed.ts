import type { Rule } from '../../rule.ts';

export const neverResumed: Rule = {
  id: 'tasks/never-resumed',
  severity: 'error',
  finds: 'a task that no migration resumes',
  why: 'A task is created suspended, also by CREATE OR REPLACE: it, and all that comes after it, never runs, and no error tells.',
  remedy: 'ALTER TASK … RESUME, children before the root, at the end of the migration.',
  bad: [
    "CREATE TASK SILVER.T SCHEDULE = '60 MINUTE' AS SELECT 1; -- <--",
    "CREATE TASK SILVER.T SCHEDULE = '60 MINUTE' AS SELECT 1;\nALTER TASK SILVER.T RESUME;\nCREATE OR REPLACE TASK SILVER.T SCHEDULE = '30 MINUTE' AS SELECT 1; -- <--",
  ],
  good: [
    "CREATE TASK SILVER.T SCHEDULE = '60 MINUTE' AS SELECT 1;\nALTER TASK SILVER.T RESUME;",
    "CREATE TASK SILVER.T SCHEDULE = '60 MINUTE' AS SELECT 1;\nCREATE TASK SILVER.U AFTER SILVER.T AS SELECT 2;\nSELECT SYSTEM$TASK_DEPENDENTS_ENABLE('SILVER.T');",
  ],
  end(lint) {
    for (const [name, task] of lint.state.tasks)
      if (!task.isResumed)
        lint.report(task.statement, task.node, `${name} is suspended after all migrations`);
  },
};
