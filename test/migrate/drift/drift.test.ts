import { beforeAll, describe, expect, test } from 'vitest';
import { findDrift } from '../../../actions/migrate/drift/drift.ts';
import { lineDiff } from '../../../actions/migrate/drift/line-diff.ts';
import { readDrift, refuseDrift } from '../../../actions/migrate/drift/verify-drift.ts';
import { readSnowflakeSettings } from '../../../actions/shared/snowflake.ts';
import { startTestStack } from '../../support/stack.ts';
import { createProject } from '../database.ts';

beforeAll(async () => {
  await startTestStack({ services: ['snowflake'] });
});

const files = {
  'V001__all.sql': `CREATE SCHEMA S;
CREATE TABLE S.T (A INT NOT NULL, B VARCHAR(10));
CREATE VIEW S.V AS SELECT A FROM S.T;
CREATE STREAM S.ST ON TABLE S.T;
CREATE TASK S.R SCHEDULE = 'USING CRON 0 0 1 1 * UTC' AS INSERT INTO S.T SELECT A, B FROM S.ST;
CREATE FILE FORMAT S.F TYPE = CSV;
CREATE STAGE S.G;
CREATE SEQUENCE S.Q;
CREATE PROCEDURE S.P(A INT) RETURNS INT LANGUAGE SQL AS $$ BEGIN RETURN 1; END $$;
CREATE FUNCTION S.FN(A INT) RETURNS INT AS $$ A + 1 $$;
ALTER TASK S.R RESUME;
`,
};

describe('drift', () => {
  test('is found in every kind of object that was changed by hand, and shown as a diff', async () => {
    const project = await createProject(files);
    await project.run('apply');
    const { database, directory, session } = project;
    const options = { database, directory, variables: {}, settings: await readSnowflakeSettings(undefined) };
    expect(await readDrift(options)).toEqual([]);
    for (const sql of [
      `ALTER TABLE ${database}.S.T ADD COLUMN C DATE`,
      `CREATE OR REPLACE VIEW ${database}.S.V AS SELECT B FROM ${database}.S.T`,
      `ALTER TASK ${database}.S.R SUSPEND`,
      `DROP SEQUENCE ${database}.S.Q`,
      `CREATE TABLE ${database}.S.SCRATCH (A INT)`,
      `CREATE TABLE ${database}.S.EXTRA (A INT)`,
      `CREATE OR REPLACE STAGE ${database}.S.G COMMENT = 'by hand'`,
      `CREATE OR REPLACE FILE FORMAT ${database}.S.F TYPE = JSON`,
      `CREATE OR REPLACE FUNCTION ${database}.S.FN(A INT) RETURNS INT AS $$ A + 2 $$`,
      `CREATE OR REPLACE PROCEDURE ${database}.S.P(A INT) RETURNS INT LANGUAGE SQL AS $$ BEGIN RETURN 2; END $$`,
      `CREATE OR REPLACE STREAM ${database}.S.ST ON TABLE ${database}.S.T APPEND_ONLY = TRUE`,
    ])
      await session.execute(sql);
    const drifts = await readDrift({ ...options, ignore: ['S.SCR%'] });
    expect(drifts.map(({ object, state }) => `${state} ${object.replace(`${database}.`, '')}`)).toEqual([
      'different FILE FORMAT S.F',
      'different FUNCTION S.FN(NUMBER)',
      'different PROCEDURE S.P(NUMBER)',
      'missing SEQUENCE S.Q',
      'different STAGE S.G',
      'different STREAM S.ST',
      'unexpected TABLE S.EXTRA',
      'different TABLE S.T',
      'different TASK S.R',
      'different VIEW S.V',
    ]);
    const diffOf = (object: string): string[] =>
      (drifts.find((drift) => drift.object.startsWith(object))?.diff ?? []).filter((line) =>
        /^[+-]/.test(line),
      );
    expect(diffOf('TASK')).toEqual(['--- started', '+-- suspended']);
    expect(diffOf(`TABLE ${database}.S.T`)).toEqual(['-B VARCHAR(10)', '+B VARCHAR(10),', '+C DATE']);
    expect(() => refuseDrift(drifts)).toThrow(
      /10 objects are not as the migrations define them:[\s\S]*\+-- suspended/,
    );
    expect(() => refuseDrift([])).not.toThrow();
  }, 60_000);

  test('is not layout, the case of keywords or quotes that a name does not need', () => {
    const one = new Map([['VIEW D.S.V', 'create or replace view "D"."S".V as\n  select A -- why\n from T;']]);
    const other = new Map([['VIEW D.S.V', 'CREATE OR REPLACE VIEW D.S.V AS SELECT A FROM T']]);
    expect(findDrift(one, other)).toEqual([]);
    const third = new Map([['VIEW D.S.V', "CREATE OR REPLACE VIEW D.S.V AS SELECT 'a' FROM T"]]);
    expect(findDrift(other, third)).toHaveLength(1);
  });
});

test('a diff shows the lines of both texts with three lines around each change', () => {
  const lines = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
  expect(lineDiff(lines.join('\n'), [...lines.slice(0, 7), 'eight', '9'].join('\n'))).toEqual([
    '…',
    ' 5',
    ' 6',
    ' 7',
    '-8',
    '+eight',
    ' 9',
  ]);
  expect(lineDiff('a\nb\nc', 'b\nx\nc')).toEqual(['-a', ' b', '+x', ' c']);
  expect(lineDiff('a', 'a')).toEqual([]);
});
