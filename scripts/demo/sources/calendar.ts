const DAY = 86_400_000;
const FIRST_DAY = Date.UTC(2025, 6, 1);
const LAST_DAY = Date.UTC(2026, 5, 29);

/** Sunday first. */
const WEEKDAYS = [118, 82, 84, 90, 98, 126, 140];
/** January first. */
const MONTHS = [80, 78, 90, 95, 100, 98, 96, 92, 97, 104, 138, 172];
/** Shares of the hours of a day, UTC. */
export const hourWeights = [
  2, 1, 1, 1, 1, 2, 4, 8, 14, 20, 26, 30, 34, 32, 28, 28, 32, 40, 48, 46, 36, 24, 12, 5,
];

/** Days on which a promotion or a holiday changes demand, in percent of an ordinary day. */
const SPECIAL_DAYS: Record<string, number> = {
  '2025-11-11': 160,
  '2025-11-28': 320,
  '2025-12-01': 240,
  '2025-12-24': 130,
  '2025-12-25': 25,
  '2026-01-01': 40,
  '2026-02-14': 150,
};

/**
 * Spreads `count` sales over the days from 2025-07-01 to 2026-06-29. The shares add up to `count`
 * exactly. `start` is midnight UTC in milliseconds.
 */
export function salesCalendar(count: number): { start: number; share: number }[] {
  const starts = Array.from(
    { length: (LAST_DAY - FIRST_DAY) / DAY + 1 },
    (_, index) => FIRST_DAY + index * DAY,
  );
  const weights = starts.map(demand);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let passed = 0;
  let sold = 0;
  return starts.map((start, index) => {
    passed += weights[index]!;
    const soldByNow = Math.floor((count * passed) / total);
    const share = soldByNow - sold;
    sold = soldByNow;
    return { start, share };
  });
}

/** Relative demand of a day, a whole number so that sums are exact. */
function demand(start: number): number {
  const day = new Date(start);
  const special = SPECIAL_DAYS[day.toISOString().slice(0, 10)] ?? 100;
  return WEEKDAYS[day.getUTCDay()]! * MONTHS[day.getUTCMonth()]! * special;
}
