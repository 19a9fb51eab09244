import type { Rule } from '../../rule.ts';

const WORDS = new Set([
  'DATE',
  'TIME',
  'TIMESTAMP',
  'NUMBER',
  'ORDER',
  'GROUP',
  'VALUE',
  'USER',
  'KEY',
  'LEVEL',
]);

export const typeAsColumn: Rule = {
  id: 'naming/type-as-column',
  severity: 'info',
  finds: 'a column whose whole name is a word of SQL, such as DATE or VALUE',
  why: 'The name says nothing of what the column holds, and in an expression it reads as a type or a keyword: the next reader, or another database, takes it for one.',
  remedy: 'Say which one it is: ORDER_DATE, LIST_PRICE_VALUE.',
  bad: [
    'CREATE TABLE SILVER.RATE (\n  CURRENCY VARCHAR(3),\n  DATE DATE, -- <--\n  VALUE NUMBER(18,8) -- <--\n);',
  ],
  good: ['CREATE TABLE SILVER.RATE (CURRENCY VARCHAR(3), RATE_DATE DATE, RATE_TO_USD NUMBER(18,8));'],
  statement(statement, lint) {
    for (const { name } of statement.nodes.all('columnDefinition')) {
      if (WORDS.has(name.name))
        lint.report(statement, name, `${name.name} as the name of a column says nothing`);
    }
  },
};
