import { expect, test } from 'vitest';
import { readLineage } from '../../../actions/check-sql/lineage/lineage.ts';
import { lineageMermaid } from '../../../actions/check-sql/lineage/mermaid.ts';
import { parseMigrations } from '../../../actions/check-sql/parse-migrations.ts';
import { readMigrations } from '../../../actions/migrate/migration-files.ts';
import { directoryWith, type Files, PIPELINE } from '../data/project.ts';

const variables = { warehouse: 'W', lake_url: 's3://lake/', storage_integration: 'I' };
function read(files: Files) {
  return parseMigrations(readMigrations(directoryWith(files), variables).migrations).statements;
}

test('data flows from the stage through pipe, stream and task to silver and gold', () => {
  const { edges } = readLineage(read(PIPELINE));
  expect(edges.map(({ from, to }) => `${from} > ${to}`).sort()).toEqual([
    'BRONZE.ITEMS > BRONZE.ITEMS_STREAM',
    'BRONZE.ITEMS_PIPE > BRONZE.ITEMS',
    'BRONZE.ITEMS_STREAM > SILVER.MERGE_ITEMS',
    'BRONZE.LAKE > BRONZE.ITEMS_PIPE',
    'SILVER.ITEM > GOLD.ITEMS',
    'SILVER.MERGE_ITEMS > SILVER.ITEM',
  ]);
});

test('only columns that are computed otherwise are changed, with the columns that they come from', () => {
  const changed = {
    ...PIPELINE,
    'R__gold_items.sql': `CREATE OR REPLACE VIEW GOLD.ITEMS COMMENT = 'Items' AS
WITH named AS (SELECT UPPER(NAME) AS NAME, ID FROM SILVER.ITEM)
SELECT n.NAME, COUNT(*) AS ITEMS, MAX(n.ID) AS NEWEST FROM named AS n GROUP BY n.NAME;
`,
  };
  const lineage = readLineage(read(changed), read(PIPELINE));
  expect(lineage.changedColumns).toEqual([
    { column: 'GOLD.ITEMS.NAME', by: 'GOLD.ITEMS', from: ['SILVER.ITEM.NAME'] },
    { column: 'GOLD.ITEMS.NEWEST', by: 'GOLD.ITEMS', from: ['SILVER.ITEM.ID'] },
  ]);
  expect(lineage.nodes.filter(({ isChanged }) => isChanged).map(({ name }) => name)).toEqual(['GOLD.ITEMS']);
  expect(readLineage(read(PIPELINE), read(PIPELINE)).changedColumns).toEqual([]);
});

test('nothing in a name is Mermaid or HTML, and a large graph is cut (failures 33, 42)', () => {
  const hostile = 'A"]; click n0 "javascript:alert(1)" <img src=x>';
  const drawn = lineageMermaid({
    nodes: [
      { name: hostile, kind: 'table', isChanged: false },
      { name: 'B', kind: 'view', isChanged: true },
    ],
    edges: [{ from: hostile, to: 'B' }],
    changedColumns: [],
  });
  expect(drawn?.split('\n')[1]).toBe(
    '  n0[("A#34;#93;#59; click n0 #34;javascript#58;alert#40;1#41;#34; #60;img src#61;x#62;")]',
  );
  expect(drawn).toContain('class n1 changed');
  const names = Array.from({ length: 1000 }, (_, index) => `T${index}`);
  const large = lineageMermaid({
    nodes: names.map((name) => ({ name, kind: 'table', isChanged: true })),
    edges: names.slice(1).map((to) => ({ from: 'T0', to })),
    changedColumns: [],
  });
  expect(large?.match(/-->/g)).toHaveLength(150);
});
