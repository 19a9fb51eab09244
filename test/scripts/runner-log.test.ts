import { expect, test } from 'vitest';
import { RunnerLog } from '../../scripts/runner-log.ts';

function show(...pieces: string[]): string[] {
  const lines: string[] = [];
  const log = new RunnerLog((line) => lines.push(line));
  for (const piece of pieces) log.push(piece);
  log.end();
  return lines;
}

test('32: a masked value is shown nowhere, and the command that names it is not shown', () => {
  expect(show('::add-mask::s3cret\nlogin with s3cret\n', '::error title=s3cret::no s3cret here\n')).toEqual([
    'login with ***',
    'error: ***: no *** here',
  ]);
});

test('32: a mask that arrives in pieces masks', () => {
  expect(show('::add-m', 'ask::s3c', 'ret\ns3', 'cret\n')).toEqual(['***']);
});

test('annotations read as text, with file and line', () => {
  expect(show('::error title=Migrate failed,file=migrations/V001__a.sql,line=3::bad%0Aworse\n')).toEqual([
    'error migrations/V001__a.sql:3: Migrate failed: bad\nworse',
  ]);
});

test('debug lines and group ends are left out, groups and plain lines are not', () => {
  expect(show('::debug::x\n::group::Load\nplain\n::endgroup::\nlast without newline')).toEqual([
    'Load',
    'plain',
    'last without newline',
  ]);
});
