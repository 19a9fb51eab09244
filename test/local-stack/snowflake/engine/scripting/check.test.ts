import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let db: TestEngine;
beforeAll(async () => {
  db = await openTestEngine();
});
afterAll(() => db.close());

describe('a name that nothing declares is refused before the block runs', () => {
  test.each([
    ['RETURN missing;', 13, 'MISSING'],
    ['LET y NUMBER := :nosuch; RETURN 1;', 22, 'nosuch'],
    ['RETURN missing; nosuchtarget := 1;', 35, 'NOSUCHTARGET'],
    ['RETURN missing; OPEN nosuchcursor;', 27, 'NOSUCHCURSOR'],
    ['LET x NUMBER := missing; LET y NUMBER := :nosuch; RETURN 1;', 47, 'nosuch'],
    ['IF (missing = 1) THEN RETURN :nosuch; END IF; RETURN 1;', 35, 'nosuch'],
    ['RETURN missing + (SELECT :nosuch);', 31, 'nosuch'],
    ['BEGIN RETURN missing; END; LET y NUMBER := :nosuch; RETURN 1;', 49, 'nosuch'],
    ['RETURN missing; EXCEPTION WHEN OTHER THEN RETURN :nosuch;', 55, 'nosuch'],
    ['FOR i IN missing TO 2 DO RETURN :nosuch; END FOR; RETURN 1;', 38, 'nosuch'],
    ['RETURN missing; LET c := missing2 + 1;', 31, 'MISSING2'],
    ['LET x NUMBER := 1; RETURN missing; x := missing2;', 32, 'MISSING'],
    ['IF (TRUE) THEN RETURN missing; LET x NUMBER := missing2; END IF;', 53, 'MISSING2'],
    ['LOOP RETURN missing; LET x NUMBER := missing2; END LOOP;', 43, 'MISSING2'],
    ['RETURN missing2 + missing;', 13, 'MISSING2'],
    ['REPEAT RETURN missing; UNTIL (missing2) END REPEAT;', 36, 'MISSING2'],
    ['SELECT 1 INTO :nosuch;', 21, 'NOSUCH'],
    ['RAISE nobody;', 12, 'NOBODY'],
    ['RETURN TABLE(nothing);', 6, 'NOTHING'],
    ['LET c CURSOR FOR nothing;', 23, 'NOTHING'],
    ['FOR r IN nothing DO NULL; END FOR;', 15, 'NOTHING'],
  ])('%s', async (body, column, name) => {
    const error = await db.error(`BEGIN ${body} END;`);
    expect([error.code, error.sqlState]).toEqual(['000904', '42000']);
    expect(error.message).toBe(
      `SQL compilation error: error line 1 at position ${column}\ninvalid identifier '${name}'`,
    );
  });

  test('and none of its statements has run', async () => {
    await db.error('BEGIN CREATE TABLE unmade (a INT); RETURN missing; END');
    expect((await db.error('SELECT * FROM unmade')).code).toBe('002003');
  });

  test('on whatever line it stands', async () => {
    const error = await db.error('BEGIN\n  LET a := 1;\n    a := b;\nEND');
    expect(error.message).toContain('error line 3 at position 9');
    expect(error.position).toMatchObject({ line: 3, column: 9 });
  });
});

describe('a name is seen', () => {
  test('from its declaration on', async () => {
    expect((await db.error('BEGIN LET a INT := b; LET b INT := 1; RETURN a; END')).code).toBe('000904');
  });

  test('in the blocks, branches and loops within', async () => {
    expect(
      await db.value(
        'DECLARE a INT DEFAULT 0; BEGIN FOR i IN 1 TO 2 DO IF (TRUE) THEN BEGIN a := a + i; END; END IF; END FOR; RETURN a; END',
      ),
    ).toBe('3');
  });

  test('not outside its block', async () => {
    expect((await db.error('BEGIN BEGIN LET a := 1; END; RETURN a; END')).code).toBe('000904');
    expect((await db.error('BEGIN FOR i IN 1 TO 2 DO NULL; END FOR; RETURN i; END')).code).toBe('000904');
  });

  test('of the innermost block that declares it', async () => {
    expect(await db.value('BEGIN LET a := 1; BEGIN LET a := 2; a := 3; END; RETURN a; END')).toBe('1');
  });
});

describe('BREAK and CONTINUE', () => {
  test.each([
    'BEGIN BREAK; END',
    'BEGIN IF (TRUE) THEN CONTINUE; END IF; END',
    'BEGIN LOOP BREAK other; END LOOP mine; END',
  ])('need a loop that they can leave: %s', async (sql) => {
    expect((await db.error(sql)).message).toContain('is not within a loop that it can leave');
  });

  test('take the label at the end of a loop around', async () => {
    const sql =
      'BEGIN LET n := 0; LOOP LOOP n := n + 1; BREAK outside; END LOOP; END LOOP outside; RETURN n; END';
    expect(await db.value(sql)).toBe('1');
  });
});

test('RAISE without a name is for handlers', async () => {
  expect((await db.error('BEGIN RAISE; END')).code).toBe('092228');
});

test('what cannot be kept in the text of a view is not supported here', async () => {
  expect((await db.error('BEGIN LET x := 1; CREATE VIEW v AS SELECT :x AS a; END')).code).toBe('999001');
});
