import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitWidthOf, encodeHybrid, hybridBound } from './hybrid.ts';

describe('the RLE / bit-packing hybrid', () => {
  it('writes the bit-packed example of the format: 0 to 7 in three bits', () => {
    expect(encode([0, 1, 2, 3, 4, 5, 6, 7], 3)).toEqual(
      Buffer.from([0b11, 0b10001000, 0b11000110, 0b11111010]),
    );
  });

  it('writes a long run as its length and value', () => {
    expect(encode(Array(200).fill(5), 3)).toEqual(Buffer.from([0x90, 0x03, 5]));
  });

  it('fills an open group from the run that follows it', () => {
    const values = [1, 0, 1, ...Array(20).fill(1)];
    expect(encode(values, 1)).toEqual(Buffer.from([0b11, 0b11111101, 30, 1]));
  });

  it('reads back as it was, for any values and width', () => {
    const cases = fc.integer({ min: 1, max: 20 }).chain((width) =>
      fc.tuple(
        fc.constant(width),
        fc
          .array(fc.tuple(fc.integer({ min: 0, max: 2 ** width - 1 }), fc.integer({ min: 1, max: 40 })))
          .map((runs) => runs.flatMap(([value, length]) => Array<number>(length).fill(value))),
      ),
    );
    fc.assert(
      fc.property(cases, ([width, values]) => {
        const encoded = encode(values, width);
        expect(encoded.length).toBeLessThanOrEqual(hybridBound(values.length, width));
        expect(decode(encoded, values.length, width)).toEqual(values);
      }),
    );
  });

  it('needs as many bits as the last index of a dictionary', () => {
    expect([1, 2, 3, 4, 5, 256, 257].map(bitWidthOf)).toEqual([0, 1, 2, 2, 3, 8, 9]);
  });
});

function encode(values: readonly number[], width: number): Buffer {
  const target = Buffer.alloc(hybridBound(values.length, width) + 16);
  return target.subarray(0, encodeHybrid(Uint32Array.from(values), values.length, width, target, 0));
}

function decode(encoded: Buffer, count: number, width: number): number[] {
  const values: number[] = [];
  let at = 0;
  const octets = Math.ceil(width / 8);
  while (at < encoded.length) {
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      const octet = encoded[at++]!;
      header |= (octet & 127) << shift;
      if (octet < 128) break;
    }
    if (header % 2 === 0) {
      values.push(...Array<number>(header / 2).fill(encoded.readUIntLE(at, octets)));
      at += octets;
      continue;
    }
    for (let index = 0; index < (header >> 1) * 8; index++) {
      let value = 0;
      for (let bit = 0; bit < width; bit++) {
        const position = index * width + bit;
        value |= ((encoded[at + (position >> 3)]! >> (position & 7)) & 1) << bit;
      }
      values.push(value);
    }
    at += (header >> 1) * width;
  }
  return values.slice(0, count);
}
