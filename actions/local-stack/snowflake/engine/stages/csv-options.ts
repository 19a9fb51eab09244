import { compilationError } from '../../../../shared/sql/snowflake-error.ts';
import type { FormatOptions } from './format-options.ts';

/** How a CSV file is written. Delimiters as bytes in UTF-8. */
export interface CsvOptions {
  /** null: a record is one field. */
  fieldDelimiter: Buffer | null;
  /** null: the file is one record. `newline`: also \r\n. */
  recordDelimiter: Buffer | null;
  newline: boolean;
  /** Byte of FIELD_OPTIONALLY_ENCLOSED_BY. */
  enclosure: number | null;
  /** Byte that escapes in enclosed fields. */
  escapeEnclosed: number | null;
  /** Byte that escapes in other fields. */
  escapeUnenclosed: number | null;
  skipHeader: number;
  parseHeader: boolean;
  skipBlankLines: boolean;
  trimSpace: boolean;
  emptyAsNull: boolean;
  nullIf: string[];
  checkColumnCount: boolean;
  /** false: a record delimiter in a field is an error. */
  multiLine: boolean;
  replaceInvalid: boolean;
  skipByteOrderMark: boolean;
}

/** @throws SnowflakeError for a delimiter or escape that Snowflake refuses */
export function csvOptions(options: FormatOptions): CsvOptions {
  if (options.PARSE_HEADER === true && Number(options.SKIP_HEADER) > 0)
    throw compilationError(
      '001420',
      '22023',
      'SKIP_HEADER is not supported together with PARSE_HEADER = TRUE',
    );
  const record = bytes(options, 'RECORD_DELIMITER');
  const enclosure = single(options, 'FIELD_OPTIONALLY_ENCLOSED_BY');
  const escapeMark = single(options, 'ESCAPE');
  const text = record?.toString('latin1');
  const newline = text === '\n' || text === '\r\n';
  return {
    fieldDelimiter: bytes(options, 'FIELD_DELIMITER'),
    recordDelimiter: newline ? Buffer.from('\n') : record,
    newline,
    enclosure,
    escapeEnclosed: escapeMark,
    // ESCAPE is for all fields where it is given.
    escapeUnenclosed: escapeMark ?? single(options, 'ESCAPE_UNENCLOSED_FIELD'),
    skipHeader: Number(options.SKIP_HEADER),
    parseHeader: options.PARSE_HEADER === true,
    skipBlankLines: options.SKIP_BLANK_LINES === true,
    trimSpace: options.TRIM_SPACE === true,
    emptyAsNull: options.EMPTY_FIELD_AS_NULL === true,
    nullIf: (options.NULL_IF as string[]).map(decodeEscapes),
    checkColumnCount: options.ERROR_ON_COLUMN_COUNT_MISMATCH === true,
    multiLine: options.MULTI_LINE === true,
    replaceInvalid: options.REPLACE_INVALID_CHARACTERS === true,
    skipByteOrderMark: options.SKIP_BYTE_ORDER_MARK === true,
  };
}

function bytes(options: FormatOptions, name: string): Buffer | null {
  const value = String(options[name]);
  if (value.toUpperCase() === 'NONE') return null;
  const decoded = decodeEscapes(value);
  if (decoded === '' || decoded.length > 20) {
    throw compilationError('001021', '22023', `invalid value ['${value}'] for parameter '${name}'`);
  }
  return Buffer.from(decoded, 'utf8');
}

function single(options: FormatOptions, name: string): number | null {
  const value = String(options[name]);
  if (value.toUpperCase() === 'NONE') return null;
  const decoded = Buffer.from(decodeEscapes(value), 'utf8');
  if (decoded.length !== 1) {
    throw compilationError(
      '001021',
      '22023',
      `invalid value ['${value}'] for parameter '${name}': it must be one character`,
    );
  }
  return decoded[0]!;
}

const letters: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '0': '\0',
  '\\': '\\',
};

/** `\t`, `\x01`, `0x01`, `\174` as Snowflake's delimiters may be written. */
function decodeEscapes(value: string): string {
  const hex = /^(?:0x|\\x)((?:[0-9a-f]{2})+)$/i.exec(value);
  if (hex !== null) return Buffer.from(hex[1]!, 'hex').toString('utf8');
  const octal = /^\\([0-7]{3})$/.exec(value);
  if (octal !== null) return String.fromCharCode(Number.parseInt(octal[1]!, 8));
  return /^\\[ntrbf0\\]$/.test(value) ? letters[value[1]!]! : value;
}
