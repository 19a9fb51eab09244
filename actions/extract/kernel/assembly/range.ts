/** How a column's values lie in the file; the numbers of PHYSICAL in ../kernel.ts. */
export const BOOLEAN: i32 = 0;
export const INT32: i32 = 1;
export const INT64: i32 = 2;
export const FLOAT: i32 = 3;
export const DOUBLE: i32 = 4;
export const BYTE_ARRAY: i32 = 5;
export const FIXED_16: i32 = 6;

/** Smallest and largest value seen, without a length prefix; `min` is 0 when there is none. */
@unmanaged
export class Range {
  min: usize;
  minLength: i32;
  max: usize;
  maxLength: i32;

  clear(): void {
    this.min = 0;
    this.minLength = -1;
    this.max = 0;
    this.maxLength = -1;
  }

  /** Takes one PLAIN value. NaN is left out. */
  take(physical: i32, at: usize): void {
    switch (physical) {
      case BYTE_ARRAY:
        this.takeBytes(at + 4, load<i32>(at));
        break;
      case INT32:
        this.takeNumber<i32>(at);
        break;
      case INT64:
        this.takeNumber<i64>(at);
        break;
      case FLOAT:
        if (load<f32>(at) == load<f32>(at)) this.takeNumber<f32>(at);
        break;
      case DOUBLE:
        if (load<f64>(at) == load<f64>(at)) this.takeNumber<f64>(at);
        break;
      case FIXED_16:
        this.takeFixed16(at);
        break;
      default:
        this.takeNumber<u8>(at);
    }
  }

  /** Takes all PLAIN values in `[at, end)`. */
  takeAll(physical: i32, at: usize, end: usize): void {
    let position = at;
    while (position < end) {
      this.take(physical, position);
      position += plainLength(physical, position);
    }
  }

  @inline
  private takeNumber<T>(at: usize): void {
    const value = load<T>(at);
    if (this.min == 0 || value < load<T>(this.min)) {
      this.min = at;
      this.minLength = sizeof<T>();
    }
    if (this.max == 0 || value > load<T>(this.max)) {
      this.max = at;
      this.maxLength = sizeof<T>();
    }
  }

  private takeBytes(at: usize, length: i32): void {
    if (this.min == 0 || compareBytes(at, length, this.min, this.minLength) < 0) {
      this.min = at;
      this.minLength = length;
    }
    if (this.max == 0 || compareBytes(at, length, this.max, this.maxLength) > 0) {
      this.max = at;
      this.maxLength = length;
    }
  }

  private takeFixed16(at: usize): void {
    if (this.min == 0 || compareFixed16(at, this.min) < 0) {
      this.min = at;
      this.minLength = 16;
    }
    if (this.max == 0 || compareFixed16(at, this.max) > 0) {
      this.max = at;
      this.maxLength = 16;
    }
  }
}

export function newRange(): Range {
  const range = changetype<Range>(heap.alloc(offsetof<Range>()));
  range.clear();
  return range;
}

/** Octets of the PLAIN value at `at`. */
@inline
function plainLength(physical: i32, at: usize): u32 {
  switch (physical) {
    case BYTE_ARRAY:
      return 4 + load<u32>(at);
    case INT32:
    case FLOAT:
      return 4;
    case INT64:
    case DOUBLE:
      return 8;
    case FIXED_16:
      return 16;
    default:
      return 1;
  }
}

/** Unsigned octets, a prefix before what it begins. */
@inline
function compareBytes(left: usize, leftLength: i32, right: usize, rightLength: i32): i32 {
  const shared = min(leftLength, rightLength);
  // Most values differ within their first eight octets.
  if (shared >= 8) {
    const a = bswap(load<u64>(left));
    const b = bswap(load<u64>(right));
    if (a != b) return a < b ? -1 : 1;
  }
  const difference = memory.compare(left, right, shared);
  return difference != 0 ? difference : leftLength - rightLength;
}

/** Two's complement, big-endian. */
@inline
function compareFixed16(left: usize, right: usize): i32 {
  const a = <i64>bswap(load<u64>(left));
  const b = <i64>bswap(load<u64>(right));
  if (a != b) return a < b ? -1 : 1;
  const c = bswap(load<u64>(left, 8));
  const d = bswap(load<u64>(right, 8));
  return c == d ? 0 : c < d ? -1 : 1;
}
