import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** The process that holds a data directory. DuckDB's lock on its file is what keeps others out; this says who. */
const holder = z.object({
  pid: z.int(),
  /** ISO 8601 */
  since: z.string(),
  /** Where it listens; null until it does. */
  url: z.string().nullable(),
});

/** The directory is held by another process, or by this one already. */
export class DirectoryHeldError extends Error {
  override name = 'DirectoryHeldError';
}

/** Writes who holds the directory from now on: the holder before it has ended, however that was. */
export function writeHolder(dir: string, url: string | null, since: Date): void {
  const value = { pid: process.pid, since: since.toISOString(), url } satisfies z.infer<typeof holder>;
  writeFileSync(fileOf(dir), JSON.stringify(value), { mode: 0o600 });
}

export function removeHolder(dir: string): void {
  rmSync(fileOf(dir), { force: true });
}

/** The error for a directory whose database file is locked. */
export function heldError(dir: string, cause: unknown): DirectoryHeldError {
  const read = holder.safeParse(readHolder(dir));
  const who = read.success
    ? `process ${read.data.pid} since ${read.data.since}${read.data.url === null ? '' : `, at ${read.data.url}`}`
    : 'another process';
  return new DirectoryHeldError(
    `the directory ${dir} is in use by a local Snowflake: ${who}. Stop that one first, or give another directory.`,
    { cause },
  );
}

function readHolder(dir: string): unknown {
  try {
    return JSON.parse(readFileSync(fileOf(dir), 'utf8'));
  } catch {
    // It has not written it yet, or is removing it.
    return undefined;
  }
}

function fileOf(dir: string): string {
  return join(dir, 'holder.json');
}
