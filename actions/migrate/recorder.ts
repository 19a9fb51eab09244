import { UserError } from '../shared/errors.ts';
import type { SnowflakeSession } from '../shared/snowflake.ts';
import type { HistoryTables, MigrationEvent, StatementEvent } from './history.ts';

/** An event to record; statement 0 is the migration as a whole. */
export interface NewEvent {
  migration: string;
  version: string | null;
  statement: number;
  status: MigrationEvent['status'] | StatementEvent['status'];
  checksum: string;
  /** Line of the file. */
  line?: number;
  queryTag?: string;
  queryId?: string | undefined;
  rowsAffected?: number;
  error?: string;
}

/** How many events one INSERT carries: well below the 16,384 expressions that Snowflake takes in a list. */
const ROWS_AT_ONCE = 500;

/**
 * Writes the history of one run, which holds the lock: an event is only recorded while it does, so that a run that
 * was taken for dead stops at its next statement. What may wait travels with the next record: one round trip less.
 */
export class MigrationRecorder {
  readonly #session: SnowflakeSession;
  readonly #tables: HistoryTables;
  readonly #run: { id: string; url: string | null };
  #waiting: NewEvent[] = [];
  /** Events are numbered by the one run that holds the lock; the database's sequences promise no order. */
  #lastEvent: number;

  constructor(
    session: SnowflakeSession,
    tables: HistoryTables,
    run: { id: string; url: string | null },
    lastEvent: number,
  ) {
    this.#session = session;
    this.#tables = tables;
    this.#run = run;
    this.#lastEvent = lastEvent;
  }

  /** Keeps an event for the next record. */
  later(...events: NewEvent[]): void {
    this.#waiting.push(...events);
  }

  /** Records what waits and these, in order. `session`: that of a transaction which the record is a part of. */
  async record(events: NewEvent[] = [], session: SnowflakeSession = this.#session): Promise<void> {
    const all = [...this.#waiting, ...events];
    for (let first = 0; first < all.length; first += ROWS_AT_ONCE) {
      await this.#insert(all.slice(first, first + ROWS_AT_ONCE), session);
    }
    this.#waiting = [];
  }

  async #insert(events: NewEvent[], session: SnowflakeSession): Promise<void> {
    const binds = events.flatMap((event, index) => [
      // Text throughout: columns of VALUES have one type.
      String(this.#lastEvent + index + 1),
      event.migration,
      event.version,
      String(event.statement),
      event.status,
      event.checksum,
      text(event.line),
      text(event.queryTag),
      text(event.queryId),
      text(event.rowsAffected),
      text(event.error),
    ]);
    const { rowsAffected } = await session.execute(
      `INSERT INTO ${this.#tables.event}
         (EVENT, RUN_ID, RUN_URL, MIGRATION, VERSION, STATEMENT_NUMBER, STATUS, CHECKSUM, LINE, QUERY_TAG, QUERY_ID,
          ROWS_AFFECTED, ERROR)
       SELECT COLUMN1::NUMBER(38,0), ?::VARCHAR, ?::VARCHAR, COLUMN2, COLUMN3, COLUMN4::NUMBER(10,0), COLUMN5, COLUMN6,
              COLUMN7::NUMBER(10,0), COLUMN8, COLUMN9, COLUMN10::NUMBER(38,0), COLUMN11
         FROM VALUES ${events.map(() => '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}
        WHERE EXISTS (SELECT 1 FROM ${this.#tables.lock} WHERE RUN_ID = ?)`,
      [this.#run.id, this.#run.url, ...binds, this.#run.id],
    );
    if (rowsAffected !== events.length) {
      throw new UserError('this run has lost the migration lock: another one has taken it over', {
        remedy: 'Nothing more was run here. When the other one has ended, run again if anything is left.',
      });
    }
    this.#lastEvent += events.length;
  }
}

function text(value: string | number | undefined): string | null {
  return value === undefined ? null : String(value);
}
