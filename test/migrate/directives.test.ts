import { beforeAll, describe, expect, test } from 'vitest';
import { readDirectives } from '../../actions/migrate/directives.ts';
import { ANY_ENVIRONMENT } from '../../actions/migrate/plan.ts';
import { startTestStack } from '../support/stack.ts';
import { createProject, rejection } from './database.ts';

describe('directives', () => {
  test('are read from the comment lines at the top', () => {
    const text = [
      '-- adds the loyalty tier',
      '-- migrate: allow-destructive',
      '',
      '--migrate:   requires V012, R__totals',
      '-- migrate: requires V2.1',
      '-- migrate: environment production, staging',
      '-- migrate: timeout 600',
      '-- migrate: warehouse LOAD_WH',
      '-- migrate: role "Data Owner"',
      '-- migrate: no-resume',
      'SELECT 1;',
    ].join('\n');
    expect(readDirectives(text, 'f.sql')).toEqual({
      allowDestructive: true,
      resume: false,
      requires: [
        { value: 'V012', line: 4, column: 14 },
        { value: 'R__totals', line: 4, column: 14 },
        { value: 'V2.1', line: 5, column: 13 },
      ],
      environments: { value: ['production', 'staging'], line: 6, column: 13 },
      timeout: { value: 600, line: 7, column: 13 },
      warehouse: { value: 'LOAD_WH', line: 8, column: 13 },
      role: { value: '"Data Owner"', line: 9, column: 13 },
    });
  });

  test.each([
    ['-- migrate: alow-destructive', '1:13: there is no directive "alow-destructive"'],
    ['-- migrate:', '1:12: there is no directive ""'],
    [
      '\n  -- migrate: timeout soon',
      '2:15: the directive "timeout" takes seconds from 1 to 604800, not "soon"',
    ],
    ['-- migrate: timeout 0', '1:13: the directive "timeout" takes seconds'],
    ['-- migrate: timeout 604801', '1:13: the directive "timeout" takes seconds'],
    ['-- migrate: role A; DROP TABLE T', '1:13: the directive "role" takes one name as SQL writes it'],
    ['-- migrate: warehouse', '1:13: the directive "warehouse" takes one name'],
    ['-- migrate: requires 12', '1:13: the directive "requires" takes numbers or names'],
    ['-- migrate: environment a,,b', '1:13: the directive "environment" takes names'],
    ['-- migrate: no-resume please', '1:13: the directive "no-resume" takes nothing, not "please"'],
    ['-- migrate: timeout 5\n-- migrate: timeout 6', '2:13: the directive "timeout" stands here twice'],
    ['SELECT 1;\n-- migrate: no-resume', '2:13: the directive "no-resume" does not stand at the top'],
  ])('(failure 41) that are wrong are an error with line and column: %j', (text, message) => {
    expect(() => readDirectives(text, 'f.sql')).toThrow(`f.sql:${message}`);
  });
});

describe('a migration', () => {
  beforeAll(async () => {
    await startTestStack({ services: ['snowflake'] });
  });

  test('runs with the role, the warehouse and the time limit of its directives, and the next one without', async () => {
    const project = await createProject();
    const { database, session } = project;
    await session.execute(`CREATE WAREHOUSE IF NOT EXISTS ${database}_WH`);
    const seen = 'SELECT CURRENT_ROLE() AS R, CURRENT_WAREHOUSE() AS W';
    project.write({
      'V1__a.sql': `-- migrate: role SYSADMIN\n-- migrate: warehouse ${database}_WH\nCREATE TABLE A AS ${seen};`,
      'V2__b.sql': `CREATE TABLE B AS ${seen};`,
      'V3__c.sql': `-- migrate: timeout 1\nCREATE TABLE C (A INT);\nCALL SYSTEM$WAIT(5);`,
    });
    const error = await rejection(project.run('apply'));
    expect(error.message).toMatch(
      /V3__c\.sql:3: statement 2 of 2 failed: .*(?:timeout|cancel).* \(query [0-9a-f-]+\)/is,
    );
    const [a] = await project.rows(`SELECT * FROM ${database}.PUBLIC.A`);
    const [b] = await project.rows(`SELECT * FROM ${database}.PUBLIC.B`);
    expect(a).toEqual(['SYSADMIN', `${database}_WH`]);
    expect(b).not.toEqual(a);
  });

  test('(failure 24) that waits too long for another transaction fails with the query id, and resumes', async () => {
    const project = await createProject({
      'V1__t.sql': 'CREATE TABLE T (A INT);\nINSERT INTO T VALUES (1);',
    });
    await project.run('apply');
    const { database, session } = project;
    await session.execute('BEGIN');
    await session.execute(`UPDATE ${database}.PUBLIC.T SET A = 2`);
    project.write({ 'V2__u.sql': 'ALTER SESSION SET LOCK_TIMEOUT = 1;\nUPDATE T SET A = 3;' });
    const error = await rejection(project.run('apply'));
    await session.execute('COMMIT');
    expect(error.message).toMatch(
      /V2__u\.sql:2: statement 2 of 2 failed: .*lock.* \(query [0-9a-f-]{36}\)/is,
    );
    expect((await project.run('apply')).applied.map(({ why }) => why)).toEqual(['resumed']);
    expect(await project.rows(`SELECT A FROM ${database}.PUBLIC.T`)).toEqual([['3']]);
  });

  test('of DML alone is one transaction with the role of its directive; the run’s own role records it', async () => {
    const project = await createProject({
      'V1__t.sql': 'CREATE TABLE T (A VARCHAR);',
      'V2__rows.sql':
        '-- migrate: role SYSADMIN\nINSERT INTO T SELECT CURRENT_ROLE();\nINSERT INTO T SELECT CURRENT_ROLE();',
    });
    await project.run('apply');
    const { database } = project;
    expect(await project.rows(`SELECT A FROM ${database}.PUBLIC.T`)).toEqual([['SYSADMIN'], ['SYSADMIN']]);
    expect((await project.run('verify')).alreadyApplied).toBe(2);
  });

  test('with a role that there is not fails at its directive, before it runs', async () => {
    const project = await createProject({
      'V1__t.sql': '-- t\n-- migrate: role NOBODY_HAS_IT\nCREATE TABLE T (A INT);',
    });
    expect((await rejection(project.run('apply'))).message).toContain(
      'V1__t.sql:2:13: USE ROLE NOBODY_HAS_IT failed: ',
    );
    expect(await project.rows(`SHOW TABLES IN SCHEMA ${project.database}.PUBLIC`)).toEqual([]);
  });

  test('runs in the environments of its directive only', async () => {
    const project = await createProject({
      'V1__t.sql': 'CREATE TABLE T (A INT);',
      'V2__seed.sql': '-- migrate: environment dev, test\nINSERT INTO T VALUES (1);',
      'V3__more.sql': 'INSERT INTO T VALUES (2);',
    });
    expect((await rejection(project.run('apply'))).message).toContain(
      'V2__seed.sql:1:13: V2__seed runs only in dev, test, and it is not known which environment this is',
    );
    const trial = await project.run('plan', { environment: ANY_ENVIRONMENT });
    expect(trial.pending).toHaveLength(3);
    const report = await project.run('apply', { environment: 'production' });
    expect(report.applied.map(({ name }) => name)).toEqual(['V1__t', 'V3__more']);
    await project.run('verify', { environment: 'production' });
    const { info } = await project.run('info', { environment: 'production' });
    expect(info?.map(({ state }) => state)).toEqual(['applied', 'skipped', 'applied']);
  });

  test('that is marked no-resume and failed in part waits for a person', async () => {
    const project = await createProject({
      'V1__t.sql': '-- migrate: no-resume\nCREATE TABLE T (A INT);\nINSERT INTO NOPE VALUES (1);',
    });
    await rejection(project.run('apply'));
    const error = await rejection(project.run('apply'));
    expect(error.message).toContain(
      'V1__t.sql:3: V1__t ended in part, before the end of statement 2 of 2, and is marked no-resume',
    );
    expect(error.remedy).toContain('mode "repair"');
  });
});

describe('a requirement', () => {
  beforeAll(async () => {
    await startTestStack({ services: ['snowflake'] });
  });

  test('brings a repeatable migration before the one that requires it', async () => {
    const project = await createProject({
      'V1__t.sql': 'CREATE TABLE T (A INT);',
      'V2__uses.sql': '-- migrate: requires R__view\nCREATE TABLE U AS SELECT * FROM W;',
      'R__view.sql': 'CREATE OR REPLACE VIEW W AS SELECT 1 AS A;',
      'R__early.sql': '-- migrate: requires R__zeta, V1\nSELECT 1;',
      'R__zeta.sql': 'SELECT 2;',
      'A__first.sql': 'SELECT 3;',
    });
    const { applied } = await project.run('apply');
    expect(applied.map(({ name }) => name)).toEqual([
      'V1__t',
      'R__view',
      'V2__uses',
      'R__zeta',
      'R__early',
      'A__first',
    ]);
  });

  test('that does not exist, comes later or does not run here is an error with line and column', async () => {
    const project = await createProject({
      'V1__t.sql': '-- migrate: requires V9\nSELECT 1;',
      'V2__u.sql': 'SELECT 1;',
    });
    const told = async () => (await rejection(project.run('plan', { environment: 'production' }))).message;
    expect(await told()).toContain('V1__t.sql:1:13: it requires V9, and there is no such migration');
    project.write({ 'V1__t.sql': '-- migrate: requires V2\nSELECT 1;' });
    expect(await told()).toContain('V1__t.sql:1:13: V1__t requires V2__u, which runs after it');
    project.write({
      'V1__t.sql': '-- migrate: environment dev\nSELECT 1;',
      'V2__u.sql': '-- migrate: requires V1__t\nSELECT 1;',
    });
    expect(await told()).toContain(
      'V2__u.sql:1:13: V2__u requires V1__t, which does not run in this environment',
    );
  });
});
