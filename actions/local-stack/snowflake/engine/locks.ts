import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';

/** How long a statement waits for another transaction's table lock, in ms. */
const LOCK_TIMEOUT_MS = 60_000;

/**
 * One writer per table until its transaction ends. So the versions of a table's rows grow in the order of their
 * commits, which is what makes a stream's offset exact.
 */
export class TableLocks {
  readonly #holders = new Map<number, object>();
  readonly #waiters = new Map<number, (() => void)[]>();

  /** Waits until `owner` holds the table's lock. Returns whether it had to wait. */
  async acquire(tableId: number, owner: object): Promise<boolean> {
    let waited = false;
    const deadline = Date.now() + LOCK_TIMEOUT_MS;
    while (this.#holders.has(tableId) && this.#holders.get(tableId) !== owner) {
      waited = true;
      if (!(await this.#wait(tableId, deadline - Date.now()))) {
        throw new SnowflakeError(
          '000625',
          '57014',
          `Statement waited ${LOCK_TIMEOUT_MS / 1000} seconds for a lock that another open transaction holds and was aborted. End that transaction (COMMIT or ROLLBACK), then run the statement again.`,
        );
      }
    }
    this.#holders.set(tableId, owner);
    return waited;
  }

  /** Ends all locks of an owner. */
  release(owner: object): void {
    for (const [tableId, holder] of this.#holders) {
      if (holder !== owner) continue;
      this.#holders.delete(tableId);
      const waiters = this.#waiters.get(tableId) ?? [];
      this.#waiters.delete(tableId);
      for (const wake of waiters) wake();
    }
  }

  #wait(tableId: number, ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      if (ms <= 0) return resolve(false);
      const timer = setTimeout(() => resolve(false), ms);
      const waiters = this.#waiters.get(tableId) ?? [];
      waiters.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
      this.#waiters.set(tableId, waiters);
    });
  }
}
