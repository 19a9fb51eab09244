import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeAll, describe, expect, test } from 'vitest';
import { previewSuffix, runMode } from '../../../actions/migrate/run-mode.ts';
import { readSnowflakeSettings } from '../../../actions/shared/snowflake.ts';
import { startTestStack } from '../../support/stack.ts';
import { createProject, type Project, rejection } from '../database.ts';
import { startQueryProxy } from '../query-proxy.ts';

beforeAll(async () => {
  await startTestStack({ services: ['snowflake'] });
});

const base = {
  'V001__t.sql': `CREATE SCHEMA S;
CREATE TABLE S.T (A INT);
INSERT INTO S.T VALUES (1), (2);
CREATE TASK S.R SCHEDULE = '1 MINUTE' AS INSERT INTO S.T VALUES (3);
ALTER TASK S.R RESUME;
`,
  'tests/no_negative.sql': 'SELECT * FROM S.T WHERE A < 0;\n',
};

async function preview(project: Project, kind: 'clone' | 'local', told: string[] = []) {
  const { database, directory } = project;
  const settings = await readSnowflakeSettings(undefined);
  const onProgress = (line: string): void => void told.push(line);
  return runMode({
    migrate: { mode: 'apply', database, directory, variables: {}, settings, onProgress },
    preview: kind,
    drift: false,
    ignore: [],
    env: { GITHUB_RUN_ID: '9', GITHUB_REF: 'refs/pull/12/merge' },
  });
}

async function clones(project: Project): Promise<(string | null)[][]> {
  return project.rows(`SHOW DATABASES LIKE '${project.database}_PREVIEW%'`);
}

describe('a preview on a clone', () => {
  test('applies what is pending there, runs the data tests, drops it, and leaves the database as it was', async () => {
    const project = await createProject(base);
    await project.run('apply');
    project.write({
      'V002__more.sql':
        'ALTER TABLE S.T ADD COLUMN B INT;\nALTER TASK S.R RESUME;\nINSERT INTO S.T (A) VALUES (4);\n',
    });
    const told: string[] = [];
    const report = await preview(project, 'clone', told);
    expect(report.applied.map(({ name }) => name)).toEqual(['V002__more']);
    expect(report.database).toBe(`"${project.database}_PREVIEW_PR_12_RUN_9_1"`);
    expect(told).toContain('1 data tests found no wrong rows');
    expect(await clones(project)).toEqual([]);
    expect(await project.rows(`SELECT * FROM ${project.database}.S.T ORDER BY A`)).toEqual([['1'], ['2']]);
    expect((await project.run('plan')).pending.map(({ name }) => name)).toEqual(['V002__more']);
  });

  test('is dropped also when a migration or a data test fails', async () => {
    const project = await createProject(base);
    await project.run('apply');
    project.write({ 'V002__bad.sql': 'INSERT INTO S.NOPE VALUES (1);\n' });
    expect((await rejection(preview(project, 'clone'))).message).toContain('V002__bad.sql:1');
    expect(await clones(project)).toEqual([]);
    project.write({ 'V002__bad.sql': 'INSERT INTO S.T VALUES (-1);\n' });
    expect((await rejection(preview(project, 'clone'))).message).toContain(
      'tests/no_negative.sql:1: data test "no_negative" finds 1 row, such as A=-1',
    );
    expect(await clones(project)).toEqual([]);
  });

  test('is not begun when a migration names the database itself', async () => {
    const project = await createProject(base);
    await project.run('apply');
    project.write({ 'V002__out.sql': `INSERT INTO ${project.database}.S.T VALUES (9);\n` });
    expect((await rejection(preview(project, 'clone'))).message).toContain(
      `V002__out.sql:1:1: statement 1 names the database ${project.database} itself`,
    );
  });

  test('is dropped when the process is told to end (failure 39)', async () => {
    const project = await createProject(base);
    await project.run('apply');
    project.write({ 'V002__slow.sql': 'INSERT INTO S.T VALUES (5);\nINSERT INTO S.T VALUES (6);\n' });
    let child: ChildProcess | undefined;
    const proxy = await startQueryProxy(process.env.SNOWFLAKE_ACCESS_URL!, {
      onStatement(_, sql) {
        if (sql.includes('S.T VALUES (6)') || sql.includes('INSERT INTO S.T VALUES (5)'))
          child?.kill('SIGTERM');
        return true;
      },
    });
    child = spawn(process.execPath, ['actions/migrate/main.ts'], {
      env: {
        ...process.env,
        SNOWFLAKE_ACCESS_URL: proxy.url,
        INPUT_MODE: 'apply',
        INPUT_PREVIEW: 'clone',
        INPUT_DIRECTORY: project.directory,
        INPUT_DATABASE: project.database,
        'INPUT_OUT-OF-ORDER': 'false',
        'INPUT_ALLOW-GAPS': 'false',
        'INPUT_LOCK-TIMEOUT-SECONDS': '0',
        INPUT_COUNT: '1',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let log = '';
    child.stdout?.on('data', (data) => {
      log += data;
    });
    const [, signal] = await once(child, 'exit');
    proxy.close();
    expect(log).toContain('is a clone of');
    expect(log).toContain('SIGTERM: the clone is dropped first');
    expect(signal).toBe('SIGTERM');
    expect(await clones(project)).toEqual([]);
  }, 60_000);
});

test('a preview on a local Snowflake runs the whole history and the data tests; the database is not touched', async () => {
  const project = await createProject(base);
  const told: string[] = [];
  const report = await preview(project, 'local', told);
  expect(report.applied.map(({ name, statements }) => [name, statements])).toEqual([['V001__t', 5]]);
  expect(told).toContain('1 data tests found no wrong rows');
  expect(await project.rows(`SHOW SCHEMAS LIKE 'S' IN DATABASE ${project.database}`)).toEqual([]);
  project.write({ 'tests/no_negative.sql': 'SELECT A FROM S.T WHERE A > 1;' });
  expect((await rejection(preview(project, 'local'))).message).toContain(
    'data test "no_negative" finds 1 row, such as A=2',
  );
}, 60_000);

test('a clone is named after the pull request, the run and the attempt', () => {
  expect(previewSuffix({ GITHUB_RUN_ID: '9', GITHUB_RUN_ATTEMPT: '2', GITHUB_REF: 'refs/heads/main' })).toBe(
    'RUN_9_2',
  );
  expect(previewSuffix({})).toMatch(/^LOCAL_[0-9A-F]{8}$/);
});
