import { UserError } from '../shared/errors.ts';
import type { SnowflakeSession } from '../shared/snowflake.ts';
import type { HistoryTables, MigrationEvent, StatementEvent } from './history.ts';

/** An event to record; statement 0 is the migration as a whole. */
export interface NewEvent {
  migration: string;
  version: string | null;
  statement: number;
  status: MigrationEvent['status'] | StatementEvent['status'] | 'suspended' | 'resumed';
  checksum: string;
  /** Line of the file. */
  line?: number;
  queryTag?: string;
  queryId?: string | undefined;
  rowsAffected?: number;
  error?: string;
  /** Why a person did this, or where it comes from. */
  note?: string;
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

  /** The role that may write the history, as SQL writes it. */
  async role(): Promise<string> {
    const { rows } = await this.#session.execute('SELECT CURRENT_ROLE() AS ROLE');
    return `"${String(rows[0]?.ROLE).replaceAll('"', '""')}"`;
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
    const binds = events.flatMap(
      ({ migration, version, status, checksum, queryTag, queryId, error, note }) => [
        migration,
        version,
        status,
        checksum,
        queryTag ?? null,
        queryId ?? null,
        error ?? null,
        note ?? null,
      ],
    );
    // Numbers stand in the text: a bind among them would make the whole column of VALUES one of text.
    const values = events.map(({ statement, line, rowsAffected }, index) => {
      const numbers = [this.#lastEvent + index + 1, statement, line ?? 'NULL', rowsAffected ?? 'NULL'];
      return `(${numbers.join(', ')}, ?, ?, ?, ?, ?, ?, ?, ?)`;
    });
    const { rowsAffected } = await session.execute(
      `INSERT INTO ${this.#tables.event}
         (RUN_ID, RUN_URL, EVENT, STATEMENT_NUMBER, LINE, ROWS_AFFECTED, MIGRATION, VERSION, STATUS, CHECKSUM, QUERY_TAG,
          QUERY_ID, ERROR, NOTE)
       SELECT held.RUN_ID, ?::VARCHAR, event.*
         FROM (VALUES ${values.join(', ')}) AS event, ${this.#tables.lock} AS held
        WHERE held.RUN_ID = ?`,
      [this.#run.url, ...binds, this.#run.id],
    );
    if (rowsAffected !== events.length) {
      throw new UserError('this run has lost the migration lock: another one has taken it over', {
        remedy: 'Nothing more was run here. When the other one has ended, run again if anything is left.',
      });
    }
    this.#lastEvent += events.length;
  }
}
