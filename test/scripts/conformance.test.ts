import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stack, startStack } from '../../actions/local-stack/stack.ts';
import { readRecording } from '../conformance/recorded.ts';
import { readSubjects } from '../conformance/suite.ts';

let stack: Stack;
const recordings = mkdtempSync(join(tmpdir(), 'globalmart-recordings-'));
beforeAll(async () => {
  stack = await startStack({ services: ['snowflake'] });
});
afterAll(async () => {
  await stack.stop();
  rmSync(recordings, { recursive: true, force: true });
});

/** Runs the script against "the account" of these variables. */
function conformance(
  args: string[],
  variables: Record<string, string>,
): Promise<{ code: number; text: string }> {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('SNOWFLAKE_'));
  const env = { ...Object.fromEntries(others), ...variables };
  const script = join(import.meta.dirname, '../../scripts/conformance.ts');
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), text: stdout + stderr }),
    );
  });
}

test('without an account nothing is compared, and that is said', async () => {
  const { code, text } = await conformance(['--account', 'pivot'], {});
  expect(code).toBe(2);
  expect(text).toContain('not run against an account: SNOWFLAKE_ACCOUNT is not set');
});

// The local server stands for the account: it has the same address, sign-in and protocol.
test('an account runs the same statements, and what it answers is recorded', async () => {
  const { code, text } = await conformance(
    ['--account', '--recordings', recordings, 'errors/compilation', 'pivot/pivot'],
    stack.env as Record<string, string>,
  );
  expect(text).toContain('│ all');
  expect(code).toBe(0);
  const subjects = readSubjects(['errors/compilation', 'pivot/pivot']);
  for (const subject of subjects) {
    const recorded = readRecording(subject, recordings);
    expect(recorded?.snowflakeVersion).toMatch(/^\d+\./);
    expect(recorded?.answers.map((answer) => answer.statement)).toEqual(subject.cases.map(({ sql }) => sql));
    for (const [index, one] of subject.cases.entries())
      expect(recorded?.answers[index]?.outcome.kind).toBe(one.expected.kind === 'error' ? 'error' : 'rows');
  }
});
