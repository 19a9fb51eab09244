import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExtractReport, type ExtractRequest, extractSource } from '../../actions/extract/extract.ts';
import { commitExtract } from '../../actions/extract/scale-out/commit-extract.ts';
import { runEntry } from '../../actions/extract/scale-out/extract-entry.ts';
import { planExtract } from '../../actions/extract/scale-out/plan-extract.ts';
import type { LoadReport } from '../../actions/load/load-batch.ts';
import { readManifest } from '../../actions/shared/manifest.ts';
import { readPipeline } from '../../actions/shared/pipeline.ts';
import { listKeys } from '../../actions/shared/s3.ts';
import { type LoadFixture, startLoad } from '../load/load-fixture.ts';

/** The repository's own sales pipeline, from PostgreSQL to silver and gold. */
let lake: LoadFixture;
let owner: pg.Client;
const config = readPipeline('.github/pipeline.yml');

beforeAll(async () => {
  lake = await startLoad(['postgres']);
  await lake.sql(readFileSync('migrations/R__gold_daily_sales.sql', 'utf8'));
  const { user, password, port } = lake.postgres!;
  owner = new pg.Client({ host: '127.0.0.1', port, user, password, database: 'postgres' });
  await owner.connect();
  await owner.query(`
    CREATE TABLE sales_transactions (transaction_id bigint PRIMARY KEY, store_id int, customer_id int, channel text,
      currency char(3), fx_rate_to_usd numeric(18,8), status text, ordered_at timestamptz, notes text,
      created_at timestamptz, updated_at timestamptz NOT NULL);
    CREATE TABLE sales_details (transaction_id bigint, line_number smallint, product_id int, quantity int,
      unit_price numeric(12,2), discount_pct numeric(5,2), line_amount numeric(14,2), returned_quantity int,
      attributes jsonb, updated_at timestamptz NOT NULL, PRIMARY KEY (transaction_id, line_number))`);
});
afterAll(() => owner.end());

/** A sale of two lines of 10 dollars each. */
async function addSale(id: number, updatedAt = '2026-06-28T10:00:00Z', amount = 10): Promise<void> {
  await owner.query(
    `INSERT INTO sales_transactions VALUES ($1, 1, 1, 'web', 'USD', 1, 'completed', $2, NULL, $2, $2)`,
    [id, updatedAt],
  );
  await owner.query(
    `INSERT INTO sales_details SELECT $1, line, 1, 1, $3, 0, $3, 0, '{}', $2 FROM generate_series(1, 2) line`,
    [id, updatedAt, amount],
  );
}

async function removeSale(id: number): Promise<void> {
  await owner.query('DELETE FROM sales_details WHERE transaction_id = $1', [id]);
  await owner.query('DELETE FROM sales_transactions WHERE transaction_id = $1', [id]);
}

function requestOf(logicalDate: string): ExtractRequest {
  const { user: username, password, port } = lake.postgres!;
  return {
    config,
    sourceName: 'sales',
    logicalDate,
    bucket: lake.bucket,
    s3: lake.s3,
    database: { host: '127.0.0.1', port, username, password, dbname: 'postgres', sslmode: 'prefer' },
    codeVersion: 'test',
  };
}

const extract = (logicalDate: string, more: Partial<ExtractRequest> = {}): Promise<ExtractReport> =>
  extractSource({ ...requestOf(logicalDate), ...more });

const load = (logicalDate: string): Promise<LoadReport> =>
  lake.load({ config, logicalDate, sources: ['sales'] });

async function batch(logicalDate: string): Promise<void> {
  await extract(logicalDate);
  await load(logicalDate);
}

/** Headers of silver: id, and whether it is deleted. */
const headers = async (): Promise<unknown[][]> =>
  (
    await lake.sql(
      'SELECT TRANSACTION_ID, IS_DELETED, DELETED_AT IS NOT NULL AS AT FROM SILVER.SALES_TRANSACTION ORDER BY 1',
    )
  ).map((row) => {
    expect(row.AT).toBe(row.IS_DELETED);
    return [Number(row.TRANSACTION_ID), row.IS_DELETED];
  });

const gold = async (): Promise<number> =>
  Number((await lake.sql('SELECT SUM(NET_USD) AS NET FROM GOLD.DAILY_SALES'))[0]!.NET);

describe('11: a hard delete at the source, reconciled by key', () => {
  it('reads the keys beside the rows, under a manifest of their own, and moves no state for them', async () => {
    for (const id of [1, 2, 3]) await addSale(id);
    const report = await extract('2026-06-28');
    expect(report.rows).toBe(9);
    expect(report.tables.map(({ table, rows }) => [table, rows])).toEqual([
      ['public.sales_transactions', 3],
      ['public.sales_details', 6],
      ['public.sales_transactions__keys', 3],
      ['public.sales_details__keys', 6],
    ]);
    const keys = await readManifest(lake.s3, lake.bucket, {
      source: 'sales',
      table: 'public.sales_details__keys',
      ingestDate: '2026-06-28',
      loadId: '2026-06-28',
    });
    expect(keys!.schema.map(({ name }) => name)).toEqual(['transaction_id', 'line_number', '_read_at']);
    expect(keys!.watermark).toMatchObject({
      column: '_read_at',
      to: expect.stringMatching(/^\d{4}-.*\.\d{6}Z$/),
    });
    expect(await listKeys(lake.s3, lake.bucket, '_state/')).toEqual([
      '_state/sales/public.sales_details.json',
      '_state/sales/public.sales_transactions.json',
    ]);
  });

  it('loads rows and keys, and changes nothing while no row is gone', async () => {
    const report = await load('2026-06-28');
    expect(report).toMatchObject({ rowsLake: 9, rowsBronze: 9, files: 2 });
    expect(report.tables.map(({ target, rowsBronze }) => [target, rowsBronze])).toContainEqual([
      'BRONZE.SALES_DETAILS_KEYS',
      6,
    ]);
    expect(await headers()).toEqual([
      [1, false],
      [2, false],
      [3, false],
    ]);
    expect(await gold()).toBe(60);
  });

  it('marks the deleted row in silver with the next batch and leaves it out of gold', async () => {
    await removeSale(2);
    await batch('2026-06-29');
    expect(await headers()).toEqual([
      [1, false],
      [2, true],
      [3, false],
    ]);
    expect(await gold()).toBe(40);
    const [details] = await lake.sql(
      'SELECT COUNT_IF(IS_DELETED) AS GONE, COUNT(*) AS N FROM SILVER.SALES_DETAIL',
    );
    expect(details).toEqual({ GONE: 2, N: 6 });
  });

  it('changes nothing when the same batch runs again', async () => {
    const before = await lake.sql('SELECT * FROM SILVER.SALES_TRANSACTION ORDER BY 1');
    await batch('2026-06-29');
    expect(await lake.sql('SELECT * FROM SILVER.SALES_TRANSACTION ORDER BY 1')).toEqual(before);
    expect(await lake.sql('SELECT COUNT(*) AS N FROM BRONZE.KEY_SETS')).toEqual([{ N: 4 }]);
  });

  it('takes a row back that is there again, with its new values, even under its old watermark', async () => {
    await addSale(2, '2026-06-28T10:00:00Z', 15);
    await batch('2026-06-30');
    expect(await headers()).toEqual([
      [1, false],
      [2, false],
      [3, false],
    ]);
    expect(await gold()).toBe(70);
  });

  it('leaves rows alone that came after the newest key set, until there is one for their load', async () => {
    await addSale(4, '2026-07-01T10:00:00Z');
    await removeSale(1);
    await extract('2026-07-01');
    // Snowpipe and the schedule run before the load action has proven anything.
    const arrived = 'SELECT COUNT(*) AS N FROM BRONZE.SALES_TRANSACTIONS WHERE TRANSACTION_ID = 4';
    await expect.poll(() => lake.sql(arrived), { timeout: 15_000 }).toEqual([{ N: 1 }]);
    await lake.load({ config, logicalDate: '2026-07-01', sources: ['customers'] });
    expect(await headers()).toEqual([
      [1, false],
      [2, false],
      [3, false],
      [4, false],
    ]);
    await load('2026-07-01');
    expect(await headers()).toEqual([
      [1, true],
      [2, false],
      [3, false],
      [4, false],
    ]);
  });

  it('never deletes by a key set that is not whole in bronze', async () => {
    await removeSale(3);
    await batch('2026-07-02');
    expect((await headers())[2]).toEqual([3, true]);
    await lake.sql(
      'UPDATE SILVER.SALES_TRANSACTION SET IS_DELETED = FALSE, DELETED_AT = NULL WHERE TRANSACTION_ID = 3',
    );
    await lake.sql(
      `DELETE FROM BRONZE.SALES_TRANSACTIONS_KEYS WHERE _LOAD_ID = '2026-07-02' AND TRANSACTION_ID = 2`,
    );
    await lake.load({ config, logicalDate: '2026-07-02', sources: ['customers'] });
    expect((await headers()).map(([, isDeleted]) => isDeleted)).toEqual([true, false, false, false]);
    // Nor is such a set taken for proven when it is loaded again.
    await expect(load('2026-07-02')).rejects.toThrow('lake and bronze do not agree');
  });

  it('marks every row when the source has none left', async () => {
    await owner.query('TRUNCATE sales_transactions, sales_details');
    await batch('2026-07-03');
    expect((await headers()).every(([, isDeleted]) => isDeleted)).toBe(true);
    expect(await lake.sql('SELECT COUNT(*) AS N FROM SILVER.FACT_SALE')).toEqual([{ N: 0 }]);
  });
});

describe('keys', () => {
  it('are read by a rerun when the run was killed before them, and say so in a dry run', async () => {
    const logicalDate = '2026-05-01';
    const rowsAlone = structuredClone(config);
    const { sales } = rowsAlone.sources;
    if (sales?.kind === 'postgres') for (const table of sales.tables) table.deletes = 'ignore';
    await extract(logicalDate, { config: rowsAlone });
    const statuses = ({ tables }: ExtractReport) => tables.map(({ status }) => status);
    expect(statuses(await extract(logicalDate, { dryRun: true }))).toEqual([
      'already-committed',
      'already-committed',
      'planned',
      'planned',
    ]);
    await expect(load(logicalDate)).rejects.toThrow(
      /^no load of 2026-05-01 is committed under .*public\.sales_transactions__keys.*sales_details__keys/,
    );
    expect(statuses(await extract(logicalDate))).toEqual([
      'already-committed',
      'already-committed',
      'committed',
      'committed',
    ]);
    expect((await load(logicalDate)).tables).toHaveLength(4);
  });

  it('are read after the last range of a table that several processes extract', async () => {
    for (const id of [5, 6, 7, 8]) await addSale(id, '2026-07-03T09:00:00Z');
    const request = requestOf('2026-05-02');
    const { entries } = await planExtract(request, 50);
    expect(entries.filter(({ table }) => table === 'public.sales_transactions').length).toBeGreaterThan(1);
    for (const entry of entries) await runEntry(request, entry);
    const keysOfHeaders = `bronze/sales/public.sales_transactions__keys/ingest_date=2026-05-02/`;
    expect(await listKeys(lake.s3, lake.bucket, keysOfHeaders)).toEqual([]);
    const report = await commitExtract(request);
    expect(report.tables.map(({ table, status }) => [table, status])).toEqual([
      ['public.sales_transactions', 'committed'],
      ['public.sales_details', 'already-committed'],
      ['public.sales_transactions__keys', 'committed'],
      ['public.sales_details__keys', 'already-committed'],
    ]);
    expect(report.tables[2]!.rows).toBe(4);
  });
});

describe('a range that is read again', () => {
  it('is loaded with the date it was read under, and its keys count from then on', async () => {
    for (const id of [11, 12]) await addSale(id, '2026-07-03T10:00:00Z');
    await batch('2026-07-04');
    // Written under an old watermark after the keys were read.
    await addSale(13, '2026-06-15T10:00:00Z');
    await extract('2026-07-04', { backfill: { from: '2026-06-01', to: '2026-07-01' } });
    await extract('2026-07-04', { reload: true });
    const report = await load('2026-07-04');
    const loads = report.tables.filter(({ target }) => target === 'BRONZE.SALES_TRANSACTIONS');
    expect(loads.map(({ loadId, rowsBronze }) => [loadId.replace(/[0-9a-f]{12}$/, '…'), rowsBronze])).toEqual(
      [
        ['2026-07-04-backfill-…', 1],
        ['2026-07-04-r2', 2],
        ['2026-07-04', 2],
      ],
    );
    expect((await headers()).slice(-3)).toEqual([
      [11, false],
      [12, false],
      [13, false],
    ]);
  });
});
