import { objectKey } from '../../history/names.ts';
import { streamsOn } from '../../history/state.ts';
import type { Rule } from '../../rule.ts';

export const tableReplaced: Rule = {
  id: 'streams/table-replaced',
  severity: 'error',
  finds: 'CREATE OR REPLACE, DROP or SWAP of a table or view that has a stream',
  why: 'The stream stays with the old table and is stale: reading it fails from then on, and what it had not given yet is lost. Allowing the migration to be destructive does not mend it.',
  remedy: 'Use ALTER TABLE or CREATE OR ALTER TABLE; or drop the stream first and make it anew after.',
  bad: [
    {
      'V1__bronze.sql': 'CREATE TABLE BRONZE.T (ID INT);\nCREATE STREAM BRONZE.S ON TABLE BRONZE.T;',
      'V2__again.sql':
        '-- migrate: allow-destructive\nCREATE OR REPLACE TABLE BRONZE.T (ID INT, NAME VARCHAR); -- <--',
    },
    'CREATE VIEW SILVER.V AS SELECT ID FROM SILVER.T;\nCREATE STREAM SILVER.S ON VIEW SILVER.V;\nCREATE OR REPLACE VIEW SILVER.V AS SELECT ID, NAME FROM SILVER.T; -- <--',
    '-- migrate: allow-destructive\nCREATE STREAM BRONZE.S ON TABLE BRONZE.T;\nDROP TABLE IF EXISTS BRONZE.T; -- <--',
    'CREATE STREAM BRONZE.S ON TABLE BRONZE.T;\nALTER TABLE BRONZE.T SWAP WITH BRONZE.T_NEW; -- <--',
  ],
  good: [
    'CREATE TABLE BRONZE.T (ID INT);\nCREATE STREAM BRONZE.S ON TABLE BRONZE.T;\nALTER TABLE BRONZE.T ADD COLUMN NAME VARCHAR;',
    '-- migrate: allow-destructive\nCREATE STREAM BRONZE.S ON TABLE BRONZE.T;\nDROP STREAM BRONZE.S;\nCREATE OR REPLACE TABLE BRONZE.T (ID INT);\nCREATE STREAM BRONZE.S ON TABLE BRONZE.T;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    const isReplaced = (tree.kind === 'createTable' || tree.kind === 'createView') && tree.orReplace;
    const isDropped = tree.kind === 'drop' && /TABLE|VIEW/.test(tree.type);
    const isSwapped = tree.kind === 'alterTable' && tree.action.kind === 'swap';
    if (!isReplaced && !isDropped && !isSwapped) return;
    const streams = streamsOn(lint.state, objectKey(tree.name, lint.state.currentSchema) ?? '');
    if (streams.length > 0) lint.report(statement, tree.name, `it makes stale: ${streams.join(', ')}`);
  },
};
