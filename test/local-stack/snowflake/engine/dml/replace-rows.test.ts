import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestEngine, type Rows, type TestEngine } from '../../../../support/engine.ts';

let db: TestEngine;
beforeAll(async () => {
  db = await openTestEngine();
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.sql('CREATE OR REPLACE TABLE t (id INT, v INT)');
  await db.sql('INSERT INTO t VALUES (1, 10), (2, 20), (3, 30)');
  await db.sql('CREATE OR REPLACE STREAM s ON TABLE t');
});

const rows = (): Promise<Rows> => db.sql('SELECT id, v FROM t ORDER BY id, v');
const changes = (): Promise<Rows> =>
  db.sql('SELECT METADATA$ACTION, METADATA$ISUPDATE, id, v FROM s ORDER BY id, v, 1');

const MERGE = `MERGE INTO t USING (SELECT column1 AS id, column2 AS v FROM VALUES (1, -1), (2, 21), (9, 90)) AS c ON t.id = c.id
  WHEN MATCHED AND c.v < 0 THEN DELETE WHEN MATCHED THEN UPDATE SET v = c.v
  WHEN NOT MATCHED THEN INSERT (id, v) VALUES (c.id, c.v)`;

describe('a statement sees the table as it was before it (docs.snowflake.com, Transactions, READ COMMITTED)', () => {
  test('an INSERT that reads its own table in a later branch of UNION ALL does not see what it inserts', async () => {
    const inserted =
      'INSERT INTO t SELECT 7, 70 UNION ALL SELECT id + 100, v FROM t UNION ALL SELECT 999, v FROM t WHERE id = 7';
    expect(await db.sql(inserted)).toEqual([['4']]);
    expect(await rows()).toEqual([
      ['1', '10'],
      ['2', '20'],
      ['3', '30'],
      ['7', '70'],
      ['101', '10'],
      ['102', '20'],
      ['103', '30'],
    ]);
  });

  test('nor does a MERGE whose source reads its target', async () => {
    const source =
      'SELECT 7 AS id, 70 AS v UNION ALL SELECT 8, v FROM t WHERE id = 7 UNION ALL SELECT id, v + 1 FROM t';
    await db.sql(
      `MERGE INTO t USING (${source}) AS c ON t.id = c.id WHEN MATCHED THEN UPDATE SET v = c.v WHEN NOT MATCHED THEN INSERT VALUES (c.id, c.v)`,
    );
    expect(await rows()).toEqual([
      ['1', '11'],
      ['2', '21'],
      ['3', '31'],
      ['7', '70'],
    ]);
  });

  test('an UPDATE with a subquery on its own table takes the old values', async () => {
    await db.sql('UPDATE t SET v = (SELECT sum(v) FROM t)');
    expect(await rows()).toEqual([
      ['1', '60'],
      ['2', '60'],
      ['3', '60'],
    ]);
  });
});

describe.each([
  ['as a statement of its own', [MERGE]],
  ['in a transaction', ['BEGIN', MERGE, 'COMMIT']],
])('MERGE %s', (_, statements) => {
  test('inserts, updates and deletes; streams and Time Travel show the old images', async () => {
    const [before] = await db.sql("SELECT to_char(current_timestamp(), 'YYYY-MM-DD HH24:MI:SS.FF6 TZHTZM')");
    await new Promise((resolve) => setTimeout(resolve, 5));
    for (const statement of statements) await db.sql(statement);
    expect(await rows()).toEqual([
      ['2', '21'],
      ['3', '30'],
      ['9', '90'],
    ]);
    expect(await changes()).toEqual([
      ['DELETE', '0', '1', '10'],
      ['DELETE', '1', '2', '20'],
      ['INSERT', '1', '2', '21'],
      ['INSERT', '0', '9', '90'],
    ]);
    expect(
      await db.sql(`SELECT id, v FROM t AT (TIMESTAMP => '${before![0]}'::TIMESTAMP_LTZ) ORDER BY id`),
    ).toEqual([
      ['1', '10'],
      ['2', '20'],
      ['3', '30'],
    ]);
  });

  test('a row keeps its METADATA$ROW_ID through an update, and no two rows share one', async () => {
    for (const statement of statements) await db.sql(statement);
    const ids = await db.sql('SELECT METADATA$ROW_ID, id FROM s ORDER BY id');
    const [one, two, twoAgain, nine] = ids.map(([id]) => id);
    expect(twoAgain).toBe(two);
    expect(new Set([one, two, nine]).size).toBe(3);
  });
});

test('a MERGE that changes a row twice leaves nothing behind, and its stream is not consumed', async () => {
  await db.sql('CREATE OR REPLACE TABLE source (id INT, v INT)');
  await db.sql('CREATE OR REPLACE STREAM source_stream ON TABLE source');
  await db.sql('INSERT INTO source VALUES (1, 100), (1, 200), (8, 800)');
  const text =
    'MERGE INTO t USING source_stream AS c ON t.id = c.id WHEN MATCHED THEN UPDATE SET v = c.v WHEN NOT MATCHED THEN INSERT VALUES (c.id, c.v)';
  expect((await db.error(text)).code).toBe('100090');
  expect(await rows()).toHaveLength(3);
  expect(await changes()).toEqual([]);
  expect(await db.sql('SELECT count(*) FROM source_stream')).toEqual([['3']]);
  await db.sql('ALTER SESSION SET ERROR_ON_NONDETERMINISTIC_MERGE = FALSE');
  expect(await db.sql(text)).toEqual([['1', '1']]);
  await db.sql('ALTER SESSION UNSET ERROR_ON_NONDETERMINISTIC_MERGE');
  expect(await db.sql('SELECT count(*) FROM source_stream')).toEqual([['0']]);
  expect(await changes()).toHaveLength(3);
});

test('updates one after the other leave one image each in the history', async () => {
  for (const value of [11, 12, 13]) await db.sql(`UPDATE t SET v = ${value} WHERE id = 1`);
  expect(await changes()).toEqual([
    ['DELETE', '1', '1', '10'],
    ['INSERT', '1', '1', '13'],
  ]);
  expect(await rows()).toHaveLength(3);
});
