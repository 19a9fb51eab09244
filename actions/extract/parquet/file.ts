import { type ColumnChunk, ColumnWriter } from './column.ts';
import { columnChunk, encodeFooter, MAGIC, type RowGroup } from './footer.ts';
import type { EncodedPage } from './page.ts';
import type { ParquetColumn } from './schema.ts';

/** Takes the file's bytes in order; resolves when it can take more. */
export type Sink = (bytes: Uint8Array) => Promise<void>;

/**
 * Writes one Parquet file after another over the same columns. Holds the open row group alone: its sealed
 * pages compressed, its open pages raw.
 */
export class ParquetWriter {
  /** Where the next row's values go, one writer per column. */
  readonly columns: readonly ColumnWriter[];
  readonly #schema: readonly ParquetColumn[];
  #sink: Sink | undefined;
  #offset = 0;
  #groups: RowGroup[] = [];

  constructor(schema: readonly ParquetColumn[]) {
    this.#schema = schema;
    this.columns = schema.map((column) => new ColumnWriter(column));
  }

  /** Bytes of the open file so far, without the footer. */
  get bytes(): number {
    return this.#offset;
  }

  async openFile(sink: Sink): Promise<void> {
    this.#sink = sink;
    this.#offset = 0;
    this.#groups = [];
    await this.#write(MAGIC);
  }

  /** Ends the row group that the columns hold; each of them has `rows` values. */
  async closeRowGroup(rows: number): Promise<void> {
    const chunks = await Promise.all(this.columns.map((column) => column.finishChunk()));
    const group = { rows, offset: this.#offset, uncompressedBytes: 0, columns: [] as RowGroup['columns'] };
    for (const chunk of chunks) {
      if (chunk.values !== rows) {
        throw new Error(
          `column "${chunk.column.name}" has ${chunk.values} values in a group of ${rows} rows`,
        );
      }
      const start = this.#offset;
      const pages = pagesOf(chunk);
      for (const page of pages) {
        await this.#write(page.header);
        await this.#write(page.body);
      }
      const uncompressed = pages.reduce((sum, page) => sum + page.uncompressedBytes, 0);
      group.uncompressedBytes += uncompressed;
      group.columns.push(columnChunk(chunk, start, this.#offset - start, uncompressed));
    }
    this.#groups.push({ ...group, compressedBytes: this.#offset - group.offset });
  }

  async closeFile(): Promise<void> {
    await this.#write(encodeFooter(this.#schema, this.#groups));
    this.#sink = undefined;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#sink === undefined) throw new Error('no Parquet file is open');
    this.#offset += bytes.length;
    await this.#sink(bytes);
  }
}

function pagesOf(chunk: ColumnChunk): EncodedPage[] {
  return chunk.dictionary === undefined ? chunk.pages : [chunk.dictionary, ...chunk.pages];
}
