/** Keeps reading below a number of bytes a second, over all tables of a run. */
export class RateLimit {
  readonly #bytesPerSecond: number;
  /** When the bytes so far may all have been read, in ms of performance.now(). */
  #free = 0;

  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Counts bytes that were read; answers what to wait for before more are, if anything. */
  take(bytes: number): Promise<void> | undefined {
    const now = performance.now();
    this.#free = Math.max(this.#free, now) + (bytes / this.#bytesPerSecond) * 1000;
    const ahead = this.#free - now;
    // Short waits are put together: a timer per chunk of 64 KB would cost more than it steers.
    return ahead < 50 ? undefined : new Promise((resolve) => setTimeout(resolve, ahead));
  }
}
