import type { RawPage } from '../../../actions/extract/kernel/kernel.ts';
import type { PhysicalType } from '../../../actions/extract/parquet/schema.ts';
import { LONGEST_LIMIT } from '../../../actions/extract/parquet/statistics.ts';

/** Longer values are cut where it shows that no file states them. */
const CUT = LONGEST_LIMIT + 1;

type Range = NonNullable<RawPage['range']>;

/**
 * The range of PLAIN values that lie one after another in `bytes[0, end)`; undefined without a comparable value.
 * Order as the format defines it: signed for numbers, unsigned bytes for strings, NaN left out.
 */
export function scanRange(physical: PhysicalType, bytes: Buffer, end: number): Range | undefined {
  return end === 0 ? undefined : scanners[physical](bytes, end);
}

const scanners: Record<PhysicalType, (bytes: Buffer, end: number) => Range | undefined> = {
  BOOLEAN: scanBooleans,
  INT32: scanInt32,
  INT64: scanInt64,
  FLOAT: (bytes, end) => scanFloats(new Float32Array(bytes.buffer, bytes.byteOffset, end / 4), bytes),
  DOUBLE: (bytes, end) => scanFloats(new Float64Array(bytes.buffer, bytes.byteOffset, end / 8), bytes),
  BYTE_ARRAY: scanByteArrays,
  FIXED_16: scanFixed16,
};

function scanBooleans(bytes: Buffer, end: number): Range {
  const values = bytes.subarray(0, end);
  return {
    min: Buffer.from([values.includes(0) ? 0 : 1]),
    max: Buffer.from([values.includes(1) ? 1 : 0]),
  };
}

function scanInt32(bytes: Buffer, end: number): Range {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, end / 4);
  let min = words[0]!;
  let max = min;
  for (const word of words) {
    if (word < min) min = word;
    else if (word > max) max = word;
  }
  const range = { min: Buffer.alloc(4), max: Buffer.alloc(4) };
  range.min.writeInt32LE(min);
  range.max.writeInt32LE(max);
  return range;
}

function scanInt64(bytes: Buffer, end: number): Range {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, end / 4);
  let min = 0;
  let max = 0;
  for (let at = 2; at < words.length; at += 2) {
    if (isLess64(words, at, min)) min = at;
    else if (isLess64(words, max, at)) max = at;
  }
  return { min: copyOf(bytes, min * 4, 8), max: copyOf(bytes, max * 4, 8) };
}

function isLess64(words: Int32Array, left: number, right: number): boolean {
  const leftHigh = words[left + 1]!;
  const rightHigh = words[right + 1]!;
  if (leftHigh !== rightHigh) return leftHigh < rightHigh;
  return words[left]! >>> 0 < words[right]! >>> 0;
}

function scanFloats(values: Float32Array | Float64Array, bytes: Buffer): Range | undefined {
  let min = -1;
  let max = -1;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (Number.isNaN(value)) continue;
    if (min < 0 || value < values[min]!) min = at;
    if (max < 0 || value > values[max]!) max = at;
  }
  const width = values.BYTES_PER_ELEMENT;
  if (min < 0) return undefined;
  return { min: copyOf(bytes, min * width, width), max: copyOf(bytes, max * width, width) };
}

function scanByteArrays(bytes: Buffer, end: number): Range {
  let [minAt, minEnd] = [4, 4 + bytes.readUInt32LE(0)];
  let [maxAt, maxEnd] = [minAt, minEnd];
  for (let at = minEnd; at < end; ) {
    const from = at + 4;
    const to = from + bytes.readUInt32LE(at);
    if (compareBytes(bytes, from, to, minAt, minEnd) < 0) [minAt, minEnd] = [from, to];
    else if (compareBytes(bytes, from, to, maxAt, maxEnd) > 0) [maxAt, maxEnd] = [from, to];
    at = to;
  }
  return {
    min: Buffer.from(bytes.subarray(minAt, Math.min(minEnd, minAt + CUT))),
    max: Buffer.from(bytes.subarray(maxAt, Math.min(maxEnd, maxAt + CUT))),
  };
}

/** Unsigned comparison of two slices of one buffer: most differ in their first octets, so a loop beats a call. */
function compareBytes(bytes: Buffer, from: number, to: number, otherFrom: number, otherTo: number): number {
  const shared = Math.min(to - from, otherTo - otherFrom);
  for (let at = 0; at < shared; at++) {
    const difference = bytes[from + at]! - bytes[otherFrom + at]!;
    if (difference !== 0) return difference;
  }
  return to - from - (otherTo - otherFrom);
}

function scanFixed16(bytes: Buffer, end: number): Range {
  let min = 0;
  let max = 0;
  for (let at = 16; at < end; at += 16) {
    if (compareFixed16(bytes, at, min) < 0) min = at;
    else if (compareFixed16(bytes, at, max) > 0) max = at;
  }
  return { min: copyOf(bytes, min, 16), max: copyOf(bytes, max, 16) };
}

/** Two's complement, big-endian: with the sign bit turned over, signed order is unsigned order. */
function compareFixed16(bytes: Buffer, left: number, right: number): number {
  const sign = (bytes[left]! ^ 0x80) - (bytes[right]! ^ 0x80);
  return sign !== 0 ? sign : compareBytes(bytes, left + 1, left + 16, right + 1, right + 16);
}

function copyOf(bytes: Buffer, at: number, length: number): Buffer {
  return Buffer.from(bytes.subarray(at, at + length));
}
