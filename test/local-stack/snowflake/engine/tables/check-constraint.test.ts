import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let db: TestEngine;
beforeAll(async () => {
  db = await openTestEngine();
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.sql(`CREATE OR REPLACE TABLE o (id INT, quantity INT CONSTRAINT enough CHECK (quantity > 0), low NUMBER(8,2),
    high NUMBER(8,2), CONSTRAINT ordered CHECK (low <= high))`);
  await db.sql('INSERT INTO o VALUES (1, 1, 1, 2)');
});

const rows = () => db.sql('SELECT * FROM o ORDER BY id');

// Source: docs.snowflake.com, "Overview of constraints" and the release notes of version 10.12.
describe('a CHECK constraint', () => {
  test.each([
    ['INSERT', 'INSERT INTO o VALUES (2, 5, 1, 2), (3, 0, 1, 2)', 'ENOUGH', 'quantity > 0'],
    ['INSERT … SELECT', 'INSERT INTO o SELECT 2, 1, 3, 2', 'ORDERED', 'low <= high'],
    ['INSERT ALL', 'INSERT ALL INTO o (quantity) VALUES (q) SELECT -1 AS q', 'ENOUGH', 'quantity > 0'],
    ['UPDATE', 'UPDATE o SET high = 0', 'ORDERED', 'low <= high'],
    ['UPDATE … FROM', 'UPDATE o SET low = x.l FROM (SELECT 9 AS l) x', 'ORDERED', 'low <= high'],
    [
      'an update of MERGE',
      'MERGE INTO o USING (SELECT 1 AS id) s ON o.id = s.id WHEN MATCHED THEN UPDATE SET quantity = -1',
      'ENOUGH',
      'quantity > 0',
    ],
    [
      'an insert of MERGE',
      'MERGE INTO o USING (SELECT 7 AS id) s ON o.id = s.id WHEN NOT MATCHED THEN INSERT (quantity) VALUES (0)',
      'ENOUGH',
      'quantity > 0',
    ],
  ])('ends %s of a row that breaks it, which changes nothing', async (_, statement, name, condition) => {
    const error = await db.error(statement);
    expect([error.code, error.sqlState]).toEqual(['999003', '23513']);
    expect(error.message).toBe(`CHECK constraint '${name}' of table 'D.PUBLIC.O' is violated: ${condition}`);
    expect(await rows()).toEqual([['1', '1', '1.00', '2.00']]);
  });

  test('does not keep a row from being deleted', async () => {
    await db.sql('CREATE OR REPLACE TABLE old (id INT)');
    await db.sql('INSERT INTO old VALUES (-1)');
    await db.sql('ALTER TABLE old ADD CONSTRAINT positive CHECK (id > 0) NOVALIDATE');
    await db.sql('MERGE INTO old USING (SELECT -1 AS id) s ON old.id = s.id WHEN MATCHED THEN DELETE');
    expect(await db.sql('SELECT * FROM old')).toEqual([]);
  });

  test('ends CREATE TABLE … AS, and COPY INTO', async () => {
    expect((await db.error('CREATE TABLE made (a INT CHECK (a > 0)) AS SELECT -1')).code).toBe('999003');
    expect((await db.error('SELECT * FROM made')).code).toBe('002003');
    await db.sql('CREATE OR REPLACE STAGE st');
    await db.sql('COPY INTO @st/f FROM (SELECT 2, 0, 1, 2) FILE_FORMAT = (TYPE = CSV)');
    for (const how of ['ABORT_STATEMENT', 'CONTINUE'])
      expect(
        (await db.error(`COPY INTO o FROM @st/f FILE_FORMAT = (TYPE = CSV) ON_ERROR = ${how}`)).code,
      ).toBe('999003');
    expect(await rows()).toHaveLength(1);
  });

  test('that is added holds for the rows that are there, unless NOVALIDATE', async () => {
    expect((await db.error('ALTER TABLE o ADD CONSTRAINT large CHECK (quantity > 10)')).code).toBe('999003');
    await db.sql('INSERT INTO o (id, quantity) VALUES (2, 5)');
    await db.sql('ALTER TABLE o ADD CONSTRAINT large CHECK (quantity > 10) NOVALIDATE');
    expect((await db.error('INSERT INTO o (quantity) VALUES (6)')).message).toContain('LARGE');
    await db.sql('ALTER TABLE o DROP CONSTRAINT large');
    await db.sql('INSERT INTO o (id, quantity) VALUES (3, 6)');
    expect(await rows()).toHaveLength(3);
  });

  test('goes with LIKE and CLONE, and is shown by GET_DDL', async () => {
    await db.sql('CREATE OR REPLACE TABLE o_like LIKE o');
    await db.sql('CREATE OR REPLACE TABLE o_clone CLONE o');
    for (const copy of ['o_like', 'o_clone'])
      expect((await db.error(`INSERT INTO ${copy} (quantity) VALUES (0)`)).code).toBe('999003');
    const ddl = await db.value("SELECT GET_DDL('TABLE', 'o')");
    expect(ddl).toContain('constraint ENOUGH check (quantity > 0)');
    await db.sql(ddl!.replace(' O ', ' O_AGAIN '));
    expect((await db.error('INSERT INTO o_again (low, high) VALUES (2, 1)')).message).toContain(
      'low <= high',
    );
  });

  test('keeps its columns: DROP and RENAME of them are refused by name', async () => {
    for (const change of ['DROP COLUMN quantity', 'RENAME COLUMN quantity TO q'])
      expect((await db.error(`ALTER TABLE o ${change}`)).code).toBe('999001');
    await db.sql('ALTER TABLE o RENAME COLUMN id TO key');
    expect((await db.error('INSERT INTO o (quantity) VALUES (0)')).code).toBe('999003');
  });
});
