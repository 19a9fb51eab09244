import { S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileKernel } from '../../actions/extract/kernel/kernel.ts';
import { createS3 } from '../../actions/shared/s3.ts';
import { applyEnvironment } from '../support/stack.ts';
import { type ExtractFixture, startExtract, type TableConfig } from './extract-fixture.ts';
import { type Fault, startHttpProxy } from './fault-proxy.ts';

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

describe('S3 that stalls (failure 3)', () => {
  /** Holds back the first writes of a part for ever. */
  async function stallingS3(stalls: number) {
    let writes = 0;
    const proxy = await startHttpProxy(process.env.AWS_ENDPOINT_URL_S3!, async (method, path) => {
      if (method !== 'PUT' || !/part-/.test(path) || ++writes > stalls) return undefined;
      return new Promise<never>(() => {});
    });
    const restore = applyEnvironment({ AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}` });
    const s3 = createS3({ stallMs: 200 });
    return {
      s3,
      writes: () => writes,
      [Symbol.asyncDispose]: async () => {
        s3.destroy();
        restore();
        await proxy[Symbol.asyncDispose]();
      },
    };
  }

  it('once is tried again, and every time ends the run with the key', async () => {
    await shop.sql(`CREATE TABLE stalled (id int, updated_at timestamp);
      INSERT INTO stalled SELECT i, timestamp '2026-06-01' FROM generate_series(1, 100) i`);
    const table: TableConfig = { name: 'stalled', strategy: 'full' };
    {
      await using stalling = await stallingS3(1);
      const report = await shop.extract(table, '2026-06-01', { s3: stalling.s3 });
      expect(stalling.writes()).toBe(2);
      expect(report.rows).toBe(100);
    }
    await using stalling = await stallingS3(Number.POSITIVE_INFINITY);
    const run = shop.extract(table, '2026-06-02', { s3: stalling.s3 });
    await expect(run).rejects.toThrow(/^S3: could not write s3:\/\/.*part-.*: .*timed out/);
    expect(stalling.writes()).toBe(5);
    expect((await shop.keys('stalled')).filter((key) => key.includes('2026-06-02'))).toEqual([]);
  });
});

it('refuses bytes that are no UTF-8 in a SQL_ASCII database with table, column and row key (failure 15)', async () => {
  await shop.sql(
    `CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
  );
  const { host, port, username: user, password } = shop.database;
  const client = new pg.Client({ host, port, user, password, database: 'ascii' });
  await client.connect();
  await client.query(`SET client_encoding = 'SQL_ASCII';
    CREATE TABLE broken (id int, label text, updated_at timestamp);
    INSERT INTO broken SELECT i, 'fine', '2026-06-01' FROM generate_series(1, 300) i;
    UPDATE broken SET label = E'caf\\xe9' WHERE id = 250`);
  await client.end();
  const run = shop.extract({ name: 'broken' }, '2026-06-29', {
    database: { ...shop.database, dbname: 'ascii' },
  });
  await expect(run).rejects.toThrow(
    /^table broken: invalid byte sequence for encoding "UTF8": 0xe9.*, in column "label" of the row with id = 250$/,
  );
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
