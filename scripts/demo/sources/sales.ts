import { hourWeights, salesCalendar } from './calendar.ts';
import { CURRENCIES, type Currency, fxRate } from './currencies.ts';
import type { CatalogueProduct } from './products.ts';
import { type Random, seededRandom } from './random.ts';

/** One row of public.sales_transactions. Instants are ISO 8601 texts in UTC with microseconds. */
interface Transaction {
  transaction_id: number;
  store_id: number;
  customer_id: number | null;
  channel: 'store' | 'web' | 'app';
  currency: Currency;
  fx_rate_to_usd: string;
  status: 'completed' | 'pending' | 'cancelled' | 'returned';
  ordered_at: string;
  notes: string | null;
  created_at: string;
  updated_at: string;
}

/** One row of public.sales_details. Amounts are decimal texts in the transaction's currency. */
interface Line {
  transaction_id: number;
  line_number: number;
  product_id: number;
  quantity: number;
  unit_price: string;
  discount_pct: string | null;
  line_amount: string;
  returned_quantity: number;
  attributes: Record<string, unknown> | null;
  updated_at: string;
}

export interface Sales {
  transactions: Transaction[];
  lines: Line[];
}

/** Whom and what is sold: the catalogue, and customers numbered from 1. */
export interface Market {
  products: readonly CatalogueProduct[];
  customers: number;
}

const FIRST_TRANSACTION = 100_001;
const LAST_INSTANT_OF_DAY_ONE = Date.parse('2026-06-29T23:59:59Z');
const DAY = 86_400_000;
const LINES_PER_TRANSACTION = [20, 22, 22, 18, 11, 7];
const QUANTITIES = [1, 1, 1, 1, 1, 2, 2, 3, 4, 6, 12];
const DISCOUNTS = ['5.00', '10.00', '15.00', '20.00', '33.33', '50.00'];
const NOTES = [
  'Deliver after 18:00',
  'Klingel defekt, bitte klopfen – Grüße',
  'He said "leave it with the neighbour"',
  'Ligne 1\nLigne 2 : étage 3',
  'お届け時間指定 14時〜16時',
  "It's a gift 🎁; no invoice, please",
  'path C:\\orders\tpriority',
  'अगले सप्ताह',
];

/**
 * Day one's sales: `count` transactions ordered from 2025-07-01 to 2026-06-29, with seasons, weekdays and
 * hours, all last updated by the end of 2026-06-29. Given day by day, so that any count fits in memory.
 */
export function* salesOfDayOne(count: number, market: Market): Generator<Sales, void> {
  const random = seededRandom('globalmart/sales/1');
  let id = FIRST_TRANSACTION;
  for (const { start, share } of salesCalendar(count)) {
    const sales: Sales = { transactions: [], lines: [] };
    const seconds = Array.from({ length: share }, () => secondOfDay(random)).sort((a, b) => a - b);
    for (const second of seconds) {
      const age = LAST_INSTANT_OF_DAY_ONE - (start + second * 1000);
      const status = statusOf(random, age);
      sell(sales, random, market, { id, orderedAt: start + second * 1000, status });
      id++;
    }
    yield sales;
  }
}

/** Appends one sale with its lines. `updatedAt` fixes the instant of its last change, in ms. */
export function sell(
  sales: Sales,
  random: Random,
  market: Market,
  sale: { id: number; orderedAt: number; status: Transaction['status']; updatedAt?: number },
): void {
  const channel = (['store', 'web', 'app'] as const)[random.weighted([55, 28, 17])]!;
  const store = channel === 'store' ? random.int(1, 40) : channel === 'web' ? 900 : 901;
  const currency = CURRENCIES[channel === 'store' ? store % 6 : random.weighted([42, 24, 10, 8, 9, 7])]!;
  const rate = fxRate(currency, sale.orderedAt);
  const createdAt = sale.orderedAt + random.int(1, 20) * 100;
  const settled = sale.status === 'pending' ? createdAt : createdAt + random.int(60, 9 * 86_400) * 1000;
  const updatedAt = sale.updatedAt ?? Math.max(createdAt, Math.min(settled, LAST_INSTANT_OF_DAY_ONE));
  const micros = random.int(0, 999);
  const guest = random.chance(channel === 'store' ? 0.22 : 0.03);
  sales.transactions.push({
    transaction_id: sale.id,
    store_id: store,
    customer_id: guest ? null : customer(random, market.customers),
    channel,
    currency,
    fx_rate_to_usd: rate.toFixed(8),
    status: sale.status,
    ordered_at: instant(sale.orderedAt, micros),
    notes: random.chance(0.06) ? random.pick(NOTES) : null,
    created_at: instant(createdAt, micros),
    updated_at: instant(updatedAt, micros),
  });
  const partlyReturned = sale.status === 'completed' && random.chance(0.04);
  const lines = 1 + random.weighted(LINES_PER_TRANSACTION);
  for (let number = 1; number <= lines; number++) {
    const line = saleLine(random, market, sale.orderedAt, rate);
    const returned =
      sale.status === 'returned'
        ? line.quantity
        : partlyReturned && number === 1
          ? random.int(1, line.quantity)
          : 0;
    sales.lines.push({
      transaction_id: sale.id,
      line_number: number,
      ...line,
      returned_quantity: returned,
      updated_at: instant(returned > 0 ? updatedAt : (sale.updatedAt ?? createdAt), micros),
    });
  }
}

function saleLine(random: Random, { products }: Market, orderedAt: number, rate: number) {
  // Cubing a uniform draw gives a few best sellers and a long tail.
  const popularity = random.next();
  const product = products[Math.floor(products.length * popularity * popularity * popularity)]!;
  const quantity = random.pick(QUANTITIES);
  const month = new Date(orderedAt).getUTCMonth();
  const discounted = random.chance(month >= 10 ? 0.42 : 0.24);
  const discount = discounted ? random.pick(DISCOUNTS) : null;
  // Whole cents and basis points: products of integers below 2^53 are exact.
  const unit = Math.max(1, Math.round((product.list_price * 100) / rate));
  const charged = 10_000 - Math.round(Number(discount ?? 0) * 100);
  const amount = Math.floor((unit * quantity * charged + 5_000) / 10_000);
  return {
    product_id: product.product_id,
    quantity,
    unit_price: decimal(unit),
    discount_pct: discount,
    line_amount: decimal(amount),
    attributes: random.chance(0.15)
      ? random.pick([
          { gift: true, message: 'Félicitations! 🎉' },
          { engraving: 'für "Omi"' },
          { promo: { code: 'SUMMER', stacked: false }, channel_ref: null },
        ])
      : null,
  };
}

function statusOf(random: Random, age: number): Transaction['status'] {
  const recent = age < 4 * DAY;
  const weights = recent ? [58, 38, 3, 1] : [93, 0.6, 3.2, 3.2];
  return (['completed', 'pending', 'cancelled', 'returned'] as const)[random.weighted(weights)]!;
}

function secondOfDay(random: Random): number {
  return random.weighted(hourWeights) * 3600 + random.int(0, 3599);
}

/** Regular customers buy more: a squared uniform draw over the customer numbers. */
function customer(random: Random, customers: number): number {
  const draw = random.next();
  return 1 + Math.floor(customers * draw * draw);
}

/** Hundredths as a decimal text. */
function decimal(hundredths: number): string {
  return `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`;
}

/** A PostgreSQL timestamptz literal in UTC, of milliseconds and the microseconds below them. */
export function instant(milliseconds: number, micros = 0): string {
  return new Date(milliseconds).toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`);
}
