import { beforeAll, describe, expect, test } from 'vitest';
import { startTestStack } from '../../support/stack.ts';
import { createProject, type Project, rejection } from '../database.ts';

beforeAll(async () => {
  await startTestStack({ services: ['snowflake'] });
});

const graph = {
  'V001__graph.sql': `CREATE SCHEMA S;
CREATE TABLE S.LOG (A VARCHAR);
CREATE TASK S.ROOT SCHEDULE = 'USING CRON 0 0 1 1 * UTC' AS SELECT 1;
CREATE TASK S.CHILD AFTER S.ROOT AS SELECT 2;
CREATE TASK S.LEAF AFTER S.CHILD AS SELECT 3;
CREATE TASK S.OFF AFTER S.ROOT AS SELECT 4;
CREATE TASK S.OTHER SCHEDULE = 'USING CRON 0 0 1 1 * UTC' AS SELECT 5;
ALTER TASK S.LEAF RESUME;
ALTER TASK S.CHILD RESUME;
ALTER TASK S.ROOT RESUME;
ALTER TASK S.OTHER RESUME;
`,
};

async function started(project: Project): Promise<string[]> {
  const { rows } = await project.session.execute(`SHOW TASKS IN DATABASE ${project.database}`);
  return rows
    .filter(({ state }) => state === 'started')
    .map(({ name }) => String(name))
    .sort();
}
const everything = ['CHILD', 'LEAF', 'OTHER', 'ROOT'];

describe('a task graph that a migration changes', () => {
  test('is suspended meanwhile and resumed as it was; a new task stays as the migration leaves it', async () => {
    const project = await createProject(graph);
    await project.run('apply');
    expect(await started(project)).toEqual(everything);
    project.write({
      'V002__child.sql':
        'CREATE OR REPLACE TASK S.CHILD AFTER S.ROOT AS SELECT 22;\nCREATE TASK S.NEW AFTER S.CHILD AS SELECT 6;\n',
    });
    const told: string[] = [];
    await project.run('apply', { onProgress: (line) => told.push(line) });
    const { database } = project;
    expect(told.filter((line) => line.includes('task'))).toEqual([
      `task ${database}.S.ROOT suspended while its graph changes`,
      `tasks resumed as they were: ${['CHILD', 'ROOT'].map((name) => `${database}.S.${name}`).join(', ')}`,
    ]);
    expect(await started(project)).toEqual(everything);
  });

  test('stays suspended where the migration itself suspends it', async () => {
    const project = await createProject(graph);
    await project.run('apply');
    project.write({
      'V002__off.sql': 'ALTER TASK S.ROOT SUSPEND;\nALTER TASK S.CHILD SUSPEND;\nALTER TASK S.ROOT RESUME;\n',
    });
    await project.run('apply');
    expect(await started(project)).toEqual(['LEAF', 'OTHER', 'ROOT']);
  });

  test('is resumed also when the migration fails', async () => {
    const project = await createProject(graph);
    await project.run('apply');
    project.write({
      'V002__fails.sql':
        'CREATE OR REPLACE TASK S.CHILD AFTER S.ROOT AS SELECT 22;\nINSERT INTO S.NOPE VALUES (1);\n',
    });
    expect((await rejection(project.run('apply'))).message).toContain('V002__fails.sql:2');
    expect(await started(project)).toEqual(everything);
  });

  test('is resumed by the next run when a run died before it did, also when nothing else is to do', async () => {
    const project = await createProject(graph);
    await project.run('apply');
    const { database } = project;
    await project.session.execute(`ALTER TASK ${database}.S.ROOT SUSPEND`);
    await project.session.execute(
      `INSERT INTO ${database}.DATAOPS.MIGRATION_EVENT (EVENT, RUN_ID, MIGRATION, STATEMENT_NUMBER, STATUS, CHECKSUM, NOTE)
       SELECT MAX(EVENT) + 1, 'dead', '(task graphs)', 0, 'suspended', '', '["${database}.S.GONE", "${database}.S.ROOT"]'
         FROM ${database}.DATAOPS.MIGRATION_EVENT`,
    );
    await project.run('apply');
    expect(await started(project)).toEqual(everything);
    await project.session.execute(`ALTER TASK ${database}.S.ROOT SUSPEND`);
    await project.run('apply');
    expect(await started(project)).toEqual(['CHILD', 'LEAF', 'OTHER']);
  });
});
