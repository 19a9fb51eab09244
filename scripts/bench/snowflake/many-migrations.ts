import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '../../../actions/migrate/migrate.ts';
import { alone, type Measure, median, seconds } from '../measure.ts';
import { forgetPeak, peakMemory } from '../process-facts.ts';
import type { World } from './world.ts';

const COUNT = 500;
const RUNS = 3;

/** A project of some years: 500 migrations of all kinds, applied to an empty database by the migrate action's own code. */
export const manyMigrations = {
  name: '500 migrations applied',
  async measure({ dir, session, settings, server }: World): Promise<Measure> {
    const directory = join(dir, 'migrations');
    mkdirSync(directory);
    for (let number = 1; number <= COUNT; number++) {
      const [name, sql] = migration(number);
      writeFileSync(join(directory, `V${String(number).padStart(4, '0')}__${name}.sql`), sql);
    }
    forgetPeak(server.pid);
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const database = `MIGRATED_${run}`;
      await session.execute(`CREATE DATABASE ${database}`);
      times.push(
        await seconds(() => migrate({ mode: 'apply', directory, database, variables: {}, settings })),
      );
    }
    // CREATE DATABASE took this session to it.
    await session.execute('USE DATABASE BENCH');
    return alone(this.name, median(times), 20, peakMemory(server.pid));
  },
};

/** Ten to a subject: its schema, tables and stream first, then what is added to it over time. */
function migration(number: number): [name: string, sql: string] {
  const schema = `subject_${Math.floor((number - 1) / 10)}`;
  const parts: [name: string, sql: string][] = [
    [
      'schema',
      `CREATE SCHEMA ${schema};\nCREATE FILE FORMAT ${schema}.csv TYPE = CSV SKIP_HEADER = 1;\nCREATE STAGE ${schema}.files FILE_FORMAT = (FORMAT_NAME = '${schema}.csv');`,
    ],
    [
      'orders',
      `-- Orders as they arrive.\nCREATE TABLE ${schema}.orders (\n  order_id NUMBER(19,0) NOT NULL PRIMARY KEY,\n  customer_id NUMBER(10,0),\n  status VARCHAR(20) DEFAULT 'new',\n  amount NUMBER(12,2),\n  attributes VARIANT,\n  ordered_at TIMESTAMP_NTZ(6),\n  loaded_at TIMESTAMP_LTZ(6) DEFAULT CURRENT_TIMESTAMP()\n) COMMENT = 'Orders';`,
    ],
    [
      'customers',
      `CREATE TABLE ${schema}.customers (customer_id NUMBER(10,0) NOT NULL, email VARCHAR, country VARCHAR(2), active BOOLEAN);\nINSERT INTO ${schema}.customers VALUES (1, 'a@example.com', 'DE', TRUE), (2, 'b@example.com', 'FR', FALSE);`,
    ],
    ['stream', `CREATE STREAM ${schema}.orders_stream ON TABLE ${schema}.orders;`],
    ['column', `ALTER TABLE ${schema}.orders ADD COLUMN channel VARCHAR(20);`],
    [
      'view',
      `CREATE OR REPLACE VIEW ${schema}.revenue AS\nSELECT c.country, DATE_TRUNC('MONTH', o.ordered_at) AS month, SUM(o.amount) AS amount, COUNT(*) AS orders\nFROM ${schema}.orders AS o JOIN ${schema}.customers AS c ON c.customer_id = o.customer_id\nGROUP BY ALL;`,
    ],
    [
      'silver',
      `CREATE TABLE ${schema}.silver_orders LIKE ${schema}.orders;\nCREATE TASK ${schema}.fill WAREHOUSE = bench_wh SCHEDULE = '60 MINUTE' WHEN SYSTEM$STREAM_HAS_DATA('${schema}.orders_stream') AS\nMERGE INTO ${schema}.silver_orders AS t USING ${schema}.orders_stream AS s ON t.order_id = s.order_id\nWHEN MATCHED AND s.METADATA$ACTION = 'INSERT' THEN UPDATE SET status = s.status, amount = s.amount\nWHEN NOT MATCHED AND s.METADATA$ACTION = 'INSERT' THEN INSERT (order_id, status, amount) VALUES (s.order_id, s.status, s.amount);`,
    ],
    [
      'backfill',
      `INSERT INTO ${schema}.orders (order_id, customer_id, amount, ordered_at) SELECT SEQ4(), MOD(SEQ4(), 2) + 1, 9.99, '2024-01-01'::TIMESTAMP_NTZ FROM TABLE(GENERATOR(ROWCOUNT => 100));\nUPDATE ${schema}.orders SET status = 'paid' WHERE MOD(order_id, 2) = 0;`,
    ],
    [
      'comments',
      `COMMENT ON TABLE ${schema}.orders IS 'Orders, newest state';\nALTER TABLE ${schema}.customers RENAME COLUMN active TO is_active;`,
    ],
    [
      'clean_up',
      `-- migrate: allow-destructive\nDELETE FROM ${schema}.customers WHERE is_active = FALSE;\nALTER TABLE ${schema}.customers DROP COLUMN email;`,
    ],
  ];
  const [name, sql] = parts[(number - 1) % parts.length]!;
  return [`${schema}_${name}`, `${sql}\n`];
}
