import { beforeAll, describe, expect, it } from 'vitest';
import { RateLimit } from '../../actions/extract/rate-limit.ts';
import type { SourceOfKind } from '../../actions/shared/pipeline.ts';
import { type ExtractFixture, pipelineOf, startExtract } from './extract-fixture.ts';
import { readWithDuckDb } from './parquet-readers.ts';

let shop: ExtractFixture;
beforeAll(async () => {
  shop = await startExtract();
  // 180 MB of heap: read in ranges.
  await shop.sql(`CREATE UNLOGGED TABLE large AS
    SELECT i AS id, timestamp '2026-06-01' AS updated_at, repeat(md5(i::text), 20) AS filler
      FROM generate_series(1, 250000) i`);
});

describe('several readers', () => {
  it('read a large table in ranges, every row once, and number its parts through', async () => {
    const report = await shop.extract({ name: 'large' }, '2026-06-29', { parallelism: 2 });
    expect(report.tables).toMatchObject([{ status: 'committed', rows: 250_000 }]);
    const { manifestKey } = report.tables[0]!;
    const { parts } = await shop.manifest(manifestKey);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.map((part) => /-(\d+)\.parquet$/.exec(part.key)![1])).toEqual(
      parts.map((_, index) => String(index).padStart(5, '0')),
    );
    const files = await shop.download(manifestKey);
    const [sums] = await readWithDuckDb(
      files,
      'SELECT count(*) AS n, count(DISTINCT id) AS ids, min(id) AS low, max(id) AS high FROM $file',
    );
    expect(sums).toEqual({ n: '250000', ids: '250000', low: 1, high: 250_000 });
  });

  it('see one snapshot: what one transaction wrote to two tables is in both loads or in none', async () => {
    await shop.sql(`CREATE TABLE debits (id int, updated_at timestamp); CREATE TABLE credits (LIKE debits)`);
    const writer = await shop.connect();
    let isReading = true;
    const writing = (async () => {
      for (let id = 1; isReading; id++) {
        await writer.query(
          `BEGIN; INSERT INTO debits VALUES (${id}, now()); INSERT INTO credits VALUES (${id}, now()); COMMIT`,
        );
      }
    })();
    const tables = ['debits', 'large', 'credits'].map((name) => ({ name }));
    const report = await shop.extractAll(tables, '2026-07-01', { parallelism: 3, fullRefresh: true });
    isReading = false;
    await writing;
    const [debits, large, credits] = report.tables;
    expect(large!.rows).toBe(250_000);
    expect(debits!.rows).toBe(credits!.rows);
  });

  it('stop when one of them fails, and nothing that was open is committed', async () => {
    await shop.sql('CREATE VIEW broken AS SELECT i AS id, 1 / (i - 1) AS ratio FROM generate_series(1, 9) i');
    const tables = [{ name: 'broken', strategy: 'full' as const }, { name: 'large' }];
    const attempt = shop.extractAll(tables, '2026-07-02', { parallelism: 3, fullRefresh: true });
    await expect(attempt).rejects.toThrow('table broken: division by zero');
    expect((await shop.keys('large')).filter((key) => key.includes('2026-07-02'))).toEqual([]);
  });
});

it('a cancelled run cancels what the source executes and commits nothing', async () => {
  const cancelled = new AbortController();
  await shop.sql(
    `CREATE VIEW slow AS SELECT i AS id, pg_sleep(60)::text AS waited FROM generate_series(1, 100) i`,
  );
  const attempt = shop.extract({ name: 'slow', strategy: 'full' }, '2026-06-29', {
    signal: cancelled.signal,
  });
  const active = async (): Promise<number> =>
    (await shop.sql(`SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'COPY%slow%'`))
      .length;
  while ((await active()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  cancelled.abort();
  await expect(attempt).rejects.toThrow('the run was cancelled: nothing of the open tables is committed');
  expect(await active()).toBe(0);
  expect(await shop.keys('slow')).toEqual([]);
});

it('a snapshot that is held for too long is reported, then the run stops and says what to do', async () => {
  await shop.sql(
    `CREATE VIEW endless AS SELECT i AS id, pg_sleep(60)::text AS waited FROM generate_series(1, 100) i`,
  );
  const lines: string[] = [];
  const config = pipelineOf([{ name: 'endless', strategy: 'full' }]);
  (config.sources.shop as SourceOfKind<'postgres'>).maxSnapshotMinutes = 0.02;
  const attempt = shop.extract({ name: 'endless', strategy: 'full' }, '2026-06-29', {
    config,
    onProgress: (line) => lines.push(line),
  });
  const error = await attempt.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    name: 'UserError',
    message: 'the snapshot was held for 0.02 minutes (maxSnapshotMinutes): the open tables are not committed',
    remedy: expect.stringContaining('raise maxSnapshotMinutes'),
  });
  expect(lines).toEqual([expect.stringMatching(/^the snapshot is 0\.01 minutes old, /)]);
  await expect
    .poll(() =>
      shop.sql(`SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'COPY%endless%'`),
    )
    .toEqual([]);
  expect(await shop.keys('endless')).toEqual([]);
});

it('a dry run says what would be read and writes nothing', async () => {
  await shop.sql(`CREATE TABLE planned (id int, updated_at timestamp);
    INSERT INTO planned SELECT i, timestamp '2026-06-01' FROM generate_series(1, 5000) i; ANALYZE planned`);
  const report = await shop.extract({ name: 'planned' }, '2026-06-29', { dryRun: true });
  expect(report.tables).toMatchObject([
    { status: 'planned', rows: 5000, bytes: 60_000, watermark: { from: null, to: '2026-06-01 00:00:00' } },
  ]);
  expect(await shop.keys('planned')).toEqual([]);
});

it('strategy xmin finds new and changed rows without a column for it, late commits too', async () => {
  await shop.sql(`CREATE TABLE tracked (id int, note text); INSERT INTO tracked VALUES (1, 'a'), (2, 'b')`);
  const table = { name: 'tracked', strategy: 'xmin' as const };
  expect(await shop.ids(await shop.extract(table, '2026-06-29'))).toEqual([1, 2]);
  const late = await shop.connect();
  await late.query(`BEGIN; INSERT INTO tracked VALUES (3, 'late')`);
  await shop.sql(`UPDATE tracked SET note = 'changed' WHERE id = 2`);
  expect(await shop.ids(await shop.extract(table, '2026-06-30'))).toEqual([2]);
  await late.query('COMMIT');
  expect(await shop.ids(await shop.extract(table, '2026-07-01'))).toContain(3);
  expect(await shop.ids(await shop.extract(table, '2026-07-02'))).toEqual([]);
});

it('a rate limit asks for a wait once reading is ahead of it', () => {
  const limit = new RateLimit(1e6);
  expect(limit.take(10_000)).toBeUndefined();
  expect(limit.take(1_000_000)).toBeInstanceOf(Promise);
});
