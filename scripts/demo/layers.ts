import type { SnowflakeSession } from '../../actions/shared/snowflake.ts';

/** Rows per table of bronze and silver, and per gold view. */
export type LayerCounts = Record<string, number>;

const COUNTED = [
  'BRONZE.SALES_TRANSACTIONS',
  'BRONZE.SALES_DETAILS',
  'BRONZE.PRODUCTS',
  'BRONZE.CUSTOMERS',
  'BRONZE.CUSTOMERS_REJECTED',
  'SILVER.SALES_TRANSACTION',
  'SILVER.SALES_DETAIL',
  'SILVER.FACT_SALE',
  'SILVER.DIM_PRODUCT',
  'SILVER.DIM_CUSTOMER',
  'SILVER.QUARANTINE',
  'GOLD.MONTHLY_SALES_BY_CATEGORY',
  'GOLD.CUSTOMER_LIFETIME_VALUE',
  'GOLD.DAILY_SALES',
  'GOLD.PRODUCT_MARGIN',
  'GOLD.RETURNS_RATE',
  'GOLD.NEW_AND_RETURNING_CUSTOMERS',
];

export async function countLayers(session: SnowflakeSession): Promise<LayerCounts> {
  const union = COUNTED.map((name) => `SELECT '${name}' AS NAME, COUNT(*) AS ROW_COUNT FROM ${name}`).join(
    ' UNION ALL ',
  );
  const { rows } = await session.execute(union);
  return Object.fromEntries(rows.map((row) => [String(row.NAME), Number(row.ROW_COUNT)]));
}

/**
 * A fingerprint of everything in silver and gold, so that "nothing changed" is a fact and not an impression.
 * Ordered text of all rows; load ids and times of loading are part of it.
 */
export async function fingerprint(session: SnowflakeSession): Promise<Record<string, string>> {
  const prints: Record<string, string> = {};
  for (const name of COUNTED.filter((counted) => !counted.startsWith('BRONZE.'))) {
    const { rows } = await session.execute(
      `SELECT MD5(LISTAGG(ROW_TEXT, '\\n') WITHIN GROUP (ORDER BY ROW_TEXT)) AS PRINT
         FROM (SELECT MD5(TO_JSON(OBJECT_CONSTRUCT_KEEP_NULL(*))) AS ROW_TEXT FROM ${name})`,
    );
    prints[name] = String(rows[0]?.PRINT);
  }
  return prints;
}
