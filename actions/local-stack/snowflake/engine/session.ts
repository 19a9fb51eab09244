import type { DuckDBConnection } from '@duckdb/node-api';
import type { Expression, Statement } from '../../../shared/sql/ast.ts';
import { parseStatement } from '../../../shared/sql/parse.ts';
import { localLimit } from '../../../shared/sql/snowflake-error.ts';
import type { SnowflakeType } from '../../../shared/sql/types.ts';
import type { BindValue, SessionFacts } from '../bind/context.ts';
import { Cancellation, cancelled, timedOut } from './cancellation.ts';
import { quote } from './database.ts';
import type { BindRows } from './dml/bind-rows.ts';
import { type Engine, newQueryId } from './engine.ts';
import { executeStatement } from './execute.ts';
import { formatVariables, isFormatParameter } from './format-variables.ts';
import { giveFutureGrants } from './objects/grant.ts';
import { inheritedRoles } from './objects/roles.ts';
import { defaultParameters, invalidValue, parameterValue, unknownParameter } from './parameters.ts';
import type { StatementResult } from './result.ts';
import { type ProcedureScope, requireAllowedInProcedure } from './scripting/procedure-scope.ts';
import type { ScriptValue } from './scripting/script-value.ts';
import { statementError } from './statement-error.ts';
import { dropTemporaryObjects } from './tables/retention.ts';
import type { Outcome } from './tasks/task-run.ts';
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
  /** Rows of binds, for INSERT. */
  bindRows?: BindRows;
  queryId?: string;
  /** Only compile: columns, no rows, nothing changed. */
  describeOnly?: boolean;
  /** For this statement in place of the session's. */
  parameters?: Record<string, string>;
  /** Rows of a large result go to files (`StatementResult.chunks`): for a client that fetches them one by one. */
  chunked?: boolean;
}

/** A statement within another: of a block, of a procedure, of EXECUTE IMMEDIATE. */
export interface InnerOptions {
  /** The text's tree, where it has been read already. */
  statement?: Statement;
  binds?: BindValue[];
  scriptVariable?: Run['scriptVariable'];
  blockVariable?: Run['blockVariable'];
  assignArgument?: Run['assignArgument'];
  piped?: StatementResult[];
}

/** One statement on its way: what handlers need to know beside its tree. */
export interface Run {
  queryId: string;
  text: string;
  binds: BindValue[];
  describeOnly: boolean;
  /** Rows of a large result go to files, for a client that fetches them in chunks. */
  chunked?: boolean;
  /** The statement runs once for each of these rows of binds. */
  bindRows?: BindRows;
  /** Microseconds since 1970. */
  startedAt: number;
  /** What a `:name` of the statement stands for within a block, as an operand (see scripting/block-variables.ts). */
  scriptVariable?: (name: string) => import('../bind/bound.ts').Bound | undefined;
  /** The value of a block's variable, for a statement within the block that names it. */
  blockVariable?: (name: string) => ScriptValue | undefined;
  /** Gives the variable that an argument `:name` of a CALL in a block stands for its value. */
  assignArgument?: (argument: Expression, value: ScriptValue) => Promise<void>;
  /** Results of the statements before this one in a chain of `->>`, first to last. */
  piped?: StatementResult[];
}

/** What the SYSTEM$ functions of a task's body read and write. */
export interface TaskContext {
  config: string | null;
  rootId: number;
  taskId: number;
  groupId: string;
  /** When the run of the graph was due, microseconds since 1970. */
  scheduledAt: number;
  returnValue: string | null;
  /** What became of the graph's tasks so far, by id. */
  outcomes: Map<number, Outcome>;
}

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
  /** Set while a task runs in this session. */
  task: TaskContext | null = null;
  /** The procedures that are running, innermost last. */
  readonly procedures: ProcedureScope[] = [];
  /** Statements that run or wait to run, by query id; those within another have its cancellation. */
  readonly #statements = new Map<string, Cancellation>();
  #running: Cancellation | null = null;
  #ended = false;
  /** Parameters of the statement that runs. */
  #statementParameters = new Map<string, string>();
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
    this.parameters = new Map(defaultParameters());
  }

  /** Runs one statement; a second call waits for the first. @throws SnowflakeError */
  execute(text: string, options: ExecuteOptions = {}): Promise<StatementResult> {
    const queryId = options.queryId ?? newQueryId();
    const cancellation: Cancellation = new Cancellation(() => {
      if (this.#running === cancellation) this.#interrupt();
    });
    if (this.#ended) cancellation.cancel(cancelled());
    this.#statements.set(queryId, cancellation);
    const next = this.#queue.then(() => this.#executeOuter(text, { ...options, queryId }, cancellation));
    this.#queue = next.catch(() => undefined);
    return next;
  }

  async #executeOuter(
    text: string,
    options: ExecuteOptions & { queryId: string },
    cancellation: Cancellation,
  ): Promise<StatementResult> {
    let timer: NodeJS.Timeout | undefined;
    this.#running = cancellation;
    try {
      await this.#takeParameters(options.parameters ?? {});
      const seconds = this.#secondsToRun();
      timer = setTimeout(() => cancellation.cancel(timedOut(seconds)), seconds * 1000);
      return await this.#execute(text, options);
    } finally {
      clearTimeout(timer);
      cancellation.end();
      this.#running = null;
      this.#statements.delete(options.queryId);
      await this.#takeParameters({});
    }
  }

  /**
   * Runs a statement within the one that runs: it has a query id and an entry in the history of its own.
   * @throws SnowflakeError
   */
  async executeInner(
    text: string,
    options: InnerOptions = {},
  ): Promise<{ queryId: string; result: StatementResult }> {
    const queryId = newQueryId();
    if (this.#running !== null) this.#statements.set(queryId, this.#running);
    try {
      return { queryId, result: await this.#execute(text, { ...options, queryId }) };
    } finally {
      this.#statements.delete(queryId);
    }
  }

  /** @throws SnowflakeError 000604 or 000630 when the running statement was cancelled between two of its parts */
  requireNotCancelled(): void {
    this.#running?.require();
  }

  async #execute(text: string, options: ExecuteOptions & InnerOptions): Promise<StatementResult> {
    const run: Run = {
      queryId: options.queryId ?? newQueryId(),
      text,
      binds: options.binds ?? [],
      describeOnly: options.describeOnly ?? false,
      chunked: options.chunked ?? false,
      ...(options.bindRows === undefined ? {} : { bindRows: options.bindRows }),
      startedAt: this.engine.now(),
      ...(options.scriptVariable === undefined ? {} : { scriptVariable: options.scriptVariable }),
      ...(options.blockVariable === undefined ? {} : { blockVariable: options.blockVariable }),
      ...(options.assignArgument === undefined ? {} : { assignArgument: options.assignArgument }),
      ...(options.piped === undefined ? {} : { piped: options.piped }),
    };
    const record = {
      queryId: run.queryId,
      sessionId: this.id,
      text,
      user: this.user,
      queryTag: this.parameter('QUERY_TAG'),
      startedAt: run.startedAt,
      endedAt: null as number | null,
      error: null as { code: string; message: string } | null,
      rowsAffected: 0,
      versions: new Map<number, number>(),
    };
    this.engine.recordQuery(record);
    try {
      this.requireNotCancelled();
      const statement = options.statement ?? this.#parse(text);
      requireAllowedInProcedure(statement, this);
      const result = await executeStatement(statement, this, run);
      record.rowsAffected = result.rowsAffected;
      if (!run.describeOnly) this.engine.results.keep(run.queryId, this.user, result);
      return result;
    } catch (thrown) {
      let error = statementError(thrown, this.engine.limits);
      if (error === undefined) throw thrown;
      // An interrupt does not say who asked for it.
      if (error.code === '000604') error = this.#running?.reason ?? error;
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
    this.requireNotCancelled();
    const open = this.#transaction;
    if (open === null)
      return this.#autocommit(work, await Transaction.begin(this.engine, this.connection, false));
    return this.#inOpen(open, work);
  }

  /** Runs a query, whose last DuckDB statement is `lastQuery`: as `transact`, and cheaper where that is the only one. */
  async read<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    this.requireNotCancelled();
    const open = this.#transaction;
    if (open === null) return this.#autocommit(work, Transaction.ofQuery(this.engine, this.connection));
    return this.#inOpen(open, work);
  }

  async #inOpen<T>(open: Transaction, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    open.lockTimeoutMs = this.#lockTimeoutMs();
    await open.beginStatement();
    try {
      return await work(open);
    } catch (error) {
      await this.#shielded(() => open.recover());
      throw error;
    }
  }

  /** Runs DDL: the open transaction is committed first, the statement commits itself. */
  async define<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    await this.commit();
    const own = await Transaction.begin(this.engine, this.connection, false);
    return this.#autocommit(async (transaction) => {
      const result = await work(transaction);
      await giveFutureGrants(transaction, this);
      return result;
    }, own);
  }

  async begin(name: string | null): Promise<void> {
    if (this.#transaction === null)
      this.#transaction = await Transaction.begin(this.engine, this.connection, true, name);
  }

  async commit(): Promise<void> {
    const transaction = this.#transaction;
    this.#transaction = null;
    await this.#shielded(async () => transaction?.commit());
  }

  async rollback(): Promise<void> {
    const transaction = this.#transaction;
    this.#transaction = null;
    await this.#shielded(async () => transaction?.rollback());
  }

  /** What the binder needs to know of the session. */
  facts(run: Run): SessionFacts {
    const session = this;
    return {
      user: this.user,
      role: this.role,
      // Asked by few statements, and looks at all grants.
      get roles() {
        return inheritedRoles(session.role, session);
      },
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

  /** The statement's own, else the session's. @throws SnowflakeError for a parameter that does not exist */
  parameter(name: string): string {
    const value = this.#statementParameters.get(name) ?? this.parameters.get(name);
    if (value === undefined) throw unknownParameter(name);
    return value;
  }

  /**
   * Sets a session parameter.
   * @throws SnowflakeError for a parameter that does not exist, or a value that it cannot have
   */
  async setParameter(name: string, value: string): Promise<void> {
    const checked = parameterValue(name, value);
    if (name === 'TIMEZONE') await this.#setTimeZone(checked);
    this.parameters.set(name, checked);
    if (isFormatParameter(name)) await this.#followFormats();
  }

  /** DuckDB converts dates, times and binary values to and from text in the session's formats. */
  async #followFormats(): Promise<void> {
    for (const statement of formatVariables((name) => this.parameter(name)))
      await this.connection.run(statement);
  }

  /** DuckDB follows TIMEZONE, on which LTZ values depend. */
  async #setTimeZone(zone: string): Promise<void> {
    try {
      await this.connection.run(`SET TimeZone = ${quote(zone)}`);
    } catch (error) {
      throw invalidValue('TIMEZONE', zone, error);
    }
  }

  /** Parameters of one statement take the place of the session's until they are taken back. */
  async #takeParameters(given: Record<string, string>): Promise<void> {
    const hadZone = this.#statementParameters.has('TIMEZONE');
    const hadFormats = [...this.#statementParameters.keys()].some(isFormatParameter);
    this.#statementParameters = new Map(
      Object.entries(given).map(([name, value]) => [name, parameterValue(name, value)]),
    );
    if (hadZone || this.#statementParameters.has('TIMEZONE'))
      await this.#setTimeZone(this.parameter('TIMEZONE'));
    if (hadFormats || [...this.#statementParameters.keys()].some(isFormatParameter))
      await this.#followFormats();
  }

  /**
   * The least of the session's limit, the warehouse's and the server's own. Source: docs.snowflake.com,
   * STATEMENT_TIMEOUT_IN_SECONDS: the lowest that is not 0 counts.
   */
  #secondsToRun(): number {
    const warehouse = this.engine.catalog.find(['WAREHOUSE'], null, null, this.warehouse ?? '');
    const limits = [
      Number(this.parameter('STATEMENT_TIMEOUT_IN_SECONDS')),
      Number(warehouse?.properties.STATEMENT_TIMEOUT_IN_SECONDS ?? 0),
      this.engine.limits.statementSeconds,
    ];
    return Math.min(...limits.filter((limit) => limit > 0));
  }

  #lockTimeoutMs(): number {
    return Math.min(Number(this.parameter('LOCK_TIMEOUT')), this.engine.limits.lockSeconds) * 1000;
  }

  /** @throws SnowflakeError 999002 for a text that is too long */
  #parse(text: string): Statement {
    const { statementBytes } = this.engine.limits;
    if (Buffer.byteLength(text) > statementBytes)
      throw localLimit(`the text of a statement may be ${statementBytes} bytes long, as in an account.`);
    return parseStatement(text);
  }

  /**
   * Cancels a statement, or all that run or wait; also one that waits for a lock. It fails with 000604. Gives how
   * many there were.
   */
  cancel(queryId?: string): number {
    const meant =
      queryId === undefined ? new Set(this.#statements.values()) : [this.#statements.get(queryId)];
    let count = 0;
    for (const cancellation of meant) {
      if (cancellation === undefined) continue;
      cancellation.cancel(cancelled());
      count++;
    }
    return count;
  }

  #interrupt(): void {
    this.engine.locks.cancel((owner) => owner instanceof Transaction && owner.connection === this.connection);
    this.connection.interrupt();
  }

  async #shielded<T>(work: () => Promise<T>): Promise<T> {
    return this.#running === null ? work() : this.#running.shielded(work);
  }

  /** Whether `close` was called: no statement of it runs any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Ends the session: what runs is cancelled, an open transaction taken back, its temporary tables are dropped. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.cancel();
    await this.#queue;
    await this.rollback();
    this.engine.sessions.delete(this);
    await dropTemporaryObjects(this.engine, (id) => id === this.id);
    this.connection.closeSync();
  }

  async #autocommit<T>(work: (transaction: Transaction) => Promise<T>, transaction: Transaction): Promise<T> {
    transaction.lockTimeoutMs = this.#lockTimeoutMs();
    let result: T;
    try {
      result = await work(transaction);
      this.requireNotCancelled();
    } catch (error) {
      await this.#shielded(() => transaction.rollback());
      throw error;
    }
    await this.#shielded(() => transaction.commit());
    return result;
  }
}
