import { localLimit, SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import { snowflakeErrorFromDuck } from '../bind/runtime-error.ts';
import type { EngineLimits } from './limits.ts';

/** DuckDB's messages where a limit of the server ended the statement. */
const LIMITS: [pattern: RegExp, what: (limits: EngineLimits) => string][] = [
  [
    /failed to offload data block|max_temp_directory_size|No space left on device/i,
    ({ spill }) =>
      `the statement needed more than ${spill} of disk beside its memory (spill). Select fewer rows or columns, or raise the limit.`,
  ],
  [
    /^Out of Memory Error|failed to (?:allocate|pin block)/i,
    ({ memory }) =>
      `the statement needed more than ${memory} of memory (memory). Select fewer rows or columns, or raise the limit.`,
  ],
  [/Max(?:imum)? expression depth|expression depth limit|maximum recursion/i, () => TOO_DEEP],
];

const TOO_DEEP =
  'the statement is nested too deeply. Take it apart, with common table expressions or temporary tables.';

/**
 * The Snowflake error that a statement ends with when something below it failed. Undefined for a defect of the
 * server, whose text no client gets.
 */
export function statementError(thrown: unknown, limits: EngineLimits): SnowflakeError | undefined {
  if (thrown instanceof SnowflakeError) return thrown;
  if (thrown instanceof RangeError && /call stack/.test(thrown.message)) {
    return localLimit(TOO_DEEP, { cause: thrown });
  }
  const text = thrown instanceof Error ? thrown.message : '';
  const limit = LIMITS.find(([pattern]) => pattern.test(text));
  if (limit !== undefined) return localLimit(limit[1](limits), { cause: thrown });
  return snowflakeErrorFromDuck(thrown);
}
