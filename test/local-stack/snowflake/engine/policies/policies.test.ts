import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let db: TestEngine;

beforeAll(async () => {
  db = await openTestEngine();
  for (const sql of [
    'CREATE ROLE analyst',
    'CREATE ROLE lead',
    'GRANT ROLE analyst TO ROLE lead',
    'CREATE TABLE people (id INT, email VARCHAR, region VARCHAR)',
    "INSERT INTO people VALUES (1, 'ann@x.test', 'EU'), (2, 'bob@y.test', 'US')",
  ])
    await db.sql(sql);
});
afterAll(() => db.close());

// docs.snowflake.com/en/user-guide/security-column-intro
describe('a masking policy', () => {
  beforeAll(async () => {
    await db.sql(
      "CREATE MASKING POLICY hide AS (val STRING) RETURNS STRING -> CASE WHEN IS_ROLE_IN_SESSION('ANALYST') THEN val ELSE '***' END",
    );
    await db.sql('ALTER TABLE people MODIFY COLUMN email SET MASKING POLICY hide');
  });
  afterAll(async () => {
    await db.sql('ALTER TABLE people MODIFY COLUMN email UNSET MASKING POLICY');
    await db.sql('DROP MASKING POLICY hide');
  });

  test('shows a column as its body says', async () => {
    expect(await db.sql('SELECT email FROM people ORDER BY id')).toEqual([['***'], ['***']]);
  });

  test('shows it to a role that has the named role by a grant', async () => {
    await db.sql('USE ROLE lead');
    expect(await db.sql('SELECT email FROM people ORDER BY id')).toEqual([['ann@x.test'], ['bob@y.test']]);
    await db.sql('USE ROLE accountadmin');
  });

  test('holds in conditions, in views and in copies by CREATE TABLE AS', async () => {
    expect(await db.sql("SELECT id FROM people WHERE email LIKE 'ann%'")).toEqual([]);
    await db.sql('CREATE VIEW addresses AS SELECT email FROM people');
    expect(await db.sql('SELECT DISTINCT email FROM addresses')).toEqual([['***']]);
    await db.sql('CREATE TABLE copied AS SELECT email FROM people');
    expect(await db.sql('SELECT DISTINCT email FROM copied')).toEqual([['***']]);
  });

  test('leaves the stored values alone when another column is updated', async () => {
    await db.sql("UPDATE people SET region = 'ASIA' WHERE id = 1");
    await db.sql('USE ROLE analyst');
    expect(await db.sql('SELECT email, region FROM people WHERE id = 1')).toEqual([['ann@x.test', 'ASIA']]);
    await db.sql('USE ROLE accountadmin');
    await db.sql("UPDATE people SET region = 'EU' WHERE id = 1");
  });

  test('holds for a stream on the table and for Time Travel', async () => {
    await db.sql('CREATE STREAM people_changes ON TABLE people');
    await db.sql("INSERT INTO people VALUES (3, 'cat@z.test', 'EU')");
    expect(await db.sql('SELECT email FROM people_changes')).toEqual([['***']]);
    expect(await db.sql('SELECT DISTINCT email FROM people AT(OFFSET => 0)')).toEqual([['***']]);
    await db.sql('DELETE FROM people WHERE id = 3');
    await db.sql('DROP STREAM people_changes');
  });

  test('cannot be set where one is set, unless by FORCE', async () => {
    await db.sql('CREATE MASKING POLICY hide_all AS (val STRING) RETURNS STRING -> NULL');
    const set = 'ALTER TABLE people MODIFY COLUMN email SET MASKING POLICY';
    expect((await db.error(`${set} hide_all`)).message).toContain('already attached');
    await db.sql(`${set} hide_all FORCE`);
    expect(await db.sql('SELECT DISTINCT email FROM people')).toEqual([[null]]);
    await db.sql(`${set} hide FORCE`);
    await db.sql('DROP MASKING POLICY hide_all');
  });

  test('is not dropped or replaced while a column has it', async () => {
    expect((await db.error('DROP MASKING POLICY hide')).message).toContain('cannot be dropped/replaced');
    expect(
      (await db.error('CREATE OR REPLACE MASKING POLICY hide AS (v STRING) RETURNS STRING -> v')).code,
    ).toBe('003531');
  });

  test('changes for all its columns by SET BODY', async () => {
    await db.sql(
      "ALTER MASKING POLICY hide SET BODY -> CASE WHEN CURRENT_ROLE() = 'ANALYST' THEN val ELSE '-' END",
    );
    expect(await db.sql('SELECT DISTINCT email FROM people')).toEqual([['-']]);
    expect((await db.error('ALTER MASKING POLICY hide SET BODY -> nope')).code).toBe('000904');
  });

  test('decides by another column with USING', async () => {
    await db.sql(
      "CREATE MASKING POLICY eu_only AS (val NUMBER, place STRING) RETURNS NUMBER -> IFF(place = 'EU', val, -1)",
    );
    await db.sql('CREATE TABLE pay (amount INT MASKING POLICY eu_only USING (amount, place), place VARCHAR)');
    await db.sql("INSERT INTO pay VALUES (10, 'EU'), (20, 'US')");
    expect(await db.sql('SELECT amount FROM pay ORDER BY place')).toEqual([['10'], ['-1']]);
    await db.sql('ALTER TABLE pay RENAME COLUMN place TO area');
    expect(await db.sql('SELECT SUM(amount) FROM pay')).toEqual([['9']]);
    expect((await db.error('ALTER TABLE pay DROP COLUMN area')).message).toContain('policy');
    await db.sql('DROP TABLE pay');
  });

  test('must take the type of the column and return that of its argument', async () => {
    expect((await db.error('ALTER TABLE people ALTER id SET MASKING POLICY hide')).code).toBe('003555');
    expect((await db.error('CREATE MASKING POLICY bad AS (v STRING) RETURNS NUMBER -> 1')).code).toBe(
      '003551',
    );
    expect((await db.error('ALTER TABLE people ALTER id SET MASKING POLICY nope')).code).toBe('002003');
  });

  test('is shown by DESCRIBE TABLE, DESCRIBE MASKING POLICY and POLICY_REFERENCES', async () => {
    expect((await db.sql('DESCRIBE TABLE people'))[1]![10]).toBe('D.PUBLIC.HIDE');
    expect((await db.sql('DESCRIBE MASKING POLICY hide'))[0]!.slice(0, 3)).toEqual([
      'HIDE',
      '(VAL VARCHAR)',
      'VARCHAR',
    ]);
    expect(
      await db.sql(
        "SELECT policy_name, policy_kind, ref_entity_name, ref_column_name, policy_status FROM TABLE(INFORMATION_SCHEMA.POLICY_REFERENCES(POLICY_NAME => 'd.public.hide'))",
      ),
    ).toEqual([['HIDE', 'MASKING_POLICY', 'PEOPLE', 'EMAIL', 'ACTIVE']]);
  });

  test('masks a column of a view by itself', async () => {
    await db.sql("CREATE MASKING POLICY stars AS (v STRING) RETURNS STRING -> '*'");
    await db.sql(
      'CREATE VIEW regions (id, place WITH MASKING POLICY stars) AS SELECT id, region FROM people',
    );
    expect(await db.sql('SELECT DISTINCT place FROM regions')).toEqual([['*']]);
    await db.sql('ALTER VIEW regions MODIFY COLUMN place UNSET MASKING POLICY');
    expect(await db.sql('SELECT place FROM regions ORDER BY id')).toEqual([['EU'], ['US']]);
  });
});

// docs.snowflake.com/en/user-guide/security-row-intro
describe('a row access policy', () => {
  beforeAll(async () => {
    await db.sql('CREATE TABLE sales (region VARCHAR, amount INT)');
    await db.sql("INSERT INTO sales VALUES ('EU', 1), ('US', 2), ('ASIA', 4)");
    await db.sql('CREATE TABLE who_sees (role VARCHAR, region VARCHAR)');
    await db.sql("INSERT INTO who_sees VALUES ('ANALYST', 'EU'), ('ACCOUNTADMIN', 'US')");
    await db.sql(
      'CREATE ROW ACCESS POLICY by_region AS (r VARCHAR) RETURNS BOOLEAN -> EXISTS (SELECT 1 FROM who_sees WHERE role = CURRENT_ROLE() AND region = r)',
    );
    await db.sql('ALTER TABLE sales ADD ROW ACCESS POLICY by_region ON (region)');
  });

  test('filters rows by a mapping table', async () => {
    expect(await db.sql('SELECT * FROM sales')).toEqual([['US', '2']]);
    await db.sql('USE ROLE analyst');
    expect(await db.sql('SELECT SUM(amount) FROM sales')).toEqual([['1']]);
    await db.sql('USE ROLE accountadmin');
  });

  test('hides rows from UPDATE and DELETE', async () => {
    await db.sql('UPDATE sales SET amount = amount + 10');
    await db.sql('USE ROLE analyst');
    expect(await db.sql('SELECT amount FROM sales')).toEqual([['1']]);
    expect(await db.sql('DELETE FROM sales')).toEqual([['1']]);
    await db.sql('USE ROLE accountadmin');
    expect(await db.sql('SELECT amount FROM sales')).toEqual([['12']]);
    await db.sql("INSERT INTO sales VALUES ('EU', 1)");
  });

  test('stands alone on a table, and is swapped by DROP, ADD in one statement', async () => {
    await db.sql('CREATE ROW ACCESS POLICY all_rows AS (r VARCHAR) RETURNS BOOLEAN -> TRUE');
    const add = 'ADD ROW ACCESS POLICY all_rows ON (region)';
    expect((await db.error(`ALTER TABLE sales ${add}`)).message).toContain('Only one ROW_ACCESS_POLICY');
    await db.sql(`ALTER TABLE sales DROP ROW ACCESS POLICY by_region, ${add}`);
    expect(await db.sql('SELECT COUNT(*) FROM sales')).toEqual([['3']]);
    expect((await db.error('ALTER TABLE sales DROP ROW ACCESS POLICY by_region')).code).toBe('003558');
    await db.sql('ALTER TABLE sales DROP ALL ROW ACCESS POLICIES');
  });

  test('is set by CREATE TABLE and CREATE VIEW', async () => {
    await db.sql(
      'CREATE VIEW seen WITH ROW ACCESS POLICY by_region ON (region) AS SELECT region, amount FROM sales',
    );
    expect(await db.sql('SELECT region FROM seen')).toEqual([['US']]);
    await db.sql('CREATE TABLE more (region VARCHAR) WITH ROW ACCESS POLICY by_region ON (region)');
    await db.sql("INSERT INTO more VALUES ('US'), ('EU')");
    expect(await db.sql('SELECT * FROM more')).toEqual([['US']]);
    expect((await db.error('ALTER TABLE more DROP COLUMN region')).code).toBe('003556');
  });

  test('returns BOOLEAN and takes as many columns as it has arguments', async () => {
    expect((await db.error('CREATE ROW ACCESS POLICY bad AS (a INT) RETURNS INT -> a')).code).toBe('003551');
    expect(
      (await db.error('ALTER TABLE sales ADD ROW ACCESS POLICY by_region ON (region, amount)')).code,
    ).toBe('003554');
  });

  test('hides rows of the target from MERGE', async () => {
    await db.sql('CREATE TABLE stock (region VARCHAR, n INT)');
    await db.sql("INSERT INTO stock VALUES ('EU', 1), ('US', 1)");
    await db.sql('ALTER TABLE stock ADD ROW ACCESS POLICY by_region ON (region)');
    await db.sql(
      'MERGE INTO stock USING (SELECT 5 AS n) AS s ON TRUE WHEN MATCHED THEN UPDATE SET stock.n = s.n',
    );
    await db.sql('ALTER TABLE stock DROP ALL ROW ACCESS POLICIES');
    expect(await db.sql('SELECT region, n FROM stock ORDER BY region')).toEqual([
      ['EU', '1'],
      ['US', '5'],
    ]);
  });

  test('of a cloned schema is the one that was cloned with it', async () => {
    await db.sql('CREATE SCHEMA governed');
    await db.sql('CREATE TABLE t (a INT)');
    await db.sql('INSERT INTO t VALUES (1), (2)');
    await db.sql('CREATE ROW ACCESS POLICY ones AS (x INT) RETURNS BOOLEAN -> x = 1');
    await db.sql('CREATE MASKING POLICY tens AS (x INT) RETURNS INT -> x * 10');
    await db.sql('ALTER TABLE t ADD ROW ACCESS POLICY ones ON (a)');
    await db.sql('ALTER TABLE t ALTER a SET MASKING POLICY tens');
    await db.sql('CREATE SCHEMA copied_schema CLONE governed');
    await db.sql('ALTER ROW ACCESS POLICY governed.ones SET BODY -> FALSE');
    expect(await db.sql('SELECT a FROM copied_schema.t')).toEqual([['10']]);
    expect(await db.sql('SELECT a FROM governed.t')).toEqual([]);
    await db.sql('DROP SCHEMA governed');
    expect(await db.sql('SELECT a FROM copied_schema.t')).toEqual([['10']]);
    await db.sql('USE SCHEMA d.public');
  });

  test('keeps its schema from being dropped while a table elsewhere has it', async () => {
    await db.sql('CREATE SCHEMA rules');
    await db.sql('CREATE ROW ACCESS POLICY none AS (x INT) RETURNS BOOLEAN -> FALSE');
    await db.sql('USE SCHEMA d.public');
    await db.sql('CREATE TABLE ruled (a INT) WITH ROW ACCESS POLICY rules.none ON (a)');
    expect((await db.error('DROP SCHEMA rules')).message).toContain("'D.PUBLIC.RULED' has a policy of it");
    await db.sql('DROP TABLE ruled');
    await db.sql('DROP SCHEMA rules');
  });

  test('that reads its own table ends with an error', async () => {
    await db.sql('CREATE TABLE ring (a INT)');
    await db.sql('CREATE ROW ACCESS POLICY loops AS (x INT) RETURNS BOOLEAN -> x IN (SELECT a FROM ring)');
    await db.sql('ALTER TABLE ring ADD ROW ACCESS POLICY loops ON (a)');
    expect((await db.error('SELECT * FROM ring')).code).toBe('999001');
    await db.sql('ALTER TABLE ring DROP ALL ROW ACCESS POLICIES');
  });
});

// docs.snowflake.com/en/user-guide/object-tagging
describe('tags', () => {
  beforeAll(async () => {
    await db.sql("CREATE TAG cost ALLOWED_VALUES 'it', 'sales' COMMENT = 'who pays'");
    await db.sql("CREATE TABLE tagged (id INT WITH TAG (cost = 'it'), b INT) WITH TAG (cost = 'sales')");
  });

  test.each([
    ["SYSTEM$GET_TAG('cost', 'tagged', 'TABLE')", 'sales'],
    ["SYSTEM$GET_TAG('cost', 'tagged.id', 'COLUMN')", 'it'],
    ["SYSTEM$GET_TAG('cost', 'tagged.b', 'COLUMN')", 'sales'],
    ["SYSTEM$GET_TAG('cost', 'people', 'TABLE')", null],
  ])('%s', async (expression, value) => {
    expect(await db.value(`SELECT ${expression}`)).toBe(value);
  });

  test('of a schema hold for its tables', async () => {
    await db.sql("ALTER SCHEMA public SET TAG cost = 'it'");
    expect(await db.value("SELECT SYSTEM$GET_TAG('cost', 'people', 'TABLE')")).toBe('it');
    expect(
      await db.sql(
        "SELECT tag_name, tag_value, apply_method, level, domain FROM TABLE(INFORMATION_SCHEMA.TAG_REFERENCES('people', 'TABLE'))",
      ),
    ).toEqual([['COST', 'it', 'INHERITED', 'SCHEMA', 'TABLE']]);
    await db.sql('ALTER SCHEMA public UNSET TAG cost');
  });

  test('take only allowed values, which ALTER TAG changes', async () => {
    expect((await db.error("ALTER TABLE people SET TAG cost = 'hr'")).code).toBe('394507');
    await db.sql("ALTER TAG cost ADD ALLOWED_VALUES 'hr'");
    await db.sql("ALTER TABLE people SET TAG cost = 'hr'");
    await db.sql("ALTER TAG cost DROP ALLOWED_VALUES 'hr'");
    expect((await db.error("ALTER TABLE people SET TAG cost = 'hr'")).code).toBe('394507');
    await db.sql('ALTER TAG cost UNSET ALLOWED_VALUES');
    await db.sql("ALTER TABLE people SET TAG cost = 'any'");
    await db.sql('ALTER TABLE people UNSET TAG cost');
    expect(await db.value("SELECT SYSTEM$GET_TAG('cost', 'people', 'TABLE')")).toBe(null);
  });

  test('of columns change by ALTER, several at once', async () => {
    await db.sql('CREATE TAG kind');
    await db.sql(
      "ALTER TABLE tagged MODIFY COLUMN b SET TAG cost = 'it', kind = 'number', COLUMN id UNSET TAG cost",
    );
    expect(
      await db.sql(
        "SELECT column_name, tag_name, tag_value FROM TABLE(INFORMATION_SCHEMA.TAG_REFERENCES_ALL_COLUMNS('tagged', 'TABLE')) WHERE level = 'COLUMN' ORDER BY 1, 2",
      ),
    ).toEqual([
      ['B', 'COST', 'it'],
      ['B', 'KIND', 'number'],
    ]);
  });

  test('that are unknown are an error', async () => {
    expect((await db.error("ALTER TABLE people SET TAG nope = 'x'")).message).toContain(
      "Tag 'D.PUBLIC.NOPE' does not exist",
    );
  });

  test('come back with UNDROP TAG', async () => {
    await db.sql('DROP TAG kind');
    expect((await db.error("SELECT SYSTEM$GET_TAG('kind', 'tagged', 'TABLE')")).code).toBe('002003');
    await db.sql('UNDROP TAG kind');
    expect(await db.value("SELECT SYSTEM$GET_TAG('kind', 'tagged.b', 'COLUMN')")).toBe('number');
  });
});
