import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { startTestStack } from '../support/stack.ts';
import { createProject, type Project, rejection } from './database.ts';

beforeAll(async () => {
  await startTestStack({ services: ['snowflake'] });
});

const base = {
  'V001__t.sql': 'CREATE SCHEMA S;\nCREATE TABLE S.T (A INT);\nCREATE VIEW S.V AS SELECT A FROM S.T;\n',
};
const view = { 'R__v.sql': 'CREATE OR REPLACE VIEW S.V AS\n  SELECT A + 1 AS A\n  FROM S.T;\n' };

async function planned(): Promise<{ project: Project; planFile: string }> {
  const project = await createProject(base);
  await project.run('apply');
  project.write(view);
  const planFile = join(project.directory, 'plan.json');
  await project.run('plan', { planFile });
  return { project, planFile };
}

describe('a stored plan', () => {
  test('is applied while nothing has changed', async () => {
    const { project, planFile } = await planned();
    expect(JSON.parse(readFileSync(planFile, 'utf8')).pending[0].effects[0].diff).toEqual([
      '-SELECT A FROM S.T',
      '+SELECT A + 1 AS A',
      '+FROM S.T',
    ]);
    const report = await project.run('apply', { planFile });
    expect(report.applied.map(({ name }) => name)).toEqual(['R__v']);
  });

  test.each([
    [
      'a file',
      (project: Project) => project.write({ 'R__v.sql': `${view['R__v.sql']}\n-- more` }),
      /the migration .*R__v\.sql is not as it was planned/,
    ],
    [
      'the files',
      (project: Project) => project.write({ 'V002__u.sql': 'CREATE TABLE S.U (A INT);' }),
      /V002__u\.sql is not as it was planned/,
    ],
    [
      'an object that it changes',
      (project: Project) =>
        project.session.execute(`CREATE OR REPLACE VIEW ${project.database}.S.V AS SELECT 7 AS A`),
      /VIEW \S+\.S\.V has changed/,
    ],
    [
      'the history',
      async (project: Project) => {
        project.write({ 'R__v.sql': undefined, 'A__x.sql': 'SELECT 1;' });
        await project.run('apply');
        project.write({ ...view, 'A__x.sql': undefined });
      },
      /another migration has run/,
    ],
  ] as const)('is refused when %s changed since, and nothing runs', async (_, change, message) => {
    const { project, planFile } = await planned();
    await change(project);
    const before = await project.rows(`SELECT GET_DDL('VIEW', '${project.database}.S.V')`);
    const error = await rejection(project.run('apply', { planFile }));
    expect(error.message).toMatch(message);
    expect(error.remedy).toContain('Nothing was run');
    expect(await project.rows(`SELECT GET_DDL('VIEW', '${project.database}.S.V')`)).toEqual(before);
  });

  test('that is none is named', async () => {
    const { project, planFile } = await planned();
    writeFileSync(planFile, '{"format": 2}');
    expect((await rejection(project.run('apply', { planFile }))).message).toContain('is no plan: format: ');
    writeFileSync(planFile, 'x');
    expect((await rejection(project.run('apply', { planFile }))).message).toContain('cannot be read');
  });
});
