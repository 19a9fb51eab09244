import type { RawPage } from '../../../actions/extract/kernel/kernel.ts';
import type { ParquetColumn } from '../../../actions/extract/parquet/schema.ts';
import { Dictionary } from './dictionary.ts';
import { bitWidthOf, encodeHybrid, encodeRun, hybridBound } from './hybrid.ts';
import { scanRange } from './range.ts';

/** Raw bytes and values of a data page at most (one longer value makes a page of its own). */
const PAGE_BYTES = 1 << 20;
const PAGE_VALUES = 1 << 17;

/**
 * Takes a column's values one by one and turns them into pages. Values are written in PLAIN form to the end of
 * one buffer. While a dictionary pays, that buffer is the dictionary and a value seen before is taken back and
 * noted as an index; otherwise it is the open page.
 */
export class ColumnWriter {
  readonly column: ParquetColumn;
  /** Room for the value being written; `position` is where it starts. */
  bytes: Buffer<ArrayBuffer> = Buffer.from(new ArrayBuffer(1024));
  words: Int32Array<ArrayBuffer> = new Int32Array(this.bytes.buffer);
  position = 0;

  #levels = new Uint8Array(256);
  #levelCount = 0;
  #indices = new Uint32Array(256);
  #indexCount = 0;
  #dictionary: Dictionary | undefined;
  /** Set once a dictionary did not pay: the next row groups do not try again. */
  #plainOnly: boolean;
  #pageCount = 0;
  #values = 0;
  #nulls = 0;
  readonly #index: number;
  readonly #onPage: (page: RawPage) => void;

  constructor(column: ParquetColumn, index: number, onPage: (page: RawPage) => void) {
    this.column = column;
    this.#index = index;
    this.#onPage = onPage;
    this.#plainOnly = column.physical === 'BOOLEAN';
    if (!this.#plainOnly) this.#dictionary = new Dictionary();
  }

  appendNull(): void {
    this.#nulls++;
    this.#pushLevel(0);
    if (this.#levelCount >= PAGE_VALUES) this.#sealPage();
  }

  appendBoolean(value: boolean): void {
    this.#reserve(1);
    this.bytes[this.position] = value ? 1 : 0;
    this.#commit(1);
  }

  /** INT32, or the bits of a FLOAT. */
  append32(word: number): void {
    this.#reserve(4);
    this.words[this.position >> 2] = word;
    this.#commit(4);
  }

  /** INT64, or the bits of a DOUBLE, as two 32-bit words. */
  append64(low: number, high: number): void {
    this.#reserve(8);
    const at = this.position >> 2;
    this.words[at] = low;
    this.words[at + 1] = high;
    this.#commit(8);
  }

  /** FIXED_16 in the file's order: big-endian two's complement, most significant word first. */
  appendFixed16(word3: number, word2: number, word1: number, word0: number): void {
    this.#reserve(16);
    const { bytes, position } = this;
    bytes.writeInt32BE(word3 | 0, position);
    bytes.writeInt32BE(word2 | 0, position + 4);
    bytes.writeInt32BE(word1 | 0, position + 8);
    bytes.writeInt32BE(word0 | 0, position + 12);
    this.#commit(16);
  }

  /** BYTE_ARRAY: the octets `source[start, end)`. */
  appendBytes(source: Buffer, start: number, end: number): void {
    const length = end - start;
    const at = this.openBytes(length);
    const { bytes } = this;
    // A copying call costs more than the copy of a few octets.
    if (length <= 48)
      for (let offset = 0; offset < length; offset++) bytes[at + offset] = source[start + offset]!;
    else source.copy(bytes, at, start, end);
    this.closeBytes(length);
  }

  /** Room for a BYTE_ARRAY of this length; the caller fills `bytes` from the answer on, then calls `closeBytes`. */
  openBytes(length: number): number {
    this.#reserve(4 + length);
    this.bytes.writeUInt32LE(length, this.position);
    return this.position + 4;
  }

  closeBytes(length: number): void {
    this.#commit(4 + length);
  }

  /** Ends the column's part of the row group and starts the next one. */
  finishChunk(): void {
    if (this.#levelCount > 0) this.#sealPage();
    if (this.#dictionary !== undefined && this.#dictionary.size > 0) this.#giveDictionary();
    this.position = 0;
    this.#dictionary = this.#plainOnly ? undefined : new Dictionary();
    this.#pageCount = 0;
    this.#values = 0;
  }

  #reserve(length: number): void {
    const needed = this.position + length;
    if (needed <= this.bytes.length) return;
    let size = this.bytes.length * 2;
    while (size < needed) size *= 2;
    const larger = Buffer.from(new ArrayBuffer(size));
    this.bytes.copy(larger, 0, 0, this.position);
    this.bytes = larger;
    this.words = new Int32Array(larger.buffer);
  }

  #commit(length: number): void {
    const start = this.position;
    const end = start + length;
    this.position = end;
    this.#pushLevel(1);
    if (this.#dictionary !== undefined) {
      const known = this.#dictionary.size;
      const entry = this.#dictionary.find(this.bytes, start, end);
      this.#pushIndex(entry);
      if (entry < known) this.position = start;
      else if (this.#dictionary.isWasteful(end, this.#values + this.#levelCount)) this.#leaveDictionary();
    }
    if (this.#levelCount >= PAGE_VALUES || (this.#dictionary === undefined && this.position >= PAGE_BYTES)) {
      this.#sealPage();
    }
  }

  /** Goes on in PLAIN: from the chunk's start if nothing is sealed yet, else from the next page. */
  #leaveDictionary(): void {
    const dictionary = this.#dictionary!;
    this.#plainOnly = true;
    if (this.#pageCount > 0) {
      this.#sealPage();
      this.#giveDictionary();
      this.#dictionary = undefined;
      this.position = 0;
      return;
    }
    const entries = Buffer.from(this.bytes.subarray(0, this.position));
    this.#dictionary = undefined;
    this.position = 0;
    for (let at = 0; at < this.#indexCount; at++) {
      const entry = this.#indices[at]!;
      const from = dictionary.offsets[entry]!;
      const to = entry + 1 < dictionary.size ? dictionary.offsets[entry + 1]! : entries.length;
      this.#reserve(to - from);
      entries.copy(this.bytes, this.position, from, to);
      this.position += to - from;
    }
    this.#indexCount = 0;
  }

  #giveDictionary(): void {
    this.#onPage({
      column: this.#index,
      kind: 'dictionary',
      body: Buffer.from(this.bytes.subarray(0, this.position)),
      values: this.#dictionary!.size,
      nulls: 0,
      isIndexed: false,
      range: undefined,
    });
  }

  #sealPage(): void {
    const count = this.#levelCount;
    this.#values += count;
    this.#levelCount = 0;
    // A page of nothing but nulls needs no dictionary, and without an entry there is none.
    if (this.#dictionary === undefined || this.#dictionary.size === 0) this.#sealPlain(count);
    else this.#sealIndices(count, this.#dictionary);
    this.#pageCount++;
    this.#nulls = 0;
  }

  #sealIndices(count: number, dictionary: Dictionary): void {
    // Some readers refuse a width of zero bits.
    const width = Math.max(1, bitWidthOf(dictionary.size));
    const values = Buffer.alloc(1 + hybridBound(this.#indexCount, width));
    values[0] = width;
    const end = encodeHybrid(this.#indices, this.#indexCount, width, values, 1);
    const used = [...new Set(this.#indices.subarray(0, this.#indexCount))].map((entry) =>
      this.bytes.subarray(dictionary.offsets[entry]!, dictionary.endOf(entry, this.position)),
    );
    this.#indexCount = 0;
    this.#give(count, values.subarray(0, end), true, Buffer.concat(used));
  }

  #sealPlain(count: number): void {
    const plain = Buffer.from(this.bytes.subarray(0, this.position));
    this.position = 0;
    this.#give(count, this.column.physical === 'BOOLEAN' ? packBooleans(plain) : plain, false, plain);
  }

  /** @param compared the values of the page in PLAIN form, at least one of each */
  #give(count: number, values: Buffer, isIndexed: boolean, compared: Buffer): void {
    const levels = Buffer.alloc(4 + hybridBound(count, 1));
    const end =
      this.#nulls === 0 ? encodeRun(1, count, 1, levels, 4) : encodeHybrid(this.#levels, count, 1, levels, 4);
    levels.writeUInt32LE(end - 4, 0);
    // In a buffer of its own, so that 32-bit words are aligned.
    const aligned = Buffer.from(new ArrayBuffer(compared.length));
    compared.copy(aligned);
    this.#onPage({
      column: this.#index,
      kind: 'data',
      body: Buffer.concat([levels.subarray(0, end), values]),
      values: count,
      nulls: this.#nulls,
      isIndexed,
      range: scanRange(this.column.physical, aligned, aligned.length),
    });
  }

  #pushLevel(level: number): void {
    if (this.#levelCount === this.#levels.length) {
      const larger = new Uint8Array(this.#levels.length * 2);
      larger.set(this.#levels);
      this.#levels = larger;
    }
    this.#levels[this.#levelCount++] = level;
  }

  #pushIndex(index: number): void {
    if (this.#indexCount === this.#indices.length) {
      const larger = new Uint32Array(this.#indices.length * 2);
      larger.set(this.#indices);
      this.#indices = larger;
    }
    this.#indices[this.#indexCount++] = index;
  }
}

/** PLAIN booleans are bits, the first value in the lowest one. */
function packBooleans(values: Buffer): Buffer {
  const packed = Buffer.alloc(Math.ceil(values.length / 8));
  for (const [at, value] of values.entries()) packed[at >> 3]! |= value << (at & 7);
  return packed;
}
