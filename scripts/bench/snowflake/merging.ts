import type { Comparison, ComparisonGroup } from './compare.ts';
import type { World } from './world.ts';

const ROWS = 1_000_000;
const RUNS = 5;

/** Columns of a silver table: name, Snowflake's type, DuckDB's, the value in row i of version v. */
const COLUMNS: [name: string, snowflake: string, duckdb: string, value: string][] = [
  ['transaction_id', 'NUMBER(18,0)', 'BIGINT', 'i'],
  ['store_id', 'NUMBER(9,0)', 'INTEGER', 'MOD(i, 50)'],
  ['customer_id', 'NUMBER(9,0)', 'INTEGER', 'MOD(i * 7919, 300000)'],
  [
    'channel',
    'VARCHAR(20)',
    'VARCHAR',
    "CASE MOD(i, 3) WHEN 0 THEN 'web' WHEN 1 THEN 'store' ELSE 'app' END",
  ],
  ['status', 'VARCHAR(20)', 'VARCHAR', "CASE WHEN v = 0 THEN 'pending' ELSE 'completed' END"],
  ['amount', 'NUMBER(14,2)', 'DECIMAL(14,2)', 'MOD(i * 31, 99991) / 100 + v'],
  ['ordered_at', 'TIMESTAMP_NTZ(6)', 'TIMESTAMP', 'ORDERED'],
  ['updated_at', 'TIMESTAMP_NTZ(6)', 'TIMESTAMP', 'UPDATED'],
  ['load_id', 'VARCHAR', 'VARCHAR', "'load-' || v"],
];
const NAMES = COLUMNS.map(([name]) => name);
const KEY = NAMES[0]!;

/** MERGE of changes that a stream shows, as silver is filled from bronze. */
export const mergings: ComparisonGroup = {
  setUp,
  comparisons: () => [
    merging('stream read + MERGE of 1M changes into 1M, half new', 'half_new'),
    merging('stream read + MERGE of 1M changes into 1M, all old', 'all_changed'),
  ],
};

async function setUp(world: World): Promise<void> {
  for (const [name, offset, version] of [
    ['silver_before', 0, 0],
    ['all_changed', 0, 1],
    ['half_new', ROWS / 2, 1],
  ] as const) {
    await world.session.execute(`CREATE TABLE ${name} AS ${ourRows(offset, version)}`);
    await world.plain.run(`CREATE TABLE ${name} AS ${plainRows(offset, version)}`);
  }
}

function merging(name: string, changes: string): Comparison {
  const set = NAMES.slice(1).map((column) => `${column} = c.${column}`);
  const values = NAMES.map((column) => `c.${column}`);
  const clauses = `ON s.${KEY} = c.${KEY} WHEN MATCHED THEN UPDATE SET ${set.join(', ')} WHEN NOT MATCHED THEN INSERT (${NAMES.join(', ')}) VALUES (${values.join(', ')})`;
  return {
    name,
    wanted: 2.5,
    runs: RUNS,
    prepare: {
      ours: [
        'CREATE OR REPLACE TABLE silver CLONE silver_before',
        `CREATE OR REPLACE TABLE bronze LIKE ${changes}`,
        'CREATE OR REPLACE STREAM bronze_stream ON TABLE bronze',
        `INSERT INTO bronze SELECT * FROM ${changes}`,
      ],
      plain: [
        'CREATE OR REPLACE TABLE silver AS FROM silver_before',
        `CREATE OR REPLACE TABLE bronze AS FROM ${changes}`,
      ],
    },
    ours: `MERGE INTO silver AS s USING (SELECT * FROM bronze_stream WHERE METADATA$ACTION = 'INSERT') AS c ${clauses}`,
    plain: `MERGE INTO silver AS s USING bronze AS c ${clauses}`,
  };
}

function ourRows(offset: number, version: number): string {
  const times: Record<string, string> = {
    ORDERED: "DATEADD(SECOND, i, '2024-01-01'::TIMESTAMP_NTZ)",
    UPDATED: "DATEADD(SECOND, i + v * 60, '2024-01-02'::TIMESTAMP_NTZ)",
  };
  const select = COLUMNS.map(([name, type, , value]) => `(${times[value] ?? value})::${type} AS ${name}`);
  return `SELECT ${select.join(', ')} FROM (SELECT SEQ8() + ${offset} AS i, ${version} AS v FROM TABLE(GENERATOR(ROWCOUNT => ${ROWS})))`;
}

function plainRows(offset: number, version: number): string {
  const times: Record<string, string> = {
    ORDERED: "TIMESTAMP '2024-01-01' + to_seconds(i)",
    UPDATED: "TIMESTAMP '2024-01-02' + to_seconds(i + v * 60)",
  };
  const select = COLUMNS.map(([name, , type, value]) => `(${times[value] ?? value})::${type} AS ${name}`);
  return `SELECT ${select.join(', ')} FROM (SELECT i, ${version} AS v FROM range(${offset}, ${offset + ROWS}) AS r(i))`;
}
