import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeNumeric } from '../kernel/copy-stream.ts';
import { decodeNumeric } from './numeric.ts';

describe('a numeric field', () => {
  it.each([
    ['0', 10, 2, 0n],
    ['1', 10, 2, 100n],
    ['-0.01', 10, 2, -1n],
    ['12345.6', 9, 1, 123456n],
    ['-99999999.99', 10, 2, -9999999999n],
    ['10000', 38, 0, 10000n],
    ['100000000000000000000', 38, 10, 10n ** 30n],
    ['0.00000001', 18, 8, 1n],
    ['99999999999999999999999999999999999999', 38, 0, 10n ** 38n - 1n],
    ['-0.99999999999999999999999999999999999999', 38, 38, 1n - 10n ** 38n],
  ])('%s of numeric(%i,%i) is %s', (text, precision, scale, unscaled) => {
    expect(decode(text, precision, scale)).toBe(unscaled);
  });

  it('has the unscaled value that big integers give, for every precision and scale', () => {
    const type = fc
      .integer({ min: 1, max: 38 })
      .chain((precision) => fc.tuple(fc.constant(precision), fc.integer({ min: 0, max: precision })));
    const cases = type.chain(([precision, scale]) => {
      const limit = 10n ** BigInt(precision) - 1n;
      return fc.tuple(
        fc.constant(precision),
        fc.constant(scale),
        fc.oneof(
          fc.bigInt(-limit, limit),
          fc.bigInt(-9999n, 9999n).filter((value) => abs(value) <= limit),
        ),
      );
    });
    fc.assert(
      fc.property(cases, ([precision, scale, unscaled]) => {
        expect(decode(decimalText(unscaled, scale), precision, scale)).toBe(unscaled);
      }),
      { numRuns: 1000 },
    );
  });

  it('has none where the column cannot hold it: more decimals or digits, NaN, infinities', () => {
    expect(decode('0.001', 10, 2)).toBeUndefined();
    expect(decode('100000000', 10, 2)).toBeUndefined();
    expect(decode(`1${'0'.repeat(40)}`, 38, 0)).toBeUndefined();
    for (const special of ['00000000c0000000', '00000000d0000000', '00000000f0000000']) {
      expect(decodeNumeric(Buffer.from(special, 'hex'), 0, 10, 2)).toBeUndefined();
    }
  });
});

function decode(text: string, precision: number, scale: number): bigint | undefined {
  return decodeNumeric(encodeNumeric(text), 0, precision, scale);
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = abs(unscaled)
    .toString()
    .padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}
