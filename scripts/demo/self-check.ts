import type { SnowflakeSession } from '../../actions/shared/snowflake.ts';
import { expectedTotals, type MonthlyTotal } from './sources/expected-totals.ts';
import type { World } from './world.ts';

export interface CheckResult {
  name: string;
  passed: boolean;
  detail: string;
}

/** Gold against the sources: PostgreSQL joined with the API's own products, month by month, to the cent. */
export async function checkTotals(
  world: World,
  session: SnowflakeSession,
  day: string,
): Promise<CheckResult> {
  const expected = await expectedTotals(world.oltp, world.api.products());
  const { rows } = await session.execute(
    `SELECT TO_CHAR(SALES_MONTH, 'YYYY-MM') AS MONTH, CATEGORY_NAME AS CATEGORY, TRANSACTIONS, UNITS,
            GROSS_USD::VARCHAR AS GROSS_USD, REFUND_USD::VARCHAR AS REFUND_USD, NET_USD::VARCHAR AS NET_USD
       FROM GOLD.MONTHLY_SALES_BY_CATEGORY`,
  );
  const found = new Map(
    rows.map((row) => [
      `${row.MONTH} ${row.CATEGORY}`,
      line({
        transactions: Number(row.TRANSACTIONS),
        units: Number(row.UNITS),
        grossUsd: String(row.GROSS_USD),
        refundUsd: String(row.REFUND_USD),
        netUsd: String(row.NET_USD),
      }),
    ]),
  );
  const wanted = new Map(expected.map((total) => [`${total.month} ${total.category}`, line(total)]));
  const differences = [
    ...[...wanted]
      .filter(([key, value]) => found.get(key) !== value)
      .map(([key, value]) => `${key}: sources ${value}, gold ${found.get(key) ?? 'nothing'}`),
    ...[...found]
      .filter(([key]) => !wanted.has(key))
      .map(([key, value]) => `${key}: sources nothing, gold ${value}`),
  ];
  return {
    name: `gold equals the sources (${day})`,
    passed: differences.length === 0 && expected.length > 0,
    detail:
      differences.length === 0
        ? `${expected.length} months × categories, to the cent`
        : `${differences.length} of ${expected.length} differ: ${differences.slice(0, 3).join('; ')}`,
  };
}

/** Silver and gold before and after a repeated batch. */
export function checkUnchanged(before: Record<string, string>, after: Record<string, string>): CheckResult {
  const changed = Object.keys(after).filter((name) => before[name] !== after[name]);
  return {
    name: 'a repeated batch changes nothing',
    passed: changed.length === 0,
    detail:
      changed.length === 0
        ? `${Object.keys(after).length} tables and views identical`
        : `changed: ${changed.join(', ')}`,
  };
}

/** Silver and gold before and after a batch that must have changed them. */
export function checkChanged(before: Record<string, string>, after: Record<string, string>): CheckResult {
  const names = ['SILVER.FACT_SALE', 'SILVER.DIM_PRODUCT', 'SILVER.DIM_CUSTOMER', 'GOLD.DAILY_SALES'];
  const same = names.filter((name) => before[name] === after[name]);
  return {
    name: 'day 2 reaches silver and gold',
    passed: same.length === 0,
    detail: same.length === 0 ? `${names.join(', ')} changed` : `unchanged: ${same.join(', ')}`,
  };
}

/** Every row of the customers files is loaded or rejected, and nothing else is. */
export function checkCustomers(
  day: string,
  expected: { good: number; bad: number },
  actual: { customersLoaded: number; customersRejected: number },
): CheckResult {
  return {
    name: `customers add up (${day})`,
    passed: expected.good === actual.customersLoaded && expected.bad === actual.customersRejected,
    detail: `${actual.customersLoaded} of ${expected.good} good rows loaded, ${actual.customersRejected} of ${expected.bad} bad rows rejected`,
  };
}

function line(total: Omit<MonthlyTotal, 'month' | 'category'>): string {
  return `${total.transactions} sales, ${total.units} units, ${total.grossUsd} − ${total.refundUsd} = ${total.netUsd}`;
}
