import { z } from 'zod';

/**
 * A product as the catalogue API gives it. Only what the warehouse relies on is checked; fields that are
 * not named here are carried as they are.
 */
export const productShape = z.looseObject({
  product_id: z.int().positive(),
  sku: z.string().min(1),
  name: z.string().min(1),
  category: z.looseObject({ id: z.int(), name: z.string().min(1) }),
  brand: z.string().nullable(),
  list_price: z.number().nonnegative(),
  cost: z.number().nonnegative(),
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be a three-letter currency code'),
  tags: z.array(z.string()),
  attributes: z.record(z.string(), z.unknown()),
  active: z.boolean(),
  updated_at: z.iso.datetime({ offset: true }),
});

/** One product: what identifies and dates it, and its JSON text with every number as the API wrote it. */
export interface Product {
  id: number;
  /** Milliseconds since 1970. */
  updatedAt: number;
  json: string;
}

/**
 * Products with one record each: of records with the same id the newest `updated_at` stays (of equal ones
 * the last read), in the place of the first.
 */
export function newestOfEach(products: readonly Product[]): { products: Product[]; duplicates: number } {
  const newest = new Map<number, Product>();
  for (const product of products) {
    const known = newest.get(product.id);
    if (known === undefined || product.updatedAt >= known.updatedAt) newest.set(product.id, product);
  }
  return { products: [...newest.values()], duplicates: products.length - newest.size };
}

/** The top-level fields of the products with their JSON types, for the manifest. */
export function describeFields(
  products: readonly Product[],
): { name: string; type: string; nullable: boolean }[] {
  const fields = new Map<string, { types: Set<string>; count: number; nulls: boolean }>();
  for (const product of products) {
    for (const [name, value] of Object.entries(JSON.parse(product.json) as Record<string, unknown>)) {
      const field = fields.get(name) ?? { types: new Set(), count: 0, nulls: false };
      fields.set(name, field);
      field.count++;
      if (value === null) field.nulls = true;
      else field.types.add(Array.isArray(value) ? 'array' : typeof value);
    }
  }
  return [...fields].map(([name, { types, count, nulls }]) => ({
    name,
    type: [...types].sort().join('|') || 'null',
    nullable: nulls || count < products.length,
  }));
}
