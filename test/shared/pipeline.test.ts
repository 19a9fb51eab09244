import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readPipeline, sourceOf } from '../../actions/shared/pipeline.ts';

const directory = mkdtempSync(join(tmpdir(), 'globalmart-pipeline-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const VALID = `sources:
  sales:
    kind: postgres
    secret: globalmart/postgres
    tables:
      - name: public.orders
        key: [id]
        strategy: watermark
        watermark: updated_at
        target: BRONZE.ORDERS
        pipe: BRONZE.ORDERS_PIPE
silver:
  root-task: SILVER.REFRESH_SILVER
`;

function read(text: string) {
  const file = join(directory, 'pipeline.yml');
  writeFileSync(file, text);
  return readPipeline(file);
}

test("the repository's own configuration is valid", () => {
  const config = readPipeline('.github/pipeline.yml');
  expect(Object.keys(config.sources)).toEqual(['sales', 'catalog', 'customers']);
  expect(sourceOf(config, 'sales', 'postgres').tables.map((table) => table.name)).toEqual([
    'public.sales_transactions',
    'public.sales_details',
  ]);
});

test('defaults are filled in', () => {
  const [table] = sourceOf(read(VALID), 'sales', 'postgres').tables;
  expect(table).toMatchObject({ strategy: 'watermark', onSpecial: 'fail' });
});

// 41: each kind of mistake is named with its place.
const MISTAKES: [what: string, text: string, message: RegExp][] = [
  ['YAML that does not parse', VALID.replace('kind: postgres', 'kind: [postgres'), /pipeline\.yml:\d+:\d+: /],
  [
    'an unknown field',
    VALID.replace('secret:', 'sekret:'),
    /pipeline\.yml:\d+:\d+: sources\.sales\.(secret|sekret)/,
  ],
  [
    'a field that is missing',
    VALID.replace('        pipe: BRONZE.ORDERS_PIPE\n', ''),
    /pipeline\.yml:6:9: sources\.sales\.tables\.0\.pipe/,
  ],
  [
    'a value of the wrong type',
    VALID.replace('[id]', 'id'),
    /pipeline\.yml:7:14: sources\.sales\.tables\.0\.key/,
  ],
  [
    'a value that is not allowed',
    VALID.replace('strategy: watermark', 'strategy: sometimes'),
    /pipeline\.yml:8:19: .*strategy: .*"watermark"\|"xmin"\|"cdc"\|"full"/,
  ],
  [
    'a kind that does not exist',
    VALID.replace('kind: postgres', 'kind: oracle'),
    /pipeline\.yml:3:11: sources\.sales\.kind/,
  ],
  [
    'a target without a schema',
    VALID.replace('BRONZE.ORDERS\n', 'ORDERS\n'),
    /pipeline\.yml:10:17: .*must be SCHEMA\.NAME/,
  ],
  [
    'deletes that are reconciled though the strategy reads them',
    VALID.replace('strategy: watermark', 'strategy: cdc\n        deletes: reconcile'),
    /pipeline\.yml:9:18: sources\.sales\.tables\.0\.deletes: strategy "cdc" reads deletes itself/,
  ],
  [
    'a watermark strategy without its column',
    VALID.replace('        watermark: updated_at\n', ''),
    /pipeline\.yml:6:9: .*watermark: is needed/,
  ],
  [
    'a source name that is no key segment',
    VALID.replace('  sales:', '  ../sales:'),
    /pipeline\.yml:\d+:\d+: sources/,
  ],
];

test.each(MISTAKES)('41: %s is an error with file, line and column', (_what, text, message) => {
  expect(() => read(text)).toThrow(message);
});

test('41: a missing file and a missing source say what to do', () => {
  expect(() => readPipeline(join(directory, 'none.yml'))).toThrow(
    /cannot read the pipeline configuration .*none\.yml/,
  );
  expect(() => sourceOf(read(VALID), 'orders', 'postgres')).toThrow('there is no postgres source "orders"');
});
