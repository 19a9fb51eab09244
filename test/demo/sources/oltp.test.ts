import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyDayTwo, type DayTwoChanges } from '../../../scripts/demo/sources/day-two.ts';
import { expectedTotals, type MonthlyTotal } from '../../../scripts/demo/sources/expected-totals.ts';
import { createOltp } from '../../../scripts/demo/sources/oltp.ts';
import { catalogueOfDayOne, catalogueOfDayTwo } from '../../../scripts/demo/sources/products.ts';
import { salesOfDayOne } from '../../../scripts/demo/sources/sales.ts';
import { startTestPostgres } from '../../support/stack.ts';

const SCALE = 2000;
const products = catalogueOfDayOne();
const market = { products, customers: 200 };
let client: pg.Client;
/** The totals of day one. */
let before: MonthlyTotal[];

beforeAll(async () => {
  await startTestPostgres();
  client = new pg.Client(process.env.DATABASE_URL!);
  await client.connect();
});
afterAll(() => client.end());

async function count(condition: string, table = 'transactions'): Promise<number> {
  const answer = await client.query(
    `SELECT count(*)::int AS n FROM public.sales_${table} WHERE ${condition}`,
  );
  return answer.rows[0].n;
}

/** One text for all rows of both tables, to compare two states of the database. */
async function fingerprint(): Promise<string> {
  const answer = await client.query(
    `SELECT md5((SELECT string_agg(t::text, '' ORDER BY transaction_id) FROM public.sales_transactions t) ||
                (SELECT string_agg(d::text, '' ORDER BY transaction_id, line_number) FROM public.sales_details d)) AS md5`,
  );
  return answer.rows[0].md5;
}

/** Exact cents of a decimal text. */
function cents(text: string): bigint {
  return BigInt(text.replace('.', ''));
}

describe.sequential("GlobalMart's sales database", () => {
  test('holds the transactions and lines of day one', async () => {
    const created = await createOltp(client, { scale: SCALE, ...market });
    expect(created.transactions).toBe(SCALE);
    expect(created.lines).toBeGreaterThan(2.8 * SCALE);
    expect([await count('true'), await count('true', 'details')]).toEqual([
      created.transactions,
      created.lines,
    ]);
  });

  test('is the same on every machine', async () => {
    await client.query("SET TimeZone = 'UTC'");
    expect(await fingerprint()).toBe('c3a1a4c704b1e9c731fb3f7996c01b83');
  });

  test('is sold within the year and last updated by the end of day one', async () => {
    expect(await count("ordered_at < '2025-07-01Z' OR ordered_at >= '2026-06-30Z'")).toBe(0);
    expect(
      await count("updated_at >= '2026-06-30Z' OR updated_at < created_at OR created_at < ordered_at"),
    ).toBe(0);
    expect(await count("updated_at >= '2026-06-30Z'", 'details')).toBe(0);
  });

  test('has seasons: December sells more than February, Saturday more than Monday', async () => {
    const of = (part: string) => count(`to_char(ordered_at AT TIME ZONE 'UTC', 'MM-ID') LIKE '${part}'`);
    expect(await of('12-%')).toBeGreaterThan(1.5 * (await of('02-%')));
    expect(await of('%-6')).toBeGreaterThan(1.2 * (await of('%-1')));
  });

  test('has guests, all channels, currencies and statuses, notes with quotes, newlines and unicode', async () => {
    expect(await count('customer_id IS NULL')).toBeGreaterThan(100);
    for (const [column, values] of Object.entries({
      channel: ['app', 'store', 'web'],
      currency: ['BRL', 'EUR', 'GBP', 'INR', 'JPY', 'USD'],
      status: ['cancelled', 'completed', 'pending', 'returned'],
    })) {
      const found = await client.query(`SELECT DISTINCT ${column}::text AS v FROM public.sales_transactions`);
      expect(found.rows.map((row) => row.v).sort()).toEqual(values);
    }
    for (const pattern of ['%"%', '%\n%', '%時間%', '%🎁%', '%\\\\orders%']) {
      expect(await count(`notes LIKE '${pattern}'`), pattern).toBeGreaterThan(0);
    }
    expect(await count("attributes ->> 'message' = 'Félicitations! 🎉'", 'details')).toBeGreaterThan(0);
  });

  test('charges price times quantity less discount, and returned sales are returned in full', async () => {
    expect(
      await count(
        'line_amount <> round(unit_price * quantity * (100 - coalesce(discount_pct, 0)) / 100, 2)',
        'details',
      ),
    ).toBe(0);
    expect(
      await count(
        `returned_quantity <> quantity AND transaction_id IN
           (SELECT transaction_id FROM public.sales_transactions WHERE status = 'returned')`,
        'details',
      ),
    ).toBe(0);
  });
});

describe.sequential('the expected totals', () => {
  test('add up per month and category to what the generator sold, to the cent', async () => {
    before = await expectedTotals(client, products);
    const days = [...salesOfDayOne(SCALE, market)];
    const transactions = days.flatMap((day) => day.transactions);
    const lines = days.flatMap((day) => day.lines);
    const sold = new Map(transactions.map((sale) => [sale.transaction_id, sale]));
    const category = new Map(products.map((product) => [product.product_id, product.category.name]));
    const gross = new Map<string, bigint>();
    for (const line of lines) {
      const sale = sold.get(line.transaction_id)!;
      if (sale.status !== 'completed' && sale.status !== 'returned') continue;
      const key = `${sale.ordered_at.slice(0, 7)} ${category.get(line.product_id)}`;
      // Cents times 1e-8 dollars, rounded half up.
      const usd = (cents(line.line_amount) * cents(sale.fx_rate_to_usd) + 50_000_000n) / 100_000_000n;
      gross.set(key, (gross.get(key) ?? 0n) + usd);
    }
    const found = new Map(before.map((row) => [`${row.month} ${row.category}`, cents(row.grossUsd)]));
    expect(found).toEqual(new Map([...gross].sort(([a], [b]) => (a < b ? -1 : 1))));
  });

  test('net is gross less refund, in every row', () => {
    expect(before.length).toBeGreaterThan(110);
    for (const row of before) expect(cents(row.grossUsd) - cents(row.refundUsd)).toBe(cents(row.netUsd));
    expect(before.some((row) => row.refundUsd !== '0.00')).toBe(true);
  });
});

describe.sequential('day two', () => {
  const dayTwo = { ...market, products: catalogueOfDayTwo(products) };
  let changes: DayTwoChanges;

  test('adds new and late sales, and changes old ones in every way', async () => {
    const [pending, cancelled, returned] = [
      await count("status = 'pending'"),
      await count("status = 'cancelled'"),
      await count("status = 'returned'"),
    ];
    changes = await applyDayTwo(client, dayTwo);
    expect(changes).toMatchObject({
      newSales: 60,
      lateSales: 4,
      returned: 8,
      partlyReturned: 8,
      corrected: 6,
    });
    expect(changes.completed).toBe(Math.ceil(pending * 0.7));
    const old = 'transaction_id <= 102000';
    expect(await count(`${old} AND status = 'returned'`)).toBe(returned + changes.returned);
    expect(await count(`${old} AND status = 'cancelled'`)).toBe(cancelled + changes.cancelled);
    expect(await count('true')).toBe(SCALE + 64);
  });

  test('touches exactly what it says, on 2026-06-30', async () => {
    const touched = "updated_at >= '2026-06-30Z' AND updated_at < '2026-07-01Z'";
    const { newSales, lateSales, completed, cancelled, returned, identified } = changes;
    expect(await count(touched)).toBe(newSales + lateSales + completed + cancelled + returned + identified);
    expect(await count("updated_at >= '2026-07-01Z'")).toBe(0);
    expect(await count(`${touched} AND transaction_id > 102000 AND ordered_at < '2026-06-30Z'`)).toBe(
      lateSales,
    );
  });

  test('corrects lines whose transactions do not change', async () => {
    const alone = await client.query(
      `SELECT count(*)::int AS n FROM public.sales_details d JOIN public.sales_transactions t USING (transaction_id)
        WHERE d.updated_at >= '2026-06-30Z' AND t.updated_at < '2026-06-30Z'`,
    );
    expect(alone.rows[0].n).toBe(changes.partlyReturned + changes.corrected);
    expect(
      await count(
        'line_amount <> round(unit_price * quantity * (100 - coalesce(discount_pct, 0)) / 100, 2)',
        'details',
      ),
    ).toBe(0);
  });

  test('raises the net sales of June and lowers those of May', async () => {
    const after = await expectedTotals(client, dayTwo.products);
    const net = (rows: MonthlyTotal[], month: string) =>
      rows.filter((row) => row.month === month).reduce((sum, row) => sum + cents(row.netUsd), 0n);
    expect(net(after, '2026-06')).toBeGreaterThan(net(before, '2026-06'));
    expect(net(after, '2026-05')).toBeLessThan(net(before, '2026-05'));
  });

  test('sells the new products, which the catalogue of day one does not know', async () => {
    const unknown = (rows: MonthlyTotal[]) => rows.filter((row) => row.category === 'Unknown').length;
    expect(unknown(await expectedTotals(client, dayTwo.products))).toBe(0);
    expect(unknown(await expectedTotals(client, products))).toBe(1);
  });

  test('is refused a second time and leaves the database as it is', async () => {
    const untouched = await fingerprint();
    await expect(applyDayTwo(client, dayTwo)).rejects.toThrow('day two has already been applied');
    expect(await fingerprint()).toBe(untouched);
  });
});
