import type { Identifier } from '../../../../shared/sql/ast.ts';
import type { Rule } from '../../rule.ts';

const ADMINS = new Set(['ACCOUNTADMIN', 'ORGADMIN', 'SECURITYADMIN', 'USERADMIN']);

export const accountAdmin: Rule = {
  id: 'security/account-admin',
  severity: 'error',
  finds: 'use or grant of ACCOUNTADMIN or another administrator’s role',
  why: 'A pipeline that can become administrator can do everything that a stolen key of it can; objects that it makes belong to nobody else.',
  remedy: 'What needs an administrator belongs in the bootstrap that one runs by hand.',
  bad: [
    'USE ROLE ACCOUNTADMIN; -- <--',
    'GRANT ROLE SECURITYADMIN TO ROLE DATA_ENGINEER; -- <--',
    'GRANT OWNERSHIP ON TABLE GOLD.T TO ROLE ACCOUNTADMIN COPY CURRENT GRANTS; -- <--',
  ],
  good: ['GRANT ROLE ANALYST TO ROLE DATA_ENGINEER;', 'GRANT SELECT ON TABLE GOLD.T TO ROLE ANALYST;'],
  statement(statement, lint) {
    const { tree } = statement;
    const names: Identifier[] = [];
    if (tree.kind === 'use' && tree.type === 'ROLE' && tree.name.kind === 'name')
      names.push(...tree.name.parts);
    if (tree.kind === 'grant' && !tree.revoke) {
      names.push(...(tree.role ?? []));
      if (tree.to.type === 'ROLE' && tree.to.name.kind === 'name') names.push(...tree.to.name.parts);
    }
    const admin = names.find(({ name }) => ADMINS.has(name));
    if (admin !== undefined) lint.report(statement, admin, `${admin.name} in a migration`);
  },
};
