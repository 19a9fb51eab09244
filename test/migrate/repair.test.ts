import { beforeAll, describe, expect, test } from 'vitest';
import { startTestStack } from '../support/stack.ts';
import { createProject, rejection } from './database.ts';

beforeAll(async () => {
  await startTestStack({ services: ['snowflake'] });
});

const part = {
  'V1__t.sql': '-- migrate: no-resume\nCREATE TABLE T (A INT);\nINSERT INTO NOPE VALUES (1);',
  'V2__u.sql': 'CREATE TABLE U (A INT);',
};

describe('repair', () => {
  test('forgets what ended in part: it runs again from its start', async () => {
    const project = await createProject(part);
    await rejection(project.run('apply'));
    await project.session.execute(`DROP TABLE ${project.database}.PUBLIC.T`);
    await project.run('repair', {
      repair: { migration: 'V1__t', repair: 'forget', reason: 'dropped T by hand' },
    });
    project.write({ 'V1__t.sql': 'CREATE TABLE T (A INT);' });
    expect((await project.run('apply')).applied.map(({ name, statements }) => [name, statements])).toEqual([
      ['V1__t', 1],
      ['V2__u', 1],
    ]);
    expect(
      await project.rows(
        `SELECT STATUS, NOTE FROM ${project.database}.DATAOPS.MIGRATION_HISTORY WHERE NOTE IS NOT NULL`,
      ),
    ).toEqual([['forgotten', 'dropped T by hand']]);
  });

  test('takes what ended in part as applied', async () => {
    const project = await createProject(part);
    await rejection(project.run('apply'));
    await project.run('repair', {
      repair: { migration: 'V1__t.sql', repair: 'applied', reason: 'inserted by hand' },
    });
    expect((await project.run('apply')).applied.map(({ name }) => name)).toEqual(['V2__u']);
    await project.run('verify');
  });

  test('accepts an edited file as what was applied', async () => {
    const project = await createProject({ 'V1__t.sql': 'CREATE TABLE T (A INT);' });
    await project.run('apply');
    project.write({ 'V1__t.sql': 'CREATE TABLE T (A INT); -- the one table' });
    await rejection(project.run('verify'));
    await project.run('repair', {
      repair: { migration: 'V1__t', repair: 'checksum', reason: 'only a comment' },
    });
    await project.run('verify');
  });

  test('forgets an applied migration whose file is gone for good', async () => {
    const project = await createProject(part);
    project.write({ 'V1__t.sql': 'CREATE TABLE T (A INT);' });
    await project.run('apply');
    project.write({ 'V2__u.sql': undefined });
    await rejection(project.run('plan'));
    await project.run('repair', {
      repair: { migration: 'V2__u', repair: 'forget', reason: 'merged by mistake' },
    });
    expect((await project.run('plan')).pending).toEqual([]);
  });

  test('of an undo script that ended in part says what became of its migration', async () => {
    const project = await createProject({
      'V1__t.sql': 'CREATE TABLE T (A INT);',
      'U1__t.sql': 'DROP TABLE T;\nDROP TABLE NOPE;',
    });
    await project.run('apply');
    await rejection(project.run('undo'));
    await project.run('repair', {
      repair: { migration: 'U1__t', repair: 'applied', reason: 'there is no NOPE' },
    });
    expect((await project.run('apply')).applied.map(({ name }) => name)).toEqual(['V1__t']);
  });

  test.each([
    ['V9__x', 'forget', 'V9__x cannot be repaired: the history knows no such migration'],
    ['V1__t', 'forget', 'V1__t cannot be repaired: it is applied, not in part'],
    ['V1__t', 'applied', 'V1__t cannot be repaired: it is applied, not in part'],
    ['V1__t', 'checksum', 'V1__t cannot be repaired: it was not edited after it was applied'],
  ] as const)(
    'of %s as %s is refused where the history says otherwise',
    async (migration, repair, message) => {
      const project = await createProject({ 'V1__t.sql': 'CREATE TABLE T (A INT);' });
      await project.run('apply');
      const error = await rejection(
        project.run('repair', { repair: { migration, repair, reason: 'why not' } }),
      );
      expect(error.message).toBe(message);
    },
  );

  test('is never silent: it needs a reason', async () => {
    const project = await createProject(part);
    const error = await rejection(
      project.run('repair', { repair: { migration: 'V1__t', repair: 'forget' } }),
    );
    expect(error.message).toBe('mode "repair" needs the inputs "migration", "repair" and "reason"');
  });
});

describe('info', () => {
  test('tells of every migration its state, when, by whom and seconds', async () => {
    const project = await createProject({
      'V1__base.sql': 'SELECT 1;',
      'V2__t.sql': 'CREATE TABLE T (A INT);',
      'V3__gone.sql': 'SELECT 1;',
      'V4__back.sql': 'CREATE TABLE B (A INT);',
      'U4__back.sql': 'DROP TABLE B;',
      'R__view.sql': 'CREATE OR REPLACE VIEW W AS SELECT * FROM T;',
    });
    expect((await project.run('info')).info?.map(({ state }) => state)).toEqual(Array(5).fill('pending'));
    await project.run('baseline', { baselineVersion: '1' });
    await project.run('apply');
    await project.run('undo');
    project.write({
      'V2__t.sql': 'CREATE TABLE T (A INT, B INT);',
      'V2.5__late.sql': 'SELECT 1;',
      'V3__gone.sql': undefined,
      'V4.1__part.sql': 'CREATE TABLE P (A INT);\nDROP TABLE NOPE;',
    });
    const { info } = await project.run('info');
    expect(info?.map(({ name, state }) => [name, state])).toEqual([
      ['V1__base', 'baseline'],
      ['V2__t', 'edited'],
      ['V2.5__late', 'out-of-order'],
      ['V3__gone', 'missing'],
      ['V4__back', 'undone'],
      ['V4.1__part', 'pending'],
      ['R__view', 'applied'],
    ]);
    const [user] = await project.rows('SELECT CURRENT_USER()');
    expect(info?.[1]).toMatchObject({
      by: user![0],
      at: expect.stringMatching(/^20\d\d-/),
      file: expect.any(String),
    });
    expect(info?.[1]?.seconds).toBeGreaterThanOrEqual(0);
    expect(info?.[2]).toMatchObject({ by: null, at: null, seconds: null });
    project.write({ 'V2__t.sql': undefined, 'U4__back.sql': undefined, 'V4__back.sql': undefined });
    project.write({ 'V2.5__late.sql': undefined, 'V4.1__part.sql': undefined });
    expect((await project.run('info')).info?.map(({ name, state }) => [name, state])).toEqual([
      ['V1__base', 'baseline'],
      ['V2__t', 'future'],
      ['V3__gone', 'future'],
      ['R__view', 'applied'],
    ]);
  });

  test('tells of what is applied in part', async () => {
    const project = await createProject(part);
    await rejection(project.run('apply'));
    expect((await project.run('info')).info?.map(({ state }) => state)).toEqual(['failed', 'pending']);
  });
});
