import { objectKey, schemaOf } from '../../history/names.ts';
import type { Rule } from '../../rule.ts';

export const textDate: Rule = {
  id: 'types/text-date',
  severity: 'warning',
  finds: 'a date or time kept as text in a table that is not raw',
  why: 'Text sorts and compares as text, takes 30 February, and every reader parses it in another way.',
  remedy: 'Use DATE, TIME or a TIMESTAMP type; TRY_TO_DATE in the task that fills it.',
  options: { raw: { is: ['BRONZE', 'RAW', 'LANDING'], means: 'Schemas that hold text as it arrived.' } },
  bad: [
    'CREATE TABLE IF NOT EXISTS SILVER.T (\n  SIGNUP_DATE VARCHAR(10), -- <--\n  UPDATED_AT VARCHAR -- <--\n);',
  ],
  good: [
    'CREATE TABLE IF NOT EXISTS SILVER.T (SIGNUP_DATE DATE, UPDATED_AT TIMESTAMP_NTZ(6));',
    'CREATE TABLE IF NOT EXISTS BRONZE.T (SIGNUP_DATE VARCHAR);',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'createTable' && tree.kind !== 'alterTable') return;
    const key = objectKey(tree.name, lint.state.currentSchema);
    if (key === null || lint.names('raw').includes(schemaOf(key))) return;
    for (const { name, type } of statement.nodes.all('columnDefinition'))
      if (
        type !== null &&
        /(?:_DATE|_AT|_TIMESTAMP)$/.test(name.name) &&
        /CHAR|^STRING$|^TEXT$/.test(type.name)
      )
        lint.report(statement, type, `${name.name} is text`);
  },
};
