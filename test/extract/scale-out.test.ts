import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ExtractRequest } from '../../actions/extract/extract.ts';
import { commitExtract } from '../../actions/extract/scale-out/commit-extract.ts';
import { runEntry } from '../../actions/extract/scale-out/extract-entry.ts';
import { type ExtractEntry, planExtract } from '../../actions/extract/scale-out/plan-extract.ts';
import { listKeys, readObject } from '../../actions/shared/s3.ts';
import { prepareProcesses } from './action-process.ts';
import { type ExtractFixture, pipelineOf, startExtract, type TableConfig } from './extract-fixture.ts';
import { startHttpProxy } from './fault-proxy.ts';
import { readWithDuckDb } from './parquet-readers.ts';

const DATE = '2026-06-29';

let shop: ExtractFixture;
let runAction: Awaited<ReturnType<typeof prepareProcesses>>;
beforeAll(async () => {
  shop = await startExtract();
  runAction = await prepareProcesses(shop);
});

/** About 5 MB to the planner, with a key that is null in one row. */
async function makeLarge(name: string): Promise<void> {
  await shop.sql(`CREATE TABLE ${name} AS
    SELECT nullif(i, 5000) AS id, timestamp '2026-06-01' + i * interval '1 s' AS updated_at, repeat('x', 500) AS filler
      FROM generate_series(-4999, 5000) i; ANALYZE ${name}`);
}

function requestOf(tables: readonly TableConfig[], logicalDate = DATE): ExtractRequest {
  const { s3, bucket, database } = shop;
  const config = pipelineOf(tables);
  return { config, sourceName: 'shop', logicalDate, bucket, s3, database, codeVersion: 'test' };
}

async function divide(table: string, logicalDate = DATE) {
  const request = requestOf([{ name: table }], logicalDate);
  const { entries } = await planExtract(request, 2e6);
  return { request, entries };
}

const prefixOf = (table: string): string => `bronze/shop/${table}/ingest_date=${DATE}/load_id=${DATE}/`;

describe('a load that several processes extract', () => {
  it('holds every row once, and is committed when all of them are done', async () => {
    await makeLarge('spread');
    await shop.sql(`CREATE TABLE tiny (id int, updated_at timestamp); INSERT INTO tiny VALUES (1, '2026-06-01');
      CREATE TABLE copied AS TABLE tiny`);
    const tables: TableConfig[] = [
      { name: 'spread' },
      { name: 'tiny' },
      { name: 'copied', strategy: 'full' },
    ];
    const plan = runAction(tables, { inputs: { mode: 'plan', 'part-mb': '2' } });
    expect((await plan.ended).code, plan.log()).toBe(0);
    const { matrix, entries, 'load-id': loadId } = plan.outputs();
    const { entry } = JSON.parse(matrix!) as { entry: ExtractEntry[] };
    expect(entry).toEqual([
      { table: 'copied' },
      { table: 'spread', range: 0 },
      { table: 'spread', range: 1 },
      { table: 'spread', range: 2 },
      { table: 'tiny' },
    ]);
    expect([entries, loadId]).toEqual(['5', DATE]);

    const parts = entry.map((one) =>
      runAction(tables, { inputs: { mode: 'part', entry: JSON.stringify(one, null, 2) } }),
    );
    for (const part of parts) expect((await part.ended).code, part.log()).toBe(0);
    const counts = parts.map((part) => Number(part.outputs().rows));
    expect(counts[0]! + counts[4]!).toBe(2);
    for (const count of counts.slice(1, 4)) expect(count).toBeGreaterThan(3000);
    expect(await shop.keys('spread')).not.toContain(`${prefixOf('spread')}_manifest.json`);

    const commit = runAction(tables, { inputs: { mode: 'commit' } });
    expect((await commit.ended).code, commit.log()).toBe(0);
    expect(commit.outputs()).toEqual({
      manifests: JSON.stringify(tables.map(({ name }) => `${prefixOf(name)}_manifest.json`)),
      rows: '10002',
      'load-id': DATE,
    });
    const files = await shop.download(`${prefixOf('spread')}_manifest.json`);
    expect(
      await readWithDuckDb(
        files,
        'SELECT count(*) AS n, count(DISTINCT id) AS ids, min(id) AS low FROM $file',
      ),
    ).toEqual([{ n: '10000', ids: '9999', low: -4999 }]);
    expect(commit.summary()).toContain('<td>spread</td><td>committed</td><td>10000</td>');
    const after = runAction(tables, { inputs: { mode: 'plan', 'part-mb': '2' } });
    await after.ended;
    expect(after.outputs()).toMatchObject({ matrix: '{"entry":[]}', entries: '0' });
  });

  it('goes on after one of them was killed; until then commit refuses (failure 1)', async () => {
    await makeLarge('killed');
    const { request, entries } = await divide('killed');
    const table = [{ name: 'killed' }];
    const [killed, ...others] = entries as [ExtractEntry, ...ExtractEntry[]];
    let child: ReturnType<typeof runAction>['child'] | undefined;
    // Its parts are there, its record is not.
    await using proxy = await startHttpProxy(process.env.AWS_ENDPOINT_URL_S3!, async (method, path) => {
      if (method !== 'PUT' || !/range-\d+\.json/.test(path)) return undefined;
      child!.kill('SIGKILL');
      return new Promise<never>(() => {});
    });
    const run = runAction(table, {
      inputs: { mode: 'part', entry: JSON.stringify(killed) },
      environment: { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}` },
    });
    child = run.child;
    const running = others.map((entry) =>
      runAction(table, { inputs: { mode: 'part', entry: JSON.stringify(entry) } }),
    );
    for (const other of running) expect((await other.ended).code, other.log()).toBe(0);
    expect((await run.ended).signal).toBe('SIGKILL');

    await expect(commitExtract(request)).rejects.toThrow(
      `load ${DATE} is not complete, missing: range 0 of killed`,
    );
    // Rows that came meanwhile make the killed part's files other ones than the rerun's.
    await shop.sql(`INSERT INTO killed VALUES (-4000, '2026-06-02', 'late')`);
    expect((await planExtract(request, 2e6)).entries).toEqual(entries);
    await runEntry(request, killed);
    const again = await runEntry(request, others[0]!);
    expect(again.tables).toMatchObject([{ status: 'recorded', table: 'killed' }]);
    const report = await commitExtract(request);
    expect(report.tables).toMatchObject([{ status: 'committed', rows: 10_001, files: 3 }]);
    expect(await shop.ids(report)).toHaveLength(10_001);
    const parts = (await shop.keys('killed')).filter((key) => key.endsWith('.parquet'));
    expect(parts).toHaveLength(3);
    expect((await commitExtract(request)).tables[0]).toMatchObject({ status: 'already-committed' });
    expect((await runEntry(request, killed)).tables[0]).toMatchObject({ status: 'already-committed' });
  });

  it('loses nothing that changed between plan and parts, nor what commits after them (failure 8)', async () => {
    await makeLarge('moving');
    const late = await shop.connect();
    await late.query(`BEGIN; INSERT INTO moving VALUES (6000, '2026-05-01', 'late')`);
    const { request, entries } = await divide('moving');
    await runEntry(request, entries[0]!);
    // From the range that was read to one that was not, and the other way round: in that load twice, and not at all.
    await shop.sql(`UPDATE moving SET id = 7000 WHERE id = -4000`);
    await shop.sql(`UPDATE moving SET id = -7000 WHERE id = 4000`);
    for (const entry of entries.slice(1)) await runEntry(request, entry);
    await late.query('COMMIT');
    const report = await commitExtract(request);
    const ids = await shop.ids(report);
    expect(ids.filter((id) => [-4000, 7000].includes(id))).toEqual([-4000, 7000]);
    expect(ids.filter((id) => [4000, -7000, 6000].includes(id))).toEqual([]);
    expect(ids).toHaveLength(10_000);
    const next = await shop.extract({ name: 'moving' }, '2026-06-30');
    expect(await shop.ids(next)).toEqual([-7000, 6000, 7000]);
    expect(next.tables[0]!.watermark?.from).toBe('2026-06-01 01:23:20');
  });

  it('reads on where the load before it ended, in ranges too', async () => {
    await shop.sql('CREATE TABLE grown (id int, updated_at timestamp, filler text)');
    await shop.extract({ name: 'grown' }, '2026-06-28');
    await shop.sql(
      `INSERT INTO grown SELECT i, '2026-06-01', repeat('x', 500) FROM generate_series(1, 9000) i`,
    );
    await shop.extract({ name: 'grown' }, DATE);
    await shop.sql(
      `INSERT INTO grown SELECT i, '2026-06-02', repeat('x', 500) FROM generate_series(9001, 18000) i`,
    );
    await shop.sql('ANALYZE grown');
    const { request, entries } = await divide('grown', '2026-06-30');
    expect(entries.length).toBeGreaterThan(1);
    for (const entry of entries) await runEntry(request, entry);
    const report = await commitExtract(request);
    expect(report.tables[0]).toMatchObject({ rows: 9000, watermark: { from: '2026-06-01 00:00:00' } });
    expect((await shop.extract({ name: 'grown' }, '2026-07-01')).rows).toBe(0);
  });
});

describe('a part', () => {
  it('is read again when a killed run of the whole table has swept its files', async () => {
    await makeLarge('swept');
    const { request, entries } = await divide('swept');
    for (const entry of entries) await runEntry(request, entry);
    const [Key] = await listKeys(shop.s3, shop.bucket, prefixOf('swept'));
    await shop.s3.send(new DeleteObjectCommand({ Bucket: shop.bucket, Key }));
    const refused = await commitExtract(request).catch((error: Error) => error.message);
    const [, range] = /missing: range (\d) of swept$/.exec(String(refused))!;
    await runEntry(request, { table: 'swept', range: Number(range) });
    expect(await shop.ids(await commitExtract(request))).toHaveLength(10_000);
  });

  it('is refused by a server that is behind the plan, where columns changed, and without a plan', async () => {
    await makeLarge('behind');
    const { request, entries } = await divide('behind');
    const [Key] = await listKeys(shop.s3, shop.bucket, '_state/shop/behind/');
    const { text } = (await readObject(shop.s3, shop.bucket, Key!))!;
    const put = (Body: string) => shop.s3.send(new PutObjectCommand({ Bucket: shop.bucket, Key, Body }));
    await put(text.replace(/"snapshot": "[^"]+"/, '"snapshot": "900000000:900000000:"'));
    await expect(runEntry(request, entries[0]!)).rejects.toThrow(
      'this server is behind the one that was planned',
    );
    await put('{');
    await expect(runEntry(request, entries[0]!)).rejects.toThrow(/plan\.json is not JSON$/);
    await put(text);
    await runEntry(request, entries[0]!);
    await shop.sql('ALTER TABLE behind ADD COLUMN more int');
    await expect(runEntry(request, entries[1]!)).rejects.toThrow('its columns changed since load 2026-06-29');
    await expect(runEntry(request, { table: 'behind', range: 9 })).rejects.toThrow('no plan with a range 9');
    // A new plan begins without the range that was read in the old columns.
    expect((await planExtract(request, 2e6)).entries).toEqual(entries);
    await expect(commitExtract(request)).rejects.toThrow('missing: range 0 of behind, range 1 of behind');
    for (const entry of entries) await runEntry(request, entry);
    expect(await shop.ids(await commitExtract(request))).toHaveLength(10_000);
  });

  it.each<[what: string, inputs: Record<string, string>, message: string]>([
    ['without an entry', { mode: 'part' }, 'input "entry" is missing in mode part'],
    ['of another shape', { mode: 'part', entry: '{"tables":1}' }, 'input "entry" is not an entry of a plan'],
    ['of a dry run', { mode: 'plan', 'dry-run': 'true' }, '"dry-run" do not go with mode plan'],
    ['of no mode', { mode: 'all' }, 'input "mode"'],
  ])('%s is a mistake that is named', async (_what, inputs, message) => {
    const run = runAction([{ name: 'any' }], { inputs });
    expect((await run.ended).code).toBe(1);
    expect(run.log()).toContain(message);
    expect(run.log()).not.toMatch(/^\s+at /m);
  });
});

it('a plan of more entries than a matrix holds says so', async () => {
  await makeLarge('many');
  await expect(planExtract(requestOf([{ name: 'many' }]), 10_000)).rejects.toThrow(
    /^the plan has \d{3} entries, and a matrix holds 256$/,
  );
});
