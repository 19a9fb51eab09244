import type { Comparison, ComparisonGroup } from './compare.ts';
import type { World } from './world.ts';

const SALES = 3_000_000;

/** A view over five tables, as gold has them: joins, a condition, distinct counts, sums, a window over the groups. */
export const goldViews: ComparisonGroup = { setUp, comparisons };

async function setUp(world: World): Promise<void> {
  for (const sql of tables(
    (rows) => `(SELECT SEQ8() AS i FROM TABLE(GENERATOR(ROWCOUNT => ${rows})))`,
    'NUMBER(9,0)',
    'NUMBER(18,0)',
  ))
    await world.session.execute(sql);
  for (const sql of tables((rows) => `(SELECT i FROM range(${rows}) AS r(i))`, 'INTEGER', 'BIGINT'))
    await world.plain.run(sql);
  await world.session.execute(`CREATE VIEW monthly_sales AS ${VIEW}`);
  await world.plain.run(`CREATE VIEW monthly_sales AS ${VIEW}`);
}

function comparisons(): Comparison[] {
  const query = 'SELECT * FROM monthly_sales ORDER BY sales_month, category_name, region, loyalty_tier';
  return [
    {
      name: 'gold view over 5 tables, 3M sales',
      wanted: 1.2,
      runs: 5,
      prepare: { ours: [], plain: [] },
      ours: query,
      plain: query,
    },
  ];
}

const VIEW = `
SELECT
  d.sales_month, p.category_name, st.region, c.loyalty_tier,
  COUNT(DISTINCT f.transaction_id) AS transactions,
  SUM(f.quantity) AS units,
  SUM(f.net_usd) AS net_usd,
  SUM(f.net_usd) - SUM(f.quantity * p.cost_usd) AS margin_usd,
  RANK() OVER (PARTITION BY d.sales_month ORDER BY SUM(f.net_usd) DESC) AS rank_in_month
FROM fact_sale AS f
JOIN dim_product AS p ON p.product_id = f.product_id
JOIN dim_store AS st ON st.store_id = f.store_id
JOIN dim_day AS d ON d.day_id = f.day_id
LEFT JOIN dim_customer AS c ON c.customer_id = f.customer_id
WHERE f.status IN ('completed', 'returned')
GROUP BY d.sales_month, p.category_name, st.region, c.loyalty_tier`;

/** Both dialects understand these but for the source of numbers and the integer types. */
function tables(source: (rows: number) => string, small: string, large: string): string[] {
  const from = (rows: number): string => `FROM ${source(rows)} AS g`;
  return [
    `CREATE TABLE dim_product AS SELECT i::${small} AS product_id, 'category ' || MOD(i, 20) AS category_name, (MOD(i, 900) / 10)::DECIMAL(12,2) AS cost_usd ${from(20_000)}`,
    `CREATE TABLE dim_store AS SELECT i::${small} AS store_id, CASE MOD(i, 4) WHEN 0 THEN 'north' WHEN 1 THEN 'east' WHEN 2 THEN 'south' ELSE 'west' END AS region ${from(200)}`,
    `CREATE TABLE dim_day AS SELECT i::${small} AS day_id, (DATE '2024-01-01' + i::INTEGER)::DATE AS sales_day, DATE_TRUNC('month', (DATE '2024-01-01' + i::INTEGER))::DATE AS sales_month ${from(365)}`,
    `CREATE TABLE dim_customer AS SELECT i::${small} AS customer_id, CASE MOD(i, 3) WHEN 0 THEN 'gold' WHEN 1 THEN 'silver' ELSE 'basic' END AS loyalty_tier ${from(300_000)}`,
    `CREATE TABLE fact_sale AS SELECT FLOOR(i / 3)::${large} AS transaction_id, MOD(i * 7919, 20000)::${small} AS product_id, MOD(i, 200)::${small} AS store_id, MOD(FLOOR(i / 3), 365)::${small} AS day_id, CASE WHEN MOD(i, 5) > 0 THEN MOD(i * 104729, 300000)::${small} END AS customer_id, CASE WHEN MOD(i, 10) = 0 THEN 'cancelled' WHEN MOD(i, 17) = 0 THEN 'returned' ELSE 'completed' END AS status, (1 + MOD(i, 4))::${small} AS quantity, (MOD(i * 31, 99991) / 100)::DECIMAL(14,2) AS net_usd ${from(SALES)}`,
  ];
}
