import type { Rule } from '../../rule.ts';

export const useStatement: Rule = {
  id: 'portability/use-statement',
  severity: 'warning',
  finds: 'USE ROLE, USE SCHEMA or ALTER SESSION in a migration',
  why: 'What follows means something else depending on a line that is far away, and a migration that resumes in the middle depends on it too. Objects made under another role belong to that role.',
  remedy: 'Write SCHEMA.NAME; let the role that runs the migrations own what they make.',
  bad: [
    'USE ROLE SYSADMIN; -- <--',
    'USE SCHEMA SILVER; -- <--',
    "ALTER SESSION SET TIMEZONE = 'UTC'; -- <--",
  ],
  good: ['CREATE TABLE IF NOT EXISTS SILVER.T (ID NUMBER(10,0));', 'USE WAREHOUSE {{ warehouse }};'],
  statement(statement, lint) {
    const { tree } = statement;
    const isUse =
      tree.kind === 'use' &&
      (tree.type === 'ROLE' || tree.type === 'SCHEMA' || tree.type === 'SECONDARY ROLES');
    if (isUse || tree.kind === 'alterSession')
      lint.report(statement, tree, 'it changes what the statements after it mean');
  },
};
