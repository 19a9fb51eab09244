import type { Position } from '../../../../shared/sql/position.ts';
import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { snowflakeErrorFromDuck } from '../../bind/runtime-error.ts';
import type { ScriptExceptionDeclaration } from './script-scope.ts';

/** Why a block's statement failed, while handlers are looked for. */
export class ScriptException extends Error {
  override name = 'ScriptException';
  /** STATEMENT_ERROR, EXPRESSION_ERROR or the name of a declared exception. */
  readonly type: string;
  readonly declaration: ScriptExceptionDeclaration | null;
  /** As the error's number is reported: six digits, or the negative number of a declared exception. */
  readonly code: string;
  readonly sqlState: string;
  /** Null: a declared exception without a text. */
  readonly text: string | null;
  readonly position: Position;

  constructor(fields: Omit<ScriptException, keyof Error>, cause?: unknown) {
    super(fields.text ?? fields.type, cause === undefined ? undefined : { cause });
    this.type = fields.type;
    this.declaration = fields.declaration;
    this.code = fields.code;
    this.sqlState = fields.sqlState;
    this.text = fields.text;
    this.position = fields.position;
  }
}

/** RAISE of a declared exception. Source: docs.snowflake.com, RAISE (Snowflake Scripting). */
export function raised(declaration: ScriptExceptionDeclaration, position: Position): ScriptException {
  return new ScriptException({
    type: declaration.name,
    declaration,
    code: String(declaration.number),
    sqlState: 'P0001',
    text: declaration.message,
    position,
  });
}

/**
 * The exception that a failure is within a block. Cancellation, timeouts and what the local server does not carry out
 * are none: no handler may hide them.
 */
export function exceptionFrom(
  error: unknown,
  type: 'STATEMENT_ERROR' | 'EXPRESSION_ERROR',
  position: Position,
): unknown {
  if (error instanceof ScriptException) return error;
  const known = snowflakeErrorFromDuck(error);
  if (known === undefined) return error;
  if (UNCATCHABLE.has(known.code)) return known;
  return new ScriptException(
    { type, declaration: null, code: known.code, sqlState: known.sqlState, text: known.message, position },
    error,
  );
}

/** Cancelled, timed out, not supported here, beyond a limit of the local server. */
const UNCATCHABLE = new Set(['000604', '000630', '999001', '999002']);

/** What the client gets when no block has handled it. Source: docs.snowflake.com, "Handling exceptions". */
export function uncaught(exception: ScriptException): SnowflakeError {
  const { type, text, position } = exception;
  const told = text === null ? '' : ` : ${text}`;
  return new SnowflakeError(
    exception.code,
    exception.sqlState,
    `Uncaught exception of type '${type}' on line ${position.line} at position ${position.column}${told}`,
    { position, cause: exception },
  );
}
