import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { functionCoverage, functionsPage } from '../../../scripts/docs/functions-page.ts';

test('every function of the registry has a conformance case', () => {
  const all = functionCoverage();
  expect(all.filter(({ cases }) => cases === 0).map(({ definition }) => definition.name)).toEqual([]);
  expect(all.length).toBeGreaterThanOrEqual(250);
});

test('docs/local-snowflake/functions.md is what the code says: npm run docs', () => {
  const path = join(import.meta.dirname, '../../../docs/local-snowflake/functions.md');
  expect(readFileSync(path, 'utf8')).toBe(functionsPage());
});
