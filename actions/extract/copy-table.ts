import type { Readable } from 'node:stream';
import type { ClientBase } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { ManifestPart } from '../shared/manifest.ts';
import type { ColumnPlan } from './column-plan.ts';
import { CopyDecoder } from './copy-binary/decoder.ts';
import { columnDecoder } from './copy-binary/fields.ts';
import { statementError } from './database.ts';
import { ParquetWriter } from './parquet/file.ts';
import type { PartUpload } from './parts.ts';

/** Raw bytes of COPY in a row group: its sealed pages are held compressed until it closes. */
const GROUP_BYTES = 48 << 20;
/** Snowflake advises files of 100 to 250 MB. */
const PART_BYTES = 128 << 20;

export interface CopiedTable {
  rows: number;
  parts: ManifestPart[];
  /** Values per column that the target cannot hold, written as null. */
  specials: Map<string, number>;
}

/** What a copy has read so far. */
export interface CopyProgress {
  rows: number;
  /** Bytes of binary COPY. */
  bytes: number;
}

/** What to copy and how. */
export interface CopyRequest {
  table: string;
  /** The query, its SELECT list in the order of `columns`. */
  sql: string;
  columns: readonly ColumnPlan[];
  onSpecial: 'fail' | 'null';
}

/**
 * Streams the rows of a query into Parquet parts: no row is ever an object, memory holds one row group.
 * With `onSpecial: fail` the first value that cannot be held ends the writing; the rest is only counted.
 * @throws ConnectionLostError naming table and rows read; UserError for the source's other errors
 */
export async function copyTable(
  client: ClientBase,
  request: CopyRequest,
  startPart: (index: number) => PartUpload,
  progress: CopyProgress,
): Promise<CopiedTable> {
  const writer = new ParquetWriter(request.columns.map((column) => column.parquet));
  const specials = new Map<string, number>();
  const decoder = new CopyDecoder(
    request.columns.map(({ format, parquet }, index) =>
      columnDecoder(format, writer.columns[index]!, () =>
        specials.set(parquet.name, (specials.get(parquet.name) ?? 0) + 1),
      ),
    ),
  );
  const output = new PartOutput(writer, startPart);
  try {
    let groupBytes = 0;
    for await (const chunk of rowsOf(client, request)) {
      for (let position = 0; position < chunk.length; ) {
        const start = position;
        position = decoder.decode(chunk, start, start + Math.max(1, GROUP_BYTES - groupBytes));
        groupBytes += position - start;
        progress.rows = decoder.rows;
        progress.bytes += position - start;
        if (groupBytes < GROUP_BYTES || !decoder.isBetweenRows) continue;
        if (request.onSpecial === 'fail' && specials.size > 0) await output.discard();
        await output.closeGroup(decoder.rows);
        groupBytes = 0;
      }
    }
    decoder.finish();
    if (request.onSpecial === 'fail' && specials.size > 0) await output.discard();
    await output.closeGroup(decoder.rows);
    await output.closePart();
    return { rows: decoder.rows, parts: output.parts, specials };
  } catch (error) {
    await output.discard();
    throw error;
  }
}

/** The bytes of COPY; errors of the source come out named. */
async function* rowsOf(client: ClientBase, request: CopyRequest): AsyncGenerator<Buffer> {
  const stream: Readable = client.query(
    copyTo(`COPY (${request.sql}) TO STDOUT (FORMAT binary)`, { highWaterMark: 1 << 20 }),
  );
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw statementError(request.table, error);
  }
}

/** Turns row groups into parts that roll at the target size. */
class PartOutput {
  readonly parts: ManifestPart[] = [];
  readonly #writer: ParquetWriter;
  readonly #startPart: (index: number) => PartUpload;
  #open: PartUpload | undefined;
  #isDiscarding = false;
  #rowsBefore = 0;
  #partRows = 0;

  constructor(writer: ParquetWriter, startPart: (index: number) => PartUpload) {
    this.#writer = writer;
    this.#startPart = startPart;
  }

  /** @param rows all rows decoded so far */
  async closeGroup(rows: number): Promise<void> {
    const groupRows = rows - this.#rowsBefore;
    if (groupRows === 0) return;
    this.#rowsBefore = rows;
    if (this.#open === undefined && !this.#isDiscarding) {
      const part = this.#startPart(this.parts.length);
      this.#open = part;
      await this.#writer.openFile((bytes) => part.write(bytes));
    }
    await this.#writer.closeRowGroup(groupRows);
    this.#partRows += groupRows;
    if (this.#writer.bytes >= PART_BYTES) await this.closePart();
  }

  async closePart(): Promise<void> {
    if (this.#open === undefined) return;
    await this.#writer.closeFile();
    this.parts.push(await this.#open.finish(this.#partRows));
    this.#open = undefined;
    this.#partRows = 0;
  }

  /** Gives up the open part; what follows is written nowhere. */
  async discard(): Promise<void> {
    if (this.#isDiscarding) return;
    this.#isDiscarding = true;
    const part = this.#open;
    this.#open = undefined;
    await this.#writer.openFile(async () => {});
    await part?.abort();
  }
}
