import { z } from 'zod';
import { UserError } from './errors.ts';
import { readYaml } from './yaml-file.ts';

const objectName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_$]*\.[A-Za-z_][A-Za-z0-9_$]*$/, 'must be SCHEMA.NAME, e.g. BRONZE.PRODUCTS');

const tableName = z.string().regex(/^[^.]+(\.[^.]+)?$/, 'must be table or schema.table');

const columns = z.array(z.string().min(1)).min(1, 'must name at least one column');

const key = columns.describe('Columns that identify a row.');
const target = objectName.describe('The bronze table, SCHEMA.NAME.');
const pipe = objectName.describe('The pipe that loads the target, SCHEMA.NAME.');

const postgresTable = z.strictObject({
  name: tableName.describe('schema.table at the source; a name without a schema is in public.'),
  key,
  strategy: z
    .enum(['watermark', 'xmin', 'cdc', 'full'])
    .default('watermark')
    .describe(
      'watermark reads what changed since the last load, by a column and by the transactions that wrote the rows; xmin by the transactions alone; cdc reads inserts, updates and deletes from a replication slot (see docs/cdc.md); full reads everything each time.',
    ),
  watermark: z
    .string()
    .optional()
    .describe('The column that grows with every change of a row; needed by strategy watermark.'),
  maxSlotLagMb: z
    .int()
    .min(1)
    .default(10_000)
    .describe(
      'Strategy cdc: megabytes (10^6) of its log that the source may still have to keep for the slot after everything was read; more fails the run.',
    ),
  deletes: z
    .enum(['ignore', 'reconcile'])
    .default('ignore')
    .describe(
      'What becomes of rows that are deleted at the source. reconcile also reads all keys of the table with every load, to <target>_KEYS by the pipe …_KEYS_PIPE; silver marks the rows whose key is gone (see docs/extract.md). Strategy cdc reads deletes by itself.',
    ),
  onSpecial: z
    .enum(['fail', 'null'])
    .default('fail')
    .describe(
      'What to do with values that Parquet and Snowflake cannot hold: NaN or too many digits in a numeric, infinite dates, 24:00. fail stops the load and counts them per column, null loads them as NULL and counts them.',
    ),
  numeric: z
    .union([
      z.literal('text'),
      z
        .strictObject({ precision: z.int().min(1).max(38), scale: z.int().min(0).max(38) })
        .refine(({ precision, scale }) => scale <= precision, 'scale must not exceed precision'),
    ])
    .default('text')
    .describe(
      'How columns of type numeric without a precision are carried: as text, or as a decimal of this precision and scale; a value with more digits is then one that cannot be held (see onSpecial).',
    ),
  compression: z
    .enum(['zstd', 'snappy', 'gzip', 'none'])
    .default('zstd')
    .describe('How the Parquet pages are compressed.'),
  target,
  pipe,
});

const postgresSource = z.strictObject({
  kind: z.literal('postgres').describe('Tables of a PostgreSQL database, copied by the action extract.'),
  secret: z
    .string()
    .min(1)
    .describe('Secrets Manager name or ARN of a secret with host, port, username, password and dbname.'),
  maxSnapshotMinutes: z
    .number()
    .positive()
    .default(60)
    .describe(
      'How long one snapshot may be held while tables are read; the source keeps old row versions for it meanwhile. Half of it is reported, at the end the run stops.',
    ),
  tables: z.array(postgresTable).min(1).describe('The tables that are copied.'),
});

const apiSource = z.strictObject({
  kind: z
    .literal('api')
    .describe('An HTTP API, fetched by the Lambda function of the action ingest-catalog.'),
  secret: z.string().min(1).describe('Secrets Manager name or ARN of a secret with url and apiKey.'),
  function: z.string().min(1).describe('The Lambda function that fetches it.'),
  tables: z
    .array(z.strictObject({ name: tableName.describe('Its name in the lake.'), key, target, pipe }))
    .min(1)
    .describe('What the API gives.'),
});

const csvSource = z.strictObject({
  kind: z.literal('csv').describe('CSV files that people upload, loaded by the action load-customers.'),
  tables: z
    .array(
      z.strictObject({
        name: tableName.describe('Its name in the lake.'),
        key,
        target,
        stage: objectName.describe('The stage that the files are put to, SCHEMA.NAME.'),
      }),
    )
    .min(1)
    .describe('What the files hold.'),
});

const pipeline = z.strictObject({
  sources: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be lower-case letters, digits and dashes'),
      z.discriminatedUnion('kind', [postgresSource, apiSource, csvSource]),
    )
    .describe('Where data comes from, by name; the name is part of the keys in the lake.'),
  silver: z
    .strictObject({
      'root-task': objectName.describe(
        'The root of the task graph that turns bronze into silver; the action load runs it and waits for it.',
      ),
    })
    .describe('How silver is refreshed.'),
});

/** The JSON Schema of the configuration, which editors check `.github/pipeline.yml` with. */
export function pipelineSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(pipeline, { io: 'input' });
  return { ...schema, title: 'What the pipeline moves' };
}

/** What the pipeline moves: `.github/pipeline.yml`. */
export type Pipeline = z.infer<typeof pipeline>;
export type Source = Pipeline['sources'][string];
export type SourceOfKind<Kind extends Source['kind']> = Extract<Source, { kind: Kind }>;
export type PostgresTable = z.infer<typeof postgresTable>;

/**
 * Reads and validates the pipeline's configuration.
 * @throws UserError with file, line and column of the first problem, and the allowed values.
 */
export function readPipeline(file: string): Pipeline {
  const { data, error } = readYaml(file, pipeline, {
    what: 'the pipeline configuration',
    missing: 'Run from the repository root, or give the input "config".',
    invalid: 'The fields and their values are described in docs/pipeline.md.',
  });
  for (const [sourceName, source] of Object.entries(data.sources)) {
    if (source.kind !== 'postgres') continue;
    source.tables.forEach((table, index) => {
      const path = ['sources', sourceName, 'tables', index];
      if (table.strategy === 'cdc' && table.deletes === 'reconcile') {
        throw error(
          [...path, 'deletes'],
          `${path.join('.')}.deletes: strategy "cdc" reads deletes itself, leave it out`,
        );
      }
      if (table.strategy === 'watermark' && table.watermark === undefined) {
        throw error(
          path,
          `${path.join('.')}.watermark: is needed by strategy "watermark" (or use strategy: full)`,
        );
      }
    });
  }
  return data;
}

/** The source of this name and kind. @throws UserError listing the names that exist. */
export function sourceOf<Kind extends Source['kind']>(
  config: Pipeline,
  name: string,
  kind: Kind,
): SourceOfKind<Kind> {
  const source = config.sources[name];
  if (source?.kind === kind) return source as SourceOfKind<Kind>;
  const names = Object.entries(config.sources).filter(([, other]) => other.kind === kind);
  throw new UserError(`there is no ${kind} source "${name}" in the pipeline configuration`, {
    remedy: `Use one of: ${names.map(([other]) => other).join(', ') || '(none configured)'}.`,
  });
}
