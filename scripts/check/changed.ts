import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, UserError } from '../../actions/shared/errors.ts';

const run = promisify(execFile);

/**
 * The files of a directory that differ from where this branch left its base, committed or not, as paths that begin
 * with the directory.
 * @throws UserError outside of a git repository, or without the base
 */
export async function changedFiles(directory: string, base?: string): Promise<Set<string>> {
  const git = async (...args: string[]): Promise<string[]> => {
    const { stdout } = await run('git', ['-C', directory, ...args], { maxBuffer: 2 ** 26 });
    return stdout.split('\0').filter(Boolean);
  };
  try {
    const [from = ''] = await git('merge-base', 'HEAD', base ?? (await mainBranch(git)));
    const [differing, untracked] = await Promise.all([
      git('diff', '--name-only', '-z', '--diff-filter=d', '--relative', from.trim(), '--', '.'),
      git('ls-files', '--others', '--exclude-standard', '-z', '--', '.'),
    ]);
    return new Set([...differing, ...untracked].map((path) => join(directory, path)));
  } catch (cause) {
    const reason = messageOf(cause).split('\n').slice(1).join(' ').trim() || messageOf(cause);
    throw new UserError(`git does not say what has changed in ${directory}: ${reason}`, {
      remedy: 'Run it in a clone that has the branch main (git fetch origin main), or give --base.',
      cause,
    });
  }
}

/** The remote's main before the local one, which may be old. */
async function mainBranch(git: (...args: string[]) => Promise<string[]>): Promise<string> {
  const refs = await git(
    'for-each-ref',
    '--format=%(refname:short)%00',
    'refs/remotes/origin/main',
    'refs/heads/main',
  );
  const names = refs.map((name) => name.trim());
  return names.find((name) => name === 'origin/main') ?? 'main';
}
