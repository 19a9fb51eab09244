import { hasVariable } from '../../placeholders.ts';
import { wordOf } from '../../properties.ts';
import type { Rule } from '../../rule.ts';

export const hardCodedWarehouse: Rule = {
  id: 'portability/hard-coded-warehouse',
  severity: 'error',
  finds: 'the name of a warehouse',
  why: 'Environments have warehouses of their own: where this one is missing the task never runs, where it is another team’s they pay for it.',
  remedy: 'Use a template variable: WAREHOUSE = {{ warehouse }}.',
  bad: [
    "CREATE TASK IF NOT EXISTS SILVER.T\n  WAREHOUSE = ETL_WH -- <--\n  SCHEDULE = '60 MINUTE'\nAS SELECT 1;",
    'USE WAREHOUSE ETL_WH; -- <--',
    "CREATE DYNAMIC TABLE GOLD.D\n  TARGET_LAG = '1 hour'\n  WAREHOUSE = ETL_WH -- <--\nAS SELECT ID FROM SILVER.T;",
  ],
  good: [
    "CREATE TASK IF NOT EXISTS SILVER.T WAREHOUSE = {{ warehouse }} SCHEDULE = '60 MINUTE' AS SELECT 1;",
  ],
  statement(statement, lint) {
    const { tree, nodes } = statement;
    for (const property of nodes.all('property')) {
      const name = property.name === 'WAREHOUSE' ? wordOf(property.value) : undefined;
      if (name !== undefined && !hasVariable(name))
        lint.report(statement, property, `the warehouse ${name} is written out`);
    }
    if (tree.kind === 'use' && tree.type === 'WAREHOUSE' && tree.name.kind === 'name') {
      const name = tree.name.parts[0]?.name ?? '';
      if (!hasVariable(name)) lint.report(statement, tree.name, `the warehouse ${name} is written out`);
    }
  },
};
