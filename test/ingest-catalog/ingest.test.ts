import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ingestCatalog } from '../../actions/ingest-catalog/ingest.ts';
import { readManifest } from '../../actions/shared/manifest.ts';
import { createS3, listKeys } from '../../actions/shared/s3.ts';
import { type CatalogApi, startCatalogApi } from '../../scripts/demo/sources/catalog-api.ts';
import { catalogueOfDayOne } from '../../scripts/demo/sources/products.ts';
import { startTestAws } from '../support/stack.ts';

const apiKey = 'key-for-tests';
const products = catalogueOfDayOne(120);
let bucket: string;
let s3: S3Client;
let api: CatalogApi;

beforeAll(async () => {
  bucket = (await startTestAws()).bucket;
  s3 = createS3();
  api = await startCatalogApi({ products, apiKey });
});
afterAll(async () => {
  s3.destroy();
  await api.close();
});
beforeEach(() => api.setFaults([]));

function load(loadId: string) {
  return { source: 'catalog', table: 'products', ingestDate: '2026-06-29', loadId };
}

function ingest(loadId: string, change: { bucket?: string } = {}) {
  const access = { url: api.url, apiKey, backoffMs: 5, budgetMs: 5_000 };
  return ingestCatalog({ s3, bucket, load: load(loadId), access, codeVersion: 'test', ...change });
}

async function readPart(key: string): Promise<Buffer> {
  const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Buffer.from(await answer.Body!.transformToByteArray());
}

test('a catalogue lands as gzipped JSON lines under a manifest that describes them', async () => {
  const report = await ingest('first');
  const prefix = 'bronze/catalog/products/ingest_date=2026-06-29/load_id=first/';
  expect(report).toMatchObject({
    manifest: `${prefix}_manifest.json`,
    rows: 120,
    parts: 1,
    dropped: {},
    alreadyCommitted: false,
  });
  const [manifestKey, key, ...others] = await listKeys(s3, bucket, prefix);
  expect(manifestKey).toBe(`${prefix}_manifest.json`);
  expect(key).toMatch(/\/part-[0-9a-f]{12}-00000\.json\.gz$/);
  expect(others).toEqual([]);

  const part = await readPart(key!);
  const lines = gunzipSync(part).toString('utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(products);

  const manifest = await readManifest(s3, bucket, load('first'));
  expect(manifest).toMatchObject({ format: 'json', rows: 120, watermark: null, codeVersion: 'test' });
  expect(manifest!.parts).toEqual([
    {
      key,
      bytes: part.length,
      rows: 120,
      sha256: createHash('sha256').update(part).digest('hex'),
    },
  ]);
  expect(manifest!.schema).toContainEqual({ name: 'list_price', type: 'number', nullable: false });
  expect(manifest!.schema).toContainEqual({ name: 'tags', type: 'array', nullable: false });
});

test('1: a load that is committed is reported and read from the API no second time', async () => {
  const first = await ingest('again');
  const requests = api.requests();
  expect(await ingest('again')).toEqual({ ...first, alreadyCommitted: true });
  expect(api.requests()).toBe(requests);
});

test('5, 30: of two runs at once one commits and the other reports it', async () => {
  const reports = await Promise.all([ingest('twice'), ingest('twice')]);
  expect(reports.map((report) => report.alreadyCommitted).sort()).toEqual([false, true]);
  expect({ ...reports[0], alreadyCommitted: true }).toEqual({ ...reports[1], alreadyCommitted: true });
});

test('29: duplicates are counted in the manifest', async () => {
  api.setFaults([{ kind: 'duplicate', page: 2 }]);
  const report = await ingest('duplicates');
  expect([report.rows, report.dropped]).toEqual([120, { 'older record of the same product_id': 1 }]);
});

test.each([
  [
    'an empty catalogue',
    { kind: 'body' as const, body: { page: 1, pages: 0, total: 0, items: [] } },
    'is empty',
  ],
  ['a failure on the last page', { kind: 'error' as const, status: 500, page: 2 }, 'status 500'],
])('29: %s writes nothing at all', async (name, fault, message) => {
  api.setFaults([fault]);
  await expect(ingest(name)).rejects.toThrow(message);
  const all = await listKeys(s3, bucket, 'bronze/');
  expect(all.filter((key) => key.includes(encodeURIComponent(name)))).toEqual([]);
});

test('a bucket that does not exist is named', async () => {
  await expect(ingest('nowhere', { bucket: 'no-such-bucket' })).rejects.toThrow(
    'S3: could not read s3://no-such-bucket/bronze/catalog/products/',
  );
});
