import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

const DAY = 86_400_000_000;
let now = Date.UTC(2026, 5, 30, 12) * 1000;
let db: TestEngine;
beforeAll(async () => {
  db = await openTestEngine({ clock: () => now });
});
afterAll(() => db.close());
const later = (seconds: number): void => {
  now += seconds * 1_000_000;
};

describe('AT and BEFORE (docs.snowflake.com, AT | BEFORE)', () => {
  beforeAll(async () => {
    await db.sql('CREATE TABLE t (id INT, n INT)');
    later(10);
    await db.sql('INSERT INTO t VALUES (1, 1), (2, 2)'); // 12:00:10
    later(10);
    await db.sql('UPDATE t SET n = n * 10 WHERE id = 1'); // 12:00:20
    later(10);
    await db.sql('DELETE FROM t WHERE id = 2'); // 12:00:30
    later(10);
  });

  test.each([
    ['AT (OFFSET => -15)', '1:10 2:2'],
    ['AT (OFFSET => -60 / 2)', '1:1 2:2'],
    ['AT (OFFSET => 0)', '1:10'],
    ["AT (TIMESTAMP => '2026-06-30 12:00:25'::TIMESTAMP)", '1:10 2:2'],
    ["AT (TIMESTAMP => '2026-06-30 12:00:30'::TIMESTAMP_LTZ)", '1:10'],
    ["BEFORE (TIMESTAMP => '2026-06-30 12:00:30'::TIMESTAMP_LTZ)", '1:10 2:2'],
    ['AT (TIMESTAMP => DATEADD(second, -25, CURRENT_TIMESTAMP()))', '1:1 2:2'],
    ["AT (TIMESTAMP => '2026-06-30 12:00:05'::TIMESTAMP)", ''],
  ])('%s', async (point, rows) => {
    const found = await db.sql(`SELECT id || ':' || n FROM t ${point} ORDER BY id`);
    expect(found.flat().join(' ')).toBe(rows);
  });

  test('STATEMENT is after or before what a statement did', async () => {
    await db.sql('UPDATE t SET n = 99');
    const queryId = await db.value('SELECT last_query_id()');
    await db.sql('UPDATE t SET n = 100');
    expect(await db.sql(`SELECT n FROM t AT (STATEMENT => '${queryId}')`)).toEqual([['99']]);
    expect(await db.sql(`SELECT n FROM t BEFORE (STATEMENT => '${queryId}')`)).toEqual([['10']]);
    await db.sql(`SET q = '${queryId}'`);
    expect(await db.sql('SELECT n FROM t BEFORE (STATEMENT => $q)')).toEqual([['10']]);
    expect((await db.error("SELECT n FROM t AT (STATEMENT => 'x')")).code).toBe('000709');
  });

  test('joins a table with its own past', async () => {
    expect(
      await db.sql(
        "SELECT a.n, b.n FROM t a JOIN t AT (TIMESTAMP => '2026-06-30 12:00:25'::TIMESTAMP) b ON a.id = b.id",
      ),
    ).toEqual([['100', '10']]);
  });

  test('before the table or its retention is an error', async () => {
    expect((await db.error('SELECT * FROM t AT (OFFSET => -3600)')).code).toBe('000707');
  });

  test('CHANGES shows what happened between two points', async () => {
    const at = "AT (TIMESTAMP => '2026-06-30 12:00:15'::TIMESTAMP)";
    expect((await db.error(`SELECT * FROM t CHANGES (INFORMATION => DEFAULT) ${at}`)).code).toBe('091930');
    await db.sql('ALTER TABLE t SET CHANGE_TRACKING = TRUE');
    const end = "END (TIMESTAMP => '2026-06-30 12:00:30'::TIMESTAMP)";
    expect(
      await db.sql(
        `SELECT id, n, metadata$action, metadata$isupdate FROM t CHANGES (INFORMATION => DEFAULT) ${at} ${end} ORDER BY id, 3`,
      ),
    ).toEqual([
      ['1', '1', 'DELETE', '1'],
      ['1', '10', 'INSERT', '1'],
      ['2', '2', 'DELETE', '0'],
    ]);
    await db.sql('INSERT INTO t VALUES (3, 3)');
    expect(await db.sql(`SELECT id, n FROM t CHANGES (INFORMATION => APPEND_ONLY) ${at}`)).toEqual([
      ['3', '3'],
    ]);
  });
});

describe('CLONE', () => {
  test('of a table is independent after, and may be of the past', async () => {
    await db.sql('CREATE TABLE origin (id INT AUTOINCREMENT, v VARCHAR)');
    later(1);
    await db.sql("INSERT INTO origin (v) VALUES ('a'), ('b')");
    later(10);
    await db.sql('DELETE FROM origin WHERE id = 1');
    await db.sql('CREATE TABLE copy CLONE origin');
    await db.sql('CREATE TABLE past CLONE origin AT (OFFSET => -5)');
    await db.sql('CREATE STREAM copy_changes ON TABLE copy');
    await db.sql("INSERT INTO copy (v) VALUES ('c')");
    await db.sql("UPDATE origin SET v = 'z'");
    expect(await db.sql('SELECT * FROM copy ORDER BY id')).toEqual([
      ['2', 'b'],
      ['3', 'c'],
    ]);
    expect(await db.sql('SELECT * FROM past ORDER BY id')).toEqual([
      ['1', 'a'],
      ['2', 'b'],
    ]);
    expect(await db.sql('SELECT id, metadata$action FROM copy_changes')).toEqual([['3', 'INSERT']]);
    expect((await db.error('SELECT * FROM copy AT (OFFSET => -5)')).code).toBe('000707');
  });

  test('of a schema clones tables, views, sequences and streams, which begin at the cloning', async () => {
    await db.sql('CREATE SCHEMA live');
    await db.sql('CREATE SEQUENCE ids');
    await db.sql('CREATE TABLE items (id INT DEFAULT ids.NEXTVAL, v VARCHAR)');
    await db.sql('CREATE VIEW shouted AS SELECT upper(v) AS v FROM items');
    await db.sql('CREATE STREAM item_changes ON TABLE items');
    await db.sql("INSERT INTO items (v) VALUES ('a')");
    await db.sql('CREATE SCHEMA cloned CLONE live');
    await db.sql("INSERT INTO cloned.items (v) VALUES ('b')");
    expect(await db.sql('SELECT v FROM cloned.shouted ORDER BY v')).toEqual([['A'], ['B']]);
    expect(await db.sql('SELECT v FROM live.shouted')).toEqual([['A']]);
    expect(await db.sql('SELECT v FROM cloned.item_changes')).toEqual([['b']]);
    expect(await db.sql('SELECT v FROM live.item_changes')).toEqual([['a']]);
    await db.sql('USE SCHEMA public');
  });

  test('suspends cloned tasks, stops cloned pipes, and leaves out internal stages and pipes on them', async () => {
    await db.sql('CREATE SCHEMA jobs');
    await db.sql('CREATE TABLE landed (v VARCHAR)');
    await db.sql("CREATE STAGE outside URL = 's3://some-bucket/in/'");
    await db.sql('CREATE STAGE inside');
    for (const stage of ['outside', 'inside'])
      await db.sql(`CREATE PIPE from_${stage} AS COPY INTO landed FROM @${stage} FILE_FORMAT = (TYPE = CSV)`);
    await db.sql("CREATE TASK first SCHEDULE = '5 minutes' AS SELECT 1");
    await db.sql('CREATE TASK second AFTER first AS SELECT 1');
    await db.sql('ALTER TASK second RESUME');
    await db.sql('CREATE SCHEMA jobs_copy CLONE jobs');
    const { catalog } = db.engine;
    const place = { database: 'D', schema: 'JOBS_COPY' };
    const tasks = catalog.list('TASK', place);
    expect(tasks.map(({ name, state }) => [name, state])).toEqual([
      ['FIRST', 'suspended'],
      ['SECOND', 'suspended'],
    ]);
    expect(tasks[1]!.after).toEqual([tasks[0]!.id]);
    const [pipe, ...otherPipes] = catalog.list('PIPE', place);
    expect(otherPipes).toEqual([]);
    expect(pipe).toMatchObject({
      name: 'FROM_OUTSIDE',
      isClone: true,
      tableId: catalog.list('TABLE', place)[0]!.id,
      stageId: catalog.list('STAGE', place)[0]!.id,
    });
    await db.sql('USE SCHEMA d.public');
  });

  test('of a database clones its schemas; tables younger than the point are left out', async () => {
    await db.sql('CREATE DATABASE prod');
    await db.sql('CREATE TABLE old_one AS SELECT 1 AS a');
    later(60);
    const point = 'AT (OFFSET => -30)';
    await db.sql('CREATE TABLE young AS SELECT 1 AS a');
    await db.sql(`CREATE DATABASE dev CLONE prod ${point}`);
    expect(await db.sql('SELECT a FROM dev.public.old_one')).toEqual([['1']]);
    expect((await db.error('SELECT a FROM dev.public.young')).code).toBe('002003');
    await db.sql('USE SCHEMA d.public');
  });
});

describe('DROP and UNDROP', () => {
  test('a table comes back with its rows; the last dropped of a name first', async () => {
    await db.sql('CREATE TABLE lost AS SELECT 1 AS a');
    expect(await db.value('DROP TABLE lost')).toBe('LOST successfully dropped.');
    later(1);
    await db.sql('CREATE TABLE lost AS SELECT 2 AS a');
    expect((await db.error('UNDROP TABLE lost')).code).toBe('002002');
    await db.sql('DROP TABLE lost');
    expect(await db.value('UNDROP TABLE lost')).toBe('Table LOST successfully restored.');
    expect(await db.sql('SELECT a FROM lost')).toEqual([['2']]);
    await db.sql('ALTER TABLE lost RENAME TO found');
    await db.sql('UNDROP TABLE lost');
    expect(await db.sql('SELECT a FROM lost')).toEqual([['1']]);
  });

  test('a replaced table can be restored under another name', async () => {
    await db.sql('CREATE TABLE ledger AS SELECT 1 AS a');
    await db.sql('CREATE OR REPLACE TABLE ledger AS SELECT 2 AS a');
    await db.sql('ALTER TABLE ledger RENAME TO ledger_new');
    await db.sql('UNDROP TABLE ledger');
    expect(await db.sql('SELECT a FROM ledger')).toEqual([['1']]);
  });

  test('a schema comes back with what was dropped along with it, not with what was dropped before', async () => {
    await db.sql('CREATE SCHEMA box');
    await db.sql('CREATE TABLE kept AS SELECT 1 AS a');
    await db.sql('CREATE TABLE gone AS SELECT 1 AS a');
    await db.sql('CREATE VIEW kept_view AS SELECT a FROM kept');
    await db.sql('DROP TABLE gone');
    later(1);
    await db.sql('DROP SCHEMA box CASCADE');
    expect((await db.error('SELECT a FROM box.kept')).code).toBe('002003');
    expect((await db.error('CREATE TABLE unqualified (a INT)')).code).toBe('090106');
    await db.sql('UNDROP SCHEMA box');
    expect(await db.sql('SELECT a FROM box.kept_view')).toEqual([['1']]);
    expect((await db.error('SELECT a FROM box.gone')).code).toBe('002003');
    await db.sql('USE SCHEMA d.public');
  });

  test('after its retention it is purged', async () => {
    await db.sql('CREATE TABLE brief (a INT) DATA_RETENTION_TIME_IN_DAYS = 0');
    await db.sql('CREATE TABLE daily (a INT)');
    await db.sql('DROP TABLE brief');
    await db.sql('DROP TABLE daily');
    now += DAY - 1_000_000;
    expect((await db.error('UNDROP TABLE brief')).message).toContain('did not exist or was purged');
    await db.sql('UNDROP TABLE daily');
    await db.sql('DROP TABLE daily');
    now += DAY + 1_000_000;
    expect((await db.error('UNDROP TABLE daily')).message).toContain('did not exist or was purged');
  });

  test.each([
    ['DROP TABLE nowhere', '002003'],
    ['DROP VIEW found', '002203'],
    ['UNDROP TABLE nowhere', '002003'],
    ['DROP DATABASE nowhere', '002003'],
  ])('%s fails with %s', async (text, code) => {
    expect((await db.error(text)).code).toBe(code);
  });

  test('IF EXISTS and RESTRICT', async () => {
    expect(await db.value('DROP TABLE IF EXISTS nowhere')).toBe(
      'Drop statement executed successfully (NOWHERE already dropped).',
    );
    await db.sql('CREATE TABLE parent (a INT PRIMARY KEY)');
    await db.sql('CREATE TABLE child (a INT REFERENCES parent (a))');
    expect((await db.error('DROP TABLE parent RESTRICT')).message).toContain('because of dependencies');
    await db.sql('DROP TABLE parent');
  });
});
