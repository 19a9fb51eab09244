import { alone, type BenchOptions, type Measure } from '../measure.ts';
import type { Reading, ReadingAnswer } from './reader.ts';
import { orders, type Source } from './source.ts';

/** Peak memory that every shape of table should keep to, in bytes. */
const FLAT = 256 << 20;
const LARGE = 512 << 20;
const SMALL_TABLES = 200;

interface Shape {
  name: string;
  tables: string[];
  create: string[];
  parallelism: number;
  /** Seconds. */
  wantedSeconds: number | null;
  /** Bytes. */
  wantedPeak: number | null;
}

/** Tables that are long, wide, many, or hold large values, each to S3: time and peak memory. */
export async function measureShapes(
  source: Source,
  read: (tables: string[], more: Partial<Reading>) => Promise<ReadingAnswer>,
  { isWanted, say }: BenchOptions,
): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const shape of shapes()) {
    if (!isWanted(shape.name)) continue;
    say(`creating ${shape.name}`);
    for (const statement of shape.create) await source.sql(statement);
    const { seconds, peakBytes } = await read(shape.tables, { parallelism: shape.parallelism });
    measures.push(alone(`${shape.name}: to S3`, seconds, shape.wantedSeconds, peakBytes));
    if (shape.wantedPeak !== null) {
      // A ratio, so that it shows beside what is wanted of it.
      const ratio = peakBytes / shape.wantedPeak;
      const name = `${shape.name}: peak memory to ${shape.wantedPeak >> 20} MB`;
      measures.push({ ...alone(name, 0, 1, peakBytes), ratio });
    }
    await source.sql(`DROP TABLE ${shape.tables.join(', ')}`);
  }
  return measures;
}

function shapes(): Shape[] {
  const one = { parallelism: 1, wantedSeconds: null };
  const long = [1, 3, 9].map((millions): Shape => {
    const table = `orders_${millions}m`;
    const create = orders(table, millions * 1e6).split(';');
    return { ...one, name: `${millions}M orders`, tables: [table], create, wantedPeak: FLAT };
  });
  const columns = Array.from({ length: 1600 }, (_, index) => `(i + ${index})::int2 AS c${index}`);
  const small = Array.from({ length: SMALL_TABLES }, (_, index) => `small_${index}`);
  return [
    ...long,
    {
      ...one,
      name: 'four values of 100 MB',
      tables: ['large_values'],
      create: [
        'CREATE UNLOGGED TABLE large_values AS SELECT i AS id, repeat(md5(i::text), 3125000) AS body FROM generate_series(1, 4) i',
      ],
      wantedPeak: LARGE,
    },
    {
      ...one,
      name: '1,600 columns',
      tables: ['wide'],
      create: [`CREATE UNLOGGED TABLE wide AS SELECT ${columns.join(', ')} FROM generate_series(1, 10000) i`],
      wantedPeak: LARGE,
    },
    {
      name: `${SMALL_TABLES} tables of 100 rows`,
      tables: small,
      create: small.map(
        (table) =>
          `CREATE TABLE ${table} AS SELECT i AS id, 'row ' || i AS name FROM generate_series(1, 100) i`,
      ),
      parallelism: 4,
      wantedSeconds: 6,
      wantedPeak: null,
    },
  ];
}
