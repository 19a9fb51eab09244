import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let db: TestEngine;

beforeAll(async () => {
  db = await openTestEngine();
  for (const sql of [
    "CREATE TABLE parent (id INT PRIMARY KEY, code VARCHAR(5) UNIQUE COMMENT 'short')",
    'CREATE TABLE child (id INT, parent_id INT, CONSTRAINT fk FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE CASCADE)',
    'CREATE VIEW both_of AS SELECT p.id FROM parent p JOIN child c ON p.id = c.parent_id',
    'CREATE SEQUENCE numbers START 10 INCREMENT 5 ORDER',
    "CREATE WAREHOUSE big WAREHOUSE_SIZE = 'X-LARGE' AUTO_SUSPEND = 60 COMMENT = 'w'",
    "CREATE USER someone EMAIL = 'a@b.test' DEFAULT_ROLE = sysadmin",
    "CREATE STORAGE INTEGRATION lake TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE STORAGE_ALLOWED_LOCATIONS = ('s3://b/')",
    'CREATE RESOURCE MONITOR budget WITH CREDIT_QUOTA = 10 TRIGGERS ON 80 PERCENT DO NOTIFY ON 100 PERCENT DO SUSPEND',
    "CREATE NETWORK POLICY office ALLOWED_IP_LIST = ('10.0.0.0/8', '192.168.0.0/16')",
    "CREATE TAG color ALLOWED_VALUES 'red'",
  ])
    await db.sql(sql);
});
afterAll(() => db.close());

/** Some columns of what a SHOW or DESCRIBE lists. */
async function listed(sql: string, columns: string): Promise<(string | null)[][]> {
  await db.sql(sql);
  const names = columns.split(' ').map((name) => `"${name.replaceAll('_of_', ' ')}"`);
  return db.sql(`SELECT ${names.join(', ')} FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))`);
}

// docs.snowflake.com/en/sql-reference/sql/show and the page of each object
describe('SHOW', () => {
  test.each([
    [
      'SHOW TABLES',
      'name kind database_name schema_name',
      [
        ['CHILD', 'TABLE', 'D', 'PUBLIC'],
        ['PARENT', 'TABLE', 'D', 'PUBLIC'],
      ],
    ],
    ["SHOW TABLES LIKE 'par%'", 'name', [['PARENT']]],
    ["SHOW TABLES STARTS WITH 'CH'", 'name', [['CHILD']]],
    ['SHOW TABLES LIMIT 1', 'name', [['CHILD']]],
    ["SHOW TABLES LIMIT 5 FROM 'CHILD'", 'name', [['PARENT']]],
    [
      'SHOW TERSE TABLES IN SCHEMA d.public',
      'name kind database_name schema_name',
      [
        ['CHILD', 'TABLE', 'D', 'PUBLIC'],
        ['PARENT', 'TABLE', 'D', 'PUBLIC'],
      ],
    ],
    [
      'SHOW OBJECTS',
      'name kind',
      [
        ['BOTH_OF', 'VIEW'],
        ['CHILD', 'TABLE'],
        ['PARENT', 'TABLE'],
      ],
    ],
    ['SHOW VIEWS', 'name is_secure is_materialized change_tracking', [['BOTH_OF', 'false', 'false', 'OFF']]],
    ['SHOW PRIMARY KEYS IN TABLE parent', 'table_name column_name key_sequence', [['PARENT', 'ID', '1']]],
    ['SHOW UNIQUE KEYS IN parent', 'column_name', [['CODE']]],
    [
      'SHOW IMPORTED KEYS IN TABLE child',
      'pk_table_name pk_column_name fk_column_name fk_name delete_rule',
      [['PARENT', 'ID', 'PARENT_ID', 'FK', 'CASCADE']],
    ],
    ['SHOW EXPORTED KEYS IN TABLE parent', 'fk_table_name fk_column_name', [['CHILD', 'PARENT_ID']]],
    [
      'SHOW COLUMNS IN TABLE parent',
      'column_name null? comment',
      [
        ['ID', 'NOT_NULL', ''],
        ['CODE', 'true', 'short'],
      ],
    ],
    ['SHOW COLUMNS IN VIEW both_of', 'table_name column_name', [['BOTH_OF', 'ID']]],
    ['SHOW SEQUENCES', 'name next_value interval ordered', [['NUMBERS', '10', '5', 'Y']]],
    [
      'SHOW WAREHOUSES',
      'name state size auto_suspend comment is_current',
      [['BIG', 'STARTED', 'X-Large', '60', 'w', 'Y']],
    ],
    [
      "SHOW USERS LIKE 'someone'",
      'name email default_role has_password',
      [['SOMEONE', 'a@b.test', 'SYSADMIN', 'false']],
    ],
    ['SHOW INTEGRATIONS', 'name type category enabled', [['LAKE', 'EXTERNAL_STAGE', 'STORAGE', 'true']]],
    ['SHOW STORAGE INTEGRATIONS', 'name', [['LAKE']]],
    ['SHOW API INTEGRATIONS', 'name', []],
    [
      'SHOW RESOURCE MONITORS',
      'name credit_quota notify_at suspend_at',
      [['BUDGET', '10.00', '80%', '100%']],
    ],
    [
      'SHOW NETWORK POLICIES',
      'name entries_in_allowed_ip_list entries_in_blocked_ip_list',
      [['OFFICE', '2', '0']],
    ],
    ['SHOW TAGS', 'name allowed_values', [['COLOR', '["red"]']]],
    ["SHOW ROLES LIKE 'sysadmin'", 'name is_current', [['SYSADMIN', 'N']]],
    ['SHOW DATABASES', 'name is_current kind', [['D', 'Y', 'STANDARD']]],
    ['SHOW SCHEMAS IN DATABASE d', 'name database_name is_current', [['PUBLIC', 'D', 'Y']]],
    [
      "SHOW PARAMETERS LIKE 'timezone' IN SESSION",
      'key value default level',
      [['TIMEZONE', 'UTC', 'America/Los_Angeles', 'SESSION']],
    ],
  ])('%s', async (sql, columns, rows) => {
    expect(await listed(sql, columns)).toEqual(rows);
  });

  test('TABLES HISTORY has the dropped ones', async () => {
    await db.sql('CREATE TABLE gone (a INT)');
    await db.sql('DROP TABLE gone');
    await db.sql("SHOW TABLES HISTORY LIKE 'gone'");
    expect(
      await db.sql('SELECT "name", "dropped_on" IS NOT NULL FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))'),
    ).toEqual([['GONE', '1']]);
  });

  test('VARIABLES', async () => {
    await db.sql("SET city = 'Oslo'");
    expect(await listed('SHOW VARIABLES', 'name value type')).toEqual([['CITY', 'Oslo', 'text']]);
  });

  test.each([
    ['SHOW TABLES IN SCHEMA nope', '002003'],
    ['SHOW TABLES IN DATABASE nope', '002003'],
    ['SHOW COLUMNS IN TABLE nope', '002003'],
    ['SHOW EVENT TABLES', '999001'],
    ['SHOW VIEWS HISTORY', '999001'],
    ['SHOW PARAMETERS IN TABLE parent', '999001'],
  ])('%s fails with %s', async (sql, code) => {
    expect((await db.error(sql)).code).toBe(code);
  });
});

describe('DESCRIBE', () => {
  test.each([
    [
      'DESCRIBE TABLE parent',
      'name type null? primary_of_key unique_of_key',
      [
        ['ID', 'NUMBER(38,0)', 'N', 'Y', 'N'],
        ['CODE', 'VARCHAR(5)', 'Y', 'N', 'Y'],
      ],
    ],
    ['DESC VIEW both_of', 'name kind', [['ID', 'COLUMN']]],
    ['DESCRIBE SEQUENCE numbers', 'name interval', [['NUMBERS', '5']]],
    [
      'DESCRIBE SCHEMA public',
      'name kind',
      [
        ['CHILD', 'TABLE'],
        ['PARENT', 'TABLE'],
        ['BOTH_OF', 'VIEW'],
      ],
    ],
    ['DESCRIBE DATABASE d', 'name kind', [['PUBLIC', 'SCHEMA']]],
    ['DESCRIBE WAREHOUSE big', 'name kind', [['BIG', 'WAREHOUSE']]],
    [
      'DESCRIBE INTEGRATION lake',
      'property property_value',
      [
        ['ENABLED', 'true'],
        ['TYPE', 'EXTERNAL_STAGE'],
        ['STORAGE_PROVIDER', 'S3'],
        ['STORAGE_ALLOWED_LOCATIONS', '[s3://b/]'],
        ['COMMENT', ''],
      ],
    ],
    [
      'DESCRIBE USER someone',
      'property value',
      [
        ['NAME', 'SOMEONE'],
        ['COMMENT', ''],
        ['EMAIL', 'a@b.test'],
        ['DEFAULT_ROLE', 'SYSADMIN'],
      ],
    ],
  ])('%s', async (sql, columns, rows) => {
    expect(await listed(sql, columns)).toEqual(rows);
  });

  test('RESULT of a query id', async () => {
    await db.sql("SELECT 1 AS a, 'x' AS b");
    expect((await db.sql('DESCRIBE RESULT LAST_QUERY_ID()')).map((row) => row[0])).toEqual(['A', 'B']);
  });
});

// docs.snowflake.com/en/sql-reference/functions/get_ddl
describe('GET_DDL', () => {
  test.each([
    [
      "'TABLE', 'parent'",
      "create or replace TABLE PARENT (\n\tID NUMBER(38,0) NOT NULL,\n\tCODE VARCHAR(5) COMMENT 'short',\n\tprimary key (ID),\n\tunique (CODE)\n);",
    ],
    [
      "'TABLE', 'child', TRUE",
      'create or replace TABLE D.PUBLIC.CHILD (\n\tID NUMBER(38,0),\n\tPARENT_ID NUMBER(38,0),\n\tconstraint FK foreign key (PARENT_ID) references D.PUBLIC.PARENT(ID) on delete cascade\n);',
    ],
    [
      "'VIEW', 'both_of'",
      'create or replace view BOTH_OF(\n\tID\n) as SELECT p.id FROM parent p JOIN child c ON p.id = c.parent_id;',
    ],
    ["'SEQUENCE', 'numbers'", 'create or replace sequence NUMBERS start with 10 increment by 5 order;'],
    ["'TAG', 'color'", "create or replace tag COLOR allowed_values 'red';"],
  ])('(%s)', async (args, ddl) => {
    expect(await db.value(`SELECT GET_DDL(${args})`)).toBe(ddl);
  });

  test('of a schema makes all that is in it, in an order that runs', async () => {
    const ddl = (await db.value("SELECT GET_DDL('SCHEMA', 'd.public')"))!;
    await db.sql('CREATE DATABASE copy');
    for (const statement of ddl.split(';\n\n').slice(1)) await db.sql(statement.replaceAll('D.PUBLIC.', ''));
    await db.sql('SHOW OBJECTS IN SCHEMA copy.public');
    expect(await db.sql('SELECT "name" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))')).toEqual([
      ['BOTH_OF'],
      ['CHILD'],
      ['PARENT'],
    ]);
    await db.sql('DROP DATABASE copy');
    await db.sql('USE SCHEMA d.public');
  });

  test('of what is not there, or of no documented type, is an error', async () => {
    expect((await db.error("SELECT GET_DDL('TABLE', 'nope')")).code).toBe('002003');
    expect((await db.error("SELECT GET_DDL('ROLE', 'sysadmin')")).code).toBe('999001');
  });
});

// docs.snowflake.com/en/sql-reference/info-schema
describe('INFORMATION_SCHEMA', () => {
  test.each([
    [
      'SELECT table_name, table_type, is_insertable_into FROM information_schema.tables ORDER BY 1',
      [
        ['BOTH_OF', 'VIEW', 'NO'],
        ['CHILD', 'BASE TABLE', 'YES'],
        ['PARENT', 'BASE TABLE', 'YES'],
      ],
    ],
    [
      "SELECT column_name, ordinal_position, data_type, is_nullable, character_maximum_length FROM information_schema.columns WHERE table_name = 'PARENT' ORDER BY 2",
      [
        ['ID', '1', 'NUMBER', 'NO', null],
        ['CODE', '2', 'TEXT', 'YES', '5'],
      ],
    ],
    [
      "SELECT constraint_type, enforced FROM information_schema.table_constraints WHERE table_name = 'CHILD'",
      [['FOREIGN KEY', 'NO']],
    ],
    [
      'SELECT constraint_name, delete_rule FROM information_schema.referential_constraints',
      [['FK', 'CASCADE']],
    ],
    [
      'SELECT sequence_name, start_value, "INCREMENT", ordered FROM information_schema.sequences',
      [['NUMBERS', '10', '5', 'YES']],
    ],
    ['SELECT schema_name, is_transient FROM d.information_schema.schemata', [['PUBLIC', 'NO']]],
    ['SELECT database_name, is_transient FROM information_schema.databases', [['D', 'NO']]],
    ['SELECT table_name, is_secure FROM information_schema.views', [['BOTH_OF', 'NO']]],
    ['SELECT role_name FROM information_schema.enabled_roles ORDER BY 1 LIMIT 1', [['ACCOUNTADMIN']]],
  ])('%s', async (sql, rows) => {
    expect(await db.sql(sql)).toEqual(rows);
  });

  test('privileges', async () => {
    await db.sql('GRANT SELECT ON TABLE parent TO ROLE sysadmin');
    expect(
      await db.sql(
        'SELECT grantee, table_name, privilege_type, is_grantable FROM information_schema.table_privileges',
      ),
    ).toEqual([['SYSADMIN', 'PARENT', 'SELECT', 'NO']]);
  });

  test('what is documented and not kept is refused by name; what is not documented does not exist', async () => {
    expect((await db.error('SELECT * FROM information_schema.event_tables')).message).toContain(
      'EVENT_TABLES',
    );
    expect((await db.error('SELECT * FROM information_schema.nope')).code).toBe('002003');
    expect((await db.error('SELECT * FROM snowflake.account_usage.login_history')).message).toContain(
      'SNOWFLAKE.ACCOUNT_USAGE.LOGIN_HISTORY',
    );
  });

  test('SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY', async () => {
    await db.sql("SELECT 'find me'");
    expect(
      await db.value(
        "SELECT COUNT(*) FROM snowflake.account_usage.query_history WHERE query_text = 'SELECT ''find me'''",
      ),
    ).toBe('1');
  });
});
