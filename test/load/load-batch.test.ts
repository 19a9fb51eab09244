import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue, type LoadFixture, products, runMain, startLoad } from './load-fixture.ts';

describe('load', () => {
  let lake: LoadFixture;

  beforeAll(async () => {
    lake = await startLoad();
  });

  const bronzeRows = async (): Promise<number> => {
    const [row] = await lake.sql('SELECT COUNT(*) AS N FROM BRONZE.PRODUCTS');
    return Number(row?.N);
  };
  /** Puts and commits one load of a date. */
  const commit = async (ingestDate: string, parts: object[][]): Promise<void> =>
    lake.commit({ ingestDate }, await lake.putParts({ ingestDate }, parts));

  it('brings the parts of a date to bronze and silver, and reports files, rows and tasks', async () => {
    await commit('2026-06-01', [products(1, 30), products(31, 50)]);
    const report = await lake.load({ logicalDate: '2026-06-01' });

    expect(report).toMatchObject({ files: 2, rowsLake: 50, rowsBronze: 50, warnings: [] });
    expect(report.tables).toMatchObject([
      {
        source: 'catalog',
        table: 'products',
        loadId: '2026-06-01',
        target: 'BRONZE.PRODUCTS',
        files: 2,
        rowsLake: 50,
        rowsBronze: 50,
        rowsRepeated: 0,
      },
    ]);
    expect(Object.fromEntries(report.tasks.map(({ name, state }) => [name, state]))).toEqual({
      REFRESH_SILVER: 'SUCCEEDED',
      MERGE_SALES_TRANSACTION: 'SUCCEEDED',
      MERGE_SALES_DETAIL: 'SUCCEEDED',
      MERGE_FACT_SALE: 'SKIPPED',
      MERGE_DIM_PRODUCT: 'SUCCEEDED',
      MERGE_DIM_CUSTOMER: 'SKIPPED',
      QUARANTINE_CUSTOMERS: 'SKIPPED',
      QUARANTINE_REJECTED_LINES: 'SKIPPED',
    });
    expect(await lake.sql('SELECT COUNT(*) AS N FROM SILVER.DIM_PRODUCT')).toEqual([{ N: 50 }]);
  });

  it('changes nothing when the same date is loaded again', async () => {
    const before = await bronzeRows();
    const report = await lake.load({ logicalDate: '2026-06-01' });
    expect(report).toMatchObject({ files: 2, rowsBronze: 50, warnings: [] });
    expect(report.tasks.find(({ name }) => name === 'MERGE_DIM_PRODUCT')?.state).toBe('SKIPPED');
    expect(await bronzeRows()).toBe(before);
  });

  it('loads every committed load of the date, a full refresh included', async () => {
    await commit('2026-06-02', [products(1, 2)]);
    const full = { ingestDate: '2026-06-02', loadId: '2026-06-02-full' };
    await lake.commit(full, await lake.putParts(full, [products(1, 5)]));
    const report = await lake.load({ logicalDate: '2026-06-02', refreshSilver: false });
    expect(report.tables.map(({ loadId, rowsBronze }) => [loadId, rowsBronze])).toEqual([
      ['2026-06-02-full', 5],
      ['2026-06-02', 2],
    ]);
    expect(report.tasks).toEqual([]);
  });

  it('12: a load without parts and a part without rows are complete at once', async () => {
    await commit('2026-06-03', []);
    const full = { ingestDate: '2026-06-03', loadId: '2026-06-03-full' };
    await lake.commit(full, await lake.putParts(full, [[]]));
    const report = await lake.load({ logicalDate: '2026-06-03' });
    expect(report).toMatchObject({ files: 1, rowsLake: 0, rowsBronze: 0 });
    expect(report.tasks[0]).toMatchObject({ name: 'REFRESH_SILVER', state: 'SUCCEEDED' });
  });

  it('only refreshes silver for a source of CSV files, which has no manifests', async () => {
    const report = await lake.load({ logicalDate: '2026-06-30', sources: ['customers'] });
    expect(report).toMatchObject({ tables: [], files: 0 });
    expect(report.tasks).toHaveLength(8);
  });

  it('names what to run when a table has no committed load of the date', async () => {
    await lake.putParts({ ingestDate: '2026-06-04' }, [products(1, 3)]);
    await expect(lake.load({ logicalDate: '2026-06-04' })).rejects.toMatchObject({
      name: 'UserError',
      message: `no load of 2026-06-04 is committed under s3://${lake.bucket}/bronze/catalog/products/ingest_date=2026-06-04/`,
      remedy: expect.stringContaining(
        'the action ingest-catalog with source catalog and logical-date 2026-06-04',
      ),
    });
  });

  it('names the configured sources for one that does not exist', async () => {
    await expect(lake.load({ logicalDate: '2026-06-01', sources: ['shop'] })).rejects.toMatchObject({
      message: 'there is no source "shop" in the pipeline configuration',
      remedy: 'Use some of: catalog, customers.',
    });
  });

  it('loads only the tables that are named', async () => {
    const config = catalogue();
    const { catalog } = config.sources;
    if (catalog?.kind === 'api') catalog.tables.push({ ...catalog.tables[0]!, name: 'prices' });
    const request = { config, logicalDate: '2026-06-01', refreshSilver: false };
    await expect(lake.load(request)).rejects.toThrow('bronze/catalog/prices/ingest_date=2026-06-01/');
    expect((await lake.load({ ...request, tables: ['products'] })).files).toBe(2);
    await expect(lake.load({ ...request, tables: ['shops'] })).rejects.toMatchObject({
      message: 'no table "shops" of catalog, customers is on the lake',
      remedy: 'Use some of: products, prices.',
    });
  });

  it('refuses a manifest whose parts do not add up', async () => {
    const load = { ingestDate: '2026-06-05' };
    await lake.commit(load, await lake.putParts(load, [products(1, 3)]), { rows: 4 });
    await expect(lake.load({ logicalDate: '2026-06-05' })).rejects.toThrow(
      'says 4 rows and its parts have 3',
    );
  });

  it('tells the pipe to look for files whose notification was lost', async () => {
    // The pipe is younger than the files, so that no notification has reached it.
    const table = { name: 'late', target: 'BRONZE.LATE', pipe: 'BRONZE.LATE_PIPE' };
    const load = { table: 'late', ingestDate: '2026-06-06' };
    await lake.commit(load, await lake.putParts(load, [products(1, 4), products(5, 6)]));
    await lake.sql('CREATE TABLE BRONZE.LATE LIKE BRONZE.PRODUCTS');
    await createPipe('LATE', 'late');
    const report = await lake.load({
      config: catalogue(table),
      logicalDate: '2026-06-06',
      refreshSilver: false,
    });
    expect(report).toMatchObject({ files: 2, rowsBronze: 6 });
    expect(lake.notes[0]).toBe(
      'GLOBALMART.BRONZE.LATE: 2 files have not come; telling GLOBALMART.BRONZE.LATE_PIPE to look for them',
    );
  });

  it('knows files that the copy history has forgotten by their rows', async () => {
    const table = { name: 'late', target: 'BRONZE.LATE', pipe: 'BRONZE.LATE_PIPE' };
    await createPipe('LATE', 'late');
    expect(await lake.sql(history('LATE'))).toEqual([]);
    const report = await lake.load({
      config: catalogue(table),
      logicalDate: '2026-06-06',
      refreshSilver: false,
    });
    expect(report).toMatchObject({ rowsBronze: 6, rowsLake: 6 });
    expect(lake.notes).toHaveLength(1);
  });

  it('names a pipe that is paused', async () => {
    const table = { name: 'paused', target: 'BRONZE.PAUSED', pipe: 'BRONZE.PAUSED_PIPE' };
    await lake.sql('CREATE TABLE BRONZE.PAUSED LIKE BRONZE.PRODUCTS');
    await createPipe('PAUSED', 'paused');
    await lake.sql('ALTER PIPE BRONZE.PAUSED_PIPE SET PIPE_EXECUTION_PAUSED = TRUE');
    const load = { table: 'paused', ingestDate: '2026-06-07' };
    await lake.commit(load, await lake.putParts(load, [products(1, 2)]));
    await expect(lake.load({ config: catalogue(table), logicalDate: '2026-06-07' })).rejects.toThrow(
      'pipe GLOBALMART.BRONZE.PAUSED_PIPE does not run: its state is PAUSED',
    );
  });

  it('names file and table when the pipe cannot see a file of the manifest', async () => {
    const load = { ingestDate: '2026-06-08' };
    const parts = await lake.putParts(load, [products(1, 2)]);
    const lost = { ...parts[0]!, key: parts[0]!.key.replace('00000', '00001') };
    await lake.commit(load, [...parts, lost]);
    await expect(lake.load({ logicalDate: '2026-06-08' })).rejects.toMatchObject({
      message: `GLOBALMART.BRONZE.PRODUCTS: 1 files are not in bronze: ${lost.key}`,
      remedy: expect.stringContaining('GLOBALMART.BRONZE.PRODUCTS_PIPE does not see these files'),
    });
  });

  it('fails with file, table and first error when a file could not be loaded, and leaves silver alone', async () => {
    await createNarrow();
    const load = { table: 'narrow', ingestDate: '2026-06-09' };
    const [good, bad] = await lake.putParts(load, [products(1, 9), products(10, 12)]);
    await lake.commit(load, [good!, bad!]);
    await expect(lake.load({ config: narrow, logicalDate: '2026-06-09' })).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(
        new RegExp(
          `^GLOBALMART.BRONZE.NARROW: file ${bad!.key} was not loaded \\(Load failed, 0 of 3 rows\\): row 1, column "NARROW"\\["SKU":1\\]: .*length limit \\(5\\) exceeded`,
          's',
        ),
      ),
    });
    expect(lake.notes.filter((line) => line.startsWith('task'))).toEqual([]);
  });

  it('tries a file again that failed in an earlier run, once the table has been corrected', async () => {
    await lake.sql('ALTER TABLE BRONZE.NARROW ALTER COLUMN SKU SET DATA TYPE VARCHAR(100)');
    const report = await lake.load({ config: narrow, logicalDate: '2026-06-09', refreshSilver: false });
    expect(report).toMatchObject({ files: 2, rowsLake: 12, rowsBronze: 12, warnings: [] });
  });

  it('names file, table and difference when bronze has fewer rows than the lake', async () => {
    await commit('2026-06-10', [products(1, 6)]);
    await lake.load({ logicalDate: '2026-06-10', refreshSilver: false });
    await lake.sql(
      "DELETE FROM BRONZE.PRODUCTS WHERE _LOAD_ID = '2026-06-10' AND PRODUCT:product_id IN (2, 4)",
    );
    await expect(lake.load({ logicalDate: '2026-06-10' })).rejects.toThrow(
      /^lake and bronze do not agree: bronze\/catalog\/products\/ingest_date=2026-06-10\/load_id=2026-06-10\/part-\w+-00000\.json\.gz has 6 rows in the lake, 4 in GLOBALMART\.BRONZE\.PRODUCTS: 2 missing/,
    );
  });

  it('1: counts rows of a try that was killed before its commit as repeated, not as loaded', async () => {
    const load = { ingestDate: '2026-06-11' };
    await lake.putParts(load, [products(1, 8), products(9, 20)]);
    await expect.poll(() => lake.sql(history('PRODUCTS')).then((rows) => rows.length)).toBe(2);
    await lake.commit(load, await lake.putParts(load, [products(1, 10)]));
    const report = await lake.load({ logicalDate: '2026-06-11' });
    expect(report).toMatchObject({ rowsLake: 10, rowsBronze: 10 });
    // 8 of the first part and 12 of the part that the second try did not have.
    expect(report.tables[0]?.rowsRepeated).toBe(20);
    expect(report.warnings).toHaveLength(1);
  });

  it('gives rows, files and tasks as outputs of the action and writes a summary', async () => {
    await commit('2026-06-29', [products(1, 3), products(4, 5)]);
    const inputs = { 'logical-date': '2026-06-29', bucket: lake.bucket, database: 'GLOBALMART' };
    const { exitCode, outputs, summary } = await runMain(inputs);
    expect(exitCode).toBe(0);
    expect(outputs).toMatchObject({ 'rows-bronze': '5', files: '2' });
    expect(JSON.parse(outputs.tasks ?? '')).toHaveLength(8);
    expect(summary).toContain(
      '<td>BRONZE.PRODUCTS</td><td>catalog/products 2026-06-29</td><td>2</td><td>5</td><td>5</td><td>0</td>',
    );
    expect(summary).toContain('<td>MERGE_DIM_PRODUCT</td><td>SUCCEEDED</td>');
  });

  it('names every wrong input of the action in one run, without a stack trace', async () => {
    const inputs = { 'logical-date': '29.06.2026', 'timeout-minutes': 'soon', database: 'A; DROP' };
    const { exitCode, log } = await runMain(inputs);
    expect(exitCode).toBe(1);
    expect(log).toContain('input "logical-date": must be a date like 2026-01-31');
    expect(log).toContain('input "bucket": is required');
    expect(log).toContain('input "timeout-minutes": must be a number of minutes');
    expect(log).toContain('input "database": must be the name of a database');
    expect(log).not.toContain('    at ');
  });

  it('asks for a database when neither input nor settings name one', async () => {
    const { exitCode, log } = await runMain({ 'logical-date': '2026-06-29', bucket: lake.bucket });
    expect(exitCode).toBe(1);
    expect(log).toContain('there is no database to load into');
  });

  const narrow = catalogue({ name: 'narrow', target: 'BRONZE.NARROW', pipe: 'BRONZE.NARROW_PIPE' });

  async function createNarrow(): Promise<void> {
    await lake.sql(
      'CREATE TABLE BRONZE.NARROW (SKU VARCHAR(5), _FILE_NAME VARCHAR, _FILE_ROW NUMBER, _LOAD_ID VARCHAR)',
    );
    await createPipe('NARROW', 'narrow', 'SKU', '$1:sku::VARCHAR');
  }

  async function createPipe(table: string, path: string, column = 'PRODUCT', value = '$1'): Promise<void> {
    await lake.sql(
      `CREATE OR REPLACE PIPE BRONZE.${table}_PIPE AUTO_INGEST = TRUE AS
       COPY INTO BRONZE.${table} (${column}, _FILE_NAME, _FILE_ROW, _LOAD_ID)
       FROM (SELECT ${value}, METADATA$FILENAME, METADATA$FILE_ROW_NUMBER,
                    REGEXP_SUBSTR(METADATA$FILENAME, 'load_id=([^/]+)', 1, 1, 'e', 1)
             FROM @BRONZE.LAKE_STAGE/bronze/catalog/${path}/)
       FILE_FORMAT = (FORMAT_NAME = 'BRONZE.JSON_LINES_FORMAT') PATTERN = '.*part-[0-9a-f]+-[0-9]+[.]json[.]gz' ON_ERROR = SKIP_FILE`,
    );
  }

  function history(table: string): string {
    return `SELECT FILE_NAME FROM TABLE(INFORMATION_SCHEMA.COPY_HISTORY(
      TABLE_NAME => 'BRONZE.${table}', START_TIME => DATEADD(HOUR, -1, CURRENT_TIMESTAMP())))
      WHERE CONTAINS(FILE_NAME, 'ingest_date=2026-06-11/') OR '${table}' <> 'PRODUCTS'`;
  }
});
