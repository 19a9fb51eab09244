import { beforeAll, expect, test } from 'vitest';
import { readSnowflakeSettings } from '../../actions/shared/snowflake.ts';
import { startTestStack } from '../support/stack.ts';
import { createProject, rejection } from './database.ts';
import { startQueryProxy } from './query-proxy.ts';

beforeAll(async () => {
  await startTestStack({ services: ['snowflake'] });
});

const files = {
  'V1__t.sql': 'CREATE TABLE T (A INT);\nINSERT INTO T VALUES (1);\n',
  'V2__more.sql': 'CREATE TABLE U (A INT);\nINSERT INTO T VALUES (2);\n',
};

test('row 20: of two migrators at once on a new database, one applies and the other waits and finds nothing to do', async () => {
  const project = await createProject(files);
  const reports = await Promise.all([project.run('apply'), project.run('apply'), project.run('apply')]);
  expect(reports.map(({ applied }) => applied.length).sort()).toEqual([0, 0, 2]);
  expect(await project.rows(`SELECT A FROM ${project.database}.PUBLIC.T ORDER BY A`)).toEqual([['1'], ['2']]);
});

test('row 20: a held lock names its holder and since when; when it has expired it is taken over', async () => {
  const project = await createProject({ 'V1__t.sql': files['V1__t.sql'] });
  await project.run('apply');
  project.write({ 'V2__more.sql': files['V2__more.sql'] });
  const lock = `${project.database}.DATAOPS.MIGRATION_LOCK`;
  const hold = (seconds: number) =>
    project.session.execute(
      `UPDATE ${lock} SET RUN_ID = 'other', OWNER = 'process 7 on build-3', RUN_URL = 'https://example.com/runs/1',
         ACQUIRED_AT = '2026-01-02 03:04:05 +0000', EXPIRES_AT = DATEADD(second, ${seconds}, CURRENT_TIMESTAMP())`,
    );
  await hold(600);
  const error = await rejection(project.run('apply', { lockTimeoutSeconds: 0 }));
  expect(error.message).toMatch(
    /^another migration holds the lock: process 7 on build-3 \(https:\/\/example\.com\/runs\/1\) since 2026-01-0\d \d\d:\d4:05 /,
  );
  expect(error.remedy).toContain('its lock expires 60 seconds after');
  const { pending } = await project.run('plan');
  expect(pending).toHaveLength(1);

  await hold(1);
  const told: string[] = [];
  const report = await project.run('apply', { onProgress: (line) => told.push(line) });
  expect(report.applied).toHaveLength(1);
  expect(told[0]).toContain('waiting for the migration lock: process 7 on build-3');
  expect(told[1]).toContain('the run other died holding the migration lock');
  expect(await project.rows(`SELECT RUN_ID FROM ${lock}`)).toEqual([[null]]);
});

test('row 20: the lock is renewed while a statement runs', async () => {
  const project = await createProject({ 'V1__t.sql': 'CREATE TABLE T (A INT);' });
  const expiry = async () =>
    (
      await project.rows(`SELECT EXPIRES_AT::VARCHAR FROM ${project.database}.DATAOPS.MIGRATION_LOCK`)
    )[0]?.[0];
  const seen = new Set<unknown>();
  const proxy = await startQueryProxy(process.env.SNOWFLAKE_ACCESS_URL!, {
    // The statement does not end before the lock was renewed twice.
    async beforeStatement(sql) {
      while (sql.startsWith('CREATE TABLE T') && seen.size < 3) seen.add(await expiry());
    },
  });
  const settings = { ...(await readSnowflakeSettings(undefined)), accessUrl: proxy.url };
  const report = await project.run('apply', { settings, leaseSeconds: 1.5 });
  proxy.close();
  expect(report.applied).toHaveLength(1);
  expect(seen.size).toBe(3);
});

test('a run that was taken for dead stops before its next statement', async () => {
  const project = await createProject(files);
  const proxy = await startQueryProxy(process.env.SNOWFLAKE_ACCESS_URL!, {
    async onAnswer(_, sql) {
      // Another run takes the lock over before this one hears that its statement is done.
      if (sql === 'CREATE TABLE U (A INT)') {
        await project.session.execute(
          `UPDATE ${project.database}.DATAOPS.MIGRATION_LOCK SET RUN_ID = 'other'`,
        );
      }
      return true;
    },
  });
  const settings = { ...(await readSnowflakeSettings(undefined)), accessUrl: proxy.url };
  const error = await rejection(project.run('apply', { settings }));
  proxy.close();
  expect(error.message).toBe('this run has lost the migration lock: another one has taken it over');
  expect(await project.rows(`SELECT A FROM ${project.database}.PUBLIC.T`)).toEqual([['1']]);
  expect(await project.rows(`SELECT RUN_ID FROM ${project.database}.DATAOPS.MIGRATION_LOCK`)).toEqual([
    ['other'],
  ]);
});

test('a history that the role can no longer read is not taken for an empty one', async () => {
  const project = await createProject(files);
  await project.run('apply');
  const { database, session } = project;
  await session.execute(
    `ALTER TABLE ${database}.DATAOPS.MIGRATION_LOCK RENAME TO ${database}.DATAOPS.HIDDEN`,
  );
  const report = await project.run('apply');
  expect(report.applied).toEqual([]);
  expect(await project.rows(`SELECT COUNT(*) FROM ${database}.PUBLIC.T`)).toEqual([['2']]);
});

test('round trips: three and two a statement and one a migration; one when there is nothing to do', async () => {
  const project = await createProject({ 'V1__first.sql': 'CREATE TABLE FIRST (A INT);' });
  await project.run('apply');
  const many = Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [
      `V${index + 2}__t.sql`,
      `CREATE TABLE T${index} (A INT);\nCREATE TABLE U${index} (A INT);\nINSERT INTO T${index} VALUES (1);`,
    ]),
  );
  project.write(many);
  const proxy = await startQueryProxy(process.env.SNOWFLAKE_ACCESS_URL!, {});
  const settings = { ...(await readSnowflakeSettings(undefined)), accessUrl: proxy.url };
  await project.run('apply', { settings });
  expect(proxy.statements.length).toBeLessThanOrEqual(3 + 2 * 30 + 10);
  proxy.statements.length = 0;
  await project.run('apply', { settings });
  proxy.close();
  expect(proxy.statements).toHaveLength(1);
});
