import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { messageOf, type SourceLocation, UserError } from './errors.ts';

const objectName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_$]*\.[A-Za-z_][A-Za-z0-9_$]*$/, 'must be SCHEMA.NAME, e.g. BRONZE.PRODUCTS');

const tableName = z.string().regex(/^[^.]+(\.[^.]+)?$/, 'must be table or schema.table');

const columns = z.array(z.string().min(1)).min(1, 'must name at least one column');

const postgresTable = z.strictObject({
  /** schema.table at the source. */
  name: tableName,
  /** Columns that identify a row. */
  key: columns,
  /**
   * `watermark` reads what changed since the last load by a column and by the transactions that wrote the rows, `xmin`
   * by the transactions alone (no column needed), `full` reads everything each time.
   */
  strategy: z.enum(['watermark', 'xmin', 'full']).default('watermark'),
  /** The column that grows with every change of a row; needed by `watermark`. */
  watermark: z.string().optional(),
  /** What to do with values that Parquet and Snowflake cannot hold (NaN in numeric, infinite dates). */
  onSpecial: z.enum(['fail', 'null']).default('fail'),
  /** How the Parquet pages are compressed. */
  compression: z.enum(['zstd', 'snappy', 'gzip', 'none']).default('zstd'),
  /** The bronze table, SCHEMA.NAME. */
  target: objectName,
  /** The pipe that loads the target. */
  pipe: objectName,
});

const postgresSource = z.strictObject({
  kind: z.literal('postgres'),
  /** Secrets Manager name or ARN: host, port, username, password, dbname. */
  secret: z.string().min(1),
  tables: z.array(postgresTable).min(1),
});

const apiSource = z.strictObject({
  kind: z.literal('api'),
  /** Secrets Manager name or ARN: url, apiKey. */
  secret: z.string().min(1),
  /** The Lambda function that fetches it. */
  function: z.string().min(1),
  tables: z
    .array(z.strictObject({ name: tableName, key: columns, target: objectName, pipe: objectName }))
    .min(1),
});

const csvSource = z.strictObject({
  kind: z.literal('csv'),
  tables: z
    .array(
      z.strictObject({
        name: tableName,
        key: columns,
        target: objectName,
        /** The stage that the files are put to. */
        stage: objectName,
      }),
    )
    .min(1),
});

const pipeline = z.strictObject({
  sources: z.record(
    z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be lower-case letters, digits and dashes'),
    z.discriminatedUnion('kind', [postgresSource, apiSource, csvSource]),
  ),
  silver: z.strictObject({ 'root-task': objectName }),
});

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
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`cannot read the pipeline configuration ${file}: ${messageOf(error)}`, {
      remedy: 'Run from the repository root, or give the input "config".',
      cause: error,
    });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const syntax = document.errors[0];
  if (syntax !== undefined) {
    const { line, col } = lines.linePos(syntax.pos[0]);
    throw configError(file, { line, column: col }, syntax.message.split('\n')[0] ?? syntax.message);
  }
  const parsed = pipeline.safeParse(document.toJS());
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
    throw configError(
      file,
      locate(document, lines, path),
      `${path.join('.') || 'document'}: ${issue.message}`,
    );
  }
  for (const [sourceName, source] of Object.entries(parsed.data.sources)) {
    if (source.kind !== 'postgres') continue;
    source.tables.forEach((table, index) => {
      if (table.strategy === 'watermark' && table.watermark === undefined) {
        const path = ['sources', sourceName, 'tables', index];
        throw configError(
          file,
          locate(document, lines, path),
          `${path.join('.')}.watermark: is needed by strategy "watermark" (or use strategy: full)`,
        );
      }
    });
  }
  return parsed.data;
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

function locate(
  document: ReturnType<typeof parseDocument>,
  lines: LineCounter,
  path: readonly PropertyKey[],
): SourceLocation {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as
      | { range?: [number, number, number] }
      | undefined;
    if (node?.range) {
      const { line, col } = lines.linePos(node.range[0]);
      return { line, column: col };
    }
  }
  return { line: 1, column: 1 };
}

function configError(file: string, at: SourceLocation, what: string): UserError {
  return new UserError(`${file}:${at.line}:${at.column}: ${what}`, {
    location: { file, ...at },
    remedy: 'The fields and their values are described in actions/shared/pipeline.ts.',
  });
}
