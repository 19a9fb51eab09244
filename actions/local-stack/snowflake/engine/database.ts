import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** The DuckDB that holds all data and the catalog, and the directory that staged files may be read from. */
export interface Database {
  instance: DuckDBInstance;
  /** The only directory that DuckDB can reach. */
  filesDirectory: string;
}

/**
 * Opens the database in a directory, or in memory with only its staged files on disk. DuckDB is shut in: no
 * file but those below `files`, no network, no extension, bounded memory. Users' SQL never reaches it as text,
 * so this is the second wall.
 */
export async function openDatabase(dir: string, persistent: boolean, memoryLimit = '4GB'): Promise<Database> {
  const filesDirectory = join(dir, 'files');
  mkdirSync(filesDirectory, { recursive: true });
  // Rows that a transaction kept when the server was killed.
  rmSync(join(filesDirectory, 'transactions'), { recursive: true, force: true });
  const instance = await DuckDBInstance.create(persistent ? join(dir, 'snowflake.duckdb') : ':memory:', {
    memory_limit: memoryLimit,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    temp_directory: join(dir, 'temp'),
  });
  const connection = await instance.connect();
  await connection.run(`SET allowed_directories = [${quote(`${filesDirectory}/`)}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('CREATE SCHEMA IF NOT EXISTS data');
  await connection.run('CREATE SEQUENCE IF NOT EXISTS data.row_ids');
  await connection.run('CREATE SCHEMA IF NOT EXISTS catalog');
  connection.closeSync();
  return { instance, filesDirectory };
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
