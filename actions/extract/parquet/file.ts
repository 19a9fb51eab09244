import type { RawPage } from '../kernel/kernel.ts';
import { type ColumnChunk, encodeFooter, MAGIC, type RowGroup } from './footer.ts';
import { type Codec, type EncodedPage, encodePage } from './page.ts';
import { encodeColumnIndex, encodeOffsetIndex } from './page-index.ts';
import type { ParquetColumn } from './schema.ts';

/** Takes the file's bytes in order; resolves when it can take more. */
export type Sink = (bytes: Uint8Array) => Promise<void>;

/** The pages of one column in the open row group. */
interface OpenChunk {
  dictionary: Promise<EncodedPage> | undefined;
  pages: Promise<EncodedPage>[];
}

/**
 * Writes one Parquet file after another over the same columns. Holds the compressed pages of the open row group and
 * of the one being written.
 */
export class ParquetWriter {
  /** Raw bytes of pages that are being compressed. */
  backlog = 0;
  readonly #schema: readonly ParquetColumn[];
  readonly #codec: Codec;
  readonly #compressing = new Set<Promise<EncodedPage>>();
  #open: OpenChunk[];
  #sink: Sink | undefined;
  #offset = 0;
  #groups: RowGroup[] = [];

  constructor(schema: readonly ParquetColumn[], codec: Codec) {
    this.#schema = schema;
    this.#codec = codec;
    this.#open = this.#emptyChunks();
  }

  /** Bytes of the open file so far, without page index and footer. */
  get bytes(): number {
    return this.#offset;
  }

  async openFile(sink: Sink): Promise<void> {
    this.#sink = sink;
    this.#offset = 0;
    this.#groups = [];
    await this.#write(MAGIC);
  }

  /** Adds a page to the open row group and starts compressing it. */
  addPage(page: RawPage): void {
    const raw = page.body.length;
    this.backlog += raw;
    const encoded = encodePage(page, this.#codec).finally(() => {
      this.backlog -= raw;
      this.#compressing.delete(encoded);
    });
    this.#compressing.add(encoded);
    // Whoever writes the group sees a failure; until then it must not end the process.
    encoded.catch(() => {});
    const chunk = this.#open[page.column]!;
    if (page.kind === 'dictionary') chunk.dictionary = encoded;
    else chunk.pages.push(encoded);
  }

  /** Resolves when all pages so far are compressed, those of the row group that is being written included. */
  async settled(): Promise<void> {
    await Promise.all(this.#compressing);
  }

  /** Takes the open row group, of `rows` rows, out; pages that are added from now on belong to the next one. */
  takeRowGroup(rows: number): { rows: number; chunks: OpenChunk[] } {
    const chunks = this.#open;
    this.#open = this.#emptyChunks();
    return { rows, chunks };
  }

  async writeRowGroup({ rows, chunks }: { rows: number; chunks: OpenChunk[] }): Promise<void> {
    const group: RowGroup = { rows, offset: this.#offset, chunks: [] };
    for (const [index, { dictionary, pages }] of chunks.entries()) {
      const chunk: ColumnChunk = {
        column: this.#schema[index]!,
        codec: this.#codec,
        offset: this.#offset,
        dictionary: dictionary && (await this.#writePage(await dictionary)),
        pages: [],
      };
      for (const page of pages) chunk.pages.push(await this.#writePage(await page));
      const values = chunk.pages.reduce((sum, { page }) => sum + page.values, 0);
      if (values !== rows) {
        throw new Error(`column "${chunk.column.name}" has ${values} values in a group of ${rows} rows`);
      }
      group.chunks.push(chunk);
    }
    this.#groups.push(group);
  }

  async closeFile(): Promise<void> {
    const chunks = this.#groups.flatMap((group) => group.chunks);
    for (const chunk of chunks) chunk.columnIndex = await this.#writeIndex(encodeColumnIndex(chunk));
    for (const chunk of chunks) chunk.offsetIndex = await this.#writeIndex(encodeOffsetIndex(chunk));
    await this.#write(encodeFooter(this.#schema, this.#groups));
    this.#sink = undefined;
  }

  async #writePage(page: EncodedPage): Promise<ColumnChunk['pages'][number]> {
    const offset = this.#offset;
    await this.#write(page.header);
    await this.#write(page.body);
    const { body: _, ...facts } = page;
    return { offset, bytes: this.#offset - offset, page: facts };
  }

  async #writeIndex(bytes: Buffer | undefined): Promise<{ offset: number; length: number } | undefined> {
    if (bytes === undefined) return undefined;
    const offset = this.#offset;
    await this.#write(bytes);
    return { offset, length: bytes.length };
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#sink === undefined) throw new Error('no Parquet file is open');
    this.#offset += bytes.length;
    await this.#sink(bytes);
  }

  #emptyChunks(): OpenChunk[] {
    return this.#schema.map(() => ({ dictionary: undefined, pages: [] }));
  }
}
