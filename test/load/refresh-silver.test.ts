import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue, type LoadFixture, startLoad } from './load-fixture.ts';

describe('load refreshes silver', () => {
  let lake: LoadFixture;
  const refresh = (rootTask?: string) => {
    const config = catalogue();
    if (rootTask !== undefined) config.silver['root-task'] = rootTask;
    return lake.load({ config, logicalDate: '2026-06-30', sources: ['customers'] });
  };
  const addSale = (id: number) =>
    lake.sql(`INSERT INTO BRONZE.SALES_TRANSACTIONS
      (TRANSACTION_ID, STATUS, ORDERED_AT, UPDATED_AT, _FILE_NAME, _FILE_ROW, _LOAD_ID)
      SELECT ${id}, 'completed', CURRENT_TIMESTAMP(), CURRENT_TIMESTAMP(), 'f', ${id}, 'l'`);

  beforeAll(async () => {
    lake = await startLoad();
  });

  it('26: names the failed task with its error and query id, and does not wait for what follows it', async () => {
    await addSale(1);
    await lake.sql('ALTER TABLE SILVER.SALES_TRANSACTION RENAME TO SILVER.MOVED');
    await expect(refresh()).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(
        /^task GLOBALMART\.SILVER\.MERGE_SALES_TRANSACTION failed: 0*2003: .*SALES_TRANSACTION.*, query [0-9a-f-]{36}$/s,
      ),
      remedy: 'Correct the cause, then load again: the streams still hold what was not merged.',
    });
    expect(lake.notes.some((line) => line.startsWith('task MERGE_FACT_SALE'))).toBe(false);
    expect(lake.notes.some((line) => line.startsWith('task MERGE_DIM_PRODUCT: SKIPPED'))).toBe(true);
  });

  it('merges what a failed task left in its stream once the cause is gone', async () => {
    await lake.sql('ALTER TABLE SILVER.MOVED RENAME TO SILVER.SALES_TRANSACTION');
    const report = await refresh();
    expect(report.tasks.find(({ name }) => name === 'MERGE_SALES_TRANSACTION')).toMatchObject({
      state: 'SUCCEEDED',
      error: null,
      queryId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(await lake.sql('SELECT TRANSACTION_ID FROM SILVER.SALES_TRANSACTION')).toEqual([
      { TRANSACTION_ID: 1 },
    ]);
  });

  it('waits for its own run when two loads run the graph at once', async () => {
    await addSale(2);
    const reports = await Promise.all([refresh(), refresh()]);
    const states = reports.map(({ tasks }) => tasks.map(({ state }) => state));
    expect(states.map((list) => list.length)).toEqual([8, 8]);
    expect(await lake.sql('SELECT COUNT(*) AS N FROM SILVER.SALES_TRANSACTION')).toEqual([{ N: 2 }]);
  });

  it('warns of a suspended task, which leaves its part of silver as it was', async () => {
    await lake.sql('ALTER TASK SILVER.REFRESH_SILVER SUSPEND');
    await lake.sql('ALTER TASK SILVER.MERGE_SALES_TRANSACTION SUSPEND');
    await addSale(3);
    const report = await refresh();
    expect(report.warnings).toEqual([
      'task MERGE_SALES_TRANSACTION is suspended: what it feeds in silver was not refreshed',
    ]);
    expect(report.tasks.map(({ name }) => name)).not.toContain('MERGE_SALES_TRANSACTION');
    expect(report.tasks).toHaveLength(7);
    await lake.sql('ALTER TASK SILVER.MERGE_SALES_TRANSACTION RESUME');
    await lake.sql('ALTER TASK SILVER.REFRESH_SILVER RESUME');
  });

  it('names a root task that does not exist or is none', async () => {
    await expect(refresh('SILVER.NOWHERE')).rejects.toThrow('there is no task GLOBALMART.SILVER.NOWHERE');
    await expect(refresh('SILVER.MERGE_FACT_SALE')).rejects.toThrow(
      'task GLOBALMART.SILVER.MERGE_FACT_SALE runs after MERGE_SALES_TRANSACTION, MERGE_SALES_DETAIL: it is no root',
    );
  });

  it('says what is still running when the time is up', async () => {
    await addSale(4);
    const other = await lake.open();
    // Holds the table, so that the merge has to wait.
    await other.execute('BEGIN');
    await other.execute('UPDATE SILVER.SALES_TRANSACTION SET STORE_ID = 1');
    try {
      await expect(
        lake.load({ logicalDate: '2026-06-30', sources: ['customers'], timeoutMs: 1_000 }),
      ).rejects.toThrow(
        'the tasks of GLOBALMART.SILVER.REFRESH_SILVER have not ended in time; still to come: MERGE_SALES_TRANSACTION, MERGE_FACT_SALE',
      );
    } finally {
      await other.execute('ROLLBACK');
    }
    expect((await refresh()).tasks).toHaveLength(8);
  });
});
