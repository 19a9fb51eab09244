import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { RecordError } from '../files/record-file.ts';
import type { EffectiveFormat } from '../stages/file-format.ts';
import type { StagedFile } from '../stages/stage-files.ts';

/** Why a record could not be loaded, as COPY reports it. */
export interface LoadError {
  code: string;
  sqlState: string;
  message: string;
  line: number;
  /** From 1; null for formats without lines. */
  character: number | null;
  /** `"T"["AMOUNT":3]` */
  column: string | null;
  row: number;
  /** The line that the record starts on. */
  rowLine: number;
  category: 'parsing' | 'conversion';
}

/** Names of a table and its columns in the order of the file's fields: messages name places by them. */
export interface NamedColumns {
  table: string;
  columns: string[];
}

/** How messages name the columns of a query on staged files. */
export function stageTable(width: number): NamedColumns {
  return {
    table: 'TRANSIENT_STAGE_TABLE',
    columns: Array.from({ length: width }, (_, index) => `$${index + 1}`),
  };
}

/** `"T"["AMOUNT":3]`, or `"T"[7]` where the table has no such column. */
export function columnLabel(names: NamedColumns, position: number): string {
  const name = names.columns[position - 1];
  return name === undefined ? `"${names.table}"[${position}]` : `"${names.table}"["${name}":${position}]`;
}

/**
 * A record that could not be parsed, in Snowflake's words. Source: docs.snowflake.com, COPY INTO <table>,
 * "Validating staged files", and messages as users quote them.
 */
export function recordError(
  error: RecordError,
  row: number,
  names: NamedColumns,
  format: EffectiveFormat,
  rowLine = error.line,
): LoadError {
  const label = columnLabel(names, error.field);
  const [code, message] = words(error, label, names, format);
  return {
    code,
    sqlState: '22000',
    message,
    line: error.line,
    character: error.kind === 'json' ? null : error.character,
    column: label,
    row,
    rowLine,
    category: 'parsing',
  };
}

function words(
  error: RecordError,
  label: string,
  names: NamedColumns,
  format: EffectiveFormat,
): [string, string] {
  const field = shown(String(format.options.FIELD_DELIMITER));
  const record = shown(String(format.options.RECORD_DELIMITER));
  switch (error.kind) {
    case 'countFirst':
      return [
        '100080',
        `Number of columns in file (${error.field}) does not match that of the corresponding table (${names.columns.length}), use file format option error_on_column_count_mismatch=false to ignore this error`,
      ];
    case 'tooMany':
      return ['100016', `Field delimiter '${field}' found while expecting record delimiter '${record}'`];
    case 'tooFew':
    case 'unfinished':
      return ['100068', `End of record reached while expected to parse column '${label}'`];
    case 'found':
      return error.field === names.columns.length
        ? ['100066', `Found character '${shown(error.detail)}' instead of record delimiter '${record}'`]
        : ['100065', `Found character '${shown(error.detail)}' instead of field delimiter '${field}'`];
    case 'utf8':
      return ['100144', `Invalid UTF8 detected in string '${error.detail}'`];
    case 'tooLarge':
      return ['100082', 'Max LOB size (134217728) exceeded, actual size of parsed column is larger'];
    case 'json':
      return ['100069', `Error parsing JSON: ${error.detail}`];
  }
}

function shown(text: string): string {
  return text.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
}

/** The error that ends the statement under ON_ERROR = ABORT_STATEMENT. */
export function abortError(error: LoadError, file: StagedFile): SnowflakeError {
  const starts = error.rowLine === error.line ? '' : ` starts at line ${error.rowLine}`;
  const column = error.column === null ? '' : `, column ${error.column}`;
  return new SnowflakeError(
    error.code,
    error.sqlState,
    `${error.message}\n  File '${file.metadataName}', line ${error.line}, character ${error.character ?? 1}\n  Row ${error.row}${starts}${column}\n  If you would like to continue loading when an error is encountered, use other values such as 'SKIP_FILE' or 'CONTINUE' for the ON_ERROR option. For more information on loading options, please run 'info loading_data' in a SQL client.`,
  );
}
