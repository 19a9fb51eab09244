import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let db: TestEngine;

beforeAll(async () => {
  db = await openTestEngine();
});
afterAll(() => db.close());

// docs.snowflake.com/en/sql-reference/sql/create and the page of each object
describe('objects that are recorded and shown', () => {
  test.each([
    ['WAREHOUSE one', 'Warehouse ONE successfully created.'],
    ['ROLE one', 'Role ONE successfully created.'],
    ['DATABASE ROLE d.one', 'Database role ONE successfully created.'],
    ["USER one PASSWORD = 'secret' LOGIN_NAME = 'o'", 'User ONE successfully created.'],
    ['TAG one', 'Tag ONE successfully created.'],
    ['RESOURCE MONITOR one WITH CREDIT_QUOTA = 5', 'Resource monitor ONE successfully created.'],
    ["NETWORK POLICY one ALLOWED_IP_LIST = ('10.0.0.1')", 'Network policy ONE successfully created.'],
    [
      "NETWORK RULE one TYPE = IPV4 MODE = INGRESS VALUE_LIST = ('10.0.0.1')",
      'Network rule ONE successfully created.',
    ],
    ['PASSWORD POLICY one PASSWORD_MIN_LENGTH = 12', 'Password policy ONE successfully created.'],
    ['SESSION POLICY one SESSION_IDLE_TIMEOUT_MINS = 30', 'Session policy ONE successfully created.'],
    ["SECRET one TYPE = GENERIC_STRING SECRET_STRING = 'hush'", 'Secret ONE successfully created.'],
    [
      "API INTEGRATION api API_PROVIDER = AWS_API_GATEWAY API_AWS_ROLE_ARN = 'r' API_ALLOWED_PREFIXES = ('https://x/') ENABLED = TRUE",
      'Integration API successfully created.',
    ],
    ['NOTIFICATION INTEGRATION mail TYPE = EMAIL ENABLED = TRUE', 'Integration MAIL successfully created.'],
    ['SECURITY INTEGRATION sso TYPE = SAML2 ENABLED = TRUE', 'Integration SSO successfully created.'],
    [
      'CATALOG INTEGRATION cat CATALOG_SOURCE = OBJECT_STORE TABLE_FORMAT = ICEBERG ENABLED = TRUE',
      'Integration CAT successfully created.',
    ],
    [
      'EXTERNAL ACCESS INTEGRATION outside ALLOWED_NETWORK_RULES = (one) ENABLED = TRUE',
      'Integration OUTSIDE successfully created.',
    ],
  ])('CREATE %s', async (text, status) => {
    expect(await db.sql(`CREATE ${text}`)).toEqual([[status]]);
    expect((await db.error(`CREATE ${text}`)).code).toBe('002002');
    expect(await db.sql(`CREATE OR REPLACE ${text}`)).toEqual([[status]]);
  });

  test.each([
    ['CREATE WAREHOUSE two BOGUS = 1', '001420'],
    ['CREATE ROLE two SOMETHING = 1', '001420'],
    ["CREATE NETWORK RULE two VALUE_LIST = ('10.0.0.1')", '002029'],
    ['CREATE STORAGE INTEGRATION two TYPE = EXTERNAL_STAGE ENABLED = TRUE', '002029'],
    ['CREATE SECRET two', '002029'],
    ['CREATE USER a.b', '001003'],
    ['ALTER WAREHOUSE nope SUSPEND', '002003'],
    ["ALTER USER nope SET EMAIL = 'x'", '002003'],
    ['ALTER ROLE one SUSPEND', '999001'],
    ['DROP RESOURCE MONITOR nope', '002003'],
    ["ALTER ACCOUNT SET TIMEZONE = 'UTC'", '999001'],
  ])('%s fails with %s', async (text, code) => {
    expect((await db.error(text)).code).toBe(code);
  });

  test('secrets are not kept', async () => {
    const kept = JSON.stringify([...db.engine.catalog.list('SECRET'), ...db.engine.catalog.list('USER')]);
    expect(kept).toContain('GENERIC_STRING');
    expect(kept).not.toMatch(/hush|secret"/);
  });

  test('ALTER … RENAME, SET, UNSET', async () => {
    await db.sql("ALTER WAREHOUSE one SET WAREHOUSE_SIZE = 'LARGE' COMMENT = 'c'");
    await db.sql('ALTER WAREHOUSE one RENAME TO renamed');
    await db.sql('ALTER WAREHOUSE renamed UNSET WAREHOUSE_SIZE');
    await db.sql("SHOW WAREHOUSES LIKE 'renamed'");
    expect(
      await db.sql('SELECT "size", "comment", "is_current" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))'),
    ).toEqual([['X-Small', 'c', 'Y']]);
    expect((await db.error('ALTER ROLE one RENAME TO one')).code).toBe('002002');
  });

  test('ALTER … IF EXISTS and DROP … IF EXISTS of what is not there', async () => {
    expect(await db.sql('ALTER WAREHOUSE IF EXISTS nope SUSPEND')).toEqual([
      ['Statement executed successfully.'],
    ]);
    expect(await db.sql('DROP ROLE IF EXISTS nope')).toEqual([
      ['Drop statement executed successfully (NOPE already dropped).'],
    ]);
  });
});

// docs.snowflake.com/en/sql-reference/sql/alter-table
describe('constraints', () => {
  beforeAll(async () => {
    await db.sql("CREATE TABLE k (a INT, b INT, CONSTRAINT u UNIQUE (a) COMMENT 'unique')");
  });

  test('RENAME, ALTER and DROP by columns', async () => {
    await db.sql('ALTER TABLE k RENAME CONSTRAINT u TO u2');
    await db.sql('ALTER TABLE k ALTER CONSTRAINT u2 RELY');
    await db.sql('SHOW UNIQUE KEYS IN TABLE k');
    expect(
      await db.sql('SELECT "constraint_name", "rely", "comment" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))'),
    ).toEqual([['U2', 'true', 'unique']]);
    await db.sql('ALTER TABLE k ALTER CONSTRAINT u2 NORELY');
    await db.sql('ALTER TABLE k DROP UNIQUE (a)');
    expect(await db.sql('SHOW UNIQUE KEYS IN TABLE k')).toEqual([]);
  });

  test('of one name, or ENFORCED, are refused', async () => {
    await db.sql('ALTER TABLE k ADD CONSTRAINT one UNIQUE (a)');
    expect((await db.error('ALTER TABLE k ADD CONSTRAINT one UNIQUE (b)')).code).toBe('002202');
    expect((await db.error('ALTER TABLE k ADD CONSTRAINT two UNIQUE (b) ENFORCED')).code).toBe('999001');
  });

  test("a comment behind a column with a key is the column's", async () => {
    await db.sql("CREATE TABLE commented (id INT PRIMARY KEY COMMENT 'the key')");
    expect((await db.sql('DESCRIBE TABLE commented'))[0]![9]).toBe('the key');
  });
});

describe('ALTER TABLE … ADD COLUMN', () => {
  test('several at once with computed defaults, on a table with rows', async () => {
    await db.sql('CREATE TABLE grown (id INT)');
    await db.sql('INSERT INTO grown VALUES (1), (2)');
    await db.sql(
      "ALTER TABLE grown ADD COLUMN n INT DEFAULT 3 + 4, d DATE DEFAULT '2026-01-01'::DATE, v VARCHAR DEFAULT 'it''s', w INT",
    );
    expect(await db.sql('SELECT id, n, d::VARCHAR, v, w FROM grown ORDER BY id')).toEqual([
      ['1', '7', '2026-01-01', "it's", null],
      ['2', '7', '2026-01-01', "it's", null],
    ]);
  });
});

// docs.snowflake.com/en/sql-reference/sql/create-schema, alter-database
describe('settings of schemas and databases', () => {
  test.each([
    ['ALTER SCHEMA public SET QUOTED_IDENTIFIERS_IGNORE_CASE = TRUE', '999001'],
    ["ALTER SCHEMA public SET DEFAULT_DDL_COLLATION = 'en'", '999001'],
    ['ALTER SCHEMA public SET DATA_RETENTION_TIME_IN_DAYS = 91', '001008'],
    ['ALTER DATABASE d SET BOGUS = 1', '001420'],
    ['ALTER DATABASE d UNSET BOGUS', '999001'],
    ['CREATE TRANSIENT SCHEMA short DATA_RETENTION_TIME_IN_DAYS = 2', '001008'],
    ['CREATE DATABASE e CLONE d IGNORE TABLES WITH INSUFFICIENT DATA RETENTION', '999001'],
  ])('%s fails with %s', async (text, code) => {
    expect((await db.error(text)).code).toBe(code);
  });

  test('are recorded', async () => {
    await db.sql('ALTER SCHEMA public SET LOG_LEVEL = INFO DATA_RETENTION_TIME_IN_DAYS = 4');
    await db.sql('ALTER SCHEMA public ENABLE MANAGED ACCESS');
    await db.sql('SHOW SCHEMAS IN DATABASE d');
    expect(
      await db.sql('SELECT "options", "retention_time" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))'),
    ).toEqual([['MANAGED ACCESS', '4']]);
  });
});
