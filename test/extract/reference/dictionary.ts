/** Beyond this many PLAIN bytes a dictionary no longer pays for itself (and would not fit one page). */
const MAX_BYTES = 1 << 20;
const FIRST_CHECK = 1024;

/**
 * Finds values that were seen before. The values themselves lie in the column's buffer, one after another in
 * PLAIN form, which is also the content of the dictionary page; this holds only hashes and offsets.
 */
export class Dictionary {
  size = 0;
  /** Offsets of the entries in the buffer; entry `size` ends where the buffer is filled to. */
  offsets = new Int32Array(64);
  #hashes = new Int32Array(64);
  /** Open addressing; holds entry + 1, so that zero is free. */
  #slots = new Int32Array(128);
  #nextCheck = FIRST_CHECK;

  /**
   * Looks up the value that was just written at `bytes[start, end)`. A value seen before gives its entry (below
   * the previous `size`), a new one is kept in place and becomes the last entry.
   */
  find(bytes: Buffer, start: number, end: number): number {
    const hash = hashBytes(bytes, start, end);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const entry = this.#slots[slot]! - 1;
      if (entry < 0) break;
      if (this.#hashes[entry] === hash && this.#isEqual(bytes, entry, start, end)) return entry;
      slot = (slot + 1) & mask;
    }
    return this.#add(hash, slot, start);
  }

  /** Where an entry ends in a buffer that is filled to `end`. */
  endOf(entry: number, end: number): number {
    return entry + 1 < this.size ? this.offsets[entry + 1]! : end;
  }

  /** Whether it stopped paying: too large, or (looked at as it doubles) most values are new. */
  isWasteful(bytes: number, values: number): boolean {
    if (bytes > MAX_BYTES) return true;
    if (this.size < this.#nextCheck) return false;
    this.#nextCheck *= 2;
    return this.size * 2 > values;
  }

  #isEqual(bytes: Buffer, entry: number, start: number, end: number): boolean {
    const from = this.offsets[entry]!;
    // The value being looked up was written behind the last entry, which therefore ends at `start`.
    const to = entry + 1 < this.size ? this.offsets[entry + 1]! : start;
    if (to - from !== end - start) return false;
    for (let at = 0; at < end - start; at++) if (bytes[from + at] !== bytes[start + at]) return false;
    return true;
  }

  #add(hash: number, slot: number, start: number): number {
    const entry = this.size++;
    if (entry === this.offsets.length) {
      this.offsets = grown(this.offsets);
      this.#hashes = grown(this.#hashes);
    }
    this.offsets[entry] = start;
    this.#hashes[entry] = hash;
    this.#slots[slot] = entry + 1;
    if (this.size * 2 > this.#slots.length) this.#rehash();
    return entry;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let entry = 0; entry < this.size; entry++) {
      let slot = this.#hashes[entry]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = entry + 1;
    }
    this.#slots = slots;
  }
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

/** FNV-1a over the octets, mixed once more so that the low bits are usable. */
function hashBytes(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) ^ (hash >>> 12);
}
