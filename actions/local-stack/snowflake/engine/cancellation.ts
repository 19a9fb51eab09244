import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';

/** DuckDB forgets an interrupt that comes between two of a statement's queries: it is said again, every so many ms. */
const AGAIN_MS = 20;

/** What ends a statement before its time: its user, its time limit, the end of its session. */
export class Cancellation {
  readonly #interrupt: () => void;
  #reason: SnowflakeError | null = null;
  #again: NodeJS.Timeout | undefined;
  #shields = 0;

  constructor(interrupt: () => void) {
    this.#interrupt = interrupt;
  }

  /** The error that the statement ends with. */
  get reason(): SnowflakeError | null {
    return this.#reason;
  }

  cancel(reason: SnowflakeError): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    this.#interruptNow();
    this.#again = setInterval(() => this.#interruptNow(), AGAIN_MS);
  }

  /** @throws SnowflakeError when the statement was cancelled */
  require(): void {
    if (this.#reason !== null) throw this.#reason;
  }

  /** Does what may not be interrupted: a commit or a rollback. */
  async shielded<T>(work: () => Promise<T>): Promise<T> {
    this.#shields++;
    try {
      return await work();
    } finally {
      this.#shields--;
    }
  }

  /** The statement has ended. */
  end(): void {
    clearInterval(this.#again);
  }

  #interruptNow(): void {
    if (this.#shields === 0) this.#interrupt();
  }
}

export function cancelled(): SnowflakeError {
  return new SnowflakeError('000604', '57014', 'SQL execution canceled');
}

/** 000630. Source: docs.snowflake.com, STATEMENT_TIMEOUT_IN_SECONDS. */
export function timedOut(seconds: number): SnowflakeError {
  return new SnowflakeError(
    '000630',
    '57014',
    `Statement reached its statement or warehouse timeout of ${seconds} second(s) and was canceled.`,
  );
}
