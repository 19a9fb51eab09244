import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newMigration } from '../../scripts/new-migration.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'migrations-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const make = (description: string, repeatable = false) =>
  newMigration({ description, directory, repeatable }).slice(directory.length + 1);

test('the next migration gets the next number, also after one in a subfolder, and a comment', () => {
  expect(make('Add loyalty tier')).toBe('V001__add_loyalty_tier.sql');
  mkdirSync(join(directory, 'old'));
  writeFileSync(join(directory, 'old', 'V009__x.sql'), '');
  expect(make('  Größe & Maß: 2nd try! ')).toBe('V010__gro_e_ma_2nd_try.sql');
  expect(readFileSync(join(directory, 'V001__add_loyalty_tier.sql'), 'utf8')).toMatch(
    /^-- Add loyalty tier\n-- Runs once\./,
  );
});

test('a repeatable one has no number, and none overwrites another', () => {
  expect(make('Gold margin', true)).toBe('R__gold_margin.sql');
  expect(() => make('gold MARGIN', true)).toThrow('R__gold_margin.sql exists');
});

test('a description without a letter or digit gives no file', () => {
  expect(() => make('…')).toThrow('"…" gives no file name');
});
