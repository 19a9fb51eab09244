import { join } from 'node:path';
import { quote } from '../../../actions/local-stack/snowflake/engine/database.ts';
import type { Comparison, ComparisonGroup } from './compare.ts';
import type { World } from './world.ts';

const ROWS = 1_000_000;
const RUNS = 5;

/** Sales lines as a shop has them: name, Snowflake's type, the type a person would take in DuckDB, a value of row i. */
const COLUMNS: [name: string, snowflake: string, duckdb: string, value: string][] = [
  ['transaction_id', 'NUMBER(19,0) NOT NULL', 'BIGINT NOT NULL', '1000000 + i // 3'],
  ['line_number', 'NUMBER(5,0) NOT NULL', 'SMALLINT NOT NULL', '1 + i % 3'],
  ['product_id', 'NUMBER(10,0)', 'INTEGER', 'hash(i) % 20000'],
  ['customer_id', 'NUMBER(10,0)', 'INTEGER', 'CASE WHEN i % 7 > 0 THEN hash(i // 3) % 300000 END'],
  ['channel', 'VARCHAR(20)', 'VARCHAR', "['web', 'store', 'app'][1 + i % 3]"],
  ['unit_price', 'NUMBER(12,2)', 'DECIMAL(12,2)', '(hash(i * 31) % 100000) / 100'],
  ['weight_kg', 'FLOAT', 'DOUBLE', '(hash(i * 17) % 1000000) / 7e4'],
  ['is_gift', 'BOOLEAN', 'BOOLEAN', 'i % 11 = 0'],
  ['shipped_on', 'DATE', 'DATE', "DATE '2024-01-01' + (i // 3000)::INTEGER"],
  ['ordered_at', 'TIMESTAMP_NTZ(6)', 'TIMESTAMP', "TIMESTAMP '2024-01-01' + to_microseconds(i * 31415927)"],
  ['email', 'VARCHAR', 'VARCHAR', "'customer' || (hash(i // 3) % 300000) || '@example.com'"],
  ['notes', 'VARCHAR', 'VARCHAR', "CASE WHEN i % 4 = 0 THEN 'leave with neighbour ' || (hash(i) % 5000) END"],
];

const METADATA =
  '_file_name VARCHAR NOT NULL, _file_row NUMBER(19,0) NOT NULL, _loaded_at TIMESTAMP_LTZ(6) NOT NULL';
const PLAIN_METADATA =
  '_file_name VARCHAR NOT NULL, _file_row BIGINT NOT NULL, _loaded_at TIMESTAMPTZ NOT NULL';
const NAMES = COLUMNS.map(([name]) => name);

/** COPY INTO of a million rows, with and without where each row came from. */
export const loadings: ComparisonGroup = { setUp, comparisons };

async function setUp({ plain, session, files }: World): Promise<void> {
  const values = COLUMNS.map(
    ([name, , type, value]) => `(${value})::${type.replace(' NOT NULL', '')} AS ${name}`,
  );
  const rows = `SELECT ${values.join(', ')} FROM range(${ROWS}) AS r(i)`;
  const [parquet, csv] = lineFiles(files);
  await plain.run(`COPY (${rows}) TO ${quote(parquet)} (FORMAT parquet, COMPRESSION zstd)`);
  await plain.run(`COPY (${rows}) TO ${quote(csv)} (FORMAT csv, HEADER)`);
  for (const file of [parquet, csv])
    await session.execute(`PUT 'file://${file}' @files AUTO_COMPRESS = FALSE`);
}

function lineFiles(directory: string): [parquet: string, csv: string] {
  return [join(directory, 'lines.parquet'), join(directory, 'lines.csv')];
}

function comparisons(files: string): Comparison[] {
  const [parquet, csv] = lineFiles(files);
  const parquetFormat = 'FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE)';
  const csvFormat = `FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1 FIELD_OPTIONALLY_ENCLOSED_BY = '"')`;
  const types = `{${COLUMNS.map(([name, , type]) => `${name}: '${type.replace(' NOT NULL', '')}'`).join(', ')}}`;
  const readCsv = `read_csv(${quote(csv)}, header = true, columns = ${types}, filename = true)`;
  const fields = COLUMNS.map(([name, type]) => `$1:${name}::${type.replace(' NOT NULL', '')}`);
  const traced = [...NAMES, '_file_name', '_file_row', '_loaded_at'].join(', ');
  const facts = 'METADATA$FILENAME, METADATA$FILE_ROW_NUMBER, METADATA$START_SCAN_TIME';
  return [
    {
      ...loading('COPY of 1M Parquet rows', ''),
      ours: `COPY INTO lines FROM @files/lines.parquet ${parquetFormat} MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE`,
      plain: `INSERT INTO lines SELECT * FROM read_parquet(${quote(parquet)})`,
    },
    {
      ...loading('COPY of 1M Parquet rows with file, row, time', METADATA),
      ours: `COPY INTO lines (${traced}) FROM (SELECT ${fields.join(', ')}, ${facts} FROM @files/lines.parquet) ${parquetFormat}`,
      plain: `INSERT INTO lines SELECT * EXCLUDE (filename, file_row_number), filename, file_row_number + 1, now() FROM read_parquet(${quote(parquet)}, filename = true, file_row_number = true)`,
    },
    {
      ...loading('COPY of 1M CSV rows', ''),
      ours: `COPY INTO lines FROM @files/lines.csv ${csvFormat}`,
      plain: `INSERT INTO lines SELECT * EXCLUDE (filename) FROM ${readCsv}`,
    },
    {
      ...loading('COPY of 1M CSV rows with file, row, time', METADATA),
      ours: `COPY INTO lines (${traced}) FROM (SELECT ${NAMES.map((_, index) => `$${index + 1}`).join(', ')}, ${facts} FROM @files/lines.csv) ${csvFormat}`,
      plain: `INSERT INTO lines SELECT * EXCLUDE (filename), filename, row_number() OVER (), now() FROM ${readCsv}`,
    },
  ];
}

function loading(name: string, metadata: string): Omit<Comparison, 'ours' | 'plain'> {
  const table = (types: string[], further: string): string =>
    `CREATE OR REPLACE TABLE lines (${[...types, ...(further === '' ? [] : [further])].join(', ')})`;
  return {
    name,
    wanted: 2,
    runs: RUNS,
    prepare: {
      ours: [
        table(
          COLUMNS.map(([column, type]) => `${column} ${type}`),
          metadata,
        ),
      ],
      plain: [
        table(
          COLUMNS.map(([column, , type]) => `${column} ${type}`),
          metadata === '' ? '' : PLAIN_METADATA,
        ),
      ],
    },
  };
}
