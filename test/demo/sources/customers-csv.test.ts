import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { validateCustomers } from '../../../actions/load-customers/validate.ts';
import { customersCsv } from '../../../scripts/demo/sources/customers-csv.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'customers-csv-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function validate(text: string) {
  const file = path.join(directory, 'customers.csv');
  await writeFile(file, text);
  return validateCustomers(file, directory, { latestDate: '2026-06-30' });
}

test('day one has 2000 rows of which 30 are dirty', () => {
  expect(customersCsv({ day: 1 }).expected).toEqual({ rows: 2000, good: 1970, bad: 30 });
});

test.each([
  { count: 2000, day: 1 as const },
  { count: 2000, day: 2 as const },
  { count: 300, day: 1 as const },
  { count: 300, day: 2 as const },
])('the validator finds exactly the dirty rows of $count customers on day $day', async ({ count, day }) => {
  const { text, expected } = customersCsv({ count, day });
  const { good, bad } = await validate(text);
  expect({ rows: good.rows + bad.rows, good: good.rows, bad: bad.rows }).toEqual(expected);
});

test('day two corrects every row that was dirty on day one', async () => {
  const { firstRejections } = await validate(customersCsv({ count: 1000, day: 1 }).text);
  expect(firstRejections).toHaveLength(15);
  const ids = (text: string) => new Set(text.split('\n').map((line) => line.split(',')[0]));
  const dirtyIds = firstRejections
    .map(({ line }) => customersCsv({ count: 1000, day: 1 }).text.split('\n')[line - 1]!.split(',')[0]!)
    .filter((id) => /^\d+$/.test(id));
  expect(dirtyIds.length).toBeGreaterThan(5);
  const dayTwo = ids(customersCsv({ count: 1000, day: 2 }).text);
  expect(dirtyIds.filter((id) => !dayTwo.has(id))).toEqual([]);
});

test('some customers come twice with a newer updated_at', () => {
  const lines = customersCsv({ day: 1 }).text.trimEnd().split('\n').slice(-10);
  const ids = lines.map((line) => line.split(',')[0]);
  expect(new Set(ids).size).toBe(10);
  expect(lines.every((line) => line.endsWith(',2026-06-28T16:30:00Z'))).toBe(true);
});
