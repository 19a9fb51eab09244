import type { Binds } from 'snowflake-sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DriverSession, startTestServer, type TestServer } from '../../../support/driver.ts';

let local: TestServer;
let driver: DriverSession;

beforeAll(async () => {
  local = await startTestServer();
  driver = await local.connect();
  await driver.run("ALTER SESSION SET TIMEZONE = 'UTC'");
});

afterAll(async () => {
  await driver.close();
  await local.close();
});

/** The driver's types leave out what it accepts: null, booleans, dates, objects, rows of values. */
const binds = (...values: unknown[]): { binds: Binds } => ({ binds: values as Binds });

// https://docs.snowflake.com/en/developer-guide/node-js/nodejs-driver-execute: binding statement parameters
describe('a single value is bound as', () => {
  test.each<[unknown, string, unknown]>([
    ['text', 'it\'s \\ "quoted"\n; --', 'it\'s \\ "quoted"\n; --'],
    ['empty text', '', ''],
    ['an integer', 12 as never, 12],
    ['a negative integer', -7 as never, -7],
    ['a large integer', 9007199254740991 as never, 9007199254740991],
    ['a decimal', 1.25 as never, 1.25],
    ['a tiny number', 1e-9 as never, 1e-9],
    ['true', true as never, true],
    ['false', false as never, false],
    ['null', null as never, null],
  ])('%s', async (_what, value, expected) => {
    expect(await driver.run('SELECT ? AS v', binds(value))).toEqual([{ V: expected }]);
  });

  test('an object and an array, as VARIANT', async () => {
    // With an array first the driver takes the binds for rows.
    const rows = await driver.run('SELECT ? AS o, TYPEOF(?) AS a', binds({ k: [true, null] }, [1, 'x']));
    expect(rows).toEqual([{ O: { k: [true, null] }, A: 'ARRAY' }]);
  });

  test('a Date, as its text in UTC', async () => {
    const rows = await driver.run(
      'SELECT ?::TIMESTAMP_NTZ AS t',
      binds(new Date('2026-01-31T12:34:56.789Z')),
    );
    expect((rows[0]!.T as Date).toISOString()).toBe('2026-01-31T12:34:56.789Z');
  });
});

test('binds are named by number too, in any order and more than once', async () => {
  expect(await driver.run('SELECT :2 AS a, :1 AS b, :2 AS c', binds('one', 'two'))).toEqual([
    { A: 'two', B: 'one', C: 'two' },
  ]);
});

test('a bind that was not given is error 002049, which says which', async () => {
  const error = await driver.error('SELECT ?, ?', binds(1));
  expect(String(error.code)).toBe('002049');
  expect(error.message).toContain('Bind variable :2 not set');
});

// https://docs.snowflake.com/en/developer-guide/node-js/nodejs-driver-execute: binding an array for bulk insertions
describe('rows of binds', () => {
  test('are inserted each, with every type of the driver', async () => {
    await driver.run('CREATE TABLE kinds (i INT, r FLOAT, s VARCHAR, b BOOLEAN, d DATE, t TIMESTAMP_NTZ)');
    const statement = await driver.statement(
      'INSERT INTO kinds VALUES (?, ?, ?, ?, ?, ?)',
      binds(
        [1, 1.5, "it's", true, '2026-01-31', '2026-01-31 10:00:00'],
        [2, -2.25, 'back\\slash "quote"', false, '1969-07-20', '1969-07-20 20:17:40'],
        [null, null, null, null, null, null],
      ),
    );
    expect(statement.getNumUpdatedRows()).toBe(3);
    const rows = await driver.run(
      'SELECT i, r, s, b, d::VARCHAR AS d, t::VARCHAR AS t FROM kinds ORDER BY i NULLS LAST',
    );
    expect(rows).toEqual([
      { I: 1, R: 1.5, S: "it's", B: true, D: '2026-01-31', T: '2026-01-31 10:00:00.000' },
      { I: 2, R: -2.25, S: 'back\\slash "quote"', B: false, D: '1969-07-20', T: '1969-07-20 20:17:40.000' },
      { I: null, R: null, S: null, B: null, D: null, T: null },
    ]);
  });

  test('keep decimals that only a later row has', async () => {
    await driver.run('CREATE TABLE decimals (n NUMBER(10,2))');
    await driver.run('INSERT INTO decimals VALUES (?)', binds([1], [2.75]));
    expect(await driver.run('SELECT SUM(n) AS s FROM decimals')).toEqual([{ S: 3.75 }]);
  });

  test('go into the columns that are named, in expressions too', async () => {
    await driver.run("CREATE TABLE named (a INT, b VARCHAR DEFAULT 'none', c VARCHAR)");
    await driver.run('INSERT INTO named (c, a) VALUES (UPPER(?), ? * 10)', binds(['x', 1], ['y', 2]));
    expect(await driver.run('SELECT * FROM named ORDER BY a')).toEqual([
      { A: 10, B: 'none', C: 'X' },
      { A: 20, B: 'none', C: 'Y' },
    ]);
  });

  test('become VARIANT through a SELECT of their columns', async () => {
    await driver.run('CREATE TABLE documents (id INT, v VARIANT)');
    await driver.run(
      'INSERT INTO documents SELECT column1, PARSE_JSON(column2) FROM VALUES (?, ?)',
      binds([1, '{"a":1}'], [2, '[2]']),
    );
    await driver.run('INSERT INTO documents SELECT ?, PARSE_JSON(?)', binds([3, '"text"'], [4, 'null']));
    expect(await driver.run('SELECT id, TYPEOF(v) AS t FROM documents ORDER BY id')).toEqual([
      { ID: 1, T: 'OBJECT' },
      { ID: 2, T: 'ARRAY' },
      { ID: 3, T: 'VARCHAR' },
      { ID: 4, T: 'NULL_VALUE' },
    ]);
  });

  test('one that does not fit takes none of them', async () => {
    await driver.run('CREATE TABLE whole (n INT)');
    const error = await driver.error('INSERT INTO whole VALUES (?)', binds(['1'], ['two'], ['3']));
    expect(String(error.code)).toBe('100038');
    expect(error.message).toContain("Numeric value 'two' is not recognized");
    expect(await driver.run('SELECT COUNT(*) AS n FROM whole')).toEqual([{ N: 0 }]);
  });

  test('of another number than the columns are refused', async () => {
    await driver.run('CREATE TABLE pair (a INT, b INT)');
    const error = await driver.error('INSERT INTO pair VALUES (?)', binds([1], [2]));
    expect(String(error.code)).toBe('002020');
  });

  test('belong to a transaction that is taken back', async () => {
    await driver.run('CREATE TABLE undone (a INT)');
    await driver.run('BEGIN');
    await driver.run('INSERT INTO undone VALUES (?)', binds([1], [2]));
    await driver.error('INSERT INTO undone VALUES (?)', binds(['x'], ['y']));
    expect(await driver.run('SELECT COUNT(*) AS n FROM undone')).toEqual([{ N: 2 }]);
    await driver.run('ROLLBACK');
    expect(await driver.run('SELECT COUNT(*) AS n FROM undone')).toEqual([{ N: 0 }]);
  });

  test('for another statement than INSERT are refused, not run once', async () => {
    const error = await driver.error('SELECT ?', binds([1], [2]));
    expect(String(error.code)).toBe('999001');
    expect(error.message).toContain('rows of binds in a statement other than INSERT');
  });
});

describe('many rows of binds, which the driver uploads to a stage of its own', () => {
  let staged: DriverSession;
  beforeAll(async () => {
    staged = await local.connect({ arrayBindingThreshold: 3 });
  });
  afterAll(() => staged.close());

  test('are inserted with texts, quotes, empty texts and nulls as they are', async () => {
    await staged.run('CREATE TABLE uploaded (id INT, s VARCHAR, b BOOLEAN, f FLOAT)');
    const rows = [
      [1, 'plain', true, 0.5],
      [2, 'comma, "quote" and \\ backslash', false, -1e-3],
      [3, '', null, null],
      [4, null, true, 4],
      [5, 'two\nlines\tand a tab', true, 5],
    ];
    const statement = await staged.statement('INSERT INTO uploaded VALUES (?, ?, ?, ?)', binds(...rows));
    expect(statement.getNumUpdatedRows()).toBe(5);
    const back = await staged.run('SELECT * FROM uploaded ORDER BY id');
    expect(back.map((row) => Object.values(row))).toEqual(rows);
    const history = [...local.engine.queries.values()].map((query) => query.text);
    expect(history.some((text) => text.includes('PUT file://'))).toBe(true);
  });

  test('20,000 of them arrive once each', async () => {
    await staged.run('CREATE TABLE many (id INT, name VARCHAR)');
    const rows = Array.from({ length: 20_000 }, (_, index) => [index, `name ${index}`]);
    await staged.run('INSERT INTO many VALUES (?, ?)', binds(...rows));
    expect(
      await staged.run('SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS d, MAX(name) AS m FROM many'),
    ).toEqual([{ N: 20_000, D: 20_000, M: 'name 9999' }]);
  });

  test('two sessions do not see each other’s uploads', async () => {
    const other = await local.connect({ arrayBindingThreshold: 1 });
    await staged.run('CREATE TABLE shared (who VARCHAR)');
    const insert = (session: DriverSession, who: string): Promise<unknown> =>
      session.run('INSERT INTO d.public.shared VALUES (?)', binds([who], [who], [who], [who]));
    await Promise.all([insert(staged, 'a'), insert(other, 'b')]);
    expect(await staged.run('SELECT who, COUNT(*) AS n FROM shared GROUP BY who ORDER BY who')).toEqual([
      { WHO: 'a', N: 4 },
      { WHO: 'b', N: 4 },
    ]);
    await other.close();
  });
});
