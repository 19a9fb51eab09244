import { execFile } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { stateKey } from '../../actions/shared/lake.ts';
import { readObject } from '../../actions/shared/s3.ts';
import { type ExtractFixture, startExtract } from './extract-fixture.ts';

let shop: ExtractFixture;
beforeAll(async () => {
  shop = await startExtract();
});

const state = async (table: string): Promise<unknown> =>
  JSON.parse((await readObject(shop.s3, shop.bucket, stateKey('shop', table)))!.text);

/** Rows 1 to 6 with watermarks of 1 to 6 June. */
const createDays = (name: string): Promise<unknown> =>
  shop.sql(`CREATE TABLE ${name} (id int PRIMARY KEY, updated_at timestamp);
    INSERT INTO ${name} SELECT day, timestamp '2026-05-31' + day * interval '1 day' FROM generate_series(1, 6) day`);

describe('a backfill of a range', () => {
  it('reads from the first value on, up to and without the second, and leaves the state alone', async () => {
    await createDays('days');
    await shop.extract({ name: 'days' }, '2026-06-29');
    const before = await state('days');
    const backfill = { from: '2026-06-02', to: '2026-06-04' };
    const report = await shop.extract({ name: 'days' }, '2026-06-30', { backfill });

    expect(report.loadId).toMatch(/^2026-06-30-backfill-[0-9a-f]{12}$/);
    expect(await shop.ids(report)).toEqual([2, 3]);
    const manifest = await shop.manifest(report.tables[0]!.manifestKey);
    expect(manifest.watermark).toEqual({ column: 'updated_at', ...backfill, bounds: '[)' });
    expect(await state('days')).toEqual(before);
  });

  it('has one load per range: a rerun reads nothing, another range has its own', async () => {
    await createDays('ranges');
    const june = { from: '2026-06-01', to: '2026-06-03' };
    const first = await shop.extract({ name: 'ranges' }, '2026-06-30', { backfill: june });
    const again = await shop.extract({ name: 'ranges' }, '2026-06-30', { backfill: june });
    expect(again.tables[0]).toEqual({ ...first.tables[0], status: 'already-committed', seconds: 0 });
    const other = await shop.extract({ name: 'ranges' }, '2026-06-30', {
      backfill: { ...june, to: '2026-06-04' },
    });
    expect(other.loadId).not.toBe(first.loadId);
    expect(await shop.ids(other)).toEqual([1, 2, 3]);
    // Neither counts as a load of the table: its first one still reads everything.
    expect(await shop.ids(await shop.extract({ name: 'ranges' }, '2026-06-30'))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('compares values as the column does, not as text', async () => {
    await shop.sql(`CREATE TABLE numbers (id int PRIMARY KEY, version int);
      INSERT INTO numbers SELECT n, n FROM generate_series(1, 20) n`);
    const table = { name: 'numbers', watermark: 'version' };
    const report = await shop.extract(table, '2026-06-30', { backfill: { from: '9', to: '11' } });
    expect(await shop.ids(report)).toEqual([9, 10]);
    await expect(
      shop.extract(table, '2026-06-30', { backfill: { from: '11', to: '9' } }),
    ).rejects.toMatchObject({ name: 'UserError', message: 'table numbers: from "11" is not before to "9"' });
    await expect(
      shop.extract(table, '2026-06-30', { backfill: { from: 'June', to: '9' } }),
    ).rejects.toMatchObject({
      message: 'table numbers: from "June" or to "9" is not of type int4',
      remedy: expect.stringContaining('up to and without "to"'),
    });
  });

  it('is refused where no watermark tells the range', async () => {
    const backfill = { from: '2026-06-02', to: '2026-06-04' };
    await expect(
      shop.extract({ name: 'days', strategy: 'xmin' }, '2026-06-30', { backfill }),
    ).rejects.toMatchObject({
      message: 'table days has strategy xmin: "from" and "to" are values of a watermark',
      remedy: expect.stringContaining('strategy watermark'),
    });
    await expect(
      shop.extract({ name: 'days' }, '2026-06-30', { backfill, fullRefresh: true }),
    ).rejects.toThrow('exclude each other');
  });

  it('is refused with one end alone', async () => {
    const log = await runMain({ from: '2026-06-02' });
    expect(log).toContain('input "to" is missing');
  });
});

describe('a reload', () => {
  it('reads the range of the load again, each time under the next number, and leaves the state alone', async () => {
    await createDays('again');
    await shop.extract({ name: 'again' }, '2026-06-28');
    await shop.sql(`INSERT INTO again VALUES (7, '2026-06-07'), (8, '2026-06-08')`);
    await shop.extract({ name: 'again' }, '2026-06-29');
    await shop.sql(`INSERT INTO again VALUES (9, '2026-06-09')`);
    await shop.extract({ name: 'again' }, '2026-06-30');
    const before = await state('again');

    const second = await shop.extract({ name: 'again' }, '2026-06-29', { reload: true });
    expect(second.loadId).toBe('2026-06-29-r2');
    expect(await shop.ids(second)).toEqual([7, 8]);
    expect(second.tables[0]!.watermark).toEqual({
      column: 'updated_at',
      from: '2026-06-06 00:00:00',
      to: '2026-06-08 00:00:00',
    });
    const third = await shop.extract({ name: 'again' }, '2026-06-29', { reload: true });
    expect(third.loadId).toBe('2026-06-29-r3');
    expect(await shop.ids(third)).toEqual([7, 8]);
    expect(await state('again')).toEqual(before);
  });

  it('of the first load has the rows without a watermark too', async () => {
    await createDays('first');
    await shop.sql('INSERT INTO first VALUES (0, NULL)');
    await shop.extract({ name: 'first' }, '2026-06-29');
    await shop.sql(`INSERT INTO first VALUES (7, '2026-06-07')`);
    const report = await shop.extract({ name: 'first' }, '2026-06-29', { reload: true });
    expect(await shop.ids(report)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('of strategy full reads every row', async () => {
    await createDays('whole');
    const table = { name: 'whole', strategy: 'full' as const };
    await shop.extract(table, '2026-06-29');
    await shop.sql('DELETE FROM whole WHERE id > 4');
    expect(await shop.ids(await shop.extract(table, '2026-06-29', { reload: true }))).toEqual([1, 2, 3, 4]);
  });

  it('of several tables has one load id', async () => {
    await createDays('odd');
    await createDays('even');
    await shop.extractAll([{ name: 'odd' }, { name: 'even' }], '2026-06-29');
    await shop.extract({ name: 'odd' }, '2026-06-29', { reload: true });
    const report = await shop.extractAll([{ name: 'odd' }, { name: 'even' }], '2026-06-29', { reload: true });
    expect(
      report.tables.map(({ manifestKey, rows }) => [/load_id=([^/]+)/.exec(manifestKey)?.[1], rows]),
    ).toEqual([
      ['2026-06-29-r3', 6],
      ['2026-06-29-r3', 6],
    ]);
  });

  it('is refused for a load that is not committed, or whose rows the source no longer tells', async () => {
    await createDays('never');
    await expect(shop.extract({ name: 'never' }, '2026-06-29', { reload: true })).rejects.toMatchObject({
      message: expect.stringContaining('table never: load 2026-06-29 is not committed: s3://'),
      remedy: 'Extract this logical date without "reload" first.',
    });
    await expect(
      shop.extract({ name: 'never', strategy: 'xmin' }, '2026-06-29', { reload: true }),
    ).rejects.toThrow('a load of strategy xmin cannot be read again');
  });
});

/** The log of main.ts run as a runner would. */
function runMain(inputs: Record<string, string>): Promise<string> {
  const all = { source: 'sales', 'logical-date': '2026-06-30', bucket: shop.bucket, ...inputs };
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const [name, value] of Object.entries(all)) env[`INPUT_${name.toUpperCase()}`] = value;
  delete env.GITHUB_STEP_SUMMARY;
  return new Promise((resolve) => {
    execFile(process.execPath, ['actions/extract/main.ts'], { env }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}
