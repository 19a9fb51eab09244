import type { Position } from '../../../../shared/sql/position.ts';
import { compilationError, SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';

/**
 * Errors of Snowflake Scripting. Documented with their numbers: 092228 (variables), 090236 (unsupported statement).
 * The texts of the others are Snowflake's; where the number is not documented, it is that of the nearest kind.
 */
const UNKNOWN_COMPILATION = '092228';
const UNKNOWN_EXECUTION = '100132';

/** Source: docs.snowflake.com, "Working with variables". */
export function cannotInfer(name: string, position: Position): SnowflakeError {
  return compilationError(
    '092228',
    'P0000',
    ` variable '${name}' cannot have its type inferred from initializer`,
    position,
  );
}

export function incompatibleReturn(declared: string, actual: string, position: Position): SnowflakeError {
  return compilationError(
    UNKNOWN_COMPILATION,
    'P0000',
    ` Declared return type '${declared}' is incompatible with actual return type '${actual}'`,
    position,
  );
}

export function missingReturn(): SnowflakeError {
  return new SnowflakeError(
    UNKNOWN_COMPILATION,
    'P0000',
    'SQL compilation error: stored procedure is missing a return statement',
  );
}

export function misplacedJump(word: string, position: Position): SnowflakeError {
  return compilationError(
    UNKNOWN_COMPILATION,
    'P0000',
    ` ${word} is not within a loop that it can leave`,
    position,
  );
}

/** Source: docs.snowflake.com, "Writing stored procedures in Snowflake Scripting", RETURNS TABLE. */
export function otherTable(): SnowflakeError {
  return new SnowflakeError(
    UNKNOWN_EXECUTION,
    'P0000',
    'Stored procedure execution error: data type of returned table does not match expected returned table type',
  );
}

export function severalRows(rows: number): SnowflakeError {
  return new SnowflakeError(
    UNKNOWN_EXECUTION,
    'P0000',
    `A SELECT INTO statement expects exactly 1 returned row, but got ${rows}.`,
  );
}

export function noVariable(position: Position): SnowflakeError {
  return compilationError(
    UNKNOWN_COMPILATION,
    'P0000',
    ' an OUT argument takes a variable of a block',
    position,
  );
}

export function cursorNotOpen(name: string): SnowflakeError {
  return new SnowflakeError(UNKNOWN_EXECUTION, 'P0000', `Cursor '${name}' is not open.`);
}

export function noResult(name: string): SnowflakeError {
  return new SnowflakeError(UNKNOWN_EXECUTION, 'P0000', `RESULTSET '${name}' holds no result.`);
}

export function needsAwait(name: string): SnowflakeError {
  return new SnowflakeError(
    UNKNOWN_EXECUTION,
    'P0000',
    `RESULTSET '${name}' is of an ASYNC job: AWAIT it before it is read.`,
  );
}

export function nestedTooDeep(limit: number): SnowflakeError {
  return new SnowflakeError(
    UNKNOWN_EXECUTION,
    'P0000',
    `Stored procedure execution error: calls are nested more than ${limit} levels deep`,
  );
}

/** Source: docs.snowflake.com, "Transactions", Scoped transactions. */
export function transactionOfAnotherScope(): SnowflakeError {
  return new SnowflakeError(
    UNKNOWN_EXECUTION,
    'P0000',
    'Modifying a transaction that has started at a different scope is not allowed.',
  );
}

/** Same page: a transaction that a procedure leaves open is rolled back. */
export function transactionLeftOpen(): SnowflakeError {
  return new SnowflakeError(
    UNKNOWN_EXECUTION,
    'P0000',
    'Stored procedure execution error: Scoped transaction started in stored procedure is incomplete and it was rolled back.',
  );
}

export function unsupportedStatement(type: string): SnowflakeError {
  return new SnowflakeError('090236', '42601', `Unsupported statement type '${type}'.`);
}

export function variableNotAllowed(name: string): SnowflakeError {
  return new SnowflakeError(
    UNKNOWN_EXECUTION,
    'P0000',
    `Use of session variable '$${name}' is not allowed in owners rights stored procedure`,
  );
}
