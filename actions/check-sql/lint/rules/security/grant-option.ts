import type { Rule } from '../../rule.ts';

export const grantOption: Rule = {
  id: 'security/grant-option',
  severity: 'warning',
  finds: 'GRANT … WITH GRANT OPTION',
  why: 'Whoever gets it passes it on, and what they granted is in no migration.',
  remedy: 'Grant to every role that needs it here.',
  bad: ['GRANT SELECT ON TABLE GOLD.T TO ROLE ANALYST WITH GRANT OPTION; -- <--'],
  good: ['GRANT SELECT ON TABLE GOLD.T TO ROLE ANALYST;'],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind === 'grant' && !tree.revoke && tree.grantOption)
      lint.report(statement, tree, 'the role may pass it on');
  },
};
