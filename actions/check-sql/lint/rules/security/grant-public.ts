import type { Rule } from '../../rule.ts';

export const grantPublic: Rule = {
  id: 'security/grant-public',
  severity: 'error',
  finds: 'GRANT to PUBLIC',
  why: 'PUBLIC is every user and role of the account, those that are made later too.',
  remedy: 'Grant it to the role that needs it.',
  bad: ['GRANT SELECT ON ALL TABLES IN SCHEMA GOLD TO ROLE PUBLIC; -- <--'],
  good: [
    'GRANT SELECT ON ALL TABLES IN SCHEMA GOLD TO ROLE ANALYST;',
    'REVOKE SELECT ON TABLE GOLD.T FROM ROLE PUBLIC;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'grant' || tree.revoke || tree.to.name.kind !== 'name') return;
    if (tree.to.type === 'ROLE' && tree.to.name.parts.at(-1)?.name === 'PUBLIC')
      lint.report(statement, tree.to.name, 'everybody in the account gets it');
  },
};
