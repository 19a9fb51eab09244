import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { refreshDueTables } from '../../../../../actions/local-stack/snowflake/engine/dynamic-tables/refresh-scheduler.ts';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

const MINUTE = 60_000_000;
let db: TestEngine;
let now = 0;

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1) * 1000;
  db = await openTestEngine({ clock: () => now++ });
  await db.sql('CREATE WAREHOUSE w');
  await db.sql('CREATE TABLE base (id INT, amount NUMBER(10,2))');
  await db.sql('INSERT INTO base VALUES (1, 10), (2, 20)');
});
afterEach(() => db.close());

const create = (name: string, query: string, lag = "'5 minutes'", more = ''): Promise<unknown> =>
  db.sql(`CREATE DYNAMIC TABLE ${name} TARGET_LAG = ${lag} WAREHOUSE = w ${more} AS ${query}`);
const rows = (name: string) => db.sql(`SELECT * FROM ${name} ORDER BY 1`);
const history = (name: string) =>
  db.sql(
    `SELECT state, refresh_action, refresh_trigger FROM TABLE(INFORMATION_SCHEMA.DYNAMIC_TABLE_REFRESH_HISTORY(NAME => '${name}'))`,
  );

// docs.snowflake.com/en/sql-reference/sql/create-dynamic-table
describe('CREATE DYNAMIC TABLE', () => {
  test('holds the rows of its query as of the last refresh', async () => {
    await create('totals', 'SELECT SUM(amount) AS total FROM base');
    expect(await rows('totals')).toEqual([['30.00']]);
    await db.sql('INSERT INTO base VALUES (3, 5)');
    expect(await rows('totals')).toEqual([['30.00']]);
    await db.sql('ALTER DYNAMIC TABLE totals REFRESH');
    expect(await rows('totals')).toEqual([['35.00']]);
  });

  test('with INITIALIZE = ON_SCHEDULE cannot be read before its first refresh', async () => {
    await create('later', 'SELECT id FROM base', "'1 hour'", 'INITIALIZE = ON_SCHEDULE');
    expect((await db.error('SELECT * FROM later')).message).toContain(
      "Dynamic Table 'D.PUBLIC.LATER' is not initialized.",
    );
    await refreshDueTables(db.engine);
    expect(await rows('later')).toEqual([['1'], ['2']]);
  });

  test('takes a column list and keeps duplicate rows', async () => {
    await db.sql('INSERT INTO base VALUES (1, 10)');
    await create('pairs (k, v)', 'SELECT id, amount FROM base');
    expect(await db.sql('SELECT k, v FROM pairs ORDER BY k')).toEqual([
      ['1', '10.00'],
      ['1', '10.00'],
      ['2', '20.00'],
    ]);
    await db.sql('DELETE FROM base WHERE id = 1');
    await db.sql('INSERT INTO base VALUES (1, 10)');
    await db.sql('ALTER DYNAMIC TABLE pairs REFRESH');
    expect((await rows('pairs')).length).toBe(2);
  });

  test.each([
    ["TARGET_LAG = '5 minutes'", 'SELECT id FROM base', '002029'],
    ['WAREHOUSE = w', 'SELECT id FROM base', '002029'],
    ["TARGET_LAG = '5 minutes' WAREHOUSE = nope", 'SELECT id FROM base', '002736'],
    ["TARGET_LAG = '30 seconds' WAREHOUSE = w", 'SELECT id FROM base', '002736'],
    ["TARGET_LAG = 'soon' WAREHOUSE = w", 'SELECT id FROM base', '002736'],
    ["TARGET_LAG = '5 minutes' WAREHOUSE = w", 'SELECT 1 AS one', '002728'],
    ["TARGET_LAG = '5 minutes' WAREHOUSE = w REFRESH_MODE = SOMETIMES", 'SELECT id FROM base', '001008'],
    ["TARGET_LAG = '5 minutes' WAREHOUSE = w BOGUS = 1", 'SELECT id FROM base', '001420'],
    ["TARGET_LAG = '5 minutes' WAREHOUSE = w", 'SELECT nope FROM base', '000904'],
  ])('%s AS %s is refused', async (properties, query, code) => {
    expect((await db.error(`CREATE DYNAMIC TABLE bad ${properties} AS ${query}`)).code).toBe(code);
  });

  test('replaces and alters in place, and keeps the place of another kind', async () => {
    await create('dt', 'SELECT id FROM base');
    expect(
      (await db.error("CREATE DYNAMIC TABLE dt TARGET_LAG='1 minute' WAREHOUSE=w AS SELECT id FROM base"))
        .code,
    ).toBe('002002');
    await db.sql(
      "CREATE OR REPLACE DYNAMIC TABLE dt TARGET_LAG='1 minute' WAREHOUSE=w AS SELECT amount FROM base",
    );
    expect(await rows('dt')).toEqual([['10.00'], ['20.00']]);
    await db.sql(
      "CREATE OR ALTER DYNAMIC TABLE dt TARGET_LAG='2 hours' WAREHOUSE=w AS SELECT amount FROM base",
    );
    await db.sql('SHOW DYNAMIC TABLES');
    expect(await db.sql('SELECT "name", "target_lag" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))')).toEqual([
      ['DT', '2 hours'],
    ]);
    expect((await db.error('CREATE OR REPLACE TABLE base2 AS SELECT * FROM dt2')).code).toBe('002003');
    expect(
      (
        await db.error(
          "CREATE OR REPLACE DYNAMIC TABLE base TARGET_LAG='1 minute' WAREHOUSE=w AS SELECT id FROM dt",
        )
      ).code,
    ).toBe('002203');
  });
});

describe('a refresh', () => {
  test('leaves the rows that did not change, so that a stream shows only changes', async () => {
    await create('totals', 'SELECT id, SUM(amount) AS total FROM base GROUP BY id');
    await db.sql('CREATE STREAM changes ON DYNAMIC TABLE totals');
    await db.sql('INSERT INTO base VALUES (2, 5), (3, 1)');
    await db.sql('ALTER DYNAMIC TABLE totals REFRESH');
    expect(await db.sql('SELECT id, total, METADATA$ACTION FROM changes ORDER BY 1, 2')).toEqual([
      ['2', '20.00', 'DELETE'],
      ['2', '25.00', 'INSERT'],
      ['3', '1.00', 'INSERT'],
    ]);
  });

  test('refreshes the dynamic tables that it reads first', async () => {
    await create('first', 'SELECT id FROM base', 'DOWNSTREAM');
    await db.sql('CREATE VIEW between_them AS SELECT id FROM first');
    await create('last', 'SELECT COUNT(*) AS n FROM between_them');
    await db.sql('INSERT INTO base VALUES (3, 1)');
    await db.sql('ALTER DYNAMIC TABLE last REFRESH');
    expect(await rows('last')).toEqual([['3']]);
    expect((await rows('first')).length).toBe(3);
  });

  test('is recorded', async () => {
    await create('dt', 'SELECT id FROM base');
    await db.sql('ALTER DYNAMIC TABLE dt REFRESH');
    await db.sql('DELETE FROM base WHERE id = 1');
    await db.sql('ALTER DYNAMIC TABLE dt REFRESH');
    expect(await history('DT')).toEqual([
      ['SUCCEEDED', 'INCREMENTAL', 'MANUAL'],
      ['SUCCEEDED', 'NO_DATA', 'MANUAL'],
      ['SUCCEEDED', 'REINITIALIZE', 'CREATION'],
    ]);
  });
});

// docs.snowflake.com/en/user-guide/dynamic-tables-refresh
describe('the schedule', () => {
  test('refreshes a table when its rows are older than its lag', async () => {
    await create('dt', 'SELECT id FROM base');
    await db.sql('INSERT INTO base VALUES (3, 1)');
    now += 4 * MINUTE;
    await refreshDueTables(db.engine);
    expect((await rows('dt')).length).toBe(2);
    now += MINUTE;
    await refreshDueTables(db.engine);
    expect((await rows('dt')).length).toBe(3);
    expect((await history('DT'))[0]).toEqual(['SUCCEEDED', 'INCREMENTAL', 'SCHEDULED']);
  });

  test('refreshes a DOWNSTREAM table as often as those that read it need', async () => {
    await create('source', 'SELECT id FROM base', 'DOWNSTREAM');
    await db.sql('INSERT INTO base VALUES (3, 1)');
    now += 60 * MINUTE;
    await refreshDueTables(db.engine);
    expect((await rows('source')).length).toBe(2);
    await create('reader', 'SELECT COUNT(*) AS n FROM source', "'10 minutes'");
    await db.sql('INSERT INTO base VALUES (4, 1)');
    now += 10 * MINUTE;
    await refreshDueTables(db.engine);
    expect(await rows('reader')).toEqual([['4']]);
  });

  test('leaves a suspended table, and those that read it, until it resumes', async () => {
    await create('a', 'SELECT id FROM base');
    await create('b', 'SELECT id FROM a');
    await db.sql('ALTER DYNAMIC TABLE a SUSPEND');
    await db.sql('INSERT INTO base VALUES (3, 1)');
    now += 60 * MINUTE;
    await refreshDueTables(db.engine);
    expect((await rows('b')).length).toBe(2);
    await db.sql('ALTER DYNAMIC TABLE a RESUME');
    await refreshDueTables(db.engine);
    expect((await rows('b')).length).toBe(3);
  });

  test('records a failure and suspends the table after five in a row', async () => {
    await create('dt', 'SELECT id FROM base');
    await db.sql('ALTER TABLE base RENAME COLUMN id TO key');
    for (let time = 0; time < 5; time++) {
      now += 10 * MINUTE;
      await refreshDueTables(db.engine);
    }
    expect((await history('DT')).map(([state]) => state).slice(0, 5)).toEqual(Array(5).fill('FAILED'));
    await db.sql('SHOW DYNAMIC TABLES');
    expect(await db.sql('SELECT "scheduling_state" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))')).toEqual([
      ['SUSPENDED'],
    ]);
  });
});

describe('statements on a dynamic table', () => {
  beforeEach(() => create('dt', 'SELECT id, amount FROM base'));

  test.each([
    'INSERT INTO dt VALUES (1, 2)',
    'UPDATE dt SET id = 1',
    'DELETE FROM dt',
    'TRUNCATE TABLE dt',
    'MERGE INTO dt USING base ON dt.id = base.id WHEN MATCHED THEN DELETE',
  ])('%s is refused', async (sql) => {
    expect((await db.error(sql)).message).toContain("Dynamic Table 'D.PUBLIC.DT'");
  });

  test.each([
    'ALTER TABLE dt ADD COLUMN c INT',
    'ALTER TABLE dt DROP COLUMN id',
    'ALTER TABLE dt RENAME COLUMN id TO x',
    'ALTER TABLE dt ALTER id SET NOT NULL',
  ])('%s is refused', async (sql) => {
    expect((await db.error(sql)).code).toBe('000002');
  });

  test('SET, RENAME, CLUSTER BY, COMMENT', async () => {
    await db.sql("ALTER DYNAMIC TABLE dt SET TARGET_LAG = DOWNSTREAM COMMENT = 'c'");
    await db.sql('ALTER DYNAMIC TABLE dt CLUSTER BY (id)');
    await db.sql('ALTER DYNAMIC TABLE dt RENAME TO dt2');
    await db.sql('SHOW DYNAMIC TABLES');
    expect(
      await db.sql(
        'SELECT "name", "target_lag", "comment", "cluster_by", "warehouse" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))',
      ),
    ).toEqual([['DT2', 'DOWNSTREAM', 'c', 'LINEAR(id)', 'W']]);
  });

  test('DROP and UNDROP DYNAMIC TABLE', async () => {
    expect((await db.error('DROP DYNAMIC TABLE base')).code).toBe('002203');
    await db.sql('DROP DYNAMIC TABLE dt');
    expect((await db.error('SELECT * FROM dt')).code).toBe('002003');
    await db.sql('UNDROP DYNAMIC TABLE dt');
    expect((await rows('dt')).length).toBe(2);
  });

  test('CREATE TABLE … CLONE makes a table', async () => {
    await db.sql('CREATE TABLE plain CLONE dt');
    await db.sql('INSERT INTO plain VALUES (9, 9)');
    expect((await rows('plain')).length).toBe(3);
  });

  test('in a cloned schema is suspended and reads the clone', async () => {
    await db.sql('CREATE SCHEMA s2 CLONE public');
    await db.sql('INSERT INTO s2.base VALUES (7, 7)');
    await db.sql('SHOW DYNAMIC TABLES IN SCHEMA s2');
    expect(await db.sql('SELECT "scheduling_state" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))')).toEqual([
      ['SUSPENDED'],
    ]);
    await db.sql('ALTER DYNAMIC TABLE s2.dt REFRESH');
    expect((await rows('s2.dt')).length).toBe(3);
    expect((await rows('public.dt')).length).toBe(2);
  });

  test('GET_DDL gives its definition', async () => {
    expect(await db.value("SELECT GET_DDL('DYNAMIC_TABLE', 'dt')")).toBe(
      "create or replace dynamic table DT(\n\tID,\n\tAMOUNT\n) target_lag = '5 minutes' refresh_mode = AUTO initialize = ON_CREATE warehouse = W\n as SELECT id, amount FROM base;",
    );
  });
});
