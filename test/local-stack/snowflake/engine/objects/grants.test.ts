import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let db: TestEngine;

beforeAll(async () => {
  db = await openTestEngine();
  for (const role of ['reader', 'writer', 'boss']) await db.sql(`CREATE ROLE ${role}`);
  await db.sql('CREATE TABLE t (a INT)');
  await db.sql('CREATE VIEW v AS SELECT a FROM t');
});
afterAll(() => db.close());

/** Privilege, object and grantee of what a SHOW GRANTS lists. */
async function shown(sql: string): Promise<(string | null)[][]> {
  await db.sql(sql);
  return db.sql(
    'SELECT "privilege", "name", "grantee_name" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID())) WHERE "privilege" <> \'OWNERSHIP\' ORDER BY 1, 2, 3',
  );
}

// docs.snowflake.com/en/sql-reference/sql/grant-privilege
describe('GRANT of privileges', () => {
  test('is shown on the object and for the role', async () => {
    await db.sql('GRANT SELECT, INSERT ON TABLE t TO ROLE writer');
    expect(await shown('SHOW GRANTS ON TABLE t')).toEqual([
      ['INSERT', 'D.PUBLIC.T', 'WRITER'],
      ['SELECT', 'D.PUBLIC.T', 'WRITER'],
    ]);
    expect(await shown('SHOW GRANTS TO ROLE writer')).toEqual(await shown('SHOW GRANTS ON TABLE t'));
  });

  test('follows a rename and ends with REVOKE', async () => {
    await db.sql('ALTER TABLE t RENAME TO t1');
    expect((await shown('SHOW GRANTS TO ROLE writer'))[0]).toEqual(['INSERT', 'D.PUBLIC.T1', 'WRITER']);
    await db.sql('ALTER TABLE t1 RENAME TO t');
    await db.sql('REVOKE ALL ON TABLE t FROM ROLE writer');
    expect(await shown('SHOW GRANTS ON TABLE t')).toEqual([]);
  });

  test('on all objects of a schema', async () => {
    await db.sql('GRANT SELECT ON ALL VIEWS IN SCHEMA d.public TO ROLE reader');
    expect(await shown('SHOW GRANTS ON VIEW v')).toEqual([['SELECT', 'D.PUBLIC.V', 'READER']]);
    await db.sql('REVOKE SELECT ON ALL VIEWS IN SCHEMA d.public FROM ROLE reader');
    expect(await shown('SHOW GRANTS ON VIEW v')).toEqual([]);
  });

  test('on future objects is given when they are created, the schema before the database', async () => {
    await db.sql('GRANT SELECT ON FUTURE TABLES IN DATABASE d TO ROLE reader');
    await db.sql('CREATE TABLE f1 (a INT)');
    await db.sql('GRANT INSERT ON FUTURE TABLES IN SCHEMA d.public TO ROLE writer');
    await db.sql('CREATE TABLE f2 (a INT)');
    expect(await shown('SHOW GRANTS ON TABLE f1')).toEqual([['SELECT', 'D.PUBLIC.F1', 'READER']]);
    expect(await shown('SHOW GRANTS ON TABLE f2')).toEqual([['INSERT', 'D.PUBLIC.F2', 'WRITER']]);
    expect(await shown('SHOW FUTURE GRANTS IN SCHEMA d.public')).toEqual([
      ['INSERT', 'D.PUBLIC.<TABLE>', 'WRITER'],
    ]);
    await db.sql('REVOKE INSERT ON FUTURE TABLES IN SCHEMA d.public FROM ROLE writer');
    await db.sql('REVOKE SELECT ON FUTURE TABLES IN DATABASE d FROM ROLE reader');
    await db.sql('CREATE TABLE f3 (a INT)');
    expect(await shown('SHOW GRANTS ON TABLE f3')).toEqual([]);
  });

  test.each([
    ['GRANT SELECT ON TABLE nope TO ROLE reader', '002003'],
    ['GRANT SELECT ON TABLE t TO ROLE nope', '002003'],
    ['GRANT USAGE ON TABLE t TO ROLE reader', '003008'],
    ['GRANT SELECT ON SCHEMA public TO ROLE reader', '003008'],
    ['GRANT SELECT ON STREAMLIT s TO ROLE reader', '999001'],
    ['GRANT SELECT ON TABLE t TO SHARE s', '999001'],
  ])('%s fails with %s', async (sql, code) => {
    expect((await db.error(sql)).code).toBe(code);
  });

  test.each([
    'GRANT USAGE, CREATE TABLE ON SCHEMA public TO ROLE reader WITH GRANT OPTION',
    'GRANT ALL PRIVILEGES ON DATABASE d TO ROLE reader',
    'GRANT EXECUTE TASK, CREATE WAREHOUSE ON ACCOUNT TO ROLE reader',
    'GRANT IMPORTED PRIVILEGES ON DATABASE snowflake TO ROLE reader',
    'GRANT CREATE DYNAMIC TABLE ON SCHEMA d.public TO ROLE reader',
    'REVOKE GRANT OPTION FOR USAGE ON SCHEMA public FROM ROLE reader CASCADE',
  ])('%s', async (sql) => {
    expect(await db.sql(sql)).toEqual([['Statement executed successfully.']]);
  });
});

describe('COPY GRANTS', () => {
  test('keeps what was granted on a replaced table or view', async () => {
    await db.sql('CREATE TABLE kept (a INT)');
    await db.sql('GRANT SELECT ON TABLE kept TO ROLE reader');
    await db.sql('CREATE OR REPLACE TABLE kept COPY GRANTS AS SELECT 1 AS a');
    expect(await shown('SHOW GRANTS ON TABLE kept')).toEqual([['SELECT', 'D.PUBLIC.KEPT', 'READER']]);
    await db.sql('CREATE OR REPLACE TABLE kept (a INT)');
    expect(await shown('SHOW GRANTS ON TABLE kept')).toEqual([]);
  });

  test('gives a clone what the source has', async () => {
    await db.sql('GRANT SELECT ON TABLE kept TO ROLE reader');
    await db.sql('CREATE TABLE cloned CLONE kept COPY GRANTS');
    expect(await shown('SHOW GRANTS ON TABLE cloned')).toEqual([['SELECT', 'D.PUBLIC.CLONED', 'READER']]);
  });
});

// docs.snowflake.com/en/sql-reference/sql/grant-ownership
describe('GRANT OWNERSHIP', () => {
  test('moves an object; grants of others are copied or revoked', async () => {
    await db.sql('CREATE TABLE own (a INT)');
    await db.sql('GRANT SELECT ON TABLE own TO ROLE reader');
    expect((await db.error('GRANT OWNERSHIP ON TABLE own TO ROLE boss')).message).toContain(
      'Dependent grant',
    );
    await db.sql('GRANT OWNERSHIP ON TABLE own TO ROLE boss COPY CURRENT GRANTS');
    expect(await shown('SHOW GRANTS ON TABLE own')).toEqual([['SELECT', 'D.PUBLIC.OWN', 'READER']]);
    await db.sql("SHOW TABLES LIKE 'own'");
    expect(await db.sql('SELECT "owner" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))')).toEqual([['BOSS']]);
    await db.sql('GRANT OWNERSHIP ON TABLE own TO ROLE sysadmin REVOKE CURRENT GRANTS');
    expect(await shown('SHOW GRANTS ON TABLE own')).toEqual([]);
  });

  test('cannot be revoked', async () => {
    expect((await db.error('REVOKE OWNERSHIP ON TABLE t FROM ROLE accountadmin')).code).toBe('003007');
  });

  test('of all tables in a schema', async () => {
    await db.sql('CREATE SCHEMA owned');
    await db.sql('CREATE TABLE owned.a (x INT)');
    await db.sql('GRANT OWNERSHIP ON ALL TABLES IN SCHEMA d.owned TO ROLE boss COPY CURRENT GRANTS');
    await db.sql('SHOW TABLES IN SCHEMA d.owned');
    expect(await db.sql('SELECT "owner" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))')).toEqual([['BOSS']]);
    await db.sql('USE SCHEMA d.public');
  });
});

// docs.snowflake.com/en/sql-reference/sql/grant-role
describe('GRANT ROLE', () => {
  test('to roles and users, shown from both ends', async () => {
    await db.sql('GRANT ROLE reader TO ROLE boss');
    await db.sql('GRANT ROLE boss TO USER tester');
    await db.sql('SHOW GRANTS OF ROLE reader');
    expect(
      await db.sql('SELECT "role", "granted_to", "grantee_name" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))'),
    ).toEqual([['READER', 'ROLE', 'BOSS']]);
    await db.sql('SHOW GRANTS TO USER tester');
    expect(await db.sql('SELECT "role" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))')).toEqual([['BOSS']]);
    await db.sql('SHOW GRANTS');
    expect(await db.sql('SELECT "role" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))')).toEqual([['BOSS']]);
  });

  test('does not go in circles', async () => {
    expect((await db.error('GRANT ROLE boss TO ROLE reader')).code).toBe('003018');
  });

  test('makes IS_ROLE_IN_SESSION true, until it is revoked', async () => {
    await db.sql('USE ROLE boss');
    expect(await db.value("SELECT IS_ROLE_IN_SESSION('READER')")).toBe('1');
    await db.sql('USE ROLE accountadmin');
    await db.sql('REVOKE ROLE reader FROM ROLE boss');
    await db.sql('USE ROLE boss');
    expect(await db.value("SELECT IS_ROLE_IN_SESSION('READER')")).toBe('0');
    await db.sql('USE ROLE accountadmin');
  });

  test('survives a rename of the role', async () => {
    await db.sql('GRANT ROLE writer TO ROLE boss');
    await db.sql('ALTER ROLE boss RENAME TO chief');
    await db.sql('USE ROLE chief');
    expect(await db.value("SELECT IS_ROLE_IN_SESSION('WRITER')")).toBe('1');
    await db.sql('USE ROLE accountadmin');
    await db.sql('ALTER ROLE chief RENAME TO boss');
  });

  test('of a database role', async () => {
    await db.sql('CREATE DATABASE ROLE d.dr');
    await db.sql('GRANT DATABASE ROLE d.dr TO ROLE reader');
    await db.sql('GRANT SELECT ON TABLE t TO DATABASE ROLE d.dr');
    expect(await shown('SHOW GRANTS TO DATABASE ROLE d.dr')).toEqual([['SELECT', 'D.PUBLIC.T', 'D.DR']]);
  });
});
