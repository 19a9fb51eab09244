import { objectKey } from '../../history/names.ts';
import type { Rule } from '../../rule.ts';

export const policyLost: Rule = {
  id: 'security/policy-lost',
  severity: 'error',
  finds: 'CREATE OR REPLACE of a table that has masking or row access policies',
  why: 'The new table has none of them: the data is readable until somebody notices.',
  remedy: 'Use ALTER TABLE or CREATE OR ALTER TABLE; or write the policies in the new definition.',
  bad: [
    '-- migrate: allow-destructive\nCREATE TABLE SILVER.C (EMAIL VARCHAR);\nALTER TABLE SILVER.C ALTER COLUMN EMAIL SET MASKING POLICY SILVER.HIDE;\nCREATE OR REPLACE TABLE SILVER.C (EMAIL VARCHAR, CITY VARCHAR); -- <--',
  ],
  good: [
    '-- migrate: allow-destructive\nCREATE TABLE SILVER.C (EMAIL VARCHAR WITH MASKING POLICY SILVER.HIDE);\nCREATE OR REPLACE TABLE SILVER.C (EMAIL VARCHAR WITH MASKING POLICY SILVER.HIDE, CITY VARCHAR);',
    'CREATE TABLE SILVER.C (EMAIL VARCHAR WITH MASKING POLICY SILVER.HIDE);\nALTER TABLE SILVER.C ADD COLUMN CITY VARCHAR;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'createTable' || !tree.orReplace) return;
    const before = lint.state.tables.get(objectKey(tree.name, lint.state.currentSchema) ?? '');
    const kept = new Set(
      tree.columns.flatMap(({ name, maskingPolicy }) => (maskingPolicy === null ? [] : [name.name])),
    );
    const lost = [...(before?.policies ?? [])]
      .filter(([column]) => !kept.has(column))
      .map(([, policy]) => policy);
    if (lost.length > 0)
      lint.report(statement, tree.name, `it has no longer ${[...new Set(lost)].join(', ')}`);
  },
};
