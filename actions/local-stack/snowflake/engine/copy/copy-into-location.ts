import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import {
  createBrotliCompress,
  createDeflate,
  createDeflateRaw,
  createGzip,
  createZstdCompress,
} from 'node:zlib';
import type { CopyIntoLocation, Query } from '../../../../shared/sql/ast.ts';
import { parseQueryText } from '../../../../shared/sql/parse.ts';
import {
  compilationError,
  notSupportedHere,
  SnowflakeError,
} from '../../../../shared/sql/snowflake-error.ts';
import type { BoundQuery } from '../../bind/bound.ts';
import { bindQuery } from '../../bind/query.ts';
import { quote } from '../database.ts';
import { bindAndLock } from '../dml/dml.ts';
import { columns, integer, text } from '../dml/rows-relation.ts';
import type { Engine } from '../engine.ts';
import { formatName, resolveName } from '../names.ts';
import { booleanProperty, numberProperty, property, requireKnown } from '../objects/properties.ts';
import type { StatementResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { type EffectiveFormat, effectiveFormat, readFileFormat } from '../stages/file-format.ts';
import { temporaryFile } from '../stages/stage-cache.ts';
import { listFiles, storeFile } from '../stages/stage-files.ts';
import { checkedPath, resolveLocation } from '../stages/stage-location.ts';
import type { Transaction } from '../transaction.ts';
import { csvUnload, jsonUnload, parquetIsPlain, parquetUnload } from './unload-format.ts';

const OPTIONS = [
  'FILE_FORMAT',
  'OVERWRITE',
  'SINGLE',
  'MAX_FILE_SIZE',
  'INCLUDE_QUERY_ID',
  'DETAILED_OUTPUT',
  'HEADER',
  'STORAGE_INTEGRATION',
  'CREDENTIALS',
  'ENCRYPTION',
];

/** Rows and files of one PARTITION BY value; '' without one. */
interface Partition {
  path: string;
  condition: string;
}

/**
 * COPY INTO a location. Files are written whole beside the stage and then moved into it. MAX_FILE_SIZE splits by
 * rows in the proportion that the sizes suggest. Source: docs.snowflake.com, COPY INTO <location>.
 */
export async function copyIntoLocation(
  statement: CopyIntoLocation,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const { options } = statement;
  requireKnown(options, OPTIONS, 'COPY INTO location');
  const location = resolveLocation(statement.location, session);
  const given = property(options, 'FILE_FORMAT');
  const format = effectiveFormat(
    given === undefined ? location.fileFormat : readFileFormat(given, session),
    session,
  );
  const single = booleanProperty(options, 'SINGLE') ?? false;
  const overwrite = booleanProperty(options, 'OVERWRITE') ?? false;
  const header = booleanProperty(options, 'HEADER') ?? false;
  const detailed = booleanProperty(options, 'DETAILED_OUTPUT') ?? false;
  const queryId = booleanProperty(options, 'INCLUDE_QUERY_ID') ?? statement.partitionBy !== null;
  const maxSize = numberProperty(options, 'MAX_FILE_SIZE') ?? 16_777_216;
  if (statement.partitionBy !== null && (single || overwrite)) {
    throw compilationError(
      '002099',
      '0A000',
      'PARTITION BY cannot be combined with SINGLE or OVERWRITE.',
      statement.start,
    );
  }
  const { engine } = session;
  return session.transact(async (transaction) => {
    const bound = await bindAndLock(statement, transaction, session, run, (context) => {
      const query = sourceQuery(statement, session, run);
      // The partition's value is bound as one more column of the same query.
      const source = bindQuery(query, context, { source: run.text });
      return { writes: [], source };
    });
    if (run.describeOnly) return unloadResult([], detailed);
    const kept = await transaction.keepRows(numbered(bound.source));
    try {
      const partitions = await partitionsOf(statement, kept, bound.source, transaction);
      const written: { name: string; rows: number; size: number; bytes: number }[] = [];
      for (const partition of partitions) {
        const files = await writePartition(partition, kept, bound.source, format, transaction, {
          single,
          header,
          maxSize,
        });
        for (const [index, file] of files.entries()) {
          const path = single
            ? singlePath(location.path)
            : filePath(location.path, partition.path, index, format, queryId ? run.queryId : null);
          if (!overwrite) await requireAbsent(engine, location, path);
          await storeFile(engine, location, checkedPath(path), file.path);
          written.push({ name: path, rows: file.rows, size: file.size, bytes: file.bytes });
        }
      }
      return unloadResult(written, detailed);
    } finally {
      await transaction.dropKept(kept);
    }
  });
}

function sourceQuery(statement: CopyIntoLocation, session: Session, run: Run): Query {
  const { source, partitionBy } = statement;
  if (partitionBy !== null) {
    const inner =
      source.kind === 'query'
        ? run.text.slice(source.start.offset, source.end)
        : tableText(source, session, run);
    const value = run.text.slice(partitionBy.start.offset, partitionBy.end);
    const from = source.kind === 'query' ? `(${inner})` : inner;
    return parseQueryText(`SELECT *, CAST(${value} AS VARCHAR) FROM ${from}`);
  }
  return source.kind === 'query'
    ? source
    : parseQueryText(`SELECT * FROM ${tableText(source, session, run)}`);
}

function tableText(source: Exclude<CopyIntoLocation['source'], Query>, session: Session, run: Run): string {
  return formatName(resolveName(source, session, run));
}

function numbered(source: BoundQuery): string {
  return `SELECT *, row_number() OVER () AS u_row FROM (${source.sql}) AS u`;
}

async function partitionsOf(
  statement: CopyIntoLocation,
  kept: string,
  source: BoundQuery,
  transaction: Transaction,
): Promise<Partition[]> {
  if (statement.partitionBy === null) return [{ path: '', condition: 'true' }];
  const column = `c${source.columns.length}`;
  const rows = await transaction.query(`SELECT DISTINCT ${column} FROM ${kept} ORDER BY 1 NULLS LAST`);
  return rows.map(([value]) =>
    value === null
      ? { path: '__NULL__', condition: `${column} IS NULL` }
      : { path: checkedPath(String(value)), condition: `${column} = ${quote(String(value))}` },
  );
}

interface WrittenFile {
  path: string;
  rows: number;
  /** Before and after compression. */
  bytes: number;
  size: number;
}

async function writePartition(
  partition: Partition,
  kept: string,
  source: BoundQuery,
  format: EffectiveFormat,
  transaction: Transaction,
  how: { single: boolean; header: boolean; maxSize: number },
): Promise<WrittenFile[]> {
  const width = partition.condition === 'true' ? source.columns.length : source.columns.length - 1;
  const visible = source.columns.slice(0, width);
  const [count] = await transaction.query(`SELECT count(*) FROM ${kept} WHERE ${partition.condition}`);
  const rows = Number(count![0]);
  // A query without rows unloads no file, unless one file was asked for.
  if (rows === 0 && !how.single) return [];
  const whole = await writeFile(visible, format, how.header, transaction, kept, partition.condition, rows);
  const parts = how.single ? 1 : Math.min(rows, Math.ceil(whole.size / how.maxSize));
  if (parts <= 1) return [whole];
  await rm(whole.path, { force: true });
  const files: WrittenFile[] = [];
  for (let part = 0; part < parts; part++) {
    const condition = `${partition.condition} AND u_row % ${parts} = ${part}`;
    const [some] = await transaction.query(`SELECT count(*) FROM ${kept} WHERE ${condition}`);
    files.push(await writeFile(visible, format, how.header, transaction, kept, condition, Number(some![0])));
  }
  return files;
}

async function writeFile(
  visible: BoundQuery['columns'],
  format: EffectiveFormat,
  header: boolean,
  transaction: Transaction,
  kept: string,
  condition: string,
  rows: number,
): Promise<WrittenFile> {
  const { engine } = transaction;
  const path = await temporaryFile(engine);
  const values = visible.map(({ type }, index) => ({ sql: `c${index + 1}`, type }));
  const from = `FROM ${kept} WHERE ${condition} ORDER BY u_row`;
  switch (format.type) {
    case 'CSV':
      await transaction.connection.run(csvUnload(values, visible, from, path, format, header));
      break;
    case 'JSON':
      if (visible.length !== 1 || !['VARIANT', 'OBJECT', 'ARRAY'].includes(visible[0]!.type.name)) {
        throw new SnowflakeError(
          '002099',
          '0A000',
          'SQL compilation error:\nJSON unload requires exactly one column of type VARIANT, OBJECT or ARRAY.',
        );
      }
      await transaction.connection.run(jsonUnload(from, path));
      break;
    case 'PARQUET':
      await transaction.connection.run(parquetUnload(values, visible, from, path, format, header));
      break;
  }
  const bytes = (await stat(path)).size;
  await compress(engine, path, format);
  return { path, rows, bytes, size: (await stat(path)).size };
}

/** CSV and JSON files are compressed with gzip unless told otherwise. */
function compressionOf(format: EffectiveFormat): string {
  if (format.type === 'PARQUET') return 'NONE';
  const option = String(format.options.COMPRESSION);
  return option === 'AUTO' ? 'GZIP' : option;
}

async function compress(engine: Engine, path: string, format: EffectiveFormat): Promise<void> {
  const compression = compressionOf(format);
  if (compression === 'NONE') return;
  const stream = {
    GZIP: createGzip,
    ZSTD: createZstdCompress,
    BROTLI: createBrotliCompress,
    DEFLATE: createDeflate,
    RAW_DEFLATE: createDeflateRaw,
  }[compression];
  if (stream === undefined) throw notSupportedHere(`COMPRESSION = ${compression} when unloading`);
  const target = await temporaryFile(engine);
  await pipeline(createReadStream(path), stream(), createWriteStream(target));
  await rename(target, path);
}

const EXTENSIONS: Record<string, string> = {
  GZIP: '.gz',
  ZSTD: '.zst',
  BROTLI: '.br',
  DEFLATE: '.deflate',
  RAW_DEFLATE: '.raw_deflate',
  NONE: '',
};

/** `path` is a folder when it ends with a slash or is empty, else the start of the files' names. */
function filePath(
  path: string,
  partition: string,
  index: number,
  format: EffectiveFormat,
  queryId: string | null,
): string {
  const given = String(format.options.FILE_EXTENSION ?? 'NONE');
  const plain = given === 'NONE' ? format.type.toLowerCase() : given.replace(/^\./, '');
  const parquetCompression = format.type === 'PARQUET' && !parquetIsPlain(format) ? '.snappy' : '';
  const extension = `${parquetCompression}.${plain}${EXTENSIONS[compressionOf(format)] ?? ''}`;
  const folder =
    partition === '' ? path : `${path === '' || path.endsWith('/') ? path : `${path}/`}${partition}/`;
  const start = folder === '' || folder.endsWith('/') ? `${folder}data` : folder;
  return `${start}${queryId === null ? '' : `_${queryId}`}_0_0_${index}${extension}`;
}

function singlePath(path: string): string {
  return path === '' || path.endsWith('/') ? `${path}data` : path;
}

async function requireAbsent(
  engine: Engine,
  location: ReturnType<typeof resolveLocation>,
  path: string,
): Promise<void> {
  const there = await listFiles(engine, { ...location, path });
  if (!there.some((file) => file.path === path)) return;
  throw new SnowflakeError(
    '001030',
    '22000',
    `Files already existing at the unload destination: ${location.label}${path}. Use overwrite option to force unloading.`,
  );
}

function unloadResult(
  files: { name: string; rows: number; size: number; bytes: number }[],
  detailed: boolean,
): StatementResult {
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const shared = { type: 'UNLOAD', rowsAffected: rows } as const;
  if (detailed) {
    return {
      ...shared,
      columns: columns({ FILE_NAME: text, FILE_SIZE: integer, ROW_COUNT: integer }),
      rows: files.map((file) => [file.name, String(file.size), String(file.rows)]),
    };
  }
  const total = (key: 'bytes' | 'size'): string => String(files.reduce((sum, file) => sum + file[key], 0));
  return {
    ...shared,
    columns: columns({ rows_unloaded: integer, input_bytes: integer, output_bytes: integer }),
    rows: [[String(rows), total('bytes'), total('size')]],
  };
}
