import type { SnowflakeSession } from '../shared/snowflake.ts';
import { run } from './statement.ts';

/** One attempt at a file, as COPY_HISTORY has it. */
export interface FileAttempt {
  /** Stage and file name as one path: it ends with the key of the object. */
  path: string;
  status: string;
  rows: number;
  bytes: number;
  firstError: string | null;
  /** Milliseconds since 1970, by Snowflake's clock. */
  endedAt: number;
}

/**
 * What COPY and pipes did with files of a load, oldest attempt first. The history goes 14 days back.
 * Source of names, states and limits: docs.snowflake.com, COPY_HISTORY (table function).
 *
 * @param table full name of the table
 * @param path part of the files' paths that only this load has
 */
export async function readCopyHistory(
  session: SnowflakeSession,
  table: string,
  path: string,
): Promise<FileAttempt[]> {
  const { rows } = await run(
    session,
    `SELECT STAGE_LOCATION, FILE_NAME, STATUS, ROW_COUNT, FILE_SIZE, FIRST_ERROR_MESSAGE,
            FIRST_ERROR_LINE_NUMBER, FIRST_ERROR_COLUMN_NAME,
            DATE_PART(EPOCH_MILLISECOND, LAST_LOAD_TIME) AS ENDED_AT
     FROM TABLE(${table.split('.')[0]}.INFORMATION_SCHEMA.COPY_HISTORY(
       TABLE_NAME => '${table}', START_TIME => DATEADD(HOUR, -335, CURRENT_TIMESTAMP())))
     WHERE CONTAINS(FILE_NAME, ?)
     ORDER BY LAST_LOAD_TIME`,
    [path],
    `read the copy history of ${table}`,
  );
  return rows.map((row) => ({
    path: `${String(row.STAGE_LOCATION ?? '').replace(/\/?$/, '/')}${row.FILE_NAME}`,
    status: String(row.STATUS),
    rows: Number(row.ROW_COUNT ?? 0),
    bytes: Number(row.FILE_SIZE ?? 0),
    firstError: firstErrorOf(row),
    endedAt: Number(row.ENDED_AT),
  }));
}

/** Message with row and column of the file, where Snowflake names them. */
function firstErrorOf(row: Record<string, unknown>): string | null {
  if (row.FIRST_ERROR_MESSAGE == null) return null;
  const { FIRST_ERROR_LINE_NUMBER: line, FIRST_ERROR_COLUMN_NAME: column } = row;
  const where = [line == null ? [] : `row ${line}`, column == null ? [] : `column ${column}`].flat();
  return `${where.length === 0 ? '' : `${where.join(', ')}: `}${row.FIRST_ERROR_MESSAGE}`;
}

/** The time of Snowflake's clock in milliseconds since 1970: the only clock that its histories go by. */
export async function readClock(session: SnowflakeSession): Promise<number> {
  const { rows } = await run(
    session,
    'SELECT DATE_PART(EPOCH_MILLISECOND, CURRENT_TIMESTAMP()) AS NOW',
    [],
    'read the clock',
  );
  return Number(rows[0]?.NOW);
}

/**
 * Whether a path that Snowflake reports is the object with this key. It reports names relative to the stage's
 * URL, so that a stage on a prefix of the bucket shows less of the key.
 */
export function isKey(path: string, key: string): boolean {
  return path === key || path.endsWith(`/${key}`);
}
