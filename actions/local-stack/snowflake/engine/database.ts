import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { heldError, removeHolder, writeHolder } from './directory-holder.ts';
import type { EngineLimits } from './limits.ts';

/** The DuckDB that holds all data and the catalog, and the directory that staged files may be read from. */
export interface Database {
  instance: DuckDBInstance;
  /** The only directory that DuckDB can reach. */
  filesDirectory: string;
  /** The directory that is kept and that no other process may open; null in memory. */
  heldDirectory: string | null;
  since: Date;
}

/** Directories that this process holds. */
const held = new Set<string>();

/**
 * Opens the database in a directory, or in memory with only its staged files on disk. DuckDB is shut in: no
 * file but those below `files`, no network, no extension, bounded memory. Users' SQL never reaches it as text,
 * so this is the second wall.
 * @throws DirectoryHeldError when a process has it open
 */
export async function openDatabase(
  dir: string,
  persistent: boolean,
  limits: Pick<EngineLimits, 'memory' | 'spill'>,
): Promise<Database> {
  const filesDirectory = join(dir, 'files');
  mkdirSync(filesDirectory, { recursive: true });
  const heldDirectory = persistent ? realpathSync(dir) : null;
  // DuckDB's lock keeps other processes out, not a second opening by this one.
  if (heldDirectory !== null && held.has(heldDirectory)) throw heldError(dir, undefined);
  const instance = await DuckDBInstance.create(persistent ? join(dir, 'snowflake.duckdb') : ':memory:', {
    memory_limit: limits.memory,
    max_temp_directory_size: limits.spill,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    temp_directory: join(dir, 'temp'),
  }).catch((error: unknown) => {
    throw /Could not set lock/.test(String(error)) ? heldError(dir, error) : error;
  });
  const since = new Date();
  if (heldDirectory !== null) {
    held.add(heldDirectory);
    writeHolder(dir, null, since);
  }
  // What a server that was killed left: rows that a transaction kept, what did not fit into memory.
  rmSync(join(filesDirectory, 'transactions'), { recursive: true, force: true });
  rmSync(join(dir, 'temp'), { recursive: true, force: true });
  const connection = await instance.connect();
  await connection.run(`SET allowed_directories = [${quote(`${filesDirectory}/`)}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('CREATE SCHEMA IF NOT EXISTS data');
  await connection.run('CREATE SEQUENCE IF NOT EXISTS data.row_ids');
  await connection.run('CREATE SCHEMA IF NOT EXISTS catalog');
  connection.closeSync();
  return { instance, filesDirectory, heldDirectory, since };
}

/** Says where the server of a directory listens, for others that try to open it. */
export function announce({ heldDirectory, since }: Database, url: string): void {
  if (heldDirectory !== null) writeHolder(heldDirectory, url, since);
}

export function closeDatabase({ instance, heldDirectory }: Database): void {
  if (heldDirectory !== null) {
    removeHolder(heldDirectory);
    held.delete(heldDirectory);
  }
  instance.closeSync();
}

/** A connection as every session uses it. */
export async function connect(database: Database): Promise<DuckDBConnection> {
  const connection = await database.instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run('SET preserve_insertion_order = true');
  return connection;
}

/** A DuckDB string literal. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
