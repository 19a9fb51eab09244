import { beforeAll, describe, expect, test } from 'vitest';
import { MigrationFailedError } from '../../actions/migrate/failure.ts';
import { startTestStack } from '../support/stack.ts';
import { createProject, rejection } from './database.ts';

beforeAll(async () => {
  await startTestStack({ services: ['snowflake'] });
});

const three = {
  'V001__tables.sql': 'CREATE SCHEMA S;\nCREATE TABLE S.T (A INT);\n',
  'V002__rows.sql': 'INSERT INTO S.T VALUES (1), (2);\n',
  'R__total.sql': 'CREATE OR REPLACE VIEW S.TOTAL AS SELECT SUM(A) AS A FROM S.T;\n',
};

describe('migrations', () => {
  test('are planned without running anything, applied once, and verify clean', async () => {
    const project = await createProject(three);
    const plan = await project.run('plan');
    expect(plan.pending.map(({ name, statements, why }) => [name, statements, why])).toEqual([
      ['V001__tables', 2, 'new'],
      ['V002__rows', 1, 'new'],
      ['R__total', 1, 'new'],
    ]);
    expect(await project.rows(`SHOW SCHEMAS LIKE 'DATAOPS' IN DATABASE ${project.database}`)).toEqual([]);
    const applied = await project.run('apply');
    expect(applied.applied.map(({ name, statements }) => [name, statements])).toEqual([
      ['V001__tables', 2],
      ['V002__rows', 1],
      ['R__total', 1],
    ]);
    expect(applied.pending).toEqual([]);
    const again = await project.run('apply');
    expect([again.applied, again.pending, again.alreadyApplied]).toEqual([[], [], 3]);
    expect((await project.run('verify')).alreadyApplied).toBe(3);
    expect(await project.rows(`SELECT * FROM ${project.database}.S.TOTAL`)).toEqual([['3']]);
  });

  test('leave a history that people can read', async () => {
    const project = await createProject(three);
    await project.run('apply', { runUrl: 'https://example.com/runs/7' });
    const { database } = project;
    expect(
      await project.rows(
        `SELECT MIGRATION, VERSION, STATUS, RUN_URL, FINISHED_AT >= STARTED_AT, ERROR
           FROM ${database}.DATAOPS.MIGRATION_HISTORY ORDER BY STARTED_AT, MIGRATION DESC`,
      ),
    ).toEqual([
      ['V001__tables', '001', 'applied', 'https://example.com/runs/7', 'true', null],
      ['V002__rows', '002', 'applied', 'https://example.com/runs/7', 'true', null],
      ['R__total', null, 'applied', 'https://example.com/runs/7', 'true', null],
    ]);
    expect(
      await project.rows(
        `SELECT MIGRATION, STATEMENT_NUMBER, LINE, STATUS, ROWS_AFFECTED, QUERY_ID IS NOT NULL, FINISHED_AT >= STARTED_AT
           FROM ${database}.DATAOPS.MIGRATION_STATEMENT ORDER BY MIGRATION DESC, STATEMENT_NUMBER`,
      ),
    ).toEqual([
      ['V002__rows', '1', '1', 'done', '2', 'true', 'true'],
      ['V001__tables', '1', '1', 'done', '0', 'true', 'true'],
      ['V001__tables', '2', '2', 'done', '0', 'true', 'true'],
      ['R__total', '1', '1', 'done', '0', 'true', 'true'],
    ]);
  });

  test('mark each statement in the query history with the tag that the migration history keeps', async () => {
    const project = await createProject(three);
    await project.run('apply');
    const { database } = project;
    const marked = await project.rows(
      `SELECT E.MIGRATION || ' ' || E.STATEMENT_NUMBER, STARTSWITH(Q.QUERY_TAG, 'migrate ' || E.MIGRATION || ' ' || E.STATEMENT_NUMBER || ' '),
              Q.QUERY_TEXT
         FROM ${database}.DATAOPS.MIGRATION_EVENT E
         JOIN TABLE(${database}.INFORMATION_SCHEMA.QUERY_HISTORY(RESULT_LIMIT => 10000)) Q
           ON Q.QUERY_TAG = E.QUERY_TAG AND Q.QUERY_ID = E.QUERY_ID
        WHERE E.STATUS = 'done' ORDER BY 1`,
    );
    expect(marked).toEqual([
      ['R__total 1', 'true', 'CREATE OR REPLACE VIEW S.TOTAL AS SELECT SUM(A) AS A FROM S.T'],
      ['V001__tables 1', 'true', 'CREATE SCHEMA S'],
      ['V001__tables 2', 'true', 'CREATE TABLE S.T (A INT)'],
      ['V002__rows 1', 'true', 'INSERT INTO S.T VALUES (1), (2)'],
    ]);
  });

  test('that are repeatable run again when they have changed, also by a variable, and only those', async () => {
    const project = await createProject({
      ...three,
      'R__v.sql': 'CREATE OR REPLACE VIEW S.V AS SELECT {{ n }} AS N;',
    });
    const variables = { n: '1' };
    await project.run('apply', { variables });
    project.write({ 'R__total.sql': 'CREATE OR REPLACE VIEW S.TOTAL AS SELECT MAX(A) AS A FROM S.T;' });
    const changed = await project.run('apply', { variables });
    expect(changed.applied.map(({ name, why }) => [name, why])).toEqual([['R__total', 'changed']]);
    const valued = await project.run('apply', { variables: { n: '2' } });
    expect(valued.applied.map(({ name, why }) => [name, why])).toEqual([['R__v', 'changed']]);
    expect(
      await project.rows(`SELECT A, N FROM ${project.database}.S.TOTAL, ${project.database}.S.V`),
    ).toEqual([['2', '2']]);
  });

  test('each begin in the schema PUBLIC of the database, with nothing that another one told the session', async () => {
    const project = await createProject({
      'V1__schema.sql': 'CREATE SCHEMA OTHER; CREATE TABLE IN_OTHER (A INT);',
      'V2__public.sql': 'CREATE TABLE IN_PUBLIC (A INT);',
      'V3__session.sql':
        'USE SCHEMA OTHER; SET X = 7; CREATE TEMPORARY TABLE TEMP (A INT); CREATE TABLE ALSO_OTHER (A INT);',
      'V4__public.sql': 'CREATE TABLE ALSO_PUBLIC (A INT);',
    });
    await project.run('apply');
    expect(
      await project.rows(
        `SELECT TABLE_SCHEMA, TABLE_NAME FROM ${project.database}.INFORMATION_SCHEMA.TABLES
          WHERE TABLE_SCHEMA IN ('OTHER', 'PUBLIC') ORDER BY 1, 2`,
      ),
    ).toEqual([
      ['OTHER', 'ALSO_OTHER'],
      ['OTHER', 'IN_OTHER'],
      ['PUBLIC', 'ALSO_PUBLIC'],
      ['PUBLIC', 'IN_PUBLIC'],
    ]);
    project.write({ 'V5__variable.sql': 'CREATE TABLE {{ t }} AS SELECT $X AS A;' });
    expect(await rejection(project.run('apply', { variables: { t: 'T' } }))).toBeInstanceOf(
      MigrationFailedError,
    );
  });
});

describe('a statement that fails', () => {
  const five = (third: string, rest = '') =>
    `CREATE TABLE A (N INT);\nINSERT INTO A VALUES (1);\n-- the third\n${third};\nINSERT INTO A VALUES (4);\nCREATE TABLE B (N INT);${rest}\n`;

  test('row 18: is reported with file, line and Snowflake’s words; once it is corrected, the run resumes there', async () => {
    const project = await createProject({ 'V1__five.sql': five('INSERT INTO A\n  SELECT NOPE FROM A') });
    const error = await rejection(project.run('apply'));
    expect(error).toBeInstanceOf(MigrationFailedError);
    expect(error.message).toContain(`${project.directory}/V1__five.sql:5: statement 3 of 5 failed: `);
    expect(error.message).toContain("invalid identifier 'NOPE'");
    expect(error.remedy).toContain('It goes on at statement 3');
    const { failed, report } = error as MigrationFailedError;
    expect([failed.statement, failed.line, report?.applied, report?.pending[0]?.name]).toEqual([
      3,
      5,
      [],
      'V1__five',
    ]);
    const history = `SELECT MIGRATION, STATUS, FAILED_STATEMENT, LINE, ERROR LIKE '%NOPE%', QUERY_ID = '${failed.queryId}'
       FROM ${project.database}.DATAOPS.MIGRATION_HISTORY`;
    expect(await project.rows(history)).toEqual([['V1__five', 'failed', '3', '5', 'true', 'true']]);

    expect((await project.run('plan')).pending).toMatchObject([
      { name: 'V1__five', from: 3, why: 'resumed' },
    ]);
    const half = await rejection(project.run('verify'));
    expect(half.message).toContain('V1__five.sql:4: V1__five is applied in part: statement 3 of 5');

    project.write({ 'V1__five.sql': five('INSERT INTO A VALUES (3)') });
    const resumed = await project.run('apply');
    expect(resumed.applied.map(({ why, statements }) => [why, statements])).toEqual([['resumed', 3]]);
    expect(await project.rows(`SELECT N FROM ${project.database}.PUBLIC.A ORDER BY N`)).toEqual([
      ['1'],
      ['3'],
      ['4'],
    ]);
    await project.run('verify');
  });

  test('row 18: the statements before it must stay as they are', async () => {
    const project = await createProject({ 'V1__five.sql': five('SELECT NOPE') });
    await rejection(project.run('apply'));
    project.write({ 'V1__five.sql': five('SELECT 1').replace('VALUES (1)', 'VALUES (2)') });
    expect((await rejection(project.run('apply'))).message).toMatch(
      /V1__five\.sql:2: statement 2 of V1__five ran at .* and was edited afterwards/,
    );
    project.write({ 'V1__five.sql': 'CREATE TABLE A (N INT);' });
    expect((await rejection(project.run('apply'))).message).toMatch(
      /statement 2 of V1__five ran at .* and is gone: the file has 1/,
    );
  });

  test('takes a migration of DML only back as a whole, and those after it do not run', async () => {
    const project = await createProject({
      'V1__t.sql': 'CREATE TABLE T (A INT NOT NULL);',
      'V2__dml.sql': "INSERT INTO T VALUES (1);\nUPDATE T SET A = 2;\nINSERT INTO T\nVALUES ('x');\n",
      'V3__more.sql': 'INSERT INTO T VALUES (9);',
    });
    const error = await rejection(project.run('apply'));
    expect(error.message).toContain('V2__dml.sql:3: statement 3 of 3 failed: Numeric value');
    expect(error.remedy).toContain('it is one transaction');
    expect((error as MigrationFailedError).report?.pending.map(({ name }) => name)).toEqual([
      'V2__dml',
      'V3__more',
    ]);
    expect(await project.rows(`SELECT * FROM ${project.database}.PUBLIC.T`)).toEqual([]);
    expect(
      await project.rows(
        `SELECT MIGRATION, STATUS, FAILED_STATEMENT FROM ${project.database}.DATAOPS.MIGRATION_HISTORY ORDER BY MIGRATION`,
      ),
    ).toEqual([
      ['V1__t', 'applied', null],
      ['V2__dml', 'failed', '3'],
    ]);
    project.write({
      'V2__dml.sql': 'INSERT INTO T VALUES (1);\nUPDATE T SET A = 2;\nINSERT INTO T\nVALUES (3);\n',
    });
    await project.run('apply');
    expect(await project.rows(`SELECT * FROM ${project.database}.PUBLIC.T ORDER BY 1`)).toEqual([
      ['2'],
      ['3'],
      ['9'],
    ]);
  });

  test('in an explicit transaction resumes at its BEGIN, in the schema that the file had chosen', async () => {
    const sql = (last: string) =>
      `CREATE SCHEMA S;\nCREATE TABLE T (A INT);\nUSE SCHEMA S;\nBEGIN;\nINSERT INTO T VALUES (1);\nINSERT INTO T VALUES (${last});\nCOMMIT;\n`;
    const project = await createProject({ 'V1__t.sql': sql("'x'") });
    const error = await rejection(project.run('apply'));
    expect(error.remedy).toContain('It goes on at statement 4');
    project.write({ 'V1__t.sql': sql('2') });
    await project.run('apply');
    expect(await project.rows(`SELECT * FROM ${project.database}.S.T ORDER BY 1`)).toEqual([['1'], ['2']]);
  });

  test('with a construct that is not known names it with file and line', async () => {
    const project = await createProject({ 'V1__a.sql': 'SELECT 1;\n\nCREATE FROBNICATOR X;' });
    const error = await rejection(project.run('apply'));
    expect(error.message).toContain('V1__a.sql:3: statement 2 of 2 failed: ');
    expect(error.message).toContain('FROBNICATOR');
  });
});

describe('row 21: what does not fit the history is its own error, before anything runs', () => {
  const begin = async () => {
    const project = await createProject(three);
    await project.run('apply');
    project.write({ 'V003__next.sql': 'CREATE TABLE S.NEXT (A INT);' });
    const refused = async (options = {}) => {
      const error = await rejection(project.run('apply', options));
      expect(await project.rows(`SHOW TABLES LIKE 'NEXT' IN DATABASE ${project.database}`)).toEqual([]);
      return error;
    };
    return { project, refused };
  };

  test('an applied migration that was edited; line ends are no edit', async () => {
    const { project, refused } = await begin();
    project.write({ 'V002__rows.sql': 'INSERT INTO S.T VALUES (1), (3);\n' });
    const error = await refused();
    expect(error.message).toMatch(
      /V002__rows\.sql:1: V002__rows was applied at 20.* and was edited afterwards/,
    );
    expect(error.remedy).toContain('put the change into a new migration');
    project.write({ 'V002__rows.sql': '\uFEFFINSERT INTO S.T VALUES (1), (2);\r\n' });
    expect((await project.run('apply')).applied).toHaveLength(1);
  });

  test('one that was removed, and one that was renumbered', async () => {
    const { project, refused } = await begin();
    project.write({ 'V002__rows.sql': undefined, 'V002__lines.sql': three['V002__rows.sql'] });
    expect((await refused()).message).toMatch(
      /V002__lines\.sql:1: V002__rows\.sql was applied at 20.* and is gone; its number now belongs to V002__lines\.sql/,
    );
    project.write({ 'V002__lines.sql': undefined });
    expect((await refused({ allowGaps: true })).message).toMatch(
      /V002__rows\.sql was applied at 20.* and is gone/,
    );
  });

  test('a gap, and two with one number', async () => {
    const { project, refused } = await begin();
    project.write({ 'V005__late.sql': 'SELECT 1;' });
    expect((await refused()).message).toContain('V005__late.sql:1: number 004 is missing before it');
    project.write({ 'V005__late.sql': undefined, 'V3__twin.sql': 'SELECT 1;' });
    expect((await refused()).message).toContain('V3__twin.sql:1: it has the number 3, and so has');
  });

  test('a late lower number, unless it is allowed', async () => {
    const { project, refused } = await begin();
    project.write({ 'V001.5__late.sql': 'CREATE TABLE S.LATE (A INT);' });
    const error = await refused();
    expect(error.message).toContain(
      'V001.5__late.sql:1: V001.5__late comes late: number 002 has been applied',
    );
    expect(error.remedy).toContain('out-of-order: true');
    const report = await project.run('apply', { outOfOrder: true });
    expect(report.applied.map(({ name }) => name)).toEqual(['V001.5__late', 'V003__next']);
  });

  test('all of them are told at once', async () => {
    const { project, refused } = await begin();
    project.write({ 'V001__tables.sql': 'SELECT 1;', 'V002__rows.sql': 'SELECT 2;' });
    expect((await refused()).message.split('\n')).toEqual([
      expect.stringContaining('V001__tables was applied'),
      expect.stringContaining('V002__rows was applied'),
    ]);
  });
});

describe('a baseline', () => {
  test('takes what the database has as applied and runs nothing of it', async () => {
    const project = await createProject(three);
    await project.session.execute(`CREATE SCHEMA ${project.database}.S`);
    await project.session.execute(`CREATE TABLE ${project.database}.S.T (A INT)`);
    const report = await project.run('baseline', { baselineVersion: '1' });
    expect(report.applied.map(({ name }) => name)).toEqual(['V001__tables']);
    expect((await project.run('apply')).applied.map(({ name }) => name)).toEqual(['V002__rows', 'R__total']);
    await project.run('verify');
    expect((await project.run('baseline', { baselineVersion: '2' })).applied).toEqual([]);
  });

  test('needs the number of a migration', async () => {
    const project = await createProject(three);
    expect((await rejection(project.run('baseline'))).message).toContain(
      'needs the input "baseline-version"',
    );
    expect((await rejection(project.run('baseline', { baselineVersion: 'x' }))).message).toContain(
      '"x" is not',
    );
  });
});

describe('before anything is read', () => {
  test('a database that does not exist is named, also by plan', async () => {
    const project = await createProject(three);
    const error = await rejection(project.run('plan', { database: 'NOPE' }));
    expect(error.message).toBe('the database NOPE does not exist, or the role may not use it');
    expect(error.remedy).toContain('bootstrap.sql');
  });

  test('a database name that is more than a name is refused', async () => {
    const project = await createProject(three);
    expect((await rejection(project.run('plan', { database: 'A; DROP DATABASE B' }))).message).toContain(
      'is not the name of a database',
    );
  });

  test('a quoted database keeps its name', async () => {
    const project = await createProject({ 'V1__t.sql': 'CREATE TABLE T (A INT);' });
    await project.session.execute('CREATE DATABASE "Lower case"');
    await project.run('apply', { database: '"Lower case"' });
    await project.run('verify', { database: '"Lower case"' });
    expect(await project.rows('SELECT COUNT(*) FROM "Lower case".PUBLIC.T')).toEqual([['0']]);
  });

  test('verify tells what is not applied and what has changed', async () => {
    const project = await createProject(three);
    await project.run('apply');
    project.write({
      'V003__new.sql': 'SELECT 1;',
      'R__total.sql': 'CREATE OR REPLACE VIEW S.TOTAL AS SELECT 1 AS A;',
    });
    expect((await rejection(project.run('verify'))).message.split('\n')).toEqual([
      expect.stringContaining('V003__new.sql:1: V003__new is not applied'),
      expect.stringContaining('R__total.sql:1: R__total has changed since it was applied'),
    ]);
  });
});
