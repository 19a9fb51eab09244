import { tableUses } from '../../../../migrate/table-uses.ts';
import { dottedKey } from '../../history/names.ts';
import { propertyOf } from '../../properties.ts';
import type { Rule } from '../../rule.ts';

export const frequentScan: Rule = {
  id: 'cost/frequent-scan',
  severity: 'warning',
  finds: 'a task every few minutes that reads whole tables',
  why: 'The warehouse never stops: a scan every minute is 1,440 a day, most of them over rows that have not changed.',
  remedy: 'Read a stream and add WHEN SYSTEM$STREAM_HAS_DATA(…), or run it less often.',
  options: { minutes: { is: 5, means: 'An interval of no more than this is often.' } },
  bad: [
    "CREATE TASK SILVER.T -- <--\n  SCHEDULE = '1 MINUTE'\nAS INSERT INTO SILVER.TOTALS (DAY, N) SELECT DAY, COUNT(*) FROM SILVER.SALE GROUP BY DAY;",
  ],
  good: [
    "CREATE TASK SILVER.T SCHEDULE = '60 MINUTE' AS INSERT INTO SILVER.TOTALS (DAY, N) SELECT DAY, COUNT(*) FROM SILVER.SALE GROUP BY DAY;",
    "CREATE TASK SILVER.T SCHEDULE = '1 MINUTE' WHEN SYSTEM$STREAM_HAS_DATA('SILVER.S') AS INSERT INTO SILVER.U (ID) SELECT ID FROM SILVER.S;",
    "CREATE TASK SILVER.T SCHEDULE = 'USING CRON 0 * * * * UTC' AS INSERT INTO SILVER.U (ID) SELECT ID FROM SILVER.S;",
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'createTask' || tree.when !== null || tree.body === null) return;
    const schedule = propertyOf(tree.properties, 'SCHEDULE');
    const every = schedule?.kind === 'string' ? minutesOf(schedule.value) : null;
    if (every === null || every > lint.number('minutes')) return;
    const tables = [...tableUses(tree.body).reads]
      .map((name) => dottedKey(name, lint.state.currentSchema))
      .filter((key) => !lint.state.streams.has(key));
    if (tables.length > 0)
      lint.report(statement, tree.name, `it reads ${tables.join(', ')} every ${every} minutes`);
  },
};

/** The interval of a schedule in minutes; null where it is not one of up to an hour. */
function minutesOf(schedule: string): number | null {
  const interval = /^\s*(\d+)\s*(SECONDS?|MINUTES?|M|S)\s*$/i.exec(schedule);
  if (interval !== null) return Number(interval[1]) / (/^S/i.test(interval[2] ?? '') ? 60 : 1);
  const cron = /^\s*USING\s+CRON\s+(\*|\*\/\d+)\s+\*\s/i.exec(schedule)?.[1];
  if (cron === undefined) return null;
  return cron === '*' ? 1 : Number(cron.slice(2));
}
