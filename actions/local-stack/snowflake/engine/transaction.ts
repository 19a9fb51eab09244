import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection, JS } from '@duckdb/node-api';
import { saveStatements } from './catalog.ts';
import { quote } from './database.ts';
import type { Engine } from './engine.ts';
import type { CatalogRecord, StreamRecord } from './objects.ts';

/**
 * One transaction: a DuckDB transaction on the session's connection, the table locks it holds, the catalog
 * records and stream offsets that become current when it commits.
 *
 * DuckDB gives up a transaction when a statement in it fails, and keeps the snapshot it began with; Snowflake does
 * neither. So the writes of an explicit transaction are kept as text, and are applied again to a fresh one after a
 * failure (`recover`) or when others have committed. What a statement computed is kept in files (`keepRows`), so that
 * applying it again changes exactly the same rows.
 */
export class Transaction {
  readonly engine: Engine;
  readonly connection: DuckDBConnection;
  /** BEGIN … COMMIT by the user; false: one statement. */
  readonly explicit: boolean;
  /** When it began, in ms since 1970: what Snowflake takes for a transaction's id. */
  readonly id: number;
  readonly name: string;
  /** How long it waits for a lock, in ms. */
  lockTimeoutMs: number;
  /** Committed version per table when the transaction began: what its streams read up to. */
  readonly #horizon: Map<number, number>;
  readonly #versions = new Map<number, number>();
  readonly #saved = new Map<number, CatalogRecord>();
  readonly #forgotten = new Set<number>();
  readonly #held = new Set<number>();
  readonly #consumed = new Map<number, () => CatalogRecord>();
  /** Streams as an explicit transaction first saw them. */
  readonly #streams = new Map<number, StreamRecord>();
  readonly #afterCommit: (() => void)[] = [];
  #log: string[] = [];
  #statementStart = 0;
  #consumedBefore = new Map<number, () => CatalogRecord>();
  /** The engine's count of commits that the snapshot holds. */
  #seen: number;
  /** Whether DuckDB's own transaction is open. */
  #begun = false;
  #restarts = 0;
  #kept = 0;
  #keptDirectory: string | null = null;

  private constructor(engine: Engine, connection: DuckDBConnection, explicit: boolean, name: string | null) {
    this.engine = engine;
    this.lockTimeoutMs = engine.limits.lockSeconds * 1000;
    this.id = Math.floor(engine.now() / 1000);
    this.name = name ?? randomUUID();
    this.connection = connection;
    this.explicit = explicit;
    this.#horizon = new Map(engine.committedVersions);
    this.#seen = engine.commits;
  }

  static async begin(
    engine: Engine,
    connection: DuckDBConnection,
    explicit: boolean,
    name: string | null = null,
  ): Promise<Transaction> {
    const transaction = new Transaction(engine, connection, explicit, name);
    await transaction.#ready();
    return transaction;
  }

  /** The transaction of a query: DuckDB's own begins when there is more than one statement (`lastQuery`) for it. */
  static ofQuery(engine: Engine, connection: DuckDBConnection): Transaction {
    return new Transaction(engine, connection, false, null);
  }

  /** Runs DuckDB SQL that changes something; returns the number of rows changed. */
  async run(sql: string): Promise<number> {
    await this.#ready();
    const result = await this.connection.run(sql);
    this.#log.push(sql);
    return result.rowsChanged;
  }

  /** Runs a DuckDB query that changes nothing. */
  async query(sql: string): Promise<JS[][]> {
    await this.#ready();
    return (await this.connection.runAndReadAll(sql)).getRowsJS();
  }

  /**
   * Runs the DuckDB query that is a statement's last, and changes nothing; gives its rows in blocks as they are
   * computed. Where it is the only one too, it is a transaction by itself.
   */
  async *lastQuery(sql: string): AsyncGenerator<unknown[][]> {
    const prepared = await this.connection.prepare(sql);
    try {
      const result = await prepared.stream();
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        yield chunk.getRows();
      }
    } finally {
      prepared.destroySync();
    }
  }

  /** As `lastQuery`, of a query whose rows are few: all at once, in one step of DuckDB instead of four. */
  async lastFewRows(sql: string): Promise<unknown[][]> {
    const result = await this.connection.run(sql);
    return Array.from({ length: result.chunkCount }, (_, index) => result.getChunk(index).getRows()).flat();
  }

  /**
   * Keeps the rows of a query until `dropKept`; returns what to select them from. In an explicit transaction they
   * outlive DuckDB's own transaction, because they may have to be applied again.
   */
  async keepRows(sql: string): Promise<string> {
    await this.#ready();
    this.#kept++;
    if (!this.explicit) {
      const name = `temp.kept${this.#kept}`;
      await this.connection.run(`CREATE TEMP TABLE kept${this.#kept} AS ${sql}`);
      return name;
    }
    if (this.#keptDirectory === null) {
      this.#keptDirectory = join(this.engine.database.filesDirectory, 'transactions', randomUUID());
      mkdirSync(this.#keptDirectory, { recursive: true });
    }
    const file = quote(join(this.#keptDirectory, `${this.#kept}.parquet`));
    await this.connection.run(`COPY (${sql}) TO ${file} (FORMAT parquet)`);
    return `read_parquet(${file})`;
  }

  /** The kept rows are not needed by this statement any more. */
  async dropKept(relation: string): Promise<void> {
    if (!this.explicit) await this.connection.run(`DROP TABLE ${relation}`);
  }

  /**
   * Takes the lock of an object (a table that is written, a stream whose offset moves, a record that changes). When
   * another transaction has committed since this one's snapshot, its rows come into view (READ COMMITTED).
   */
  async lock(id: number): Promise<void> {
    if (this.#held.has(id)) return;
    await this.engine.locks.acquire(id, this, this.lockTimeoutMs);
    this.#held.add(id);
    await this.#renew();
  }

  /** Takes the table's writer lock and returns the version that this transaction's changes to it carry. */
  async lockTable(tableId: number): Promise<number> {
    const known = this.#versions.get(tableId);
    if (known !== undefined) return known;
    await this.lock(tableId);
    const version = this.engine.nextVersion();
    this.#versions.set(tableId, version);
    return version;
  }

  /** How often the snapshot was renewed: what was bound before is to be bound again when it has changed. */
  get restarts(): number {
    return this.#restarts;
  }

  /** The newest version of a table that this transaction's streams see: the same during the whole transaction. */
  readsUpTo(tableId: number): number {
    return this.#horizon.get(tableId) ?? this.engine.openedVersion;
  }

  /** Writes a new or changed catalog record; it becomes current at the commit. */
  async save(record: CatalogRecord): Promise<void> {
    const known = this.engine.catalog.get(record.id);
    if (known !== undefined) await this.lock(record.id);
    else if (!this.#saved.has(record.id)) await this.#claimName(record);
    const isNew = known === undefined && !this.#saved.has(record.id);
    for (const sql of saveStatements(record, isNew)) await this.run(sql);
    this.#saved.set(record.id, record);
    this.#forgotten.delete(record.id);
  }

  /** Removes a catalog record for good at the commit. */
  async forget(id: number): Promise<void> {
    await this.lock(id);
    await this.run(`DELETE FROM catalog.objects WHERE id = ${id}`);
    this.#saved.delete(id);
    this.#forgotten.add(id);
  }

  /** The record as this transaction has changed it, else the committed one. */
  current(id: number): CatalogRecord | undefined {
    return this.#forgotten.has(id) ? undefined : (this.#saved.get(id) ?? this.engine.catalog.get(id));
  }

  /** Records that this transaction has saved and that were not there before it. */
  created(): CatalogRecord[] {
    return [...this.#saved.values()].filter(
      (record) => record.droppedAt === null && this.engine.catalog.get(record.id) === undefined,
    );
  }

  /** The stream to read: in an explicit transaction the same one every time, whoever consumes it meanwhile. */
  stream(record: StreamRecord): StreamRecord {
    const current = (this.current(record.id) ?? record) as StreamRecord;
    if (!this.explicit) return current;
    const seen = this.#streams.get(record.id) ?? current;
    this.#streams.set(record.id, seen);
    return seen;
  }

  /** Whether another transaction has changed the stream since it was read here: then it is read anew. */
  renewStream(id: number): boolean {
    const seen = this.#streams.get(id);
    if (seen === undefined || seen === this.current(id)) return false;
    return this.#streams.delete(id);
  }

  /** A stream was read by DML: `advance` makes its record with the new offset, saved when the transaction commits. */
  consume(streamId: number, advance: () => CatalogRecord): void {
    this.#consumed.set(streamId, advance);
  }

  /** Marks where a statement begins, so that its failure takes back only its own writes. */
  async beginStatement(): Promise<void> {
    await this.#renew();
    this.#statementStart = this.#log.length;
    this.#consumedBefore = new Map(this.#consumed);
  }

  /** After a failed statement of an explicit transaction: everything before the statement is in place again. */
  async recover(): Promise<void> {
    this.#log = this.#log.slice(0, this.#statementStart);
    this.#consumed.clear();
    for (const [id, advance] of this.#consumedBefore) this.#consumed.set(id, advance);
    await this.#restart();
  }

  async commit(): Promise<void> {
    try {
      for (const advance of this.#consumed.values()) await this.save(advance());
    } catch (error) {
      await this.rollback();
      throw error;
    }
    try {
      if (this.#begun) await this.connection.run('COMMIT');
    } catch (error) {
      // DuckDB has rolled back itself.
      this.#end();
      throw error;
    }
    for (const [tableId, version] of this.#versions) this.engine.committedVersions.set(tableId, version);
    for (const record of this.#saved.values()) this.engine.catalog.apply(record);
    for (const id of this.#forgotten) this.engine.catalog.forget(id);
    if (this.#log.length > 0) this.engine.commits++;
    this.#end();
    for (const next of this.#afterCommit) next();
  }

  /** What is to start once the changes are current for all. */
  afterCommit(next: () => void): void {
    this.#afterCommit.push(next);
  }

  async rollback(): Promise<void> {
    try {
      if (this.#begun) await this.connection.run('ROLLBACK');
    } finally {
      this.#end();
    }
  }

  /**
   * Keeps others from giving an object the same name until this transaction ends. Handlers have looked before: what
   * came in between is a NameTakenError.
   */
  async #claimName(record: CatalogRecord): Promise<void> {
    const { kind, database, schema, name } = record;
    // A session's own objects hide those of the same name.
    if (!UNIQUE_KINDS.has(kind) || ('sessionId' in record && record.sessionId)) return;
    await this.engine.locks.acquire(JSON.stringify([database, schema, name]), this, this.lockTimeoutMs);
    const holder = this.engine.catalog.occupant(kind, database, schema, name);
    if (holder === undefined || holder.id === record.id) return;
    const current = this.current(holder.id);
    if (current !== undefined && hasSameName(current, holder)) throw new NameTakenError(name);
  }

  #end(): void {
    if (this.#keptDirectory !== null) rmSync(this.#keptDirectory, { recursive: true, force: true });
    this.engine.locks.release(this);
  }

  async #ready(): Promise<void> {
    if (this.#begun) return;
    await this.connection.run('BEGIN TRANSACTION');
    this.#begun = true;
  }

  async #renew(): Promise<void> {
    if (this.#seen !== this.engine.commits) await this.#restart();
  }

  async #restart(): Promise<void> {
    this.#restarts++;
    if (this.#begun) await this.connection.run('ROLLBACK');
    this.#begun = false;
    this.#seen = this.engine.commits;
    // Streams show the same rows during the whole of an explicit transaction.
    if (!this.explicit)
      for (const [id, version] of this.engine.committedVersions) this.#horizon.set(id, version);
    await this.#ready();
    for (const sql of this.#log) await this.connection.run(sql);
  }
}

/** Kinds whose names the catalog keeps apart; routines differ by their arguments, grants by much else. */
const UNIQUE_KINDS: ReadonlySet<CatalogRecord['kind']> = new Set([
  'DATABASE',
  'SCHEMA',
  'TABLE',
  'VIEW',
  'STREAM',
  'SEQUENCE',
  'STAGE',
  'PIPE',
  'TASK',
]);

/** Another session gave the name to an object while this statement ran: it is run again, and sees that. */
export class NameTakenError extends Error {
  override name = 'NameTakenError';
}

function hasSameName(known: CatalogRecord, record: CatalogRecord): boolean {
  return (
    known.name === record.name &&
    known.schema === record.schema &&
    known.database === record.database &&
    (known.droppedAt === null) === (record.droppedAt === null)
  );
}
