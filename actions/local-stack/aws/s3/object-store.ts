import { randomUUID } from 'node:crypto';
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AwsError } from '../aws-error.ts';
import type { ChecksumName } from '../checksum.ts';
import { KeyedLock } from '../keyed-lock.ts';
import { KeyIndex } from './key-index.ts';
import { hashedPath, keyHash, objectPath } from './object-path.ts';

/** What is known of one object beside its bytes. */
export interface ObjectRecord {
  key: string;
  /** Path of the data below the bucket's directory. */
  file: string;
  /** Bytes. */
  size: number;
  /** Without the quotes. */
  etag: string;
  /** ISO 8601. */
  lastModified: string;
  /** Headers that come back as they were sent: content-type, cache-control… */
  headers: Record<string, string>;
  /** `x-amz-meta-*` without the prefix. */
  metadata: Record<string, string>;
  checksums: Partial<Record<ChecksumName, string>>;
  checksumType: 'FULL_OBJECT' | 'COMPOSITE';
}

interface Bucket {
  name: string;
  /** ISO 8601. */
  created: string;
  index: KeyIndex;
}

/** Errors of a path that another object stands in the way of, or that this file system cannot hold. */
const PATH_TAKEN = new Set(['EEXIST', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY', 'EPERM', 'ENAMETOOLONG', 'EINVAL']);

/**
 * Objects as plain files below `<root>/s3/<bucket>/<key>`, their records below `<root>/s3-meta`.
 *
 * A write goes to a temporary file and becomes visible by renames, so no half object is ever seen; the record is
 * first written as `<hash>.next`, and a start after a crash finishes or forgets what was under way. This survives
 * the death of the process at any point (not a power cut: nothing is fsynced).
 */
export class ObjectStore {
  readonly #root: string;
  readonly #buckets = new Map<string, Bucket>();
  readonly #lock = new KeyedLock();

  private constructor(root: string) {
    this.#root = root;
  }

  static async open(root: string): Promise<ObjectStore> {
    const store = new ObjectStore(root);
    for (const folder of ['s3', 's3-meta', 's3-tmp', 's3-multipart']) {
      await mkdir(join(root, folder), { recursive: true, mode: 0o700 });
    }
    for (const entry of await readdir(join(root, 's3-meta'), { withFileTypes: true })) {
      if (entry.isDirectory()) await store.#loadBucket(entry.name);
    }
    for (const left of await readdir(join(root, 's3-tmp'))) await rm(join(root, 's3-tmp', left));
    return store;
  }

  /** Directory of the multipart uploads under way. */
  get multipartRoot(): string {
    return join(this.#root, 's3-multipart');
  }

  /** A new path on the file system of the objects; what is left there is removed at the next start. */
  temporaryFile(): string {
    return join(this.#root, 's3-tmp', randomUUID());
  }

  buckets(): Bucket[] {
    return [...this.#buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws AwsError NoSuchBucket */
  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) {
      throw new AwsError(404, 'NoSuchBucket', 'The specified bucket does not exist', { BucketName: name });
    }
    return bucket;
  }

  /** Returns false when the bucket exists already. */
  createBucket(name: string): Promise<boolean> {
    return this.#lock.run(name, async () => {
      if (this.#buckets.has(name)) return false;
      const created = new Date().toISOString();
      await mkdir(join(this.#root, 's3', name), { recursive: true });
      await mkdir(join(this.#root, 's3-meta', name), { recursive: true });
      await this.#writeWhole(join(this.#root, 's3-meta', name, 'bucket.json'), { created });
      this.#buckets.set(name, { name, created, index: new KeyIndex() });
      return true;
    });
  }

  /** @throws AwsError NoSuchBucket, BucketNotEmpty */
  deleteBucket(name: string): Promise<void> {
    return this.#lock.run(name, async () => {
      if (this.bucket(name).index.size > 0) {
        throw new AwsError(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty', {
          BucketName: name,
        });
      }
      this.#buckets.delete(name);
      await rm(join(this.#root, 's3-meta', name), { recursive: true });
      await rm(join(this.#root, 's3', name), { recursive: true });
    });
  }

  /**
   * Makes the bytes in `temporary` the object. `precondition` sees the object that is replaced and may throw;
   * between that check and the replacement no other write of this key happens.
   */
  commit(
    bucketName: string,
    record: Omit<ObjectRecord, 'file' | 'lastModified'>,
    temporary: string,
    precondition: (current: ObjectRecord | undefined) => void,
  ): Promise<ObjectRecord> {
    return this.#lock.run(`${bucketName}/${record.key}`, async () => {
      const { index } = this.bucket(bucketName);
      const current = index.get(record.key);
      precondition(current);
      const own = objectPath(record.key);
      const owner = index.ownerOf(own);
      const taken = owner !== undefined && owner !== record.key;
      const file = current?.file ?? (taken ? hashedPath(record.key) : own);
      const stored = { ...record, file, lastModified: new Date().toISOString() };
      const placed = await this.#place(bucketName, stored, temporary);
      index.set(placed);
      return placed;
    });
  }

  /** The object's record and its open file: bytes and record belong together. Undefined when there is none. */
  openObject(
    bucketName: string,
    key: string,
  ): Promise<{ record: ObjectRecord; handle: FileHandle } | undefined> {
    return this.#lock.run(`${bucketName}/${key}`, async () => {
      const record = this.bucket(bucketName).index.get(key);
      if (record === undefined) return undefined;
      return { record, handle: await open(join(this.#root, 's3', bucketName, record.file)) };
    });
  }

  /** Removing what is not there is no error, as in S3. */
  deleteObject(bucketName: string, key: string): Promise<void> {
    return this.#lock.run(`${bucketName}/${key}`, async () => {
      const { index } = this.bucket(bucketName);
      const record = index.get(key);
      if (record === undefined) return;
      await rm(this.#recordPath(bucketName, key));
      index.delete(key);
      const bucketRoot = join(this.#root, 's3', bucketName);
      await rm(join(bucketRoot, record.file), { force: true });
      let parent = dirname(record.file);
      // Empty folders would stand in the way of an object of that name.
      while (parent !== '.' && (await removeEmpty(join(bucketRoot, parent)))) parent = dirname(parent);
    });
  }

  async #place(bucket: string, record: ObjectRecord, temporary: string): Promise<ObjectRecord> {
    const next = `${this.#recordPath(bucket, record.key)}.next`;
    try {
      await writeFile(next, JSON.stringify({ ...record, temporary: basename(temporary) }));
      await moveInto(temporary, join(this.#root, 's3', bucket, record.file));
    } catch (error) {
      await rm(next, { force: true });
      const code = (error as NodeJS.ErrnoException).code ?? '';
      const fallback = hashedPath(record.key);
      if (!PATH_TAKEN.has(code) || record.file === fallback) throw error;
      return this.#place(bucket, { ...record, file: fallback }, temporary);
    }
    // A rename needs no space: even on a full disk the record follows its bytes.
    await rename(next, this.#recordPath(bucket, record.key));
    return record;
  }

  async #loadBucket(name: string): Promise<void> {
    const folder = join(this.#root, 's3-meta', name);
    const files = await readdir(folder);
    // Without its own record the bucket was never acknowledged, or its deletion had begun.
    if (!files.includes('bucket.json')) return;
    const { created } = JSON.parse(await readFile(join(folder, 'bucket.json'), 'utf8')) as {
      created: string;
    };
    for (const file of files.filter((other) => other.endsWith('.next')))
      await this.#recover(join(folder, file));
    const index = new KeyIndex();
    for (const file of await readdir(folder)) {
      if (file === 'bucket.json' || !file.endsWith('.json')) continue;
      index.set(JSON.parse(await readFile(join(folder, file), 'utf8')) as ObjectRecord);
    }
    this.#buckets.set(name, { name, created, index });
  }

  /** Finishes a write whose bytes are in place; forgets one whose bytes are not. */
  async #recover(next: string): Promise<void> {
    const temporary = pendingFile(await readFile(next, 'utf8'));
    const inPlace = temporary !== undefined && !(await exists(join(this.#root, 's3-tmp', temporary)));
    if (inPlace) await rename(next, next.slice(0, -'.next'.length));
    else await rm(next);
  }

  async #writeWhole(path: string, value: unknown): Promise<void> {
    const temporary = this.temporaryFile();
    await writeFile(temporary, JSON.stringify(value), { mode: 0o600 });
    await rename(temporary, path);
  }

  #recordPath(bucket: string, key: string): string {
    return join(this.#root, 's3-meta', bucket, `${keyHash(key)}.json`);
  }
}

/** A delete of a sibling may remove the empty folder between mkdir and rename: then it is made again. */
async function moveInto(from: string, to: string, attempts = 5): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await rename(from, to);
  } catch (error) {
    const lost = (error as NodeJS.ErrnoException).code === 'ENOENT' && (await exists(from));
    if (!lost || attempts <= 1) throw error;
    await moveInto(from, to, attempts - 1);
  }
}

async function removeEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EPERM'].includes(code)) return false;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await (await open(path)).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** A record cut off by a crash is not JSON; its bytes were not moved yet, so nothing is lost. */
function pendingFile(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { temporary: string }).temporary;
  } catch {
    return undefined;
  }
}
