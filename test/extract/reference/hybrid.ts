/**
 * RLE / bit-packing hybrid, used for definition levels and dictionary indices.
 * Source: https://parquet.apache.org/docs/file-format/data-pages/encodings/ (RLE = 3, RLE_DICTIONARY = 8).
 * Runs of at least eight equal values become RLE runs, everything else bit-packed groups of eight.
 */
export function encodeHybrid(
  values: Uint8Array | Uint32Array,
  count: number,
  bitWidth: number,
  target: Buffer,
  offset: number,
): number {
  let position = offset;
  let packedFrom = 0;
  let index = 0;
  while (index < count) {
    const value = values[index]!;
    let end = index + 1;
    while (end < count && values[end] === value) end++;
    // A bit-packed run holds whole groups, so the run's first values fill the group that is open.
    const missing = (8 - ((index - packedFrom) % 8)) % 8;
    if (end - index - missing >= 8) {
      position = writePacked(values, packedFrom, index + missing, bitWidth, target, position);
      position = encodeRun(value, end - index - missing, bitWidth, target, position);
      packedFrom = end;
    }
    index = end;
  }
  return writePacked(values, packedFrom, count, bitWidth, target, position);
}

/** Bytes that `encodeHybrid` needs at most for this many values. */
export function hybridBound(count: number, bitWidth: number): number {
  // Worst case: every group of eight in its own bit-packed run, with an RLE run between.
  return Math.ceil(count / 8) * (bitWidth + 12) + 32;
}

/** Bits that the largest index of a dictionary of `size` entries needs. */
export function bitWidthOf(size: number): number {
  return size <= 1 ? 0 : 32 - Math.clz32(size - 1);
}

/** One RLE run, of any length. */
export function encodeRun(
  value: number,
  count: number,
  bitWidth: number,
  target: Buffer,
  offset: number,
): number {
  let position = writeVarint(count * 2, target, offset);
  for (let bits = 0; bits < bitWidth; bits += 8) target[position++] = (value >>> bits) & 0xff;
  return position;
}

function writePacked(
  values: Uint8Array | Uint32Array,
  from: number,
  to: number,
  bitWidth: number,
  target: Buffer,
  offset: number,
): number {
  if (to === from) return offset;
  const groups = Math.ceil((to - from) / 8);
  let position = writeVarint(groups * 2 + 1, target, offset);
  let bits = 0;
  let filled = 0;
  // The last group is filled up with zeros; a reader stops at the page's number of values.
  for (let index = from; index < from + groups * 8; index++) {
    const value = index < to ? values[index]! : 0;
    // Widths stay at most 24, so a value and a partly filled octet fit in 32 bits.
    bits |= value << filled;
    filled += bitWidth;
    while (filled >= 8) {
      target[position++] = bits & 0xff;
      bits >>>= 8;
      filled -= 8;
    }
  }
  return position;
}

function writeVarint(value: number, target: Buffer, offset: number): number {
  let rest = value;
  let position = offset;
  while (rest >= 128) {
    target[position++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  target[position++] = rest;
  return position;
}
