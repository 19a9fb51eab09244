import { Buffer, isEqual, newBuffer } from './buffer';

/** Beyond this many PLAIN bytes a dictionary no longer pays for itself (and would not fit one page). */
const MAX_BYTES: u32 = 1 << 20;
const FIRST_CHECK: u32 = 1024;
const FIRST_SLOTS: u32 = 128;

/**
 * Finds values that were seen before. The values themselves lie in the column's buffer, one after another in
 * PLAIN form, which is also the content of the dictionary page; this holds only hashes and offsets.
 */
@unmanaged
export class Dictionary {
  count: u32;
  /** u32 per entry: offset of the entry in the buffer; the last one ends where the buffer is filled to. */
  offsets: Buffer;
  /** u32 per entry. */
  hashes: Buffer;
  /** u32 per entry: 1 + the ordinal of the page that last used it. */
  usedBy: Buffer;
  /** u32 per slot, open addressing; holds entry + 1, so that zero is free. */
  slots: Buffer;
  slotCount: u32;
  nextCheck: u32;

  reset(): void {
    this.count = 0;
    this.nextCheck = FIRST_CHECK;
    this.slotCount = FIRST_SLOTS;
    this.slots.reserve(FIRST_SLOTS * 4, 0);
    memory.fill(this.slots.at, 0, FIRST_SLOTS * 4);
  }

  /**
   * Looks up the value that was just written at `values[start, end)`. A value seen before gives its entry (below
   * the previous `count`), a new one is kept in place and becomes the last entry.
   */
  find(values: usize, start: u32, end: u32): u32 {
    const length = end - start;
    const hash = hashOf(values + start, length);
    const mask = this.slotCount - 1;
    const hashes = this.hashes.at;
    const slots = this.slots.at;
    let slot = hash & mask;
    for (;;) {
      const entry = load<u32>(slots + (slot << 2));
      if (entry == 0) break;
      if (load<u32>(hashes + ((entry - 1) << 2)) == hash && this.isEntry(values, entry - 1, start, length)) {
        return entry - 1;
      }
      slot = (slot + 1) & mask;
    }
    return this.add(hash, slot, start);
  }

  /** Where an entry ends; `end` is where the last one does. */
  @inline
  entryEnd(entry: u32, end: u32): u32 {
    return entry + 1 < this.count ? load<u32>(this.offsets.at + ((entry + 1) << 2)) : end;
  }

  /** Whether it stopped paying: too large, or (looked at as it doubles) most values are new. */
  isWasteful(bytes: u32, values: u32): bool {
    if (bytes > MAX_BYTES) return true;
    if (this.count < this.nextCheck) return false;
    this.nextCheck *= 2;
    return this.count * 2 > values;
  }

  @inline
  private isEntry(values: usize, entry: u32, start: u32, length: u32): bool {
    const from = load<u32>(this.offsets.at + (entry << 2));
    // The value being looked up was written behind the last entry, which therefore ends at `start`.
    return this.entryEnd(entry, start) - from == length && isEqual(values + from, values + start, length);
  }

  private add(hash: u32, slot: u32, start: u32): u32 {
    const entry = this.count++;
    const used = entry << 2;
    this.offsets.reserve(used + 4, used);
    this.hashes.reserve(used + 4, used);
    this.usedBy.reserve(used + 4, used);
    store<u32>(this.offsets.at + used, start);
    store<u32>(this.hashes.at + used, hash);
    store<u32>(this.usedBy.at + used, 0);
    store<u32>(this.slots.at + (slot << 2), entry + 1);
    if (this.count * 2 > this.slotCount) this.rehash();
    return entry;
  }

  private rehash(): void {
    this.slotCount *= 2;
    const mask = this.slotCount - 1;
    this.slots.reserve(this.slotCount * 4, 0);
    const slots = this.slots.at;
    memory.fill(slots, 0, this.slotCount * 4);
    for (let entry: u32 = 0; entry < this.count; entry++) {
      let slot = load<u32>(this.hashes.at + (entry << 2)) & mask;
      while (load<u32>(slots + (slot << 2)) != 0) slot = (slot + 1) & mask;
      store<u32>(slots + (slot << 2), entry + 1);
    }
  }
}

export function newDictionary(): Dictionary {
  const dictionary = changetype<Dictionary>(heap.alloc(offsetof<Dictionary>()));
  dictionary.offsets = newBuffer();
  dictionary.hashes = newBuffer();
  dictionary.usedBy = newBuffer();
  dictionary.slots = newBuffer();
  dictionary.reset();
  return dictionary;
}

const PRIME: u64 = 0x9e3779b97f4a7c15;

/** Multiplicative hash, eight octets at a time; only where values land depends on it, never what is written. */
function hashOf(at: usize, length: u32): u32 {
  let hash: u64 = <u64>length * PRIME;
  let position = at;
  let rest = length;
  while (rest >= 8) {
    hash = rotl(hash ^ load<u64>(position), 29) * PRIME;
    position += 8;
    rest -= 8;
  }
  if (rest >= 4) {
    hash = rotl(hash ^ <u64>load<u32>(position), 29) * PRIME;
    position += 4;
    rest -= 4;
  }
  while (rest > 0) {
    hash = (hash ^ <u64>load<u8>(position++)) * PRIME;
    rest--;
  }
  return <u32>(hash >> 32) ^ <u32>(hash >> 17);
}
