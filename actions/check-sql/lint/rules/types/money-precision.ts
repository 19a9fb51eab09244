import { isMoney } from '../../money.ts';
import type { Rule } from '../../rule.ts';

export const moneyPrecision: Rule = {
  id: 'types/money-precision',
  severity: 'error',
  finds: 'money in a NUMBER or INTEGER column without a scale',
  why: 'NUMBER alone is NUMBER(38,0): cents are rounded away when the row is written, and nothing says so.',
  remedy: 'Write precision and scale, such as NUMBER(14,2).',
  bad: [
    'CREATE TABLE IF NOT EXISTS SILVER.T (\n  LINE_AMOUNT NUMBER, -- <--\n  REFUND_USD DECIMAL(12) -- <--\n);',
  ],
  good: [
    'CREATE TABLE IF NOT EXISTS SILVER.T (LINE_AMOUNT NUMBER(14,2), AMOUNT_CENTS NUMBER(19,0), TOTAL_ORDERS INT, TAX_ID INT);',
  ],
  statement(statement, lint) {
    for (const { name, type } of statement.nodes.all('columnDefinition')) {
      if (type === null || !isMoney(name.name) || type.args.length > 1) continue;
      if (
        /^(?:NUMBER|DECIMAL|NUMERIC|DEC|INT|INTEGER|BIGINT)$/.test(type.name) &&
        !/CENTS|MINOR/.test(name.name)
      )
        lint.report(statement, type, `${name.name} has no digits after the point`);
    }
  },
};
