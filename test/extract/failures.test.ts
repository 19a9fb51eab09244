import type { ChildProcess } from 'node:child_process';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../actions/shared/errors.ts';
import { readObject } from '../../actions/shared/s3.ts';
import { prepareProcesses } from './action-process.ts';
import { type ExtractFixture, startExtract, type TableConfig } from './extract-fixture.ts';
import { startHttpProxy, startTcpProxy } from './fault-proxy.ts';

let shop: ExtractFixture;
let runAction: Awaited<ReturnType<typeof prepareProcesses>>;
beforeAll(async () => {
  shop = await startExtract();
  runAction = await prepareProcesses(shop);
});

describe('a killed run', () => {
  // Each is killed with SIGKILL when it sends the request that the pattern describes, before S3 sees it.
  it.each([
    ['before the first part', 'PUT', /part-\w+-00000\.parquet/, 0, 'committed'],
    ['between the parts and the manifest', 'PUT', /_manifest\.json/, 1, 'committed'],
    ['between the manifest and the state', 'PUT', /_state\//, 2, 'already-committed'],
  ] as const)(
    'row 1: %s is healed by a rerun with the same keys and rows',
    async (when, method, path, left, status) => {
      const table = `killed_${left}`;
      await shop.sql(`CREATE TABLE ${table} (id int, updated_at timestamp);
      INSERT INTO ${table} SELECT i, timestamp '2026-06-01' + i * interval '1 s' FROM generate_series(1, 1000) i`);
      let child: ChildProcess | undefined;
      const proxy = await startHttpProxy(process.env.AWS_ENDPOINT_URL_S3!, async (seen, url) => {
        if (seen !== method || !path.test(url)) return undefined;
        child!.kill('SIGKILL');
        return new Promise<never>(() => {});
      });
      const run = runAction([{ name: table }], {
        environment: { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}` },
      });
      child = run.child;
      expect((await run.ended).signal).toBe('SIGKILL');
      await proxy[Symbol.asyncDispose]();
      const prefix = `bronze/shop/${table}/ingest_date=2026-06-29/load_id=2026-06-29/`;
      const part = expect.stringMatching(new RegExp(`^${prefix}part-[0-9a-f]{12}-00000.parquet$`));
      const keys = [`${prefix}_manifest.json`, part];
      expect(await shop.keys(table), when).toEqual(left === 0 ? [] : left === 1 ? [part] : keys);
      // A part of the killed try that the rerun does not write again.
      const orphan = `${prefix}part-00001.parquet`;
      if (left === 1) {
        await shop.s3.send(
          new PutObjectCommand({ Bucket: shop.bucket, Key: orphan, Body: 'of an earlier try' }),
        );
      }

      const report = await shop.extract({ name: table }, '2026-06-29');
      expect(report.tables[0]).toMatchObject({ status, rows: 1000, files: 1 });
      expect(await shop.keys(table)).toEqual([`_state/shop/${table}.json`, ...keys]);
      expect(await shop.ids(report)).toHaveLength(1000);
      const next = await shop.extract({ name: table }, '2026-06-30');
      expect(next.tables[0]).toMatchObject({ rows: 0, watermark: { from: '2026-06-01 00:16:40' } });
    },
  );
});

it('a rerun that reads other rows than the killed run writes under names that Snowpipe has not seen', async () => {
  await shop.sql(`CREATE TABLE renamed (id int, updated_at timestamp);
    INSERT INTO renamed SELECT i, timestamp '2026-06-01' FROM generate_series(1, 10) i`);
  const prefix = 'bronze/shop/renamed/ingest_date=2026-06-29/load_id=2026-06-29/';
  let child: ChildProcess | undefined;
  const proxy = await startHttpProxy(process.env.AWS_ENDPOINT_URL_S3!, async (seen, url) => {
    if (seen !== 'PUT' || !/_manifest\.json/.test(url)) return undefined;
    child!.kill('SIGKILL');
    return new Promise<never>(() => {});
  });
  const run = runAction([{ name: 'renamed' }], {
    environment: { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}` },
  });
  child = run.child;
  await run.ended;
  await proxy[Symbol.asyncDispose]();
  const [killed] = await shop.keys('renamed');
  expect(killed).toContain(`${prefix}part-`);
  await shop.sql(`INSERT INTO renamed VALUES (11, '2026-06-01')`);
  const report = await shop.extract({ name: 'renamed' }, '2026-06-29');
  const { parts } = await shop.manifest(report.tables[0]!.manifestKey);
  expect(parts.map((part) => part.rows)).toEqual([11]);
  expect(parts[0]!.key).not.toBe(killed);
  expect(await shop.keys('renamed')).not.toContain(killed);
});

describe('the action', () => {
  it('writes outputs and a summary', async () => {
    await shop.sql(
      `CREATE TABLE acted (id int, updated_at timestamp); INSERT INTO acted VALUES (1, '2026-06-01')`,
    );
    const run = runAction([{ name: 'acted' }]);
    expect((await run.ended).code, run.log()).toBe(0);
    const key = 'bronze/shop/acted/ingest_date=2026-06-29/load_id=2026-06-29/_manifest.json';
    expect(run.outputs()).toEqual({ manifests: JSON.stringify([key]), rows: '1', 'load-id': '2026-06-29' });
    expect(run.summary()).toContain('<td>acted</td><td>committed</td><td>1</td>');
  });

  it('fails with one line and no stack for a mistake of its user', async () => {
    const run = runAction([{ name: 'nowhere' }]);
    expect((await run.ended).code).toBe(1);
    expect(run.log()).toContain(
      '::error title=Extract failed::table nowhere does not exist in the source%0A',
    );
    expect(run.log()).not.toMatch(/^\s+at /m);
    const shown = run
      .log()
      .split('\n')
      .filter((line) => !line.startsWith('::add-mask::'));
    expect(shown.join('\n')).not.toContain(shop.database.password);
  });
});

describe('a source that drops the connection', () => {
  beforeAll(async () => {
    await shop.sql(`CREATE TABLE dropped AS SELECT i AS id, timestamp '2026-06-01' AS updated_at, repeat('x', 1000) AS filler
      FROM generate_series(1, 20000) i`);
  });

  it('row 2: mid-COPY is read again from the start of the table', async () => {
    await using proxy = await startTcpProxy(shop.database.port, (connection) =>
      connection === 0 ? 4e6 : 1e9,
    );
    const lines: string[] = [];
    const report = await shop.extract({ name: 'dropped' }, '2026-06-29', {
      database: { ...shop.database, port: proxy.port, sslmode: 'disable' },
      onProgress: (line) => lines.push(line),
    });
    expect(lines[0]).toMatch(
      /^table dropped, [1-9]\d* rows read: the connection to PostgreSQL was lost: .*; starting again under a new snapshot$/,
    );
    expect(await shop.ids(report)).toHaveLength(20_000);
  });

  it('row 2: every time is given up with table and rows, and nothing under a manifest', async () => {
    await using proxy = await startTcpProxy(shop.database.port, () => 4e6);
    const attempt = shop.extract({ name: 'dropped' }, '2026-06-30', {
      fullRefresh: true,
      database: { ...shop.database, port: proxy.port, sslmode: 'disable' },
    });
    await expect(attempt).rejects.toThrow(/^table dropped, [1-9]\d* rows read: .* \(tried 3 times\)$/);
    const keys = await shop.keys('dropped');
    expect(keys.filter((key) => key.includes('2026-06-30'))).toEqual([]);
  });
});

describe('a wrong setting', () => {
  beforeAll(async () => {
    await shop.sql(`CREATE TABLE plain (id int, label text, updated_at timestamp); CREATE VIEW seen AS SELECT * FROM plain;
      CREATE TABLE hidden (id int, updated_at timestamp); CREATE ROLE reader LOGIN PASSWORD 'reader';
      CREATE TABLE guarded (LIKE hidden); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; GRANT SELECT ON guarded TO reader`);
  });

  const settings = (more: object) => ({ database: { ...shop.database, ...more } });
  it.each<[string, TableConfig, () => object, RegExp]>([
    [
      'port',
      { name: 'plain' },
      () => settings({ port: 1 }),
      /^PostgreSQL: could not connect to "postgres" at 127.0.0.1:1 as "postgres": .*ECONNREFUSED/,
    ],
    [
      'host',
      { name: 'plain' },
      () => settings({ host: 'nowhere.invalid' }),
      /^PostgreSQL: could not connect .* at nowhere\.invalid:/,
    ],
    [
      'password',
      { name: 'plain' },
      () => settings({ password: 'wrong' }),
      /password authentication failed for user "postgres"/,
    ],
    [
      'database',
      { name: 'plain' },
      () => settings({ dbname: 'nothing' }),
      /database "nothing" does not exist/,
    ],
    ['TLS demand', { name: 'plain' }, () => settings({ sslmode: 'require' }), /does not support SSL/],
    ['table', { name: 'Plain' }, () => ({}), /^table Plain does not exist in the source$/],
    [
      'key',
      { name: 'plain', key: ['id', 'no'] },
      () => ({}),
      /^table plain: its key column "no" does not exist$/,
    ],
    [
      'watermark',
      { name: 'plain', watermark: 'changed' },
      () => ({}),
      /^table plain: its watermark column "changed" does not exist$/,
    ],
    [
      'watermark type',
      { name: 'plain', watermark: 'label' },
      () => ({}),
      /watermark column "label" is text, which does not serve/,
    ],
    ['watermark of a view', { name: 'seen' }, () => ({}), /^table seen is a view or foreign table/],
    [
      'row-level security',
      { name: 'guarded' },
      () => settings({ username: 'reader', password: 'reader' }),
      /^table guarded: query would be affected by row-level security policy/,
    ],
    [
      'permission',
      { name: 'hidden' },
      () => settings({ username: 'reader', password: 'reader' }),
      /^table hidden: no permission to read it$/,
    ],
    [
      'bucket',
      { name: 'plain' },
      () => ({ bucket: 'no-such-bucket' }),
      /^S3: could not read s3:\/\/no-such-bucket\//,
    ],
    ['source', { name: 'plain' }, () => ({ sourceName: 'shops' }), /^there is no postgres source "shops"/],
    ['empty table list', { name: 'plain' }, () => ({ tables: [] }), /^the list of tables is empty$/],
    ['table list', { name: 'plain' }, () => ({ tables: ['other'] }), /^source "shop" has no table "other"/],
  ])('row 16: %s is named in one line and nothing is written', async (_what, table, more, message) => {
    const error = await shop.extract(table, '2026-06-29', more()).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(UserError);
    const { message: text, remedy } = error as UserError;
    expect(text).toMatch(message);
    expect(text).not.toContain('\n');
    expect(remedy).toMatch(/\.$/);
    expect(await shop.keys(table.name)).toEqual([]);
  });

  it('leaves the state alone when another cluster stands behind the source', async () => {
    await shop.sql(
      `CREATE TABLE restored (id int, updated_at timestamp); INSERT INTO restored VALUES (1, '2026-06-01')`,
    );
    await shop.extract({ name: 'restored' }, '2026-06-29');
    const key = '_state/shop/restored.json';
    const state = JSON.parse((await readObject(shop.s3, shop.bucket, key))!.text);
    const Body = JSON.stringify({ ...state, snapshot: '90000000:90000001:' });
    await shop.s3.send(new PutObjectCommand({ Bucket: shop.bucket, Key: key, Body }));
    await expect(shop.extract({ name: 'restored' }, '2026-06-30')).rejects.toThrow(
      'transaction counter went back',
    );
    expect((await readObject(shop.s3, shop.bucket, key))!.text).toBe(Body);
  });
});
