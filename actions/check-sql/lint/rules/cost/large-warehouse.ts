import { wordOf } from '../../properties.ts';
import type { Rule } from '../../rule.ts';

const LARGE = /^(?:X-?LARGE|X{1,3}LARGE|[2-6]X-?LARGE|X[2-6]LARGE)$/;

export const largeWarehouse: Rule = {
  id: 'cost/large-warehouse',
  severity: 'warning',
  finds: 'a warehouse of size XLARGE or more',
  why: 'Each size costs twice the one before: XLARGE sixteen times XSMALL, whether or not the queries use it.',
  remedy: 'Begin with a small one and measure; a task that needs more gets a warehouse of its own.',
  bad: [
    "CREATE WAREHOUSE IF NOT EXISTS {{ warehouse }} AUTO_SUSPEND = 60\n  WAREHOUSE_SIZE = 'X-LARGE'; -- <--",
  ],
  good: ['CREATE WAREHOUSE IF NOT EXISTS {{ warehouse }} AUTO_SUSPEND = 60 WAREHOUSE_SIZE = SMALL;'],
  statement(statement, lint) {
    for (const property of statement.nodes.all('property')) {
      if (!/^(?:WAREHOUSE_SIZE|USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE)$/.test(property.name)) continue;
      const size = wordOf(property.value) ?? '';
      if (LARGE.test(size)) lint.report(statement, property, `size ${size}`);
    }
  },
};
