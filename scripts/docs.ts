import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { functionsPage } from './docs/functions-page.ts';
import { lintPages } from './docs/lint-pages.ts';
import { pipelinePage, pipelineSchemaFile } from './docs/pipeline-page.ts';
import { supportPage } from './docs/support-page.ts';

/** `npm run docs`: writes the pages that are generated from the code. */
const PAGES: [file: string, page: () => string][] = [
  ['docs/local-snowflake/functions.md', functionsPage],
  ['docs/local-snowflake/support.md', supportPage],
  ...lintPages().map(({ file, text }): [string, () => string] => [file, () => text]),
  ['docs/pipeline.md', pipelinePage],
  ['docs/pipeline.schema.json', pipelineSchemaFile],
];

for (const [file, page] of PAGES) {
  const path = join(import.meta.dirname, '..', file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, page());
  console.log(file);
}
