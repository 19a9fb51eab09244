import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import type { DatabaseSettings } from '../../../actions/extract/database.ts';
import { startStack } from '../../../actions/local-stack/stack.ts';

/** A PostgreSQL with tables to read, and an S3 to write to. */
export interface Source extends AsyncDisposable {
  /** Variables that point the S3 client at the local S3. */
  env: Record<string, string>;
  bucket: string;
  database: DatabaseSettings;
  /** libpq's URL of the database. */
  url: string;
  sql(text: string): Promise<void>;
}

const BUCKET = 'bench-lake';

export async function openSource(): Promise<Source> {
  const stack = await startStack({ services: ['postgres', 'aws'] });
  const { user, password, port } = stack.postgres!;
  const client = new pg.Client({ host: '127.0.0.1', port, user, password, database: 'postgres' });
  await client.connect();
  Object.assign(process.env, stack.env);
  const s3 = new S3Client({});
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  s3.destroy();
  return {
    env: stack.env,
    bucket: BUCKET,
    database: {
      host: '127.0.0.1',
      port,
      username: user,
      password,
      dbname: 'postgres',
      sslmode: 'disable',
    },
    url: `postgresql://${user}:${password}@127.0.0.1:${port}/postgres`,
    sql: async (text) => {
      await client.query(text);
    },
    [Symbol.asyncDispose]: async () => {
      await client.end();
      await stack.stop();
    },
  };
}

/** Orders with jsonb, numeric, text and timestamps, about 150 octets a row. */
export function orders(name: string, rows: number): string {
  return `
    CREATE UNLOGGED TABLE ${name} AS
      SELECT i AS id, (i * 7919) % 100000 AS customer_id,
             timestamp '2024-01-01' + i * interval '7 seconds' AS placed_at,
             timestamptz '2024-01-01' + i * interval '11 seconds' AS updated_at,
             (ARRAY['new', 'paid', 'shipped', 'returned', 'cancelled'])[1 + i % 5] AS status,
             ((i * 7907) % 100000 / 100.0)::numeric(12,2) AS total, 'EUR'::text AS currency,
             'note ' || md5(i::text) AS note,
             jsonb_build_object('channel', (ARRAY['web', 'store', 'app'])[1 + i % 3], 'items', i % 9,
                                'coupon', CASE WHEN i % 10 = 0 THEN 'C' || i % 1000 END) AS attributes
        FROM generate_series(1::bigint, ${rows}) i;
    VACUUM ANALYZE ${name}`;
}

/** TPC-H's lineitem in form: 16 columns, about 150 octets a row. */
export function lineitem(name: string, rows: number): string {
  const amount = (expression: string): string => `(${expression})::numeric(12,2)`;
  const day = (shift: number): string => `date '1992-01-01' + ((i + ${shift}) % 2500)::int`;
  return `
    CREATE UNLOGGED TABLE ${name} AS
      SELECT i AS l_orderkey, (i * 31) % 200000 AS l_partkey, (i * 17) % 10000 AS l_suppkey,
             (i % 7)::int AS l_linenumber, ${amount('i % 50 + 1')} AS l_quantity,
             ${amount('(i * 13) % 100000 / 100.0')} AS l_extendedprice, ${amount('i % 11 / 100.0')} AS l_discount,
             ${amount('i % 9 / 100.0')} AS l_tax, (ARRAY['R', 'A', 'N'])[1 + i % 3] AS l_returnflag,
             (ARRAY['O', 'F'])[1 + i % 2] AS l_linestatus, ${day(0)} AS l_shipdate, ${day(30)} AS l_commitdate,
             ${day(60)} AS l_receiptdate,
             (ARRAY['DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN'])[1 + i % 4] AS l_shipinstruct,
             (ARRAY['TRUCK', 'MAIL', 'SHIP', 'AIR'])[1 + i % 4] AS l_shipmode,
             substr(md5(i::text) || md5((i * 3)::text), 1, 10 + (i % 34)::int) AS l_comment
        FROM generate_series(1::bigint, ${rows}) i;
    VACUUM ANALYZE ${name}`;
}
