import { replacement } from '../../edit.ts';
import type { Rule } from '../../rule.ts';

export const bareTimestamp: Rule = {
  id: 'types/bare-timestamp',
  severity: 'warning',
  finds: 'TIMESTAMP without NTZ, LTZ or TZ',
  why: 'TIMESTAMP_TYPE_MAPPING, a parameter of account, user and session, decides what it is: the same column is another type in another environment.',
  remedy: 'Write TIMESTAMP_NTZ, TIMESTAMP_LTZ or TIMESTAMP_TZ.',
  bad: [
    'CREATE TABLE IF NOT EXISTS SILVER.T (\n  MADE_AT TIMESTAMP -- <--\n);',
    'CREATE OR REPLACE VIEW GOLD.V AS\nSELECT MADE_AT::TIMESTAMP AS MADE_AT -- <--\nFROM SILVER.T;',
  ],
  good: ['CREATE TABLE IF NOT EXISTS SILVER.T (MADE_AT TIMESTAMP_NTZ(6), SEEN_AT TIMESTAMP_LTZ(6));'],
  statement(statement, lint) {
    for (const type of statement.nodes.all('type')) {
      if (type.name !== 'TIMESTAMP') continue;
      const { offset } = type.start;
      const fix = replacement(statement, offset, offset + 'TIMESTAMP'.length, 'TIMESTAMP_NTZ');
      lint.report(statement, type, 'a parameter of the session decides which TIMESTAMP this is', [fix]);
    }
  },
};
