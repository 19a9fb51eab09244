import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Document } from 'yaml';
import { pipelineSchema, readPipeline } from '../../actions/shared/pipeline.ts';

/** The part of JSON Schema that the configuration's own schema uses. */
interface JsonSchema {
  type?: string;
  required?: string[];
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | false;
  items?: JsonSchema;
  oneOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  const?: unknown;
  enum?: unknown[];
}

type Path = (string | number)[];

const directory = mkdtempSync(join(tmpdir(), 'pipeline-fields-'));
afterAll(() => rmSync(directory, { recursive: true }));

const table = { name: 'public.orders', key: ['id'], target: 'BRONZE.ORDERS' };
const VALID = {
  sources: {
    sales: {
      kind: 'postgres',
      secret: 'shop/postgres',
      tables: [{ ...table, watermark: 'updated_at', pipe: 'BRONZE.ORDERS_PIPE' }],
    },
    catalog: {
      kind: 'api',
      secret: 'shop/api',
      function: 'ingest',
      tables: [{ ...table, pipe: 'BRONZE.PRODUCTS_PIPE' }],
    },
    customers: { kind: 'csv', tables: [{ ...table, stage: 'BRONZE.CUSTOMERS_STAGE' }] },
  },
  silver: { 'root-task': 'SILVER.REFRESH' },
};

/** Every object of the example and the schema that it has to meet. */
function objectsOf(
  value: unknown,
  schema: JsonSchema,
  path: Path = [],
): { path: Path; schema: JsonSchema }[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => objectsOf(item, schema.items ?? {}, [...path, index]));
  }
  if (typeof value !== 'object' || value === null) return [];
  const fields = value as Record<string, unknown>;
  const own = (schema.oneOf ?? schema.anyOf ?? [schema]).find(
    (one) => one.properties?.kind === undefined || one.properties.kind.const === fields.kind,
  )!;
  const below = Object.entries(fields).flatMap(([name, field]) =>
    objectsOf(field, own.properties?.[name] ?? (own.additionalProperties || {}), [...path, name]),
  );
  return [{ path, schema: own }, ...below];
}

const objects = objectsOf(VALID, pipelineSchema() as JsonSchema);
const required = objects.flatMap(({ path, schema }) =>
  (schema.required ?? []).map((name) => [...path, name]),
);
const named = objects.flatMap(({ path, schema }) =>
  Object.keys(schema.properties ?? {}).map((name) => [...path, name]),
);

/** What reading says of the example, changed; its file has one line per field. */
function readChanged(change: (document: Document) => void): string {
  const document = new Document(VALID, { aliasDuplicateObjects: false });
  change(document);
  const file = join(directory, 'pipeline.yml');
  writeFileSync(file, String(document));
  try {
    readPipeline(file);
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
}

/** The example's line and column of a field's value, or of the object that it is in. */
const PLACE = /pipeline\.yml:[1-9]\d*:[1-9]\d*: /;

describe('pipeline.yml (failure 41)', () => {
  it('has fields at every level, and the example is valid', () => {
    expect(readChanged(() => {})).toBe('accepted');
    expect(required.map((path) => path.join('.'))).toEqual(
      expect.arrayContaining([
        'sources',
        'silver.root-task',
        'sources.sales.tables.0.target',
        'sources.customers.tables.0.stage',
      ]),
    );
    expect(named.length).toBeGreaterThan(30);
  });

  it.each(required.map((path) => [path.join('.'), path] as const))(
    'without %s is refused at its place',
    (text, path) => {
      const message = readChanged((document) => document.deleteIn(path));
      expect(message).toMatch(PLACE);
      expect(message).toContain(`: ${text}: `);
    },
  );

  it.each(named.map((path) => [path.join('.'), path] as const))(
    'with a wrong type of %s is refused at its place',
    (text, path) => {
      // No field takes a list of lists.
      const message = readChanged((document) => document.setIn(path, [[1]]));
      expect(message).toMatch(PLACE);
      expect(message).toMatch(new RegExp(`: ${text.replaceAll('.', '\\.')}(\\.\\d+)?: `));
    },
  );

  it.each(objects.map(({ path }) => [path.join('.') || 'the document', path] as const))(
    'with an unknown field in %s is refused at its place',
    (_text, path) => {
      const isNameOfSource = path.length === 1 && path[0] === 'sources';
      const name = isNameOfSource ? 'Not A Name' : 'unknwon';
      const message = readChanged((document) => document.setIn([...path, name], 'x'));
      expect(message).toMatch(PLACE);
      expect(message).toContain(name);
    },
  );
});
