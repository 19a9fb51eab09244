import { type FileHandle, open, rm } from 'node:fs/promises';

/** Bytes that are written together: a write of each piece off the wire costs more than the hashes over it. */
const BATCH_BYTES = 1 << 20;

/** Writes bytes into a new file, which is gone when this throws; returns how many they were. */
export async function writeNewFile(
  chunks: AsyncIterable<Buffer>,
  path: string,
  onChunk: (chunk: Buffer) => void = () => {},
): Promise<number> {
  const file = await FileWriter.create(path);
  let size = 0;
  try {
    for await (const chunk of chunks) {
      size += chunk.length;
      onChunk(chunk);
      await file.write(chunk);
    }
    await file.flush();
    return size;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** Writes a new file; while one batch is written the next one is gathered. */
class FileWriter {
  readonly #handle: FileHandle;
  #batch: Buffer[] = [];
  #size = 0;
  #writing: Promise<void> = Promise.resolve();

  /** @throws when there is such a file */
  static async create(path: string): Promise<FileWriter> {
    return new FileWriter(await open(path, 'wx', 0o600));
  }

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(bytes: Buffer): Promise<void> {
    this.#batch.push(bytes);
    this.#size += bytes.length;
    if (this.#size >= BATCH_BYTES) await this.#next();
  }

  /** Resolves when all is written. */
  async flush(): Promise<void> {
    await this.#next();
    await this.#writing;
  }

  async close(): Promise<void> {
    // Whoever wrote has seen the failure.
    await this.#writing.catch(() => {});
    await this.#handle.close();
  }

  async #next(): Promise<void> {
    await this.#writing;
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#size = 0;
    this.#writing = this.#writeAll(batch);
    // Looked at before the next batch; without a handler of its own an early failure would end the process.
    this.#writing.catch(() => {});
  }

  async #writeAll(batch: Buffer[]): Promise<void> {
    const size = batch.reduce((sum, bytes) => sum + bytes.length, 0);
    const { bytesWritten } = await this.#handle.writev(batch);
    if (bytesWritten === size) return;
    // The system took a part of it: the rest goes alone.
    const rest = Buffer.concat(batch).subarray(bytesWritten);
    for (let at = 0; at < rest.length; ) at += (await this.#handle.write(rest, at)).bytesWritten;
  }
}
