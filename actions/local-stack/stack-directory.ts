import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../shared/errors.ts';

/** A directory that one running stack holds. */
export interface StackDirectory {
  path: string;
  /** Gives the directory up; a temporary one is removed. */
  release(): void;
}

const PREFIX = 'globalmart-local-';

/**
 * The directory of a stack: the given one (made when missing, kept), else a temporary one. A lock names the
 * process that holds it; the lock of a process that is gone is taken over.
 * @throws UserError naming the pid that holds the directory.
 */
export function holdDirectory(dir: string | undefined): StackDirectory {
  if (dir === undefined) {
    sweepTemporary();
    const path = mkdtempSync(join(realpathSync(tmpdir()), PREFIX));
    // A server that runs under another account must get through to its own part.
    chmodSync(path, 0o711);
    takeLock(path);
    return { path, release: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
  }
  const path = resolve(dir);
  if (!existsSync(path)) mkdirSync(path, { recursive: true, mode: 0o711 });
  const held = realpathSync(path);
  takeLock(held);
  return { path: held, release: () => rmSync(lockFile(held), { force: true }) };
}

interface Holder {
  pid: number;
  /** Tells a process from a later one of the same pid; empty where the system does not say. */
  started: string;
}

function takeLock(path: string): void {
  const file = lockFile(path);
  const mine = JSON.stringify({ pid: process.pid, started: startOf(process.pid) } satisfies Holder);
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      writeFileSync(file, mine, { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const text = readLock(file);
    if (text === undefined) continue;
    const holder = holderOf(text);
    if (holder !== undefined && isAlive(holder)) {
      throw new UserError(
        `the directory ${path} is in use by the local stack with process id ${holder.pid}`,
        {
          remedy: 'Stop that one first, or give another directory.',
        },
      );
    }
    discardLock(file, text);
  }
  throw new UserError(`the lock ${file} could not be taken`, { remedy: 'Remove the file and start again.' });
}

/** Moved aside first: of two processes that found the same stale lock, only one removes it. */
function discardLock(file: string, expected: string): void {
  const aside = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  // A fresh lock of the other process came in between: it goes back.
  if (readFileSync(aside, 'utf8') !== expected && !existsSync(file)) renameSync(aside, file);
  else unlinkSync(aside);
}

/** What stacks that were killed left in the temporary directory. */
function sweepTemporary(): void {
  const root = realpathSync(tmpdir());
  for (const name of readdirSync(root)) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(root, name);
    const text = isMine(path) ? readLock(lockFile(path)) : undefined;
    const holder = text === undefined ? undefined : holderOf(text);
    if (holder === undefined || isAlive(holder)) continue;
    try {
      rmSync(path, { recursive: true, force: true, maxRetries: 2 });
    } catch (error) {
      // Its servers may still be ending; the next start tries again.
      console.error(`could not remove ${path} of an earlier stack: ${(error as Error).message}`);
    }
  }
}

function lockFile(path: string): string {
  return join(path, 'lock.json');
}

function readLock(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Undefined for a lock that was cut off while it was written: its process is gone or about to retry. */
function holderOf(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Holder;
    return Number.isInteger(holder.pid) ? holder : undefined;
  } catch {
    return undefined;
  }
}

function isMine(path: string): boolean {
  try {
    const { uid } = statSync(path);
    return process.getuid === undefined || uid === process.getuid();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
  return started === startOf(pid);
}

/** Linux: the boot and the clock tick at which the process started (proc_pid_stat(5), field 22). */
function startOf(pid: number): string {
  if (process.platform !== 'linux') return '';
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only its parent has not looked yet.
    return fields[0] === 'Z' ? 'ended' : `${boot}/${fields[19]}`;
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return 'ended';
    throw error;
  }
}
