import { insertion } from '../../edit.ts';
import type { Rule } from '../../rule.ts';

const KINDS = new Set([
  'createTable',
  'createExternalTable',
  'createContainer',
  'createStream',
  'createTask',
  'createPipe',
  'createObject',
]);

export const createIfNotExists: Rule = {
  id: 'idempotence/create-if-not-exists',
  severity: 'warning',
  finds: 'CREATE without IF NOT EXISTS, OR REPLACE or OR ALTER',
  why: 'When the answer of a statement is lost, or a database was made in another way, running it again fails with "already exists" and somebody has to mend the history by hand.',
  remedy: 'Write CREATE … IF NOT EXISTS.',
  bad: [
    'CREATE TABLE SILVER.DIM_STORE (STORE_ID NUMBER(10,0)); -- <--',
    'CREATE STREAM BRONZE.S ON TABLE BRONZE.T; -- <--',
    'CREATE FILE FORMAT BRONZE.F TYPE = CSV; -- <--',
  ],
  good: [
    'CREATE TABLE IF NOT EXISTS SILVER.DIM_STORE (STORE_ID NUMBER(10,0));',
    'CREATE OR ALTER TABLE SILVER.DIM_STORE (STORE_ID NUMBER(10,0));',
    'CREATE OR REPLACE VIEW GOLD.STORES AS SELECT STORE_ID FROM SILVER.DIM_STORE;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (!KINDS.has(tree.kind) || !('ifNotExists' in tree) || !('orAlter' in tree)) return;
    if (tree.ifNotExists || tree.orReplace || tree.orAlter) return;
    lint.report(statement, tree.name, 'running it a second time fails', [
      insertion(statement, tree.name.start.offset, 'IF NOT EXISTS '),
    ]);
  },
};
