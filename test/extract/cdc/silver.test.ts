import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extractSource } from '../../../actions/extract/extract.ts';
import { splitStatements } from '../../../actions/shared/sql/split.ts';
import { type LoadFixture, startLoad } from '../../load/load-fixture.ts';
import { pipelineOf } from '../extract-fixture.ts';

let lake: LoadFixture;
let owner: pg.Client;
const config = pipelineOf([
  { name: 'public.items', strategy: 'cdc', target: 'BRONZE.ITEMS', pipe: 'BRONZE.ITEMS_PIPE' },
]);
config.silver['root-task'] = 'SILVER.REFRESH_ITEMS';
/** Larger than what PostgreSQL keeps in the row. */
const LARGE = 'x'.repeat(10_000);

beforeAll(async () => {
  lake = await startLoad(['postgres']);
  const sql = readFileSync('test/extract/cdc/items.sql', 'utf8').replace('{{ warehouse }}', 'GLOBALMART_WH');
  for (const { text } of splitStatements(sql)) await lake.sql(text);
  const { user, password, port } = lake.postgres!;
  owner = new pg.Client({ host: '127.0.0.1', port, user, password, database: 'postgres' });
  await owner.connect();
  // The local server flushes its log late; only what is flushed can be decoded.
  await owner.query('SET synchronous_commit = on');
  await owner.query(`CREATE TABLE items (id int PRIMARY KEY, price numeric(10,2), note text);
    ALTER TABLE items ALTER COLUMN note SET STORAGE EXTERNAL;
    INSERT INTO items VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 3, '${LARGE}')`);
});
afterAll(() => owner.end());

async function extract(logicalDate: string): Promise<void> {
  const { user: username, password, port } = lake.postgres!;
  const database = {
    host: '127.0.0.1',
    port,
    username,
    password,
    dbname: 'postgres',
    sslmode: 'prefer',
  } as const;
  const { bucket, s3 } = lake;
  await extractSource({ config, sourceName: 'shop', logicalDate, bucket, s3, database, codeVersion: 'test' });
}

const load = (logicalDate: string) => lake.load({ config, logicalDate });

/** Rows of silver: id, price, note, whether it is deleted. */
const items = async (): Promise<unknown[][]> =>
  (await lake.sql('SELECT ID, PRICE, NOTE, IS_DELETED FROM SILVER.ITEM ORDER BY ID')).map((row) => [
    Number(row.ID),
    row.PRICE,
    row.NOTE,
    row.IS_DELETED,
  ]);

describe('silver of a table of strategy cdc', () => {
  it('has the rows of the first load', async () => {
    await extract('2026-06-28');
    await load('2026-06-28');
    expect(await items()).toEqual([
      [1, 1, 'a', false],
      [2, 2, 'b', false],
      [3, 3, LARGE, false],
    ]);
  });

  it('11: takes the newest change of each key in the order of the log, deletes among them', async () => {
    await owner.query(`INSERT INTO items VALUES (4, 4, 'd'), (5, 5, 'e')`);
    await owner.query('UPDATE items SET price = 11 WHERE id = 1');
    await owner.query('UPDATE items SET price = 12 WHERE id = 1');
    await owner.query(`BEGIN; DELETE FROM items WHERE id = 2; INSERT INTO items VALUES (2, 22, 'again');
      UPDATE items SET note = NULL WHERE id = 2; DELETE FROM items WHERE id = 5; COMMIT`);
    await extract('2026-06-29');
    await load('2026-06-29');
    expect(await items()).toEqual([
      [1, 12, 'a', false],
      [2, 22, null, false],
      [3, 3, LARGE, false],
      [4, 4, 'd', false],
      [5, null, null, true],
    ]);
  });

  it('keeps a large value that an update leaves alone', async () => {
    await owner.query('UPDATE items SET price = 33 WHERE id = 3');
    await owner.query(`INSERT INTO items VALUES (6, 6, '${LARGE}')`);
    await owner.query('UPDATE items SET price = 66 WHERE id = 6');
    await owner.query('DELETE FROM items WHERE id = 1');
    await extract('2026-06-30');
    await load('2026-06-30');
    expect(await items()).toEqual([
      [1, null, null, true],
      [2, 22, null, false],
      [3, 33, LARGE, false],
      [4, 4, 'd', false],
      [5, null, null, true],
      [6, 66, LARGE, false],
    ]);
  });

  it('is left as it is by changes that come again, and by older ones that come late', async () => {
    const before = await items();
    for (const which of ['TRUE', "_OP = 'snapshot'"]) {
      await lake.sql(`INSERT INTO BRONZE.ITEMS SELECT * FROM BRONZE.ITEMS WHERE ${which}`);
      await load('2026-06-30');
      expect(await items()).toEqual(before);
    }
  });

  it('has a row again that is inserted after its delete', async () => {
    await owner.query(`INSERT INTO items VALUES (5, 55, 'back')`);
    await extract('2026-07-01');
    await load('2026-07-01');
    expect((await items())[4]).toEqual([5, 55, 'back', false]);
  });
});
