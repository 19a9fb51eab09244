import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let db: TestEngine;
beforeAll(async () => {
  db = await openTestEngine();
  await db.sql("CREATE TABLE t AS SELECT 1 AS id, 'x' AS name");
});
afterAll(() => db.close());

describe('views', () => {
  test('are bound when created and read as they are now', async () => {
    expect(await db.value('CREATE VIEW v AS SELECT id + 1 AS next_id, name FROM t')).toBe(
      'View V successfully created.',
    );
    await db.sql("INSERT INTO t VALUES (5, 'y')");
    expect(await db.sql('SELECT * FROM v ORDER BY 1')).toEqual([
      ['2', 'x'],
      ['6', 'y'],
    ]);
  });

  test('may name their columns and stand on views', async () => {
    await db.sql('CREATE OR REPLACE VIEW named (a, b) AS SELECT * FROM v');
    await db.sql("CREATE OR REPLACE VIEW on_named AS SELECT a FROM named WHERE b = 'y'");
    expect(await db.sql('SELECT a FROM on_named')).toEqual([['6']]);
  });

  test('find unqualified names in their own schema', async () => {
    await db.sql('CREATE SCHEMA other');
    await db.sql('CREATE TABLE here AS SELECT 3 AS x');
    await db.sql('CREATE VIEW sees_here AS SELECT x FROM here');
    await db.sql('USE SCHEMA public');
    expect(await db.sql('SELECT x FROM other.sees_here')).toEqual([['3']]);
  });

  test('fail by name when what they read is gone', async () => {
    await db.sql('CREATE TABLE short_lived (a INT)');
    await db.sql('CREATE VIEW orphan AS SELECT a FROM short_lived');
    await db.sql('DROP TABLE short_lived');
    expect((await db.error('SELECT * FROM orphan')).code).toBe('002037');
  });

  test('OR ALTER keeps the view, OR REPLACE and IF NOT EXISTS do as they say', async () => {
    await db.sql('CREATE VIEW w AS SELECT 1 AS a');
    expect(await db.value('CREATE OR ALTER VIEW w AS SELECT 2 AS a')).toBe('View W successfully altered.');
    expect(await db.value('CREATE VIEW IF NOT EXISTS w AS SELECT 3 AS a')).toContain('already exists');
    expect(await db.value('SELECT a FROM w')).toBe('2');
    await db.sql('CREATE OR REPLACE SECURE VIEW w AS SELECT 4 AS a');
    await db.sql("ALTER VIEW w SET COMMENT = 'four'");
    await db.sql('ALTER VIEW w RENAME TO w4');
    expect(await db.value('SELECT a FROM w4')).toBe('4');
  });

  test.each([
    ['CREATE VIEW e AS SELECT nope FROM t', '000904'],
    ['CREATE VIEW e AS SELECT * FROM nowhere', '002003'],
    ['CREATE VIEW e AS SELECT count(*) FROM t', '002022'],
    ['CREATE VIEW e AS SELECT id, id FROM t', '002025'],
    ['CREATE VIEW e (a) AS SELECT id, name FROM t', '002057'],
    ['CREATE VIEW v AS SELECT 1 AS a', '002002'],
    ['CREATE OR REPLACE VIEW t AS SELECT 1 AS a', '002203'],
    ['CREATE OR REPLACE TABLE v (a INT)', '002203'],
    ["CREATE DYNAMIC TABLE e TARGET_LAG = '1 minute' WAREHOUSE = w AS SELECT 1 AS a", '002736'],
  ])('%s fails with %s', async (text, code) => {
    expect((await db.error(text)).code).toBe(code);
  });
});

describe('sequences', () => {
  test('start, step and change their step', async () => {
    expect(await db.value('CREATE SEQUENCE s START = 10 INCREMENT = -5')).toBe(
      'Sequence S successfully created.',
    );
    expect(await db.value('SELECT s.NEXTVAL')).toBe('10');
    expect(await db.value('SELECT s.NEXTVAL')).toBe('5');
    await db.sql('ALTER SEQUENCE s SET INCREMENT = 100');
    expect(await db.value('SELECT s.NEXTVAL')).toBe('105');
    expect(await db.value('SELECT d.public.s.NEXTVAL')).toBe('205');
    expect((await db.error('CREATE SEQUENCE s')).code).toBe('002002');
    expect((await db.error('CREATE SEQUENCE z INCREMENT = 0')).code).toBe('002264');
    await db.sql('DROP SEQUENCE s');
    expect((await db.error('SELECT s.NEXTVAL')).code).toBe('000904');
  });

  test('one NEXTVAL a row, also in DML', async () => {
    await db.sql('CREATE SEQUENCE rows_of');
    await db.sql('CREATE OR REPLACE TABLE numbered AS SELECT rows_of.NEXTVAL AS n, id FROM t');
    expect(await db.sql('SELECT n FROM numbered ORDER BY n')).toEqual([['1'], ['2']]);
  });
});

describe('COMMENT ON', () => {
  test('tables, columns, schemas', async () => {
    await db.sql("COMMENT ON TABLE t IS 'the table'");
    await db.sql("COMMENT ON COLUMN t.name IS 'the name'");
    await db.sql("COMMENT ON SCHEMA public IS 'the schema'");
    expect((await db.sql('DESCRIBE TABLE t'))[1]![9]).toBe('the name');
    expect(await db.sql("SELECT comment FROM information_schema.tables WHERE table_name = 'T'")).toEqual([
      ['the table'],
    ]);
    expect(await db.value("COMMENT IF EXISTS ON TABLE nowhere IS 'x'")).toBe(
      'Statement executed successfully.',
    );
    expect((await db.error("COMMENT ON TABLE nowhere IS 'x'")).code).toBe('002003');
    expect((await db.error("COMMENT ON COLUMN t.nope IS 'x'")).code).toBe('002003');
  });
});

describe('ALTER DATABASE and SCHEMA', () => {
  test('RENAME takes everything along, SWAP exchanges', async () => {
    await db.sql('CREATE SCHEMA blue');
    await db.sql('CREATE TABLE x AS SELECT 1 AS a');
    await db.sql('CREATE SCHEMA green');
    await db.sql('CREATE TABLE x AS SELECT 2 AS a');
    await db.sql('ALTER SCHEMA blue SWAP WITH green');
    expect(await db.sql('SELECT a FROM blue.x')).toEqual([['2']]);
    await db.sql('ALTER SCHEMA blue RENAME TO red');
    expect(await db.sql('SELECT a FROM red.x')).toEqual([['2']]);
    expect((await db.error('ALTER SCHEMA red RENAME TO green')).code).toBe('002002');
    await db.sql('ALTER DATABASE d RENAME TO e');
    expect(await db.sql('SELECT a FROM e.green.x')).toEqual([['1']]);
    await db.sql('ALTER DATABASE e RENAME TO d');
    await db.sql('USE SCHEMA d.public');
  });
});
