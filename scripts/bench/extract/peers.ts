import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type BenchOptions, type Measure, median } from '../measure.ts';
import { answerOf } from './answer-of.ts';
import type { Peering } from './peer.ts';
import type { ReadingAnswer } from './reader.ts';
import { orders, type Source } from './source.ts';

const ROWS = 1_000_000;
const RUNS = 3;
const TABLE = 'orders_peers';

/** What users of other tools do with the same rows, against psql that reads them and throws them away. */
export async function measurePeers(
  source: Source,
  directory: string,
  psql: (table: string) => number,
  { isWanted, say }: BenchOptions,
): Promise<Measure[]> {
  const ways: [string, Peering['way']][] = [
    ['CSV COPY, then DuckDB', 'csv-duckdb'],
    ['cursor, Arrow, parquet-wasm', 'cursor-parquet'],
  ];
  if (spawnSync('/usr/bin/python3', ['-c', 'import pandas, psycopg2']).status === 0)
    ways.push(['pandas to CSV', 'pandas-csv']);
  else say('peer pandas is left out: on Debian, apt install python3-pandas python3-psycopg2');
  const wanted = ways.filter(([name]) => isWanted(`peer: ${name}`));
  if (wanted.length === 0) return [];
  for (const statement of orders(TABLE, ROWS).split(';')) await source.sql(statement);
  const measures: Measure[] = [];
  for (const [name, way] of wanted) {
    const plain: number[] = [];
    const taken: ReadingAnswer[] = [];
    for (let run = 0; run < RUNS; run++) {
      plain.push(psql(TABLE));
      const peering: Peering = { way, url: source.url, table: TABLE, file: join(directory, way) };
      taken.push(await answerOf(join(import.meta.dirname, 'peer.ts'), peering));
    }
    measures.push({
      name: `peer: ${name}, ${ROWS / 1e6}M orders`,
      ours: median(taken.map(({ seconds }) => seconds)),
      plain: median(plain),
      ratio: median(taken.map(({ seconds }, run) => seconds / plain[run]!)),
      cpuRatio: null,
      wanted: null,
      memory: Math.max(...taken.map(({ peakBytes }) => peakBytes)),
      plainMemory: null,
    });
  }
  await source.sql(`DROP TABLE ${TABLE}`);
  return measures;
}
