import { propertyOf } from '../../properties.ts';
import type { Rule } from '../../rule.ts';

export const shortLag: Rule = {
  id: 'cost/short-lag',
  severity: 'warning',
  finds: 'a dynamic table with a TARGET_LAG of a few minutes',
  why: 'Snowflake refreshes it all day to keep the promise, and its warehouse with it.',
  remedy: 'Ask how old the data may be; for a daily load an hour is plenty.',
  options: { minutes: { is: 5, means: 'A lag of less than this is short.' } },
  bad: [
    "CREATE OR REPLACE DYNAMIC TABLE GOLD.D\n  TARGET_LAG = '1 minute' -- <--\n  WAREHOUSE = {{ warehouse }}\nAS SELECT ID FROM SILVER.T;",
  ],
  good: [
    "CREATE OR REPLACE DYNAMIC TABLE GOLD.D TARGET_LAG = '1 hour' WAREHOUSE = {{ warehouse }} AS SELECT ID FROM SILVER.T;",
    'CREATE OR REPLACE DYNAMIC TABLE GOLD.D TARGET_LAG = DOWNSTREAM WAREHOUSE = {{ warehouse }} AS SELECT ID FROM SILVER.T;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'createView' || !tree.dynamicTable) return;
    const lag = propertyOf(tree.properties, 'TARGET_LAG');
    const match = lag?.kind === 'string' ? /^\s*(\d+)\s*(second|minute)s?\s*$/i.exec(lag.value) : null;
    if (lag === undefined || match === null) return;
    const minutes = Number(match[1]) / (/^second/i.test(match[2] ?? '') ? 60 : 1);
    if (minutes < lint.number('minutes'))
      lint.report(statement, lag, `it is refreshed every ${match[0].trim()}`);
  },
};
