import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../../shared/errors.ts';

/** The account that PostgreSQL runs as. */
export interface ServerUser {
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root. Then it runs as an account that every system has (`postgres`, else `nobody`);
 * none is created. Undefined: as the user of this process.
 */
export function serverUser(): ServerUser | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.find(([user]) => user === name);
    if (account !== undefined) return { uid: unsigned(account[2]), gid: unsigned(account[3]) };
  }
  throw new UserError('PostgreSQL does not run as root, and there is no account "postgres" or "nobody"', {
    remedy: 'Run as an ordinary user, or create the account "postgres".',
  });
}

/** The first directory on the way to `path` (itself included) that the account may not enter. */
export function closedDirectory(path: string, user: ServerUser): string | undefined {
  const ancestors: string[] = [];
  for (let at = resolve(path); ; at = dirname(at)) {
    ancestors.unshift(at);
    if (dirname(at) === at) break;
  }
  return ancestors.find((directory) => {
    const { mode, uid, gid } = statSync(directory);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    return (mode & bit) === 0;
  });
}

/** macOS writes nobody as -2. */
function unsigned(text: string | undefined): number {
  return Number(text) >>> 0;
}
