/** Room for a page of a megabyte with its levels. */
const CAPACITY = (1 << 20) + (128 << 10);
/** Below, a buffer costs less than keeping it. */
const SMALL = 64 << 10;
/** As many as may wait to be compressed. */
const KEPT = 16;

const free: ArrayBuffer[] = [];

/**
 * A buffer for a page. Pages of a megabyte are hundreds a second: made anew each they would keep the garbage collector
 * busy for a tenth of the time.
 */
export function takePageBuffer(size: number): Buffer {
  // Of its own, not of Node's pool: a pooled slice would keep its neighbours alive.
  if (size < SMALL || size > CAPACITY) return Buffer.allocUnsafeSlow(size);
  return Buffer.from(free.pop() ?? new ArrayBuffer(CAPACITY), 0, size);
}

/** The page is not needed any more. */
export function givePageBuffer({ buffer }: Buffer): void {
  if (buffer.byteLength === CAPACITY && free.length < KEPT) free.push(buffer as ArrayBuffer);
}
