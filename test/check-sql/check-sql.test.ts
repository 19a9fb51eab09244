import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkSql } from '../../actions/check-sql/check-sql.ts';
import { pullRequestReport } from '../../actions/check-sql/pull-request/report-file.ts';
import { findingsMarkdown } from '../../actions/check-sql/render.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'migrations-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const bootstrap = 'scripts/infra/snowflake/bootstrap.sql';
function check(files: Record<string, string>, options = {}) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return checkSql({ directory, variables: {}, bootstrap, ...options });
}

test('the migrations of this repository parse and run from nothing, with nothing to say against them', async () => {
  const report = await checkSql({ directory: 'migrations', variables: {}, bootstrap });
  expect([report.errors, report.warnings, report.findings]).toEqual([[], [], []]);
  expect(report.dryRun?.statements).toBe(report.statements);
  expect(report.secondOpinion.parsed).toBeGreaterThan(0);
  expect(findingsMarkdown(pullRequestReport(report))).toContain('**no error**');
});

test('every syntax error is found at once, with file, line and column; nothing is run then', async () => {
  const report = await check({
    'V1__a.sql': 'SELECT 1;\n  SELECT FROM WHERE;\n\nCREATE FROBNICATOR X;\n',
    'V2__b.sql': 'CREATE TABLE T (A INT,\n  B WITHOUT TYPE);\n',
    'V4__c.sql': 'SELECT {{ undefined_one }}',
  });
  expect(report.errors.map(({ file, line }) => `${file.slice(directory.length + 1)}:${line}`)).toEqual([
    'V4__c.sql:1',
    'V1__a.sql:2',
    'V1__a.sql:4',
    'V2__b.sql:2',
  ]);
  expect(report.errors[1]?.column).toBeGreaterThan(3);
  expect(report.errors[2]?.message).toContain('FROBNICATOR');
  expect(report.dryRun).toBeNull();
  expect(findingsMarkdown(pullRequestReport(report))).toContain('**4 errors**. Not run');
});

test('what only running shows is an error on its line of its file', async () => {
  const report = await check({
    'V1__a.sql': 'CREATE TABLE T (A INT);\n',
    'V2__b.sql': 'SELECT A FROM T;\n-- a comment\nSELECT\n  A,\n  NOPE\nFROM T;\n',
  });
  expect(report.errors).toMatchObject([
    {
      file: join(directory, 'V2__b.sql'),
      line: 5,
      message: expect.stringContaining("invalid identifier 'NOPE'"),
    },
  ]);
  expect(report.dryRun?.statements).toBe(2);
});

test('a construct that the local Snowflake does not support is named on its line', async () => {
  const report = await check({
    'V1__a.sql': "SELECT 1;\n\n  SELECT 'a' COLLATE 'en-ci';\n",
  });
  expect(report.errors).toMatchObject([
    {
      file: join(directory, 'V1__a.sql'),
      line: 3,
      message: expect.stringContaining('Not supported by the local Snowflake: COLLATE'),
    },
  ]);
});

test('a stage on a bucket that cannot exist is an error on its line', async () => {
  const url = "URL = 's3://a..b/x/' STORAGE_INTEGRATION = {{ storage_integration }}";
  const report = await check({ 'V1__a.sql': `SELECT 1;\nCREATE STAGE PUBLIC.S ${url};\n` });
  expect(report.errors).toMatchObject([{ file: join(directory, 'V1__a.sql'), line: 2 }]);
  expect(report.errors[0]?.message).toContain('"a..b" cannot be the name of a bucket');
});

test('the bootstrap is checked as the migrations are, and all its errors come with theirs', async () => {
  const files = { 'V1__a.sql': 'SELECT FROM WHERE;' };
  const broken = join(directory, '..', `${basename(directory)}-bootstrap.txt`);
  const places = async (text: string) => {
    writeFileSync(broken, text);
    const { errors, dryRun } = await check(files, { bootstrap: broken });
    expect(dryRun).toBeNull();
    return errors.map(({ file, line }) => `${basename(file).replace(basename(directory), '')}:${line}`);
  };
  try {
    expect(await places('SELECT 1;\nSELEC 2;\nCREATE FROBNICATOR X;')).toEqual([
      '-bootstrap.txt:2',
      '-bootstrap.txt:3',
      'V1__a.sql:1',
    ]);
    expect(await places("SELECT 1;\nSELECT 'unclosed")).toEqual(['-bootstrap.txt:2', 'V1__a.sql:1']);
    files['V1__a.sql'] = 'SELECT 1;';
    writeFileSync(broken, 'USE ROLE ACCOUNTADMIN;\nUSE ROLE\n  NOBODY;');
    const { errors } = await check(files, { bootstrap: broken });
    expect(errors).toMatchObject([
      { file: broken, line: 2, message: expect.stringContaining('statement 2 of the bootstrap fails') },
    ]);
  } finally {
    rmSync(broken);
  }
  const missing = await check(files, { bootstrap: 'nowhere.sql' });
  expect(missing.errors).toMatchObject([{ file: 'nowhere.sql', line: 1 }]);
});

test('numbers and circles are checked too', async () => {
  const report = await check({
    'V1__a.sql': 'SELECT 1;',
    'V3__b.sql': 'SELECT 1;',
    'R__x.sql': 'CREATE OR REPLACE VIEW X AS SELECT * FROM Y;',
    'R__y.sql': 'CREATE OR REPLACE VIEW Y AS SELECT * FROM X;',
  });
  expect(report.errors.map(({ message }) => message.split(':')[0])).toEqual([
    'number 2 is missing before it',
    'repeatable migrations read each other in a circle',
  ]);
});

test('a statement without an end is stopped', async () => {
  const huge = '(SELECT SEQ4() AS SEQ FROM TABLE(GENERATOR(ROWCOUNT => 100000)))';
  const running = check(
    { 'V1__slow.sql': `SELECT COUNT(DISTINCT SHA2(A.SEQ || B.SEQ)) FROM ${huge} A, ${huge} B;` },
    { timeoutSeconds: 3 },
  );
  await expect(running).rejects.toThrow('the dry-run was stopped after 3 seconds');
});
