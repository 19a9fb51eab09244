import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CatalogAccess, fetchCatalogue } from '../../actions/ingest-catalog/client.ts';
import { UserError } from '../../actions/shared/errors.ts';
import {
  type CatalogApi,
  type CatalogFault,
  startCatalogApi,
} from '../../scripts/demo/sources/catalog-api.ts';
import { catalogueOfDayOne } from '../../scripts/demo/sources/products.ts';

const KEY = 'key-that-nobody-prints';
const products = catalogueOfDayOne(250);
let api: CatalogApi;

beforeEach(async () => {
  api = await startCatalogApi({ products, apiKey: KEY });
});
afterEach(() => api.close());

function read(change: Partial<CatalogAccess> = {}) {
  return fetchCatalogue({ url: api.url, apiKey: KEY, backoffMs: 5, budgetMs: 10_000, ...change });
}

async function failure(change: Partial<CatalogAccess> = {}): Promise<UserError> {
  const error = await read(change).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  const { message, remedy } = error as UserError;
  expect(`${message} ${remedy}`).not.toContain(KEY);
  return error as UserError;
}

describe('fetchCatalogue', () => {
  test('reads all pages, each product once, in order', async () => {
    const catalogue = await read();
    expect(catalogue.duplicates).toBe(0);
    expect(catalogue.products.map(({ id }) => id)).toEqual(products.map(({ product_id }) => product_id));
    expect(catalogue.products.map(({ json }) => JSON.parse(json))).toEqual(products);
    expect(api.requests()).toBe(3);
  });

  test('keeps numbers as the API wrote them, and fields that it does not know', async () => {
    const items = [{ ...products[0], list_price: 19.9, loyalty: { points: 3 } }];
    const answer = JSON.stringify({ page: 1, pages: 1, total: 1, items })
      .replace('19.9', '19.90')
      .replace('"points":3', '"points":12345678901234567890.10');
    const server = createServer((_request, response) => response.end(answer));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { products: read } = await fetchCatalogue({ url, apiKey: KEY });
    server.closeAllConnections();
    server.close();
    expect(read[0]!.json).toContain('"list_price":19.90,');
    expect(read[0]!.json).toContain('"loyalty":{"points":12345678901234567890.10}');
  });

  test('29: a product that comes twice stays once, as it was last updated, and is counted', async () => {
    api.setFaults([{ kind: 'duplicate', page: 2 }]);
    const catalogue = await read();
    expect(catalogue.duplicates).toBe(1);
    expect(catalogue.products.map(({ json }) => JSON.parse(json))).toEqual(products);
  });

  test('29: of two records the newer instant stays, whatever its offset and place', async () => {
    const items = [
      { ...products[0], name: 'newer', updated_at: '2026-01-01T02:00:00Z' },
      products[1],
      { ...products[0], name: 'older', updated_at: '2026-01-01T02:30:00+01:00' },
    ];
    api.setFaults([{ kind: 'body', body: { page: 1, pages: 1, total: 3, items } }]);
    const catalogue = await read();
    expect(catalogue.products.map(({ json }) => JSON.parse(json).name)).toEqual(['newer', products[1]!.name]);
    expect(catalogue.duplicates).toBe(1);
  });

  test.each<[string, CatalogFault[], number]>([
    ['429 with Retry-After', [{ kind: 'throttle', page: 2, times: 1, retryAfterSeconds: 0 }], 4],
    [
      '500 and 503',
      [
        { kind: 'error', status: 500, times: 1 },
        { kind: 'error', status: 503, times: 1 },
      ],
      5,
    ],
    ['truncated JSON', [{ kind: 'truncated', page: 3, times: 2 }], 5],
    ['HTML instead of JSON', [{ kind: 'html', page: 1, times: 1 }], 4],
    ['a broken connection', [{ kind: 'reset', page: 2, times: 1 }], 4],
  ])('29: %s for a while is waited out', async (_name, faults, requests) => {
    api.setFaults(faults);
    expect((await read()).products).toHaveLength(250);
    expect(api.requests()).toBe(requests);
  });

  test.each<[string, CatalogFault, string]>([
    ['500', { kind: 'error', status: 500, page: 2 }, 'page 2 could not be read: status 500'],
    ['404', { kind: 'error', status: 404 }, 'page 1 could not be read: status 404'],
    ['304', { kind: 'error', status: 304 }, 'page 1 could not be read: status 304'],
    ['truncated JSON', { kind: 'truncated', page: 3 }, 'page 3 could not be read: status 200 with a body of'],
    ['HTML', { kind: 'html' }, '(text/html) that is not JSON'],
    ['broken connections', { kind: 'reset', page: 2 }, 'page 2 could not be read: fetch failed ('],
    ['a page loop', { kind: 'loop', page: 3 }, 'the pages go in a loop at page 3: all its products'],
    [
      'the wrong page number',
      { kind: 'body', body: { page: 1, pages: 9, total: 250, items: products.slice(0, 1) }, page: 2 },
      'the pages go in a loop at page 2: it says it is page 1',
    ],
    [
      'an empty catalogue',
      { kind: 'body', body: { page: 1, pages: 0, total: 0, items: [] } },
      'the catalogue is empty',
    ],
    [
      'an empty page',
      { kind: 'body', page: 2, body: { page: 2, pages: 3, total: 250, items: [] } },
      'page 2 of 3 has no products',
    ],
    [
      'fewer products than the total',
      { kind: 'body', page: 1, body: { page: 1, pages: 1, total: 5, items: products.slice(0, 4) } },
      'the pages hold 4 products, the API says 5',
    ],
    [
      'another shape of the page',
      { kind: 'body', body: { data: [] } },
      'page 1 is not a catalogue page: page: Invalid input',
    ],
    [
      'another shape of a product',
      {
        kind: 'body',
        body: { page: 1, pages: 1, total: 2, items: [products[0], { ...products[1], list_price: '9,99' }] },
      },
      'page 1, item 2 (product 1002): list_price: Invalid input',
    ],
  ])('29: %s for good fails, with address and page', async (_name, fault, message) => {
    api.setFaults([fault]);
    const error = await failure();
    expect(error.message).toContain(message);
    expect(error.message).toMatch(new RegExp(`^${api.url}/products\\?page=\\d+&per_page=100: `));
  });

  test('29: a Retry-After beyond the budget fails at once with the status', async () => {
    api.setFaults([{ kind: 'throttle', retryAfterSeconds: 3600 }]);
    const error = await failure();
    expect(error.message).toContain('page 1 could not be read: status 429 (Retry-After: 3600)');
    expect(api.requests()).toBe(1);
  });

  test('29: an answer that never ends is given up when the budget is spent', async () => {
    api.setFaults([{ kind: 'stall' }]);
    const error = await failure({ budgetMs: 150 });
    expect(error.message).toContain('no complete answer within the time');
  });

  test('29: a catalogue that changes its size between pages is read again from the start', async () => {
    const moved = { page: 1, pages: 3, total: 251, items: products.slice(0, 100) };
    api.setFaults([{ kind: 'body', page: 1, times: 1, body: moved }]);
    expect((await read()).products).toHaveLength(250);
    expect(api.requests()).toBe(5);
    api.setFaults([{ kind: 'body', page: 1, body: moved }]);
    expect((await failure()).message).toContain('the catalogue changed size while it was read, 3 times');
  });

  test('the key is refused: the message names the secret and does not try again', async () => {
    const error = await failure({ apiKey: `${KEY}-old` });
    expect(error.message).toContain('status 401');
    expect(error.remedy).toBe('Check apiKey in the secret of this source.');
  });

  test('a redirect is not followed, so that the key stays with its host', async () => {
    let asked = 0;
    const elsewhere = createServer((_request, response) => {
      asked++;
      response.end('{}');
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const target = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
    const here = createServer((_request, response) => response.writeHead(302, { location: target }).end());
    await new Promise<void>((resolve) => here.listen(0, '127.0.0.1', resolve));
    await failure({ url: `http://127.0.0.1:${(here.address() as AddressInfo).port}` });
    for (const server of [elsewhere, here]) {
      server.closeAllConnections();
      server.close();
    }
    expect(asked).toBe(0);
  });
});
