import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let db: TestEngine;
beforeAll(async () => {
  db = await openTestEngine();
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.sql('CREATE OR REPLACE TABLE t (id INT, name VARCHAR NOT NULL, n INT DEFAULT 7)');
  await db.sql("INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)");
  await db.sql('CREATE OR REPLACE TABLE src (id INT, name VARCHAR, op VARCHAR)');
});

const target = (): Promise<(string | null)[][]> => db.sql('SELECT * FROM t ORDER BY id, name');

describe('MERGE (docs.snowflake.com, MERGE)', () => {
  test('the first clause that applies wins, in the order written', async () => {
    await db.sql(
      "INSERT INTO src VALUES (1, 'x', 'U'), (2, 'x', 'D'), (3, 'x', '?'), (4, 'd', 'I'), (5, 'e', '?')",
    );
    const result = await db.session.execute(`MERGE INTO t USING src s ON t.id = s.id
      WHEN MATCHED AND s.op = 'D' THEN DELETE
      WHEN MATCHED AND s.op = 'U' THEN UPDATE SET t.name = s.name, n = t.n + 100
      WHEN MATCHED AND s.op = 'U' THEN DELETE
      WHEN NOT MATCHED AND s.op = 'I' THEN INSERT (id, name) VALUES (s.id, s.name)`);
    expect(result.columns.map((column) => column.name)).toEqual([
      'number of rows inserted',
      'number of rows updated',
      'number of rows deleted',
    ]);
    expect(result.rows).toEqual([['1', '1', '1']]);
    expect(result).toMatchObject({ rowsAffected: 3, type: 'MERGE' });
    expect(await target()).toEqual([
      ['1', 'x', '101'],
      ['3', 'c', '3'],
      ['4', 'd', '7'],
    ]);
  });

  test('counts only what its clauses may do', async () => {
    const result = await db.session.execute(
      'MERGE INTO t USING src s ON t.id = s.id WHEN MATCHED THEN UPDATE SET name = s.name',
    );
    expect(result.columns.map((column) => column.name)).toEqual(['number of rows updated']);
  });

  test('inserts every source row that matches nothing, equal ones too', async () => {
    await db.sql("INSERT INTO src VALUES (9, 'x', 'I'), (9, 'x', 'I'), (NULL, 'null', 'I')");
    expect(
      await db.sql(
        'MERGE INTO t USING src ON t.id = src.id WHEN NOT MATCHED THEN INSERT VALUES (src.id, src.name, DEFAULT)',
      ),
    ).toEqual([['3']]);
    expect(await db.sql('SELECT id, n FROM t WHERE n = 7 ORDER BY id')).toEqual([
      ['9', '7'],
      ['9', '7'],
      [null, '7'],
    ]);
  });

  test('two source rows that update one row are an error that shows the row, and nothing is changed', async () => {
    await db.sql("INSERT INTO src VALUES (1, 'x', 'U'), (1, 'y', 'U'), (8, 'new', 'I')");
    const error = await db.error(`MERGE INTO t USING src ON t.id = src.id
      WHEN MATCHED THEN UPDATE SET name = src.name
      WHEN NOT MATCHED THEN INSERT (id, name) VALUES (src.id, src.name)`);
    expect(error.code).toBe('100090');
    expect(error.sqlState).toBe('42P18');
    expect(error.message).toBe('Duplicate row detected during DML action\nRow Values: [1, "a", 1]');
    expect(await target()).toHaveLength(3);
  });

  test('a source row that updates and one that deletes the same row are an error', async () => {
    await db.sql("INSERT INTO src VALUES (1, 'x', 'U'), (1, 'y', 'D')");
    const error = await db.error(`MERGE INTO t USING src ON t.id = src.id
      WHEN MATCHED AND op = 'D' THEN DELETE WHEN MATCHED THEN UPDATE SET name = src.name`);
    expect(error.code).toBe('100090');
  });

  test('several that only delete it are not, nor are those that no clause applies to', async () => {
    await db.sql("INSERT INTO src VALUES (1, 'x', 'D'), (1, 'y', 'D'), (2, 'z', 'U'), (2, 'w', '?')");
    expect(
      await db.sql(`MERGE INTO t USING src ON t.id = src.id
        WHEN MATCHED AND op = 'D' THEN DELETE WHEN MATCHED AND op = 'U' THEN UPDATE SET name = src.name`),
    ).toEqual([['1', '1']]);
    expect(await target()).toEqual([
      ['2', 'z', '2'],
      ['3', 'c', '3'],
    ]);
  });

  test('ERROR_ON_NONDETERMINISTIC_MERGE = FALSE takes one of them', async () => {
    await db.sql("INSERT INTO src VALUES (1, 'x', 'U'), (1, 'y', 'U')");
    await db.sql('ALTER SESSION SET ERROR_ON_NONDETERMINISTIC_MERGE = FALSE');
    const counts = await db.sql(
      'MERGE INTO t USING src ON t.id = src.id WHEN MATCHED THEN UPDATE SET name = src.name',
    );
    await db.sql('ALTER SESSION UNSET ERROR_ON_NONDETERMINISTIC_MERGE');
    expect(counts).toEqual([['1']]);
    expect(['x', 'y']).toContain(await db.value('SELECT name FROM t WHERE id = 1'));
  });

  test('ALL BY NAME takes the columns by their names', async () => {
    await db.sql(`MERGE INTO t USING (SELECT 50 AS n, 'x' AS name, 1 AS id UNION ALL SELECT 60, 'y', 4) s ON t.id = s.id
      WHEN MATCHED THEN UPDATE ALL BY NAME WHEN NOT MATCHED THEN INSERT ALL BY NAME`);
    expect(await db.sql('SELECT * FROM t WHERE n >= 50 ORDER BY id')).toEqual([
      ['1', 'x', '50'],
      ['4', 'y', '60'],
    ]);
    const error = await db.error(
      'MERGE INTO t USING (SELECT 1 AS id, 2 AS other) s ON t.id = s.id WHEN MATCHED THEN UPDATE ALL BY NAME',
    );
    expect(error.message).toContain('ALL BY NAME');
  });

  test('the source may be a query with its own name, the target has an alias', async () => {
    await db.sql(`MERGE INTO d.public.t AS tgt USING (SELECT id, max(name) AS name FROM t GROUP BY id) AS s
      ON tgt.id = s.id AND s.id < 3 WHEN MATCHED THEN UPDATE SET tgt.n = tgt.n * 2`);
    expect(await db.sql('SELECT n FROM t ORDER BY id')).toEqual([['2'], ['4'], ['3']]);
  });

  test('a value that no clause needs is not evaluated', async () => {
    await db.sql("INSERT INTO src VALUES (1, '12', 'U'), (2, 'no number', '?')");
    await db.sql(`MERGE INTO t USING src ON t.id = src.id
      WHEN MATCHED AND op = 'U' THEN UPDATE SET n = src.name::INT`);
    expect(await db.sql('SELECT n FROM t ORDER BY id')).toEqual([['12'], ['2'], ['3']]);
  });

  test.each([
    ['WHEN MATCHED THEN UPDATE SET name = NULL', '100072'],
    ['WHEN NOT MATCHED THEN INSERT (id) VALUES (src.id)', '100072'],
    ['WHEN NOT MATCHED THEN INSERT (id, name) VALUES (src.id)', '002020'],
    ['WHEN NOT MATCHED THEN INSERT (id, name) VALUES (t.id, src.name)', '000904'],
    ['WHEN MATCHED THEN UPDATE SET nope = 1', '000904'],
    ['WHEN MATCHED AND name = 1 THEN DELETE', '002028'],
  ])('%s fails with %s', async (clause, code) => {
    await db.sql("INSERT INTO src VALUES (1, 'x', 'U'), (9, 'y', 'I')");
    expect((await db.error(`MERGE INTO t USING src ON t.id = src.id ${clause}`)).code).toBe(code);
    expect(await target()).toHaveLength(3);
  });
});
