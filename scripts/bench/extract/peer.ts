// One peer of extract in a process of its own: the same rows to a file, the way its users would write it.
// Arguments: a Peering as JSON. The last line of its output is a ReadingAnswer as JSON.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, openSync, statSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromJSON, tableToIPC } from 'apache-arrow';
import { Compression, Table, WriterPropertiesBuilder, writeParquet } from 'parquet-wasm';
import pg from 'pg';
import type { ReadingAnswer } from './reader.ts';

export interface Peering {
  way: 'csv-duckdb' | 'cursor-parquet' | 'pandas-csv';
  /** libpq's URL of the database. */
  url: string;
  table: string;
  file: string;
}

/** Peak of a child that did the work, in kilobytes. */
let childPeak = 0;

const peering = JSON.parse(process.argv[2]!) as Peering;
const started = performance.now();
const cpu = process.cpuUsage();
const rows = await {
  'csv-duckdb': csvToDuckDb,
  'cursor-parquet': cursorToParquet,
  'pandas-csv': pandasToCsv,
}[peering.way](peering);
const used = process.cpuUsage(cpu);
const own = process.resourceUsage().maxRSS;
const answer: ReadingAnswer = {
  seconds: (performance.now() - started) / 1000,
  cpuSeconds: (used.user + used.system) / 1e6,
  peakBytes: Math.max(own, childPeak) * 1024,
  fileBytes: statSync(peering.file).size,
  rows,
};
console.log(JSON.stringify(answer));

/** COPY as CSV by psql into a file, which DuckDB turns into Parquet. */
async function csvToDuckDb({ url, table, file }: Peering): Promise<number> {
  const csv = `${file}.csv`;
  const copy = `COPY ${table} TO STDOUT (FORMAT csv, HEADER)`;
  const { status } = spawnSync('psql', [url, '-c', copy], {
    stdio: ['ignore', openSync(csv, 'w'), 'inherit'],
  });
  if (status !== 0) throw new Error('psql failed');
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const result = await connection.run(
    `COPY (FROM read_csv('${csv}', header = true)) TO '${file}' (FORMAT parquet, COMPRESSION zstd)`,
  );
  return result.rowsChanged;
}

/** Rows as objects from a cursor, batch by batch into Arrow and on to a Parquet library. */
async function cursorToParquet({ url, table, file }: Peering): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`BEGIN; DECLARE rows CURSOR FOR SELECT * FROM ${table}`);
  const output = createWriteStream(file);
  let count = 0;
  for (;;) {
    const { rows: batch } = await client.query('FETCH 50000 FROM rows');
    if (batch.length === 0) break;
    count += batch.length;
    const plain = batch.map((row) => ({ ...row, attributes: JSON.stringify(row.attributes) }));
    const arrow = Table.fromIPCStream(tableToIPC(tableFromJSON(plain), 'stream'));
    const properties = new WriterPropertiesBuilder().setCompression(Compression.ZSTD).build();
    // A small Parquet file per batch: the library writes a whole one at once.
    if (!output.write(writeParquet(arrow, properties))) await once(output, 'drain');
  }
  output.end();
  await once(output, 'finish');
  await client.end();
  return count;
}

const PANDAS = `
import resource, sys, warnings
import pandas, psycopg2
warnings.simplefilter("ignore")
frame = pandas.read_sql("SELECT * FROM " + sys.argv[2], psycopg2.connect(sys.argv[1]))
frame.to_csv(sys.argv[3])
print(len(frame), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)`;

/** Debian's pandas, which has no Parquet library: read_sql, then CSV. */
async function pandasToCsv({ url, table, file }: Peering): Promise<number> {
  const { status, stdout } = spawnSync('/usr/bin/python3', ['-c', PANDAS, url, table, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error('Debian’s python3 failed');
  const [count, peak] = stdout.trim().split(' ').map(Number) as [number, number];
  childPeak = peak;
  return count;
}
