import { propertyOf } from '../../properties.ts';
import type { Rule } from '../../rule.ts';

export const localTime: Rule = {
  id: 'tasks/local-time',
  severity: 'info',
  finds: 'a schedule by CRON in a time zone other than UTC',
  why: 'Where clocks are changed an hour comes twice or not at all: a task at that hour runs twice or is left out, and all others move against those in UTC.',
  remedy: 'Write the schedule in UTC.',
  bad: ["CREATE TASK SILVER.T\n  SCHEDULE = 'USING CRON 30 2 * * * America/New_York' -- <--\nAS SELECT 1;"],
  good: ["CREATE TASK SILVER.T SCHEDULE = 'USING CRON 30 2 * * * UTC' AS SELECT 1;"],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'createTask') return;
    const schedule = propertyOf(tree.properties, 'SCHEDULE');
    if (schedule?.kind !== 'string') return;
    const zone = /^\s*USING\s+CRON\s+(?:\S+\s+){5}(\S+)/i.exec(schedule.value)?.[1];
    if (zone !== undefined && !/^(?:Etc\/)?(?:UTC|GMT)$/i.test(zone))
      lint.report(statement, schedule, `the schedule is in the time of ${zone}`);
  },
};
