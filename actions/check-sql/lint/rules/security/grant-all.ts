import type { Rule } from '../../rule.ts';

export const grantAll: Rule = {
  id: 'security/grant-all',
  severity: 'error',
  finds: 'GRANT of ALL privileges',
  why: 'It gives more than anybody meant: TRUNCATE, DELETE, EVOLVE SCHEMA, and privileges that Snowflake adds later are not in what was reviewed.',
  remedy: 'Name the privileges: GRANT SELECT, INSERT.',
  bad: [
    'GRANT ALL PRIVILEGES ON SCHEMA GOLD TO ROLE ANALYST; -- <--',
    'GRANT ALL ON TABLE SILVER.T TO ROLE ANALYST; -- <--',
  ],
  good: [
    'GRANT USAGE ON SCHEMA GOLD TO ROLE ANALYST;',
    'REVOKE ALL PRIVILEGES ON SCHEMA GOLD FROM ROLE ANALYST;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind === 'grant' && !tree.revoke && tree.privileges.includes('ALL PRIVILEGES'))
      lint.report(statement, tree, 'it gives every privilege');
  },
};
