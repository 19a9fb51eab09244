import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'check-sql-'));
  mkdirSync(join(directory, 'migrations'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Runs the action as the runner does, in the directory. */
function run(files: Record<string, string>, inputs: Record<string, string> = {}) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, 'migrations', name), text);
  const all: Record<string, string> = {
    directory: 'migrations',
    variables: '',
    bootstrap: join(root, 'scripts/infra/snowflake/bootstrap.sql'),
    'allow-gaps': 'false',
    'timeout-seconds': '300',
    'fail-on': 'error',
    sarif: '',
    ...inputs,
  };
  const file = (name: string): string => join(directory, name);
  for (const name of ['output', 'summary']) writeFileSync(file(name), '');
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'actions/check-sql/main.ts')], {
    cwd: directory,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      GITHUB_OUTPUT: file('output'),
      GITHUB_STEP_SUMMARY: file('summary'),
      ...Object.fromEntries(
        Object.entries(all).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
      ),
    },
  });
  const outputs = readFileSync(file('output'), 'utf8');
  return { status, stdout, outputs, summary: readFileSync(file('summary'), 'utf8') };
}

test('errors of syntax and findings of rules are annotations, in the summary and in the SARIF file', () => {
  const tables = Array.from(
    { length: 14 },
    (_, index) => `CREATE TABLE IF NOT EXISTS SILVER.T${index} (PRICE FLOAT);`,
  );
  const { status, stdout, outputs, summary } = run(
    {
      'V1__a.sql': `${tables.join('\n')}\nSELECT FROM WHERE;\n`,
      'V2__b.sql': 'CREATE TABLE SILVER.U (ID INT);\n',
    },
    { sarif: 'findings.sarif' },
  );
  expect(status).toBe(1);
  const errors = stdout.split('\n').filter((line) => line.startsWith('::error '));
  expect(errors).toHaveLength(10);
  expect(new Set(errors).size).toBe(10);
  expect(errors.filter((line) => line.includes('line=15'))).toHaveLength(1);
  expect(stdout).toContain('file=migrations/V2__b.sql,line=1,col=14::running it a second time fails');
  expect(stdout).toContain('5 more findings are in the summary');
  expect(outputs).toMatch(/^errors<<[^\n]+\n15\n/m);
  expect(outputs).toMatch(/^warnings<<[^\n]+\n1\n/m);
  expect(summary).toContain('**15 errors**. Not run');
  expect(summary.match(/types\/money-float: PRICE in a FLOAT is not exact/g)).toHaveLength(14);
  const { results } = JSON.parse(readFileSync(join(directory, 'findings.sarif'), 'utf8')).runs[0];
  expect(results).toHaveLength(16);
});

test('a finding fails the check from the severity on that fail-on says, and does not keep the SQL from being run', () => {
  const files = { 'V1__a.sql': 'CREATE TABLE PUBLIC.U (ID NUMBER(10,0));\n' };
  const { status, stdout, summary } = run(files);
  expect(stdout).toContain('::warning title=Check SQL,file=migrations/V1__a.sql,line=1,col=14::running it');
  expect(stdout).toContain('1 statements in 1 files: nothing that fails the check');
  expect(summary).toContain('The lint rules find 0 errors, 1 warning and 0 notes.');
  expect(status).toBe(0);
  const strict = run(files, { 'fail-on': 'warning' });
  expect(strict.status).toBe(1);
  expect(strict.stdout).toContain('::error title=Check SQL failed,file=migrations/V1__a.sql,line=1,col=14::');
  expect(strict.summary).toContain('1 statements ran from nothing');
});

test('a configuration that cannot be read is an error on its place', () => {
  const { status, stdout } = run({ 'V1__a.sql': 'SELECT 1;\n', 'lint.yml': 'rules:\n  no/such: off\n' });
  expect(status).toBe(1);
  expect(stdout).toContain(
    'file=migrations/lint.yml,line=2,col=12::migrations/lint.yml:2:12: rules.no/such: there is no such rule',
  );
});
