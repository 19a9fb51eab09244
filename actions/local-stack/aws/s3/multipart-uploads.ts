import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AwsError } from '../aws-error.ts';
import type { ChecksumName } from '../checksum.ts';
import type { ObjectRecord } from './object-store.ts';
import type { Received } from './receive.ts';

/** An upload under way: what its object will be. */
export interface Upload {
  bucket: string;
  key: string;
  /** ISO 8601. */
  initiated: string;
  headers: Record<string, string>;
  metadata: Record<string, string>;
  algorithm: ChecksumName | undefined;
  checksumType: ObjectRecord['checksumType'];
}

export interface Part extends Received {
  number: number;
  /** ISO 8601. */
  lastModified: string;
}

/** Of a part, at once. */
const READ_BYTES = 1 << 20;

/** Uploads under way as directories `<root>/<upload id>/`: upload.json, and per part its bytes and its record. */
export class MultipartUploads {
  readonly #root: string;
  /** What was answered to the last completions: a client whose answer was lost asks again. */
  readonly #completed = new Map<string, ObjectRecord>();

  constructor(root: string) {
    this.#root = root;
  }

  async create(upload: Upload): Promise<string> {
    const id = randomBytes(24).toString('base64url');
    await mkdir(join(this.#root, id), { mode: 0o700 });
    await writeWhole(join(this.#root, id, 'upload.json'), upload);
    return id;
  }

  /** @throws AwsError NoSuchUpload */
  async find(id: string, bucket: string, key: string): Promise<Upload> {
    const upload = await this.#read(id);
    if (upload === undefined || upload.bucket !== bucket || upload.key !== key) {
      throw new AwsError(
        404,
        'NoSuchUpload',
        'The specified multipart upload does not exist. The upload ID might be invalid, or the upload might have been aborted or completed.',
        { UploadId: id },
      );
    }
    return upload;
  }

  /** Uploads of a bucket in the order of their keys, with their ids. */
  async list(bucket: string): Promise<(Upload & { id: string })[]> {
    const uploads: (Upload & { id: string })[] = [];
    for (const id of await readdir(this.#root)) {
      const upload = await this.#read(id);
      if (upload?.bucket === bucket) uploads.push({ ...upload, id });
    }
    return uploads.sort((a, b) =>
      a.key < b.key ? -1 : a.key > b.key ? 1 : a.initiated < b.initiated ? -1 : 1,
    );
  }

  /** Takes received bytes as the part; a part of the same number is replaced. */
  async addPart(id: string, part: Part, temporary: string): Promise<void> {
    await rename(temporary, this.partFile(id, part.number));
    await writeWhole(`${this.partFile(id, part.number)}.json`, part);
  }

  partFile(id: string, number: number): string {
    return join(this.#root, id, String(number).padStart(5, '0'));
  }

  /** Parts by ascending number. */
  async parts(id: string): Promise<Part[]> {
    const names = (await readdir(join(this.#root, id))).filter((name) => /^\d{5}\.json$/.test(name)).sort();
    return Promise.all(
      names.map(async (name) => JSON.parse(await readFile(join(this.#root, id, name), 'utf8')) as Part),
    );
  }

  /** The bytes of these parts, one after another. */
  async *bytes(id: string, numbers: number[]): AsyncGenerator<Buffer> {
    for (const number of numbers)
      yield* createReadStream(this.partFile(id, number), { highWaterMark: READ_BYTES });
  }

  async remove(id: string, completed?: ObjectRecord): Promise<void> {
    if (completed !== undefined) {
      this.#completed.set(id, completed);
      const oldest = this.#completed.keys().next().value;
      if (this.#completed.size > 1000 && oldest !== undefined) this.#completed.delete(oldest);
    }
    await rm(join(this.#root, id), { recursive: true, force: true });
  }

  completed(id: string, key: string): ObjectRecord | undefined {
    const record = this.#completed.get(id);
    return record?.key === key ? record : undefined;
  }

  async #read(id: string): Promise<Upload | undefined> {
    if (!/^[\w-]{32}$/.test(id)) return undefined;
    try {
      return JSON.parse(await readFile(join(this.#root, id, 'upload.json'), 'utf8')) as Upload;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}

async function writeWhole(path: string, value: unknown): Promise<void> {
  await writeFile(`${path}.tmp`, JSON.stringify(value), { mode: 0o600 });
  await rename(`${path}.tmp`, path);
}
