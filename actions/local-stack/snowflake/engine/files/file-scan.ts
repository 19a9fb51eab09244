import { MAX_VARCHAR, type SnowflakeType } from '../../../../shared/sql/types.ts';
import type { RelationColumn } from '../../bind/bound.ts';
import { quote } from '../database.ts';
import type { Engine } from '../engine.ts';
import type { EffectiveFormat } from '../stages/file-format.ts';
import type { StagedFile } from '../stages/stage-files.ts';
import type { Relation } from '../tables/storage.ts';
import { type ParquetScan, parquetScan } from './parquet-scan.ts';
import { fieldNames } from './record-file.ts';
import { exactScan, plainCsvScan, type TextPlan, type TextScan } from './text-scan.ts';

/** Staged files as one relation: `$1` … and the hidden METADATA$… columns. */
export interface FileScan {
  relation: Relation;
  /** One for each CSV or JSON file. */
  texts: TextScan[];
  parquet: ParquetScan | null;
}

export interface ScanPlan extends TextPlan {
  /** Read CSV by our own reader, whatever it looks like. */
  exact: boolean;
  /** Microseconds since 1970, for METADATA$START_SCAN_TIME. */
  startedAt: number;
}

const text: SnowflakeType = { name: 'VARCHAR', length: MAX_VARCHAR };

/** Makes files of one format readable. Fetches, decompresses and checks what it must. */
export async function scanFiles(
  engine: Engine,
  files: StagedFile[],
  format: EffectiveFormat,
  plan: ScanPlan,
): Promise<FileScan> {
  if (format.type === 'PARQUET') return scanParquet(engine, files, format, plan);
  const scans: TextScan[] = [];
  for (const file of files) scans.push(await scanText(engine, file, format, plan));
  const names = fieldNames(plan.fields);
  const parts = scans.map((scan, index) => {
    const extra = scan.records === null ? [] : ['r_row', 'r_line', 'r_offset', 'r_error'];
    const row = plan.withRow && scan.records === null ? ['r_row'] : [];
    const metadata = scans.length === 1 ? [] : fileColumns(files[index]!);
    return `SELECT ${[...names, ...extra, ...row, ...metadata].join(', ')} FROM ${scan.sql}`;
  });
  const type: SnowflakeType = format.type === 'JSON' ? { name: 'VARIANT' } : text;
  const visible = names.map(
    (name, index): RelationColumn => ({
      name: `$${index + 1}`,
      type,
      nullable: true,
      sql: type.name === 'VARIANT' ? `CAST(${name} AS JSON)` : name,
    }),
  );
  const single = files.length === 1;
  return {
    relation: {
      kind: 'relation',
      sql: `(${parts.join(' UNION ALL ')})`,
      columns: [...visible, ...metadataColumns(single ? constants(files[0]!) : fromColumns, plan)],
    },
    texts: scans,
    parquet: null,
  };
}

async function scanText(
  engine: Engine,
  file: StagedFile,
  format: EffectiveFormat,
  plan: ScanPlan,
): Promise<TextScan> {
  const plain =
    plan.exact || format.type !== 'CSV' ? undefined : await plainCsvScan(engine, file, format, plan);
  return plain ?? exactScan(engine, file, format, plan);
}

async function scanParquet(
  engine: Engine,
  files: StagedFile[],
  format: EffectiveFormat,
  plan: ScanPlan,
): Promise<FileScan> {
  const parquet = await parquetScan(engine, files, format);
  const byPath = (value: (file: StagedFile) => string): string =>
    `map([${parquet.paths.map(quote).join(', ')}], [${files.map(value).join(', ')}])[r_path]`;
  const single = files.length === 1 ? constants(files[0]!) : null;
  const metadata = single ?? {
    filename: byPath((file) => quote(file.metadataName)),
    contentKey: byPath((file) => quote(file.etag)),
    lastModified: byPath((file) => modifiedSql(file)),
  };
  return {
    relation: {
      kind: 'relation',
      sql: parquet.sql,
      columns: [
        { name: '$1', nullable: true, ...parquet.row },
        ...metadataColumns(metadata, { ...plan, withRow: true }),
      ],
    },
    texts: [],
    parquet,
  };
}

interface MetadataSql {
  filename: string;
  contentKey: string;
  lastModified: string;
}

const fromColumns: MetadataSql = { filename: 'm_filename', contentKey: 'm_key', lastModified: 'm_modified' };

function constants(file: StagedFile): MetadataSql {
  return {
    filename: quote(file.metadataName),
    contentKey: quote(file.etag),
    lastModified: modifiedSql(file),
  };
}

function fileColumns(file: StagedFile): string[] {
  const { filename, contentKey, lastModified } = constants(file);
  return [`${filename} AS m_filename`, `${contentKey} AS m_key`, `${lastModified} AS m_modified`];
}

function modifiedSql(file: StagedFile): string {
  return `make_timestamp(${Math.trunc(file.lastModified)})`;
}

/** Source: docs.snowflake.com, "Query metadata for staged files". */
function metadataColumns(sql: MetadataSql, plan: ScanPlan): RelationColumn[] {
  const column = (name: string, type: SnowflakeType, expression: string): RelationColumn => ({
    name: `METADATA$${name}`,
    type,
    nullable: false,
    sql: `(${expression})`,
    hidden: true,
  });
  const columns = [
    column('FILENAME', text, sql.filename),
    column('FILE_CONTENT_KEY', text, sql.contentKey),
    column('FILE_LAST_MODIFIED', { name: 'TIMESTAMP_NTZ', scale: 9 }, sql.lastModified),
    column('START_SCAN_TIME', { name: 'TIMESTAMP_LTZ', scale: 9 }, `make_timestamptz(${plan.startedAt})`),
  ];
  if (plan.withRow) {
    columns.push(
      column('FILE_ROW_NUMBER', { name: 'NUMBER', precision: 38, scale: 0 }, 'r_row::DECIMAL(38,0)'),
    );
  }
  return columns;
}
