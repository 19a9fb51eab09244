import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CatalogueProduct, catalogueOfDayTwo } from './products.ts';

/** A fault that the API shows `times` times (always, when left out) for a page (any page, when left out). */
export type CatalogFault = { page?: number; times?: number } & (
  | { kind: 'throttle'; retryAfterSeconds: number }
  | { kind: 'error'; status: number }
  | { kind: 'truncated' }
  | { kind: 'html' }
  | { kind: 'reset' }
  | { kind: 'stall' }
  /** The page before is sent under this page's number. */
  | { kind: 'loop' }
  /** The first product of the page before comes again, older and renamed. */
  | { kind: 'duplicate' }
  | { kind: 'body'; body: unknown }
);

export interface CatalogApi extends AsyncDisposable {
  /** Base URL; products are at `<url>/products`. */
  url: string;
  /** What the API serves now. */
  products(): readonly CatalogueProduct[];
  /** Requests for product pages answered so far, those with faults included. */
  requests(): number;
  /** Moves the catalogue to day two: price changes, one discontinued, one renamed, five new. */
  changePrices(): void;
  /** From now on the faults of this list. */
  setFaults(faults: CatalogFault[]): void;
  close(): Promise<void>;
}

/**
 * GlobalMart's product API on a loopback port: `GET /products?page=1&per_page=100` with the header
 * `x-api-key`, answering `{page, pages, total, items}` with ETag and Link headers.
 */
export async function startCatalogApi(options: {
  products: readonly CatalogueProduct[];
  apiKey: string;
  port?: number;
  faults?: CatalogFault[];
}): Promise<CatalogApi> {
  let products = options.products;
  let faults = startFaults(options.faults ?? []);
  let requests = 0;

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://catalogue');
    if (request.method !== 'GET' || url.pathname !== '/products') {
      return sendJson(response, 404, { error: 'not found' });
    }
    if (!isKey(request.headers['x-api-key'], options.apiKey)) {
      return sendJson(response, 401, { error: 'missing or wrong x-api-key' });
    }
    const page = positive(url.searchParams.get('page') ?? '1');
    const perPage = positive(url.searchParams.get('per_page') ?? '100');
    if (page === undefined || perPage === undefined || perPage > 500) {
      return sendJson(response, 400, {
        error: 'page and per_page must be whole numbers from 1, per_page <= 500',
      });
    }
    requests++;
    sendPage(request, response, { products, page, perPage, fault: faults(page) });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });

  async function close(): Promise<void> {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    products: () => products,
    requests: () => requests,
    changePrices() {
      products = catalogueOfDayTwo(products);
    },
    setFaults(next) {
      faults = startFaults(next);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Page {
  products: readonly CatalogueProduct[];
  page: number;
  perPage: number;
  fault: CatalogFault | undefined;
}

function sendPage(request: IncomingMessage, response: ServerResponse, asked: Page): void {
  const { products, page, perPage, fault } = asked;
  switch (fault?.kind) {
    case 'throttle':
      response.setHeader('retry-after', String(fault.retryAfterSeconds));
      sendJson(response, 429, { error: 'too many requests' });
      return;
    case 'error':
      sendJson(response, fault.status, { error: 'fault' });
      return;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<html><body>We are back soon</body></html>');
      return;
    case 'reset':
      request.socket.destroy();
      return;
    case 'stall':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"page":');
      return;
    case 'body':
      sendJson(response, 200, fault.body);
      return;
  }
  const shown = fault?.kind === 'loop' ? page - 1 : page;
  const items: unknown[] = products.slice((shown - 1) * perPage, shown * perPage);
  if (fault?.kind === 'duplicate') {
    const before = products[(page - 1) * perPage - 1] ?? products[0];
    items.push({ ...before, name: 'an older name', updated_at: '2020-01-01T00:00:00Z' });
  }
  const pages = Math.ceil(products.length / perPage);
  const body = encode({ page, pages, total: products.length, items });
  if (fault?.kind === 'truncated') {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(body.slice(0, Math.floor(body.length / 2)));
    return;
  }
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
  response.setHeader('etag', etag);
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304).end();
    return;
  }
  const links = [
    ...(page > 1 ? [link(page - 1, perPage, 'prev')] : []),
    ...(page < pages ? [link(page + 1, perPage, 'next')] : []),
  ];
  if (links.length > 0) response.setHeader('link', links.join(', '));
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.end(body);
}

function link(page: number, perPage: number, rel: string): string {
  return `</products?page=${page}&per_page=${perPage}>; rel="${rel}"`;
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}

/** JSON in which prices keep their two decimals (19.90), as the decimal type of a real service writes them. */
function encode(value: unknown): string {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  return JSON.stringify(value, (key, item) =>
    (key === 'list_price' || key === 'cost') && typeof item === 'number' ? rawJSON(item.toFixed(2)) : item,
  );
}

function startFaults(faults: CatalogFault[]): (page: number) => CatalogFault | undefined {
  const left = faults.map((fault) => fault.times ?? Number.POSITIVE_INFINITY);
  return (page) => {
    const index = faults.findIndex(
      (fault, position) => (fault.page === undefined || fault.page === page) && left[position]! > 0,
    );
    if (index === -1) return undefined;
    left[index]!--;
    return faults[index];
  };
}

function positive(text: string): number | undefined {
  return /^[1-9]\d{0,6}$/.test(text) ? Number(text) : undefined;
}

function isKey(given: string | string[] | undefined, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(expected));
}
