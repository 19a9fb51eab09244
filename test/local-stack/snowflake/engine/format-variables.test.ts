import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../support/engine.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await openTestEngine();
});
afterAll(() => engine.close());

// docs.snowflake.com/en/sql-reference/parameters, date-time-input-output
describe('text of a value follows the session', () => {
  test.each([
    ['DATE_OUTPUT_FORMAT', 'DD/MM/YY', "'2024-01-31'::DATE", '31/01/24'],
    ['TIME_OUTPUT_FORMAT', 'HH12:MI PM', "'15:04:05'::TIME", '03:04 PM'],
    [
      'TIMESTAMP_NTZ_OUTPUT_FORMAT',
      'YYYY-MM-DD"T"HH24:MI:SS',
      "'2024-01-31 15:04:05'::TIMESTAMP_NTZ",
      '2024-01-31T15:04:05',
    ],
    ['TIMESTAMP_LTZ_OUTPUT_FORMAT', 'HH24:MI TZHTZM', "'2024-01-31 15:04:05'::TIMESTAMP_LTZ", '15:04 +0000'],
    [
      'TIMESTAMP_TZ_OUTPUT_FORMAT',
      'HH24:MI TZH:TZM',
      "'2024-01-31 15:04:05 -0730'::TIMESTAMP_TZ",
      '15:04 -07:30',
    ],
    ['TIMESTAMP_OUTPUT_FORMAT', 'MON YYYY', "'2024-01-31 15:04:05'::TIMESTAMP_LTZ", 'Jan 2024'],
    ['BINARY_OUTPUT_FORMAT', 'BASE64', "'FF00'::BINARY", '/wA='],
  ])('%s = %s: %s is %s', async (parameter, format, expression, expected) => {
    const plain = await engine.value(`SELECT ${expression}::VARCHAR`);
    await engine.sql(`ALTER SESSION SET ${parameter} = '${format}'`);
    expect(await engine.value(`SELECT ${expression}::VARCHAR`)).toBe(expected);
    await engine.sql(`ALTER SESSION UNSET ${parameter}`);
    expect(await engine.value(`SELECT ${expression}::VARCHAR`)).toBe(plain);
  });
});

describe('a value of text follows the session', () => {
  test.each([
    ['DATE_INPUT_FORMAT', 'DD/MM/YYYY', "'05/02/2024'::DATE", "'2024-02-05'::DATE", '100040'],
    [
      'TIMESTAMP_INPUT_FORMAT',
      'DD.MM.YYYY HH24:MI',
      "'05.02.2024 10:30'::TIMESTAMP_NTZ",
      "'2024-02-05 10:30'::TIMESTAMP_NTZ",
      '100035',
    ],
    [
      'TIMESTAMP_INPUT_FORMAT',
      'DD.MM.YYYY HH24:MI TZHTZM',
      "'05.02.2024 10:30 +0200'::TIMESTAMP_TZ",
      "'2024-02-05 10:30 +0200'::TIMESTAMP_TZ",
      '100035',
    ],
    ['TIME_INPUT_FORMAT', 'HH12:MI PM', "'03:04 PM'::TIME", "'15:04'::TIME", '100108'],
  ])('%s = %s: %s', async (parameter, format, written, plain, code) => {
    const expected = await engine.value(`SELECT ${plain}`);
    await engine.sql(`ALTER SESSION SET ${parameter} = '${format}'`);
    expect(await engine.value(`SELECT ${written}`)).toBe(expected);
    expect((await engine.error(`SELECT ${plain}`)).code).toBe(code);
    await engine.sql(`ALTER SESSION SET ${parameter} = 'AUTO'`);
    expect(await engine.value(`SELECT ${plain}`)).toBe(expected);
  });
});

test('a VARIANT keeps its dates as they are, whatever the formats', async () => {
  await engine.sql("ALTER SESSION SET DATE_OUTPUT_FORMAT = 'DD/MM/YY', DATE_INPUT_FORMAT = 'DD/MM/YY'");
  expect(await engine.value("SELECT TO_VARIANT('31/01/24'::DATE)")).toBe('"2024-01-31"');
  expect(await engine.value("SELECT TO_VARIANT('31/01/24'::DATE)::DATE::VARCHAR")).toBe('31/01/24');
  await engine.sql('ALTER SESSION UNSET DATE_OUTPUT_FORMAT, DATE_INPUT_FORMAT');
});

test('other sessions keep their own formats', async () => {
  const other = await engine.open();
  await engine.sql("ALTER SESSION SET DATE_OUTPUT_FORMAT = 'YYYY'");
  expect(await other.value("SELECT '2024-01-31'::DATE::VARCHAR")).toBe('2024-01-31');
  await engine.sql('ALTER SESSION UNSET DATE_OUTPUT_FORMAT');
});
