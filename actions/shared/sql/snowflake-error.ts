import type { Position } from './position.ts';

/**
 * A statement refused as Snowflake would refuse it: error number, SQLSTATE and text.
 * `position` is where in the statement's text.
 */
export class SnowflakeError extends Error {
  override name = 'SnowflakeError';
  /** Six digits, e.g. '002003'. */
  readonly code: string;
  readonly sqlState: string;
  readonly position: Position | undefined;

  constructor(
    code: string,
    sqlState: string,
    message: string,
    options: { position?: Position | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.sqlState = sqlState;
    this.position = options.position;
  }
}

/** 001003: the text is not Snowflake SQL. `what` such as `unexpected 'FORM'.` */
export function syntaxError(what: string, position: Position): SnowflakeError {
  return new SnowflakeError(
    '001003',
    '42000',
    `SQL compilation error:\nsyntax error line ${position.line} at position ${position.column} ${what}`,
    { position },
  );
}

/** A compilation error with the text Snowflake gives after "SQL compilation error:" and the place. */
export function compilationError(
  code: string,
  sqlState: string,
  what: string,
  position?: Position,
): SnowflakeError {
  const at = position === undefined ? '' : `error line ${position.line} at position ${position.column}\n`;
  return new SnowflakeError(code, sqlState, `SQL compilation error: ${at}${what}`, { position });
}

/** 002003: missing, or no privilege; Snowflake does not tell which. `type` such as Table, Schema, Object. */
export function doesNotExist(type: string, name: string, position?: Position): SnowflakeError {
  return new SnowflakeError(
    '002003',
    '42S02',
    `SQL compilation error:\n${type} '${name}' does not exist or not authorized.`,
    { position },
  );
}

/** 002002 */
export function alreadyExists(name: string, position?: Position): SnowflakeError {
  return new SnowflakeError('002002', '42710', `SQL compilation error:\nObject '${name}' already exists.`, {
    position,
  });
}

/** 000904 */
export function invalidIdentifier(name: string, position: Position): SnowflakeError {
  return compilationError('000904', '42000', `invalid identifier '${name}'`, position);
}

/**
 * Valid Snowflake, or not known to be, that the local server does not carry out. An error of its own
 * number, so that nobody takes it for Snowflake's word: 999001.
 */
export function notSupportedHere(construct: string, position?: Position): SnowflakeError {
  const at = position === undefined ? '' : ` (line ${position.line}, position ${position.column})`;
  return new SnowflakeError(
    '999001',
    '0A000',
    `Not supported by the local Snowflake: ${construct}${at}. A real account may run it.`,
    { position },
  );
}

/** 999002: a limit of the local server, such as its memory; `what` says which, and how to go on. */
export function localLimit(what: string, options: { cause?: unknown } = {}): SnowflakeError {
  return new SnowflakeError('999002', '54000', `Limit of the local Snowflake: ${what}`, options);
}

/** 000002 */
export function unsupportedFeature(feature: string, position: Position): SnowflakeError {
  return compilationError('000002', '0A000', `Unsupported feature '${feature}'.`, position);
}
