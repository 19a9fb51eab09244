import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { check, directoryWith, type Files, PIPELINE } from './project.ts';

const item = '{"id": 1, "name": "cup"}\n';

test('sample data of this repository goes through pipes, streams and tasks to gold, and every data test passes', async () => {
  const { report, errors } = await check('migrations');
  expect(errors).toEqual([]);
  expect(report.dryRun?.sampleFiles).toBeGreaterThanOrEqual(7);
  expect(report.dryRun?.tests.length).toBeGreaterThanOrEqual(29);
  expect(report.dryRun?.tests.map(({ status }) => status)).toEqual(report.dryRun?.tests.map(() => 'passed'));
});

test('a MERGE that fails only with data fails on its line of the migration that defines the task', async () => {
  const twice: Files = { ...PIPELINE, 'fixtures/BRONZE.LAKE/items/first.json': item };
  // The key is in silver already when it comes twice: Snowflake does not know which row counts.
  twice['V001__pipeline.sql'] += "INSERT INTO SILVER.ITEM VALUES (1, 'old');\n";
  twice['fixtures/BRONZE.LAKE/items/second.json'] = '{"id": 1, "name": "mug"}\n';
  const { errors } = await check(directoryWith(twice));
  expect(errors).toEqual([
    expect.stringMatching(
      /^V002__task\.sql:\d+: task SILVER\.MERGE_ITEMS fails with the sample data: 100090: /,
    ),
  ]);
});

test('a data test that finds rows is an error on its line, with a number and a sample', async () => {
  const { errors, report } = await check(
    directoryWith({
      ...PIPELINE,
      'fixtures/BRONZE.LAKE/items/second.json': '{"id": 3}\n{"id": 4}\n',
      'tests/named.sql':
        '-- Every item has a name\n\nSELECT ID\nFROM SILVER.ITEM WHERE NAME IS NULL ORDER BY ID;\n',
      'tests/broken.sql': 'SELECT ID,\n  NOPE\nFROM SILVER.ITEM;\n',
      'tests/tables.yml': `tables:
  SILVER.ITEM:
    key: [ID]
    unique: [ID]
    not_null: [NAME]
    accepted_values: { NAME: [cup, "it's"] }
    relationships: [{ columns: [ID], to: BRONZE.ITEMS }]
    row_count_equal: { to: BRONZE.ITEMS, distinct: [NAME] }
`,
    }),
  );
  expect(errors).toEqual([
    expect.stringMatching(
      /^tests\/broken\.sql:2: data test "broken" cannot be run: .*invalid identifier 'NOPE'/,
    ),
    'tests/named.sql:3: data test "Every item has a name" finds 2 rows, such as ID=3; ID=4',
    'tests/tables.yml:5: data test "SILVER.ITEM: NAME is not null" finds 2 rows, such as ID=3, NAME=null; ID=4, NAME=null',
    'tests/tables.yml:6: data test "SILVER.ITEM: NAME has an accepted value" finds 1 row, such as ID=2, NAME=pan',
    'tests/tables.yml:8: data test "SILVER.ITEM: as many rows as different NAME of BRONZE.ITEMS" finds 1 row, such as FOUND=4, EXPECTED=3',
  ]);
  expect(report.dryRun?.tests.filter(({ status }) => status === 'passed').map(({ name }) => name)).toEqual([
    'SILVER.ITEM: ID is unique',
    'SILVER.ITEM: ID is in BRONZE.ITEMS',
  ]);
});

test('a file that a pipe cannot load is an error on the pipe, and sample data for nothing on the file', async () => {
  const broken = { ...PIPELINE, 'fixtures/BRONZE.LAKE/items/first.json': '{"id": "no number"}\n' };
  const { errors } = await check(directoryWith(broken));
  expect(errors).toEqual([
    expect.stringMatching(/^V001__pipeline\.sql:6: BRONZE\.ITEMS_PIPE loads .*items\/first\.json: /),
  ]);
  const { errors: nowhere } = await check(
    directoryWith({
      ...PIPELINE,
      'fixtures/BRONZE.NOPE/a.csv': 'ID\n1\n',
      'fixtures/SILVER.ITEM/b.csv': 'ID,NO\n1,2\n',
    }),
  );
  expect(nowhere).toEqual([
    'fixtures/BRONZE.NOPE/a.csv:1: the sample data cannot be put into BRONZE.NOPE: the migrations make no stage or table of this name',
    expect.stringMatching(
      /^fixtures\/SILVER\.ITEM\/b\.csv:1: the sample data cannot be put into SILVER\.ITEM: .*'?NO'?/,
    ),
  ]);
});

test('a view that only data breaks is an error on its line', async () => {
  const { errors } = await check(
    directoryWith({
      ...PIPELINE,
      'R__gold_items.sql':
        "\nCREATE OR REPLACE VIEW GOLD.ITEMS COMMENT = 'Items' AS\nSELECT NAME::NUMBER AS N FROM SILVER.ITEM;\n",
    }),
  );
  expect(errors).toEqual([expect.stringMatching(/^R__gold_items\.sql:2: GOLD\.ITEMS cannot be read: .*cup/)]);
});

test('neither a link nor a data test reaches a file of this machine (failures 33, 34, 36)', async () => {
  const linked = directoryWith(PIPELINE);
  symlinkSync('/etc/passwd', join(linked, 'fixtures/BRONZE.LAKE/items/passwd.json'));
  expect((await check(linked)).errors).toEqual([
    'fixtures/BRONZE.LAKE/items/passwd.json:1: not sample data: not a regular file',
  ]);
  const put = directoryWith({
    ...PIPELINE,
    'tests/put.sql': "/* a test */ PUT 'file:///etc/passwd' @BRONZE.LAKE;\n",
  });
  expect((await check(put)).errors).toEqual(['tests/put.sql:1: a data test is a query']);
});

test('a file of data tests with a mistake is an error with line and column, before anything runs (failure 41)', async () => {
  const wrong = async (text: string) => {
    const { report, errors } = await check(directoryWith({ ...PIPELINE, 'tests/t.yml': text }));
    expect(report.dryRun).toBeNull();
    return [...errors, report.errors[0]?.column];
  };
  expect(await wrong('tables:\n  SILVER.ITEM:\n    uniqe: [ID]\n')).toEqual([
    expect.stringMatching(/^tests\/t\.yml:3: .*uniqe/),
    12,
  ]);
  expect(await wrong("tables:\n  SILVER.ITEM:\n    not_null: ['ID; DROP']\n")).toEqual([
    expect.stringMatching(/^tests\/t\.yml:3: .*"ID; DROP" is not a name/),
    16,
  ]);
});
