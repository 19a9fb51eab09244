/** Writes the sample data that pull requests are checked with: migrations/fixtures. Run after changing what is below. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';

const FIXTURES = join(import.meta.dirname, '../migrations/fixtures');

const duckdb = await (await DuckDBInstance.create()).connect();
await writeParquet(
  'sales',
  'public.sales_transactions',
  'sample-1',
  `
  SELECT * FROM (VALUES
    (1001, 1, 1, 'web',   'USD', 1.0,  'completed', '2026-01-05 10:00:00', NULL,         '2026-01-05 10:00:00'),
    (1002, 2, NULL, 'STORE', 'eur', 1.08, 'completed', '2026-01-05 18:30:00', 'a guest',  '2026-01-05 18:30:00'),
    (1003, 1, 2, 'web',   'GBP', 1.25, 'pending',   '2026-01-06 09:00:00', NULL,         '2026-01-06 09:00:00'),
    (1004, 3, 3, 'app',   'USD', 1.0,  'completed', '2026-02-01 12:00:00', 'Grüße, 東京', '2026-02-01 12:00:00'),
    (1005, 3, 1, 'app',   'USD', 1.0,  'cancelled', '2026-02-02 12:00:00', NULL,         '2026-02-02 13:00:00')
  ) AS t (transaction_id, store_id, customer_id, channel, currency, rate, status, ordered, notes, updated)`,
);
// A later batch: one sale is returned, one arrives twice, and one version is older than what is there.
await writeParquet(
  'sales',
  'public.sales_transactions',
  'sample-2',
  `
  SELECT * FROM (VALUES
    (1001, 1, 1, 'web', 'USD', 1.0,  'returned',  '2026-01-05 10:00:00', NULL, '2026-01-09 10:00:00'),
    (1003, 1, 2, 'web', 'GBP', 1.25, 'completed', '2026-01-06 09:00:00', NULL, '2026-01-07 09:00:00'),
    (1003, 1, 2, 'web', 'GBP', 1.25, 'completed', '2026-01-06 09:00:00', NULL, '2026-01-07 09:00:00'),
    (1002, 2, NULL, 'store', 'EUR', 1.08, 'pending', '2026-01-05 18:30:00', NULL, '2026-01-05 18:00:00')
  ) AS t (transaction_id, store_id, customer_id, channel, currency, rate, status, ordered, notes, updated)`,
);
await writeParquet(
  'sales',
  'public.sales_details',
  'sample-1',
  `
  SELECT * FROM (VALUES
    (1001, 1, 11, 2, 10.00, NULL, 20.00, 0,    '{"gift": true}', '2026-01-05 10:00:00'),
    (1001, 2, 12, 1, 99.90, 10.0, 89.91, NULL, NULL,             '2026-01-05 10:00:00'),
    (1002, 1, 11, 3, 9.50,  NULL, 28.50, 0,    NULL,             '2026-01-05 18:30:00'),
    (1003, 1, 13, 1, 45.00, 5.0,  42.75, 0,    NULL,             '2026-01-06 09:00:00'),
    (1004, 1, 12, 2, 99.90, NULL, 199.80, 0,   '{"tags": ["a"]}', '2026-02-01 12:00:00'),
    (1005, 1, 13, 1, 45.00, NULL, 45.00, 0,    NULL,             '2026-02-02 12:00:00')
  ) AS t (transaction_id, line, product_id, quantity, price, discount, amount, returned, attributes, updated)`,
);
await writeParquet(
  'sales',
  'public.sales_details',
  'sample-2',
  `
  SELECT * FROM (VALUES
    (1001, 1, 11, 2, 10.00, NULL, 20.00, 1, '{"gift": true}', '2026-01-09 10:00:00')
  ) AS t (transaction_id, line, product_id, quantity, price, discount, amount, returned, attributes, updated)`,
);

const product = (
  id: number,
  name: string,
  category: { id: number; name: string },
  price: number,
  updated: string,
) => ({
  product_id: id,
  sku: `SKU-${id}`,
  name,
  category,
  brand: 'Hygge',
  list_price: price,
  cost: Math.round(price * 60) / 100,
  currency: 'USD',
  tags: [],
  attributes: {},
  active: true,
  updated_at: updated,
});
const kitchen = { id: 1, name: 'Home & Kitchen' };
const fashion = { id: 2, name: 'Fashion' };
write(
  `BRONZE.LAKE_STAGE/bronze/catalog/products/ingest_date=2026-01-05/load_id=sample-1/part-0a-00000.json.gz`,
  gzipSync(
    [
      product(11, 'Café Press', kitchen, 10, '2026-01-01T00:00:00Z'),
      product(12, 'Cast-Iron Pan', kitchen, 99.9, '2026-01-01T00:00:00Z'),
      product(13, 'Wool Scarf', fashion, 45, '2026-01-01T00:00:00Z'),
      product(13, ' Wool Scarf XL ', fashion, 48, '2026-01-02T00:00:00Z'),
    ]
      .map((one) => `${JSON.stringify(one)}\n`)
      .join(''),
  ),
);
duckdb.disconnectSync();

/** A part as the extract writes it: the same names and types. */
async function writeParquet(source: string, table: string, load: string, rows: string): Promise<void> {
  const select = table.endsWith('details')
    ? `SELECT transaction_id::BIGINT AS transaction_id, line::SMALLINT AS line_number, product_id::INTEGER AS product_id,
         quantity::INTEGER AS quantity, price::DECIMAL(12,2) AS unit_price, discount::DECIMAL(5,2) AS discount_pct,
         amount::DECIMAL(14,2) AS line_amount, returned::INTEGER AS returned_quantity, attributes::VARCHAR AS attributes,
         (updated || 'Z')::TIMESTAMPTZ AS updated_at`
    : `SELECT transaction_id::BIGINT AS transaction_id, store_id::INTEGER AS store_id,
         customer_id::INTEGER AS customer_id, channel::VARCHAR AS channel, currency::VARCHAR AS currency,
         rate::DECIMAL(18,8) AS fx_rate_to_usd, status::VARCHAR AS status, (ordered || 'Z')::TIMESTAMPTZ AS ordered_at,
         notes::VARCHAR AS notes, (ordered || 'Z')::TIMESTAMPTZ AS created_at, (updated || 'Z')::TIMESTAMPTZ AS updated_at`;
  const path = `BRONZE.LAKE_STAGE/bronze/${source}/${table}/ingest_date=2026-01-05/load_id=${load}/part-0a-00000.parquet`;
  const file = join(FIXTURES, path);
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
  await duckdb.run(
    `COPY (${select} FROM (${rows})) TO '${file.replaceAll("'", "''")}' (FORMAT PARQUET, COMPRESSION ZSTD)`,
  );
}

function write(path: string, content: Buffer): void {
  const file = join(FIXTURES, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
