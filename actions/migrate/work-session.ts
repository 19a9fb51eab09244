import { messageOf, UserError } from '../shared/errors.ts';
import { SnowflakeSession, type SnowflakeSettings, type StatementAnswer } from '../shared/snowflake.ts';
import type { MigrationFile, MigrationStatement } from './migration-files.ts';
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
  #timeoutSeconds: number | undefined;

  constructor(settings: SnowflakeSettings, database: string) {
    this.#settings = { ...settings, database };
    this.#database = database;
  }

  /**
   * A session for a migration: nothing was said in it yet but what its directives say.
   * @throws UserError for a role or warehouse that cannot be used
   */
  async begin({ file, directives }: MigrationFile): Promise<SnowflakeSession> {
    const session = await this.#fresh();
    const { role, warehouse, timeout } = directives;
    this.#timeoutSeconds = timeout?.value;
    const wanted = [
      // A warehouse may be one that only the role may use.
      role === null ? null : { sql: `USE ROLE ${role.value}`, ...role },
      warehouse === null ? null : { sql: `USE WAREHOUSE ${warehouse.value}`, ...warehouse },
    ].filter((item) => item !== null);
    for (const { sql, line, column } of wanted) {
      this.#effect = 'state';
      try {
        await session.execute(sql);
      } catch (error) {
        throw new UserError(`${file}:${line}:${column}: ${sql} failed: ${messageOf(error)}`, {
          location: { file, line, column },
          remedy: 'Correct the directive, or grant what it needs. Nothing of this migration has run.',
          cause: error,
        });
      }
    }
    return session;
  }

  async #fresh(): Promise<SnowflakeSession> {
    if (this.#effect === 'state') await this.close();
    this.#session ??= await SnowflakeSession.open(this.#settings);
    // Also the schema PUBLIC, where there is one.
    if (this.#effect === 'schema') await this.#session.execute(`USE DATABASE ${this.#database}`);
    this.#effect = 'none';
    return this.#session;
  }

  /** Runs a statement of the migration in the session that `begin` gave. @throws SnowflakeStatementError */
  async execute(statement: MigrationStatement, queryTag?: string): Promise<StatementAnswer> {
    if (this.#session === undefined) throw new Error('a migration begins with a fresh session');
    const effect = sessionEffect(statement);
    if (this.#effect !== 'state' && effect !== 'none') this.#effect = effect;
    return this.#session.execute(statement.text, [], {
      ...(queryTag === undefined ? {} : { queryTag }),
      timeoutSeconds: this.#timeoutSeconds,
    });
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
