import ky, { HTTPError, type KyInstance } from 'ky';
import { z } from 'zod';
import { messageOf, UserError } from '../shared/errors.ts';
import { parseKeepingNumbers } from './exact-json.ts';
import { newestOfEach, type Product, productShape } from './product.ts';

/** Where the catalogue is and what reading it may take. */
export interface CatalogAccess {
  /** Base URL; products are at `<url>/products`. */
  url: string;
  apiKey: string;
  /** Milliseconds for the whole catalogue, retries included. */
  budgetMs?: number | undefined;
  /** Milliseconds until a request's answer begins. */
  attemptMs?: number | undefined;
  /** Milliseconds before the first retry; doubles with each. */
  backoffMs?: number | undefined;
}

/** A whole catalogue, each product once. */
export interface Catalogue {
  products: Product[];
  /** Records left out because a newer one of the same product was there. */
  duplicates: number;
}

const PER_PAGE = 100;
const MAX_PAGES = 10_000;
const MAX_RETRIES = 6;
/** How often reading starts again when the catalogue changes size between two pages. */
const MAX_READS = 3;

const pageShape = z.object({
  page: z.int().positive(),
  pages: z.int().nonnegative(),
  total: z.int().nonnegative(),
  items: z.array(z.unknown()),
});
type Page = z.infer<typeof pageShape> & { texts: string[] };

/**
 * Reads the whole catalogue, page by page. 429 (honouring Retry-After), 5xx, broken connections and bodies
 * that are not JSON are tried again within the budget.
 * @throws UserError with status, URL and page when the API keeps failing, answers something else than a
 * catalogue, repeats pages, or has no products.
 */
export async function fetchCatalogue(access: CatalogAccess): Promise<Catalogue> {
  const deadline = Date.now() + (access.budgetMs ?? 120_000);
  const client = createClient(access, deadline);
  for (let read = 1; ; read++) {
    const products = await readPages(client, access.url, deadline);
    if (products !== 'changed') return newestOfEach(products);
    if (read === MAX_READS) {
      throw new UserError(
        `${pageUrl(access.url, 1)}: the catalogue changed size while it was read, ${read} times`,
        {
          remedy: 'Run again when the catalogue is not being edited.',
        },
      );
    }
  }
}

/** All products of one pass over the pages, or `changed` when the total moved and rows may have slipped by. */
async function readPages(client: KyInstance, url: string, deadline: number): Promise<Product[] | 'changed'> {
  const products: Product[] = [];
  const seen = new Set<number>();
  let total: number | undefined;
  for (let number = 1; number <= MAX_PAGES; number++) {
    const page = await fetchPage(client, url, number, deadline);
    total ??= page.total;
    if (page.total !== total) return 'changed';
    if (page.total === 0 && page.items.length === 0) {
      throw new UserError(`${pageUrl(url, number)}: the catalogue is empty; nothing was written`, {
        remedy: 'Check the API: an empty catalogue is never loaded, because it would wipe the products.',
      });
    }
    if (page.page !== number) {
      throw loopError(url, number, `it says it is page ${page.page}`);
    }
    const records = page.items.map((item, index) => product(item, page.texts[index]!, url, number, index));
    if (records.length === 0) {
      throw new UserError(`${pageUrl(url, number)}: page ${number} of ${page.pages} has no products`, {
        remedy: 'Check the API: the catalogue is incomplete. Nothing was written.',
      });
    }
    if (records.every((record) => seen.has(record.id))) {
      throw loopError(url, number, 'all its products were on earlier pages');
    }
    for (const record of records) seen.add(record.id);
    products.push(...records);
    if (number >= page.pages) {
      // A total may count records or products.
      if (products.length === total || seen.size === total) return products;
      throw new UserError(
        `${pageUrl(url, number)}: the pages hold ${seen.size} products, the API says ${total}`,
        { remedy: 'Check the API: the catalogue is incomplete. Nothing was written.' },
      );
    }
  }
  throw loopError(url, MAX_PAGES, `there are more than ${MAX_PAGES} pages`);
}

async function fetchPage(client: KyInstance, url: string, page: number, deadline: number): Promise<Page> {
  const where = pageUrl(url, page);
  let text: string;
  try {
    text = await (await client.get(where)).text();
  } catch (error) {
    throw requestError(error, where, page, deadline);
  }
  const parsed = pageShape.safeParse(JSON.parse(text));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`,
    );
    throw new UserError(`${where}: page ${page} is not a catalogue page: ${problems.join('; ')}`, {
      remedy: 'The API has changed: adapt actions/ingest-catalog. Nothing was written.',
    });
  }
  const exact = parseKeepingNumbers(text) as { items: unknown[] };
  return { ...parsed.data, texts: exact.items.map((item) => JSON.stringify(item)) };
}

function product(item: unknown, json: string, url: string, page: number, index: number): Product {
  const parsed = productShape.safeParse(item);
  if (parsed.success) {
    return { id: parsed.data.product_id, updatedAt: Date.parse(parsed.data.updated_at), json };
  }
  const id = z.looseObject({ product_id: z.int() }).safeParse(item).data?.product_id;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'item'}: ${issue.message}`);
  throw new UserError(
    `${pageUrl(url, page)}: page ${page}, item ${index + 1}${id === undefined ? '' : ` (product ${id})`}: ${problems.join('; ')}`,
    {
      remedy:
        'The API has changed or the product is wrong: correct it there, or adapt actions/ingest-catalog.',
    },
  );
}

function createClient(access: CatalogAccess, deadline: number): KyInstance {
  const backoff = access.backoffMs ?? 500;
  return ky.create({
    headers: { 'x-api-key': access.apiKey, accept: 'application/json' },
    // A redirect would carry the key to another host.
    redirect: 'error',
    timeout: access.attemptMs ?? 15_000,
    signal: AbortSignal.timeout(Math.max(1, deadline - Date.now())),
    retry: {
      limit: MAX_RETRIES,
      retryOnTimeout: true,
      delay: (attempt) => backoff * 2 ** (attempt - 1),
      backoffLimit: 20_000,
      // Waiting beyond the budget would only hide the status behind a timeout.
      shouldRetry: ({ error }) => (retryAfterMs(error) > deadline - Date.now() ? false : undefined),
    },
    hooks: {
      afterResponse: [
        async (_request, _options, response) => {
          if (response.ok) assertJson(await response.clone().text(), response);
        },
      ],
    },
  });
}

/** A body that was cut off, or a page of HTML in its place: thrown inside ky, so that it is tried again. */
class NotJsonError extends Error {
  override name = 'NotJsonError';
}

function assertJson(body: string, response: Response): void {
  try {
    JSON.parse(body);
  } catch (error) {
    const type = response.headers.get('content-type') ?? 'no content type';
    throw new NotJsonError(
      `status ${response.status} with a body of ${body.length} characters (${type}) that is not JSON`,
      { cause: error },
    );
  }
}

function retryAfterMs(error: Error): number {
  const header = error instanceof HTTPError ? error.response.headers.get('retry-after') : null;
  if (header === null) return 0;
  const seconds = Number(header);
  return Number.isNaN(seconds) ? Date.parse(header) - Date.now() || 0 : seconds * 1000;
}

function requestError(error: unknown, where: string, page: number, deadline: number): UserError {
  const status = error instanceof HTTPError ? error.response.status : undefined;
  const outOfTime = Date.now() >= deadline;
  const what =
    status !== undefined
      ? `status ${status}${retryAfterText(error)}`
      : outOfTime
        ? 'no complete answer within the time that reading the catalogue may take'
        : error instanceof Error && error.cause instanceof Error && !(error instanceof NotJsonError)
          ? `${messageOf(error)} (${messageOf(error.cause)})`
          : messageOf(error);
  const remedy =
    status === 401 || status === 403
      ? 'Check apiKey in the secret of this source.'
      : status === 404
        ? 'Check url in the secret of this source: products are read at <url>/products.'
        : 'Check the API, then run again. Nothing was written.';
  return new UserError(`${where}: page ${page} could not be read: ${what}`, { remedy, cause: error });
}

function retryAfterText(error: unknown): string {
  const header = error instanceof HTTPError ? error.response.headers.get('retry-after') : null;
  return header === null ? '' : ` (Retry-After: ${header.slice(0, 40)})`;
}

function loopError(url: string, page: number, why: string): UserError {
  return new UserError(`${pageUrl(url, page)}: the pages go in a loop at page ${page}: ${why}`, {
    remedy: 'Check the paging of the API. Nothing was written.',
  });
}

/** The address of a page. The key travels in a header, so the address can be shown. */
function pageUrl(url: string, page: number): string {
  return `${url.replace(/\/+$/, '')}/products?page=${page}&per_page=${PER_PAGE}`;
}
