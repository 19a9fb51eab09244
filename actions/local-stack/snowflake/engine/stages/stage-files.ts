import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { compilationError, SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { Engine } from '../engine.ts';
import { cachedFile } from './stage-cache.ts';
import type { Location } from './stage-location.ts';

// Its SDK is a fifth of what the server loads; it starts sooner without, and not every one has an S3.
const s3 = () => import('./stage-s3.ts');

/** A file in a stage. */
export interface StagedFile {
  /** As LIST and COPY name it. */
  name: string;
  /** From the stage's root, as FILES and GET name it. */
  path: string;
  /** As METADATA$FILENAME names it. */
  metadataName: string;
  size: number;
  /** MD5 of the content for internal stages, the ETag for external ones. */
  etag: string;
  /** Microseconds since 1970. */
  lastModified: number;
  source: { kind: 'file'; path: string } | { kind: 's3'; bucket: string; key: string };
}

/** The files at a location, in order of their paths. @throws SnowflakeError 091003 when the bucket cannot be read */
export async function listFiles(engine: Engine, location: Location): Promise<StagedFile[]> {
  const { root } = location;
  if (root.kind === 's3') {
    const objects = await (await s3()).listObjects(engine, root.bucket, root.prefix + location.path);
    return objects.map((object) => {
      const path = object.key.slice(root.prefix.length);
      return {
        name: `s3://${root.bucket}/${object.key}`,
        path,
        metadataName: object.key,
        size: object.size,
        etag: object.etag,
        lastModified: object.lastModified,
        source: { kind: 's3', bucket: root.bucket, key: object.key },
      };
    });
  }
  const files: StagedFile[] = [];
  for (const path of await walk(root.path, '')) {
    if (!path.startsWith(location.path)) continue;
    const file = join(root.path, path);
    const stats = await settled(file);
    files.push({
      name: location.label + path,
      path,
      metadataName: path,
      size: stats.size,
      etag: await md5(engine, file, stats),
      lastModified: Math.trunc(stats.mtimeMs * 1000),
      source: { kind: 'file', path: file },
    });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Names that DuckDB would not take for a pattern. */
const PLAIN_PATH = /^[\w./ =@+,:-]+$/;

/** The content as a file that DuckDB may read, whole and as it was when listed. */
export async function fetchFile(engine: Engine, file: StagedFile): Promise<string> {
  const { source } = file;
  if (source.kind === 's3') {
    return cachedFile(engine, `${source.bucket}/${source.key}/${file.etag}`, async (to) =>
      (await s3()).downloadObject(engine, source.bucket, source.key, file.etag, to),
    );
  }
  if (PLAIN_PATH.test(source.path)) return source.path;
  return cachedFile(engine, `${source.path}/${file.etag}`, (to) => copyFile(source.path, to));
}

export async function removeFile(engine: Engine, file: StagedFile): Promise<void> {
  const { source } = file;
  if (source.kind === 's3') await (await s3()).deleteObject(engine, source.bucket, source.key);
  else await rm(source.path, { force: true });
}

/** Moves a finished local file into a stage; nobody sees half of it. Replaces what is there. */
export async function storeFile(
  engine: Engine,
  location: Location,
  path: string,
  localFile: string,
): Promise<void> {
  const { root } = location;
  if (root.kind === 's3') {
    await (await s3()).uploadObject(engine, root.bucket, root.prefix + path, localFile);
    await rm(localFile, { force: true });
    return;
  }
  const target = join(root.path, path);
  await mkdir(dirname(target), { recursive: true });
  await rename(localFile, target);
}

/** Files whose full name matches PATTERN as a whole, as COPY and LIST apply it. @throws SnowflakeError for a bad one */
export function matchPattern(
  files: StagedFile[],
  pattern: string | null,
  nameOf: (file: StagedFile) => string = (file) => file.name,
): StagedFile[] {
  if (pattern === null) return files;
  let regexp: RegExp;
  try {
    regexp = new RegExp(`^(?:${pattern})$`, 'su');
  } catch (cause) {
    throw compilationError(
      '100048',
      '2201B',
      `Invalid regular expression: '${pattern}', ${(cause as Error).message}`,
    );
  }
  return files.filter((file) => regexp.test(nameOf(file)));
}

async function walk(root: string, below: string): Promise<string[]> {
  let entries: import('node:fs').Dirent[];
  try {
    entries = await readdir(join(root, below), { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const found: string[] = [];
  for (const entry of entries) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await walk(root, path)));
    // Links are left out: they could lead out of the stage.
    else if (entry.isFile()) found.push(path);
  }
  return found;
}

/** A file younger than this may still be being copied by a driver's PUT. */
const YOUNG_MS = 250;
const SETTLE_MS = 25;

/** Waits until a file that is being written stops growing: a driver copies into the stage under the final name. */
async function settled(file: string): Promise<Stats> {
  let stats = await lstat(file);
  for (let round = 0; round < 400 && Date.now() - stats.mtimeMs < YOUNG_MS; round++) {
    await sleep(SETTLE_MS);
    const next = await lstat(file);
    if (next.size === stats.size && next.mtimeMs === stats.mtimeMs) return next;
    stats = next;
  }
  return stats;
}

const digests = new WeakMap<Engine, Map<string, string>>();

async function md5(engine: Engine, file: string, stats: Stats): Promise<string> {
  const known = digests.get(engine) ?? new Map<string, string>();
  digests.set(engine, known);
  const key = `${file}\0${stats.size}\0${stats.mtimeMs}\0${stats.ino}`;
  const cached = known.get(key);
  if (cached !== undefined) return cached;
  const hash = createHash('md5');
  try {
    await pipeline(createReadStream(file), hash);
  } catch (cause) {
    throw new SnowflakeError('091003', '55000', 'Failure using stage area: a staged file went away.', {
      cause,
    });
  }
  const digest = hash.digest('hex');
  known.set(key, digest);
  return digest;
}
