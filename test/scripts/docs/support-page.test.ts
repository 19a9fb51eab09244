import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { supportPage } from '../../../scripts/docs/support-page.ts';

test('docs/local-snowflake/support.md is what the code says: npm run docs', () => {
  const path = join(import.meta.dirname, '../../../docs/local-snowflake/support.md');
  expect(readFileSync(path, 'utf8')).toBe(supportPage());
});
