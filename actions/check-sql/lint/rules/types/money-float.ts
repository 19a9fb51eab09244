import { isMoney } from '../../money.ts';
import type { Rule } from '../../rule.ts';

export const moneyFloat: Rule = {
  id: 'types/money-float',
  severity: 'error',
  finds: 'money in a FLOAT, DOUBLE or REAL column',
  why: '0.1 has no exact value in binary: sums differ by cents from the source’s, and from one run to the next.',
  remedy: 'Use NUMBER(precision, scale), such as NUMBER(14,2).',
  bad: ['CREATE TABLE IF NOT EXISTS SILVER.T (\n  UNIT_PRICE FLOAT, -- <--\n  NET_USD DOUBLE -- <--\n);'],
  good: [
    'CREATE TABLE IF NOT EXISTS SILVER.T (UNIT_PRICE NUMBER(12,2), WEIGHT_KG FLOAT, DISCOUNT_PCT FLOAT);',
  ],
  statement(statement, lint) {
    for (const { name, type } of statement.nodes.all('columnDefinition'))
      if (type !== null && isMoney(name.name) && /^(?:FLOAT|DOUBLE|REAL)/.test(type.name))
        lint.report(statement, type, `${name.name} in a ${type.name} is not exact`);
  },
};
