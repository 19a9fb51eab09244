import type { RawPage } from '../kernel/kernel.ts';
import type { WrittenPage } from './footer.ts';
import type { PhysicalType } from './schema.ts';
import { binary, bool, i64, struct, type ThriftValue } from './thrift.ts';

type Range = NonNullable<RawPage['range']>;

/** Longer values make the footer heavy and prune nothing more: such a page states no range. */
export const LONGEST_LIMIT = 256;

/** The struct `Statistics` of a column chunk, from the ranges of its pages. */
export function chunkStatistics(physical: PhysicalType, pages: readonly WrittenPage[]): ThriftValue {
  const nulls = pages.reduce((sum, { page }) => sum + page.nulls, 0);
  const range = chunkRange(physical, pages);
  return struct(
    [3, i64(nulls)],
    [5, range && binary(range.max)],
    [6, range && binary(range.min)],
    [7, range && bool(true)],
    [8, range && bool(true)],
  );
}

/** A page's range as the file states it; undefined where there is none or it is too long. */
export function statedRange(physical: PhysicalType, range: RawPage['range']): Range | undefined {
  if (range === undefined || range.min.length > LONGEST_LIMIT || range.max.length > LONGEST_LIMIT)
    return undefined;
  if (physical !== 'FLOAT' && physical !== 'DOUBLE') return range;
  // The format asks that a zero be written as -0.0 for min and +0.0 for max.
  return { min: signedZero(range.min, 0x80), max: signedZero(range.max, 0) };
}

/** Order as the format defines it: signed for numbers, unsigned bytes for strings. */
export function compareValues(physical: PhysicalType, left: Buffer, right: Buffer): number {
  switch (physical) {
    case 'INT32':
      return left.readInt32LE() - right.readInt32LE();
    case 'INT64': {
      const [a, b] = [left.readBigInt64LE(), right.readBigInt64LE()];
      return a < b ? -1 : a > b ? 1 : 0;
    }
    case 'FLOAT':
      return left.readFloatLE() - right.readFloatLE();
    case 'DOUBLE':
      return left.readDoubleLE() - right.readDoubleLE();
    case 'FIXED_16':
      // Two's complement, big-endian: the sign decides, then unsigned order.
      return left.readInt8() - right.readInt8() || Buffer.compare(left, right);
    case 'BOOLEAN':
    case 'BYTE_ARRAY':
      return Buffer.compare(left, right);
  }
}

/** A page whose range is too long to state leaves the whole chunk without one. */
function chunkRange(physical: PhysicalType, pages: readonly WrittenPage[]): Range | undefined {
  let known: Range | undefined;
  for (const { page } of pages) {
    if (page.range === undefined) continue;
    const stated = statedRange(physical, page.range);
    if (stated === undefined) return undefined;
    known =
      known === undefined
        ? stated
        : {
            min: compareValues(physical, stated.min, known.min) < 0 ? stated.min : known.min,
            max: compareValues(physical, stated.max, known.max) > 0 ? stated.max : known.max,
          };
  }
  return known;
}

function signedZero(value: Buffer, sign: number): Buffer {
  const last = value.length - 1;
  if ((value[last]! & 0x7f) !== 0 || value.subarray(0, last).some((octet) => octet !== 0)) return value;
  const zero = Buffer.alloc(value.length);
  zero[last] = sign;
  return zero;
}
