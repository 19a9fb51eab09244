import { expect, test } from 'vitest';
import { readLintConfig } from '../../../actions/check-sql/lint/config.ts';
import { lintDirectory } from '../../../actions/check-sql/lint/lint.ts';
import { withDirectory } from './support/directory.ts';

test('nothing is found in the migrations of this repository, and what they ignore has a reason', async () => {
  const report = lintDirectory('migrations', { config: await readLintConfig('migrations') });
  expect(report.problems).toEqual([]);
  expect(report.findings).toEqual([]);
  expect(report.statements).toBeGreaterThan(50);
});

test('1,000 migrations, one of a megabyte and one of 200 levels, are linted (failure 42)', () => {
  const nested = `SELECT ${'('.repeat(200)}1${')'.repeat(200)};`;
  const long = `INSERT INTO SILVER.T (A) VALUES ${Array.from({ length: 100_000 }, (_, row) => `(${row}000)`).join(',')};`;
  expect(long.length).toBeGreaterThan(1_000_000);
  const files: Record<string, string> = { 'V1__nested.sql': nested, 'V2__long.sql': long };
  for (let number = 3; number <= 1000; number++)
    files[`V${number}__t.sql`] = `CREATE TABLE SILVER.T${number} (ID NUMBER(10,0));`;
  const { findings, problems } = withDirectory(files, ({ lint }) => lint());
  expect(problems).toEqual([]);
  expect(findings.filter(({ rule }) => rule === 'idempotence/create-if-not-exists')).toHaveLength(998);
});
