import type { Rule } from '../../rule.ts';

const CLOCKS = new Set([
  'CURRENT_TIMESTAMP',
  'CURRENT_DATE',
  'GETDATE',
  'SYSDATE',
  'LOCALTIMESTAMP',
  'SYSTIMESTAMP',
]);

export const currentTime: Rule = {
  id: 'portability/current-time',
  severity: 'info',
  finds: 'rows of a migration that depend on the time at which it runs',
  why: 'Each environment applies a migration at another time: the rows differ between them and from those of a database that is built anew.',
  remedy: 'Write the date out.',
  bad: ["INSERT INTO SILVER.REGION (CODE, SINCE) SELECT 'EU', CURRENT_DATE(); -- <--"],
  good: [
    "INSERT INTO SILVER.REGION (CODE, SINCE) SELECT 'EU', '2026-01-01'::DATE;",
    'CREATE TABLE IF NOT EXISTS SILVER.T (ID NUMBER(10,0), MADE_AT TIMESTAMP_LTZ(6) DEFAULT CURRENT_TIMESTAMP());',
  ],
  statement(statement, lint) {
    if (!/^(?:insert|multiInsert|update|merge)$/.test(statement.tree.kind)) return;
    for (const call of statement.nodes.of('call')) {
      const name = call.name.at(-1)?.name ?? '';
      if (CLOCKS.has(name)) lint.report(statement, call, `${name} is another one in each environment`);
    }
  },
};
