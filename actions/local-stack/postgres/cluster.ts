import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { messageOf, UserError } from '../../shared/errors.ts';
import type { Binaries } from './binaries.ts';
import { closedDirectory, type ServerUser } from './server-user.ts';

/** A database cluster on disk and the superuser's password. */
export interface Cluster {
  dataDir: string;
  password: string;
}

/** The superuser and first database of the cluster. */
export const SUPERUSER = 'postgres';

/**
 * The cluster in `<dir>/data`, made when there is none. It comes into being by a rename, so an interrupted
 * creation leaves nothing that is taken for a cluster.
 */
export async function openCluster(
  dir: string,
  binaries: Binaries,
  user: ServerUser | undefined,
): Promise<Cluster> {
  const dataDir = join(dir, 'data');
  const passwordFile = join(dir, 'password');
  if (existsSync(dataDir)) {
    await stopLeftover(dataDir);
    return { dataDir, password: await readFile(passwordFile, 'utf8') };
  }
  const password = randomBytes(24).toString('base64url');
  await writeFile(passwordFile, password, { mode: 0o600 });
  const fresh = join(dir, 'data.new');
  const forInitdb = join(dir, 'password.initdb');
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  await writeFile(forInitdb, password, { mode: 0o600 });
  try {
    if (user !== undefined) {
      for (const path of [fresh, forInitdb]) await chown(path, user.uid, user.gid);
    }
    await initdb(binaries.initdb, fresh, forInitdb, user);
  } finally {
    await rm(forInitdb, { force: true });
  }
  await rename(fresh, dataDir);
  return { dataDir, password };
}

/** Makes the directory, and sees to it that the account that PostgreSQL runs as gets through to it. */
export async function prepareDirectory(dir: string, user: ServerUser | undefined): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if (user === undefined) return;
  await chmod(dir, 0o711);
  const closed = closedDirectory(dir, user);
  if (closed === undefined) return;
  throw new UserError(
    `PostgreSQL does not run as root, and the account it runs as cannot enter ${closed} on the way to ${dir}`,
    { remedy: 'Choose a directory that is open to all users (chmod o+x), or run as an ordinary user.' },
  );
}

async function initdb(
  program: string,
  dataDir: string,
  passwordFile: string,
  user: ServerUser | undefined,
): Promise<void> {
  const args = [
    `--pgdata=${dataDir}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The same on every machine, whatever locales it has.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-sync',
    '--no-instructions',
  ];
  try {
    await promisify(execFile)(program, args, { ...user, cwd: '/' });
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim();
    throw new UserError(
      `PostgreSQL could not create its data directory ${dataDir}: ${said || messageOf(error)}`,
      {
        remedy: 'Check free space and permissions there.',
        cause: error,
      },
    );
  }
}

/**
 * Deals with the postmaster.pid of a server that did not end cleanly: the caller holds the directory, so a server
 * that still runs on it is a leftover and is stopped; a pid that is now someone else's is forgotten.
 */
async function stopLeftover(dataDir: string): Promise<void> {
  const pidFile = join(dataDir, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number((await readFile(pidFile, 'utf8')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1) return;
  const directory = await workingDirectory(pid);
  // Without /proc PostgreSQL's own check decides.
  if (directory === undefined) return;
  if (directory !== dataDir) {
    await rm(pidFile, { force: true });
    return;
  }
  process.kill(pid, 'SIGQUIT');
  while ((await workingDirectory(pid)) === dataDir) await pause(20);
}

/** Where the process works: PostgreSQL's servers do in their data directory. Empty when there is no such process. */
async function workingDirectory(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    return await readlink(`/proc/${pid}/cwd`);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return '';
    if (code === 'EACCES' || code === 'EPERM') return '(of another user)';
    throw error;
  }
}
