import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { main } from '../../../scripts/check/command.ts';

const command = join(import.meta.dirname, '../../../scripts/check.ts');
const CLEAN = 'CREATE TABLE IF NOT EXISTS SILVER.T (ID NUMBER(10,0));\n';
const WARNING = 'CREATE TABLE SILVER.U (ID NUMBER(10,0));\n';
const ERROR = 'CREATE TABLE IF NOT EXISTS SILVER.V (PRICE FLOAT);\n';

let directory: string;
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'check-')));
  mkdirSync(join(directory, 'migrations'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(file: string, text: string): void {
  writeFileSync(join(directory, 'migrations', file), text);
}

/** In this process; what it says has paths that begin with migrations/. */
async function check(...args: string[]) {
  const said = { stdout: '', stderr: '' };
  const short = (text: string): string => text.replaceAll(`${directory}/`, '');
  const status = await main(
    args.includes('--directory') ? args : ['--directory', join(directory, 'migrations'), ...args],
    {
      out: (text) => {
        said.stdout += short(text);
      },
      err: (line) => {
        said.stderr += `${short(line)}\n`;
      },
    },
  );
  return { status, ...said };
}

function git(...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
    cwd: directory,
    stdio: 'pipe',
  });
}

test('the exit code is 0 when nothing fails, 1 when something does, 2 when it could not be checked', async () => {
  write('V1__a.sql', CLEAN);
  expect(await check()).toMatchObject({ status: 0, stdout: '1 statement in 1 file: nothing found\n' });
  write('V2__b.sql', WARNING);
  expect((await check()).status).toBe(0);
  expect((await check('--fail-on', 'warning')).status).toBe(1);
  write('V3__c.sql', 'CREATE TABL;\n');
  expect((await check()).status).toBe(1);
  expect(spawnSync(process.execPath, [command], { cwd: directory }).status).toBe(1);
  expect(await check('--directory', 'nowhere')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('"nowhere"'),
  });
  expect((await check('--what')).status).toBe(2);
  expect(await check('--format', 'xml')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('text, json, sarif, github'),
  });
  write('lint.yml', 'rules: 1\n');
  expect(await check()).toMatchObject({ status: 2, stderr: expect.stringContaining('lint.yml:1:8: rules') });
});

test('--help says every option and the exit codes', async () => {
  const { status, stdout } = await check('--help');
  expect(status).toBe(0);
  for (const option of [
    'changed',
    'base',
    'format',
    'fix',
    'dry-run',
    'fail-on',
    'directory',
    'allow-gaps',
    'watch',
  ])
    expect(stdout).toContain(`--${option}`);
  expect(stdout).toContain('Exit code: 0 nothing that fails, 1 something does, 2 it could not be checked.');
});

test('--format gives JSON, SARIF and annotations', async () => {
  write('V1__a.sql', ERROR);
  expect(JSON.parse((await check('--format', 'json')).stdout).counts).toEqual({
    error: 1,
    warning: 0,
    info: 0,
  });
  expect(JSON.parse((await check('--format', 'sarif')).stdout).runs[0].results[0].ruleId).toBe(
    'types/money-float',
  );
  expect((await check('--format', 'github')).stdout).toMatch(
    /^::error file=migrations\/V1__a.sql,line=1,col=44,/,
  );
});

test('--changed shows what differs from the base, with what the other files have made; --fix writes nothing else', async () => {
  git('init', '-q', '-b', 'main');
  write(
    'V1__a.sql',
    `${WARNING}CREATE TABLE BRONZE.T (ID INT);\nCREATE STREAM BRONZE.S ON TABLE BRONZE.T;\n`,
  );
  write('V2__b.sql', WARNING.replace('U', 'OLD'));
  git('add', '.');
  git('commit', '-q', '-m', 'a');
  git('checkout', '-q', '-b', 'feature');
  write('V3__c.sql', `${WARNING.replace('U', 'W')}DROP TABLE BRONZE.T;\n`);
  git('add', '.');
  git('commit', '-q', '-m', 'b');
  write('V4__d.sql', WARNING.replace('U', 'X'));
  const lines = async () =>
    (await check('--changed')).stdout
      .split('\n')
      .flatMap((line) => /^migrations\/(\S+) \w+ (\S+):/.exec(line)?.slice(1, 3).join(' ') ?? []);
  expect(await lines()).toEqual([
    'V3__c.sql:1:14 idempotence/create-if-not-exists',
    'V3__c.sql:2:1 destructive/drop',
    'V3__c.sql:2:12 idempotence/drop-if-exists',
    'V3__c.sql:2:12 streams/table-replaced',
    'V4__d.sql:1:14 idempotence/create-if-not-exists',
  ]);
  expect((await check('--fix')).stderr).toBe(
    'migrations/V3__c.sql: 2 fixed\nmigrations/V4__d.sql: 1 fixed\n',
  );
  expect(await lines()).toEqual(['V3__c.sql:2:1 destructive/drop', 'V3__c.sql:2:22 streams/table-replaced']);
  expect(readFileSync(join(directory, 'migrations/V2__b.sql'), 'utf8')).toBe(WARNING.replace('U', 'OLD'));
  git('add', '.');
  git('commit', '-q', '-m', 'c');
  expect((await check('--changed', '--base', 'HEAD')).stdout).toContain(
    '7 statements in 4 files: nothing found',
  );
});

test('--changed says what is missing outside of a repository', async () => {
  write('V1__a.sql', CLEAN);
  expect(await check('--changed')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('git fetch origin main'),
  });
});

test('--watch checks again after a change, and ends when it is interrupted', async () => {
  write('V1__a.sql', CLEAN);
  const child = spawn(process.execPath, [command, '--watch'], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const watching = once(child.stderr, 'data');
    expect((await lines.next()).value).toBe('1 statement in 1 file: nothing found');
    await watching;
    write('V1__a.sql', `${CLEAN}${ERROR}`);
    expect((await lines.next()).value).toMatch(/^migrations\/V1__a.sql:2:44 error types\/money-float/);
  } finally {
    child.kill('SIGINT');
  }
  expect((await closed)[0]).toBe(0);
});

test('neither DuckDB nor the driver is loaded, nor what reads YAML where there is no configuration', async () => {
  write('V1__a.sql', CLEAN);
  const { stderr } = spawnSync(process.execPath, [command], {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, NODE_DEBUG: 'esm,module' },
  });
  expect(stderr).toContain('check-sql');
  for (const name of ['@duckdb', 'snowflake-sdk', 'aws-sdk', 'node_modules/zod', 'node_modules/yaml'])
    expect(stderr).not.toContain(name);
});
