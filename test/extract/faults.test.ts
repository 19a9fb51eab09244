import { S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileKernel } from '../../actions/extract/kernel/kernel.ts';
import { type ExtractFixture, startExtract } from './extract-fixture.ts';
import { type Fault, startHttpProxy } from './fault-proxy.ts';
import { readWithDuckDb } from './parquet-readers.ts';

let shop: ExtractFixture;
beforeAll(async () => {
  shop = await startExtract();
});

/** An S3 that answers a fault to the n-th (1-based) write of a part. */
async function faultyS3(faultOf: (write: number) => Fault | undefined) {
  let writes = 0;
  const proxy = await startHttpProxy(process.env.AWS_ENDPOINT_URL_S3!, async (method, path) => {
    if (method === 'PUT' && /part-/.test(path)) return faultOf(++writes);
  });
  const s3 = new S3Client({
    endpoint: `http://127.0.0.1:${proxy.port}`,
    forcePathStyle: true,
    maxAttempts: 3,
    retryMode: 'standard',
  });
  return {
    s3,
    writes: () => writes,
    [Symbol.asyncDispose]: async () => {
      s3.destroy();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

describe('S3 in trouble (failure 3)', () => {
  beforeAll(async () => {
    await shop.sql(`CREATE TABLE troubled (id int, updated_at timestamp);
      INSERT INTO troubled SELECT i, timestamp '2026-06-01' FROM generate_series(1, 100) i`);
  });

  it.each<[string, Fault, string]>([
    ['500', { status: 500, code: 'InternalError' }, '2026-06-01'],
    ['503 SlowDown', { status: 503, code: 'SlowDown' }, '2026-06-02'],
    ['a reset', 'reset', '2026-06-03'],
  ])('%s once is tried again and every row is there', async (_what, fault, date) => {
    await using faulty = await faultyS3((write) => (write === 1 ? fault : undefined));
    const report = await shop.extract({ name: 'troubled', strategy: 'full' }, date, { s3: faulty.s3 });
    expect(faulty.writes()).toBe(2);
    expect(await shop.ids(report)).toHaveLength(100);
  });

  it.each<[string, Fault, number, string]>([
    ['500 for ever', { status: 500, code: 'InternalError' }, 3, '2026-06-04'],
    ['expired credentials', { status: 400, code: 'ExpiredToken' }, 1, '2026-06-05'],
  ])('%s ends the run with key and request id, nothing committed', async (_what, fault, writes, date) => {
    await using faulty = await faultyS3(() => fault);
    const run = shop.extract({ name: 'troubled', strategy: 'full' }, date, { s3: faulty.s3 });
    await expect(run).rejects.toThrow(/part-.*FAULT0001/);
    expect(faulty.writes()).toBe(writes);
    const keys = await shop.keys('troubled');
    expect(keys.filter((key) => key.includes(`load_id=${date}`))).toEqual([]);
  });
});

it('carries a 100 MB text and 1,600 columns (failure 13)', async () => {
  const columns = Array.from({ length: 1598 }, (_, index) => `c${index} int DEFAULT ${index}`).join(', ');
  await shop.sql(`CREATE TABLE wide (id int, updated_at timestamp, ${columns});
    INSERT INTO wide (id, updated_at) VALUES (1, '2026-06-01'), (2, '2026-06-01');
    CREATE TABLE heavy AS SELECT 1 AS id, timestamp '2026-06-01' AS updated_at, repeat('abcdefghij', 10000000) AS body`);
  const report = await shop.extractAll([{ name: 'wide' }, { name: 'heavy' }], '2026-06-29');
  const [wide, heavy] = await Promise.all(report.tables.map((table) => shop.download(table.manifestKey)));
  expect(await readWithDuckDb(wide!, 'SELECT sum(c0) AS a, sum(c1597) AS b FROM $file')).toEqual([
    { a: '0', b: '3194' },
  ]);
  expect(await readWithDuckDb(heavy!, 'SELECT length(body) AS n FROM $file')).toEqual([{ n: '100000000' }]);
});

it('refuses bytes that are no UTF-8 in a SQL_ASCII database with the table (failure 15)', async () => {
  await shop.sql(
    `CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
  );
  const { host, port, username: user, password } = shop.database;
  const client = new pg.Client({ host, port, user, password, database: 'ascii' });
  await client.connect();
  await client.query(`SET client_encoding = 'SQL_ASCII';
    CREATE TABLE broken (id int, label text, updated_at timestamp);
    INSERT INTO broken VALUES (1, 'fine', '2026-06-01'), (2, E'caf\\xe9', '2026-06-01')`);
  await client.end();
  const run = shop.extract({ name: 'broken' }, '2026-06-29', {
    database: { ...shop.database, dbname: 'ascii' },
  });
  await expect(run).rejects.toThrow(/table broken.*invalid byte sequence for encoding "UTF8": 0xe9/);
  expect(await shop.keys('broken')).toEqual([]);
});

it('says how to build the decoder when it is missing', () => {
  expect(() => compileKernel(new URL('./nowhere.wasm', import.meta.url))).toThrow(
    expect.objectContaining({
      name: 'UserError',
      message: expect.stringContaining('nowhere.wasm'),
      remedy: 'Build it: node scripts/build.ts',
    }),
  );
});
