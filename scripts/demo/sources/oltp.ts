import type pg from 'pg';
import { type Market, type Sales, salesOfDayOne } from './sales.ts';

const SCHEMA = `
  CREATE TABLE public.sales_transactions (
    transaction_id bigint PRIMARY KEY,
    store_id int NOT NULL,
    customer_id int,
    channel text NOT NULL CHECK (channel IN ('store', 'web', 'app')),
    currency char(3) NOT NULL,
    fx_rate_to_usd numeric(18,8) NOT NULL CHECK (fx_rate_to_usd > 0),
    status text NOT NULL CHECK (status IN ('completed', 'pending', 'cancelled', 'returned')),
    ordered_at timestamptz NOT NULL,
    notes text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  );
  CREATE TABLE public.sales_details (
    transaction_id bigint NOT NULL REFERENCES public.sales_transactions,
    line_number smallint NOT NULL,
    product_id int NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    unit_price numeric(12,2) NOT NULL,
    discount_pct numeric(5,2),
    line_amount numeric(14,2) NOT NULL,
    returned_quantity int NOT NULL CHECK (returned_quantity BETWEEN 0 AND quantity),
    attributes jsonb,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (transaction_id, line_number)
  );`;

const INDEXES = `
  CREATE INDEX sales_transactions_updated_at ON public.sales_transactions (updated_at);
  CREATE INDEX sales_details_updated_at ON public.sales_details (updated_at);`;

const TRANSACTION_COLUMNS = {
  transaction_id: 'bigint',
  store_id: 'int',
  customer_id: 'int',
  channel: 'text',
  currency: 'text',
  fx_rate_to_usd: 'numeric',
  status: 'text',
  ordered_at: 'timestamptz',
  notes: 'text',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
} as const;

const LINE_COLUMNS = {
  transaction_id: 'bigint',
  line_number: 'smallint',
  product_id: 'int',
  quantity: 'int',
  unit_price: 'numeric',
  discount_pct: 'numeric',
  line_amount: 'numeric',
  returned_quantity: 'int',
  attributes: 'jsonb',
  updated_at: 'timestamptz',
} as const;

const BATCH = 10_000;

/**
 * Creates GlobalMart's sales tables in an empty database and fills them as of the end of 2026-06-29, in one
 * transaction. `scale` is the number of transactions; each has three lines on average.
 */
export async function createOltp(
  client: pg.Client,
  { scale = 20_000, ...market }: Market & { scale?: number },
): Promise<{ transactions: number; lines: number }> {
  const created = { transactions: 0, lines: 0 };
  let batch: Sales = { transactions: [], lines: [] };
  await client.query('BEGIN');
  await client.query(SCHEMA);
  for (const day of salesOfDayOne(scale, market)) {
    batch = {
      transactions: batch.transactions.concat(day.transactions),
      lines: batch.lines.concat(day.lines),
    };
    created.transactions += day.transactions.length;
    created.lines += day.lines.length;
    if (batch.lines.length < BATCH) continue;
    await insertSales(client, batch);
    batch = { transactions: [], lines: [] };
  }
  await insertSales(client, batch);
  await client.query(INDEXES);
  await client.query('COMMIT');
  await client.query('ANALYZE public.sales_transactions, public.sales_details');
  return created;
}

/** Inserts sales by arrays of column values, a batch at a time. */
export async function insertSales(client: pg.Client, sales: Sales): Promise<void> {
  await insertColumns(client, 'public.sales_transactions', TRANSACTION_COLUMNS, sales.transactions);
  await insertColumns(client, 'public.sales_details', LINE_COLUMNS, sales.lines);
}

async function insertColumns<Name extends string>(
  client: pg.Client,
  table: string,
  columns: Record<Name, string>,
  rows: readonly Record<Name, unknown>[],
): Promise<void> {
  const names = Object.keys(columns) as Name[];
  const arrays = names.map((name, index) => `$${index + 1}::${columns[name]}[]`);
  const text = `INSERT INTO ${table} (${names.join(', ')}) SELECT * FROM unnest(${arrays.join(', ')})`;
  for (let start = 0; start < rows.length; start += BATCH) {
    const batch = rows.slice(start, start + BATCH);
    await client.query(
      text,
      names.map((name) => batch.map((row) => row[name])),
    );
  }
}
