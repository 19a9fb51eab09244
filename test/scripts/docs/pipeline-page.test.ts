import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pipelinePage, pipelineSchemaFile } from '../../../scripts/docs/pipeline-page.ts';

const docs = join(import.meta.dirname, '../../../docs');

test('docs/pipeline.md and the JSON Schema are what the code says: npm run docs', () => {
  expect(readFileSync(join(docs, 'pipeline.md'), 'utf8')).toBe(pipelinePage());
  expect(readFileSync(join(docs, 'pipeline.schema.json'), 'utf8')).toBe(pipelineSchemaFile());
});

test('every field is described', () => {
  const rows = pipelinePage()
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.filter((row) => /\|\s+\|$/.test(row))).toEqual([]);
});
