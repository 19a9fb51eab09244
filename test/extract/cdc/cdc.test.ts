import { beforeAll, describe, expect, it } from 'vitest';
import { slotName } from '../../../actions/extract/cdc/publication.ts';
import type { ExtractReport } from '../../../actions/extract/extract.ts';
import { createS3 } from '../../../actions/shared/s3.ts';
import { type ExtractFixture, startExtract, type TableConfig } from '../extract-fixture.ts';
import { readWithDuckDb } from '../parquet-readers.ts';

let shop: ExtractFixture;
beforeAll(async () => {
  shop = await startExtract();
  // The local server flushes its log late; only what is flushed can be decoded.
  await shop.sql('SET synchronous_commit = on');
});

const cdc = (name: string, more: Partial<TableConfig> = {}): TableConfig => ({
  name,
  strategy: 'cdc',
  ...more,
});

const slotOf = (table: string): string => slotName(shop.bucket, 'shop', table);

/** The rows of a load in the order of the changes. */
async function changes(report: ExtractReport, columns = '_op, id'): Promise<unknown[][]> {
  const [table] = report.tables;
  if (table!.files === 0) return [];
  const file = await shop.download(table!.manifestKey);
  const rows = await readWithDuckDb(file, `SELECT ${columns} FROM $file ORDER BY _lsn, _seq, id`);
  return rows.map((row) => Object.values(row));
}

const slotPosition = async (table: string): Promise<unknown> =>
  (
    await shop.sql(
      `SELECT confirmed_flush_lsn::text AS lsn FROM pg_replication_slots WHERE slot_name = '${slotOf(table)}'`,
    )
  )[0]?.lsn;

describe('strategy cdc', () => {
  it('reads the table first, then every change in order, deletes too, and confirms what is committed', async () => {
    await shop.sql(`CREATE TABLE items (id int PRIMARY KEY, note text NOT NULL);
      INSERT INTO items VALUES (1, 'a'), (2, 'b'), (3, 'c')`);
    const first = await shop.extract(cdc('items'), '2026-06-29');
    expect(await changes(first, '_op, id, note, _seq, _commit_ts, _unchanged')).toEqual([
      ['snapshot', 1, 'a', '0', null, null],
      ['snapshot', 2, 'b', '0', null, null],
      ['snapshot', 3, 'c', '0', null, null],
    ]);
    expect(first.tables[0]!.watermark).toMatchObject({ column: '_lsn', from: null });

    await shop.sql(`INSERT INTO items VALUES (4, 'd')`);
    await shop.sql(`BEGIN; UPDATE items SET note = 'B' WHERE id = 2; UPDATE items SET note = 'BB' WHERE id = 2;
      DELETE FROM items WHERE id = 1; UPDATE items SET id = 30 WHERE id = 3; COMMIT`);
    const second = await shop.extract(cdc('items'), '2026-06-30');
    expect(await changes(second, '_op, id, note, _seq')).toEqual([
      ['insert', 4, 'd', '0'],
      ['update', 2, 'B', '0'],
      ['update', 2, 'BB', '1'],
      ['delete', 1, null, '2'],
      ['delete', 3, null, '3'],
      ['update', 30, 'c', '4'],
    ]);
    const { from, to } = second.tables[0]!.watermark!;
    expect(from).toBe(first.tables[0]!.watermark!.to);
    expect(await slotPosition('items')).toBe(to);
    const manifest = await shop.manifest(second.tables[0]!.manifestKey);
    expect(manifest.schema).toEqual([
      { name: 'id', type: 'Int32', nullable: false },
      { name: 'note', type: 'Utf8', nullable: true },
      { name: '_op', type: 'Utf8', nullable: false },
      { name: '_lsn', type: 'Int64', nullable: false },
      { name: '_seq', type: 'Int64', nullable: false },
      { name: '_commit_ts', type: 'Timestamp(us, UTC)', nullable: true },
      { name: '_unchanged', type: 'Json', nullable: true },
    ]);
    expect(await changes(await shop.extract(cdc('items'), '2026-07-01'))).toEqual([]);
  });

  it('tells when a change was committed', async () => {
    await shop.sql('CREATE TABLE timed (id int PRIMARY KEY)');
    await shop.extract(cdc('timed'), '2026-06-29');
    const [{ before } = {}] = await shop.sql('SELECT now()::text AS before');
    await shop.sql('INSERT INTO timed VALUES (1)');
    const [{ after } = {}] = await shop.sql('SELECT clock_timestamp()::text AS after');
    const report = await shop.extract(cdc('timed'), '2026-06-30');
    const within = `_commit_ts BETWEEN timestamptz '${before}' AND timestamptz '${after}'`;
    expect(await changes(report, within)).toEqual([[true]]);
  });

  it('carries changes as full loads carry rows, whatever the type', async () => {
    await shop.sql(`CREATE TYPE mood AS ENUM ('so "so"', 'fine'); CREATE TYPE pair AS (a int, b text);
      CREATE DOMAIN code AS char(4) NOT NULL;
      CREATE TABLE typed (id int PRIMARY KEY, price numeric(10,2), free numeric, at timestamptz, day date, raw bytea,
        doc jsonb, list text[], feeling mood, twin pair, short code, span int4range, gap interval, uid uuid, f float8,
        doubled int GENERATED ALWAYS AS (id * 2) STORED);`);
    const values = `12.30, 1e-7, '2026-06-01 12:00:00.123456+02', '2026-02-28', '\\x00ff27', '{"a": "x\\\\y''"}',
      '{NULL,"a\\"b",""}', 'so "so"', '(1,"x,y")', 'ab', '[1,5)', '1 day 02:03', '6F9619FF-8B86-D011-B42D-00CF4FC964FF', 0.1`;
    await shop.extract(cdc('typed'), '2026-06-29');
    await shop.sql(`INSERT INTO typed VALUES (1, ${values})`);
    const all = '* EXCLUDE (_op, _lsn, _seq, _commit_ts, _unchanged)';
    const changed = await changes(await shop.extract(cdc('typed'), '2026-06-30'), all);
    const read = await changes(await shop.extract(cdc('typed'), '2026-07-01', { fullRefresh: true }), all);
    expect(changed).toHaveLength(1);
    expect(changed).toEqual(read);
    expect(changed[0]).toContain('[null,"a\\"b",""]');
    await shop.sql('DELETE FROM typed');
    expect(await changes(await shop.extract(cdc('typed'), '2026-07-02'), '_op, id, short')).toEqual([
      ['delete', 1, null],
    ]);
  });

  it('names columns whose large value an update left alone, unless the source tells them', async () => {
    await shop.sql(`CREATE TABLE large (id int PRIMARY KEY, note text, body text);
      ALTER TABLE large ALTER body SET STORAGE EXTERNAL`);
    await shop.extract(cdc('large'), '2026-06-29');
    await shop.sql(`INSERT INTO large VALUES (1, 'a', repeat('x', 10000)); UPDATE large SET note = 'b'`);
    expect(
      await changes(await shop.extract(cdc('large'), '2026-06-30'), 'note, length(body), _unchanged'),
    ).toEqual([
      ['a', '10000', null],
      ['b', null, '["body"]'],
    ]);
    await shop.sql(`ALTER TABLE large REPLICA IDENTITY FULL; UPDATE large SET note = 'c'`);
    expect(
      await changes(await shop.extract(cdc('large'), '2026-07-01'), 'note, length(body), _unchanged'),
    ).toEqual([['c', '10000', null]]);
  });

  it('carries a transaction that is open while the table is read, in the order of commits', async () => {
    await shop.sql('CREATE TABLE late (id int PRIMARY KEY)');
    await shop.extract(cdc('late'), '2026-06-29');
    const slow = await shop.connect();
    await slow.query('SET synchronous_commit = on');
    await slow.query('BEGIN; INSERT INTO late VALUES (1); SAVEPOINT s; INSERT INTO late VALUES (2)');
    await shop.sql('INSERT INTO late VALUES (3)');
    expect(await changes(await shop.extract(cdc('late'), '2026-06-30'))).toEqual([['insert', 3]]);
    await slow.query('COMMIT');
    await shop.sql('BEGIN; INSERT INTO late VALUES (9); ROLLBACK');
    expect(await changes(await shop.extract(cdc('late'), '2026-07-01'))).toEqual([
      ['insert', 1],
      ['insert', 2],
    ]);
  });

  it('reads partitions as their table, and columns that were added on the way', async () => {
    await shop.sql(`CREATE TABLE split (id int PRIMARY KEY) PARTITION BY RANGE (id);
      CREATE TABLE split_1 PARTITION OF split FOR VALUES FROM (0) TO (10);
      CREATE TABLE split_2 PARTITION OF split FOR VALUES FROM (10) TO (20)`);
    await shop.extract(cdc('split'), '2026-06-29');
    await shop.sql('INSERT INTO split VALUES (1), (11)');
    await shop.sql(`ALTER TABLE split ADD extra text; INSERT INTO split VALUES (12, 'x')`);
    expect(await changes(await shop.extract(cdc('split'), '2026-06-30'), 'id, extra')).toEqual([
      [1, null],
      [11, null],
      [12, 'x'],
    ]);
  });

  it('carries many changes in several parts, each once', async () => {
    await shop.sql('CREATE TABLE many (id int PRIMARY KEY, filler text)');
    await shop.extract(cdc('many'), '2026-06-29');
    await shop.sql(`INSERT INTO many SELECT i, repeat(md5(i::text), 30) FROM generate_series(1, 12000) i`);
    const report = await shop.extract(cdc('many'), '2026-06-30');
    expect(report.tables[0]).toMatchObject({ rows: 12_000, files: 2 });
    const totals = 'count(*), count(DISTINCT id), max(_seq)';
    const file = await shop.download(report.tables[0]!.manifestKey);
    const [row] = await readWithDuckDb(file, `SELECT ${totals} FROM $file`);
    expect(Object.values(row!)).toEqual(['12000', '12000', '11999']);
  });

  it('loses nothing when a run ends between its parts and its manifest: the next one reads the same', async () => {
    await shop.sql('CREATE TABLE killed (id int PRIMARY KEY)');
    await shop.extract(cdc('killed'), '2026-06-29');
    await shop.sql('INSERT INTO killed VALUES (1), (2)');
    const before = await slotPosition('killed');
    const s3 = createS3();
    s3.middlewareStack.add(
      (next) => async (args) => {
        const { Key = '', Body } = args.input as { Key?: string; Body?: unknown };
        if (Key.endsWith('_manifest.json') && Body !== undefined) throw new Error('the run ends here');
        return next(args);
      },
      { step: 'initialize' },
    );
    await expect(shop.extract(cdc('killed'), '2026-06-30', { s3 })).rejects.toThrow('the run ends here');
    expect(await slotPosition('killed')).toBe(before);
    await shop.sql('INSERT INTO killed VALUES (3)');
    const rerun = await shop.extract(cdc('killed'), '2026-06-30');
    expect(await changes(rerun)).toEqual([
      ['insert', 1],
      ['insert', 2],
      ['insert', 3],
    ]);
    expect(
      (await shop.keys('killed')).filter((key) => key.includes('06-30') && key.endsWith('.parquet')),
    ).toHaveLength(1);
  });

  it('confirms what a run had committed that was killed before it could', async () => {
    await shop.sql('CREATE TABLE behind (id int PRIMARY KEY)');
    await shop.extract(cdc('behind'), '2026-06-29');
    const [{ lsn } = {}] = await shop.sql(
      `SELECT pg_copy_logical_replication_slot('${slotOf('behind')}', 'kept') AS lsn`,
    );
    expect(lsn).toBeDefined();
    await shop.sql('INSERT INTO behind VALUES (1)');
    await shop.extract(cdc('behind'), '2026-06-30');
    // The slot as it was before that run confirmed.
    await shop.sql(`SELECT pg_drop_replication_slot('${slotOf('behind')}')`);
    await shop.sql(`SELECT pg_copy_logical_replication_slot('kept', '${slotOf('behind')}')`);
    await shop.sql(`SELECT pg_drop_replication_slot('kept')`);
    await shop.sql('INSERT INTO behind VALUES (2)');
    expect(await changes(await shop.extract(cdc('behind'), '2026-07-01'))).toEqual([['insert', 2]]);
  });

  it('a dry run counts the changes and makes nothing', async () => {
    await shop.sql('CREATE TABLE dry (id int PRIMARY KEY)');
    await shop.extract(cdc('dry'), '2026-06-29', { dryRun: true });
    expect(await slotPosition('dry')).toBeUndefined();
    await shop.extract(cdc('dry'), '2026-06-29');
    await shop.sql('INSERT INTO dry VALUES (1), (2)');
    const before = await slotPosition('dry');
    const report = await shop.extract(cdc('dry'), '2026-06-30', { dryRun: true });
    expect(report.tables).toMatchObject([{ status: 'planned', rows: 2 }]);
    expect(await slotPosition('dry')).toBe(before);
    expect(await changes(await shop.extract(cdc('dry'), '2026-06-30'))).toHaveLength(2);
  });
});

describe('strategy cdc stops with a remedy', () => {
  it('when the slot is gone; full-refresh begins a new one', async () => {
    await shop.sql('CREATE TABLE gone (id int PRIMARY KEY); INSERT INTO gone VALUES (1)');
    await shop.extract(cdc('gone'), '2026-06-29');
    await shop.sql(`SELECT pg_drop_replication_slot('${slotOf('gone')}'); INSERT INTO gone VALUES (2)`);
    await expect(shop.extract(cdc('gone'), '2026-06-30')).rejects.toThrow(
      `table gone: slot ${slotOf('gone')} is gone: what changed since`,
    );
    const refreshed = await shop.extract(cdc('gone'), '2026-06-30', { fullRefresh: true });
    expect(await changes(refreshed)).toEqual([
      ['snapshot', 1],
      ['snapshot', 2],
    ]);
    await shop.sql('DELETE FROM gone WHERE id = 1');
    expect(await changes(await shop.extract(cdc('gone'), '2026-07-01'))).toEqual([['delete', 1]]);
  });

  it('when something else read the slot', async () => {
    await shop.sql('CREATE TABLE stolen (id int PRIMARY KEY)');
    await shop.extract(cdc('stolen'), '2026-06-29');
    await shop.sql('INSERT INTO stolen VALUES (1)');
    await shop.sql(`SELECT pg_replication_slot_advance('${slotOf('stolen')}', pg_current_wal_flush_lsn())`);
    await expect(shop.extract(cdc('stolen'), '2026-06-30')).rejects.toThrow(
      'something else read it or made it anew',
    );
  });

  it('at a TRUNCATE, and goes on after full-refresh', async () => {
    await shop.sql('CREATE TABLE emptied (id int PRIMARY KEY); INSERT INTO emptied VALUES (1)');
    await shop.extract(cdc('emptied'), '2026-06-29');
    await shop.sql('TRUNCATE emptied');
    await shop.sql('INSERT INTO emptied VALUES (2)');
    await expect(shop.extract(cdc('emptied'), '2026-06-30')).rejects.toThrow(
      /table emptied: it was truncated at \w+\/\w+/,
    );
    await shop.extract(cdc('emptied'), '2026-06-30', { fullRefresh: true });
    await shop.sql('INSERT INTO emptied VALUES (3)');
    expect(await changes(await shop.extract(cdc('emptied'), '2026-07-01'))).toEqual([['insert', 3]]);
  });

  it('when the source has to keep too much of its log', async () => {
    await shop.sql('CREATE TABLE lagging (id int PRIMARY KEY); CREATE TABLE elsewhere (filler text)');
    await shop.extract(cdc('lagging'), '2026-06-29');
    const open = await shop.connect();
    await open.query('BEGIN; INSERT INTO lagging VALUES (1)');
    await shop.sql(`INSERT INTO elsewhere SELECT repeat(md5(i::text), 30) FROM generate_series(1, 3000) i`);
    const attempt = shop.extract(cdc('lagging', { maxSlotLagMb: 1 }), '2026-06-30');
    await expect(attempt).rejects.toThrow(
      new RegExp(
        `table lagging: slot ${slotOf('lagging')} makes the source keep \\d+\\.\\d MB .* more than 1 MB`,
      ),
    );
    await open.query('ROLLBACK');
  });

  it.each([
    ['no_key', 'id int', 'replica identity does not hold "id"'],
    [
      'odd_name',
      'id int PRIMARY KEY, _op text',
      'table odd_name has a column "_op", which strategy cdc adds',
    ],
    [
      'computed',
      'id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) VIRTUAL',
      'PostgreSQL does not publish its generated columns: "twice"',
    ],
  ])('for table %s', async (name, columns, message) => {
    await shop.sql(`CREATE TABLE ${name} (${columns})`);
    await expect(shop.extract(cdc(name), '2026-06-29')).rejects.toThrow(message);
  });

  it('without the right to use slots, and makes none', async () => {
    await shop.sql(`CREATE TABLE closed (id int PRIMARY KEY); CREATE USER reader PASSWORD 'reader';
      GRANT SELECT ON closed TO reader; GRANT CREATE ON DATABASE postgres TO reader`);
    const database = { ...shop.database, username: 'reader', password: 'reader' };
    await expect(shop.extract(cdc('closed'), '2026-06-29', { database })).rejects.toThrow(
      'table closed: its publication could not be made: must be owner of table closed',
    );
    await shop.sql('ALTER TABLE closed OWNER TO reader');
    await expect(shop.extract(cdc('closed'), '2026-06-29', { database })).rejects.toThrow(
      /no permission to use replication slots/,
    );
    expect(await shop.keys('closed')).toEqual([]);
  });
});
