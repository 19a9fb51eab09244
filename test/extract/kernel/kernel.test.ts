import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CopyFormatError,
  CopyKernel,
  type FieldFormat,
  type RawPage,
} from '../../../actions/extract/kernel/kernel.ts';
import type { ParquetColumn, PhysicalType } from '../../../actions/extract/parquet/schema.ts';
import { type Decoded, decodeByReference } from '../reference/reference.ts';
import { encodeCopy, encodeNumeric, inMessages } from './copy-stream.ts';

interface Column {
  format: FieldFormat;
  parquet: ParquetColumn;
}

const column = (format: FieldFormat, physical: PhysicalType): Column => ({
  format,
  parquet: { name: format.kind, physical },
});

/** A column of every format, and fields for it: ordinary, extreme and special ones. */
const FORMATS: [Column, fc.Arbitrary<Buffer>][] = [
  [column({ kind: 'bool' }, 'BOOLEAN'), fc.constantFrom(Buffer.from([0]), Buffer.from([1]))],
  [column({ kind: 'int2' }, 'INT32'), octets(2)],
  [column({ kind: 'int4' }, 'INT32'), octets(4)],
  [column({ kind: 'int8' }, 'INT64'), octets(8)],
  [column({ kind: 'float4' }, 'FLOAT'), fc.oneof(octets(4), fc.constant(Buffer.from('7fc00000', 'hex')))],
  [
    column({ kind: 'float8' }, 'DOUBLE'),
    fc.oneof(octets(8), fc.constant(Buffer.from('fff8000000000000', 'hex'))),
  ],
  [column({ kind: 'text' }, 'BYTE_ARRAY'), text(90)],
  [
    column({ kind: 'jsonb' }, 'BYTE_ARRAY'),
    text(30).map((value) => Buffer.concat([Buffer.from([1]), value])),
  ],
  [column({ kind: 'uuid' }, 'BYTE_ARRAY'), octets(16)],
  [column({ kind: 'date' }, 'INT32'), fc.oneof(octets(4), hex('7fffffff', '80000000'))],
  [column({ kind: 'time' }, 'INT64'), fc.oneof(octets(8), hex('000000141dd76000'))],
  [
    column({ kind: 'timestamp' }, 'INT64'),
    fc.oneof(octets(8), hex('7fffffffffffffff', '8000000000000000', '7ffffffffffffff0')),
  ],
  [column({ kind: 'numeric', precision: 9, scale: 2 }, 'INT32'), numeric(9, 2)],
  [column({ kind: 'numeric', precision: 18, scale: 6 }, 'INT64'), numeric(18, 6)],
  [column({ kind: 'numeric', precision: 38, scale: 10 }, 'FIXED_16'), numeric(38, 10)],
];
const COLUMNS = FORMATS.map(([one]) => one);
const row = fc.tuple(...FORMATS.map(([, field]) => fc.option(field, { freq: 5 }))) as fc.Arbitrary<
  (Buffer | null)[]
>;

describe('the kernel', () => {
  it('gives the pages of the plain reference for any rows, in any messages and chunks', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), sizes, sizes, (rows, messages, chunks) => {
        const stream = encodeCopy(rows);
        expect(decode(COLUMNS, inMessages(stream, messages), chunks)).toEqual(
          decodeByReference(COLUMNS, stream),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same pages wherever the stream is cut', () => {
    const [rows] = fc.sample(fc.array(row, { minLength: 3, maxLength: 3 }), { seed: 7, numRuns: 1 });
    const stream = encodeCopy(rows!);
    const expected = decodeByReference(COLUMNS, stream);
    const wire = inMessages(stream, [stream.length]);
    for (let cut = 1; cut < wire.length; cut++) {
      expect(decode(COLUMNS, wire, [cut, wire.length])).toEqual(expected);
      expect(decode(COLUMNS, inMessages(stream, [cut, stream.length]), [wire.length])).toEqual(expected);
    }
    expect(decode(COLUMNS, wire, [1])).toEqual(expected);
  });

  // More than a page of each: dictionary kept, left in the first page, left after sealed pages.
  it.each<[string, (row: number) => string]>([
    ['few values', (index) => `value ${index % 1000}`],
    ['one value', () => 'same'],
    ['only new values', (index) => `value ${index}`],
    ['values that turn new after the first page', (index) => `value ${index < 140_000 ? index % 50 : index}`],
    ['new values followed by old ones', (index) => `value ${index < 5000 ? index : index % 3}`],
  ])('gives the pages of the reference for %s over several pages and row groups', (_name, textOf) => {
    const columns = [column({ kind: 'text' }, 'BYTE_ARRAY'), column({ kind: 'int4' }, 'INT32')];
    const rows = Array.from({ length: 200_000 }, (_, index): (Buffer | null)[] => {
      const number = Buffer.alloc(4);
      number.writeInt32BE(index % 7 === 0 ? index : index % 300);
      return [index % 11 === 3 ? null : Buffer.from(textOf(index)), index > 150_000 ? null : number];
    });
    const stream = encodeCopy(rows);
    const groups: number[] = [];
    const decoded = decode(columns, inMessages(stream, [50]), [65_536], 2_000_000, groups);
    expect(groups.length).toBeGreaterThan(0);
    const expected = decodeByReference(columns, stream, groups);
    expect({ rows: decoded.rows, specials: decoded.specials }).toEqual({
      rows: expected.rows,
      specials: expected.specials,
    });
    expect(decoded.pages.length).toBe(expected.pages.length);
    expect(decoded.pages.findIndex((page, at) => !isSamePage(page, expected.pages[at]!))).toBe(-1);
  });

  it('carries a value larger than a page through pieces', () => {
    const columns = [column({ kind: 'bytea' }, 'BYTE_ARRAY')];
    const values = [400_000, 3_000_000, 9_000_000, 0, 400_000].map((size, at) => Buffer.alloc(size, at + 1));
    const stream = encodeCopy(values.map((value) => [value]));
    const { pages } = decode(columns, inMessages(stream, [stream.length]), [65_536]);
    const expected = decodeByReference(columns, stream).pages;
    expect(pages.map((page) => page.body.length)).toEqual(expected.map((page) => page.body.length));
    expect(pages.findIndex((page, at) => !isSamePage(page, expected[at]!))).toBe(-1);
  });

  it('stops at a message that is not CopyData and between rows of a full group', () => {
    const columns = [column({ kind: 'int2' }, 'INT32')];
    const stream = encodeCopy([[Buffer.from([0, 1])], [Buffer.from([0, 2])]]);
    const kernel = new CopyKernel(columns, 20, () => {});
    const notice = Buffer.from('N\0\0\0\x08none', 'latin1');
    const wire = Buffer.concat([notice, inMessages(stream, [27, 8, 2])]);
    expect(kernel.feed(wire)).toBe(0);
    let rest = wire.subarray(notice.length);
    rest = rest.subarray(kernel.feed(rest));
    expect([kernel.rows, kernel.isGroupFull, kernel.groupBytes]).toEqual([1, true, 27]);
    expect(kernel.feed(rest)).toBe(0);
    kernel.finishGroup();
    expect([kernel.isGroupFull, kernel.groupBytes]).toEqual([false, 0]);
    expect(kernel.feed(rest)).toBe(rest.length);
    expect([kernel.rows, kernel.isEnded]).toEqual([2, true]);
  });

  const TEXT = [column({ kind: 'text' }, 'BYTE_ARRAY'), column({ kind: 'text' }, 'BYTE_ARRAY')];
  const TWO = [Buffer.from('a'), null];
  it.each<[string, Column[], Buffer, RegExp]>([
    ['another signature', TEXT, Buffer.from('PGCOPY\r\n\xff\r\n\0aaaaaaaa', 'latin1'), /signature/],
    ['critical flags', TEXT, withWord(encodeCopy([TWO]), 11, 1 << 16), /critical flags 65536/],
    ['a negative field length', TEXT, withWord(encodeCopy([TWO]), 21, -2), /field length -2/],
    ['another number of fields', TEXT, encodeCopy([[null]]), /1 fields, 2 columns/],
    ['data behind the trailer', TEXT, Buffer.concat([encodeCopy([TWO]), Buffer.from([1])]), /after the end/],
    [
      'a fixed field of another length',
      [column({ kind: 'int8' }, 'INT64')],
      encodeCopy([[Buffer.alloc(4)]]),
      /4 octets where 8/,
    ],
    [
      'an unknown version of jsonb',
      [column({ kind: 'jsonb' }, 'BYTE_ARRAY')],
      encodeCopy([[Buffer.from([2, 3])]]),
      /version 2/,
    ],
    [
      'an empty jsonb',
      [column({ kind: 'jsonb' }, 'BYTE_ARRAY')],
      encodeCopy([[Buffer.alloc(0)]]),
      /empty jsonb/,
    ],
    [
      'a decimal whose length does not fit its digits',
      [column({ kind: 'numeric', precision: 10, scale: 2 }, 'INT64')],
      encodeCopy([[encodeNumeric('12.5').subarray(0, -1)]]),
      /does not fit its number of digits/,
    ],
  ])('refuses a stream with %s', (_name, columns, stream, message) => {
    expect(() => decode(columns, inMessages(stream, [stream.length]), [7])).toThrow(message);
  });

  it('ends any octets with an error or a result, never otherwise', () => {
    const header = Buffer.from(encodeCopy([]).subarray(0, 19));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (some) => {
        // Lengths stay small enough that no field asks for gigabytes before its octets arrive.
        const stream = Buffer.concat([header, Buffer.from(some.map((octet) => octet & 3))]);
        try {
          decode(TEXT, inMessages(stream, [stream.length]), [13]);
        } catch (error) {
          expect(error).toBeInstanceOf(CopyFormatError);
        }
      }),
    );
  });
});

/** Feeds the wire's octets in chunks of these sizes, in turn, as a socket would. */
function decode(
  columns: readonly Column[],
  wire: Buffer,
  sizes: readonly number[],
  groupBytes = 1 << 30,
  groups: number[] = [],
): Decoded {
  const pages: RawPage[] = [];
  const kernel = new CopyKernel(columns, groupBytes, (page) => pages.push(page));
  for (let at = 0, turn = 0; at < wire.length; turn++) {
    const end = Math.min(wire.length, at + sizes[turn % sizes.length]!);
    while (at < end) {
      at += kernel.feed(wire.subarray(at, end));
      if (!kernel.isGroupFull) continue;
      kernel.finishGroup();
      groups.push(kernel.rows);
    }
  }
  kernel.finishGroup();
  return { rows: kernel.rows, pages, specials: kernel.specials };
}

function isSamePage(left: RawPage, right: RawPage): boolean {
  const { body, range, ...facts } = left;
  const { body: otherBody, range: otherRange, ...otherFacts } = right;
  return (
    body.equals(otherBody) &&
    JSON.stringify(facts) === JSON.stringify(otherFacts) &&
    (range === undefined
      ? otherRange === undefined
      : otherRange !== undefined && range.min.equals(otherRange.min) && range.max.equals(otherRange.max))
  );
}

function octets(length: number): fc.Arbitrary<Buffer> {
  return fc.oneof(
    fc.uint8Array({ minLength: length, maxLength: length }).map((some) => Buffer.from(some)),
    fc.integer({ min: 0, max: 5 }).map((value) => Buffer.alloc(length, value)),
  );
}

function text(maxLength: number): fc.Arbitrary<Buffer> {
  return fc.oneof(
    fc.uint8Array({ maxLength }).map((some) => Buffer.from(some)),
    fc.constantFrom(Buffer.from('paid'), Buffer.from('shipped'), Buffer.alloc(0)),
  );
}

function hex(...values: string[]): fc.Arbitrary<Buffer> {
  return fc.constantFrom(...values.map((value) => Buffer.from(value, 'hex')));
}

/** Any value of the type, and NaN and the infinities. */
function numeric(precision: number, scale: number): fc.Arbitrary<Buffer> {
  const limit = 10n ** BigInt(precision) - 1n;
  const value = fc.bigInt(-limit, limit).map((unscaled) => {
    const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
    return encodeNumeric(`${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`);
  });
  const beyond = fc.constantFrom(
    '0.00000000000000000001',
    `1${'0'.repeat(40)}`,
    `1${'0'.repeat(precision - scale)}`,
  );
  return fc.oneof(
    value,
    beyond.map(encodeNumeric),
    hex('00000000c0000000', '00000000d0000000', '00000000f0000000'),
  );
}

function withWord(stream: Buffer, at: number, word: number): Buffer {
  stream.writeInt32BE(word, at);
  return stream;
}
