import { expect, test } from 'vitest';
import { check, directoryWith, type Files, PIPELINE } from './project.ts';

const CHANGE: Files = {
  ...PIPELINE,
  'V003__price.sql':
    'ALTER TABLE SILVER.ITEM ADD COLUMN PRICE NUMBER(10,2);\nUPDATE SILVER.ITEM SET PRICE = 1 WHERE ID = 1;\n',
  'U003__price.sql': 'ALTER TABLE SILVER.ITEM DROP COLUMN PRICE;\n',
  'fixtures/BRONZE.LAKE/items/second.json': '{"id": 3, "name": "cup"}\n',
};

test('what is new runs on the data of the previous release: schema and data are compared, the undo script is tried', async () => {
  const { report, errors } = await check(directoryWith(CHANGE), directoryWith(PIPELINE));
  expect(errors).toEqual([]);
  const upgrade = report.dryRun?.upgrade;
  expect(upgrade?.applied.map(({ name }) => name)).toEqual(['V003__price']);
  expect(upgrade?.undone).toEqual(['V003__price']);
  expect(upgrade?.schema).toMatchObject([{ object: 'TABLE SILVER.ITEM', change: 'changed' }]);
  expect(upgrade?.schema[0]?.diff.filter((line) => line.startsWith('+'))).toContainEqual(
    expect.stringContaining('PRICE NUMBER(10, 2)'),
  );
  const silver = upgrade?.data.find(({ object }) => object === 'SILVER.ITEM');
  expect(silver?.rows).toEqual({ before: 2, after: 3 });
  expect(silver?.columns.find(({ name }) => name === 'PRICE')).toEqual({
    name: 'PRICE',
    before: null,
    after: { nulls: 2, distinct: 1, min: '1.00', max: '1.00' },
  });
});

test('an undo script that leaves something, and a migration that only data breaks, are errors', async () => {
  const left = { ...CHANGE, 'U003__price.sql': 'UPDATE SILVER.ITEM SET PRICE = NULL;\n' };
  // What is left is in the way when the migration is applied again.
  expect((await check(directoryWith(left), directoryWith(PIPELINE))).errors).toEqual([
    'U003__price.sql:1: after the undo scripts TABLE SILVER.ITEM is not as it was before: changed',
    expect.stringMatching(/^V003__price\.sql:1: statement 1 fails on the local Snowflake: .*PRICE/s),
  ]);
  const broken: Files = {
    ...PIPELINE,
    'V003__cast.sql': 'CREATE TABLE SILVER.COPY AS\nSELECT NAME::NUMBER AS N FROM SILVER.ITEM;\n',
  };
  expect((await check(directoryWith(broken))).errors).toEqual([]);
  expect((await check(directoryWith(broken), directoryWith(PIPELINE))).errors).toEqual([
    expect.stringMatching(
      /^V003__cast\.sql:\d: statement 1 fails on the local Snowflake: .*Numeric value '/s,
    ),
  ]);
});
