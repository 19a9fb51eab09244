import { objectKey } from '../../history/names.ts';
import type { Rule } from '../../rule.ts';

export const definedTwice: Rule = {
  id: 'idempotence/defined-twice',
  severity: 'error',
  finds: 'CREATE … IF NOT EXISTS of something that an earlier migration has made',
  why: 'Nothing happens: a new database and an old one have what the first migration says, whatever is written here.',
  remedy: 'Change it with ALTER, or use another name.',
  bad: [
    {
      'V1__store.sql': 'CREATE TABLE IF NOT EXISTS SILVER.DIM_STORE (STORE_ID NUMBER(10,0));',
      'V2__store.sql':
        'CREATE TABLE IF NOT EXISTS SILVER.DIM_STORE (STORE_ID NUMBER(10,0), CITY VARCHAR); -- <--',
    },
    'CREATE STREAM IF NOT EXISTS BRONZE.S ON TABLE BRONZE.T;\nCREATE STREAM IF NOT EXISTS BRONZE.S ON TABLE BRONZE.U; -- <--',
  ],
  good: [
    {
      'V1__store.sql': 'CREATE TABLE IF NOT EXISTS SILVER.DIM_STORE (STORE_ID NUMBER(10,0));',
      'V2__store.sql': 'ALTER TABLE SILVER.DIM_STORE ADD COLUMN IF NOT EXISTS CITY VARCHAR;',
    },
    '-- migrate: allow-destructive\nCREATE TABLE IF NOT EXISTS SILVER.A (ID INT);\nDROP TABLE SILVER.A;\nCREATE TABLE IF NOT EXISTS SILVER.A (ID INT);',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (!('ifNotExists' in tree) || !('orReplace' in tree) || !tree.ifNotExists) return;
    const key = objectKey(tree.name, lint.state.currentSchema) ?? '';
    const { tables, views, streams, tasks, pipes } = lint.state;
    const known = {
      createTable: tables,
      createView: views,
      createStream: streams,
      createTask: tasks,
      createPipe: pipes,
    }[tree.kind as string]?.get(key);
    if (known !== undefined)
      lint.report(statement, tree.name, `nothing happens: ${known.statement.file.name} has made ${key}`);
  },
};
