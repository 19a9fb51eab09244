import { hasVariable } from '../../placeholders.ts';
import type { Rule } from '../../rule.ts';

export const hardCodedDatabase: Rule = {
  id: 'portability/hard-coded-database',
  severity: 'error',
  finds: 'the name of a database',
  why: 'The same migrations build development, test and production: a migration with a database in it changes or reads that one from all of them.',
  remedy: 'Leave the database out: it is the session’s; or use a template variable, {{ database }}.',
  bad: [
    'CREATE OR REPLACE VIEW GOLD.STORES AS SELECT STORE_ID FROM PROD.SILVER.DIM_STORE; -- <--',
    'CREATE TABLE IF NOT EXISTS PROD.SILVER.DIM_STORE (STORE_ID NUMBER(10,0)); -- <--',
    'USE DATABASE PROD; -- <--',
  ],
  good: [
    'CREATE OR REPLACE VIEW GOLD.STORES AS SELECT STORE_ID FROM SILVER.DIM_STORE;',
    'CREATE OR REPLACE VIEW GOLD.STORES AS SELECT STORE_ID FROM {{ database }}.SILVER.DIM_STORE;',
    'CREATE OR REPLACE VIEW GOLD.USAGE AS SELECT QUERY_ID FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY;',
  ],
  options: { allowed: { is: ['SNOWFLAKE'], means: 'Databases that every account has.' } },
  statement(statement, lint) {
    const { tree, nodes } = statement;
    const allowed = lint.names('allowed');
    const isFixed = (name: string | undefined): name is string =>
      name !== undefined && !hasVariable(name) && !allowed.includes(name);
    for (const node of nodes.of('name')) {
      const [database, , object] = node.parts;
      if (object !== undefined && isFixed(database?.name))
        lint.report(statement, node, `the database ${database?.name} is written out`);
    }
    if (tree.kind === 'use' && tree.type === 'DATABASE' && tree.name.kind === 'name') {
      const name = tree.name.parts[0]?.name;
      if (isFixed(name)) lint.report(statement, tree.name, `the database ${name} is written out`);
    }
  },
};
