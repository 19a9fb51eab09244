import { UserError } from '../../shared/errors.ts';
import { formatLsn } from './lsn.ts';
import { decodeMessage, type Message, PgoutputError, type Tuple } from './pgoutput.ts';

/** One change of a row. */
export interface Change {
  op: 'insert' | 'update' | 'delete';
  /** Of the transaction's commit; with `seq`, the position in the transaction, the order of all changes. */
  lsn: bigint;
  seq: number;
  /** Microseconds since 2000-01-01 UTC. */
  committedAt: bigint;
  /** As text, in the order of the table's columns. A delete holds those of the replica identity only. */
  values: (string | null)[];
  /** Columns whose value an update left alone and PostgreSQL does not repeat: null in `values`. */
  unchanged: string[];
}

/** The table whose changes are read, and the half-open range of commits that a load carries. */
export interface ChangesOf {
  table: string;
  columns: readonly string[];
  /** Columns that identify a row, among those of the replica identity. */
  key: readonly string[];
  from: bigint;
  to: bigint;
}

/** Turns the messages of one decoding, in their order, into changes. */
export class ChangeDecoder {
  readonly #of: ChangesOf;
  readonly #key: number[];
  /** Per relation: where in its tuples each of the table's columns lies, -1 when it is not there. */
  readonly #places = new Map<number, number[]>();
  #transaction: { lsn: bigint; committedAt: bigint; changes: number } | undefined;

  constructor(of: ChangesOf) {
    this.#of = of;
    this.#key = of.key.map((name) => of.columns.indexOf(name));
  }

  /**
   * The changes in a message. An update of the key gives two: a delete of the old one, then the row with the new.
   * @throws UserError at a TRUNCATE; PgoutputError
   */
  decode(octets: Buffer): Change[] {
    const message = decodeMessage(octets);
    switch (message.kind) {
      case 'begin':
        this.#transaction = { lsn: message.commitLsn, committedAt: message.committedAt, changes: 0 };
        return [];
      case 'commit':
        this.#transaction = undefined;
        return [];
      case 'relation':
        this.#places.set(
          message.id,
          this.#of.columns.map((name) => message.columns.indexOf(name)),
        );
        return [];
      case 'insert':
        return this.#kept([this.#change('insert', this.#row(message.relation, message.row))]);
      case 'update':
        return this.#kept(this.#update(message));
      case 'delete':
        return this.#kept([this.#change('delete', this.#row(message.relation, message.old))]);
      case 'truncate':
        if (this.#kept([this.#change('delete', [])]).length === 0) return [];
        throw this.#truncated();
      case 'other':
        return [];
    }
  }

  #update(message: Extract<Message, { kind: 'update' }>): Change[] {
    const row = this.#row(message.relation, message.row);
    if (message.old === undefined) return [this.#change('update', row)];
    const old = this.#row(message.relation, message.old);
    const isMoved = this.#key.some((place) => row[place] !== undefined && row[place] !== old[place]);
    const deleted = isMoved ? [this.#change('delete', old)] : [];
    // Outside of its columns the old key holds nulls that stand for nothing.
    const known = row.map((value, place) =>
      value === undefined && !(message.isOldKey && old[place] === null) ? old[place] : value,
    );
    return [...deleted, this.#change('update', known)];
  }

  #change(op: Change['op'], row: Tuple): Change {
    const transaction = this.#transaction;
    if (transaction === undefined) throw new PgoutputError(`${op} outside of a transaction`);
    return {
      op,
      lsn: transaction.lsn,
      seq: transaction.changes++,
      committedAt: transaction.committedAt,
      values: row.map((value) => value ?? null),
      unchanged: this.#of.columns.filter((_, place) => row[place] === undefined && place < row.length),
    };
  }

  /** A tuple in the order of the table's columns; one that was added later is null. */
  #row(relation: number, tuple: Tuple): Tuple {
    const places = this.#places.get(relation);
    if (places === undefined)
      throw new PgoutputError(`a row of relation ${relation}, which was not described`);
    return places.map((place) => (place < 0 ? null : tuple[place]));
  }

  /** The decoding may show a transaction at the edge twice: each load carries its own range. */
  #kept(changes: Change[]): Change[] {
    return changes.filter(({ lsn }) => lsn >= this.#of.from && lsn < this.#of.to);
  }

  #truncated(): UserError {
    const at = formatLsn(this.#transaction!.lsn);
    return new UserError(`table ${this.#of.table}: it was truncated at ${at}, which is no change of rows`, {
      remedy: 'Run with full-refresh: true, which reads the table as it is now and begins a new slot.',
    });
  }
}
