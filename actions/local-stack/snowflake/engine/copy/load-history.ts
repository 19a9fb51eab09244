import type { DuckDBConnection } from '@duckdb/node-api';
import { quote } from '../../bind/value.ts';
import type { Engine } from '../engine.ts';
import type { StagedFile } from '../stages/stage-files.ts';
import type { Location } from '../stages/stage-location.ts';
import type { Transaction } from '../transaction.ts';
import type { LoadError } from './load-error.ts';

type LoadStatus = 'LOADED' | 'PARTIALLY_LOADED' | 'LOAD_FAILED' | 'LOAD_SKIPPED';

/** What became of one file. */
export interface FileLoad {
  /** The file as COPY names it. */
  name: string;
  file: StagedFile | null;
  status: LoadStatus;
  rowsParsed: number;
  rowsLoaded: number;
  errorLimit: number;
  errorsSeen: number;
  firstError: Pick<LoadError, 'message' | 'line' | 'character' | 'column'> | null;
}

const DAY = 86_400_000_000;
/** A table remembers the files it has loaded for 64 days, a pipe for 14. Source: docs.snowflake.com, "Introduction to Snowpipe". */
const TABLE_MEMORY = 64 * DAY;
const PIPE_MEMORY = 14 * DAY;

/** Creates the tables of load metadata, once per database. `pipe_id` is NULL for COPY. */
export async function createLoadHistory(connection: DuckDBConnection): Promise<void> {
  const columns =
    'table_id BIGINT, pipe_id BIGINT, source VARCHAR, etag VARCHAR, file_name VARCHAR, stage VARCHAR, size BIGINT, received_at BIGINT, loaded_at BIGINT, status VARCHAR, rows_parsed BIGINT, rows_loaded BIGINT, error_limit BIGINT, errors_seen BIGINT, first_error VARCHAR, first_error_line BIGINT, first_error_character BIGINT, first_error_column VARCHAR';
  await connection.run(`CREATE TABLE IF NOT EXISTS catalog.loads (${columns})`);
  await connection.run(`CREATE TABLE IF NOT EXISTS catalog.pipe_loads (${columns})`);
}

/** STAGE_LOCATION of COPY_HISTORY: the URL that file names follow, or the stage's name. */
export function stageName(location: Location): string {
  return location.root.kind === 's3' ? location.label : location.name;
}

/** Whose history a load belongs to. */
export interface Loader {
  tableId: number;
  pipeId: number | null;
}

/** Keys of the files that the table (or the pipe) has loaded and still remembers: `fileKey`. */
export async function loadedFiles(
  transaction: Transaction,
  loader: Loader,
  now: number,
): Promise<Set<string>> {
  const [table, owner, memory] =
    loader.pipeId === null
      ? ['catalog.loads', `table_id = ${loader.tableId}`, TABLE_MEMORY]
      : ['catalog.pipe_loads', `pipe_id = ${loader.pipeId}`, PIPE_MEMORY];
  const rows = await transaction.query(
    `SELECT source, etag FROM ${table} WHERE ${owner} AND loaded_at > ${now - memory} AND status IN ('LOADED', 'PARTIALLY_LOADED')`,
  );
  return new Set(rows.map(([source, etag]) => (loader.pipeId === null ? `${source}\0${etag}` : `${source}`)));
}

/**
 * What COPY and pipes know a loaded file by. COPY: name and content, so that new content is loaded again. A pipe:
 * the name alone; what is staged under it later is left out, whatever it holds.
 * Source: docs.snowflake.com, "Troubleshooting Snowpipe", Unable to reload modified data.
 */
export function fileKey(engine: Engine, loader: Loader, file: StagedFile): string {
  const name = sourceName(engine, file);
  return loader.pipeId === null ? `${name}\0${file.etag}` : name;
}

/**
 * Whether nobody can tell if a file was loaded: it is older than what the table remembers, and so is the table's
 * first load. Source: docs.snowflake.com, "Loading older files", LOAD_UNCERTAIN_FILES.
 */
export async function uncertainFiles(
  transaction: Transaction,
  tableId: number,
  now: number,
): Promise<(file: StagedFile) => boolean> {
  const [row] = await transaction.query(
    `SELECT min(loaded_at) FROM catalog.loads WHERE table_id = ${tableId} AND status IN ('LOADED', 'PARTIALLY_LOADED')`,
  );
  const first = row![0];
  const forgotten = now - TABLE_MEMORY;
  return (file) => first !== null && Number(first) < forgotten && file.lastModified < forgotten;
}

/** Writes what became of the files into the history, in the load's own transaction. */
export async function recordLoads(
  transaction: Transaction,
  loader: Loader,
  stage: string,
  loads: FileLoad[],
  now: number,
  receivedAt: (load: FileLoad) => number | null = () => null,
): Promise<void> {
  const rows = loads
    .filter((load) => load.status !== 'LOAD_SKIPPED')
    .map((load) => {
      const { file, firstError } = load;
      const values = [
        loader.tableId,
        loader.pipeId,
        file === null ? null : sourceName(transaction.engine, file),
        file?.etag ?? null,
        file?.path ?? load.name,
        stage,
        file?.size ?? null,
        receivedAt(load),
        now,
        load.status,
        load.rowsParsed,
        load.rowsLoaded,
        load.errorLimit,
        load.errorsSeen,
        firstError?.message ?? null,
        firstError?.line ?? null,
        firstError?.character ?? null,
        firstError?.column ?? null,
      ];
      return `(${values.map(sqlValue).join(', ')})`;
    });
  if (rows.length === 0) return;
  const table = loader.pipeId === null ? 'catalog.loads' : 'catalog.pipe_loads';
  await transaction.run(`INSERT INTO ${table} VALUES ${rows.join(', ')}`);
}

function sourceName(engine: Engine, { source }: StagedFile): string {
  return source.kind === 's3'
    ? `s3://${source.bucket}/${source.key}`
    : source.path.slice(engine.database.filesDirectory.length);
}

function sqlValue(value: string | number | null): string {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : quote(value);
}
