import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Comment, startGithub } from './github-server.ts';

const REPORT = {
  version: 1,
  files: 2,
  statements: 3,
  errors: [{ file: 'a.sql', line: 1, message: '</code>@all ```', remedy: '<!-- -->' }],
  warnings: [],
  findings: [],
  counts: { error: 1, warning: 0, info: 0 },
  secondOpinion: { asked: 1, parsed: 1 },
  dryRun: {
    statements: 3,
    seconds: 1.5,
    sampleFiles: 1,
    tests: { passed: 2, failed: 1 },
    upgrade: {
      applied: [{ name: 'V003__[x](y)', statements: 2 }],
      schema: [{ object: 'TABLE S.T', change: 'changed', diff: ['+```', '+A NUMBER'] }],
      data: [{ object: 'S.T|<b>', rows: { before: 1, after: 2 }, columns: [] }],
      undone: [],
    },
  },
  lineage: { nodes: [], edges: [], changedColumns: [] },
};

/** Runs the action on an event of a run of pull request 7. */
async function comment(url: string, report: unknown, sha = 'abc') {
  const directory = mkdtempSync(join(tmpdir(), 'comment-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = (name: string, value: unknown): string => {
    writeFileSync(join(directory, name), typeof value === 'string' ? value : JSON.stringify(value));
    return join(directory, name);
  };
  const head = { head_sha: sha, head_branch: 'change', head_repository: { owner: { login: 'fork' } } };
  const env = {
    PATH: process.env.PATH,
    GITHUB_API_URL: url,
    GITHUB_REPOSITORY: 'shop/lake',
    GITHUB_EVENT_PATH: file('event.json', { workflow_run: head }),
    GITHUB_OUTPUT: file('output', ''),
    INPUT_REPORT: file('report.json', report),
    INPUT_TOKEN: 'unused',
  };
  return new Promise<{ status: number; stdout: string }>((resolve) => {
    execFile(process.execPath, ['actions/check-sql-comment/main.ts'], { env }, (error, stdout) =>
      resolve({ status: Number(error?.code ?? 0), stdout }),
    );
  });
}

test('one comment is written and then updated; a person who copies its marker gets nothing of it', async () => {
  const others: Comment[] = Array.from({ length: 120 }, (_, id) => ({
    id,
    body: 'hi',
    user: { type: 'User' },
  }));
  const { url, comments } = await startGithub(others);
  expect(await comment(url, REPORT)).toMatchObject({ status: 0 });
  expect(comments).toHaveLength(121);
  const made = comments[120]!;
  expect(made.body).toContain('3 statements in 2 files: **1 error**');
  comments.unshift({ id: 999, body: made.body, user: { type: 'User' } });
  expect((await comment(url, { ...REPORT, statements: 4 })).stdout).toContain(`comment/${made.id}`);
  expect(comments).toHaveLength(122);
  expect(made.body).toContain('4 statements in 2 files');
  expect(comments[0]?.body).toContain('3 statements in 2 files');
});

test('nothing of a report from a fork is markup in the comment (failure 33)', async () => {
  const { url, comments } = await startGithub();
  await comment(url, REPORT);
  const { body } = comments[0]!;
  expect(body).toContain('\n      </code>@all ```\n      <!-- -->\n');
  expect(body).toContain('````diff\n@@ changed: TABLE S.T @@\n+```\n');
  expect(body).toContain('| V003\\_\\_\\[x\\](y) | 2 |');
  expect(body).toContain('S.T\\|&lt;b&gt;');
});

test('a report that is none, too large or of an outdated commit posts nothing (failure 33)', async () => {
  const { url, comments } = await startGithub();
  for (const report of [
    '{',
    { ...REPORT, files: '1' },
    { ...REPORT, errors: Array(51).fill(REPORT.errors[0]) },
  ]) {
    const { status, stdout } = await comment(url, report);
    expect(status).toBe(1);
    expect(stdout).toContain('is not a report of check-sql');
  }
  const outdated = await comment(url, REPORT, 'def');
  expect(outdated.stdout).toContain('no open pull request has def as its newest commit');
  expect(outdated.status).toBe(0);
  expect(comments).toEqual([]);
});
