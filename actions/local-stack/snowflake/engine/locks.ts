import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';

interface Waiter {
  owner: object;
  id: number | string;
  wake(error?: SnowflakeError): void;
}

/**
 * One writer per table until its transaction ends. So the versions of a table's rows grow in the order of their
 * commits, which is what makes a stream's offset exact.
 */
export class TableLocks {
  /** By the id of a table or another record, or by a name that is being given. */
  readonly #holders = new Map<number | string, object>();
  readonly #waiters = new Set<Waiter>();

  /**
   * Waits until `owner` holds the table's lock. Returns whether it had to wait.
   * @throws SnowflakeError 000625 after `timeoutMs`; 200001 when the holder waits, maybe through others, for `owner`
   */
  async acquire(tableId: number | string, owner: object, timeoutMs: number): Promise<boolean> {
    let waited = false;
    const deadline = Date.now() + timeoutMs;
    while (this.#holders.has(tableId) && this.#holders.get(tableId) !== owner) {
      if (this.#waitsFor(this.#holders.get(tableId)!, owner)) throw deadlock();
      waited = true;
      await this.#wait(tableId, owner, deadline, timeoutMs);
    }
    this.#holders.set(tableId, owner);
    return waited;
  }

  isFree(id: number): boolean {
    return !this.#holders.has(id);
  }

  /** Ends all locks of an owner. */
  release(owner: object): void {
    for (const [tableId, holder] of this.#holders) {
      if (holder !== owner) continue;
      this.#holders.delete(tableId);
      for (const waiter of [...this.#waiters]) if (waiter.id === tableId) waiter.wake();
    }
  }

  /** Ends the waiting of owners: their statement was cancelled. */
  cancel(isMeant: (owner: object) => boolean): void {
    for (const waiter of [...this.#waiters])
      if (isMeant(waiter.owner)) waiter.wake(new SnowflakeError('000604', '57014', 'SQL execution canceled'));
  }

  /** Whether `from` waits for a lock that `target` holds, itself or through others. */
  #waitsFor(from: object, target: object): boolean {
    for (const waiter of this.#waiters) {
      if (waiter.owner !== from) continue;
      const holder = this.#holders.get(waiter.id);
      if (holder !== undefined && (holder === target || this.#waitsFor(holder, target))) return true;
    }
    return false;
  }

  #wait(id: number | string, owner: object, deadline: number, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        owner,
        id,
        wake: (error) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      const timer = setTimeout(() => waiter.wake(timedOut(timeoutMs)), Math.max(0, deadline - Date.now()));
      this.#waiters.add(waiter);
    });
  }
}

function timedOut(timeoutMs: number): SnowflakeError {
  return new SnowflakeError(
    '000625',
    '57014',
    `Statement waited ${timeoutMs / 1000} seconds for a lock that another open transaction holds and was aborted. End that transaction (COMMIT or ROLLBACK), then run the statement again.`,
  );
}

/** Source: docs.snowflake.com, "Transactions", Deadlock: one of the statements in the cycle is chosen and rolled back. */
function deadlock(): SnowflakeError {
  return new SnowflakeError(
    '200001',
    '40001',
    'A deadlock was detected: another open transaction waits for a lock of this one. The statement was aborted; roll the transaction back or run the statement again.',
  );
}
