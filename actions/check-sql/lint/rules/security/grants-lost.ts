import { insertion } from '../../edit.ts';
import { objectKey } from '../../history/names.ts';
import type { Rule } from '../../rule.ts';

export const grantsLost: Rule = {
  id: 'security/grants-lost',
  severity: 'error',
  finds: 'CREATE OR REPLACE without COPY GRANTS of a table or view that privileges were granted on',
  why: 'The privileges go with the old object: reports fail until somebody grants them again.',
  remedy: 'Write COPY GRANTS.',
  bad: [
    'CREATE VIEW GOLD.V AS SELECT ID FROM SILVER.T;\nGRANT SELECT ON VIEW GOLD.V TO ROLE ANALYST;\nCREATE OR REPLACE VIEW GOLD.V AS SELECT ID, NAME FROM SILVER.T; -- <--',
  ],
  good: [
    'CREATE VIEW GOLD.V AS SELECT ID FROM SILVER.T;\nGRANT SELECT ON VIEW GOLD.V TO ROLE ANALYST;\nCREATE OR REPLACE VIEW GOLD.V COPY GRANTS AS SELECT ID, NAME FROM SILVER.T;',
    'CREATE OR REPLACE VIEW GOLD.V AS SELECT ID FROM SILVER.T;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'createTable' && tree.kind !== 'createView') return;
    if (!tree.orReplace || tree.copyGrants) return;
    if (!lint.state.grants.has(objectKey(tree.name, lint.state.currentSchema) ?? '')) return;
    // In a view with a list of columns it has another place.
    const isPlain = tree.kind === 'createView' && tree.columns.length === 0;
    const fix = isPlain ? [insertion(statement, tree.name.end, ' COPY GRANTS')] : [];
    lint.report(statement, tree.name, 'privileges on it are lost', fix);
  },
};
