import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lintPages } from '../../../scripts/docs/lint-pages.ts';

const root = join(import.meta.dirname, '../../..');

test('docs/lint is what the rules say: npm run docs', () => {
  const pages = lintPages();
  for (const { file, text } of pages) expect(readFileSync(join(root, file), 'utf8')).toBe(text);
  expect(globSync('docs/lint/*', { cwd: root }).sort()).toEqual(pages.map(({ file }) => file).sort());
});

test('every link of the overview leads to a heading', () => {
  const pages = new Map(lintPages().map(({ file, text }) => [file, text]));
  const links = [...(pages.get('docs/lint/README.md') ?? '').matchAll(/\]\((\w+\.md)#(\w[\w-]*)\)/g)];
  expect(links.length).toBeGreaterThan(40);
  for (const [, file, anchor] of links) {
    const headings = [...(pages.get(`docs/lint/${file}`) ?? '').matchAll(/^## (.*)$/gm)];
    expect(headings.map(([, heading = '']) => heading.replace(/[^\w-]/g, ''))).toContain(anchor);
  }
});
