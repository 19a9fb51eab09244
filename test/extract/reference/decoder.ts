import { CopyFormatError } from '../../../actions/extract/kernel/kernel.ts';

/** Takes one non-null field: the octets `source[start, start + length)` hold it until the call returns. */
export type FieldDecoder = (source: Buffer, start: number, length: number) => void;

/** Where the fields of one column go. */
export interface ColumnDecoder {
  decode: FieldDecoder;
  decodeNull: () => void;
}

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const HEADER_BYTES = SIGNATURE.length + 8;

type Expecting = 'header' | 'extension' | 'row' | 'length' | 'value' | 'nothing';

/**
 * Decodes `COPY … TO STDOUT (FORMAT binary)`, chunk by chunk, cut anywhere. A field is decoded where it lies in
 * the chunk; only one that a chunk cuts is put together in a buffer of its own.
 * Source: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
 */
export class CopyDecoder {
  /** Rows decoded so far. */
  rows = 0;
  readonly #columns: readonly ColumnDecoder[];
  #expecting: Expecting = 'header';
  /** Octets that the expected item needs. */
  #needed = HEADER_BYTES;
  #column = 0;
  /** The beginning of an item that the previous chunk cut. */
  #tail: Buffer = Buffer.alloc(64);
  #tailLength = 0;

  constructor(columns: readonly ColumnDecoder[]) {
    this.#columns = columns;
  }

  /** Whether every column has the same number of values: no row is half decoded. */
  get isBetweenRows(): boolean {
    return this.#expecting === 'row' || this.#expecting === 'nothing';
  }

  /**
   * Decodes the chunk from `start`. Stops early, at the end of a row, once the position reaches `pauseAt`.
   * Returns the position to go on from; the chunk's length when it is used up.
   */
  decode(chunk: Buffer, start = 0, pauseAt = Number.POSITIVE_INFINITY): number {
    let position = start;
    while (position < chunk.length || (this.#needed === 0 && this.#expecting !== 'nothing')) {
      if (this.#expecting === 'nothing') throw new CopyFormatError('data after the end of the COPY stream');
      if (this.#tailLength > 0) {
        position = this.#fillTail(chunk, position);
        if (this.#tailLength < this.#needed) return position;
        this.#tailLength = 0;
        this.#take(this.#tail, 0);
      } else if (chunk.length - position >= this.#needed) {
        const at = position;
        position += this.#needed;
        this.#take(chunk, at);
      } else {
        return this.#fillTail(chunk, position);
      }
      if (position >= pauseAt && this.#expecting === 'row') return position;
    }
    return position;
  }

  /** @throws CopyFormatError when the stream ended before its trailer. */
  finish(): void {
    if (this.#expecting !== 'nothing') {
      throw new CopyFormatError(`the COPY stream ended after ${this.rows} rows without its trailer`);
    }
  }

  #fillTail(chunk: Buffer, position: number): number {
    if (this.#tail.length < this.#needed) {
      const larger = Buffer.allocUnsafe(this.#needed);
      this.#tail.copy(larger, 0, 0, this.#tailLength);
      this.#tail = larger;
    }
    const end = Math.min(chunk.length, position + this.#needed - this.#tailLength);
    this.#tailLength += chunk.copy(this.#tail, this.#tailLength, position, end);
    return end;
  }

  /** Takes the expected item, which lies whole at `source[at, at + needed)`. */
  #take(source: Buffer, at: number): void {
    switch (this.#expecting) {
      case 'length':
        this.#takeLength(readInt32(source, at));
        break;
      case 'value':
        this.#columns[this.#column]!.decode(source, at, this.#needed);
        this.#nextField();
        break;
      case 'row':
        this.#takeRow((source[at]! << 8) | source[at + 1]!);
        break;
      case 'header':
        this.#takeHeader(source, at);
        break;
      case 'extension':
        this.#expect('row', 2);
        break;
      case 'nothing':
        break;
    }
  }

  #takeHeader(source: Buffer, at: number): void {
    if (source.compare(SIGNATURE, 0, SIGNATURE.length, at, at + SIGNATURE.length) !== 0) {
      throw new CopyFormatError('the stream does not start with the signature of binary COPY');
    }
    const flags = readInt32(source, at + SIGNATURE.length);
    // Bits 16-31 are critical; the one defined, "has OIDs", is from before PostgreSQL 12.
    if (flags >>> 16 !== 0)
      throw new CopyFormatError(`unknown critical flags ${flags >>> 0} in the COPY header`);
    const extension = readInt32(source, at + SIGNATURE.length + 4);
    if (extension < 0) throw new CopyFormatError('negative length of the COPY header extension');
    if (extension > 0) this.#expect('extension', extension);
    else this.#expect('row', 2);
  }

  #takeRow(fields: number): void {
    if (fields === 0xffff) {
      this.#expect('nothing', 0);
      return;
    }
    if (fields !== this.#columns.length) {
      throw new CopyFormatError(
        `row ${this.rows + 1} has ${fields} fields, ${this.#columns.length} columns were asked for`,
      );
    }
    this.#column = -1;
    this.#nextField();
  }

  #takeLength(length: number): void {
    if (length === -1) {
      this.#columns[this.#column]!.decodeNull();
      this.#nextField();
    } else if (length < 0) {
      throw new CopyFormatError(`field length ${length} in row ${this.rows + 1}`);
    } else this.#expect('value', length);
  }

  #nextField(): void {
    this.#column++;
    if (this.#column < this.#columns.length) this.#expect('length', 4);
    else {
      this.rows++;
      this.#expect('row', 2);
    }
  }

  #expect(what: Expecting, octets: number): void {
    this.#expecting = what;
    this.#needed = octets;
  }
}

function readInt32(source: Buffer, at: number): number {
  return (source[at]! << 24) | (source[at + 1]! << 16) | (source[at + 2]! << 8) | source[at + 3]!;
}
