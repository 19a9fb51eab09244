import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC } from 'apache-arrow';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { readParquet } from 'parquet-wasm';

/** Rows of a query in DuckDB; `$file` in the SQL stands for the file or glob, every value comes as text. */
export async function readWithDuckDb(file: string, sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    const reader = await connection.runAndReadAll(sql.replaceAll('$file', `'${file.replaceAll("'", "''")}'`));
    return reader.getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Rows by hyparquet, dates and times as the integers of the file. */
export async function readWithHyparquet(file: string): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({
    file: await asyncBufferFromFile(file),
    compressors,
    parsers: {
      timestampFromMicroseconds: (micros) => micros,
      dateFromDays: (days) => days,
      jsonFromBytes: (bytes) => bytes && new TextDecoder().decode(bytes),
    },
    utf8: false,
  });
}

/** Rows by parquet-wasm (the Rust implementation of Arrow), through apache-arrow. */
export function readWithArrow(file: string): Record<string, unknown>[] {
  const table = tableFromIPC(readParquet(readFileSync(file)).intoIPCStream());
  return table.toArray().map((row) => row.toJSON() as Record<string, unknown>);
}
