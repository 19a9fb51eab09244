import { destroyedBy } from '../../destroyed.ts';
import { objectKey } from '../../history/names.ts';
import type { Rule } from '../../rule.ts';

export const replaceTable: Rule = {
  id: 'destructive/replace-table',
  severity: 'error',
  finds: 'CREATE OR REPLACE of a table, schema or database',
  why: 'It drops the old one first: the rows are lost, the load history with them (every file of a stage is loaded again), and streams on a replaced table are stale.',
  remedy:
    'Use ALTER TABLE or CREATE OR ALTER TABLE; or say in the head of the file that it is meant: -- migrate: allow-destructive.',
  bad: [
    'CREATE OR REPLACE TABLE SILVER.DIM_STORE (STORE_ID NUMBER(10,0), CITY VARCHAR); -- <--',
    'CREATE OR REPLACE SCHEMA STAGING; -- <--',
  ],
  good: [
    'CREATE TABLE IF NOT EXISTS SILVER.DIM_STORE (STORE_ID NUMBER(10,0), CITY VARCHAR);',
    'CREATE OR ALTER TABLE SILVER.DIM_STORE (STORE_ID NUMBER(10,0), CITY VARCHAR);',
    'CREATE OR REPLACE TEMPORARY TABLE SILVER.SCRATCH (ID NUMBER(10,0));',
    '-- migrate: allow-destructive\nCREATE OR REPLACE TABLE SILVER.DIM_STORE (STORE_ID NUMBER(10,0), CITY VARCHAR);',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'createTable' && tree.kind !== 'createContainer') return;
    const known = lint.state.tables.get(objectKey(tree.name, lint.state.currentSchema) ?? '');
    const since = known === undefined ? '' : ` (made in ${known.statement.file.name})`;
    for (const lost of destroyedBy(statement)) lint.report(statement, tree.name, `it ${lost}${since}`);
  },
};
