import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../support/engine.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await openTestEngine();
});
afterAll(() => engine.close());

const T = "'2024-01-31 22:30:00 -0730'::TIMESTAMP_TZ";

// docs.snowflake.com/en/sql-reference/data-types-datetime, TIMESTAMP_TZ
describe('TIMESTAMP_TZ keeps its offset', () => {
  test.each([
    [`${T}::VARCHAR`, '2024-01-31 22:30:00.000 -0730'],
    [`DATEADD(hour, 3, ${T})::VARCHAR`, '2024-02-01 01:30:00.000 -0730'],
    [`DATEADD(month, 1, ${T})::VARCHAR`, '2024-02-29 22:30:00.000 -0730'],
    [`DATE_TRUNC(month, ${T})::VARCHAR`, '2024-01-01 00:00:00.000 -0730'],
    [`(${T} - INTERVAL '1 day')::VARCHAR`, '2024-01-30 22:30:00.000 -0730'],
    [`TIME_SLICE(${T}, 1, 'hour')::VARCHAR`, '2024-01-31 22:00:00.000 -0730'],
    [`ADD_MONTHS(${T}, 1)::VARCHAR`, '2024-02-29 22:30:00.000 -0730'],
    [`LAST_DAY(${T})::VARCHAR`, '2024-01-31'],
    [`DAYNAME(${T})`, 'Wed'],
    [`DAY(${T})`, '31'],
    [`DATE_PART(epoch_second, ${T})`, '1706767200'],
    [`TO_CHAR(${T}, 'DD TZH:TZM')`, '31 -07:30'],
    [`${T}::TIMESTAMP_NTZ::VARCHAR`, '2024-01-31 22:30:00.000'],
    [`${T}::TIMESTAMP_LTZ::VARCHAR`, '2024-02-01 06:00:00.000 +0000'],
    [`${T}::DATE::VARCHAR`, '2024-01-31'],
    [`TO_VARIANT(${T})::TIMESTAMP_TZ::VARCHAR`, '2024-01-31 22:30:00.000 -0730'],
    [`DATEDIFF(day, ${T}, '2024-02-01 06:00:00 +0000'::TIMESTAMP_TZ)`, '0'],
    [`CONVERT_TIMEZONE('Asia/Kolkata', ${T})::VARCHAR`, '2024-02-01 11:30:00.000 +0530'],
    [`${T} = '2024-02-01 06:00:00 +0000'::TIMESTAMP_TZ`, '1'],
    [`${T} IS DISTINCT FROM '2024-02-01 06:00:00Z'::TIMESTAMP_TZ`, '0'],
    [`'2024-01-31 22:30:00.987 +0100'::TIMESTAMP_TZ(1)`, '1706736600.9 1500'],
    [`'Wed, 31 Jan 2024 22:30:00 -0730'::TIMESTAMP_TZ = ${T}`, '1'],
    [`'2024-01-31T22:30:00 -07'::TIMESTAMP_TZ::VARCHAR`, '2024-01-31 22:30:00.000 -0700'],
  ])('%s is %s', async (expression, expected) => {
    expect(await engine.value(`SELECT ${expression}`)).toBe(expected);
  });
});

test('a moment written with any offset comes back as written, and is the instant it says', async () => {
  const minutes = fc.integer({ min: -14 * 60, max: 14 * 60 });
  const seconds = fc.integer({ min: -2_000_000_000, max: 4_000_000_000 });
  await fc.assert(
    fc.asyncProperty(seconds, minutes, async (second, offset) => {
      const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
      const wall = new Date((second + offset * 60) * 1000).toISOString().slice(0, 19).replace('T', ' ');
      const zone = `${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}${two(Math.abs(offset) % 60)}`;
      const t = `'${wall} ${zone}'::TIMESTAMP_TZ`;
      const rows = await engine.sql(`SELECT ${t}, ${t}::VARCHAR, DATE_PART(epoch_second, ${t})`);
      expect(rows).toEqual([[`${second}.000000000 ${offset + 1440}`, `${wall}.000 ${zone}`, String(second)]]);
    }),
    { numRuns: 30 },
  );
});

test('a fraction finer than microseconds in a constant is refused, not lost', async () => {
  const error = await engine.error("SELECT '2024-01-31 10:00:00.1234567'::TIMESTAMP_NTZ");
  expect(error.code).toBe('999001');
  expect(await engine.value("SELECT '2024-01-31 10:00:00.1234560'::TIMESTAMP_NTZ")).toBe(
    '1706695200.123456000',
  );
  expect(await engine.value("SELECT '2024-01-31 10:00:00.1234567'::TIMESTAMP_NTZ(3)")).toBe('1706695200.123');
});
