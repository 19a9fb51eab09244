import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let db: TestEngine;
beforeAll(async () => {
  db = await openTestEngine();
});
afterAll(() => db.close());

const names = async (text: string): Promise<string[]> =>
  (await db.session.execute(text)).columns.map((column) => column.name);

describe('INSERT', () => {
  beforeEach(async () => {
    await db.sql('CREATE OR REPLACE SEQUENCE numbers START 100 INCREMENT 10');
    await db.sql(`CREATE OR REPLACE TABLE t (
      id INT NOT NULL, code VARCHAR(5) DEFAULT 'none', amount NUMBER(10,2), seq INT DEFAULT numbers.NEXTVAL,
      auto INT AUTOINCREMENT START 5 INCREMENT 2, day DATE, payload VARIANT, flag BOOLEAN)`);
  });

  test('answers the number of rows, also as rows affected', async () => {
    const result = await db.session.execute('INSERT INTO t (id) VALUES (1), (2), (3)');
    expect(result.columns.map((column) => column.name)).toEqual(['number of rows inserted']);
    expect(result.rows).toEqual([['3']]);
    expect(result).toMatchObject({ type: 'INSERT', rowsAffected: 3 });
  });

  test('fills what is not listed with defaults, sequences and identities', async () => {
    await db.sql('INSERT INTO t (id) VALUES (1), (2)');
    await db.sql('INSERT INTO t (id, code) SELECT 3, NULL');
    expect(await db.sql('SELECT id, code, seq, auto, day FROM t ORDER BY id')).toEqual([
      ['1', 'none', '100', '5', null],
      ['2', 'none', '110', '7', null],
      ['3', null, '120', '9', null],
    ]);
  });

  test('takes DEFAULT as a value', async () => {
    await db.sql("INSERT INTO t (id, code, auto) VALUES (1, DEFAULT, DEFAULT), (2, 'x', 50)");
    expect(await db.sql('SELECT id, code, auto FROM t ORDER BY id')).toEqual([
      ['1', 'none', '5'],
      ['2', 'x', '50'],
    ]);
  });

  test('converts values to the types of the columns', async () => {
    await db.sql(
      "INSERT INTO t (id, amount, day, flag, code) VALUES ('7', '1.239', '2026-01-31', 'yes', 12)",
    );
    await db.sql('INSERT INTO t (id, payload) SELECT 8, PARSE_JSON(\'{"a": [1]}\')');
    expect(await db.sql('SELECT id, amount, day, flag, code, payload FROM t ORDER BY id')).toEqual([
      ['7', '1.24', '20484', '1', '12', null],
      ['8', null, null, null, 'none', '{"a":[1]}'],
    ]);
  });

  test('binds values', async () => {
    await db.sql('INSERT INTO t (id, code) VALUES (?, ?)', [
      { type: 'FIXED', value: '9' },
      { type: 'TEXT', value: "o'x" },
    ]);
    expect(await db.sql('SELECT id, code FROM t')).toEqual([['9', "o'x"]]);
  });

  test('OVERWRITE replaces the rows, also by what they were', async () => {
    await db.sql('INSERT INTO t (id) VALUES (1), (2)');
    expect(await db.sql('INSERT OVERWRITE INTO t (id) SELECT id + 10 FROM t WHERE id = 2')).toEqual([['1']]);
    expect(await db.sql('SELECT id FROM t')).toEqual([['12']]);
  });

  test('inserts a table into itself once', async () => {
    await db.sql('INSERT INTO t (id) VALUES (1), (2)');
    expect(await db.sql('INSERT INTO t (id) SELECT id FROM t')).toEqual([['2']]);
    expect(await db.value('SELECT count(*) FROM t')).toBe('4');
  });

  test.each([
    ['INSERT INTO t (id) VALUES (NULL)', '100072', 'NULL result in a non-nullable column'],
    ["INSERT INTO t (code) VALUES ('a')", '100072', 'NULL result in a non-nullable column'],
    [
      "INSERT INTO t (id, code) VALUES (1, 'abcdef')",
      '100078',
      "String 'abcdef' is too long and would be truncated",
    ],
    [
      'INSERT INTO t (id, code) VALUES (1)',
      '002020',
      'Insert value list does not match column list expecting 2 but got 1',
    ],
    [
      'INSERT INTO t VALUES (1, 2)',
      '002020',
      'Insert value list does not match column list expecting 8 but got 2',
    ],
    ['INSERT INTO t (id, nope) VALUES (1, 2)', '000904', "invalid identifier 'NOPE'"],
    ['INSERT INTO t (id, id) VALUES (1, 2)', '002025', "duplicate column name 'ID'"],
    ["INSERT INTO t (id) VALUES ('a')", '100038', "Numeric value 'a' is not recognized"],
    [
      'INSERT INTO t (id, amount) VALUES (1, TRUE)',
      '002023',
      'expecting NUMBER(10,2) but got BOOLEAN for column AMOUNT',
    ],
    ["INSERT INTO t (id, payload) VALUES (1, 'x')", '002023', 'expecting VARIANT but got VARCHAR(1)'],
    ['INSERT INTO t (id, day) VALUES (1, 5)', '002023', 'expecting DATE but got NUMBER(1,0)'],
    ['INSERT INTO nowhere VALUES (1)', '002003', "Table 'D.PUBLIC.NOWHERE' does not exist"],
  ])('%s fails with %s', async (text, code, message) => {
    const error = await db.error(text);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(await db.value('SELECT count(*) FROM t')).toBe('0');
  });

  test('does not carry out DDL', async () => {
    const result = await db.session.execute('CREATE TABLE described (id INT)', { describeOnly: true });
    expect(result.columns.map((column) => column.name)).toEqual(['status']);
    expect((await db.error('SELECT * FROM described')).code).toBe('002003');
  });
});

describe('INSERT ALL and INSERT FIRST', () => {
  beforeEach(async () => {
    await db.sql('CREATE OR REPLACE TABLE small (n INT, note VARCHAR)');
    await db.sql('CREATE OR REPLACE TABLE big (n INT)');
    await db.sql('CREATE OR REPLACE TABLE src (n INT)');
    await db.sql('INSERT INTO src VALUES (1), (5), (20), (NULL)');
  });

  test('without conditions puts every row into every table', async () => {
    const result = await db.session.execute(
      "INSERT ALL INTO small (n, note) VALUES (n, 'x') INTO big SELECT n FROM src",
    );
    expect(result.columns.map((column) => column.name)).toEqual([
      'number of rows inserted into SMALL',
      'number of rows inserted into BIG',
    ]);
    expect(result.rows).toEqual([['4', '4']]);
    expect(result.rowsAffected).toBe(8);
  });

  test('ALL takes every condition that holds, ELSE what none holds for', async () => {
    await db.sql(`INSERT ALL WHEN n > 10 THEN INTO big VALUES (n) WHEN n > 3 THEN INTO small (n) VALUES (n)
      ELSE INTO small VALUES (n, 'else') SELECT n FROM src`);
    expect(await db.sql('SELECT n FROM big ORDER BY n')).toEqual([['20']]);
    expect(await db.sql('SELECT n, note FROM small ORDER BY n, note')).toEqual([
      ['1', 'else'],
      ['5', null],
      ['20', null],
      [null, 'else'],
    ]);
  });

  test('FIRST takes the first that holds', async () => {
    await db.sql(`INSERT OVERWRITE FIRST WHEN n > 10 THEN INTO big VALUES (n)
      WHEN n > 3 THEN INTO small (n) VALUES (n) SELECT n FROM src`);
    expect(await db.sql('SELECT n FROM big')).toEqual([['20']]);
    expect(await db.sql('SELECT n FROM small')).toEqual([['5']]);
  });
});

describe('UPDATE', () => {
  beforeEach(async () => {
    await db.sql('CREATE OR REPLACE TABLE t (id INT, name VARCHAR(5) NOT NULL, n INT DEFAULT 7)');
    await db.sql("INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)");
  });

  test('evaluates all values before it changes any', async () => {
    expect(await db.sql('UPDATE t SET id = n * 10, n = id WHERE id > 1')).toEqual([['2', '0']]);
    expect(await names('UPDATE t SET id = id WHERE false')).toEqual([
      'number of rows updated',
      'number of multi-joined rows updated',
    ]);
    expect(await db.sql('SELECT id, n FROM t ORDER BY id')).toEqual([
      ['1', '1'],
      ['20', '2'],
      ['30', '3'],
    ]);
  });

  test('FROM joins other tables; the target may be qualified by its name or alias', async () => {
    await db.sql(`UPDATE t SET t.name = s.v FROM (SELECT 1 AS k, 'x' AS v) s WHERE t.id = s.k`);
    await db.sql(`UPDATE t AS x SET name = 'y', n = DEFAULT FROM (SELECT 2 AS k) s WHERE x.id = s.k`);
    expect(await db.sql('SELECT name, n FROM t ORDER BY id')).toEqual([
      ['x', '1'],
      ['y', '7'],
      ['c', '3'],
    ]);
  });

  test('a row that joins several times gets one of the values, and is counted', async () => {
    const source = "(SELECT 1 AS k, 'p' AS v UNION ALL SELECT 1, 'q')";
    expect(await db.sql(`UPDATE t SET name = s.v FROM ${source} s WHERE t.id = s.k`)).toEqual([['1', '1']]);
    expect(['p', 'q']).toContain(await db.value('SELECT name FROM t WHERE id = 1'));
    await db.sql('ALTER SESSION SET ERROR_ON_NONDETERMINISTIC_UPDATE = TRUE');
    const error = await db.error(`UPDATE t SET name = s.v FROM ${source} s WHERE t.id = s.k`);
    await db.sql('ALTER SESSION UNSET ERROR_ON_NONDETERMINISTIC_UPDATE');
    expect(error.code).toBe('100090');
  });

  test.each([
    ['UPDATE t SET name = NULL', '100072'],
    ["UPDATE t SET name = 'abcdef' WHERE id = 2", '100078'],
    ['UPDATE t SET nope = 1', '000904'],
    ['UPDATE t SET x.id = 1', '000904'],
    ['UPDATE t SET id = 1, id = 2', '001003'],
    ['UPDATE t SET id = count(*)', '002035'],
    ['UPDATE t SET id = TRUE', '002023'],
  ])('%s fails with %s and changes nothing', async (text, code) => {
    expect((await db.error(text)).code).toBe(code);
    expect(await db.sql('SELECT id, name FROM t ORDER BY id')).toEqual([
      ['1', 'a'],
      ['2', 'b'],
      ['3', 'c'],
    ]);
  });
});

describe('DELETE and TRUNCATE', () => {
  beforeEach(async () => {
    await db.sql('CREATE OR REPLACE TABLE t (id INT)');
    await db.sql('INSERT INTO t VALUES (1), (2), (3), (3)');
  });

  test('DELETE … WHERE counts rows', async () => {
    expect(await db.sql('DELETE FROM t WHERE id = 3')).toEqual([['2']]);
    expect(await names('DELETE FROM t WHERE id = 3')).toEqual(['number of rows deleted']);
  });

  test('DELETE … USING deletes a row once, however often it joins', async () => {
    expect(await db.sql('DELETE FROM t USING (SELECT 1 AS k UNION ALL SELECT 1) s WHERE t.id = s.k')).toEqual(
      [['1']],
    );
    expect(await db.sql('DELETE FROM t x WHERE EXISTS (SELECT 1 FROM t y WHERE y.id > x.id)')).toEqual([
      ['1'],
    ]);
    expect(await db.sql('SELECT id FROM t')).toEqual([['3'], ['3']]);
  });

  test('DELETE without WHERE and TRUNCATE delete all', async () => {
    expect(await db.sql('DELETE FROM t')).toEqual([['4']]);
    await db.sql('INSERT INTO t VALUES (1)');
    expect(await db.sql('TRUNCATE TABLE t')).toEqual([['Statement executed successfully.']]);
    expect(await db.sql('TRUNCATE TABLE IF EXISTS nowhere')).toEqual([['Statement executed successfully.']]);
    expect(await db.sql('SELECT * FROM t')).toEqual([]);
    expect((await db.error('TRUNCATE TABLE nowhere')).code).toBe('002003');
  });
});

describe('describe only', () => {
  test('gives the columns of DML and changes nothing', async () => {
    await db.sql('CREATE OR REPLACE TABLE t (id INT)');
    const result = await db.session.execute('INSERT INTO t VALUES (1)', { describeOnly: true });
    expect(result.columns[0]!.name).toBe('number of rows inserted');
    expect(await db.value('SELECT count(*) FROM t')).toBe('0');
  });

  test('does not carry out DDL', async () => {
    const result = await db.session.execute('CREATE TABLE described (id INT)', { describeOnly: true });
    expect(result.columns.map((column) => column.name)).toEqual(['status']);
    expect((await db.error('SELECT * FROM described')).code).toBe('002003');
  });
});
