import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Example, GROUPS, type Rule } from '../../../actions/check-sql/lint/rule.ts';
import { RULES } from '../../../actions/check-sql/lint/rules.ts';
import { withDirectory } from './support/directory.ts';

const root = join(import.meta.dirname, '../../../actions/check-sql/lint/rules');

test('every file of a rule is in the list, under the name that its id says; there are at least 40', () => {
  const files = globSync('*/*.ts', { cwd: root }).map((file) => file.replace(/\.ts$/, ''));
  expect(RULES.map(({ id }) => id).sort()).toEqual(files.sort());
  expect(RULES.length).toBeGreaterThanOrEqual(40);
  for (const group of Object.keys(GROUPS)) expect(existsSync(join(root, group))).toBe(true);
});

/** The places at which the rule finds something, and those that the example marks. */
function placesIn(rule: Rule, example: Example): { found: string[]; marked: string[]; unread: string[] } {
  const files = typeof example === 'string' ? { 'V1__example.sql': example } : example;
  const { findings, problems } = withDirectory(files, ({ lint }) => lint([rule], { allowGaps: true }));
  const marked = Object.entries(files).flatMap(([file, text]) =>
    text.split('\n').flatMap((line, index) => (line.endsWith('-- <--') ? [`${file}:${index + 1}`] : [])),
  );
  // Findings about the whole of a file of one statement are on its first line.
  const found = new Set(findings.map(({ file, line }) => `${file}:${line}`));
  return { found: [...found].sort(), marked: marked.sort(), unread: problems.map(({ message }) => message) };
}

describe.each(RULES.map((rule) => [rule.id, rule] as const))('%s', (_, rule) => {
  test.each(rule.bad.map((example, index) => [index + 1, example] as const))(
    'finds what bad example %i marks',
    (__, example) => {
      const { found, marked, unread } = placesIn(rule, example);
      expect(unread).toEqual([]);
      expect(marked.length).toBeGreaterThan(0);
      expect(found).toEqual(marked);
    },
  );
  test.each(rule.good.map((example, index) => [index + 1, example] as const))(
    'finds nothing in good example %i',
    (__, example) => {
      const { found, marked, unread } = placesIn(rule, example);
      expect([unread, marked]).toEqual([[], []]);
      expect(found).toEqual([]);
    },
  );
});

test('every rule says what, why and what to do', () => {
  for (const { id, finds, why, remedy } of RULES) {
    expect([id, finds.length > 8, why.length > 40, remedy.length > 10]).toEqual([id, true, true, true]);
    expect([id, finds.endsWith('.'), why.endsWith('.'), remedy.endsWith('.')]).toEqual([
      id,
      false,
      true,
      true,
    ]);
  }
});
