import { beforeAll, expect, test } from 'vitest';
import { readSnowflakeSettings } from '../../actions/shared/snowflake.ts';
import { startTestStack } from '../support/stack.ts';
import { createProject } from './database.ts';
import { startQueryProxy } from './query-proxy.ts';

beforeAll(async () => {
  await startTestStack({ services: ['snowflake'] });
});

function manyMigrations(count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `V${String(index + 1).padStart(4, '0')}__t.sql`,
      `CREATE TABLE T${index} (A INT);\nINSERT INTO T${index} VALUES (1);\nALTER TABLE T${index} ADD COLUMN B INT;\n`,
    ]),
  );
}

test('an apply takes 3 round trips, 2 a statement and 1 a migration at most', async () => {
  const project = await createProject({ 'V0000__first.sql': 'CREATE TABLE FIRST (A INT);' });
  await project.run('apply');
  project.write(manyMigrations(10));
  const proxy = await startQueryProxy(process.env.SNOWFLAKE_ACCESS_URL!, {});
  const settings = { ...(await readSnowflakeSettings(undefined)), accessUrl: proxy.url };
  const report = await project.run('apply', { settings });
  proxy.close();
  expect(report.applied).toHaveLength(10);
  expect(proxy.statements.length).toBeLessThanOrEqual(3 + 2 * 30 + 10);
});

test('a run with 1,000 applied migrations and nothing to do takes 4 round trips at most', async () => {
  const project = await createProject(manyMigrations(1000));
  await project.run('baseline', { baselineVersion: '1000' });
  const proxy = await startQueryProxy(process.env.SNOWFLAKE_ACCESS_URL!, {});
  const settings = { ...(await readSnowflakeSettings(undefined)), accessUrl: proxy.url };
  const report = await project.run('apply', { settings });
  proxy.close();
  expect([report.alreadyApplied, report.applied]).toEqual([1000, []]);
  expect(proxy.statements.length).toBeLessThanOrEqual(4);
}, 60_000);
