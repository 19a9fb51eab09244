import { type Random, seededRandom } from './random.ts';

/** A customer as the shops' system exports it; every field is text. */
export interface Customer {
  customer_id: string;
  email: string;
  first_name: string;
  last_name: string;
  /** ISO 3166 two-letter code. */
  country: string;
  city: string;
  birth_date: string;
  loyalty_tier: string;
  marketing_consent: string;
  signup_date: string;
  updated_at: string;
}

const PLACES: { country: string; cities: string[]; given: string[]; family: string[] }[] = [
  {
    country: 'US',
    cities: ['Portland', 'Austin', "Coeur d'Alene", 'Miami'],
    given: ['Emma', 'Liam', 'Ava', 'Noah'],
    family: ['Walker', "O'Brien", 'Reed', 'Young-Lee'],
  },
  {
    country: 'DE',
    cities: ['München', 'Köln', 'Berlin', 'Gießen'],
    given: ['Jürgen', 'Anneliese', 'Björn', 'Käthe'],
    family: ['Müller', 'Weiß', 'Schäfer', 'von Ahlen'],
  },
  {
    country: 'GB',
    cities: ['Leeds', 'Bristol', 'Llanfairpwllgwyngyll', 'York'],
    given: ['Oliver', 'Siân', 'Harriet', 'Rhys'],
    family: ['Hughes', 'Clarke', 'Byrne', 'Evans'],
  },
  {
    country: 'JP',
    cities: ['東京', '大阪', '札幌', '福岡'],
    given: ['陽菜', '蓮', '結衣', '大翔'],
    family: ['佐藤', '鈴木', '高橋', '渡辺'],
  },
  {
    country: 'BR',
    cities: ['São Paulo', 'Brasília', 'Belém', 'Maceió'],
    given: ['João', 'Lúcia', 'Antônio', 'Inês'],
    family: ['Araújo', 'Conceição', 'Simões', 'Melo'],
  },
  {
    country: 'IN',
    cities: ['Mumbai', 'Pune', 'बेंगलुरु', 'Kochi'],
    given: ['Aarav', 'Priya', 'दिव्या', 'Rohan'],
    family: ['Iyer', 'शर्मा', 'Nair', 'Kulkarni'],
  },
];
const TIERS = ['bronze', 'silver', 'gold', 'platinum'];

/** The customer of a number as of day one: the same on every machine, independent of the others. */
export function customerOf(id: number): Customer {
  const random = seededRandom(`globalmart/customer/${id}`);
  const place = PLACES[random.weighted([34, 20, 14, 11, 11, 10])]!;
  const signup = dateBetween(random, '2017-01-01', '2026-05-31');
  const updated = dateBetween(random, signup, '2026-06-28');
  return {
    customer_id: String(id),
    email: `customer.${id}@example.${random.pick(['com', 'org', 'net'])}`,
    first_name: random.pick(place.given),
    last_name: random.pick(place.family),
    country: place.country,
    city: random.chance(0.03) ? '' : random.pick(place.cities),
    birth_date: random.chance(0.12) ? '' : dateBetween(random, '1940-01-01', '2007-12-31'),
    loyalty_tier: TIERS[random.weighted([60, 24, 12, 4])]!,
    marketing_consent: random.chance(0.55) ? 'true' : 'false',
    signup_date: signup,
    updated_at: `${updated}T${String(random.int(0, 15)).padStart(2, '0')}:${String(random.int(10, 59))}:00Z`,
  };
}

/** The same customer after a move and a step up in loyalty. */
export function movedCustomer(id: number, updatedAt: string): Customer {
  const before = customerOf(id);
  const place = PLACES.find((candidate) => candidate.country === before.country)!;
  const tier = TIERS[Math.min(TIERS.indexOf(before.loyalty_tier) + 1, TIERS.length - 1)]!;
  const city = place.cities.find((candidate) => candidate !== before.city)!;
  return { ...before, city, loyalty_tier: tier, updated_at: updatedAt };
}

function dateBetween(random: Random, first: string, last: string): string {
  const day = 86_400_000;
  const low = Date.parse(`${first}T00:00:00Z`) / day;
  const high = Date.parse(`${last}T00:00:00Z`) / day;
  return new Date(random.int(low, high) * day).toISOString().slice(0, 10);
}
