import type { Rule } from '../../rule.ts';

export const notNullAdded: Rule = {
  id: 'types/not-null-added',
  severity: 'error',
  finds: 'ADD COLUMN … NOT NULL without a default',
  why: 'It works on an empty table and is refused where there are rows: in production only.',
  remedy: 'Give the column a DEFAULT; or add it without NOT NULL, fill it, then set NOT NULL.',
  bad: ['ALTER TABLE SILVER.T ADD COLUMN IF NOT EXISTS CHANNEL VARCHAR(20) NOT NULL; -- <--'],
  good: [
    "ALTER TABLE SILVER.T ADD COLUMN IF NOT EXISTS CHANNEL VARCHAR(20) NOT NULL DEFAULT 'web';",
    'ALTER TABLE SILVER.T ADD COLUMN IF NOT EXISTS CHANNEL VARCHAR(20);',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'alterTable' || tree.action.kind !== 'addColumns') return;
    for (const column of tree.action.columns)
      if (column.notNull && column.default === null && column.identity === null)
        lint.report(statement, column, `rows that are there would have no ${column.name.name}`);
  },
};
