import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type Rows, type TestEngine } from '../../../../support/engine.ts';

let db: TestEngine;
beforeAll(async () => {
  db = await openTestEngine();
});
afterAll(() => db.close());

/** Name, type, nullable, default of each column. */
const described = async (table: string): Promise<Rows> =>
  (await db.sql(`DESCRIBE TABLE ${table}`)).map(([name, type, , nullable, byDefault]) => [
    name!,
    type!,
    nullable!,
    byDefault ?? null,
  ]);

describe('CREATE TABLE', () => {
  test('records the columns', async () => {
    expect(
      await db.sql(`CREATE TABLE kinds (a INT PRIMARY KEY, "b c" VARCHAR, d STRING(5) NOT NULL, e DECIMAL(12,2) DEFAULT 1.5,
        f DOUBLE, g TIMESTAMP, h TIMESTAMP_LTZ(3), i VARIANT, j BINARY, k BOOLEAN DEFAULT FALSE COMMENT 'yes or no')`),
    ).toEqual([['Table KINDS successfully created.']]);
    expect(await described('kinds')).toEqual([
      ['A', 'NUMBER(38,0)', 'N', null],
      ['b c', 'VARCHAR(16777216)', 'Y', null],
      ['D', 'VARCHAR(5)', 'N', null],
      ['E', 'NUMBER(12,2)', 'Y', '1.5'],
      ['F', 'FLOAT', 'Y', null],
      ['G', 'TIMESTAMP_NTZ(9)', 'Y', null],
      ['H', 'TIMESTAMP_LTZ(3)', 'Y', null],
      ['I', 'VARIANT', 'Y', null],
      ['J', 'BINARY(8388608)', 'Y', null],
      ['K', 'BOOLEAN', 'Y', 'FALSE'],
    ]);
  });

  test('virtual columns are computed when read', async () => {
    await db.sql("CREATE TABLE virtual (a INT, b INT AS (a * 2), c VARCHAR AS (upper('x' || a)))");
    await db.sql('INSERT INTO virtual VALUES (4)');
    expect(await db.sql('SELECT * FROM virtual WHERE b = 8')).toEqual([['4', '8', 'X4']]);
    await db.sql("UPDATE virtual SET a = b WHERE c = 'X4'");
    expect(await db.sql('SELECT a, b FROM virtual')).toEqual([['8', '16']]);
    expect((await db.error('INSERT INTO virtual (a, b) VALUES (1, 2)')).message).toContain('Virtual column');
  });

  test('AS takes names and types from the query, or from the list', async () => {
    await db.sql("CREATE TABLE made AS SELECT 1 AS a, 'xy' AS b, NULL AS c, 1.5 * 2 AS d");
    expect(await described('made')).toEqual([
      ['A', 'NUMBER(1,0)', 'Y', null],
      ['B', 'VARCHAR(2)', 'Y', null],
      ['C', 'VARCHAR(16777216)', 'Y', null],
      ['D', 'NUMBER(3,1)', 'Y', null],
    ]);
    await db.sql('CREATE TABLE listed (x VARCHAR(10) NOT NULL, y) AS SELECT a, d FROM made');
    expect(await described('listed')).toEqual([
      ['X', 'VARCHAR(10)', 'N', null],
      ['Y', 'NUMBER(3,1)', 'Y', null],
    ]);
    expect(await db.sql('SELECT * FROM listed')).toEqual([['1', '3.0']]);
  });

  test('LIKE takes columns and defaults, not rows', async () => {
    await db.sql('CREATE TABLE original (a INT DEFAULT 3, b INT AUTOINCREMENT, c VARCHAR)');
    await db.sql("INSERT INTO original (c) VALUES ('x')");
    await db.sql('CREATE TABLE alike LIKE original');
    expect(await db.sql('SELECT * FROM alike')).toEqual([]);
    await db.sql("INSERT INTO alike (c) VALUES ('y')");
    expect(await db.sql('SELECT * FROM alike')).toEqual([['3', '1', 'y']]);
  });

  test('IF NOT EXISTS leaves the table, OR REPLACE does not', async () => {
    await db.sql('CREATE TABLE twice (a INT)');
    await db.sql('INSERT INTO twice VALUES (1)');
    expect(await db.value('CREATE TABLE IF NOT EXISTS twice (b INT)')).toBe(
      'TWICE already exists, statement succeeded.',
    );
    expect(await db.sql('SELECT a FROM twice')).toEqual([['1']]);
    await db.sql('CREATE OR REPLACE TABLE twice (b INT)');
    expect(await db.sql('SELECT b FROM twice')).toEqual([]);
  });

  test('OR REPLACE … AS may read the table that it replaces', async () => {
    await db.sql('CREATE OR REPLACE TABLE again AS SELECT 1 AS a');
    await db.sql('CREATE OR REPLACE TABLE again AS SELECT a + 1 AS a FROM again');
    expect(await db.sql('SELECT a FROM again')).toEqual([['2']]);
  });

  test('OR ALTER keeps the rows and makes the columns match', async () => {
    await db.sql('CREATE OR ALTER TABLE evolving (a INT, b VARCHAR(5), c INT)');
    await db.sql("INSERT INTO evolving VALUES (1, 'x', 3)");
    await db.sql('CREATE STREAM evolving_changes ON TABLE evolving');
    expect(
      await db.value(
        "CREATE OR ALTER TABLE evolving (a INT NOT NULL, b VARCHAR(20), d INT DEFAULT 9) COMMENT = 'new'",
      ),
    ).toBe('Table EVOLVING successfully altered.');
    expect(await described('evolving')).toEqual([
      ['A', 'NUMBER(38,0)', 'N', null],
      ['B', 'VARCHAR(20)', 'Y', null],
      ['D', 'NUMBER(38,0)', 'Y', '9'],
    ]);
    expect(await db.sql('SELECT * FROM evolving')).toEqual([['1', 'x', '9']]);
    expect(await db.sql('SELECT * FROM evolving_changes')).toEqual([]);
    expect((await db.error('CREATE OR ALTER TABLE evolving (a INT, b INT)')).code).toBe('002108');
  });

  test('TEMPORARY hides a permanent table from its own session until it ends', async () => {
    await db.sql('CREATE TABLE place AS SELECT 1 AS a');
    const other = await db.open();
    await other.sql('CREATE TEMPORARY TABLE place AS SELECT 2 AS a');
    expect(await other.sql('SELECT a FROM place')).toEqual([['2']]);
    expect(await db.sql('SELECT a FROM place')).toEqual([['1']]);
    await other.sql('CREATE TEMPORARY TABLE only_mine (a INT)');
    expect((await db.error('SELECT * FROM only_mine')).code).toBe('002003');
    await other.sql('DROP TABLE place');
    expect(await other.sql('SELECT a FROM place')).toEqual([['1']]);
  });

  test.each([
    ['CREATE TABLE kinds (a INT)', '002002', "Object 'D.PUBLIC.KINDS' already exists."],
    ['CREATE TABLE e1 (a INT, A INT)', '002025', "duplicate column name 'A'"],
    ['CREATE TABLE e1 (a INT DEFAULT b)', '000904', "invalid identifier 'B'"],
    ['CREATE TABLE e1 (a DATE DEFAULT 5)', '002023', 'expecting DATE'],
    ['CREATE TABLE e1 (a GEOGRAPHY)', '999001', 'data type GEOGRAPHY'],
    ['CREATE TABLE e1 (a INT, PRIMARY KEY (b))', '000904', "invalid identifier 'B'"],
    ['CREATE TABLE e1 (a INT REFERENCES nowhere (a))', '002003', 'NOWHERE'],
    ['CREATE TABLE nowhere.e1 (a INT)', '002003', 'NOWHERE'],
    ['CREATE TABLE e1 AS SELECT count(*) FROM kinds', '002022', 'Missing column specification'],
    ['CREATE TABLE e1 (a INT) COLOUR = 1', '001420', 'COLOUR'],
    ['CREATE TRANSIENT TABLE e1 (a INT) DATA_RETENTION_TIME_IN_DAYS = 5', '001008', 'invalid value [5]'],
    ["CREATE TABLE e1 (a VARCHAR COLLATE 'en')", '999001', 'COLLATE'],
  ])('%s fails with %s', async (text, code, message) => {
    const error = await db.error(text);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect((await db.error('SELECT * FROM e1')).code).toBe('002003');
  });
});

describe('ALTER TABLE', () => {
  test('ADD COLUMN gives rows the default; it is no change of the rows', async () => {
    await db.sql('CREATE TABLE grow AS SELECT 1 AS a');
    await db.sql('CREATE STREAM grow_changes ON TABLE grow');
    await db.sql("ALTER TABLE grow ADD COLUMN b VARCHAR DEFAULT 'x', c INT NOT NULL DEFAULT 2");
    await db.sql('ALTER TABLE grow ADD COLUMN IF NOT EXISTS b INT');
    expect(await db.sql('SELECT * FROM grow')).toEqual([['1', 'x', '2']]);
    expect(await db.sql('SELECT * FROM grow_changes')).toEqual([]);
    await db.sql('UPDATE grow SET c = 3');
    expect(await db.sql('SELECT a, b, c, metadata$action FROM grow_changes ORDER BY c')).toEqual([
      ['1', 'x', '2', 'DELETE'],
      ['1', 'x', '3', 'INSERT'],
    ]);
    expect((await db.error('ALTER TABLE grow ADD COLUMN d INT NOT NULL')).message).toContain('Non-nullable');
    expect((await db.error('ALTER TABLE grow ADD COLUMN a INT')).message).toContain("'A' already exists");
  });

  test('DROP and RENAME COLUMN', async () => {
    await db.sql('CREATE TABLE cut (a INT, b INT, c INT, PRIMARY KEY (b))');
    await db.sql('INSERT INTO cut VALUES (1, 2, 3)');
    await db.sql('ALTER TABLE cut RENAME COLUMN b TO key');
    await db.sql('ALTER TABLE cut DROP COLUMN a, c');
    await db.sql('ALTER TABLE cut DROP COLUMN IF EXISTS a');
    expect(await db.sql('SELECT * FROM cut')).toEqual([['2']]);
    await db.sql('ALTER TABLE cut ADD COLUMN a VARCHAR');
    expect(await db.sql('SELECT * FROM cut')).toEqual([['2', null]]);
    expect((await db.error('ALTER TABLE cut DROP COLUMN zzz')).code).toBe('000904');
    expect((await db.error('ALTER TABLE cut RENAME COLUMN a TO key')).code).toBe('002025');
  });

  test('types change only as Snowflake lets them', async () => {
    await db.sql('CREATE TABLE typed (n NUMBER(5,2), s VARCHAR(5), b BINARY(2))');
    await db.sql("INSERT INTO typed (n, s) VALUES (123.45, 'abc')");
    await db.sql('ALTER TABLE typed ALTER COLUMN n SET DATA TYPE NUMBER(10,2), s TYPE VARCHAR(10)');
    await db.sql('ALTER TABLE typed MODIFY COLUMN n TYPE NUMBER(6,2)');
    expect((await described('typed')).map(([, type]) => type)).toEqual([
      'NUMBER(6,2)',
      'VARCHAR(10)',
      'BINARY(2)',
    ]);
    await db.sql("INSERT INTO typed (n, s) VALUES (9999.99, '0123456789')");
    for (const change of [
      'n TYPE NUMBER(6,3)',
      'n TYPE NUMBER(5,2)',
      's TYPE VARCHAR(5)',
      's TYPE INT',
      'n TYPE VARCHAR',
    ]) {
      expect((await db.error(`ALTER TABLE typed ALTER COLUMN ${change}`)).code, change).toBe('002108');
    }
  });

  test('NOT NULL, DEFAULT and COMMENT of columns', async () => {
    await db.sql('CREATE SEQUENCE next_one');
    await db.sql('CREATE TABLE options (a INT DEFAULT 1, b INT DEFAULT next_one.NEXTVAL)');
    await db.sql('INSERT INTO options VALUES (NULL, 1)');
    expect((await db.error('ALTER TABLE options ALTER a SET NOT NULL')).message).toContain('null values');
    await db.sql('ALTER TABLE options ALTER b SET NOT NULL');
    expect((await db.error('INSERT INTO options VALUES (1, NULL)')).code).toBe('100072');
    await db.sql("ALTER TABLE options ALTER b DROP NOT NULL, a DROP DEFAULT, a COMMENT 'first'");
    await db.sql('INSERT INTO options (b) VALUES (5)');
    expect(await db.sql('SELECT a FROM options WHERE b = 5')).toEqual([[null]]);
    expect((await db.error('ALTER TABLE options ALTER a SET DEFAULT 5')).code).toBe('000002');
    expect((await db.sql('DESCRIBE TABLE options'))[0]![9]).toBe('first');
  });

  test('RENAME and SWAP move the name, streams stay with the rows', async () => {
    await db.sql('CREATE TABLE here AS SELECT 1 AS a');
    await db.sql('CREATE TABLE there AS SELECT 2 AS a');
    await db.sql('CREATE SCHEMA IF NOT EXISTS side');
    await db.sql('USE SCHEMA public');
    await db.sql('CREATE STREAM here_changes ON TABLE here');
    await db.sql('ALTER TABLE here SWAP WITH there');
    expect(await db.sql('SELECT a FROM here')).toEqual([['2']]);
    await db.sql('ALTER TABLE there RENAME TO side.moved');
    expect(await db.sql('SELECT a FROM side.moved')).toEqual([['1']]);
    await db.sql('INSERT INTO side.moved VALUES (7)');
    expect(await db.sql('SELECT a FROM here_changes')).toEqual([['7']]);
    expect((await db.error('ALTER TABLE here RENAME TO side.moved')).code).toBe('002002');
    expect(await db.value('ALTER TABLE IF EXISTS nowhere RENAME TO x')).toBe(
      'Statement executed successfully.',
    );
  });

  test('constraints, clustering and settings are recorded', async () => {
    await db.sql('CREATE TABLE facts (a INT, b INT) CLUSTER BY (a)');
    await db.sql('ALTER TABLE facts ADD CONSTRAINT pk PRIMARY KEY (a)');
    expect((await db.error('ALTER TABLE facts ADD PRIMARY KEY (b)')).message).toContain('already exists');
    await db.sql('ALTER TABLE facts DROP PRIMARY KEY');
    expect((await db.error('ALTER TABLE facts DROP CONSTRAINT pk')).message).toContain('does not exist');
    await db.sql('ALTER TABLE facts CLUSTER BY (a, b)');
    await db.sql(
      "ALTER TABLE facts SET COMMENT = 'x' DATA_RETENTION_TIME_IN_DAYS = 3 CHANGE_TRACKING = TRUE",
    );
    await db.sql("SHOW TABLES LIKE 'facts'");
    expect(
      await db.sql(
        'SELECT "comment", "cluster_by", "retention_time", "change_tracking" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))',
      ),
    ).toEqual([['x', 'LINEAR(a, b)', '3', 'ON']]);
    await db.sql('ALTER TABLE facts UNSET DATA_RETENTION_TIME_IN_DAYS, COMMENT');
    await db.sql('ALTER TABLE facts DROP CLUSTERING KEY');
    expect((await db.error('ALTER TABLE facts SUSPEND')).code).toBe('999001');
  });
});
