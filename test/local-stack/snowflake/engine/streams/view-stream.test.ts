import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

// Source: docs.snowflake.com, "Introduction to streams", Streams on views; CHANGES; AT | BEFORE.
let t: TestEngine;
beforeEach(async () => {
  t = await openTestEngine();
  await t.sql('CREATE TABLE customers (id INT, name VARCHAR)');
  await t.sql('CREATE TABLE orders (id INT, customer INT, amount INT)');
  await t.sql("INSERT INTO customers VALUES (1, 'a'), (2, 'b')");
  await t.sql('INSERT INTO orders VALUES (10, 1, 5), (11, 2, 6)');
  await t.sql('CREATE TABLE sink (n VARCHAR)');
});
afterEach(() => t.close());

const JOIN =
  'CREATE VIEW v AS SELECT o.id, c.name, o.amount FROM orders o JOIN customers c ON c.id = o.customer WHERE o.amount > 0';

/** `id name amount ACTION update?` of each change, sorted. */
async function changes(name = 's', columns = 'id, name, amount'): Promise<string[]> {
  const rows = await t.sql(`SELECT ${columns}, METADATA$ACTION, METADATA$ISUPDATE FROM ${name}`);
  return rows.map((row) => row.join(' ')).sort();
}
const consume = (name = 's'): Promise<unknown> =>
  t.sql(`INSERT INTO sink SELECT 'x' FROM ${name} WHERE FALSE`);

describe('a stream on a view with a join', () => {
  beforeEach(async () => {
    await t.sql(JOIN);
    await t.sql('CREATE STREAM s ON VIEW v');
  });

  test('shows the rows that an insert on either side brings', async () => {
    await t.sql("INSERT INTO customers VALUES (3, 'c')");
    expect(await changes()).toEqual([]);
    await t.sql('INSERT INTO orders VALUES (12, 3, 7), (13, 1, 8), (14, 9, 1)');
    expect(await changes()).toEqual(['12 c 7 INSERT 0', '13 a 8 INSERT 0']);
    await t.sql("INSERT INTO customers VALUES (9, 'z')");
    expect(await changes()).toEqual(['12 c 7 INSERT 0', '13 a 8 INSERT 0', '14 z 1 INSERT 0']);
  });

  test('shows an update of either side as a pair, and one that moves a row out as a DELETE', async () => {
    await t.sql("UPDATE customers SET name = 'A' WHERE id = 1");
    await t.sql('UPDATE orders SET amount = 0 WHERE id = 11');
    expect(await changes()).toEqual(['10 A 5 INSERT 1', '10 a 5 DELETE 1', '11 b 6 DELETE 0']);
  });

  test('shows nothing of what came and went, and starts anew once consumed', async () => {
    await t.sql('INSERT INTO orders VALUES (12, 1, 7)');
    await t.sql('DELETE FROM orders WHERE id = 12');
    expect(await changes()).toEqual([]);
    await t.sql('DELETE FROM customers WHERE id = 2');
    expect(await changes()).toEqual(['11 b 6 DELETE 0']);
    await consume();
    expect(await changes()).toEqual([]);
    expect(await t.value("SELECT SYSTEM$STREAM_HAS_DATA('s')")).toBe('0');
  });

  test('shows the same during a transaction, whatever others commit', async () => {
    await t.sql('INSERT INTO orders VALUES (12, 1, 7)');
    await t.sql('BEGIN');
    const before = await changes();
    const other = await t.open();
    await other.sql("UPDATE customers SET name = 'changed'");
    expect(await changes()).toEqual(before);
    await consume();
    await t.sql('COMMIT');
    expect(await changes()).toEqual([
      '10 a 5 DELETE 1',
      '10 changed 5 INSERT 1',
      '11 b 6 DELETE 1',
      '11 changed 6 INSERT 1',
      '12 a 7 DELETE 1',
      '12 changed 7 INSERT 1',
    ]);
  });

  test('keeps what one of its tables has for it when the other is consumed elsewhere', async () => {
    await t.sql('CREATE STREAM o ON TABLE orders');
    await t.sql('INSERT INTO orders VALUES (12, 1, 7)');
    await consume('o');
    expect(await changes()).toEqual(['12 a 7 INSERT 0']);
  });

  test('names its tables in SHOW STREAMS', async () => {
    await t.sql('SHOW STREAMS');
    expect(
      await t.sql(
        'SELECT "table_name", "source_type", "base_tables", "mode" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))',
      ),
    ).toEqual([['D.PUBLIC.V', 'View', 'D.PUBLIC.ORDERS,D.PUBLIC.CUSTOMERS', 'DEFAULT']]);
  });

  test('breaks when one of its tables is replaced', async () => {
    await t.sql('CREATE OR REPLACE TABLE customers (id INT, name VARCHAR)');
    expect((await t.error('SELECT * FROM s')).code).toBe('091901');
  });
});

test('SHOW_INITIAL_ROWS, APPEND_ONLY and AT work on a view with a join', async () => {
  await t.sql(JOIN);
  await t.sql('CREATE STREAM s ON VIEW v SHOW_INITIAL_ROWS = TRUE');
  await t.sql('CREATE STREAM appended ON VIEW v APPEND_ONLY = TRUE');
  await t.sql('INSERT INTO orders VALUES (12, 1, 7)');
  await t.sql("UPDATE customers SET name = 'A' WHERE id = 1");
  expect(await changes()).toEqual(['10 a 5 INSERT 0', '11 b 6 INSERT 0']);
  expect(await changes('appended')).toEqual(['12 A 7 INSERT 0']);
  await consume();
  expect(await changes()).toEqual(['10 A 5 INSERT 1', '10 a 5 DELETE 1', '12 A 7 INSERT 0']);
  await t.sql("CREATE STREAM other ON VIEW v AT(STREAM => 'appended')");
  expect(await changes('other')).toEqual(await changes());
});

describe('a stream on a view with UNION ALL', () => {
  beforeEach(async () => {
    await t.sql('CREATE TABLE old_orders (id INT, customer INT, amount INT)');
    await t.sql(
      'CREATE VIEW u AS SELECT id, amount FROM orders WHERE amount > 1 UNION ALL SELECT id, -amount FROM old_orders',
    );
    await t.sql('CREATE STREAM s ON VIEW u');
  });

  test('shows the changes of every branch, with row ids of their own', async () => {
    await t.sql('INSERT INTO orders VALUES (1, 1, 2), (2, 1, 1)');
    await t.sql('INSERT INTO old_orders VALUES (1, 1, 2)');
    await t.sql('UPDATE orders SET amount = 9 WHERE id = 10');
    expect(await changes('s', 'id, amount')).toEqual([
      '1 -2 INSERT 0',
      '1 2 INSERT 0',
      '10 5 DELETE 1',
      '10 9 INSERT 1',
    ]);
    expect(await t.value('SELECT COUNT(DISTINCT METADATA$ROW_ID) FROM s')).toBe('3');
    await consume();
    expect(await changes('s', 'id, amount')).toEqual([]);
  });

  test('shows one table twice when two branches read it', async () => {
    await t.sql('CREATE VIEW twice AS SELECT id FROM orders UNION ALL SELECT customer FROM orders');
    await t.sql('CREATE STREAM w ON VIEW twice');
    await t.sql('INSERT INTO orders VALUES (100, 200, 1)');
    expect(await changes('w', 'id')).toEqual(['100 INSERT 0', '200 INSERT 0']);
  });
});

test('a view that is more than that has no stream', async () => {
  const views = {
    grouped: 'SELECT customer FROM orders GROUP BY customer',
    distinct_: 'SELECT DISTINCT customer FROM orders',
    outer_: 'SELECT o.id FROM orders o LEFT JOIN customers c ON c.id = o.customer',
    union_: 'SELECT id FROM orders UNION SELECT id FROM customers',
    subquery: 'SELECT id FROM orders WHERE id IN (SELECT id FROM customers)',
    limited: 'SELECT id FROM orders LIMIT 1',
    derived: 'SELECT id FROM (SELECT id FROM orders)',
  };
  for (const [name, query] of Object.entries(views)) {
    await t.sql(`CREATE VIEW ${name} AS ${query}`);
    expect((await t.error(`CREATE STREAM x ON VIEW ${name}`)).code, name).toBe('999001');
  }
});

describe('CHANGES', () => {
  test('reads a table and a view between two points, and needs change tracking', async () => {
    await t.sql(JOIN);
    const read = 'SELECT id, METADATA$ACTION FROM v CHANGES (INFORMATION => DEFAULT) AT(OFFSET => 0)';
    expect((await t.error(read)).code).toBe('091930');
    await t.sql('ALTER TABLE orders SET CHANGE_TRACKING = TRUE');
    await t.sql('ALTER TABLE customers SET CHANGE_TRACKING = TRUE');
    await t.sql('CREATE STREAM mark ON TABLE orders');
    await t.sql('CREATE STREAM both ON VIEW v');
    await t.sql('INSERT INTO orders VALUES (12, 1, 7)');
    await t.sql('UPDATE orders SET amount = 8 WHERE id = 12');
    const of = async (sql: string): Promise<string[]> =>
      (await t.sql(sql)).map((row) => row.join(' ')).sort();
    expect(
      await of("SELECT id, amount FROM orders CHANGES (INFORMATION => DEFAULT) AT(STREAM => 'mark')"),
    ).toEqual(['12 8']);
    expect(
      await of("SELECT id, amount FROM orders CHANGES (INFORMATION => APPEND_ONLY) AT(STREAM => 'mark')"),
    ).toEqual(['12 7']);
    expect(await of("SELECT id, name FROM v CHANGES (INFORMATION => DEFAULT) AT(STREAM => 'both')")).toEqual([
      '12 a',
    ]);
    expect(
      (await t.error("SELECT * FROM v CHANGES (INFORMATION => DEFAULT) AT(STREAM => 'mark')")).message,
    ).toContain('does not read CUSTOMERS');
  });
});

test('a view is read AT a point in the past', async () => {
  await t.sql(JOIN);
  await t.sql('INSERT INTO orders VALUES (12, 1, 7)');
  const query = await t.value('SELECT LAST_QUERY_ID()');
  await t.sql('DELETE FROM customers');
  expect(await t.sql('SELECT COUNT(*) FROM v')).toEqual([['0']]);
  expect(await t.sql(`SELECT COUNT(*) FROM v BEFORE(STATEMENT => '${query}')`)).toEqual([['2']]);
  expect(await t.sql(`SELECT COUNT(*) FROM v AT(STATEMENT => '${query}')`)).toEqual([['3']]);
});

/** Random changes of two tables: the stream is the difference between two readings of the join. */
test('a stream on a join shows what two readings of the view differ in', async () => {
  const key = fc.integer({ min: 1, max: 3 });
  const step = fc.oneof(
    fc.record({
      do: fc.constantFrom('INSERT', 'UPDATE', 'DELETE'),
      table: fc.constantFrom('a', 'b'),
      key,
      value: fc.integer({ min: 0, max: 9 }),
    }),
    fc.record({ do: fc.constant('CONSUME'), table: fc.constant('a'), key, value: fc.constant(0) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 10 }), async (steps) => {
      await t.sql('CREATE OR REPLACE TABLE a (k INT, x INT)');
      await t.sql('CREATE OR REPLACE TABLE b (k INT, x INT)');
      await t.sql('INSERT INTO a VALUES (1, 0), (2, 0)');
      await t.sql('INSERT INTO b VALUES (1, 0), (3, 0)');
      await t.sql('CREATE OR REPLACE VIEW j AS SELECT a.k, a.x, b.x AS y FROM a, b WHERE a.k = b.k');
      await t.sql('CREATE OR REPLACE STREAM js ON VIEW j');
      const rows = async (): Promise<string[]> =>
        (await t.sql('SELECT k, x, y FROM j')).map((row) => row.join(' '));
      let then = await rows();
      for (const { do: kind, table, key: k, value } of steps) {
        if (kind === 'INSERT') await t.sql(`INSERT INTO ${table} VALUES (${k}, ${value})`);
        else if (kind === 'UPDATE') await t.sql(`UPDATE ${table} SET x = ${value} WHERE k = ${k}`);
        else if (kind === 'DELETE') await t.sql(`DELETE FROM ${table} WHERE k = ${k}`);
        else {
          await consume('js');
          then = await rows();
        }
        // What is in both as a bag has not changed, or was updated to the same.
        const seen = await t.sql('SELECT k, x, y, METADATA$ACTION FROM js');
        const applied = new Map<string, number>();
        const count = (row: string, by: number): void => {
          applied.set(row, (applied.get(row) ?? 0) + by);
        };
        for (const row of then) count(row, 1);
        for (const [kk, x, y, action] of seen) count(`${kk} ${x} ${y}`, action === 'INSERT' ? 1 : -1);
        const bag = [...applied]
          .flatMap(([row, times]) => Array<string>(Math.max(0, times)).fill(row))
          .sort();
        expect([...applied.values()].every((times) => times >= 0)).toBe(true);
        expect(bag).toEqual((await rows()).sort());
      }
    }),
    { numRuns: 12, seed: 20261125 },
  );
}, 30_000);
