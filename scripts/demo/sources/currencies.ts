export const CURRENCIES = ['USD', 'EUR', 'GBP', 'JPY', 'BRL', 'INR'] as const;
export type Currency = (typeof CURRENCIES)[number];

/** US dollars for one unit, in 1e-8 dollars, in the middle of the year's range. */
const RATES: Record<Currency, number> = {
  USD: 100_000_000,
  EUR: 114_350_000,
  GBP: 132_875_400,
  JPY: 668_123,
  BRL: 18_240_517,
  INR: 1_163_389,
};

const DAY = 86_400_000;

/** The rate captured at a sale: dollars for one unit of the currency, with 8 decimals, moving day by day. */
export function fxRate(currency: Currency, orderedAt: number): number {
  const rate = RATES[currency];
  if (currency === 'USD') return 1;
  const day = Math.floor(orderedAt / DAY);
  // A triangle wave of ±4% over some months, with a small wobble from day to day.
  const period = 150 + CURRENCIES.indexOf(currency) * 17;
  const phase = day % period;
  const drift = (Math.abs(phase * 2 - period) / period - 0.5) * 0.08;
  const wobble = (((day * 7919 + rate) % 101) - 50) / 20_000;
  return Math.round(rate * (1 + drift + wobble)) / 100_000_000;
}
