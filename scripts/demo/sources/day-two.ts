import type pg from 'pg';
import { insertSales } from './oltp.ts';
import { type Random, seededRandom } from './random.ts';
import { instant, type Market, type Sales, sell } from './sales.ts';

/** How many transactions (lines, for corrections and partial returns) day two changed, by kind. */
export interface DayTwoChanges {
  newSales: number;
  lateSales: number;
  completed: number;
  cancelled: number;
  returned: number;
  partlyReturned: number;
  corrected: number;
  identified: number;
}

const DAY_TWO = Date.parse('2026-06-30T00:00:00Z');
const DAY = 86_400_000;

/**
 * Applies the changes of 2026-06-30 in one transaction: new sales, sales that arrive late (ordered days
 * before), pending ones that complete or are cancelled, full and partial returns, corrected quantities
 * (the line changes, its transaction does not) and guests who turn out to be customers. Everything touched
 * carries an `updated_at` of that day.
 * @throws Error when the day has been applied already.
 */
export async function applyDayTwo(client: pg.Client, market: Market): Promise<DayTwoChanges> {
  const stored = await client.query<{ id: string; status: string; guest: boolean; age: number }>(
    `SELECT transaction_id AS id, status, customer_id IS NULL AS guest,
            extract(epoch FROM timestamptz '2026-06-30 00:00Z' - ordered_at)::float8 AS age
       FROM public.sales_transactions ORDER BY transaction_id`,
  );
  const touched = await client.query(
    `SELECT 1 FROM public.sales_transactions WHERE updated_at >= '2026-06-30 00:00Z' LIMIT 1`,
  );
  if (touched.rowCount !== 0) throw new Error('day two has already been applied to this database');
  const random = seededRandom('globalmart/sales/2');
  const count = (percent: number) => Math.max(1, Math.round((stored.rows.length * percent) / 100));
  const draw = without();

  const pending = stored.rows.filter((row) => row.status === 'pending').map((row) => row.id);
  const completed = stored.rows.filter((row) => row.status === 'completed');
  const recent = completed.filter((row) => row.age < 75 * 86_400).map((row) => row.id);
  const completing = draw(random, pending, Math.ceil(pending.length * 0.7));
  const cancelled = [
    ...draw(random, pending, Math.ceil(pending.length * 0.1)),
    ...draw(random, recent, count(0.1)),
  ];
  const returned = draw(random, recent, count(0.4));
  const partly = draw(random, recent, count(0.4));
  const corrected = draw(random, recent, count(0.3));
  const guests = stored.rows.filter((row) => row.guest && row.status === 'completed').map((row) => row.id);
  const identified = draw(random, guests, count(0.1));

  const newest = Number(stored.rows.at(-1)?.id ?? 0);
  const arrived = arrivals(random, market, newest + 1, count(3), count(0.2));

  await client.query('BEGIN');
  await insertSales(client, arrived.sales);
  await setStatus(client, random, completing, 'completed');
  await setStatus(client, random, cancelled, 'cancelled');
  await setStatus(client, random, returned, 'returned');
  await client.query(
    `UPDATE public.sales_details d SET returned_quantity = quantity, updated_at = t.updated_at
       FROM public.sales_transactions t
      WHERE t.transaction_id = d.transaction_id AND t.transaction_id = ANY ($1::bigint[])`,
    [returned],
  );
  await client.query(
    `UPDATE public.sales_details d
        SET returned_quantity = greatest(1, returned_quantity, quantity / 2), updated_at = changed.at
       FROM unnest($1::bigint[], $2::timestamptz[]) AS changed(id, at)
      WHERE d.transaction_id = changed.id AND d.line_number = 1`,
    [partly, partly.map(() => moment(random))],
  );
  await client.query(
    `UPDATE public.sales_details d
        SET quantity = quantity + 1, updated_at = changed.at,
            line_amount = round(unit_price * (quantity + 1) * (100 - coalesce(discount_pct, 0)) / 100, 2)
       FROM unnest($1::bigint[], $2::timestamptz[]) AS changed(id, at)
      WHERE d.transaction_id = changed.id AND d.line_number = 1`,
    [corrected, corrected.map(() => moment(random))],
  );
  await client.query(
    `UPDATE public.sales_transactions t SET customer_id = changed.customer, updated_at = changed.at
       FROM unnest($1::bigint[], $2::int[], $3::timestamptz[]) AS changed(id, customer, at)
      WHERE t.transaction_id = changed.id`,
    [identified, identified.map(() => random.int(1, market.customers)), identified.map(() => moment(random))],
  );
  await client.query('COMMIT');
  return {
    newSales: arrived.newSales,
    lateSales: arrived.lateSales,
    completed: completing.length,
    cancelled: cancelled.length,
    returned: returned.length,
    partlyReturned: partly.length,
    corrected: corrected.length,
    identified: identified.length,
  };
}

/** Draws from lists so that no id is drawn twice: each sale changes in one way. */
function without(): (random: Random, ids: readonly string[], count: number) => string[] {
  const taken = new Set<string>();
  return (random, ids, count) => {
    const drawn = random.sample(
      ids.filter((id) => !taken.has(id)),
      count,
    );
    for (const id of drawn) taken.add(id);
    return drawn;
  };
}

function arrivals(random: Random, market: Market, firstId: number, fresh: number, late: number) {
  const sales: Sales = { transactions: [], lines: [] };
  // The newest products come right behind the best sellers.
  const newest = market.products.slice(-5);
  const products = market.products.slice(0, -5).toSpliced(15, 0, ...newest);
  for (let index = 0; index < fresh + late; index++) {
    const isLate = index >= fresh;
    const updatedAt = DAY_TWO + random.int(3_600, 85_000) * 1000;
    const orderedAt = isLate
      ? DAY_TWO - random.int(1, 6) * DAY + random.int(0, 80_000) * 1000
      : DAY_TWO + random.int(0, Math.floor((updatedAt - DAY_TWO) / 1000) - 60) * 1000;
    const status = (['completed', 'pending', 'cancelled'] as const)[random.weighted([80, 18, 2])]!;
    sell(
      sales,
      random,
      { ...market, products },
      {
        id: firstId + index,
        orderedAt,
        status: isLate ? 'completed' : status,
        updatedAt,
      },
    );
  }
  return { sales, newSales: fresh, lateSales: late };
}

async function setStatus(client: pg.Client, random: Random, ids: string[], status: string): Promise<void> {
  await client.query(
    `UPDATE public.sales_transactions t SET status = $3, updated_at = changed.at
       FROM unnest($1::bigint[], $2::timestamptz[]) AS changed(id, at)
      WHERE t.transaction_id = changed.id`,
    [ids, ids.map(() => moment(random)), status],
  );
}

/** Some instant of day two. */
function moment(random: Random): string {
  return instant(DAY_TWO + random.int(600, 86_000) * 1000, random.int(0, 999));
}
