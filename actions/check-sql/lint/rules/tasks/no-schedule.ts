import type { Rule } from '../../rule.ts';

export const noSchedule: Rule = {
  id: 'tasks/no-schedule',
  severity: 'warning',
  finds: 'a root task with neither a schedule nor a condition that triggers it',
  why: 'It runs only when somebody executes it: data waits in the streams until they are stale.',
  remedy: 'Give it a SCHEDULE, or WHEN SYSTEM$STREAM_HAS_DATA(…).',
  bad: ['CREATE TASK SILVER.T AS SELECT 1; -- <--'],
  good: [
    "CREATE TASK SILVER.T SCHEDULE = '60 MINUTE' AS SELECT 1;",
    "CREATE TASK SILVER.T WHEN SYSTEM$STREAM_HAS_DATA('BRONZE.S') AS SELECT 1;",
    'CREATE TASK SILVER.T AS SELECT 1;\nALTER TASK SILVER.T ADD AFTER SILVER.ROOT;',
  ],
  end(lint) {
    for (const [name, task] of lint.state.tasks)
      if (!task.startsItself && task.after.size === 0 && task.finalizes === null)
        lint.report(task.statement, task.node, `${name} never runs by itself`);
  },
};
