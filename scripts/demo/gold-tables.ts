import { Table } from 'console-table-printer';
import type { SnowflakeSession } from '../../actions/shared/snowflake.ts';

/** What of each gold view is shown. */
const SHOWN: { title: string; sql: string }[] = [
  {
    title: 'Monthly sales by category (newest month)',
    sql: `SELECT TO_CHAR(SALES_MONTH, 'YYYY-MM') AS MONTH, CATEGORY_NAME, TRANSACTIONS, UNITS, GROSS_USD, REFUND_USD, NET_USD
            FROM GOLD.MONTHLY_SALES_BY_CATEGORY
           QUALIFY SALES_MONTH = MAX(SALES_MONTH) OVER ()
           ORDER BY NET_USD DESC`,
  },
  {
    title: 'Customers by lifetime value',
    sql: `SELECT VALUE_RANK, CUSTOMER_ID, COUNTRY, LOYALTY_TIER, TRANSACTIONS, LIFETIME_VALUE_USD, AVERAGE_ORDER_USD
            FROM GOLD.CUSTOMER_LIFETIME_VALUE ORDER BY VALUE_RANK, CUSTOMER_ID LIMIT 5`,
  },
  {
    title: 'Daily sales (last week)',
    sql: `SELECT TO_CHAR(SALES_DATE, 'YYYY-MM-DD') AS DAY, TRANSACTIONS, UNITS, NET_USD, NET_USD_7_DAY_AVERAGE
            FROM GOLD.DAILY_SALES ORDER BY SALES_DATE DESC LIMIT 7`,
  },
  {
    title: 'Product margin (best five)',
    sql: `SELECT PRODUCT_NAME, CATEGORY_NAME, NET_UNITS, NET_USD, MARGIN_USD, MARGIN_PCT
            FROM GOLD.PRODUCT_MARGIN ORDER BY MARGIN_USD DESC, PRODUCT_ID LIMIT 5`,
  },
  {
    title: 'Returns rate (highest five)',
    sql: `SELECT CATEGORY_NAME, CHANNEL, UNITS, RETURNED_UNITS, RETURNED_UNITS_PCT, REFUND_PCT
            FROM GOLD.RETURNS_RATE ORDER BY REFUND_PCT DESC, CATEGORY_NAME, CHANNEL LIMIT 5`,
  },
  {
    title: 'New and returning customers (last six months)',
    sql: `SELECT TO_CHAR(SALES_MONTH, 'YYYY-MM') AS MONTH, NEW_CUSTOMERS, RETURNING_CUSTOMERS, NEW_CUSTOMERS_USD, RETURNING_CUSTOMERS_USD
            FROM GOLD.NEW_AND_RETURNING_CUSTOMERS ORDER BY SALES_MONTH DESC LIMIT 6`,
  },
];

/** Prints the gold views as tables. */
export async function showGold(session: SnowflakeSession): Promise<void> {
  for (const { title, sql } of SHOWN) {
    const { rows } = await session.execute(sql);
    const table = new Table({ title, shouldDisableColors: !process.stdout.isTTY });
    for (const row of rows) {
      table.addRow(
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [
            name.toLowerCase().replaceAll('_', ' '),
            display(name, value),
          ]),
        ),
      );
    }
    table.printTable();
  }
}

/** Prints what differs between two counts of the layers. */
export function showChanges(before: Record<string, number>, after: Record<string, number>): void {
  const table = new Table({ title: 'What changed', shouldDisableColors: !process.stdout.isTTY });
  for (const [name, rows] of Object.entries(after)) {
    const change = rows - (before[name] ?? 0);
    table.addRow({
      table: name,
      rows: rows.toLocaleString('en-US'),
      change:
        change > 0
          ? `+${change.toLocaleString('en-US')}`
          : change === 0
            ? ''
            : change.toLocaleString('en-US'),
    });
  }
  table.printTable();
}

function display(name: string, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'number') return String(value);
  const digits = /USD|PCT/.test(name) ? { minimumFractionDigits: 2, maximumFractionDigits: 2 } : {};
  return /ID$/.test(name) ? String(value) : value.toLocaleString('en-US', digits);
}
