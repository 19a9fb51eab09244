import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fold } from '../../../../../actions/local-stack/snowflake/engine/scripting/fold.ts';
import { parseExpressionText } from '../../../../../actions/shared/sql/parse.ts';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let db: TestEngine;
beforeAll(async () => {
  db = await openTestEngine();
});
afterAll(() => db.close());

const folded = (text: string) => fold(parseExpressionText(text), () => undefined);

describe('what is computed without the database is what the database computes', () => {
  test.each([
    '1 + 2',
    '5 - 7 * 3',
    '-4 + +1',
    '3 = 3',
    '3 <> 3',
    '2 < 3 AND NOT 4 <= 3',
    '2 > 3 OR 4 >= 4',
    '99999999999999999999999999999999999998 + 1',
    'TRUE AND FALSE',
  ])('%s', async (text) => {
    const value = folded(text);
    expect(value).toBeDefined();
    expect(String(value)).toBe(await db.value(`SELECT TO_VARCHAR(${text})`));
  });
});

describe('everything else is left to the database', () => {
  test.each([
    '1.5 + 1',
    '1 / 1',
    '5 % 2',
    'NULL + 1',
    'TRUE AND NULL',
    "'a' < 'b'",
    "'a' || 'b'",
    'ABS(1)',
    'x + 1',
    '99999999999999999999999999999999999999 + 1',
    '1 = TRUE',
  ])('%s', (text) => {
    expect(folded(text)).toBeUndefined();
  });
});
