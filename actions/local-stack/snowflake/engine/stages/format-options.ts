import type { Property } from '../../../../shared/sql/ast.ts';
import { compilationError, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import type { FileFormatRecord, FormatValue } from '../objects.ts';

export type FormatType = FileFormatRecord['type'];
export type FormatOptions = Record<string, FormatValue>;

interface OptionRule {
  kind: 'boolean' | 'integer' | 'text' | 'list' | 'word';
  default: FormatValue;
  /** For `word`: what is allowed. */
  words?: readonly string[];
}

const flag = (value: boolean): OptionRule => ({ kind: 'boolean', default: value });
const text = (value: string): OptionRule => ({ kind: 'text', default: value });
const compressions = ['AUTO', 'GZIP', 'BZ2', 'BROTLI', 'ZSTD', 'DEFLATE', 'RAW_DEFLATE', 'NONE'];
const compression: OptionRule = { kind: 'word', default: 'AUTO', words: compressions };
const valueFormats: Record<string, OptionRule> = {
  DATE_FORMAT: text('AUTO'),
  TIME_FORMAT: text('AUTO'),
  TIMESTAMP_FORMAT: text('AUTO'),
  BINARY_FORMAT: { kind: 'word', default: 'HEX', words: ['HEX', 'BASE64', 'UTF8', 'UTF-8'] },
};

/** Every option of a type with its default. Source: docs.snowflake.com, CREATE FILE FORMAT, format type options. */
const rules: Record<FormatType, Record<string, OptionRule>> = {
  CSV: {
    COMPRESSION: compression,
    RECORD_DELIMITER: text('\n'),
    FIELD_DELIMITER: text(','),
    MULTI_LINE: flag(true),
    FILE_EXTENSION: text('NONE'),
    PARSE_HEADER: flag(false),
    SKIP_HEADER: { kind: 'integer', default: 0 },
    SKIP_BLANK_LINES: flag(false),
    ...valueFormats,
    ESCAPE: text('NONE'),
    ESCAPE_UNENCLOSED_FIELD: text('\\'),
    TRIM_SPACE: flag(false),
    FIELD_OPTIONALLY_ENCLOSED_BY: text('NONE'),
    NULL_IF: { kind: 'list', default: ['\\N'] },
    ERROR_ON_COLUMN_COUNT_MISMATCH: flag(true),
    VALIDATE_UTF8: flag(true),
    REPLACE_INVALID_CHARACTERS: flag(false),
    EMPTY_FIELD_AS_NULL: flag(true),
    SKIP_BYTE_ORDER_MARK: flag(true),
    ENCODING: text('UTF8'),
  },
  JSON: {
    COMPRESSION: compression,
    ...valueFormats,
    TRIM_SPACE: flag(false),
    MULTI_LINE: flag(true),
    NULL_IF: { kind: 'list', default: [] },
    FILE_EXTENSION: text('NONE'),
    ENABLE_OCTAL: flag(false),
    ALLOW_DUPLICATE: flag(false),
    STRIP_OUTER_ARRAY: flag(false),
    STRIP_NULL_VALUES: flag(false),
    REPLACE_INVALID_CHARACTERS: flag(false),
    IGNORE_UTF8_ERRORS: flag(false),
    SKIP_BYTE_ORDER_MARK: flag(true),
  },
  PARQUET: {
    COMPRESSION: { kind: 'word', default: 'AUTO', words: ['AUTO', 'LZO', 'SNAPPY', 'NONE'] },
    SNAPPY_COMPRESSION: flag(true),
    BINARY_AS_TEXT: flag(true),
    USE_LOGICAL_TYPE: flag(false),
    TRIM_SPACE: flag(false),
    USE_VECTORIZED_SCANNER: flag(false),
    REPLACE_INVALID_CHARACTERS: flag(false),
    NULL_IF: { kind: 'list', default: [] },
  },
};

/** Values that would change what is read, and cannot here. */
const refused: Record<string, [FormatType, FormatValue][]> = {
  ENABLE_OCTAL: [['JSON', true]],
  VALIDATE_UTF8: [['CSV', false]],
  REPLACE_INVALID_CHARACTERS: [['PARQUET', true]],
};

/** A TYPE as written. @throws SnowflakeError for an unknown one, notSupportedHere for AVRO, ORC, XML, CUSTOM */
export function formatType(found: Property): FormatType {
  const word = wordOf(found);
  if (word === 'CSV' || word === 'JSON' || word === 'PARQUET') return word;
  if (['AVRO', 'ORC', 'XML', 'CUSTOM'].includes(word)) {
    throw notSupportedHere(`file format TYPE = ${word}`, found.start);
  }
  throw invalidOption(found);
}

/** The options given, checked against what the type knows. @throws SnowflakeError for an unknown name or value */
export function readFormatOptions(type: FormatType, properties: Property[]): FormatOptions {
  const options: FormatOptions = {};
  for (const found of properties) {
    const rule = rules[type][found.name];
    if (rule === undefined) {
      throw compilationError(
        '001420',
        '22023',
        `invalid parameter '${found.name}' for file format type ${type}`,
        found.start,
      );
    }
    const value = readValue(found, rule);
    if (refused[found.name]?.some(([one, bad]) => one === type && bad === value) === true)
      throw notSupportedHere(
        `file format option ${found.name} = ${String(value).toUpperCase()} of ${type}`,
        found.start,
      );
    options[found.name] = value;
  }
  return options;
}

/** All options of a type: those given, the defaults for the rest. */
export function withDefaults(type: FormatType, options: FormatOptions): FormatOptions {
  const defaults = Object.fromEntries(
    Object.entries(rules[type]).map(([name, rule]) => [name, rule.default]),
  );
  return { ...defaults, ...options };
}

function readValue(found: Property, rule: OptionRule): FormatValue {
  const { value } = found;
  switch (rule.kind) {
    case 'boolean':
      if (value.kind === 'boolean') return value.value;
      if (value.kind === 'string' && /^(true|false)$/i.test(value.value))
        return value.value.toLowerCase() === 'true';
      break;
    case 'integer':
      if (value.kind === 'number' && /^\d+$/.test(value.text)) return Number(value.text);
      break;
    case 'text':
      if (value.kind === 'string') return value.value;
      if (value.kind === 'word' && value.parts.length === 1) return value.parts[0]!.name;
      break;
    case 'word': {
      const word = wordOf(found);
      if (rule.words!.includes(word)) return word;
      break;
    }
    case 'list':
      if (value.kind === 'string') return [value.value];
      if (value.kind === 'list' && value.items.every((item) => item.kind === 'string'))
        return value.items.map((item) => (item.kind === 'string' ? item.value : ''));
      break;
  }
  throw invalidOption(found);
}

function wordOf(found: Property): string {
  const { value } = found;
  if (value.kind === 'string') return value.value.toUpperCase();
  if (value.kind === 'word' && value.parts.length === 1) return value.parts[0]!.name.toUpperCase();
  throw invalidOption(found);
}

function invalidOption(found: Property): Error {
  const { value } = found;
  const shown =
    value.kind === 'string'
      ? `'${value.value}'`
      : value.kind === 'word'
        ? value.parts.map((part) => part.name).join('.')
        : value.kind === 'number'
          ? value.text
          : value.kind === 'boolean'
            ? String(value.value).toUpperCase()
            : value.kind;
  return compilationError(
    '001021',
    '22023',
    `invalid value [${shown}] for parameter '${found.name}'`,
    value.start,
  );
}
