import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { RelationSource } from '../../bind/bound.ts';
import { columns, integer, rowsRelation, text } from '../dml/rows-relation.ts';
import type { Engine } from '../engine.ts';
import type { TableRecord } from '../objects.ts';
import type { Session } from '../session.ts';
import type { LoadError } from './load-error.ts';

/** Bad records of one file of a COPY; more than are kept are only counted. */
export interface FileErrors {
  file: string;
  errors: LoadError[];
  seen: number;
}

interface CopyJob {
  tableId: number;
  sessionId: string;
  /** A transforming COPY cannot be validated. */
  transforms: boolean;
  files: FileErrors[];
}

/** So many errors of a file are kept for VALIDATE. */
export const KEPT_ERRORS = 200;
const KEPT_JOBS = 200;

const jobs = new WeakMap<Engine, Map<string, CopyJob>>();

/** Remembers a COPY by its query id, in memory: VALIDATE asks for it later. */
export function recordCopyJob(engine: Engine, queryId: string, job: CopyJob): void {
  const known = jobs.get(engine) ?? new Map<string, CopyJob>();
  jobs.set(engine, known);
  known.set(queryId, job);
  const oldest = known.keys().next().value;
  if (known.size > KEPT_JOBS && oldest !== undefined) known.delete(oldest);
}

/** A bad record of a COPY that is going. */
export function recordFileErrors(engine: Engine, queryId: string, errors: FileErrors): void {
  jobs.get(engine)?.get(queryId)?.files.push(errors);
}

/** Source of the columns: docs.snowflake.com, COPY INTO <table>, "Validating staged files"; VALIDATE has the same. */
export const errorColumns = columns({
  ERROR: text,
  FILE: text,
  LINE: integer,
  CHARACTER: integer,
  BYTE_OFFSET: integer,
  CATEGORY: text,
  CODE: integer,
  SQL_STATE: text,
  COLUMN_NAME: text,
  ROW_NUMBER: integer,
  ROW_START_LINE: integer,
});

export function errorRow(error: LoadError, file: string): (string | null)[] {
  return [
    error.message,
    file,
    String(error.line),
    error.character === null ? null : String(error.character),
    null,
    error.category,
    error.code,
    error.sqlState,
    error.column,
    String(error.row),
    String(error.rowLine),
  ];
}

/**
 * TABLE(VALIDATE(t, JOB_ID => 'query id' | '_last')): every error of a past COPY into the table. Source: its page.
 * @throws SnowflakeError for a job that is not known, or that had more errors than are kept
 */
export function validateRelation(table: TableRecord, jobId: string, session: Session): RelationSource {
  const known = [...(jobs.get(session.engine) ?? [])];
  const found =
    jobId.toLowerCase() === '_last'
      ? known.findLast(([, job]) => job.tableId === table.id && job.sessionId === session.id)
      : known.find(([id, job]) => id === jobId && job.tableId === table.id);
  if (found === undefined)
    throw new SnowflakeError(
      '000709',
      '02000',
      `Statement ${jobId} not found: no COPY INTO ${table.name} has this id.`,
    );
  const { files, transforms } = found[1];
  if (transforms)
    throw new SnowflakeError(
      '002099',
      '0A000',
      'SQL compilation error:\nVALIDATE is not supported for COPY statements that transform data.',
    );
  const lost = files.find(({ errors, seen }) => errors.length < seen);
  if (lost !== undefined)
    throw new SnowflakeError(
      '999001',
      '0A000',
      `Not supported by the local Snowflake: VALIDATE of a file with more than ${KEPT_ERRORS} errors (${lost.file}). Use VALIDATION_MODE = RETURN_ALL_ERRORS.`,
    );
  return rowsRelation(
    errorColumns,
    files.flatMap(({ file, errors }) => errors.map((error) => errorRow(error, file))),
  );
}
