import { expect, test } from 'vitest';
import { withDirectory } from './support/directory.ts';

/** `file:line rule` of what the rules of some groups find. */
function found(files: Record<string, string>, groups: string): string[] {
  return withDirectory(files, ({ lint }) =>
    lint()
      .findings.filter(({ rule }) => groups.split(' ').includes(rule))
      .map(({ file, line, rule }) => `${file}:${line} ${rule}`),
  );
}

const bronze =
  'CREATE TABLE BRONZE.T (ID INT);\nCREATE STREAM BRONZE.S ON TABLE BRONZE.T APPEND_ONLY = TRUE;\n';
const stale = 'streams/table-replaced';

test('a table of one file that another replaces makes the stream of a third stale (failure 25)', () => {
  const files = {
    'V1__a.sql': 'CREATE TABLE BRONZE.T (ID INT);',
    'V2__b.sql': 'CREATE STREAM BRONZE.S ON TABLE BRONZE.T;',
    'V3__c.sql': 'SELECT 1;\n-- migrate says so too\nCREATE OR REPLACE TABLE BRONZE.T (ID INT);',
  };
  expect(found(files, stale)).toEqual(['V3__c.sql:3 streams/table-replaced']);
});

test('names are the same with and without a database, quoted or not, by USE SCHEMA or written out', () => {
  const again = 'USE SCHEMA BRONZE;\nCREATE OR REPLACE TABLE "T" (ID INT);';
  expect(found({ 'V1__a.sql': bronze, 'V2__b.sql': again }, stale)).toHaveLength(1);
  const other = 'CREATE OR REPLACE TABLE PROD.bronze.t (ID INT);';
  expect(found({ 'V1__a.sql': bronze, 'V2__b.sql': other }, stale)).toHaveLength(1);
  const fresh = 'CREATE OR REPLACE TABLE T (ID INT);\nCREATE OR REPLACE TABLE BRONZE."t" (ID INT);';
  expect(found({ 'V1__a.sql': `USE SCHEMA BRONZE;\n${bronze}`, 'V2__b.sql': fresh }, stale)).toEqual([]);
});

test('a renamed table keeps its streams; a dropped schema has none', () => {
  const renamed =
    'ALTER TABLE BRONZE.T RENAME TO BRONZE.U;\nCREATE OR REPLACE TABLE BRONZE.T (ID INT);\nDROP TABLE BRONZE.U;';
  expect(found({ 'V1__a.sql': bronze, 'V2__b.sql': renamed }, stale)).toEqual([
    'V2__b.sql:3 streams/table-replaced',
  ]);
  const gone = 'DROP SCHEMA BRONZE;\nCREATE SCHEMA BRONZE;\nCREATE OR REPLACE TABLE BRONZE.T (ID INT);';
  expect(found({ 'V1__a.sql': bronze, 'V2__b.sql': gone }, stale)).toEqual([]);
});

test('the order is that in which migrations run: numbers as numbers, repeatable ones last', () => {
  const files = {
    'V10__replace.sql': 'CREATE OR REPLACE TABLE BRONZE.T (ID INT);',
    'V9__stream.sql': bronze,
    'R__stream.sql': 'CREATE OR REPLACE STREAM BRONZE.LATE ON TABLE BRONZE.T;',
  };
  expect(found(files, stale)).toEqual(['V10__replace.sql:1 streams/table-replaced']);
});

test('tasks are followed through suspend, resume, new predecessors and new bodies', () => {
  const graph = `CREATE TASK SILVER.ROOT SCHEDULE = '60 MINUTE' AS SELECT 1;
CREATE TASK SILVER.A AFTER SILVER.ROOT AS INSERT INTO SILVER.T (ID) SELECT ID FROM BRONZE.S;
CREATE TASK SILVER.B AS SELECT 2;
ALTER TASK SILVER.B ADD AFTER SILVER.A;
ALTER TASK SILVER.B RESUME;
ALTER TASK SILVER.A RESUME;
ALTER TASK SILVER.ROOT RESUME;
`;
  const rules = 'tasks/never-resumed tasks/root-resumed-first streams/two-consumers tasks/no-schedule';
  expect(found({ 'V1__a.sql': bronze, 'V2__b.sql': graph }, rules)).toEqual([]);
  const changed = `ALTER TASK SILVER.B MODIFY AS INSERT INTO SILVER.U (ID) SELECT ID FROM BRONZE.S;
ALTER TASK SILVER.ROOT SUSPEND;
ALTER TASK SILVER.B SUSPEND;
`;
  expect(found({ 'V1__a.sql': bronze, 'V2__b.sql': graph, 'V3__c.sql': changed }, rules)).toEqual([
    'V2__b.sql:1 tasks/never-resumed',
    'V2__b.sql:3 streams/two-consumers',
    'V2__b.sql:3 tasks/never-resumed',
    'V3__c.sql:1 tasks/root-resumed-first',
  ]);
});

test('a column keeps the type that an earlier migration gave it, also through LIKE and renaming', () => {
  const files = {
    'V1__a.sql': 'CREATE TABLE SILVER.T (CITY VARCHAR(100));\nCREATE TABLE SILVER.U LIKE SILVER.T;',
    'V2__b.sql': 'ALTER TABLE SILVER.U RENAME COLUMN CITY TO TOWN;',
    'V3__c.sql':
      'ALTER TABLE SILVER.U ALTER COLUMN TOWN TYPE VARCHAR(50);\nALTER TABLE SILVER.T ALTER COLUMN CITY TYPE VARCHAR(200);',
  };
  expect(found(files, 'destructive/narrow-type')).toEqual(['V3__c.sql:1 destructive/narrow-type']);
});

test('IF NOT EXISTS does not change what is there', () => {
  const files = {
    'V1__a.sql': 'CREATE TABLE IF NOT EXISTS SILVER.T (CITY VARCHAR(100));',
    'V2__b.sql':
      'CREATE TABLE IF NOT EXISTS SILVER.T (CITY VARCHAR(10));\nALTER TABLE SILVER.T ALTER COLUMN CITY TYPE VARCHAR(50);',
  };
  expect(found(files, 'destructive/narrow-type')).toEqual(['V2__b.sql:2 destructive/narrow-type']);
});
