import type pg from 'pg';
import type { CatalogueProduct } from './products.ts';

/** Sales of one month (of `ordered_at`, UTC) and category. Amounts are decimal texts in US dollars. */
export interface MonthlyTotal {
  /** YYYY-MM */
  month: string;
  category: string;
  /** Transactions with a line of the category. */
  transactions: number;
  /** Units sold, before returns. */
  units: number;
  grossUsd: string;
  refundUsd: string;
  netUsd: string;
}

/**
 * Monthly sales by category computed from the sources alone: by PostgreSQL, joined with the API's products.
 * A line counts when its sale is completed or returned; gross is the charged amount at the sale's own rate,
 * the refund is the returned share of it, each rounded to the cent; net is their difference. Products that the catalogue lacks count as 'Unknown'.
 */
export async function expectedTotals(
  client: pg.Client,
  products: readonly CatalogueProduct[],
): Promise<MonthlyTotal[]> {
  const categories = products.map(({ product_id, category }) => ({ product_id, category: category.name }));
  const { rows } = await client.query<MonthlyTotal>(
    `WITH product AS (
       SELECT * FROM json_to_recordset($1::json) AS p(product_id int, category text)
     ), line AS (
       SELECT to_char(t.ordered_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month, coalesce(p.category, 'Unknown') AS category, t.transaction_id,
              d.quantity, d.returned_quantity, round(d.line_amount * t.fx_rate_to_usd, 2) AS gross
         FROM public.sales_transactions t
         JOIN public.sales_details d USING (transaction_id)
         LEFT JOIN product p USING (product_id)
        WHERE t.status IN ('completed', 'returned')
     ), refunded AS (
       SELECT *, round(gross * returned_quantity / quantity, 2) AS refund FROM line
     )
     SELECT month, category, count(DISTINCT transaction_id)::int AS transactions,
            sum(quantity)::int AS units, sum(gross)::text AS "grossUsd",
            sum(refund)::text AS "refundUsd", sum(gross - refund)::text AS "netUsd"
       FROM refunded GROUP BY month, category ORDER BY month, category COLLATE "C"`,
    [JSON.stringify(categories)],
  );
  return rows;
}
