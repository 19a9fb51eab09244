/**
 * RLE / bit-packing hybrid, used for definition levels and dictionary indices.
 * Source: https://parquet.apache.org/docs/file-format/data-pages/encodings/ (RLE = 3, RLE_DICTIONARY = 8).
 * Runs of at least eight equal values become RLE runs, everything else bit-packed groups of eight.
 */

/** Bytes that `encodeHybrid` needs at most for this many values. */
export function hybridBound(count: u32, bitWidth: u32): u32 {
  // Worst case: every group of eight in its own bit-packed run, with an RLE run between.
  return ((count + 7) / 8) * (bitWidth + 12) + 32;
}

/** Bits that the largest index of a dictionary of `size` entries needs. */
export function bitWidthOf(size: u32): u32 {
  return size <= 1 ? 0 : 32 - clz(size - 1);
}

/** Encodes values of type T from `values` to `target`; returns where it ends. */
export function encodeHybrid<T>(values: usize, count: u32, bitWidth: u32, target: usize): usize {
  let position = target;
  let packedFrom: u32 = 0;
  let index: u32 = 0;
  while (index < count) {
    const value = load<T>(values + index * sizeof<T>());
    let end = index + 1;
    while (end < count && load<T>(values + end * sizeof<T>()) == value) end++;
    if (end - index >= 8) {
      // A bit-packed run holds whole groups, so the run's first values fill the group that is open.
      const missing = (8 - ((index - packedFrom) & 7)) & 7;
      if (end - index - missing >= 8) {
        position = writePacked<T>(values, packedFrom, index + missing, bitWidth, position);
        position = encodeRun(<u32>value, end - index - missing, bitWidth, position);
        packedFrom = end;
      }
    }
    index = end;
  }
  return writePacked<T>(values, packedFrom, count, bitWidth, position);
}

/** One RLE run, of any length. */
export function encodeRun(value: u32, count: u32, bitWidth: u32, target: usize): usize {
  let position = writeVarint(count * 2, target);
  for (let bits: u32 = 0; bits < bitWidth; bits += 8) store<u8>(position++, value >>> bits);
  return position;
}

function writePacked<T>(values: usize, from: u32, to: u32, bitWidth: u32, target: usize): usize {
  if (to == from) return target;
  const groups = (to - from + 7) / 8;
  let position = writeVarint(groups * 2 + 1, target);
  let bits: u64 = 0;
  let filled: u64 = 0;
  for (let index = from; index < to; index++) {
    bits |= (<u64>load<T>(values + index * sizeof<T>())) << filled;
    filled += bitWidth;
    while (filled >= 8) {
      store<u8>(position++, bits);
      bits >>= 8;
      filled -= 8;
    }
  }
  // The last group is filled up with zeros; a reader stops at the page's number of values.
  const end = target + varintLength(groups * 2 + 1) + groups * bitWidth;
  while (position < end) {
    store<u8>(position++, bits);
    bits >>= 8;
  }
  return position;
}

function writeVarint(value: u32, target: usize): usize {
  let rest = value;
  let position = target;
  while (rest >= 128) {
    store<u8>(position++, (rest & 127) | 128);
    rest >>= 7;
  }
  store<u8>(position++, rest);
  return position;
}

function varintLength(value: u32): u32 {
  let length: u32 = 1;
  for (let rest = value; rest >= 128; rest >>= 7) length++;
  return length;
}
