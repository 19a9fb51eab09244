import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, UserError } from '../shared/errors.ts';

export interface BaseDirectory {
  directory: string;
  /** Deletes what was made for it. */
  release: () => void;
}

/**
 * The migrations of the previous release: a directory as it is, or what lies at `directory` in a commit of this git
 * repository, in a directory of its own.
 * @throws UserError when it is neither
 */
export function baseDirectory(base: string, directory: string): BaseDirectory {
  if (statSync(base, { throwIfNoEntry: false })?.isDirectory())
    return { directory: base, release: () => undefined };
  const made = mkdtempSync(join(tmpdir(), 'check-sql-base-'));
  const release = (): void => rmSync(made, { recursive: true, force: true });
  try {
    if (base.startsWith('-')) throw new Error('no name of a commit');
    const options: ExecFileSyncOptions = { stdio: 'pipe', maxBuffer: 256 * 1024 * 1024 };
    // What one directory holds, whatever directory of the repository this is.
    const archive = execFileSync('git', ['archive', '--format=tar', base, '--', directory], options);
    execFileSync('tar', ['-x', '-C', made], { ...options, input: archive });
    return { directory: join(made, directory), release };
  } catch (error) {
    release();
    throw new UserError(
      `"${base}" is neither a directory nor a commit with ${directory}: ${firstLine(error)}`,
      {
        remedy: 'Give the input "base" a directory of migrations, or a branch, tag or commit.',
        cause: error,
      },
    );
  }
}

function firstLine(error: unknown): string {
  const { stderr } = error as { stderr?: Buffer };
  return (
    (stderr === undefined || stderr.length === 0 ? messageOf(error) : String(stderr)).trim().split('\n')[0] ??
    ''
  );
}
