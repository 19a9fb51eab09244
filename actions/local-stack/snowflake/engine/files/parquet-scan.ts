import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { SnowflakeType } from '../../../../shared/sql/types.ts';
import { MAX_BINARY, MAX_VARCHAR } from '../../../../shared/sql/types.ts';
import type { RelationColumn } from '../../bind/bound.ts';
import { cast } from '../../bind/cast.ts';
import { quote } from '../database.ts';
import type { Engine } from '../engine.ts';
import type { EffectiveFormat } from '../stages/file-format.ts';
import { fetchFile, type StagedFile } from '../stages/stage-files.ts';

/** Parquet files as DuckDB SQL: p1 … pn are the files' columns, r_row the row in its file, r_path the local file. */
export interface ParquetScan {
  sql: string;
  fields: Map<string, { sql: string; type: SnowflakeType }>;
  /** `$1`: the row as an OBJECT of its columns. */
  row: Pick<RelationColumn, 'sql' | 'type' | 'fields'>;
  paths: string[];
}

/** Describes and joins Parquet files; the columns are those of all of them by name. */
export async function parquetScan(
  engine: Engine,
  files: StagedFile[],
  format: EffectiveFormat,
): Promise<ParquetScan> {
  const paths: string[] = [];
  const layouts: { name: string; type: string }[][] = [];
  for (const file of files) {
    const path = await fetchFile(engine, file);
    paths.push(path);
    layouts.push(await describe(engine, path, file, format));
  }
  const columns = new Map<string, string>();
  for (const layout of layouts) {
    for (const { name, type } of layout) {
      const known = columns.get(name);
      columns.set(name, known === undefined || known === type ? type : widest(known, type));
    }
  }
  const differ = layouts.some((layout) => JSON.stringify(layout) !== JSON.stringify(layouts[0]));
  const fields = new Map<string, { sql: string; type: SnowflakeType }>();
  const select: string[] = [];
  for (const [name, type] of columns) {
    const alias = `p${fields.size + 1}`;
    const read = cleaned(readColumn(quoteName(name), type, format.options.USE_LOGICAL_TYPE === true), format);
    select.push(`${read.sql} AS ${alias}`);
    fields.set(name, { sql: alias, type: read.type });
  }
  const source = readParquet(paths, format, differ);
  select.push('file_row_number + 1 AS r_row', 'filename AS r_path');
  return {
    sql: `(SELECT ${select.join(', ')} FROM ${source})`,
    fields,
    row: { sql: rowObject(fields), type: { name: 'OBJECT' }, fields },
    paths,
  };
}

/** Rows of each file, from the files' own metadata. */
export async function parquetRows(engine: Engine, paths: string[]): Promise<Map<string, number>> {
  const reader = await engine.connection.runAndReadAll(
    `SELECT file_name, num_rows FROM parquet_file_metadata(${list(paths)})`,
  );
  return new Map(reader.getRowsJS().map(([path, rows]) => [String(path), Number(rows)]));
}

function readParquet(paths: string[], format: EffectiveFormat, byName: boolean): string {
  const text = format.options.BINARY_AS_TEXT === true;
  return `read_parquet(${list(paths)}, filename = true, file_row_number = true, binary_as_string = ${text}, union_by_name = ${byName}, hive_partitioning = false)`;
}

function list(paths: string[]): string {
  return `[${paths.map(quote).join(', ')}]`;
}

async function describe(
  engine: Engine,
  path: string,
  file: StagedFile,
  format: EffectiveFormat,
): Promise<{ name: string; type: string }[]> {
  try {
    const text = format.options.BINARY_AS_TEXT === true;
    const reader = await engine.connection.runAndReadAll(
      `DESCRIBE SELECT * FROM read_parquet(${quote(path)}, binary_as_string = ${text}, hive_partitioning = false)`,
    );
    return reader.getRowsJS().map(([name, type]) => ({ name: String(name), type: String(type) }));
  } catch (cause) {
    throw new SnowflakeError(
      '100209',
      '22000',
      `Parquet file '${file.metadataName}' could not be read: it is no complete Parquet file.`,
      { cause },
    );
  }
}

/** Where files disagree about a column's type. */
function widest(a: string, b: string): string {
  const numbers = /^(U?(TINY|SMALL|BIG)?INT(EGER)?|HUGEINT|DECIMAL.*)$/;
  if (numbers.test(a) && numbers.test(b)) return 'DECIMAL(38,9)';
  if (
    (numbers.test(a) || a === 'DOUBLE' || a === 'FLOAT') &&
    (numbers.test(b) || b === 'DOUBLE' || b === 'FLOAT')
  )
    return 'DOUBLE';
  return 'VARCHAR';
}

/** A file's column as a value of a Snowflake type. */
function readColumn(name: string, type: string, logical: boolean): { sql: string; type: SnowflakeType } {
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(type);
  if (decimal !== null) {
    const [precision, scale] = [Number(decimal[1]), Number(decimal[2])];
    return { sql: `${name}::DECIMAL(${precision},${scale})`, type: { name: 'NUMBER', precision, scale } };
  }
  const digits = INTEGER_DIGITS[type];
  if (digits !== undefined) {
    return {
      sql: `${name}::DECIMAL(${digits},0)`,
      type: { name: 'NUMBER', precision: digits, scale: 0 },
    };
  }
  switch (type) {
    case 'FLOAT':
    case 'DOUBLE':
      return { sql: `${name}::DOUBLE`, type: { name: 'FLOAT' } };
    case 'BOOLEAN':
    case 'DATE':
      return { sql: name, type: { name: type } };
    case 'TIME':
      return { sql: name, type: { name: 'TIME', scale: 9 } };
    case 'TIMESTAMP WITH TIME ZONE':
      // An instant; without logical types Snowflake reads its UTC wall-clock time.
      return logical
        ? { sql: name, type: { name: 'TIMESTAMP_LTZ', scale: 9 } }
        : { sql: `timezone('UTC', ${name})`, type: { name: 'TIMESTAMP_NTZ', scale: 9 } };
    case 'TIMESTAMP':
    case 'TIMESTAMP_S':
    case 'TIMESTAMP_MS':
    case 'TIMESTAMP_NS':
      return { sql: `${name}::TIMESTAMP`, type: { name: 'TIMESTAMP_NTZ', scale: 9 } };
    case 'BLOB':
      return { sql: name, type: { name: 'BINARY', length: MAX_BINARY } };
    default:
      return /[([]|STRUCT|MAP/.test(type)
        ? { sql: `CASE WHEN ${name} IS NOT NULL THEN to_json(${name}) END`, type: { name: 'VARIANT' } }
        : { sql: `${name}::VARCHAR`, type: { name: 'VARCHAR', length: MAX_VARCHAR } };
  }
}

/** TRIM_SPACE of texts; NULL_IF of what is written like one of its strings. Source: docs.snowflake.com, CREATE FILE FORMAT, TYPE = PARQUET. */
function cleaned(
  column: { sql: string; type: SnowflakeType },
  format: EffectiveFormat,
): { sql: string; type: SnowflakeType } {
  const { type } = column;
  const isText = type.name === 'VARCHAR';
  const sql = isText && format.options.TRIM_SPACE === true ? `trim(${column.sql})` : column.sql;
  const nulls = format.options.NULL_IF as string[];
  if (nulls.length === 0 || !(isText || type.name === 'NUMBER')) return { sql, type };
  return {
    sql: `CASE WHEN (${sql})::VARCHAR IN (${nulls.map(quote).join(', ')}) THEN NULL ELSE ${sql} END`,
    type,
  };
}

const INTEGER_DIGITS: Record<string, number> = {
  TINYINT: 3,
  UTINYINT: 3,
  SMALLINT: 5,
  USMALLINT: 5,
  INTEGER: 10,
  UINTEGER: 10,
  BIGINT: 19,
  UBIGINT: 20,
  HUGEINT: 38,
};

/** Keys sorted, as OBJECTs have them here. */
function rowObject(fields: ParquetScan['fields']): string {
  const entries = [...fields]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${quote(name)}, ${cast(field, { name: 'VARIANT' }).sql}`);
  return `json_object(${entries.join(', ')})`;
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
