import { randomUUID } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import { registerJavaScriptFunctions } from '../bind/javascript-functions.ts';
import { macroStatements } from '../bind/macros.ts';
import { Catalog } from './catalog.ts';
import { createLoadHistory } from './copy/load-history.ts';
import { closeDatabase, connect, type Database, openDatabase } from './database.ts';
import { KeptResults } from './kept-results.ts';
import { defaultLimits, type EngineLimits } from './limits.ts';
import { TableLocks } from './locks.ts';
import { drainPipe } from './pipes/pipe-ingest.ts';
import { loadPipeQueues } from './pipes/pipe-queue.ts';
import { registerUserJavaScript } from './routines/javascript/register.ts';
import { JavaScriptThreads } from './routines/javascript/threads.ts';
import { Session, type SessionOptions } from './session.ts';
import { dropTemporaryObjects, highestVersion, purgeHistory } from './tables/retention.ts';
import { loadTaskHistory } from './tasks/task-history.ts';

export interface EngineOptions {
  /** Where files lie: staged files always, the database itself when `persistent`. */
  dir: string;
  persistent: boolean;
  /** Name of the account, as CURRENT_ACCOUNT() gives it. */
  account?: string;
  /** The S3 endpoint that external stages are read from. */
  s3?: { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string };
  /** Microseconds since 1970; tests set it. */
  clock?: () => number;
  limits?: Partial<EngineLimits>;
}

/** One statement's trace, for QUERY_HISTORY, LAST_QUERY_ID and BEFORE(STATEMENT => …). */
export interface QueryRecord {
  queryId: string;
  sessionId: string;
  text: string;
  user: string;
  queryTag: string;
  /** Microseconds since 1970. */
  startedAt: number;
  endedAt: number | null;
  error: { code: string; message: string } | null;
  rowsAffected: number;
  /** Version that the statement's changes carry, by table id: what BEFORE(STATEMENT => …) goes back to. */
  versions: Map<number, number>;
}

/** The server's state: database, catalog, clock of versions, locks, query history. */
export class Engine {
  readonly options: EngineOptions;
  readonly database: Database;
  readonly catalog: Catalog;
  readonly limits: EngineLimits;
  readonly locks = new TableLocks();
  readonly results: KeptResults;
  readonly javascript = new JavaScriptThreads();
  readonly queries = new Map<string, QueryRecord>();
  readonly sessions = new Set<Session>();
  /** Version of the last committed write, by table id; `openedVersion` where there was none since the start. */
  readonly committedVersions = new Map<number, number>();
  readonly openedVersion: number;
  /** Number of transactions that have changed something: tells a transaction that its snapshot is old. */
  commits = 0;
  /** For the catalog and for work of the server itself. */
  readonly connection: DuckDBConnection;
  #lastVersion: number;
  /** What to add to the fine clock for the time of day, in ms. */
  #clockOffset = 0;

  private constructor(
    options: EngineOptions,
    limits: EngineLimits,
    database: Database,
    catalog: Catalog,
    connection: DuckDBConnection,
    lastVersion: number,
  ) {
    this.options = options;
    this.limits = limits;
    this.database = database;
    this.results = new KeptResults(database.filesDirectory);
    this.catalog = catalog;
    this.connection = connection;
    this.#lastVersion = lastVersion;
    this.openedVersion = this.nextVersion();
  }

  static async open(options: EngineOptions): Promise<Engine> {
    const limits = { ...defaultLimits(), ...options.limits };
    const database = await openDatabase(options.dir, options.persistent, limits);
    const connection = await connect(database);
    registerJavaScriptFunctions(connection);
    for (const statement of macroStatements()) await connection.run(statement);
    const catalog = await Catalog.load(connection);
    const lastVersion = await highestVersion(connection, catalog);
    const engine = new Engine(options, limits, database, catalog, connection, lastVersion);
    registerUserJavaScript(connection, catalog, engine.javascript);
    await createLoadHistory(connection);
    await loadTaskHistory(engine);
    await dropTemporaryObjects(engine, () => true);
    await purgeHistory(engine);
    for (const pipeId of await loadPipeQueues(engine)) drainPipe(engine, pipeId);
    return engine;
  }

  /** Microseconds since 1970. */
  now(): number {
    if (this.options.clock !== undefined) return this.options.clock();
    const wall = Date.now();
    const fine = performance.now() + this.#clockOffset;
    // The fine clock stands still while the machine sleeps, and nobody sets it.
    if (Math.abs(fine - wall) > 2) this.#clockOffset = wall - performance.now();
    return Math.floor((performance.now() + this.#clockOffset) * 1000);
  }

  /** A version: now in microseconds, but never the same or smaller twice. */
  nextVersion(): number {
    this.#lastVersion = Math.max(this.#lastVersion + 1, this.now());
    return this.#lastVersion;
  }

  committedVersion(tableId: number): number {
    return this.committedVersions.get(tableId) ?? this.openedVersion;
  }

  async openSession(options: SessionOptions): Promise<Session> {
    const session = new Session(this, await connect(this.database), options);
    const given = Object.entries(options.parameters ?? {});
    try {
      for (const [name, value] of [['TIMEZONE', session.parameter('TIMEZONE')] as const, ...given])
        await session.setParameter(name, value);
    } catch (error) {
      session.connection.closeSync();
      throw error;
    }
    this.sessions.add(session);
    return session;
  }

  recordQuery(record: QueryRecord): void {
    this.queries.set(record.queryId, record);
    const oldest = this.queries.keys().next().value;
    if (this.queries.size > 20_000 && oldest !== undefined) this.queries.delete(oldest);
  }

  close(): void {
    this.javascript.close();
    this.connection.closeSync();
    closeDatabase(this.database);
  }
}

/** Snowflake's query ids are UUIDs. */
export function newQueryId(): string {
  return randomUUID();
}
