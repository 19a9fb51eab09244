import { Buffer, newBuffer, SLACK } from './buffer';
import { Dictionary, newDictionary } from './dictionary';
import { page } from './host';
import { bitWidthOf, encodeHybrid, encodeRun, hybridBound } from './hybrid';
import { BOOLEAN, newRange, Range } from './range';

/** Raw bytes and values of a data page at most (one longer value makes a page of its own). */
const PAGE_BYTES: u32 = 1 << 20;
const PAGE_VALUES: u32 = 1 << 17;

/** Encoded levels and indices of the page being sealed; one for all columns. */
const levelScratch = newBuffer();
const valueScratch = newBuffer();

/**
 * Takes a column's values one by one and turns them into pages. Values are written in PLAIN form to the end of
 * one buffer. While a dictionary pays, that buffer is the dictionary and a value seen before is taken back and
 * noted as an index; otherwise it is the open page.
 */
@unmanaged
export class Column {
  index: i32;
  /** One of the FORMAT numbers in fields.ts. */
  format: i32;
  physical: i32;
  precision: i32;
  scale: i32;
  /** Values that the target cannot hold, written as null. */
  specials: u32;

  values: Buffer;
  /** Where the value being written starts. */
  position: u32;
  /** u8 per value of the page: 1 present, 0 null. Filled from the first null on. */
  levels: Buffer;
  levelCount: u32;
  pageNulls: u32;
  /** u32 per present value of the page. */
  indices: Buffer;
  indexCount: u32;
  dictionary: Dictionary;
  hasDictionary: bool;
  /** Set once a dictionary did not pay: the next row groups do not try again. */
  isPlainOnly: bool;
  pageCount: u32;
  /** Values in the sealed pages of this chunk. */
  sealedValues: u32;
  range: Range;

  @inline
  appendNull(): void {
    this.levels.reserve(this.levelCount + 1, this.pageNulls == 0 ? 0 : this.levelCount);
    if (this.pageNulls++ == 0) memory.fill(this.levels.at, 1, this.levelCount);
    store<u8>(this.levels.at + this.levelCount++, 0);
    if (this.levelCount >= PAGE_VALUES) this.sealPage();
  }

  @inline
  append<T>(value: T): void {
    this.values.reserve(this.position + sizeof<T>(), this.position);
    store<T>(this.values.at + this.position, value);
    this.commit(sizeof<T>());
  }

  /** FIXED_16 in the file's order: big-endian two's complement. */
  @inline
  append128(low: u64, high: u64): void {
    this.values.reserve(this.position + 16, this.position);
    const at = this.values.at + this.position;
    store<u64>(at, bswap(high));
    store<u64>(at, bswap(low), 8);
    this.commit(16);
  }

  /** Room for a BYTE_ARRAY of this length: its octets go to the answer, then comes `commit(4 + length)`. */
  @inline
  openBytes(length: u32): usize {
    this.values.reserve(this.position + 4 + length + SLACK, this.position);
    const at = this.values.at + this.position;
    store<u32>(at, length);
    return at + 4;
  }

  /** The value of `length` octets at `position` is whole. */
  @inline
  commit(length: u32): void {
    const start = this.position;
    const end = start + length;
    this.position = end;
    if (this.pageNulls > 0) {
      this.levels.reserve(this.levelCount + 1, this.levelCount);
      store<u8>(this.levels.at + this.levelCount, 1);
    }
    this.levelCount++;
    if (this.hasDictionary) {
      const dictionary = this.dictionary;
      const known = dictionary.count;
      const entry = dictionary.find(this.values.at, start, end);
      store<u32>(dictionary.usedBy.at + (entry << 2), this.pageCount + 1);
      this.pushIndex(entry);
      if (entry < known) this.position = start;
      else if (dictionary.isWasteful(end, this.sealedValues + this.levelCount)) this.leaveDictionary();
    }
    if (this.levelCount >= PAGE_VALUES || (!this.hasDictionary && this.position >= PAGE_BYTES))
      this.sealPage();
  }

  /** Ends the column's part of the row group and starts the next one. */
  finishChunk(): void {
    if (this.levelCount > 0) this.sealPage();
    if (this.hasDictionary && this.dictionary.count > 0) this.giveDictionary();
    this.position = 0;
    this.values.shrink();
    this.hasDictionary = !this.isPlainOnly;
    this.dictionary.reset();
    this.pageCount = 0;
    this.sealedValues = 0;
  }

  @inline
  private pushIndex(entry: u32): void {
    const used = this.indexCount << 2;
    this.indices.reserve(used + 4, used);
    store<u32>(this.indices.at + used, entry);
    this.indexCount++;
  }

  /** Goes on in PLAIN: from the chunk's start if nothing is sealed yet, else from the next page. */
  private leaveDictionary(): void {
    this.isPlainOnly = true;
    if (this.pageCount > 0) {
      this.sealPage();
      this.giveDictionary();
      this.hasDictionary = false;
      this.position = 0;
      return;
    }
    const dictionary = this.dictionary;
    const entriesEnd = this.position;
    const entries = this.values;
    const plain = newBuffer();
    let position: u32 = 0;
    for (let index: u32 = 0; index < this.indexCount; index++) {
      const entry = load<u32>(this.indices.at + (index << 2));
      const from = load<u32>(dictionary.offsets.at + (entry << 2));
      const length = dictionary.entryEnd(entry, entriesEnd) - from;
      plain.reserve(position + length, position);
      memory.copy(plain.at + position, entries.at + from, length);
      position += length;
    }
    heap.free(entries.at);
    heap.free(changetype<usize>(entries));
    this.values = plain;
    this.position = position;
    this.hasDictionary = false;
    this.indexCount = 0;
  }

  private giveDictionary(): void {
    page(
      this.index,
      true,
      0,
      0,
      this.values.at,
      this.position,
      this.dictionary.count,
      0,
      false,
      0,
      -1,
      0,
      -1,
    );
  }

  private sealPage(): void {
    const count = this.levelCount;
    levelScratch.reserve(4 + hybridBound(count, 1), 0);
    const levelsEnd =
      this.pageNulls == 0
        ? encodeRun(1, count, 1, levelScratch.at + 4)
        : encodeHybrid<u8>(this.levels.at, count, 1, levelScratch.at + 4);
    const levelsLength = <u32>(levelsEnd - levelScratch.at);
    store<u32>(levelScratch.at, levelsLength - 4);
    this.range.clear();
    // A page of nothing but nulls needs no dictionary, and without an entry there is none.
    if (this.hasDictionary && this.dictionary.count > 0) this.sealIndices(levelsLength);
    else this.sealPlain(levelsLength);
    this.sealedValues += count;
    this.pageCount++;
    this.levelCount = 0;
    this.pageNulls = 0;
  }

  private sealIndices(levelsLength: u32): void {
    const dictionary = this.dictionary;
    const entries = dictionary.count;
    for (let entry: u32 = 0; entry < entries; entry++) {
      if (load<u32>(dictionary.usedBy.at + (entry << 2)) != this.pageCount + 1) continue;
      this.range.take(this.physical, this.values.at + load<u32>(dictionary.offsets.at + (entry << 2)));
    }
    // Some readers refuse a width of zero bits.
    const width = max<u32>(1, bitWidthOf(entries));
    valueScratch.reserve(1 + hybridBound(this.indexCount, width), 0);
    store<u8>(valueScratch.at, width);
    const end = encodeHybrid<u32>(this.indices.at, this.indexCount, width, valueScratch.at + 1);
    this.indexCount = 0;
    this.give(levelsLength, valueScratch.at, <u32>(end - valueScratch.at), true);
  }

  private sealPlain(levelsLength: u32): void {
    const position = this.position;
    this.range.takeAll(this.physical, this.values.at, this.values.at + position);
    if (this.physical == BOOLEAN) {
      valueScratch.reserve(position / 8 + 1, 0);
      this.give(
        levelsLength,
        valueScratch.at,
        packBooleans(this.values.at, position, valueScratch.at),
        false,
      );
    } else {
      this.give(levelsLength, this.values.at, position, false);
    }
    this.position = 0;
    this.values.shrink();
  }

  private give(levelsLength: u32, values: usize, valuesLength: u32, isIndexed: bool): void {
    const range = this.range;
    page(
      this.index,
      false,
      levelScratch.at,
      levelsLength,
      values,
      valuesLength,
      this.levelCount,
      this.pageNulls,
      isIndexed,
      range.min,
      range.minLength,
      range.max,
      range.maxLength,
    );
  }
}

export function newColumn(index: i32, format: i32, physical: i32, precision: i32, scale: i32): Column {
  const column = changetype<Column>(heap.alloc(offsetof<Column>()));
  memory.fill(changetype<usize>(column), 0, offsetof<Column>());
  column.index = index;
  column.format = format;
  column.physical = physical;
  column.precision = precision;
  column.scale = scale;
  column.values = newBuffer();
  column.levels = newBuffer();
  column.indices = newBuffer();
  column.dictionary = newDictionary();
  column.isPlainOnly = physical == BOOLEAN;
  column.hasDictionary = !column.isPlainOnly;
  column.range = newRange();
  return column;
}

/** PLAIN booleans are bits, the first value in the lowest one. Returns the octets written. */
function packBooleans(values: usize, count: u32, target: usize): u32 {
  const length = (count + 7) / 8;
  memory.fill(target, 0, length);
  for (let at: u32 = 0; at < count; at++) {
    const octet = target + (at >> 3);
    store<u8>(octet, load<u8>(octet) | (load<u8>(values + at) << (<u8>(at & 7))));
  }
  return length;
}
