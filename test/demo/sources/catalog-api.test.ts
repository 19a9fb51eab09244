import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CatalogApi, startCatalogApi } from '../../../scripts/demo/sources/catalog-api.ts';
import { catalogueOfDayOne, catalogueOfDayTwo } from '../../../scripts/demo/sources/products.ts';

const headers = { 'x-api-key': 'key-for-tests' };
let api: CatalogApi;

beforeAll(async () => {
  api = await startCatalogApi({ products: catalogueOfDayOne(), apiKey: 'key-for-tests' });
});
afterAll(() => api.close());

describe('the catalogue API', () => {
  test('gives 500 products over five pages of 100, each once', async () => {
    const ids = new Set<number>();
    for (let page = 1; page <= 5; page++) {
      const answer = await fetch(`${api.url}/products?page=${page}&per_page=100`, { headers });
      const body = (await answer.json()) as {
        page: number;
        pages: number;
        total: number;
        items: { product_id: number }[];
      };
      expect(body).toMatchObject({ page, pages: 5, total: 500 });
      for (const item of body.items) ids.add(item.product_id);
    }
    expect(ids.size).toBe(500);
  });

  test('links to the neighbouring pages', async () => {
    const answer = await fetch(`${api.url}/products?page=2&per_page=100`, { headers });
    expect(answer.headers.get('link')).toBe(
      '</products?page=1&per_page=100>; rel="prev", </products?page=3&per_page=100>; rel="next"',
    );
  });

  test('answers 304 to the ETag it gave', async () => {
    const first = await fetch(`${api.url}/products?page=1`, { headers });
    const etag = first.headers.get('etag')!;
    const second = await fetch(`${api.url}/products?page=1`, {
      headers: { ...headers, 'if-none-match': etag },
    });
    expect([second.status, await second.text()]).toEqual([304, '']);
  });

  test.each([{}, { 'x-api-key': 'wrong' }])('answers 401 to the key %o', async (wrong) => {
    const answer = await fetch(`${api.url}/products`, { headers: wrong });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({ error: 'missing or wrong x-api-key' });
  });

  test.each(['page=0', 'page=x', 'per_page=501', 'page=-1'])('answers 400 to %s', async (query) => {
    expect((await fetch(`${api.url}/products?${query}`, { headers })).status).toBe(400);
  });

  test('writes prices with two decimals', async () => {
    const text = await (await fetch(`${api.url}/products?per_page=500`, { headers })).text();
    const prices = [...text.matchAll(/"(?:list_price|cost)":([^,]+),/g)].map((match) => match[1]);
    expect(prices).toHaveLength(1000);
    expect(prices.filter((price) => !/^\d+\.\d\d$/.test(price!))).toEqual([]);
  });
});

describe('the catalogue', () => {
  test('has ten categories, unicode names and positive margins', () => {
    const products = catalogueOfDayOne();
    expect(new Set(products.map((product) => product.category.name)).size).toBe(10);
    expect(products.some((product) => /[^\x20-\x7e]/.test(product.name))).toBe(true);
    expect(products.every((product) => product.cost > 0 && product.cost < product.list_price)).toBe(true);
  });

  test('is the same every time', () => {
    expect(catalogueOfDayOne()).toEqual(catalogueOfDayOne());
    expect(catalogueOfDayOne()[41]).toMatchObject({ product_id: 1042, sku: 'ELE-001042' });
  });

  test('changes prices, discontinues one, renames one and adds five on day two', () => {
    const before = catalogueOfDayOne();
    const after = catalogueOfDayTwo(before);
    const changed = before.filter((product, index) => product.updated_at !== after[index]!.updated_at);
    const of = (field: 'name' | 'list_price' | 'active') =>
      before.filter((product, index) => product[field] !== after[index]![field]).length;
    expect(after).toHaveLength(505);
    expect([changed.length, of('name')]).toEqual([30, 1]);
    expect(of('list_price')).toBeGreaterThan(20);
    expect(of('active')).toBe(1);
    expect(after.every((product, index) => product.category.id === (index % 10) + 1)).toBe(true);
  });
});
