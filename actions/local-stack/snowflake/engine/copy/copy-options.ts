import type { Property } from '../../../../shared/sql/ast.ts';
import { compilationError, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { plainValue } from '../objects/properties.ts';
import type { FormatValue } from '../objects.ts';

/** How many bad records a file may have. */
export type OnError =
  | { kind: 'abort' }
  | { kind: 'continue' }
  /** The file is left out when it has `limit` bad records, or that many percent. */
  | { kind: 'skip'; limit: number; percent: boolean };

export interface CopyOptions {
  onError: OnError;
  sizeLimit: number | null;
  purge: boolean;
  force: boolean;
  returnFailedOnly: boolean;
  matchByName: 'CASE_SENSITIVE' | 'CASE_INSENSITIVE' | null;
  /** Column name -> METADATA$… */
  includeMetadata: Map<string, string>;
  /** Texts that are too long are cut instead of refused. */
  truncate: boolean;
  /** Files too old to know whether they were loaded are loaded. */
  loadUncertain: boolean;
  validation: { kind: 'rows'; count: number } | { kind: 'errors' } | null;
}

const KNOWN = [
  'FILE_FORMAT',
  'ON_ERROR',
  'SIZE_LIMIT',
  'PURGE',
  'FORCE',
  'RETURN_FAILED_ONLY',
  'MATCH_BY_COLUMN_NAME',
  'INCLUDE_METADATA',
  'ENFORCE_LENGTH',
  'TRUNCATECOLUMNS',
  'VALIDATION_MODE',
  'LOAD_UNCERTAIN_FILES',
  // For a bare s3:// location: the endpoint's own keys are used.
  'STORAGE_INTEGRATION',
  'CREDENTIALS',
  'ENCRYPTION',
];

/**
 * The options of COPY INTO a table: as given, else as the stage has them, else the defaults.
 * Source: docs.snowflake.com, COPY INTO <table>, copy options.
 */
export function readCopyOptions(
  properties: Property[],
  stageOptions: Record<string, FormatValue>,
  defaultOnError: OnError,
): CopyOptions {
  const values: Record<string, FormatValue> = { ...stageOptions };
  let includeMetadata = new Map<string, string>();
  for (const given of properties) {
    if (!KNOWN.includes(given.name)) {
      throw compilationError('001420', '22023', `invalid parameter '${given.name}'`, given.start);
    }
    if (given.name === 'INCLUDE_METADATA') includeMetadata = readIncludeMetadata(given);
    else if (!['FILE_FORMAT', 'CREDENTIALS', 'ENCRYPTION'].includes(given.name))
      values[given.name] = plainValue(given.value);
  }
  const flag = (name: string, otherwise: boolean): boolean => {
    const value = values[name];
    if (value === undefined) return otherwise;
    const word = String(value).toUpperCase();
    if (word !== 'TRUE' && word !== 'FALSE') throw invalid(name, value);
    return word === 'TRUE';
  };
  const match = String(values.MATCH_BY_COLUMN_NAME ?? 'NONE').toUpperCase();
  if (match !== 'NONE' && match !== 'CASE_SENSITIVE' && match !== 'CASE_INSENSITIVE')
    throw invalid('MATCH_BY_COLUMN_NAME', match);
  const size = values.SIZE_LIMIT;
  if (size !== undefined && !(Number.isInteger(size) && Number(size) > 0)) throw invalid('SIZE_LIMIT', size);
  return {
    onError: values.ON_ERROR === undefined ? defaultOnError : readOnError(values.ON_ERROR),
    sizeLimit: size === undefined ? null : Number(size),
    purge: flag('PURGE', false),
    force: flag('FORCE', false),
    returnFailedOnly: flag('RETURN_FAILED_ONLY', false),
    matchByName: match === 'NONE' ? null : match,
    includeMetadata,
    truncate: flag('TRUNCATECOLUMNS', false) || !flag('ENFORCE_LENGTH', true),
    loadUncertain: flag('LOAD_UNCERTAIN_FILES', false),
    validation: values.VALIDATION_MODE === undefined ? null : readValidation(values.VALIDATION_MODE),
  };
}

/** How many bad records leave a file out, which is also what COPY reports as error_limit. */
export function errorLimit(onError: OnError, rowsParsed: number): number {
  if (onError.kind === 'abort') return 1;
  if (onError.kind === 'continue') return Math.max(rowsParsed, 1);
  return onError.percent ? Math.max(1, Math.floor((onError.limit * rowsParsed) / 100)) : onError.limit;
}

function readOnError(value: FormatValue): OnError {
  const word = String(value).toUpperCase();
  if (word === 'ABORT_STATEMENT') return { kind: 'abort' };
  if (word === 'CONTINUE') return { kind: 'continue' };
  const skip = /^SKIP_FILE(?:_(\d+)(%?))?$/.exec(word);
  if (skip === null) throw invalid('ON_ERROR', value);
  return { kind: 'skip', limit: Number(skip[1] ?? 1), percent: skip[2] === '%' };
}

function readValidation(value: FormatValue): CopyOptions['validation'] {
  const word = String(value).toUpperCase();
  const rows = /^RETURN_(\d+)_ROWS$/.exec(word);
  if (rows !== null) return { kind: 'rows', count: Number(rows[1]) };
  if (word === 'RETURN_ERRORS' || word === 'RETURN_ALL_ERRORS') return { kind: 'errors' };
  throw invalid('VALIDATION_MODE', value);
}

function readIncludeMetadata(given: Property): Map<string, string> {
  if (given.value.kind !== 'properties') throw invalid('INCLUDE_METADATA', given.value.kind);
  return new Map(
    given.value.properties.map(({ name, value, start }) => {
      const source = value.kind === 'word' ? value.parts.at(-1)!.name : '';
      if (
        !/^METADATA\$(FILENAME|FILE_ROW_NUMBER|FILE_CONTENT_KEY|FILE_LAST_MODIFIED|START_SCAN_TIME)$/.test(
          source,
        )
      )
        throw notSupportedHere(`INCLUDE_METADATA ${name} = ${source || value.kind}`, start);
      return [name, source];
    }),
  );
}

function invalid(name: string, value: FormatValue): Error {
  return compilationError('001021', '22023', `invalid value [${value}] for parameter '${name}'`);
}
