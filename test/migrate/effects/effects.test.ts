import { beforeAll, describe, expect, test } from 'vitest';
import { startTestStack } from '../../support/stack.ts';
import { createProject, rejection } from '../database.ts';

beforeAll(async () => {
  await startTestStack({ services: ['snowflake'] });
});

const base = {
  'V001__base.sql': `CREATE SCHEMA S;
CREATE TABLE S.ORDERS (A INT);
CREATE STREAM S.ORDERS_NEW ON TABLE S.ORDERS;
CREATE TABLE S.SILVER (A INT);
CREATE TASK S.FILL SCHEDULE = '60 MINUTE' WHEN SYSTEM$STREAM_HAS_DATA('S.ORDERS_NEW')
  AS INSERT INTO S.SILVER SELECT A FROM S.ORDERS_NEW;
`,
};

describe('the plan', () => {
  test('tells of each statement what it does to which objects, and what it destroys', async () => {
    const project = await createProject({
      ...base,
      'V002__more.sql':
        'USE SCHEMA S;\nALTER TABLE ORDERS DROP COLUMN A;\nGRANT SELECT ON TABLE ORDERS TO ROLE PUBLIC;\n',
    });
    const plan = await project.run('plan');
    const { database } = project;
    expect(
      plan.pending[1]?.effects.map(({ line, kind, objects, destroys }) => [line, kind, objects, destroys]),
    ).toEqual([
      [1, 'session', [], []],
      [2, 'alter', [`TABLE ${database}.S.ORDERS`], ['drops the column A of ORDERS']],
      [3, 'grant', [`TABLE ${database}.S.ORDERS`], []],
    ]);
  });
});

describe('a destructive statement', () => {
  test('is refused with file and line before anything runs, unless the migration says that it is meant', async () => {
    const project = await createProject(base);
    await project.run('apply');
    const sql = 'CREATE TABLE S.EXTRA (A INT);\nDROP TABLE S.SILVER;\n';
    project.write({ 'V002__drop.sql': sql });
    const error = await rejection(project.run('apply'));
    expect(error.message).toBe(
      `${project.directory}/V002__drop.sql:2:1: statement 2 of V002__drop drops the table S.SILVER: its rows are lost`,
    );
    expect(error.remedy).toContain('-- migrate: allow-destructive');
    expect(await project.rows(`SHOW TABLES LIKE 'EXTRA' IN DATABASE ${project.database}`)).toEqual([]);
    project.write({ 'V002__drop.sql': `-- migrate: allow-destructive\n${sql}` });
    await project.run('apply');
    expect(await project.rows(`SHOW TABLES LIKE 'SILVER' IN DATABASE ${project.database}`)).toEqual([]);
  });

  test('may drop what its own migration has created', async () => {
    const project = await createProject({
      'V001__work.sql': 'CREATE TABLE W (A INT);\nDROP TABLE W;\nCREATE TABLE W (B INT);\n',
    });
    expect((await project.run('apply')).applied[0]?.statements).toBe(3);
  });
});

describe('replacing a table under a stream (failure 25)', () => {
  test('is warned of by the plan, with the stream and the task that consumes it, and stops the apply', async () => {
    const project = await createProject(base);
    await project.run('apply');
    project.write({
      'V002__replace.sql':
        '-- migrate: allow-destructive\nCREATE OR REPLACE TABLE S.ORDERS (A INT, B INT);\n',
    });
    const { database } = project;
    const plan = await project.run('plan');
    expect(plan.pending[0]?.effects[0]?.breaks).toEqual([
      { stream: `${database}.S.ORDERS_NEW`, consumers: [`${database}.S.FILL`] },
    ]);
    const error = await rejection(project.run('apply'));
    expect(error.message).toContain(
      `V002__replace.sql:2:1: statement 1 of V002__replace breaks the stream ${database}.S.ORDERS_NEW, which ${database}.S.FILL consumes`,
    );
    expect(error.remedy).toContain('create each again further down in the same file');
  });

  test('is carried out when the migration allows it and creates the stream again', async () => {
    const project = await createProject(base);
    await project.run('apply');
    project.write({
      'V002__replace.sql':
        '-- migrate: allow-destructive\nCREATE OR REPLACE TABLE S.ORDERS (A INT, B INT);\nCREATE OR REPLACE STREAM S.ORDERS_NEW ON TABLE S.ORDERS;\n',
    });
    await project.run('apply');
    await project.session.execute(`INSERT INTO ${project.database}.S.ORDERS VALUES (1, 2)`);
    expect(await project.rows(`SELECT A, B FROM ${project.database}.S.ORDERS_NEW`)).toEqual([['1', '2']]);
  });

  test('counts streams that a pending migration makes too; renaming the table breaks none', async () => {
    const project = await createProject({
      ...base,
      'V002__again.sql': '-- migrate: allow-destructive\nDROP VIEW IF EXISTS S.V;\nDROP TABLE S.ORDERS;\n',
      'V003__rename.sql': 'ALTER TABLE S.SILVER RENAME TO S.SILVER_2;\n',
    });
    const { database } = project;
    const plan = await project.run('plan');
    expect(
      plan.pending.map(({ effects }) => effects.flatMap(({ breaks }) => breaks.map(({ stream }) => stream))),
    ).toEqual([[], [`${database}.S.ORDERS_NEW`], []]);
  });
});
