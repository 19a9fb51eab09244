import { notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import type { Column } from '../../../../shared/sql/types.ts';
import type { Bound } from '../../bind/bound.ts';
import { cast } from '../../bind/cast.ts';
import { quote } from '../database.ts';
import { csvOptions } from '../stages/csv-options.ts';
import type { EffectiveFormat } from '../stages/file-format.ts';

const VARCHAR = { name: 'VARCHAR', length: 16_777_216 } as const;

/**
 * DuckDB SQL that writes a CSV file as Snowflake does: NULL is the first of NULL_IF; enclosures, where the format
 * has them, around texts only; without them the delimiters within texts are escaped.
 */
export function csvUnload(
  values: Bound[],
  columns: Column[],
  from: string,
  path: string,
  format: EffectiveFormat,
  header: boolean,
): string {
  const options = csvOptions(format.options);
  if (!/^utf-?8$/i.test(String(format.options.ENCODING)))
    throw notSupportedHere(
      `unloading with ENCODING = '${format.options.ENCODING}': files are unloaded in UTF-8`,
    );
  const field = options.fieldDelimiter?.toString('utf8') ?? '';
  const record = options.recordDelimiter?.toString('utf8') ?? '';
  const enclosure = options.enclosure === null ? null : String.fromCharCode(options.enclosure);
  const escapeMark = options.escapeUnenclosed === null ? null : String.fromCharCode(options.escapeUnenclosed);
  const written = (text: string): string => {
    if (enclosure !== null)
      return `(${quote(enclosure)} || replace(${text}, ${quote(enclosure)}, ${quote(enclosure + enclosure)}) || ${quote(enclosure)})`;
    if (escapeMark === null) return text;
    return [escapeMark, field, record]
      .filter((mark) => mark !== '')
      .reduce((sql, mark) => `replace(${sql}, ${quote(mark)}, ${quote(escapeMark + mark)})`, text);
  };
  const nothing = quote(options.nullIf[0] ?? '');
  const cells = values.map((value) => {
    const text = cast(value, VARCHAR).sql;
    const plain =
      value.type.name === 'NUMBER' || value.type.name === 'FLOAT' || value.type.name === 'BOOLEAN';
    return `coalesce(${plain && enclosure === null ? text : written(text)}, ${nothing})`;
  });
  const line = `SELECT ${cells.join(` || ${quote(field)} || `)} AS line ${from}`;
  const names = columns.map((column) => written(quote(column.name))).join(` || ${quote(field)} || `);
  const all = header ? `SELECT ${names} AS line UNION ALL (${line})` : line;
  return `COPY (SELECT line${ending(format)} AS line FROM (${all})) TO ${quote(path)} ${RAW}`;
}

/** What stands between a line and the newline that DuckDB writes. */
function ending(format: EffectiveFormat): string {
  const record = String(format.options.RECORD_DELIMITER);
  if (record === '\n') return '';
  if (record === '\r\n') return ' || chr(13)';
  throw notSupportedHere(`unloading with RECORD_DELIMITER = '${record}'`);
}

/** Lines are written as they are: no delimiter, quote or line end of DuckDB's own. */
const RAW = "(FORMAT csv, HEADER false, DELIMITER '\u0001', QUOTE '', ESCAPE '')";

/** One document a line. */
export function jsonUnload(from: string, path: string): string {
  return `COPY (SELECT c1::VARCHAR AS line ${from.replace('WHERE ', 'WHERE c1 IS NOT NULL AND ')}) TO ${quote(path)} ${RAW}`;
}

/** Parquet files are compressed with Snappy unless told otherwise. */
export function parquetIsPlain({ options }: EffectiveFormat): boolean {
  return options.COMPRESSION === 'NONE' || options.SNAPPY_COMPRESSION === false;
}

/** Column names are kept with HEADER = TRUE; else they are _COL_0, _COL_1 … Semi-structured values become JSON text. */
export function parquetUnload(
  values: Bound[],
  columns: Column[],
  from: string,
  path: string,
  format: EffectiveFormat,
  header: boolean,
): string {
  const select = values.map((value, index) => {
    const name = header ? columns[index]!.name : `_COL_${index}`;
    // Source: docs.snowflake.com, COPY INTO <location>, usage notes: these are an error in Parquet.
    if (value.type.name === 'TIMESTAMP_TZ' || value.type.name === 'TIMESTAMP_LTZ')
      throw notSupportedHere(`unloading ${value.type.name} to Parquet, which Snowflake refuses too`);
    const semi = ['VARIANT', 'OBJECT', 'ARRAY'].includes(value.type.name);
    return `${semi ? `${value.sql}::VARCHAR` : value.sql} AS "${name.replaceAll('"', '""')}"`;
  });
  if (format.options.COMPRESSION === 'LZO') throw notSupportedHere('COMPRESSION = LZO when unloading');
  const compression = parquetIsPlain(format) ? 'uncompressed' : 'snappy';
  return `COPY (SELECT ${select.join(', ')} ${from}) TO ${quote(path)} (FORMAT parquet, COMPRESSION ${compression})`;
}
