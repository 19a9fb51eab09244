import type { DuckDBConnection } from '@duckdb/node-api';
import { parseStatement } from '../../../shared/sql/parse.ts';
import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import type { SnowflakeType } from '../../../shared/sql/types.ts';
import type { BindValue, SessionFacts } from '../bind/context.ts';
import { snowflakeErrorFromDuck } from '../bind/runtime-error.ts';
import { quote } from './database.ts';
import { type Engine, newQueryId } from './engine.ts';
import { executeStatement } from './execute.ts';
import { defaultParameters } from './parameters.ts';
import type { StatementResult } from './result.ts';
import { dropTemporaryTables } from './tables/retention.ts';
import { Transaction } from './transaction.ts';

export interface SessionOptions {
  id: string;
  user: string;
  role?: string;
  warehouse?: string | null;
  database?: string | null;
  schema?: string | null;
  parameters?: Record<string, string>;
}

export interface ExecuteOptions {
  binds?: BindValue[];
  queryId?: string;
  /** Only compile: columns, no rows, nothing changed. */
  describeOnly?: boolean;
  /** For this statement in place of the session's QUERY_TAG. */
  queryTag?: string;
}

/** One statement on its way: what handlers need to know beside its tree. */
export interface Run {
  queryId: string;
  text: string;
  binds: BindValue[];
  describeOnly: boolean;
  /** Microseconds since 1970. */
  startedAt: number;
  /** Scripting variables in scope. */
  scriptVariable?: (name: string) => import('../bind/bound.ts').Bound | undefined;
}

/** What the SYSTEM$ functions of a task's body read and write. */
export interface TaskContext {
  config: string | null;
  rootId: number;
  taskId: number;
  groupId: string;
  returnValue: string | null;
}

/** How many results a session keeps for RESULT_SCAN. */
const KEPT_RESULTS = 50;

/** A user's session: names in use, variables, parameters, the open transaction. Statements run one at a time. */
export class Session {
  readonly engine: Engine;
  readonly connection: DuckDBConnection;
  readonly id: string;
  readonly user: string;
  role: string;
  warehouse: string | null;
  database: string | null;
  schema: string | null;
  readonly variables = new Map<string, { value: string | null; type: SnowflakeType }>();
  readonly parameters: Map<string, string>;
  /** Query ids of this session, oldest first. */
  readonly queryIds: string[] = [];
  readonly results = new Map<string, StatementResult>();
  /** Set while a task runs in this session. */
  task: TaskContext | null = null;
  #transaction: Transaction | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine, connection: DuckDBConnection, options: SessionOptions) {
    this.engine = engine;
    this.connection = connection;
    this.id = options.id;
    this.user = options.user;
    this.role = options.role ?? 'ACCOUNTADMIN';
    this.warehouse = options.warehouse ?? null;
    this.database = options.database ?? null;
    this.schema = options.schema ?? null;
    this.parameters = new Map([...defaultParameters(), ...Object.entries(options.parameters ?? {})]);
  }

  /** Runs one statement; a second call waits for the first. @throws SnowflakeError */
  execute(text: string, options: ExecuteOptions = {}): Promise<StatementResult> {
    const next = this.#queue.then(() => this.#execute(text, options));
    this.#queue = next.catch(() => undefined);
    return next;
  }

  async #execute(text: string, options: ExecuteOptions): Promise<StatementResult> {
    const run: Run = {
      queryId: options.queryId ?? newQueryId(),
      text,
      binds: options.binds ?? [],
      describeOnly: options.describeOnly ?? false,
      startedAt: this.engine.now(),
    };
    const record = {
      queryId: run.queryId,
      sessionId: this.id,
      text,
      user: this.user,
      queryTag: options.queryTag ?? this.parameter('QUERY_TAG'),
      startedAt: run.startedAt,
      endedAt: null as number | null,
      error: null as { code: string; message: string } | null,
      rowsAffected: 0,
      versions: new Map<number, number>(),
    };
    this.engine.recordQuery(record);
    try {
      const result = await executeStatement(parseStatement(text), this, run);
      record.rowsAffected = result.rowsAffected;
      if (!run.describeOnly) this.#keepResult(run.queryId, result);
      return result;
    } catch (thrown) {
      const error = thrown instanceof SnowflakeError ? thrown : snowflakeErrorFromDuck(thrown);
      if (error === undefined) throw thrown;
      record.error = { code: error.code, message: error.message };
      throw error;
    } finally {
      record.endedAt = this.engine.now();
      if (!run.describeOnly) this.queryIds.push(run.queryId);
    }
  }

  /** The explicit transaction, if one is open. */
  get transaction(): Transaction | null {
    return this.#transaction;
  }

  /**
   * Runs a query or DML statement in the open transaction, or in one of its own that commits at the end.
   * A failure takes back the statement only.
   */
  async transact<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const open = this.#transaction;
    if (open === null) return this.#autocommit(work);
    await open.beginStatement();
    try {
      return await work(open);
    } catch (error) {
      await open.recover();
      throw error;
    }
  }

  /** Runs DDL: the open transaction is committed first, the statement commits itself. */
  async define<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    await this.commit();
    return this.#autocommit(work);
  }

  async begin(name: string | null): Promise<void> {
    if (this.#transaction === null)
      this.#transaction = await Transaction.begin(this.engine, this.connection, true, name);
  }

  async commit(): Promise<void> {
    const transaction = this.#transaction;
    this.#transaction = null;
    await transaction?.commit();
  }

  async rollback(): Promise<void> {
    const transaction = this.#transaction;
    this.#transaction = null;
    await transaction?.rollback();
  }

  /** What the binder needs to know of the session. */
  facts(run: Run): SessionFacts {
    return {
      user: this.user,
      role: this.role,
      warehouse: this.warehouse,
      database: this.database,
      schema: this.schema,
      sessionId: this.id,
      account: this.engine.options.account ?? 'LOCAL',
      timezone: this.parameter('TIMEZONE'),
      nowMicros: BigInt(run.startedAt),
      variables: this.variables,
      parameter: (name) => this.parameter(name),
    };
  }

  /** @throws SnowflakeError for a parameter that does not exist */
  parameter(name: string): string {
    const value = this.parameters.get(name);
    if (value === undefined) {
      throw new SnowflakeError('001006', '22023', `SQL compilation error:\ninvalid parameter '${name}'`);
    }
    return value;
  }

  /**
   * Sets a session parameter; DuckDB follows TIMEZONE, on which LTZ values depend.
   * @throws SnowflakeError for a parameter that does not exist, or a time zone that is none
   */
  async setParameter(name: string, value: string): Promise<void> {
    this.parameter(name);
    if (name === 'TIMEZONE') {
      try {
        await this.connection.run(`SET TimeZone = ${quote(value)}`);
      } catch (error) {
        throw new SnowflakeError(
          '001008',
          '22023',
          `SQL compilation error:\ninvalid value [${value}] for parameter 'TIMEZONE'`,
          {
            cause: error,
          },
        );
      }
    }
    this.parameters.set(name, value);
  }

  /** Interrupts the running statement; it fails with 000604. */
  cancel(): void {
    this.connection.interrupt();
  }

  async close(): Promise<void> {
    await this.#queue;
    await this.rollback();
    this.engine.sessions.delete(this);
    await dropTemporaryTables(this.engine, (id) => id === this.id);
    this.connection.closeSync();
  }

  async #autocommit<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const transaction = await Transaction.begin(this.engine, this.connection, false);
    let result: T;
    try {
      result = await work(transaction);
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
    await transaction.commit();
    return result;
  }

  #keepResult(queryId: string, result: StatementResult): void {
    this.results.set(queryId, result);
    const oldest = this.results.keys().next().value;
    if (this.results.size > KEPT_RESULTS && oldest !== undefined) this.results.delete(oldest);
  }
}
