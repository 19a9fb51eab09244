import { type Customer, customerOf, movedCustomer } from './customers.ts';
import { seededRandom } from './random.ts';

/** A customer file with what a validator has to find in it. */
interface CustomersCsv {
  text: string;
  /** Data rows (records, not lines), those that are valid and those that are not. */
  expected: { rows: number; good: number; bad: number };
}

const HEADER: (keyof Customer)[] = [
  'customer_id',
  'email',
  'first_name',
  'last_name',
  'country',
  'city',
  'birth_date',
  'loyalty_tier',
  'marketing_consent',
  'signup_date',
  'updated_at',
];

/** Each makes one row invalid. */
const DIRT: ((fields: Customer) => string[])[] = [
  (fields) => values(fields).slice(0, -2),
  (fields) => [...values(fields), 'surplus'],
  (fields) => values({ ...fields, birth_date: '1987-02-30' }),
  (fields) => values({ ...fields, email: fields.email.replace('@', ' at ') }),
  (fields) => values({ ...fields, customer_id: '' }),
  (fields) => values({ ...fields, customer_id: `${fields.customer_id}O` }),
  (fields) => values({ ...fields, loyalty_tier: 'diamond' }),
  (fields) => values({ ...fields, signup_date: '31/12/2024' }),
];

/** Each looks suspicious and is valid data that must arrive unchanged. */
const ODDITIES: ((fields: Customer) => Customer)[] = [
  (fields) => ({ ...fields, city: 'Frankfurt\nam Main' }),
  (fields) => ({ ...fields, last_name: '=cmd|calc' }),
  (fields) => ({ ...fields, last_name: '+Plus' }),
  (fields) => ({ ...fields, last_name: '@home' }),
  (fields) => ({ ...fields, city: 'St. John\'s, "The Rock"' }),
  (fields) => ({ ...fields, first_name: '-Ana', birth_date: '' }),
];

/**
 * The customers file of a day. Day 1 has `count` rows: all customers but the last few, about 1.5% of them
 * in dirty rows, and some twice with a newer `updated_at`. Day 2 has the corrected rows of those that were
 * dirty, customers who moved, new customers and again a little dirt.
 */
export function customersCsv({ count = 2000, day }: { count?: number; day: 1 | 2 }): CustomersCsv {
  const random = seededRandom('globalmart/customers/rows');
  const repeated = Math.round(count * 0.005);
  const ids = Array.from({ length: count - repeated }, (_, index) => index + 1);
  const dirty = random.sample(ids, Math.max(1, Math.round(count * 0.015)));
  const others = random.sample(
    ids.filter((id) => !dirty.includes(id)),
    repeated + Math.round(count * 0.02) + ODDITIES.length,
  );
  const odd = others.slice(0, ODDITIES.length);
  const changed = others.slice(ODDITIES.length);
  return day === 1 ? dayOne(ids, dirty, odd, changed.slice(0, repeated)) : dayTwo(count, ids, dirty, changed);
}

function dayOne(ids: number[], dirty: number[], odd: number[], repeated: number[]): CustomersCsv {
  const rows = ids.map((id) => {
    const customer = customerOf(id);
    const dirt = dirty.indexOf(id);
    if (dirt !== -1) return DIRT[dirt % DIRT.length]!(customer);
    const oddity = odd.indexOf(id);
    return values(oddity === -1 ? customer : ODDITIES[oddity]!(customer));
  });
  for (const id of repeated) rows.push(values(movedCustomer(id, '2026-06-28T16:30:00Z')));
  return file(rows, dirty.length);
}

function dayTwo(count: number, ids: number[], dirty: number[], changed: number[]): CustomersCsv {
  const fresh = Math.max(1, Math.round(count * 0.01));
  const lastId = ids.length;
  const rows = [
    ...dirty.map((id) => values({ ...customerOf(id), updated_at: '2026-06-30T07:00:00Z' })),
    ...changed.map((id) => values(movedCustomer(id, '2026-06-30T07:15:00Z'))),
    ...Array.from({ length: fresh }, (_, index) =>
      values({
        ...customerOf(lastId + 1 + index),
        signup_date: '2026-06-30',
        updated_at: '2026-06-30T07:30:00Z',
      }),
    ),
  ];
  const stillDirty = Math.round(rows.length * 0.015);
  for (let index = 0; index < stillDirty; index++) {
    rows.push(DIRT[(index + 2) % DIRT.length]!(customerOf(lastId + 1 + fresh + index)));
  }
  return file(rows, stillDirty);
}

function file(rows: string[][], bad: number): CustomersCsv {
  const text = [HEADER, ...rows].map((row) => `${row.map(csvField).join(',')}\n`).join('');
  return { text, expected: { rows: rows.length, good: rows.length - bad, bad } };
}

function values(customer: Customer): string[] {
  return HEADER.map((name) => customer[name]);
}

function csvField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
