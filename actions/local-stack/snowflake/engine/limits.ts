import { totalmem } from 'node:os';

/**
 * What one engine allows itself, so that no statement takes the machine: beyond a limit the statement ends with
 * error 999002 (or 000630 for time), and the server goes on.
 */
export interface EngineLimits {
  /** Memory for DuckDB, as DuckDB reads sizes: '4GB'. */
  memory: string;
  /** What a statement may spill to the data directory beyond that: '20GB'. */
  spill: string;
  /** How long a statement may run, in seconds, whatever STATEMENT_TIMEOUT_IN_SECONDS says. */
  statementSeconds: number;
  /** How long a statement waits for another transaction's lock, in seconds, whatever LOCK_TIMEOUT says. */
  lockSeconds: number;
  /** Length of a statement's text, in bytes. Source: docs.snowflake.com, "Query size limits": 1 MB. */
  statementBytes: number;
  /** Text of the rows of one result, in bytes, that is kept in memory: for scripts, tasks and the like. */
  memoryResultBytes: number;
  /** Text of the rows of one result, in bytes, on disk: what a client may fetch. */
  resultBytes: number;
  /** Sessions of clients that are open at once. */
  sessions: number;
}

const GIGABYTE = 1024 ** 3;

/** A quarter of the machine's memory, at most 4 GB. */
export function defaultLimits(): EngineLimits {
  return {
    memory: `${Math.max(1, Math.min(4, Math.floor(totalmem() / 4 / GIGABYTE)))}GB`,
    spill: '20GB',
    statementSeconds: 3600,
    lockSeconds: 60,
    statementBytes: 1024 ** 2,
    memoryResultBytes: 256 * 1024 ** 2,
    resultBytes: 8 * GIGABYTE,
    sessions: 500,
  };
}
