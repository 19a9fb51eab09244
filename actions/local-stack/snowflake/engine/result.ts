import type { Column } from '../../../shared/sql/types.ts';
import type { ResultChunk } from './result-chunks.ts';

/** The answer to a statement. Values are in the encoding of Snowflake's JSON row set (see encode.ts): text or null. */
export interface StatementResult {
  columns: Column[];
  rows: (string | null)[][];
  /** Further rows, in files, of a large result of a statement that was run for a client. */
  chunks?: ResultChunk[];
  /** What lets a client fetch them. */
  chunkKey?: string;
  /** What kind of statement it was, as the driver reports it. */
  type: StatementType;
  /** Rows inserted + updated + deleted, for DML. */
  rowsAffected: number;
  /** PUT and GET: what the driver needs to move the files itself. */
  transfer?: Record<string, unknown>;
}

/** Snowflake's statement type ids, which the driver uses to tell DML from queries. Source: the drivers' StatementType tables. */
export const statementTypes = {
  SELECT: 0x1000,
  DML: 0x3000,
  INSERT: 0x3100,
  UPDATE: 0x3200,
  DELETE: 0x3300,
  MERGE: 0x3400,
  MULTI_INSERT: 0x3500,
  COPY: 0x3600,
  UNLOAD: 0x3700,
  SCL: 0x4000,
  TCL: 0x5000,
  DDL: 0x6000,
} as const;
export type StatementType = keyof typeof statementTypes;

/** How many rows a result has, in memory and in files. */
export function rowCount({ rows, chunks = [] }: StatementResult): number {
  return chunks.reduce((sum, chunk) => sum + chunk.rows, rows.length);
}

/** A one-row `status` result, which is what DDL and session statements answer. */
export function statusResult(status: string, type: StatementType = 'DDL'): StatementResult {
  return {
    columns: [{ name: 'status', type: { name: 'VARCHAR', length: 16_777_216 }, nullable: true }],
    rows: [[status]],
    type,
    rowsAffected: 0,
  };
}
