import { beforeAll, describe, expect, test } from 'vitest';
import { startTestStack } from '../support/stack.ts';
import { createProject, rejection } from './database.ts';

beforeAll(async () => {
  await startTestStack({ services: ['snowflake'] });
});

const files = {
  'V001__t.sql': 'CREATE TABLE T (A INT);',
  'V002__u.sql': 'CREATE TABLE U (A INT);\nINSERT INTO U VALUES (1);',
  'V003__rows.sql': 'INSERT INTO T VALUES (1);\nINSERT INTO T VALUES (2);',
  'undo/U001__t.sql': 'DROP TABLE T;',
  'undo/U2__u.sql': 'DELETE FROM U;\nDROP TABLE U;',
  'undo/U003__rows.sql': 'DELETE FROM T WHERE A = 1;\nDELETE FROM T WHERE A = 2;',
};

describe('undo', () => {
  test('takes back the newest migration, which is then pending again', async () => {
    const project = await createProject(files);
    await project.run('apply');
    const report = await project.run('undo');
    expect(report.applied.map(({ name, statements }) => [name, statements])).toEqual([['U003__rows', 2]]);
    expect(await project.rows(`SELECT * FROM ${project.database}.PUBLIC.T`)).toEqual([]);
    expect((await project.run('plan')).pending.map(({ name, why }) => [name, why])).toEqual([
      ['V003__rows', 'new'],
    ]);
    await project.run('apply');
    expect(await project.rows(`SELECT A FROM ${project.database}.PUBLIC.T ORDER BY A`)).toEqual([
      ['1'],
      ['2'],
    ]);
    await project.run('verify');
    expect((await project.run('undo')).applied).toHaveLength(1);
    expect(
      await project.rows(
        `SELECT MIGRATION, STATUS FROM ${project.database}.DATAOPS.MIGRATION_EVENT WHERE STATEMENT_NUMBER = 0 AND MIGRATION LIKE '%003%' ORDER BY EVENT`,
      ),
    ).toEqual([
      ['V003__rows', 'applying'],
      ['V003__rows', 'applied'],
      ['U003__rows', 'applying'],
      ['U003__rows', 'applied'],
      ['V003__rows', 'undone'],
      ['V003__rows', 'applying'],
      ['V003__rows', 'applied'],
      ['U003__rows', 'applying'],
      ['U003__rows', 'applied'],
      ['V003__rows', 'undone'],
    ]);
  });

  test('takes back several, the newest first: a number of them, or all above a target', async () => {
    const project = await createProject(files);
    await project.run('apply');
    const names = (report: { applied: { name: string }[] }) => report.applied.map(({ name }) => name);
    expect(names(await project.run('undo', { count: 2 }))).toEqual(['U003__rows', 'U2__u']);
    await project.run('apply');
    expect(names(await project.run('undo', { target: '1' }))).toEqual(['U003__rows', 'U2__u']);
    expect(names(await project.run('undo', { target: '0' }))).toEqual(['U001__t']);
    expect(names(await project.run('undo', { target: '0' }))).toEqual([]);
    expect(await project.rows(`SHOW TABLES IN SCHEMA ${project.database}.PUBLIC`)).toEqual([]);
    expect((await rejection(project.run('undo', { target: '7' }))).message).toBe(
      'input "target": no migration has the number 7',
    );
  });

  test('stops before anything runs where a migration has no undo script', async () => {
    const project = await createProject({ ...files, 'undo/U2__u.sql': 'DROP TABLE U;' });
    await project.run('apply');
    project.write({ 'undo/U2__u.sql': undefined });
    const error = await rejection(project.run('undo', { count: 2 }));
    expect(error.message).toContain('V002__u.sql:1: V002__u has no undo script');
    expect(await project.rows(`SELECT COUNT(*) FROM ${project.database}.PUBLIC.T`)).toEqual([['2']]);
  });

  test('(failure 18) that fails in part is finished first: nothing else runs meanwhile', async () => {
    const project = await createProject({
      'V001__t.sql': files['V001__t.sql'],
      'V002__u.sql': files['V002__u.sql'],
      'undo/U2__u.sql': 'DROP TABLE U;\nDROP TABLE NOPE;',
    });
    await project.run('apply');
    expect((await rejection(project.run('undo'))).message).toMatch(/U2__u\.sql:2: statement 2 of 2 failed/);
    expect((await rejection(project.run('apply'))).message).toMatch(
      /V002__u\.sql:1: its undo script U2__u ended in part at 20/,
    );
    project.write({ 'undo/U2__u.sql': 'DROP TABLE U;\nDROP TABLE IF EXISTS NOPE;' });
    const report = await project.run('undo');
    expect(report.applied.map(({ why, statements }) => [why, statements])).toEqual([['resumed', 1]]);
    expect((await project.run('apply')).applied.map(({ name }) => name)).toEqual(['V002__u']);
  });

  test('waits for a migration that is applied in part', async () => {
    const project = await createProject({
      ...files,
      'V003__rows.sql': 'CREATE TABLE W (A INT);\nINSERT INTO NOPE VALUES (1);',
    });
    await rejection(project.run('apply'));
    expect((await rejection(project.run('undo'))).message).toContain(
      'V003__rows.sql:1: V003__rows is applied in part',
    );
  });
});

test('an undo script without its migration, or a second one, is a problem', async () => {
  const project = await createProject({
    ...files,
    'undo/U9__what.sql': 'SELECT 1;',
    'undo/U03__again.sql': 'SELECT 1;',
  });
  expect((await rejection(project.run('plan'))).message.split('\n')).toEqual([
    expect.stringMatching(/undo\/U03__again\.sql:1: it undoes V003__rows, and so does .*U003__rows\.sql/),
    expect.stringContaining('undo/U9__what.sql:1: there is no migration V9__….sql that it would undo'),
  ]);
});

describe('a target', () => {
  test('is the last number that runs; what has no number waits for the rest', async () => {
    const project = await createProject({
      ...files,
      'R__view.sql': 'CREATE OR REPLACE VIEW W AS SELECT * FROM U;',
      'A__count.sql': 'INSERT INTO T SELECT COUNT(*) FROM W;',
    });
    const first = await project.run('apply', { target: '1' });
    expect(first.applied.map(({ name }) => name)).toEqual(['V001__t']);
    expect(first.pending.map(({ name }) => name)).toEqual(['V002__u', 'V003__rows', 'R__view', 'A__count']);
    expect((await project.run('plan', { target: '2' })).pending.map(({ name }) => name)).toEqual(['V002__u']);
    const rest = await project.run('apply', { target: '3' });
    expect(rest.applied.map(({ name }) => name)).toEqual(['V002__u', 'V003__rows', 'R__view', 'A__count']);
  });

  test('is the number of a migration', async () => {
    const project = await createProject(files);
    expect((await rejection(project.run('apply', { target: '4' }))).message).toContain('has the number 4');
  });
});

test('a migration A__ runs every time, after the repeatable ones; verify does not miss it', async () => {
  const project = await createProject({
    'V1__t.sql': 'CREATE TABLE T (A INT);',
    'R__view.sql': 'CREATE OR REPLACE VIEW W AS SELECT COUNT(*) AS N FROM T;',
    'A__count.sql': 'INSERT INTO T SELECT N FROM W;',
  });
  for (const names of [['V1__t', 'R__view', 'A__count'], ['A__count'], ['A__count']]) {
    expect((await project.run('apply')).applied.map(({ name }) => name)).toEqual(names);
  }
  await project.run('verify');
  expect(await project.rows(`SELECT A FROM ${project.database}.PUBLIC.T ORDER BY A`)).toEqual([
    ['0'],
    ['1'],
    ['2'],
  ]);
});
