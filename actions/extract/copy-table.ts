import type { ClientBase } from 'pg';
import type { ManifestPart } from '../shared/manifest.ts';
import type { ColumnPlan } from './column-plan.ts';
import { type CopySink, copyOut } from './copy-out.ts';
import { statementError } from './database.ts';
import { CopyFormatError, CopyKernel } from './kernel/kernel.ts';
import { ParquetWriter } from './parquet/file.ts';
import type { Codec } from './parquet/page.ts';
import type { PartUpload } from './parts.ts';
import type { RateLimit } from './rate-limit.ts';

/** Raw bytes of COPY in a row group: its sealed pages are held compressed until it is written. */
const GROUP_BYTES = 48 << 20;
/** Raw bytes of pages that may be waiting to be compressed. */
const BACKLOG_BYTES = 12 << 20;
/** Snowflake advises files of 100 to 250 MB. */
const PART_BYTES = 128 << 20;

export interface CopiedTable {
  rows: number;
  parts: ManifestPart[];
  /** Values per column that the target cannot hold, written as null. */
  specials: Map<string, number>;
}

/** Told what was read since the last call: rows, and bytes off the wire. */
export type OnRead = (rows: number, bytes: number) => void;

/** What to copy and how. */
export interface CopyRequest {
  table: string;
  /** The query, its SELECT list in the order of `columns`. */
  sql: string;
  columns: readonly ColumnPlan[];
  onSpecial: 'fail' | 'null';
  compression: Codec;
  rateLimit?: RateLimit | undefined;
}

/**
 * Streams the rows of a query into Parquet parts: no row is ever an object, memory holds two row groups.
 * With `onSpecial: fail` the first value that cannot be held ends the writing; the rest is only counted.
 * @throws ConnectionLostError naming table and rows read; UserError for the source's other errors
 */
export async function copyTable(
  client: ClientBase,
  request: CopyRequest,
  startPart: (index: number) => PartUpload,
  onRead: OnRead,
): Promise<CopiedTable> {
  const output = new TableOutput(request, startPart);
  try {
    await readAll(client, request, output, onRead);
    return await output.finish();
  } catch (error) {
    await output.discard();
    throw error;
  }
}

async function readAll(
  client: ClientBase,
  request: CopyRequest,
  output: TableOutput,
  onRead: OnRead,
): Promise<void> {
  let rows = 0;
  let bytes = 0;
  const sink: CopySink = {
    feed: (octets) => {
      bytes = output.kernel.feed(octets);
      onRead(output.kernel.rows - rows, bytes);
      rows = output.kernel.rows;
      return bytes;
    },
    wait: () => {
      const limited = request.rateLimit?.take(bytes);
      bytes = 0;
      return output.wait() ?? limited;
    },
  };
  try {
    await copyOut(client, `COPY (${request.sql}) TO STDOUT (FORMAT binary)`, sink);
  } catch (error) {
    if (output.failure !== undefined || error instanceof CopyFormatError) throw error;
    throw statementError(request.table, error);
  }
}

/** From the kernel's pages to parts that roll at the target size. A row group is written while the next one is read. */
class TableOutput {
  readonly kernel: CopyKernel;
  readonly parts: ManifestPart[] = [];
  /** Set when writing has failed: what the source then says is only a consequence. */
  failure: unknown;
  readonly #request: CopyRequest;
  readonly #writer: ParquetWriter;
  readonly #startPart: (index: number) => PartUpload;
  #open: PartUpload | undefined;
  #isDiscarding = false;
  #rowsBefore = 0;
  #partRows = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(request: CopyRequest, startPart: (index: number) => PartUpload) {
    this.#request = request;
    this.#startPart = startPart;
    this.#writer = new ParquetWriter(
      request.columns.map((column) => column.parquet),
      request.compression,
    );
    this.kernel = new CopyKernel(request.columns, GROUP_BYTES, (page) => {
      if (!this.#isDiscarding) this.#writer.addPage(page);
    });
  }

  /** What reading has to wait for, if anything. */
  wait(): Promise<void> | undefined {
    if (this.kernel.isGroupFull) return this.#nextGroup();
    return this.#writer.backlog > BACKLOG_BYTES ? this.#guard(this.#writer.settled()) : undefined;
  }

  async finish(): Promise<CopiedTable> {
    if (!this.kernel.isEnded) {
      throw new CopyFormatError(`the COPY stream ended after ${this.kernel.rows} rows without its trailer`);
    }
    await this.#nextGroup();
    await this.#writing;
    await this.#closePart();
    return { rows: this.kernel.rows, parts: this.parts, specials: this.#specials() };
  }

  /** Gives up the open part; what follows is written nowhere. */
  async discard(): Promise<void> {
    if (this.#isDiscarding) return;
    this.#isDiscarding = true;
    await this.#writing.catch(() => {});
    const part = this.#open;
    this.#open = undefined;
    await part?.abort();
  }

  /** Takes the row group out of the kernel and starts writing it, once the one before is written. */
  async #nextGroup(): Promise<void> {
    const { kernel } = this;
    kernel.finishGroup();
    const rows = kernel.rows - this.#rowsBefore;
    this.#rowsBefore = kernel.rows;
    if (this.#request.onSpecial === 'fail' && this.#specials().size > 0) await this.discard();
    const group = this.#writer.takeRowGroup(rows);
    await this.#writing;
    if (rows === 0 || this.#isDiscarding) return;
    this.#writing = this.#guard(this.#write(group));
    // Looked at before the next group; without a handler of its own an early failure would end the process.
    this.#writing.catch(() => {});
  }

  async #write(group: ReturnType<ParquetWriter['takeRowGroup']>): Promise<void> {
    if (this.#open === undefined) {
      const part = this.#startPart(this.parts.length);
      this.#open = part;
      await this.#writer.openFile((bytes) => part.write(bytes));
    }
    await this.#writer.writeRowGroup(group);
    this.#partRows += group.rows;
    if (this.#writer.bytes >= PART_BYTES) await this.#closePart();
  }

  async #closePart(): Promise<void> {
    if (this.#open === undefined) return;
    await this.#writer.closeFile();
    this.parts.push(await this.#open.finish(this.#partRows));
    this.#open = undefined;
    this.#partRows = 0;
  }

  #specials(): Map<string, number> {
    const named = this.kernel.specials.map(
      (count, index) => [this.#request.columns[index]!.parquet.name, count] as const,
    );
    return new Map(named.filter(([, count]) => count > 0));
  }

  async #guard(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.failure ??= error;
      throw error;
    }
  }
}
