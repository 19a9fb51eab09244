// One extract in a process of its own, so that its time, processor time and memory are its own.
// Arguments: a Reading as JSON. The last line of its output is a Reader's answer as JSON.

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { planColumn } from '../../../actions/extract/column-plan.ts';
import { copyTable } from '../../../actions/extract/copy-table.ts';
import { connect, type DatabaseSettings } from '../../../actions/extract/database.ts';
import { extractSource } from '../../../actions/extract/extract.ts';
import { readSourceTable } from '../../../actions/extract/source-table.ts';
import type { PostgresTable } from '../../../actions/shared/pipeline.ts';
import { createS3 } from '../../../actions/shared/s3.ts';

export interface Reading {
  database: DatabaseSettings;
  tables: string[];
  /** A file, or null for the S3 of the environment. */
  file: string | null;
  bucket: string;
  loadId: string;
  parallelism: number;
}

export interface ReadingAnswer {
  /** Wall time, without the start of the process. */
  seconds: number;
  cpuSeconds: number;
  peakBytes: number;
  /** Of the Parquet files. */
  fileBytes: number;
  rows: number;
}

const reading = JSON.parse(process.argv[2]!) as Reading;
const started = performance.now();
const cpu = process.cpuUsage();
const { rows, fileBytes } = reading.file === null ? await toS3() : await toDisk(reading.file);
const used = process.cpuUsage(cpu);
const answer: ReadingAnswer = {
  seconds: (performance.now() - started) / 1000,
  cpuSeconds: (used.user + used.system) / 1e6,
  peakBytes: process.resourceUsage().maxRSS * 1024,
  fileBytes,
  rows,
};
console.log(JSON.stringify(answer));

async function toS3(): Promise<{ rows: number; fileBytes: number }> {
  const s3 = createS3();
  const table: Omit<PostgresTable, 'name'> = {
    key: [],
    strategy: 'full',
    maxSlotLagMb: 10_000,
    onSpecial: 'fail',
    compression: 'zstd',
    numeric: 'text',
    target: 'B.T',
    pipe: 'B.P',
  };
  const report = await extractSource({
    config: {
      sources: {
        bench: {
          kind: 'postgres',
          secret: 'none',
          tables: reading.tables.map((name) => ({ ...table, name })),
        },
      },
      silver: { 'root-task': 'S.T' },
    },
    sourceName: 'bench',
    logicalDate: reading.loadId,
    bucket: reading.bucket,
    s3,
    database: reading.database,
    codeVersion: 'bench',
    parallelism: reading.parallelism,
  });
  s3.destroy();
  return { rows: report.rows, fileBytes: report.tables.reduce((sum, one) => sum + one.bytes, 0) };
}

async function toDisk(file: string): Promise<{ rows: number; fileBytes: number }> {
  const client = await connect(reading.database);
  const source = await readSourceTable(client, reading.tables[0]!);
  const columns = source.columns.map((column) => planColumn(column));
  const output = createWriteStream(file);
  let bytes = 0;
  const { rows } = await copyTable(
    client,
    {
      table: source.name,
      sql: `SELECT ${columns.map((column) => column.select).join(', ')} FROM ${source.sql}`,
      columns,
      onSpecial: 'fail',
      compression: 'zstd',
    },
    () => ({
      write: async (chunk) => {
        bytes += chunk.length;
        if (!output.write(chunk)) await once(output, 'drain');
      },
      finish: async (count) => ({ key: file, bytes, rows: count, sha256: '' }),
      abort: async () => {},
    }),
    () => {},
  );
  output.end();
  await once(output, 'finish');
  await client.end();
  return { rows, fileBytes: bytes };
}
