import { expect, test } from 'vitest';
import { effectOf, treeOf } from '../../../actions/migrate/effects/statement-effect.ts';

test.each([
  ['CREATE TABLE S.T (A INT)', 'create', ['TABLE S.T'], []],
  ['CREATE OR ALTER TABLE T (A INT)', 'alter', ['TABLE T'], []],
  ['CREATE OR REPLACE VIEW V AS SELECT 1 AS A', 'replace', ['VIEW V'], []],
  ['CREATE OR REPLACE TABLE T (A INT)', 'replace', ['TABLE T'], ['replaces the table T: its rows are lost']],
  ['CREATE OR REPLACE TEMPORARY TABLE T (A INT)', 'replace', ['TABLE T'], []],
  ['CREATE OR REPLACE STAGE G', 'replace', ['STAGE G'], ['replaces the stage G: its files are lost']],
  ["CREATE OR REPLACE STAGE G URL = 's3://b/p/' STORAGE_INTEGRATION = I", 'replace', ['STAGE G'], []],
  [
    'CREATE OR REPLACE STREAM ST ON TABLE T',
    'replace',
    ['STREAM ST'],
    ['replaces the stream ST: the changes that nobody has consumed are lost'],
  ],
  ['CREATE OR REPLACE TASK R SCHEDULE = $$1 MINUTE$$ AS DELETE FROM T', 'replace', ['TASK R'], []],
  ['CREATE OR REPLACE EXTERNAL TABLE E LOCATION = @G FILE_FORMAT = F', 'replace', ['EXTERNAL TABLE E'], []],
  ['CREATE DYNAMIC TABLE D CLONE E', 'create', ['DYNAMIC TABLE D'], []],
  ['DROP VIEW V', 'drop', ['VIEW V'], ['drops the view V']],
  ['DROP TABLE "a.b"', 'drop', ['TABLE a.b'], ['drops the table a.b: its rows are lost']],
  [
    'ALTER TABLE T DROP COLUMN A, B',
    'alter',
    ['TABLE T'],
    ['drops the column A of T', 'drops the column B of T'],
  ],
  ['ALTER TABLE T ADD COLUMN A INT', 'alter', ['TABLE T'], []],
  ['TRUNCATE TABLE T', 'data', ['TABLE T'], ['truncates T']],
  ['DELETE FROM T', 'data', ['TABLE T'], ['deletes every row of T']],
  ['DELETE FROM T WHERE A = 1', 'data', ['TABLE T'], []],
  ['INSERT OVERWRITE INTO T SELECT 1', 'data', ['TABLE T'], ['overwrites every row of T']],
  ['UPDATE T SET A = 1', 'data', ['TABLE T'], []],
  ['GRANT SELECT ON TABLE T TO ROLE R', 'grant', ['TABLE T'], []],
  ['USE SCHEMA S', 'session', [], []],
  ['SELECT 1', 'other', [], []],
  [
    'BEGIN TRUNCATE TABLE T; LET X := 1; IF (X = 1) THEN DROP TABLE U; END IF; END',
    'other',
    ['TABLE T', 'TABLE U'],
    ['truncates T', 'drops the table U: its rows are lost'],
  ],
] as const)('%s: %s', (sql, kind, objects, destroys) => {
  const effect = effectOf(treeOf(sql), sql);
  expect([
    effect.kind,
    effect.objects.map(({ type, name }) => `${type} ${name.join('.')}`),
    effect.destroys,
  ]).toEqual([kind, objects, destroys]);
});

test.each([
  [
    'CREATE OR REPLACE HYBRID TABLE T (A INT PRIMARY KEY) NEWS 1',
    'replace',
    ['replaces an object that holds data'],
  ],
  ['DROP GALAXY G NOW', 'drop', ['drops an object']],
  ['CREATE STREAMLIT X NEWS', 'create', []],
  ['ALTER GALAXY T DROP COLUMN A', 'alter', ['drops a column']],
] as const)('what our grammar does not know is told by its first words: %s', (sql, kind, destroys) => {
  expect(effectOf(null, sql)).toEqual({ kind, objects: [], destroys });
});
