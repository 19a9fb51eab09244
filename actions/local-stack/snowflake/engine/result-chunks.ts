import { mkdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { localLimit } from '../../../shared/sql/snowflake-error.ts';

/** Rows of a result in a file, as the drivers fetch them: gzip of JSON arrays with `,` and a line feed between them. */
export interface ResultChunk {
  file: string;
  rows: number;
  /** Bytes, before and after compression. */
  uncompressedSize: number;
  compressedSize: number;
  /** Bytes of the longest row. */
  longestRow: number;
}

type Rows = (string | null)[][];

/** A chunk holds about this many bytes of text. */
const CHUNK_BYTES = 4 * 1024 ** 2;
const compress = promisify(gzip);

/** Writes the rows of a large result to files of one directory, holding one chunk's rows in memory. */
export class ChunkWriter {
  readonly #directory: string;
  readonly #limitBytes: number;
  readonly #chunks: ResultChunk[] = [];
  #lines: string[] = [];
  #size = 0;
  #longest = 0;
  #total = 0;

  constructor(directory: string, limitBytes: number) {
    this.#directory = directory;
    this.#limitBytes = limitBytes;
  }

  /** @throws SnowflakeError 999002 above the limit of a result's size */
  async add(rows: Rows): Promise<void> {
    for (const row of rows) {
      const line = JSON.stringify(row);
      const bytes = Buffer.byteLength(line);
      this.#lines.push(line);
      this.#size += bytes + 2;
      this.#longest = Math.max(this.#longest, bytes);
      if (this.#size >= CHUNK_BYTES) await this.#write();
    }
  }

  async end(): Promise<ResultChunk[]> {
    if (this.#lines.length > 0) await this.#write();
    return this.#chunks;
  }

  /** Removes what was written: the statement failed. */
  discard(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #write(): Promise<void> {
    this.#total += this.#size;
    if (this.#total > this.#limitBytes) {
      throw localLimit(
        `a result may hold ${this.#limitBytes} bytes of text (resultBytes). Select fewer rows or columns.`,
      );
    }
    if (this.#chunks.length === 0) mkdirSync(this.#directory, { recursive: true });
    const file = join(this.#directory, `${this.#chunks.length + 1}.json.gz`);
    const text = this.#lines.join(',\n');
    const compressed = await compress(text, { level: 1 });
    await writeFile(file, compressed, { mode: 0o600 });
    this.#chunks.push({
      file,
      rows: this.#lines.length,
      uncompressedSize: Buffer.byteLength(text),
      compressedSize: compressed.length,
      longestRow: this.#longest,
    });
    this.#lines = [];
    this.#size = 0;
    this.#longest = 0;
  }
}
