import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CopyFormatError } from '../../../actions/extract/kernel/kernel.ts';
import { encodeCopy } from '../kernel/copy-stream.ts';
import { CopyDecoder } from './decoder.ts';

const ROWS: (Buffer | null)[][] = [
  [Buffer.from('first'), null, Buffer.from('é')],
  [Buffer.alloc(0), Buffer.from([0, 255]), Buffer.alloc(300, 'x')],
  [null, null, null],
  [Buffer.from('last'), Buffer.alloc(0), Buffer.alloc(0)],
];

describe('the decoder of binary COPY', () => {
  it('gives the same fields wherever two cuts fall in the stream', () => {
    const stream = encodeCopy(ROWS);
    for (let first = 0; first <= stream.length; first++) {
      const second = Math.min(stream.length, first + 1 + (first % 7));
      const chunks = [stream.subarray(0, first), stream.subarray(first, second), stream.subarray(second)];
      expect(decodeAll(chunks, 3)).toEqual(ROWS);
    }
  });

  it('gives the same fields octet by octet', () => {
    const stream = encodeCopy(ROWS);
    expect(
      decodeAll(
        [...stream].map((octet) => Buffer.from([octet])),
        3,
      ),
    ).toEqual(ROWS);
  });

  it('gives the same fields for any rows in any chunks', () => {
    const field = fc.option(fc.uint8Array({ maxLength: 40 }).map((octets) => Buffer.from(octets)));
    const rows = fc.array(fc.tuple(field, field), { maxLength: 20 });
    fc.assert(
      fc.property(rows, fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (table, sizes) => {
        const stream = encodeCopy(table);
        const chunks: Buffer[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const end = at + sizes[turn % sizes.length]!;
          chunks.push(stream.subarray(at, end));
          at = end;
        }
        expect(decodeAll(chunks, 2)).toEqual(table);
      }),
    );
  });

  it('stops between rows once it is asked to pause, and goes on from there', () => {
    const stream = encodeCopy(ROWS);
    const rows: (Buffer | null)[][] = [];
    const decoder = new CopyDecoder(collectors(rows, 3));
    const counts: number[] = [];
    for (let at = 0; at < stream.length; ) {
      at = decoder.decode(stream, at, at + 1);
      expect(decoder.isBetweenRows).toBe(true);
      counts.push(decoder.rows);
    }
    decoder.finish();
    expect(counts).toEqual([0, 1, 2, 3, 4, 4]);
    expect(rows).toEqual(ROWS);
  });

  it('skips a header extension', () => {
    const stream = encodeCopy(ROWS);
    const extended = Buffer.concat([
      stream.subarray(0, 15),
      Buffer.from([0, 0, 0, 3, 9, 9, 9]),
      stream.subarray(19),
    ]);
    expect(decodeAll([extended.subarray(0, 20), extended.subarray(20)], 3)).toEqual(ROWS);
  });

  it.each([
    ['another signature', Buffer.from('PGCOPY\r\n\xff\r\n\0aaaaaaaa', 'latin1'), /signature/],
    ['critical flags', withWord(encodeCopy(ROWS), 11, 1 << 16), /critical flags 65536/],
    ['a negative field length', withWord(encodeCopy(ROWS), 21, -2), /field length -2 in row 1/],
    ['another number of fields', encodeCopy([[null, null]]), /row 1 has 2 fields, 3 columns/],
    ['data behind the trailer', Buffer.concat([encodeCopy(ROWS), Buffer.from([1])]), /after the end/],
    ['no trailer', encodeCopy(ROWS).subarray(0, -2), /ended after 4 rows without its trailer/],
    ['a cut row', encodeCopy(ROWS).subarray(0, 60), /ended after 1 rows without its trailer/],
  ])('refuses a stream with %s', (_name, stream, message) => {
    expect(() => decodeAll([stream], 3)).toThrow(message);
  });

  it('ends any octets with an error or a result, never otherwise', () => {
    const header = Buffer.from(encodeCopy([]).subarray(0, 19));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        // Lengths stay small enough that no field asks for gigabytes before its octets arrive.
        const stream = Buffer.concat([header, Buffer.from(octets.map((octet) => octet & 3))]);
        try {
          decodeAll([stream], 2);
        } catch (error) {
          expect(error).toBeInstanceOf(CopyFormatError);
        }
      }),
    );
  });
});

function decodeAll(chunks: readonly Buffer[], columns: number): (Buffer | null)[][] {
  const rows: (Buffer | null)[][] = [];
  const decoder = new CopyDecoder(collectors(rows, columns));
  for (const chunk of chunks) expect(decoder.decode(chunk)).toBe(chunk.length);
  decoder.finish();
  expect(decoder.rows).toBe(rows.length);
  return rows;
}

function collectors(rows: (Buffer | null)[][], columns: number) {
  const push = (column: number, value: Buffer | null): void => {
    if (column === 0) rows.push([]);
    rows.at(-1)!.push(value);
  };
  return Array.from({ length: columns }, (_, column) => ({
    decode: (source: Buffer, start: number, length: number) =>
      push(column, Buffer.from(source.subarray(start, start + length))),
    decodeNull: () => push(column, null),
  }));
}

function withWord(stream: Buffer, at: number, word: number): Buffer {
  stream.writeInt32BE(word, at);
  return stream;
}
