import { beforeAll, describe, expect, it } from 'vitest';
import { manifestKey } from '../../actions/shared/lake.ts';
import { createS3, putObjectIf } from '../../actions/shared/s3.ts';
import { type ExtractFixture, pipelineOf, startExtract } from './extract-fixture.ts';
import { readWithDuckDb } from './parquet-readers.ts';

let shop: ExtractFixture;
beforeAll(async () => {
  shop = await startExtract();
});

describe('an incremental extract', () => {
  it('loads everything first, then what changed, and says so in manifest and state', async () => {
    await shop.sql(`CREATE TABLE orders (id int PRIMARY KEY, note text, updated_at timestamptz NOT NULL);
      INSERT INTO orders SELECT i, 'note ' || i, timestamptz '2026-06-01' + i * interval '1 hour' FROM generate_series(1, 5) i`);
    const first = await shop.extract({ name: 'public.orders' }, '2026-06-29');
    expect(first).toMatchObject({
      loadId: '2026-06-29',
      rows: 5,
      tables: [
        {
          table: 'public.orders',
          status: 'committed',
          rows: 5,
          files: 1,
          watermark: { column: 'updated_at', from: null, to: '2026-06-01 05:00:00+00' },
          manifestKey: 'bronze/shop/public.orders/ingest_date=2026-06-29/load_id=2026-06-29/_manifest.json',
        },
      ],
    });
    const manifest = await shop.manifest(first.tables[0]!.manifestKey);
    expect(manifest.parts[0]!.key).toMatch(
      /^bronze\/shop\/public\.orders\/ingest_date=2026-06-29\/load_id=2026-06-29\/part-[0-9a-f]{12}-00000\.parquet$/,
    );
    expect(manifest.schema).toEqual([
      { name: 'id', type: 'Int32', nullable: false },
      { name: 'note', type: 'Utf8', nullable: true },
      { name: 'updated_at', type: 'Timestamp(us, UTC)', nullable: false },
    ]);

    await shop.sql(`UPDATE orders SET note = 'changed', updated_at = '2026-06-02' WHERE id = 2;
      INSERT INTO orders VALUES (6, 'new', '2026-06-02 01:00')`);
    const second = await shop.extract({ name: 'public.orders' }, '2026-06-30');
    expect(await shop.ids(second)).toEqual([2, 6]);
    expect(second.tables[0]!.watermark).toEqual({
      column: 'updated_at',
      from: '2026-06-01 05:00:00+00',
      to: '2026-06-02 01:00:00+00',
    });
    const third = await shop.extract({ name: 'public.orders' }, '2026-07-01');
    expect(third.tables[0]).toMatchObject({ rows: 0, files: 0, status: 'committed' });
  });

  it('row 8: carries a transaction that is older than the watermark and commits later, savepoints included', async () => {
    await shop.sql('CREATE TABLE late (id int PRIMARY KEY, updated_at timestamptz NOT NULL DEFAULT now())');
    const slow = await shop.connect();
    await slow.query('BEGIN; INSERT INTO late VALUES (1); SAVEPOINT s; INSERT INTO late VALUES (2)');
    await shop.sql('INSERT INTO late VALUES (3)');
    const first = await shop.extract({ name: 'late' }, '2026-06-29');
    expect(await shop.ids(first)).toEqual([3]);
    await slow.query('RELEASE SAVEPOINT s; COMMIT');
    const second = await shop.extract({ name: 'late' }, '2026-06-30');
    expect(await shop.ids(second)).toEqual(expect.arrayContaining([1, 2]));
    const third = await shop.extract({ name: 'late' }, '2026-07-01');
    expect(await shop.ids(third)).toEqual([]);
  });

  it('row 7: carries a row whose watermark equals the boundary, and the one before it not again', async () => {
    await shop.sql(`CREATE TABLE equal (id int PRIMARY KEY, updated_at timestamp);
      INSERT INTO equal VALUES (1, '2026-06-01')`);
    await shop.extract({ name: 'equal' }, '2026-06-29');
    await shop.sql("INSERT INTO equal VALUES (2, '2026-06-01'), (3, '2026-05-01')");
    expect(await shop.ids(await shop.extract({ name: 'equal' }, '2026-06-30'))).toEqual([2, 3]);
  });

  it('carries rows without a watermark once', async () => {
    await shop.sql(`CREATE TABLE nulls (id int PRIMARY KEY, updated_at timestamp);
      INSERT INTO nulls VALUES (1, NULL), (2, '2026-06-01')`);
    expect(await shop.ids(await shop.extract({ name: 'nulls' }, '2026-06-29'))).toEqual([1, 2]);
    await shop.sql('INSERT INTO nulls VALUES (3, NULL)');
    expect(await shop.ids(await shop.extract({ name: 'nulls' }, '2026-06-30'))).toEqual([3]);
  });

  it('row 12: commits a load without rows for an empty table, and takes up what comes later', async () => {
    await shop.sql('CREATE TABLE empty (id int PRIMARY KEY, updated_at timestamp)');
    const first = await shop.extract({ name: 'empty' }, '2026-06-29');
    expect(first.tables[0]).toMatchObject({ rows: 0, files: 0, status: 'committed', watermark: null });
    await shop.sql("INSERT INTO empty VALUES (1, '2026-06-01')");
    expect(await shop.ids(await shop.extract({ name: 'empty' }, '2026-06-30'))).toEqual([1]);
  });

  it('reads every row each time with strategy full, from views too', async () => {
    await shop.sql(`CREATE TABLE base (id int, kind text); INSERT INTO base VALUES (1, 'a'), (2, 'b');
      CREATE VIEW chosen AS SELECT id FROM base WHERE kind = 'b'`);
    const table = { name: 'chosen', strategy: 'full' as const };
    expect(await shop.ids(await shop.extract(table, '2026-06-29'))).toEqual([2]);
    expect(await shop.ids(await shop.extract(table, '2026-06-30'))).toEqual([2]);
  });

  it('reads partitioned tables incrementally', async () => {
    await shop.sql(`CREATE TABLE split (id int, updated_at timestamp) PARTITION BY RANGE (id);
      CREATE TABLE split_1 PARTITION OF split FOR VALUES FROM (0) TO (10);
      CREATE TABLE split_2 PARTITION OF split FOR VALUES FROM (10) TO (20);
      INSERT INTO split VALUES (1, '2026-06-01'), (11, '2026-06-02')`);
    expect(await shop.ids(await shop.extract({ name: 'split' }, '2026-06-29'))).toEqual([1, 11]);
    await shop.sql("INSERT INTO split VALUES (2, '2026-05-01'), (12, '2026-06-03')");
    expect(await shop.ids(await shop.extract({ name: 'split' }, '2026-06-30'))).toEqual([2, 12]);
  });

  it('reads everything again with full-refresh, under a load id of its own', async () => {
    await shop.sql(`CREATE TABLE again (id int PRIMARY KEY, updated_at timestamp);
      INSERT INTO again VALUES (1, '2026-06-01'), (2, '2026-06-02')`);
    await shop.extract({ name: 'again' }, '2026-06-29');
    const refreshed = await shop.extract({ name: 'again' }, '2026-06-29', { fullRefresh: true });
    expect(refreshed.loadId).toBe('2026-06-29-full');
    expect(await shop.ids(refreshed)).toEqual([1, 2]);
  });

  it('reads all tables of a run as of one snapshot', async () => {
    await shop.sql(
      'CREATE TABLE left_side (id int, updated_at timestamp); CREATE TABLE right_side (LIKE left_side)',
    );
    await shop.sql("INSERT INTO left_side VALUES (1, '2026-06-01')");
    const config = pipelineOf([{ name: 'left_side' }, { name: 'right_side' }]);
    const report = await shop.extract({ name: 'left_side' }, '2026-06-29', { config });
    const manifests = await Promise.all(report.tables.map((table) => shop.manifest(table.manifestKey)));
    expect(manifests[0]!.snapshot).toMatch(/^\d+:\d+:/);
    expect(manifests[1]!.snapshot).toBe(manifests[0]!.snapshot);
    expect(report.tables.map((table) => table.rows)).toEqual([1, 0]);
  });

  it('row 13: carries tables and columns with any name', async () => {
    await shop.sql(`CREATE SCHEMA "Schöne Läden"; CREATE TABLE "Schöne Läden"."50% ""off""/now" (
        id int, "it's a ""name""" text, "größe / 100%" int, "updated_at" timestamp);
      INSERT INTO "Schöne Läden"."50% ""off""/now" VALUES (1, 'x', 2, '2026-06-01')`);
    const report = await shop.extract({ name: 'Schöne Läden.50% "off"/now' }, '2026-06-29');
    const [table] = report.tables;
    expect(table!.manifestKey).toContain('/Sch%C3%B6ne%20L%C3%A4den.50%25%20%22off%22%2Fnow/');
    const [row] = await readWithDuckDb(await shop.download(table!.manifestKey), 'SELECT * FROM $file');
    expect(row).toMatchObject({ id: 1, 'it\'s a "name"': 'x', 'größe / 100%': 2 });
  });
});

describe('a rerun', () => {
  it('reports the load that is committed and reads nothing, even without the database', async () => {
    await shop.sql(
      `CREATE TABLE once (id int, updated_at timestamp); INSERT INTO once VALUES (1, '2026-06-01')`,
    );
    const first = await shop.extract({ name: 'once' }, '2026-06-29');
    await shop.sql("INSERT INTO once VALUES (2, '2026-06-02')");
    const second = await shop.extract({ name: 'once' }, '2026-06-29', {
      database: { ...shop.database, password: 'wrong' },
    });
    expect(second.tables[0]).toEqual({ ...first.tables[0], status: 'already-committed', seconds: 0 });
  });

  it('row 5: at the same time waits, reports the first one and writes nothing', async () => {
    await shop.sql(`CREATE TABLE twice (id int, updated_at timestamp);
      INSERT INTO twice SELECT i, timestamp '2026-06-01' FROM generate_series(1, 50000) i`);
    const reports = await Promise.all([1, 2].map(() => shop.extract({ name: 'twice' }, '2026-06-29')));
    const tables = reports.map((report) => report.tables[0]!);
    expect(tables.map((table) => table.status).sort()).toEqual(['already-committed', 'committed']);
    expect(tables.map((table) => table.rows)).toEqual([50_000, 50_000]);
    expect(await shop.ids(reports[0]!)).toHaveLength(50_000);
  });

  it('row 5: yields to a manifest that another run commits first', async () => {
    await shop.sql(
      `CREATE TABLE beaten (id int, updated_at timestamp); INSERT INTO beaten VALUES (1, '2026-06-01')`,
    );
    const earlier = await shop.extract({ name: 'beaten' }, '2026-06-28');
    const rival = {
      ...(await shop.manifest(earlier.tables[0]!.manifestKey)),
      ingestDate: '2026-06-29',
      loadId: '2026-06-29',
      rows: 77,
    };
    const s3 = createS3();
    s3.middlewareStack.add(
      (next) => async (args) => {
        const key = (args.input as { Key?: string }).Key;
        if (key === manifestKey(rival) && 'Body' in args.input) {
          await putObjectIf(shop.s3, shop.bucket, key, JSON.stringify(rival), 'absent');
        }
        return next(args);
      },
      { step: 'initialize' },
    );
    const report = await shop.extract({ name: 'beaten' }, '2026-06-29', { s3 });
    expect(report.tables[0]).toMatchObject({ status: 'already-committed', rows: 77 });
  });
});

describe('a changed table', () => {
  it('row 10: carries and reports an added column', async () => {
    await shop.sql(
      `CREATE TABLE grown (id int, updated_at timestamp); INSERT INTO grown VALUES (1, '2026-06-01')`,
    );
    await shop.extract({ name: 'grown' }, '2026-06-29');
    await shop.sql(
      `ALTER TABLE grown ADD extra jsonb; INSERT INTO grown VALUES (2, '2026-06-02', '{"a": 1}')`,
    );
    const report = await shop.extract({ name: 'grown' }, '2026-06-30');
    expect(report.tables[0]!.addedColumns).toEqual(['extra']);
    expect((await shop.manifest(report.tables[0]!.manifestKey)).schema.at(-1)).toEqual({
      name: 'extra',
      type: 'Json',
      nullable: true,
    });
  });

  it('row 10: stops at dropped and retyped columns with the diff, before anything is written', async () => {
    await shop.sql(`CREATE TABLE shrunk (id int, price numeric(10,2), gone text, updated_at timestamp);
      INSERT INTO shrunk VALUES (1, 2, 'x', '2026-06-01')`);
    await shop.extract({ name: 'shrunk' }, '2026-06-29');
    const before = await shop.keys('shrunk');
    await shop.sql('ALTER TABLE shrunk DROP gone, ALTER price TYPE numeric(12,3)');
    await expect(shop.extract({ name: 'shrunk' }, '2026-06-30')).rejects.toThrow(
      'table shrunk: columns changed since load 2026-06-29: "price": Decimal(10,2) -> Decimal(12,3); "gone": Utf8 -> dropped',
    );
    expect(await shop.keys('shrunk')).toEqual(before);
    const refreshed = await shop.extract({ name: 'shrunk' }, '2026-06-30', { fullRefresh: true });
    expect(refreshed.rows).toBe(1);
  });
});
