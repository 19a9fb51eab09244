import { SnowflakeSession, type SnowflakeSettings, type StatementAnswer } from '../shared/snowflake.ts';
import type { MigrationStatement } from './migration-files.ts';
import { sessionEffect } from './statement-effects.ts';

/**
 * The session that migrations run in: apart from the one that keeps lock and history, so that no USE ROLE disturbs
 * those. Each migration finds it in the same state: a run that resumes must see what the first one saw.
 */
export class WorkSession implements AsyncDisposable {
  readonly #settings: SnowflakeSettings;
  readonly #database: string;
  #session: SnowflakeSession | undefined;
  #effect: ReturnType<typeof sessionEffect> = 'none';

  constructor(settings: SnowflakeSettings, database: string) {
    this.#settings = { ...settings, database };
    this.#database = database;
  }

  /** A session in which nothing was said yet. */
  async fresh(): Promise<SnowflakeSession> {
    if (this.#effect === 'state') await this.close();
    this.#session ??= await SnowflakeSession.open(this.#settings);
    // Also the schema PUBLIC, where there is one.
    if (this.#effect === 'schema') await this.#session.execute(`USE DATABASE ${this.#database}`);
    this.#effect = 'none';
    return this.#session;
  }

  /** Runs a statement of the migration in the session that `fresh` gave. @throws SnowflakeStatementError */
  async execute(statement: MigrationStatement, queryTag?: string): Promise<StatementAnswer> {
    if (this.#session === undefined) throw new Error('a migration begins with a fresh session');
    const effect = sessionEffect(statement);
    if (this.#effect !== 'state' && effect !== 'none') this.#effect = effect;
    return this.#session.execute(statement.text, [], queryTag === undefined ? {} : { queryTag });
  }

  /** Ends the session; Snowflake rolls back a transaction that is open in it. */
  async close(): Promise<void> {
    await this.#session?.close();
    this.#session = undefined;
    this.#effect = 'none';
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
