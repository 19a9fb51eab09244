import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestEngine, type Rows, type TestEngine } from '../../../../support/engine.ts';

let db: TestEngine;
beforeAll(async () => {
  db = await openTestEngine();
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.sql('CREATE OR REPLACE TABLE t (id INT, name VARCHAR)');
  await db.sql('CREATE OR REPLACE TABLE sink (id INT, name VARCHAR, action VARCHAR, is_update BOOLEAN)');
  await db.sql("INSERT INTO t VALUES (1, 'one'), (2, 'two')");
  await db.sql('CREATE OR REPLACE STREAM s ON TABLE t');
  await db.sql('CREATE OR REPLACE STREAM a ON TABLE t APPEND_ONLY = TRUE');
});

const changes = (stream = 's'): Promise<Rows> =>
  db.sql(`SELECT id, name, metadata$action, metadata$isupdate FROM ${stream} ORDER BY id, metadata$action`);
const consume = (stream = 's'): Promise<Rows> =>
  db.sql(`INSERT INTO sink SELECT id, name, metadata$action, metadata$isupdate FROM ${stream}`);

describe('the net change that a standard stream shows (docs.snowflake.com, Introduction to streams)', () => {
  test('nothing at creation', async () => {
    expect(await changes()).toEqual([]);
  });

  test('an inserted row is one INSERT', async () => {
    await db.sql("INSERT INTO t VALUES (3, 'three')");
    expect(await changes()).toEqual([['3', 'three', 'INSERT', '0']]);
  });

  test('a row inserted, then updated, is one INSERT of the newest values, not an update', async () => {
    await db.sql("INSERT INTO t VALUES (3, 'three')");
    await db.sql("UPDATE t SET name = 'drei' WHERE id = 3");
    expect(await changes()).toEqual([['3', 'drei', 'INSERT', '0']]);
  });

  test('an update is a pair of DELETE and INSERT', async () => {
    await db.sql("UPDATE t SET name = 'uno' WHERE id = 1");
    expect(await changes()).toEqual([
      ['1', 'one', 'DELETE', '1'],
      ['1', 'uno', 'INSERT', '1'],
    ]);
  });

  test('two updates are one pair of the oldest and the newest values', async () => {
    await db.sql("UPDATE t SET name = 'uno' WHERE id = 1");
    await db.sql("UPDATE t SET name = 'eins' WHERE id = 1");
    expect(await changes()).toEqual([
      ['1', 'one', 'DELETE', '1'],
      ['1', 'eins', 'INSERT', '1'],
    ]);
  });

  test('an update that sets the same values is an update', async () => {
    await db.sql('UPDATE t SET name = name WHERE id = 1');
    expect(await changes()).toEqual([
      ['1', 'one', 'DELETE', '1'],
      ['1', 'one', 'INSERT', '1'],
    ]);
  });

  test('a row updated, then deleted, is one DELETE of the oldest values', async () => {
    await db.sql("UPDATE t SET name = 'uno' WHERE id = 1");
    await db.sql('DELETE FROM t WHERE id = 1');
    expect(await changes()).toEqual([['1', 'one', 'DELETE', '0']]);
  });

  test('a row inserted, then deleted, does not show', async () => {
    await db.sql("INSERT INTO t VALUES (3, 'three')");
    await db.sql('DELETE FROM t WHERE id = 3');
    expect(await changes()).toEqual([]);
  });

  test('a row deleted and inserted again is a DELETE and an INSERT of two rows', async () => {
    const before = await db.sql('DELETE FROM t WHERE id = 1');
    await db.sql("INSERT INTO t VALUES (1, 'one')");
    expect(before).toEqual([['1']]);
    expect(await changes()).toEqual([
      ['1', 'one', 'DELETE', '0'],
      ['1', 'one', 'INSERT', '0'],
    ]);
    expect(await db.value('SELECT count(DISTINCT metadata$row_id) FROM s')).toBe('2');
  });

  test('TRUNCATE shows as DELETEs', async () => {
    await db.sql('TRUNCATE TABLE t');
    expect(await changes()).toEqual([
      ['1', 'one', 'DELETE', '0'],
      ['2', 'two', 'DELETE', '0'],
    ]);
  });

  test('INSERT OVERWRITE shows as DELETEs and INSERTs', async () => {
    await db.sql("INSERT OVERWRITE INTO t VALUES (1, 'new')");
    expect(await changes()).toEqual([
      ['1', 'one', 'DELETE', '0'],
      ['1', 'new', 'INSERT', '0'],
      ['2', 'two', 'DELETE', '0'],
    ]);
  });

  test('a MERGE shows as what it did to each row', async () => {
    await db.sql(`MERGE INTO t USING (SELECT 1 AS id, 'uno' AS name UNION ALL SELECT 3, 'three') n ON t.id = n.id
      WHEN MATCHED THEN UPDATE SET name = n.name WHEN NOT MATCHED THEN INSERT VALUES (n.id, n.name)`);
    expect(await changes()).toEqual([
      ['1', 'one', 'DELETE', '1'],
      ['1', 'uno', 'INSERT', '1'],
      ['3', 'three', 'INSERT', '0'],
    ]);
  });

  test('METADATA$ROW_ID is 40 hex digits, the same for both sides of an update and for all its life', async () => {
    await db.sql("UPDATE t SET name = 'uno' WHERE id = 1");
    const first = await db.sql('SELECT DISTINCT metadata$row_id FROM s');
    await consume();
    await db.sql("UPDATE t SET name = 'eins' WHERE id = 1");
    expect(await db.sql('SELECT DISTINCT metadata$row_id FROM s')).toEqual(first);
    expect(first[0]![0]).toMatch(/^[0-9a-f]{40}$/);
  });

  test('SELECT * lists the metadata columns last', async () => {
    const { columns } = await db.session.execute('SELECT * FROM s');
    expect(columns.map((column) => column.name)).toEqual([
      'ID',
      'NAME',
      'METADATA$ACTION',
      'METADATA$ISUPDATE',
      'METADATA$ROW_ID',
    ]);
  });
});

describe('an append-only stream', () => {
  test('shows each inserted row as it was first, whatever became of it', async () => {
    await db.sql("INSERT INTO t VALUES (3, 'three'), (4, 'four')");
    await db.sql("UPDATE t SET name = 'x'");
    await db.sql('DELETE FROM t WHERE id = 4');
    expect(await changes('a')).toEqual([
      ['3', 'three', 'INSERT', '0'],
      ['4', 'four', 'INSERT', '0'],
    ]);
  });

  test('shows no updates and deletes of older rows', async () => {
    await db.sql("UPDATE t SET name = 'x' WHERE id = 1");
    await db.sql('DELETE FROM t WHERE id = 2');
    expect(await changes('a')).toEqual([]);
  });
});

describe('the offset', () => {
  beforeEach(async () => {
    await db.sql("INSERT INTO t VALUES (3, 'three')");
  });

  test('does not move by SELECT', async () => {
    await db.sql('SELECT * FROM s');
    expect(await changes()).toHaveLength(1);
  });

  test('moves by INSERT … SELECT', async () => {
    await consume();
    expect(await changes()).toEqual([]);
    expect(await db.sql('SELECT id FROM sink')).toEqual([['3']]);
  });

  test('moves by DML whose WHERE lets nothing through', async () => {
    await db.sql("INSERT INTO sink SELECT id, name, 'x', true FROM s WHERE false");
    expect(await changes()).toEqual([]);
  });

  test('moves by CREATE TABLE … AS', async () => {
    await db.sql('CREATE OR REPLACE TABLE copied AS SELECT id FROM s');
    expect(await changes()).toEqual([]);
    expect(await db.sql('SELECT id FROM copied')).toEqual([['3']]);
  });

  test('moves by a stream in a subquery of UPDATE and DELETE', async () => {
    await db.sql('DELETE FROM sink WHERE id IN (SELECT id FROM s)');
    expect(await changes()).toEqual([]);
  });

  test('moves by a MERGE from the stream', async () => {
    await db.sql('CREATE OR REPLACE TABLE target (id INT, name VARCHAR)');
    const merge = `MERGE INTO target USING s ON target.id = s.id
      WHEN MATCHED AND s.metadata$action = 'DELETE' AND NOT s.metadata$isupdate THEN DELETE
      WHEN MATCHED AND s.metadata$action = 'INSERT' THEN UPDATE SET name = s.name
      WHEN NOT MATCHED AND s.metadata$action = 'INSERT' THEN INSERT (id, name) VALUES (s.id, s.name)`;
    expect(await db.sql(merge)).toEqual([['1', '0', '0']]);
    await db.sql("UPDATE t SET name = 'drei' WHERE id = 3");
    await db.sql("INSERT INTO t VALUES (4, 'four')");
    expect(await db.sql(merge)).toEqual([['1', '1', '0']]);
    await db.sql('DELETE FROM t WHERE id = 3');
    expect(await db.sql(merge)).toEqual([['0', '0', '1']]);
    expect(await db.sql('SELECT * FROM target')).toEqual([['4', 'four']]);
    expect(await changes()).toEqual([]);
  });

  test('stays when the statement fails', async () => {
    await db.error("INSERT INTO sink SELECT id, name, 'x', name::boolean FROM s");
    expect(await changes()).toHaveLength(1);
  });

  test('stays when the transaction is rolled back', async () => {
    await db.sql('BEGIN');
    await consume();
    await db.sql('ROLLBACK');
    expect(await changes()).toHaveLength(1);
  });

  test('of one stream does not move with another', async () => {
    await db.sql('CREATE OR REPLACE STREAM s2 ON TABLE t');
    await db.sql("INSERT INTO t VALUES (4, 'four')");
    await consume();
    expect(await changes()).toEqual([]);
    expect(await changes('s2')).toEqual([['4', 'four', 'INSERT', '0']]);
    expect(await changes('a')).toHaveLength(2);
  });

  test('is copied by CREATE STREAM … CLONE', async () => {
    await db.sql('CREATE OR REPLACE STREAM copy CLONE s');
    await consume();
    expect(await changes('copy')).toEqual([['3', 'three', 'INSERT', '0']]);
  });
});

describe('within an explicit transaction', () => {
  test('all reads of a stream show the same, and the offset moves at COMMIT past no later change', async () => {
    const other = await db.open();
    await db.sql("INSERT INTO t VALUES (3, 'three')");
    await db.sql('BEGIN');
    expect(await changes()).toHaveLength(1);
    await other.sql("INSERT INTO t VALUES (4, 'four')");
    await db.sql("INSERT INTO t VALUES (5, 'five')");
    expect(await changes()).toEqual([['3', 'three', 'INSERT', '0']]);
    await consume();
    expect(await changes()).toEqual([['3', 'three', 'INSERT', '0']]);
    await db.sql('COMMIT');
    expect(await changes()).toEqual([
      ['4', 'four', 'INSERT', '0'],
      ['5', 'five', 'INSERT', '0'],
    ]);
  });

  test('a stream that another session consumes shows the same as before, and is not consumed twice', async () => {
    const other = await db.open();
    await db.sql("INSERT INTO t VALUES (3, 'three')");
    await db.sql('BEGIN');
    expect(await changes()).toHaveLength(1);
    await other.sql("INSERT INTO sink SELECT id, name, 'other', false FROM s");
    expect(await changes()).toHaveLength(1);
    await consume();
    await db.sql('COMMIT');
    expect(await db.sql('SELECT id, action FROM sink')).toEqual([['3', 'other']]);
  });

  test('a failed statement does not move the offset, what came before it does', async () => {
    await db.sql("INSERT INTO t VALUES (3, 'three')");
    await db.sql('BEGIN');
    await db.error("INSERT INTO sink SELECT id, name, 'x', name::boolean FROM s");
    await db.sql('COMMIT');
    expect(await changes()).toHaveLength(1);
    await db.sql('BEGIN');
    await consume();
    await db.error("INSERT INTO sink VALUES ('x', 1, 1, 1)");
    await db.sql('COMMIT');
    expect(await changes()).toEqual([]);
    expect(await db.sql('SELECT id FROM sink')).toEqual([['3']]);
  });
});

describe('CREATE STREAM', () => {
  test('SHOW_INITIAL_ROWS shows the rows of the creation once, then what came since', async () => {
    await db.sql('CREATE OR REPLACE STREAM i ON TABLE t SHOW_INITIAL_ROWS = TRUE');
    await db.sql("INSERT INTO t VALUES (3, 'three')");
    await db.sql('DELETE FROM t WHERE id = 1');
    expect(await changes('i')).toEqual([
      ['1', 'one', 'INSERT', '0'],
      ['2', 'two', 'INSERT', '0'],
    ]);
    await consume('i');
    expect(await changes('i')).toEqual([
      ['1', 'one', 'DELETE', '0'],
      ['3', 'three', 'INSERT', '0'],
    ]);
    await consume('i');
    expect(await changes('i')).toEqual([]);
  });

  test('AT and BEFORE a statement or another stream begin there', async () => {
    await db.sql("INSERT INTO t VALUES (3, 'three')");
    const queryId = await db.value('SELECT last_query_id()');
    await db.sql("INSERT INTO t VALUES (4, 'four')");
    await db.sql(`CREATE OR REPLACE STREAM at_it ON TABLE t AT (STATEMENT => '${queryId}')`);
    await db.sql(`CREATE OR REPLACE STREAM before_it ON TABLE t BEFORE (STATEMENT => '${queryId}')`);
    await db.sql("CREATE OR REPLACE STREAM as_s ON TABLE t AT (STREAM => 's')");
    expect((await changes('at_it')).map(([id]) => id)).toEqual(['4']);
    expect((await changes('before_it')).map(([id]) => id)).toEqual(['3', '4']);
    expect((await changes('as_s')).map(([id]) => id)).toEqual(['3', '4']);
  });

  test('IF NOT EXISTS keeps the offset, OR REPLACE does not', async () => {
    await db.sql("INSERT INTO t VALUES (3, 'three')");
    expect(await db.value('CREATE STREAM IF NOT EXISTS s ON TABLE t')).toBe(
      'S already exists, statement succeeded.',
    );
    expect(await changes()).toHaveLength(1);
    expect(await db.value('CREATE OR REPLACE STREAM s ON TABLE t')).toBe('Stream S successfully created.');
    expect(await changes()).toHaveLength(0);
  });

  test.each([
    ['CREATE STREAM s ON TABLE t', '002002'],
    ['CREATE STREAM t ON TABLE t', '002002'],
    ['CREATE STREAM x ON TABLE nowhere', '002003'],
    ['CREATE STREAM x ON TABLE t INSERT_ONLY = TRUE', '002203'],
    ['CREATE STREAM x ON TABLE t COLOUR = TRUE', '001420'],
    ['INSERT INTO s VALUES (1)', '002003'],
  ])('%s fails with %s', async (text, code) => {
    expect((await db.error(text)).code).toBe(code);
  });
});

describe('SYSTEM$STREAM_HAS_DATA', () => {
  test('is true while there is something to consume', async () => {
    expect(await db.value("SELECT system$stream_has_data('s')")).toBe('0');
    await db.sql("INSERT INTO t VALUES (3, 'three')");
    expect(await db.value("SELECT system$stream_has_data('d.public.s')")).toBe('1');
    await consume();
    expect(await db.value("SELECT system$stream_has_data('s')")).toBe('0');
  });
});

describe('a stale stream', () => {
  test('of a replaced table cannot be read, and SHOW STREAMS says so', async () => {
    await db.sql('CREATE OR REPLACE TABLE t (id INT, name VARCHAR)');
    const error = await db.error('SELECT * FROM s');
    expect(error.message).toContain("Base table 'D.PUBLIC.T' dropped, cannot read from stream 'D.PUBLIC.S'.");
    await db.sql("SHOW STREAMS LIKE 's'");
    expect(await db.sql('SELECT "stale" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))')).toEqual([['true']]);
  });

  test('of a dropped table is whole again after UNDROP', async () => {
    await db.sql("INSERT INTO t VALUES (3, 'three')");
    await db.sql('DROP TABLE t');
    await db.error('SELECT * FROM s');
    await db.sql('UNDROP TABLE t');
    expect(await changes()).toEqual([['3', 'three', 'INSERT', '0']]);
  });

  test('is one not consumed for 14 days; consuming, even nothing, keeps it fresh', async () => {
    let now = Date.now() * 1000;
    const old = await openTestEngine({ clock: () => now });
    const days = (count: number): void => {
      now += count * 86_400_000_000;
    };
    await old.sql('CREATE TABLE t (id INT)');
    await old.sql('CREATE TABLE sink (id INT)');
    await old.sql('CREATE STREAM s ON TABLE t');
    days(13);
    await old.sql('INSERT INTO sink SELECT id FROM s');
    days(13);
    await old.sql('INSERT INTO t VALUES (1)');
    expect(await old.sql('SELECT id FROM s')).toEqual([['1']]);
    days(2);
    expect((await old.error('SELECT id FROM s')).code).toBe('091930');
    await old.close();
  });
});

describe('a stream on a view', () => {
  beforeEach(async () => {
    await db.sql("CREATE OR REPLACE VIEW v AS SELECT id * 10 AS tens, name FROM t WHERE name <> 'hidden'");
    await db.sql('CREATE OR REPLACE STREAM vs ON VIEW v');
  });

  test('shows the changes of the table as the view shows its rows', async () => {
    await db.sql("INSERT INTO t VALUES (3, 'three'), (4, 'hidden')");
    await db.sql("UPDATE t SET name = 'uno' WHERE id = 1");
    expect(
      await db.sql('SELECT tens, name, metadata$action, metadata$isupdate FROM vs ORDER BY 1, 3'),
    ).toEqual([
      ['10', 'one', 'DELETE', '1'],
      ['10', 'uno', 'INSERT', '1'],
      ['30', 'three', 'INSERT', '0'],
    ]);
    await db.sql('INSERT INTO sink SELECT tens, name, metadata$action, metadata$isupdate FROM vs');
    expect(await db.sql('SELECT * FROM vs')).toEqual([]);
  });

  test('an update that takes a row out of the view is a DELETE', async () => {
    await db.sql("UPDATE t SET name = 'hidden' WHERE id = 1");
    expect(await db.sql('SELECT tens, metadata$action, metadata$isupdate FROM vs')).toEqual([
      ['10', 'DELETE', '0'],
    ]);
  });

  test('is stale when the view is replaced', async () => {
    await db.sql('CREATE OR REPLACE VIEW v AS SELECT id FROM t');
    expect((await db.error('SELECT * FROM vs')).message).toContain("Base table 'D.PUBLIC.V' dropped");
  });

  test('of a grouped view is refused by name', async () => {
    await db.sql('CREATE OR REPLACE VIEW g AS SELECT count(*) AS n FROM t GROUP BY name');
    expect((await db.error('CREATE STREAM gs ON VIEW g')).message).toContain('GROUP BY');
  });
});
