import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { UserError } from '../../../actions/shared/errors.ts';
import { alone, type Bench, type BenchOptions, type Measure, median } from '../measure.ts';
import { answerOf } from './answer-of.ts';
import { measurePeers } from './peers.ts';
import type { Reading, ReadingAnswer } from './reader.ts';
import { measureShapes } from './shapes.ts';
import { lineitem, openSource, orders, type Source } from './source.ts';

const ROWS = 3_000_000;
const RUNS = 5;

/** Extract against `psql` that reads the same rows in binary form and throws them away, by turns. */
export const benchExtract: Bench = async ({ isWanted, say }) => {
  requirePsql();
  await using source = await openSource();
  const directory = mkdtempSync(join(tmpdir(), 'globalmart-bench-'));
  try {
    return await measureAll(source, directory, { isWanted, say });
  } finally {
    rmSync(directory, { recursive: true });
  }
};

async function measureAll(
  source: Source,
  directory: string,
  { isWanted, say }: BenchOptions,
): Promise<Measure[]> {
  const measures: Measure[] = [];
  const add = (measure: Measure): void => {
    measures.push(measure);
    say(
      `${measure.name}: ${measure.ours.toFixed(3)}${measure.ratio === null ? '' : `, ratio ${measure.ratio.toFixed(2)}`}`,
    );
  };
  let loads = 0;
  const read = (tables: string[], more: Partial<Reading> = {}): Promise<ReadingAnswer> =>
    readInProcess({
      database: source.database,
      tables,
      file: null,
      bucket: source.bucket,
      loadId: new Date(Date.UTC(2026, 0, 1 + loads++)).toISOString().slice(0, 10),
      parallelism: 1,
      ...more,
    });
  for (const [name, create] of [
    ['orders', orders],
    ['lineitem', lineitem],
  ] as const) {
    if (!isWanted(name)) continue;
    say(`creating ${name}, ${ROWS} rows`);
    for (const statement of create(name, ROWS).split(';')) await source.sql(statement);
    const file = join(directory, `${name}.parquet`);
    const ways: [string, number, () => Promise<ReadingAnswer>][] = [
      ['one connection to disk', 1.03, () => read([name], { file })],
      ['two connections to disk', 0.95, () => read([name], { file: join(directory, 'two'), parallelism: 2 })],
      ['one connection to S3', 1.15, () => read([name])],
      ['two connections to S3', 0.95, () => read([name], { parallelism: 2 })],
    ];
    const psql: number[] = [];
    const answers = ways.map((): ReadingAnswer[] => []);
    for (let run = 0; run < RUNS; run++) {
      psql.push(psqlSeconds(source, name));
      for (const [index, [, , way]] of ways.entries()) answers[index]!.push(await way());
    }
    for (const [index, [way, wanted]] of ways.entries()) {
      const taken = answers[index]!;
      add({
        name: `${name}: ${way}`,
        ours: median(taken.map((answer) => answer.seconds)),
        plain: median(psql),
        ratio: median(taken.map((answer, run) => answer.seconds / psql[run]!)),
        cpuRatio: null,
        wanted,
        memory: Math.max(...taken.map((answer) => answer.peakBytes)),
        plainMemory: null,
      });
    }
    const processor = median(answers[0]!.map((answer) => answer.cpuSeconds));
    add(
      alone(
        `${name}: processor time of one connection to disk`,
        processor,
        name === 'orders' ? 3 : null,
        null,
      ),
    );
    const size = answers[0]![0]!.fileBytes / (await duckDbBytes(file, join(directory, 'duckdb.parquet')));
    add({ ...alone(`${name}: file size to that of DuckDB's zstd`, 0, 1.1, null), ratio: size });
  }
  for (const measure of await measureShapes(source, read, { isWanted, say })) add(measure);
  const peers = await measurePeers(source, directory, (table) => psqlSeconds(source, table), {
    isWanted,
    say,
  });
  for (const measure of peers) add(measure);
  return measures;
}

function requirePsql(): void {
  if (spawnSync('psql', ['--version']).status === 0) return;
  throw new UserError('psql is not installed: the bench compares with it', {
    remedy: 'On Debian: apt install postgresql-client',
  });
}

function psqlSeconds(source: Source, table: string): number {
  const started = performance.now();
  const sql = `COPY (SELECT * FROM ${table}) TO STDOUT (FORMAT binary)`;
  const { status, stderr } = spawnSync('psql', [source.url, '-c', sql], {
    stdio: ['ignore', openSync('/dev/null', 'w'), 'pipe'],
  });
  if (status !== 0) throw new Error(`psql failed: ${stderr}`);
  return (performance.now() - started) / 1000;
}

function readInProcess(reading: Reading): Promise<ReadingAnswer> {
  return answerOf(join(import.meta.dirname, 'reader.ts'), reading);
}

/** Bytes of the same rows as DuckDB writes them. */
async function duckDbBytes(file: string, copy: string): Promise<number> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  await connection.run(`COPY (FROM read_parquet('${file}')) TO '${copy}' (FORMAT parquet, COMPRESSION zstd)`);
  const reader = await connection.runAndReadAll(
    `SELECT sum(size) FROM (SELECT octet_length(content) AS size FROM read_blob('${copy}'))`,
  );
  connection.closeSync();
  instance.closeSync();
  return Number(reader.getRows()[0]![0]);
}
