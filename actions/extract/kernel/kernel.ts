import { readFileSync } from 'node:fs';
import { messageOf, UserError } from '../../shared/errors.ts';
import { takePageBuffer } from '../parquet/page-buffers.ts';
import type { ParquetColumn, PhysicalType } from '../parquet/schema.ts';
import { LONGEST_LIMIT } from '../parquet/statistics.ts';

/** How a field of binary COPY is read. `text` is any type whose binary form is its text. */
export type FieldFormat =
  | { kind: 'bool' | 'int2' | 'int4' | 'int8' | 'float4' | 'float8' | 'bytea' | 'text' | 'jsonb' | 'uuid' }
  | { kind: 'date' | 'time' | 'timestamp' }
  | { kind: 'numeric'; precision: number; scale: number };

/** A page before it is compressed: its body is a copy, in a buffer that may be given back (`givePageBuffer`). */
export interface RawPage {
  column: number;
  kind: 'dictionary' | 'data';
  /** Definition levels (data pages only), then the values. */
  body: Buffer;
  /** Nulls included. */
  values: number;
  nulls: number;
  /** Whether the values are indices of the dictionary. */
  isIndexed: boolean;
  /**
   * Smallest and largest value in PLAIN bytes without a length prefix, cut where they are too long to be stated; absent
   * where there is nothing to compare.
   */
  range: { min: Buffer; max: Buffer } | undefined;
}

/** No file states a longer value as a limit: what shows that it is longer is enough. */
const RANGE_BYTES = LONGEST_LIMIT + 1;

/** The stream is not what PostgreSQL writes for this query. */
export class CopyFormatError extends Error {
  override name = 'CopyFormatError';
}

const FORMAT: Record<FieldFormat['kind'], number> = {
  bool: 0,
  int2: 1,
  int4: 2,
  float4: 2,
  int8: 3,
  float8: 3,
  bytea: 4,
  text: 4,
  jsonb: 5,
  uuid: 6,
  date: 7,
  time: 8,
  timestamp: 9,
  numeric: 10,
};

const PHYSICAL: Record<PhysicalType, number> = {
  BOOLEAN: 0,
  INT32: 1,
  INT64: 2,
  FLOAT: 3,
  DOUBLE: 4,
  BYTE_ARRAY: 5,
  FIXED_16: 6,
};

/** What the kernel reports by number, in the order of assembly/host.ts. */
const PROBLEMS: readonly ((first: number, second: number) => string)[] = [
  () => 'the stream does not start with the signature of binary COPY',
  (flags) => `unknown critical flags ${flags >>> 0} in the COPY header`,
  () => 'negative length of the COPY header extension',
  () => 'data after the end of the COPY stream',
  (fields, columns) => `a row has ${fields} fields, ${columns} columns were asked for`,
  (length) => `field length ${length}`,
  (length, expected) => `a field of ${length} octets where ${expected} were expected`,
  (version) => (version < 0 ? 'an empty jsonb' : `unknown version ${version} of jsonb's binary form`),
  (length) => `a numeric of ${length} octets does not fit its number of digits`,
  (length) => `a CopyData message of length ${length}`,
];

interface Exports {
  memory: WebAssembly.Memory;
  addColumn(format: number, physical: number, precision: number, scale: number): void;
  inputBuffer(octets: number): number;
  limitGroup(octets: number): void;
  feed(from: number, end: number): number;
  finishGroup(): void;
  rowCount(): number;
  groupSize(): number;
  isGroupFull(): number;
  isEnded(): number;
  specialsOf(column: number): number;
}

/**
 * Turns the wire's octets of one COPY into Parquet pages. The work is done in WebAssembly (assembly/copy.ts, about
 * three times as fast as the same in JavaScript); this is its host. Memory: the open pages and dictionaries.
 */
export class CopyKernel {
  readonly #exports: Exports;
  readonly #columns: number;
  readonly #onPage: (page: RawPage) => void;
  #memory: Buffer = Buffer.alloc(0);
  #inputSize = 0;
  #inputAt = 0;

  /** @param groupBytes octets of COPY in a row group: `feed` stops there, between two rows */
  constructor(
    columns: readonly { format: FieldFormat; parquet: ParquetColumn }[],
    groupBytes: number,
    onPage: (page: RawPage) => void,
  ) {
    this.#columns = columns.length;
    this.#onPage = onPage;
    const instance = new WebAssembly.Instance(compiled(), {
      host: { fail, page: (...numbers: number[]) => this.#takePage(numbers) },
    });
    this.#exports = instance.exports as unknown as Exports;
    for (const { format, parquet } of columns) {
      const [precision, scale] = format.kind === 'numeric' ? [format.precision, format.scale] : [0, 0];
      this.#exports.addColumn(FORMAT[format.kind], PHYSICAL[parquet.physical], precision, scale);
    }
    this.#exports.limitGroup(groupBytes);
  }

  /** Rows decoded so far. */
  get rows(): number {
    return this.#exports.rowCount();
  }

  /** Octets of COPY in the open row group. */
  get groupBytes(): number {
    return this.#exports.groupSize() >>> 0;
  }

  get isGroupFull(): boolean {
    return this.#exports.isGroupFull() !== 0;
  }

  /** Whether the trailer of COPY has been read. */
  get isEnded(): boolean {
    return this.#exports.isEnded() !== 0;
  }

  /** Values per column that the target cannot hold and that became null. */
  get specials(): number[] {
    return Array.from({ length: this.#columns }, (_, index) => this.#exports.specialsOf(index) >>> 0);
  }

  /**
   * Takes octets off the wire: whole messages and cut ones. Returns how many it took; what is left begins with a
   * message other than CopyData, or the row group is full.
   * @throws CopyFormatError
   */
  feed(octets: Uint8Array): number {
    if (octets.length > this.#inputSize) {
      this.#inputSize = octets.length;
      this.#inputAt = this.#exports.inputBuffer(octets.length);
    }
    this.#view().set(octets, this.#inputAt);
    return this.#exports.feed(0, octets.length) >>> 0;
  }

  /** Hands the rest of the row group's pages over. */
  finishGroup(): void {
    this.#exports.finishGroup();
  }

  #takePage(numbers: readonly number[]): void {
    const [column, isDictionary, levels, levelsLength, values, valuesLength, count, nulls, isIndexed] =
      numbers as [number, number, number, number, number, number, number, number, number];
    const memory = this.#view();
    const body = takePageBuffer(levelsLength + valuesLength);
    memory.copy(body, 0, levels, levels + levelsLength);
    memory.copy(body, levelsLength, values, values + valuesLength);
    this.#onPage({
      column,
      kind: isDictionary ? 'dictionary' : 'data',
      body,
      values: count,
      nulls,
      isIndexed: isIndexed !== 0,
      range: this.#range(numbers[9]!, numbers[10]!, numbers[11]!, numbers[12]!),
    });
  }

  #range(min: number, minLength: number, max: number, maxLength: number): RawPage['range'] {
    if (minLength < 0) return undefined;
    const memory = this.#view();
    return {
      min: Buffer.from(memory.subarray(min, min + Math.min(minLength, RANGE_BYTES))),
      max: Buffer.from(memory.subarray(max, max + Math.min(maxLength, RANGE_BYTES))),
    };
  }

  /** The kernel's memory; growing it makes a new one. */
  #view(): Buffer {
    const { buffer } = this.#exports.memory;
    if (this.#memory.buffer !== buffer) this.#memory = Buffer.from(buffer);
    return this.#memory;
  }
}

function fail(code: number, first: number, second: number): never {
  throw new CopyFormatError(PROBLEMS[code]?.(first, second) ?? `problem ${code}`);
}

let kernelModule: WebAssembly.Module | undefined;

/** Built by scripts/build-kernel.ts beside this file, and beside the bundles in dist. */
function compiled(): WebAssembly.Module {
  kernelModule ??= compileKernel(new URL('./kernel.wasm', import.meta.url));
  return kernelModule;
}

/** @throws UserError when the file is not there, as in a checkout that was not built */
export function compileKernel(file: URL): WebAssembly.Module {
  let octets: Buffer;
  try {
    octets = readFileSync(file);
  } catch (error) {
    throw new UserError(`the decoder of extract cannot be read: ${messageOf(error)}`, {
      remedy: 'Build it: node scripts/build.ts',
      cause: error,
    });
  }
  return new WebAssembly.Module(octets);
}
