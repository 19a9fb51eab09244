/** Growable memory outside any garbage collection: `at` is where it lies, `size` how much of it there is. */
@unmanaged
export class Buffer {
  at: usize;
  size: u32;

  /** Makes room for `needed` octets, keeping those below `used`. */
  @inline
  reserve(needed: u32, used: u32): void {
    if (needed > this.size) this.grow(needed, used);
  }

  grow(needed: u32, used: u32): void {
    let size = max<u32>(this.size * 2, 256);
    // Beyond a few megabytes doubling would waste what one large value needs.
    if (size < needed) size = needed > LARGE ? needed : nextPowerOfTwo(needed);
    const larger = heap.alloc(size);
    if (used > 0) memory.copy(larger, this.at, used);
    if (this.at != 0) heap.free(this.at);
    this.at = larger;
    this.size = size;
  }

  /** Gives back what a large value took. */
  shrink(): void {
    if (this.size <= LARGE) return;
    heap.free(this.at);
    this.at = 0;
    this.size = 0;
  }
}

const LARGE: u32 = 4 << 20;

function nextPowerOfTwo(value: u32): u32 {
  return 1 << (32 - clz(value - 1));
}

export function newBuffer(): Buffer {
  const buffer = changetype<Buffer>(heap.alloc(offsetof<Buffer>()));
  buffer.at = 0;
  buffer.size = 0;
  return buffer;
}

/**
 * Copies octets between places that do not overlap. A call of `memory.copy` costs more than the copy of a few octets;
 * up to seven octets behind the target are overwritten (see SLACK).
 */
@inline
export function copyOctets(to: usize, from: usize, length: u32): void {
  if (length > 64) {
    memory.copy(to, from, length);
    return;
  }
  for (let at: u32 = 0; at < length; at += 8) store<u64>(to + at, load<u64>(from + at));
}

/** What a target of `copyOctets` needs beyond its end. */
export const SLACK: u32 = 8;

@inline
export function isEqual(left: usize, right: usize, length: u32): bool {
  let at: u32 = 0;
  for (; at + 8 <= length; at += 8) if (load<u64>(left + at) != load<u64>(right + at)) return false;
  if (at + 4 <= length) {
    if (load<u32>(left + at) != load<u32>(right + at)) return false;
    at += 4;
  }
  for (; at < length; at++) if (load<u8>(left + at) != load<u8>(right + at)) return false;
  return true;
}
