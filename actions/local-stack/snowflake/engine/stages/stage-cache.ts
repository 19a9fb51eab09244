import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../engine.ts';

/** Above this the files used longest ago are removed. */
const MAX_CACHE_BYTES = 2 * 1024 ** 3;
/** A file used within this time may be in use by a running statement. */
const IN_USE_MS = 15 * 60_000;

interface CacheState {
  making: Map<string, Promise<string>>;
  bytesSinceSweep: number;
}
const states = new WeakMap<Engine, CacheState>();

/**
 * The file that `make` writes for this key, made once. It appears under its final name only when complete.
 * Keys must name content (an ETag or digest in them), so that a cached file is never stale.
 */
export async function cachedFile(
  engine: Engine,
  key: string,
  make: (to: string) => Promise<void>,
): Promise<string> {
  const state = states.get(engine) ?? { making: new Map(), bytesSinceSweep: 0 };
  states.set(engine, state);
  const path = join(cacheDirectory(engine), createHash('sha256').update(key).digest('hex').slice(0, 40));
  if (await exists(path)) {
    const now = new Date();
    await utimes(path, now, now);
    return path;
  }
  const running = state.making.get(path);
  if (running !== undefined) return running;
  const made = makeFile(engine, path, make, state).finally(() => state.making.delete(path));
  state.making.set(path, made);
  return made;
}

/** A name for a file that is about to be written, on the same disk as stages and cache. */
export async function temporaryFile(engine: Engine): Promise<string> {
  const directory = cacheDirectory(engine);
  await mkdir(directory, { recursive: true });
  return join(directory, `${randomUUID()}.part`);
}

async function makeFile(
  engine: Engine,
  path: string,
  make: (to: string) => Promise<void>,
  state: CacheState,
): Promise<string> {
  const part = await temporaryFile(engine);
  try {
    await make(part);
    state.bytesSinceSweep += (await stat(part)).size;
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  if (state.bytesSinceSweep > MAX_CACHE_BYTES / 4) {
    state.bytesSinceSweep = 0;
    await sweep(engine);
  }
  return path;
}

async function sweep(engine: Engine): Promise<void> {
  const directory = cacheDirectory(engine);
  const files = await Promise.all(
    (await readdir(directory)).map(async (name) => ({
      path: join(directory, name),
      stats: await stat(join(directory, name)),
    })),
  );
  let total = files.reduce((sum, file) => sum + file.stats.size, 0);
  for (const { path, stats } of files.sort((a, b) => a.stats.mtimeMs - b.stats.mtimeMs)) {
    if (total <= MAX_CACHE_BYTES || Date.now() - stats.mtimeMs < IN_USE_MS) return;
    await rm(path, { force: true });
    total -= stats.size;
  }
}

function cacheDirectory(engine: Engine): string {
  return join(engine.database.filesDirectory, 'cache');
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
