import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = normalize(join(import.meta.dirname, '../..'));
const pages = globSync(['*.md', 'docs/**/*.md', 'test/**/*.md'], { cwd: root }).sort();
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

function textOf(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

describe('the documentation', () => {
  it('has the pages that people look for', () => {
    expect(pages).toEqual(
      expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md']),
    );
  });

  it.each(pages)('%s links to what is there', (page) => {
    const links = [...textOf(page).matchAll(/\]\((?!https?:|mailto:|#)([^)\s#]+)[^)]*\)/g)].map(
      (match) => match[1]!,
    );
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });

  it.each(pages)('%s names commands that exist', (page) => {
    const named = [...textOf(page).matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)].map(
      (match) => match[1]!,
    );
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it.each(pages)('%s names files of the repository that exist', (page) => {
    const named = [...textOf(page).matchAll(/`((?:actions|scripts|test|docs|\.github)\/[\w./-]+)`/g)].map(
      (match) => match[1]!,
    );
    expect(named.filter((name) => !existsSync(join(root, name)))).toEqual([]);
  });
});
