import { pathToFileURL } from 'node:url';
import { messageOf, UserError } from '../shared/errors.ts';
import { type SnowflakeSession, SnowflakeStatementError, type StatementAnswer } from '../shared/snowflake.ts';
import { CUSTOMER_COLUMNS } from './customer-row.ts';
import type { GzippedCsv, Validated } from './validate.ts';

/** Rows of one upload as they are in bronze now. */
export interface LoadReport {
  uploadId: string;
  loaded: number;
  rejected: number;
  /** True when the upload had been loaded before; nothing was loaded again. */
  alreadyLoaded: boolean;
}

/** One file of an upload and the table that takes it. */
interface StagedFile {
  file: GzippedCsv;
  /** Its name on the stage, the same for every upload: what an upload is called does not matter. */
  name: string;
  table: string;
  loadIdColumn: string;
  columns: string[];
  /** Expressions over the staged file, one for each of `columns`. */
  values: string[];
}

/** As `validate.ts` writes the files, whatever format the stage has. */
const FILE_FORMAT =
  `(TYPE = CSV COMPRESSION = GZIP SKIP_HEADER = 1 FIELD_DELIMITER = ',' FIELD_OPTIONALLY_ENCLOSED_BY = '"' ` +
  'ESCAPE_UNENCLOSED_FIELD = NONE NULL_IF = ())';

/**
 * Puts a validated upload to the internal stage under its id and copies good rows into `table` and rejected
 * ones into `<table>_REJECTED`. What an earlier run has loaded of the same content is found by the load id
 * and left alone, so a second, renamed or broken-off upload ends with every row once.
 * @throws UserError when the rows in Snowflake do not add up to the rows of the file.
 */
export async function loadUpload(
  session: SnowflakeSession,
  upload: Validated,
  target: { table: string; stage: string },
): Promise<LoadReport> {
  const { uploadId } = upload;
  const id = `'${uploadId}'`;
  const staged: StagedFile[] = [
    {
      file: upload.bad,
      name: 'rejected.csv.gz',
      table: `${target.table}_REJECTED`,
      loadIdColumn: 'LOAD_ID',
      columns: ['LOAD_ID', 'FILE_NAME', 'LINE_NUMBER', 'REASON', 'RAW_LINE'],
      values: [id, '$1', '$2', '$3', '$4'],
    },
    {
      file: upload.good,
      name: 'customers.csv.gz',
      table: target.table,
      loadIdColumn: '_LOAD_ID',
      columns: [...CUSTOMER_COLUMNS.map((name) => name.toUpperCase()), '_FILE_NAME', '_FILE_ROW', '_LOAD_ID'],
      values: [
        ...CUSTOMER_COLUMNS.map((_, index) => `$${index + 1}`),
        'METADATA$FILENAME',
        'METADATA$FILE_ROW_NUMBER',
        id,
      ],
    },
  ];
  let copied = false;
  for (const part of staged) {
    if (await loadFile(session, part, `@${target.stage}/${uploadId}/`, uploadId)) copied = true;
  }
  return {
    uploadId,
    loaded: upload.good.rows,
    rejected: upload.bad.rows,
    alreadyLoaded: !copied && upload.good.rows + upload.bad.rows > 0,
  };
}

/** Returns whether anything had to be copied. */
async function loadFile(
  session: SnowflakeSession,
  part: StagedFile,
  location: string,
  uploadId: string,
): Promise<boolean> {
  const expected = part.file.rows;
  const before = await countRows(session, part, uploadId);
  if (before === expected) return false;
  if (before !== 0) throw countError(part, uploadId, before);

  await putFile(session, part, location);
  const answer = await run(
    session,
    `COPY INTO ${part.table} (${part.columns.join(', ')})
     FROM (SELECT ${part.values.join(', ')} FROM ${location})
     FILES = ('${part.name}') FILE_FORMAT = ${FILE_FORMAT} ON_ERROR = ABORT_STATEMENT`,
    `copy ${part.name} into ${part.table}`,
  );
  checkCopy(answer, part, location);
  const after = await countRows(session, part, uploadId);
  if (after !== expected) throw countError(part, uploadId, after);
  return true;
}

async function putFile(session: SnowflakeSession, part: StagedFile, location: string): Promise<void> {
  // A quoted file URI may hold spaces; a quote in the path itself is escaped.
  const uri = decodeURI(pathToFileURL(part.file.path).href).replaceAll("'", "\\'");
  const answer = await run(
    session,
    `PUT '${uri}' ${location} AUTO_COMPRESS = FALSE SOURCE_COMPRESSION = GZIP OVERWRITE = TRUE`,
    `put ${part.name} to ${location}`,
  );
  const status = String(field(answer, 'status') ?? 'no answer');
  if (status.toUpperCase() !== 'UPLOADED') {
    throw new UserError(`Snowflake: put ${part.name} to ${location}: ${status}`, {
      remedy: 'Check the WRITE privilege on the stage, then run again.',
    });
  }
}

/** COPY answers with one row per file; the counts there must be those of the file that was put. */
function checkCopy(answer: StatementAnswer, part: StagedFile, location: string): void {
  const status = String(field(answer, 'status') ?? '');
  if (field(answer, 'file') === undefined) {
    throw new UserError(
      `Snowflake: ${part.name} of ${location} was not loaded into ${part.table}: ${status}`,
      {
        remedy:
          "The table's load history has this file, but its rows are gone. Restore them with Time Travel, or change the file's content to load it again.",
      },
    );
  }
  const parsed = Number(field(answer, 'rows_parsed'));
  const loaded = Number(field(answer, 'rows_loaded'));
  if (status !== 'LOADED' || parsed !== part.file.rows || loaded !== part.file.rows) {
    throw new UserError(
      `Snowflake: ${part.name} has ${part.file.rows} rows; COPY INTO ${part.table} parsed ${parsed} and loaded ${loaded} (${status}), query ${answer.queryId}`,
      { remedy: `Delete the rows of this load from ${part.table} and run again.` },
    );
  }
}

async function countRows(session: SnowflakeSession, part: StagedFile, uploadId: string): Promise<number> {
  const answer = await run(
    session,
    `SELECT COUNT(*) AS ROWS_LOADED FROM ${part.table} WHERE ${part.loadIdColumn} = '${uploadId}'`,
    `read ${part.table}`,
  );
  return Number(field(answer, 'rows_loaded'));
}

function countError(part: StagedFile, uploadId: string, found: number): UserError {
  return new UserError(
    `${part.table} has ${found} rows of upload ${uploadId}, the file has ${part.file.rows}: the counts do not add up`,
    { remedy: `Delete the rows with ${part.loadIdColumn} = '${uploadId}' from ${part.table} and run again.` },
  );
}

async function run(session: SnowflakeSession, sql: string, what: string): Promise<StatementAnswer> {
  try {
    return await session.execute(sql);
  } catch (error) {
    const query = error instanceof SnowflakeStatementError && error.queryId ? `, query ${error.queryId}` : '';
    throw new UserError(`Snowflake: could not ${what}: ${messageOf(error)}${query}`, {
      remedy: 'Apply the migrations to this database and check the privileges of the role, then run again.',
      cause: error,
    });
  }
}

/** A column of the first row, by its name in any case. */
function field(answer: StatementAnswer, name: string): unknown {
  const row = answer.rows[0] ?? {};
  const key = Object.keys(row).find((column) => column.toLowerCase() === name);
  return key === undefined ? undefined : (row[key] ?? undefined);
}
