import type { Rule } from '../../rule.ts';

export const policyDropped: Rule = {
  id: 'security/policy-dropped',
  severity: 'error',
  finds: 'a masking or row access policy that is taken off or dropped',
  why: 'From then on everybody who may read the table sees what was hidden, and nothing tells those who relied on it.',
  remedy: 'Replace it in one statement: SET MASKING POLICY … FORCE, DROP ROW ACCESS POLICY …, ADD ….',
  bad: [
    'ALTER TABLE SILVER.DIM_CUSTOMER ALTER COLUMN EMAIL UNSET MASKING POLICY; -- <--',
    'ALTER TABLE SILVER.DIM_CUSTOMER DROP ALL ROW ACCESS POLICIES; -- <--',
    'DROP MASKING POLICY IF EXISTS SILVER.HIDE_EMAIL; -- <--',
  ],
  good: [
    'ALTER TABLE SILVER.DIM_CUSTOMER ALTER COLUMN EMAIL SET MASKING POLICY SILVER.HIDE_EMAIL FORCE;',
    'ALTER TABLE SILVER.T DROP ROW ACCESS POLICY SILVER.OLD, ADD ROW ACCESS POLICY SILVER.NEW ON (COUNTRY);',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind === 'drop' && /POLICY$/.test(tree.type)) {
      lint.report(statement, tree, 'nothing hides the data any more');
      return;
    }
    if (tree.kind !== 'alterTable' && tree.kind !== 'alterObject') return;
    const { action } = tree;
    const isOff =
      action.kind === 'dropAllRowAccessPolicies' ||
      (action.kind === 'dropRowAccessPolicy' && action.add === null) ||
      (action.kind === 'alterColumns' &&
        action.changes.some(({ change }) => change.kind === 'unsetMaskingPolicy'));
    if (isOff) lint.report(statement, tree, 'nothing hides the data any more');
  },
};
