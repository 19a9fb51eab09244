import { type Random, seededRandom } from './random.ts';

/** A product as GlobalMart's catalogue API gives it. Prices are in `currency`, with two decimals. */
export interface CatalogueProduct {
  product_id: number;
  sku: string;
  name: string;
  category: { id: number; name: string };
  brand: string;
  list_price: number;
  cost: number;
  currency: string;
  tags: string[];
  attributes: Record<string, unknown>;
  active: boolean;
  /** ISO 8601, UTC. */
  updated_at: string;
}

interface Assortment {
  category: string;
  brands: string[];
  nouns: string[];
  /** Lowest and highest list price, whole USD. */
  price: [number, number];
  /** Cost as a share of the list price, in percent. */
  cost: [number, number];
}

const ASSORTMENTS: Assortment[] = [
  {
    category: 'Groceries',
    brands: ['Casa Verde', 'Nørdland', '旬の味'],
    nouns: ['Olive Oil', 'Crème Fraîche', '抹茶 Matcha', 'Jalapeño Salsa', 'Müsli'],
    price: [2, 24],
    cost: [55, 78],
  },
  {
    category: 'Electronics',
    brands: ['Voltaire', 'Kōsen', 'Ampère & Söhne'],
    nouns: ['Headphones', 'Smart Plug', '27" Monitor', 'Power Bank', 'Keyboard'],
    price: [19, 899],
    cost: [60, 85],
  },
  {
    category: 'Home & Kitchen',
    brands: ['Maison Lumière', 'Hygge', 'Panelaria'],
    nouns: ['Cast-Iron Pan', 'Kettle', 'Knife Set', 'Café Press', 'Bowl'],
    price: [9, 220],
    cost: [45, 70],
  },
  {
    category: 'Fashion',
    brands: ['Łódź Tailors', 'Sari House', 'Nómada'],
    nouns: ['Linen Shirt', 'Kurta', 'Jeans', 'Wool Scarf', 'Sneakers'],
    price: [12, 180],
    cost: [30, 60],
  },
  {
    category: 'Beauty',
    brands: ['Éclat', 'Neem & Rose', '花王堂'],
    nouns: ['Face Cream', 'Shampoo', 'Açaí Scrub', 'Sunscreen', 'Parfum'],
    price: [5, 95],
    cost: [25, 55],
  },
  {
    category: 'Toys & Games',
    brands: ['Würfel', 'Tiny Orbit', 'Quebra-Cabeça'],
    nouns: ['Puzzle', 'Board Game', 'Building Set', 'Plush Bear', 'Card Deck'],
    price: [6, 120],
    cost: [40, 65],
  },
  {
    category: 'Sports',
    brands: ['Altiplano', 'Sprint', '風走'],
    nouns: ['Yoga Mat', 'Football', 'Running Vest', 'Dumbbells 5 kg', 'Bike Light'],
    price: [8, 260],
    cost: [45, 70],
  },
  {
    category: 'Garden',
    brands: ['Grünwerk', 'Jardín', 'Evergrow'],
    nouns: ['Hose 20 m', 'Pruner', 'Planter', 'Rake', 'Tomato Seeds'],
    price: [3, 140],
    cost: [45, 72],
  },
  {
    category: 'Books & Media',
    brands: ['Papyrus', 'Livros do Mar', '本の森'],
    nouns: ['Novel', 'Cookbook', "Children's Atlas", 'Notebook', 'Vinyl "Best of"'],
    price: [4, 60],
    cost: [50, 68],
  },
  {
    category: 'Pets',
    brands: ['Pelage', 'Bichinho', 'Paws & Co.'],
    nouns: ['Dog Food 10 kg', 'Cat Tree', 'Leash', 'Aquarium Filter', 'Bird Seed'],
    price: [4, 160],
    cost: [50, 75],
  },
];

const VARIANTS = ['Classic', 'Pro', 'Mini', 'XL', 'Édition Limitée', 'Eco', '2.0', 'Ünique'];
const COLOURS = ['black', 'white', 'forest green', 'café', '赤', null];
const FIRST_ID = 1001;

/** The catalogue of day one: `count` products over ten categories, the same on every machine. */
export function catalogueOfDayOne(count = 500): CatalogueProduct[] {
  const random = seededRandom('globalmart/catalogue/1');
  return Array.from({ length: count }, (_, index) =>
    product(random, index, dayBefore(random, '2026-06-29', 360)),
  );
}

/**
 * The catalogue of day two: some prices change, one product is discontinued, one gets a new name and five
 * are new; what changed carries an `updated_at` of 2026-06-30. Categories stay.
 */
export function catalogueOfDayTwo(dayOne: readonly CatalogueProduct[]): CatalogueProduct[] {
  const random = seededRandom('globalmart/catalogue/2');
  const products = dayOne.map((item) => structuredClone(item));
  const changing = random.sample(products, Math.max(3, Math.round(products.length * 0.06)));
  changing.forEach((item, index) => {
    item.updated_at = `2026-06-30T05:${String(index % 60).padStart(2, '0')}:00Z`;
    if (index === 0) item.active = false;
    else if (index === 1) item.name = `${item.name} – New Recipe`;
    else {
      const percent = random.pick([85, 90, 95, 103, 108, 115]);
      item.list_price = Math.round(item.list_price * percent) / 100;
    }
  });
  for (let index = 0; index < 5; index++) {
    products.push(product(random, dayOne.length + index, `2026-06-30T06:0${index}:00Z`));
  }
  return products;
}

function product(random: Random, index: number, updatedAt: string): CatalogueProduct {
  const categoryIndex = index % ASSORTMENTS.length;
  const assortment = ASSORTMENTS[categoryIndex]!;
  const [lowest, highest] = assortment.price;
  // Squaring a uniform draw makes cheap products common and dear ones rare.
  const draw = random.next();
  const dollars = lowest + Math.floor((highest - lowest) * draw * draw);
  const list = dollars + random.pick([0.99, 0.49, 0.9, 0]);
  const colour = random.pick(COLOURS);
  const id = FIRST_ID + index;
  return {
    product_id: id,
    sku: `${assortment.category.slice(0, 3).toUpperCase()}-${String(id).padStart(6, '0')}`,
    name: `${random.pick(assortment.nouns)} ${random.pick(VARIANTS)}`,
    category: { id: categoryIndex + 1, name: assortment.category },
    brand: random.pick(assortment.brands),
    list_price: cents(list),
    cost: cents((list * random.int(...assortment.cost)) / 100),
    currency: 'USD',
    tags: random.sample(['new', 'bestseller', 'vegan', 'fair-trade', 'gift', 'été'], random.int(0, 3)),
    attributes: {
      colour,
      weight_g: random.int(20, 12_000),
      dimensions: { w_mm: random.int(10, 900), h_mm: random.int(10, 900) },
      ...(random.chance(0.2)
        ? { warranty: { months: random.pick([12, 24, 36]), 'covers "all"': true } }
        : {}),
    },
    active: !random.chance(0.03),
    updated_at: updatedAt,
  };
}

function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

/** An instant on one of the `days` days before a date. */
function dayBefore(random: Random, date: string, days: number): string {
  const seconds = random.int(1, days * 86_400);
  return `${new Date(Date.parse(`${date}T00:00:00Z`) - seconds * 1000).toISOString().slice(0, 19)}Z`;
}
