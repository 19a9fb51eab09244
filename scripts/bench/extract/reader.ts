// One extract in a process of its own, so that its time, processor time and memory are its own.
// Arguments: a Reading as JSON. The last line of its output is a Reader's answer as JSON.

import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import type { ClientBase } from 'pg';
import { planColumn } from '../../../actions/extract/column-plan.ts';
import { copyTable } from '../../../actions/extract/copy-table.ts';
import type { DatabaseSettings } from '../../../actions/extract/database.ts';
import { extractSource } from '../../../actions/extract/extract.ts';
import type { PartUpload } from '../../../actions/extract/parts.ts';
import { rangesOf, selectOf } from '../../../actions/extract/read-plan.ts';
import { openReadSession } from '../../../actions/extract/read-session.ts';
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
    deletes: 'ignore',
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
          maxSnapshotMinutes: 60,
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
  const [name] = reading.tables as [string];
  await using session = await openReadSession(reading.database, [{ name, lock: name }], () => {});
  const source = session.tables.get(name)!;
  const columns = source.columns.map((column) => planColumn(column));
  const { parallelism } = reading;
  const clients = parallelism === 1 ? [session.client] : await session.openReaders(parallelism);
  const ranges = [...rangesOf(source, parallelism, session.serverVersion).entries()];
  const read = { rows: 0, fileBytes: 0 };
  const readAll = async (client: ClientBase): Promise<void> => {
    for (let next = ranges.shift(); next !== undefined; next = ranges.shift()) {
      const [index, range] = next;
      const sql = selectOf(columns, source, { watermark: null, condition: undefined }, range);
      const output = createWriteStream(index === 0 ? file : `${file}.${index}`);
      const { rows } = await copyTable(
        client,
        { table: name, sql, columns, onSpecial: 'fail', compression: 'zstd' },
        () => partTo(output),
        () => {},
      );
      output.end();
      await once(output, 'finish');
      read.rows += rows;
      read.fileBytes += output.bytesWritten;
    }
  };
  await Promise.all(clients.map(readAll));
  return read;
}

function partTo(output: WriteStream): PartUpload {
  return {
    write: async (bytes) => {
      if (!output.write(bytes)) await once(output, 'drain');
    },
    finish: async (rows) => ({ key: String(output.path), bytes: output.bytesWritten, rows, sha256: '' }),
    abort: async () => {},
  };
}
