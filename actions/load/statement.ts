import { messageOf, UserError } from '../shared/errors.ts';
import { type SnowflakeSession, SnowflakeStatementError, type StatementAnswer } from '../shared/snowflake.ts';

/**
 * Runs one statement of the load action.
 * @throws UserError saying what could not be done, with Snowflake's error and the query id
 */
export async function run(
  session: SnowflakeSession,
  sql: string,
  binds: (string | number)[],
  what: string,
): Promise<StatementAnswer> {
  try {
    return await session.execute(sql, binds);
  } catch (error) {
    const query = error instanceof SnowflakeStatementError && error.queryId ? `, query ${error.queryId}` : '';
    throw new UserError(`Snowflake: could not ${what}: ${messageOf(error)}${query}`, {
      remedy: 'Apply the migrations to this database and check the privileges of the role, then run again.',
      cause: error,
    });
  }
}
