import { messageOf, UserError } from '../shared/errors.ts';
import { SnowflakeStatementError } from '../shared/snowflake.ts';
import type { MigrateReport } from './migrate.ts';
import type { MigrationFile, MigrationStatement } from './migration-files.ts';

/** Which statement ended the run, and why. */
export interface FailedStatement {
  migration: string;
  file: string;
  /** 1-based line of the file: the one that Snowflake named, else that on which the statement begins. */
  line: number;
  statement: number;
  error: string;
  queryId: string | null;
}

/** A statement that Snowflake refused, or whose answer never came. `report` says what was applied before it. */
export class MigrationFailedError extends UserError {
  readonly failed: FailedStatement;
  report: MigrateReport | undefined;

  constructor(failed: FailedStatement, message: string, remedy: string, cause: unknown) {
    super(message, { location: { file: failed.file, line: failed.line }, remedy, cause });
    this.failed = failed;
  }
}

/** Whether Snowflake answered that the statement failed; otherwise nobody knows yet what became of it. */
export function isRefusal(error: unknown): error is SnowflakeStatementError {
  return error instanceof SnowflakeStatementError && error.queryId !== undefined;
}

/** `hide` takes secrets out of Snowflake's words; `note` says what is applied and where the next run goes on. */
export function failureOf(
  migration: MigrationFile,
  statement: MigrationStatement,
  { error, hide }: { error: unknown; hide: (text: string) => string },
  note: string,
): MigrationFailedError {
  const refusal = isRefusal(error) ? error : undefined;
  const line = statement.line + (refusal?.line ?? 1) - 1;
  const failed: FailedStatement = {
    migration: migration.name,
    file: migration.file,
    line,
    statement: statement.number,
    error: hide(messageOf(error)),
    queryId: refusal?.queryId ?? null,
  };
  const which = `${migration.file}:${line}: statement ${statement.number} of ${migration.statements.length}`;
  if (refusal === undefined) {
    return new MigrationFailedError(
      failed,
      `${which}: the connection to Snowflake was lost: ${failed.error}`,
      'Run again: it finds out first whether the statement ran.',
      error,
    );
  }
  return new MigrationFailedError(
    failed,
    `${which} failed: ${failed.error} (query ${failed.queryId})`,
    `Correct it and run again. ${note}`,
    error,
  );
}
