import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { startTestStack } from '../support/stack.ts';
import { createProject, type Project, rejection } from './database.ts';

beforeAll(async () => {
  await startTestStack({ services: ['snowflake'] });
});

const files = {
  'V1.1__tables.sql': 'CREATE SCHEMA S;\r\nCREATE TABLE {{ name }} (A INT);\r\n',
  'V1.2__rows.sql': 'INSERT INTO S.T VALUES (1);\n\n',
  'R__view.sql': 'CREATE OR REPLACE VIEW S.W AS SELECT * FROM S.T;\n',
  'R__other.sql': 'CREATE OR REPLACE VIEW S.O AS SELECT 1 AS A;\n',
  'A__always.sql': 'SELECT 1;\n',
  'V2.0__next.sql': 'INSERT INTO S.T VALUES (2);\n',
};
const variables = { name: 'S.T' };

/** What the database was like when the other tool had run. */
async function createBefore({ session, database }: Project): Promise<void> {
  for (const sql of [
    `CREATE SCHEMA ${database}.S`,
    `CREATE TABLE ${database}.S.T (A INT)`,
    `INSERT INTO ${database}.S.T VALUES (1)`,
    `CREATE VIEW ${database}.S.W AS SELECT * FROM ${database}.S.T`,
  ])
    await session.execute(sql);
}

describe('from schemachange', () => {
  const sha224 = (text: string) => createHash('sha224').update(text).digest('hex');
  const tables = sha224('CREATE SCHEMA S;\nCREATE TABLE S.T (A INT)');
  const rows = sha224('INSERT INTO S.T VALUES (1)');
  const view = sha224('CREATE OR REPLACE VIEW S.W AS SELECT * FROM S.T');

  async function begin(history: string[]): Promise<Project> {
    const project = await createProject(files);
    await createBefore(project);
    const table = `${project.database}.PUBLIC.CHANGE_HISTORY`;
    await project.session.execute(
      `CREATE TABLE ${table} (VERSION VARCHAR, DESCRIPTION VARCHAR, SCRIPT VARCHAR, SCRIPT_TYPE VARCHAR, CHECKSUM VARCHAR,
         EXECUTION_TIME NUMBER, STATUS VARCHAR, INSTALLED_BY VARCHAR, INSTALLED_ON TIMESTAMP_LTZ)`,
    );
    await project.session.execute(`INSERT INTO ${table} VALUES ${history.join(', ')}`);
    return project;
  }
  const importIt = (project: Project, told: string[] = []) =>
    project.run('import', {
      variables,
      historyTable: `${project.database}.PUBLIC.CHANGE_HISTORY`,
      onProgress: (line) => told.push(line),
    });
  const first = `('1.1', 'Tables', 'V1.1__tables.sql', 'V', '${tables}', 1, 'Success', 'ANN', '2025-01-01 10:00:00 +0000')`;

  test('the run goes on from its history', async () => {
    const project = await begin([
      first,
      `('1.2', 'Rows', 'sub/V1.2__rows.sql', 'V', '${rows}', 1, 'Success', 'ANN', '2025-01-02 10:00:00 +0000')`,
      `(NULL, 'View', 'R__view.sql', 'R', 'before', 1, 'Success', 'ANN', '2025-01-02 10:00:00 +0000')`,
      `(NULL, 'View', 'R__view.sql', 'R', '${view}', 1, 'Success', 'ANN', '2025-01-03 10:00:00 +0000')`,
      `(NULL, 'Other', 'R__other.sql', 'R', 'another text', 1, 'Success', 'ANN', '2025-01-03 10:00:00 +0000')`,
      `(NULL, 'Always', 'A__always.sql', 'A', 'x', 1, 'Success', 'ANN', '2025-01-03 10:00:00 +0000')`,
    ]);
    const report = await importIt(project);
    expect(report.applied.map(({ name }) => name).sort()).toEqual(['R__view', 'V1.1__tables', 'V1.2__rows']);
    const applied = await project.run('apply', { variables });
    expect(applied.applied.map(({ name }) => name)).toEqual(['V2.0__next', 'R__other', 'A__always']);
    expect(await project.rows(`SELECT A FROM ${project.database}.S.T ORDER BY A`)).toEqual([['1'], ['2']]);
    const [note] = await project.rows(
      `SELECT NOTE FROM ${project.database}.DATAOPS.MIGRATION_HISTORY WHERE MIGRATION = 'V1.1__tables'`,
    );
    expect(note![0]).toBe('imported from schemachange: V1.1__tables.sql, ANN, 2025-01-01T10:00:00.000Z');
    expect((await rejection(importIt(project))).message).toContain('has a history of migrations already');
  });

  test('a file that differs from what ran, or is gone, stops it', async () => {
    const project = await begin([
      first.replace(tables, rows),
      `('0.9', 'Old', 'V0.9__old.sql', 'V', '${rows}', 1, 'Success', 'ANN', '2025-01-02 10:00:00 +0000')`,
    ]);
    expect((await rejection(importIt(project))).message.split('\n')).toEqual([
      expect.stringMatching(
        /V1\.1__tables\.sql:1: schemachange ran another text of it \(ANN, 2025-01-01T.*: its checksum differs/,
      ),
      expect.stringMatching(/^V0\.9__old\.sql:1: schemachange ran it \(ANN, .*\), and there is no such file/),
    ]);
    expect((await project.run('info', { variables })).info?.every(({ state }) => state === 'pending')).toBe(
      true,
    );
  });

  test('a run that failed stops it', async () => {
    const project = await begin([first.replace('Success', 'Failed')]);
    expect((await rejection(importIt(project))).message).toMatch(
      /CHANGE_HISTORY: the last run of V1\.1__tables\.sql \(2025-01-01T10:00:00\.000Z, ANN\) failed$/,
    );
  });

  test('a file whose checksum cannot be compared is told', async () => {
    const project = await begin([first]);
    project.write({ 'V1.1__tables.sql': 'CREATE SCHEMA S;\n-- the end\n' });
    const told: string[] = [];
    await importIt(project, told);
    expect(told).toEqual(['V1.1__tables: taken over; its checksum could not be compared']);
  });
});

describe('from Flyway', () => {
  // CRC-32 of the lines without their ends, computed by another implementation (zlib's, in Python).
  const tables = -223461704;
  const rows = -2132772735;

  async function begin(history: string[]): Promise<Project> {
    const project = await createProject(files);
    await createBefore(project);
    const table = `${project.database}.PUBLIC."flyway_schema_history"`;
    await project.session.execute(
      `CREATE TABLE ${table} ("installed_rank" INT, "version" VARCHAR, "description" VARCHAR, "type" VARCHAR, "script" VARCHAR,
         "checksum" INT, "installed_by" VARCHAR, "installed_on" TIMESTAMP_LTZ, "execution_time" INT, "success" BOOLEAN)`,
    );
    await project.session.execute(
      `INSERT INTO ${table} SELECT column1, column2, 'd', column3, column4, column5, 'ANN', '2025-01-01 10:00:00 +0000', 1, column6
         FROM VALUES ${history.join(', ')}`,
    );
    return project;
  }
  const importIt = (project: Project) =>
    project.run('import', {
      variables,
      historyTable: `${project.database}.PUBLIC."flyway_schema_history"`,
    });

  test('the run goes on from its history; what it undid is pending', async () => {
    const project = await begin([
      `(0, NULL, 'SCHEMA', '"PUBLIC"', NULL, TRUE)`,
      `(1, '1.1', 'SQL', 'V1.1__tables.sql', ${tables}, TRUE)`,
      `(2, '1.2', 'SQL', 'V1_2__Rows.sql', ${rows}, TRUE)`,
      `(3, '2.0', 'SQL', 'V2.0__next.sql', 1, TRUE)`,
      `(4, '2.0', 'UNDO_SQL', 'U2.0__next.sql', 2, TRUE)`,
    ]);
    const report = await importIt(project);
    expect(report.applied.map(({ name }) => name)).toEqual(['V1.1__tables', 'V1.2__rows']);
    const applied = await project.run('apply', { variables });
    expect(applied.applied.map(({ name }) => name)).toContain('V2.0__next');
    await project.run('verify', { variables });
  });

  test('its baseline is taken over', async () => {
    const project = await begin([`(1, '1.2', 'BASELINE', '<< Flyway Baseline >>', NULL, TRUE)`]);
    expect((await importIt(project)).applied.map(({ name }) => name)).toEqual(['V1.1__tables', 'V1.2__rows']);
  });

  test('a checksum that differs and a run that failed stop it', async () => {
    const edited = await begin([`(1, '1.1', 'SQL', 'V1.1__tables.sql', ${tables + 1}, TRUE)`]);
    expect((await rejection(importIt(edited))).message).toContain('Flyway ran another text of it');
    const failed = await begin([`(1, '1.1', 'SQL', 'V1.1__tables.sql', ${tables}, FALSE)`]);
    expect((await rejection(importIt(failed))).message).toContain('the last run of V1.1__tables.sql');
  });
});

test.each([
  [undefined, 'mode "import" needs the input "history-table"'],
  ['A; DROP TABLE B', 'input "history-table": "A; DROP TABLE B" is not the name of a table'],
])('a table that is none is refused: %s', async (historyTable, message) => {
  const project = await createProject(files);
  expect((await rejection(project.run('import', { variables, historyTable }))).message).toBe(message);
});

test('a table of another kind is refused', async () => {
  const project = await createProject(files);
  const table = `${project.database}.PUBLIC.T`;
  await project.session.execute(`CREATE TABLE ${table} AS SELECT 1 AS A`);
  expect((await rejection(project.run('import', { variables, historyTable: table }))).message).toBe(
    `${table} is neither a history of schemachange nor one of Flyway`,
  );
});
