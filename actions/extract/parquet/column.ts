import { Dictionary } from './dictionary.ts';
import { bitWidthOf, encodeHybrid, hybridBound } from './hybrid.ts';
import { ENCODING, type EncodedPage, encodeDataPage, encodeDictionaryPage } from './page.ts';
import type { ParquetColumn } from './schema.ts';
import { type Range, scanRange } from './statistics.ts';

/** A column's part of a row group, encoded. */
export interface ColumnChunk {
  column: ParquetColumn;
  dictionary: EncodedPage | undefined;
  pages: EncodedPage[];
  values: number;
  nulls: number;
  range: Range | undefined;
  /** Encodings of the values, without those of the levels. */
  encodings: Set<number>;
}

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
  #dictionaryPage: { entries: Buffer; count: number } | undefined;
  #pages: Promise<EncodedPage>[] = [];
  #values = 0;
  #nulls = 0;
  #range: Range | undefined;
  #encodings = new Set<number>();

  constructor(column: ParquetColumn) {
    this.column = column;
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
  async finishChunk(): Promise<ColumnChunk> {
    if (this.#levelCount > 0) this.#sealPage();
    if (this.#dictionary !== undefined && this.#dictionary.size > 0) this.#keepDictionary();
    const { column } = this;
    const pages = this.#pages;
    const page = this.#dictionaryPage;
    const chunk = {
      values: this.#values,
      nulls: this.#nulls,
      range: this.#range,
      encodings: this.#encodings,
    };
    this.position = 0;
    this.#dictionary = this.#plainOnly ? undefined : new Dictionary();
    this.#dictionaryPage = undefined;
    this.#pages = [];
    this.#values = 0;
    this.#nulls = 0;
    this.#range = undefined;
    this.#encodings = new Set();
    return {
      column,
      ...chunk,
      dictionary: page && (await encodeDictionaryPage(page.entries, page.count)),
      pages: await Promise.all(pages),
    };
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
    if (this.#pages.length > 0) {
      this.#sealPage();
      this.#keepDictionary();
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

  #keepDictionary(): void {
    this.#range = scanRange(this.column.physical, this.bytes, this.position, this.#range);
    this.#dictionaryPage = {
      entries: Buffer.from(this.bytes.subarray(0, this.position)),
      count: this.#dictionary!.size,
    };
  }

  #sealPage(): void {
    const count = this.#levelCount;
    this.#values += count;
    this.#levelCount = 0;
    // A page of nothing but nulls needs no dictionary, and without an entry there is none.
    if (this.#dictionary === undefined || this.#dictionary.size === 0) this.#sealPlain(count);
    else this.#sealIndices(count, this.#dictionary.size);
  }

  #sealIndices(count: number, entries: number): void {
    // Some readers refuse a width of zero bits.
    const width = Math.max(1, bitWidthOf(entries));
    const indexCount = this.#indexCount;
    this.#indexCount = 0;
    this.#encodings.add(ENCODING.RLE_DICTIONARY);
    this.#pages.push(
      encodeDataPage(
        this.#levels,
        count,
        ENCODING.RLE_DICTIONARY,
        1 + hybridBound(indexCount, width),
        (target, offset) => {
          target[offset] = width;
          return encodeHybrid(this.#indices, indexCount, width, target, offset + 1);
        },
      ),
    );
  }

  #sealPlain(count: number): void {
    const length = this.position;
    this.position = 0;
    this.#range = scanRange(this.column.physical, this.bytes, length, this.#range);
    this.#encodings.add(ENCODING.PLAIN);
    this.#pages.push(
      encodeDataPage(this.#levels, count, ENCODING.PLAIN, length, (target, offset) =>
        this.column.physical === 'BOOLEAN'
          ? packBooleans(this.bytes, length, target, offset)
          : offset + this.bytes.copy(target, offset, 0, length),
      ),
    );
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
function packBooleans(values: Buffer, count: number, target: Buffer, offset: number): number {
  const end = offset + Math.ceil(count / 8);
  target.fill(0, offset, end);
  for (let at = 0; at < count; at++) {
    if (values[at] === 1) target[offset + (at >> 3)] = target[offset + (at >> 3)]! | (1 << (at & 7));
  }
  return end;
}
