import { lstatSync } from 'node:fs';
import { type MigrationStatement, problemOf, readStatements } from '../migrate/migration-files.ts';
import type { Problem } from '../migrate/problem.ts';
import { messageOf, UserError } from '../shared/errors.ts';
import { SnowflakeSession, type SnowflakeSettings, SnowflakeStatementError } from '../shared/snowflake.ts';

/** The SQL that an administrator runs once per environment, before the first migration. */
export interface Bootstrap {
  file: string;
  statements: MigrationStatement[];
}

/** Reads the bootstrap as a migration is read; what is wrong with the file is a problem, and there are no statements. */
export function readBootstrap(
  file: string,
  variables: Readonly<Record<string, string>>,
): { bootstrap: Bootstrap; problems: Problem[] } {
  const nothing = { file, statements: [] };
  try {
    lstatSync(file);
  } catch (error) {
    const message = `the bootstrap cannot be read: ${messageOf(error)}`;
    const remedy = 'Run from the repository root, or give the input "bootstrap".';
    return { bootstrap: nothing, problems: [{ file, line: 1, message, remedy }] };
  }
  try {
    return { bootstrap: { file, statements: readStatements(file, variables) }, problems: [] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { bootstrap: nothing, problems: [problemOf(error, file)] };
  }
}

/** Runs it in a session of its own; the problem is the statement that Snowflake refused. */
export async function runBootstrap(
  { file, statements }: Bootstrap,
  settings: SnowflakeSettings,
): Promise<Problem | null> {
  await using session = await SnowflakeSession.open(settings);
  for (const statement of statements) {
    try {
      await session.execute(statement.text);
    } catch (error) {
      if (!(error instanceof SnowflakeStatementError)) throw error;
      return {
        file,
        line: statement.line + (error.line ?? 1) - 1,
        message: `statement ${statement.number} of the bootstrap fails on the local Snowflake: ${error.message}`,
        remedy: 'Correct the bootstrap; no migration has been tried.',
      };
    }
  }
  return null;
}
