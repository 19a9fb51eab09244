import type { ObjectRecord } from './object-store.ts';

/** The objects of one bucket by key, and in S3's order: that of the keys' UTF-8 bytes. */
export class KeyIndex {
  readonly #records = new Map<string, ObjectRecord>();
  /** Lower-cased file path -> key: a file system may fold case. */
  readonly #files = new Map<string, string>();
  #sorted: string[] | undefined = [];

  get size(): number {
    return this.#records.size;
  }

  get(key: string): ObjectRecord | undefined {
    return this.#records.get(key);
  }

  set(record: ObjectRecord): void {
    if (!this.#records.has(record.key)) this.#sorted = undefined;
    this.#records.set(record.key, record);
    this.#files.set(record.file.toLowerCase(), record.key);
  }

  delete(key: string): void {
    const record = this.#records.get(key);
    if (record === undefined) return;
    this.#records.delete(key);
    this.#files.delete(record.file.toLowerCase());
    this.#sorted = undefined;
  }

  /** The key of the object that lies in this file. */
  ownerOf(file: string): string | undefined {
    return this.#files.get(file.toLowerCase());
  }

  /** Keys from the first one that is >= `from`, in order. */
  *from(from: string): Generator<string> {
    this.#sorted ??= [...this.#records.keys()].sort(compareKeys);
    const keys = this.#sorted;
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(keys[middle]!, from) < 0) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < keys.length; i++) yield keys[i]!;
  }
}

/** Order of the UTF-8 bytes: like code units, except that surrogates stand above U+E000–U+FFFF. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      const surrogates = Number(isSurrogate(x)) - Number(isSurrogate(y));
      return x >= 0xd800 && y >= 0xd800 && surrogates !== 0 ? surrogates : x - y;
    }
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
