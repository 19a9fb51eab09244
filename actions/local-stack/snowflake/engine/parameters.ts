import { notSupportedHere, SnowflakeError } from '../../../shared/sql/snowflake-error.ts';

/** What a parameter may be set to: a boolean, a whole number in a range, one of some words, any text. */
type Allowed = 'boolean' | 'text' | readonly [lowest: number, highest: number] | readonly string[];

interface Parameter {
  default: string;
  allowed: Allowed;
  /** Changes what statements do, and nothing here reads it: only its default is accepted. */
  defaultOnly?: true;
}

const flag = (value: boolean): Parameter => ({ default: String(value), allowed: 'boolean' });
const text = (value: string): Parameter => ({ default: value, allowed: 'text' });
const number = (value: number, lowest: number, highest: number): Parameter => ({
  default: String(value),
  allowed: [lowest, highest],
});
const word = (value: string, ...others: string[]): Parameter => ({
  default: value,
  allowed: [value, ...others],
});
const fixed = (parameter: Parameter): Parameter => ({ ...parameter, defaultOnly: true });

const SEVEN_DAYS = 604_800;
const RESULT_FORMATS = ['JSON', 'ARROW', 'ARROW_FORCE'];

/**
 * The session parameters. Source: docs.snowflake.com, "Parameters"; those of the drivers (…_RESULT_FORMAT,
 * CLIENT_STAGE_ARRAY_BINDING_THRESHOLD) from what they send. Results are JSON whatever the format asked for: the
 * drivers take the format from the answer.
 */
const parameters: Readonly<Record<string, Parameter>> = {
  ABORT_DETACHED_QUERY: flag(false),
  AUTOCOMMIT: flag(true),
  BINARY_INPUT_FORMAT: word('HEX', 'BASE64', 'UTF8', 'UTF-8'),
  BINARY_OUTPUT_FORMAT: word('HEX', 'BASE64'),
  CLIENT_ENABLE_LOG_INFO_STATEMENT_PARAMETERS: flag(false),
  CLIENT_MEMORY_LIMIT: number(1536, 1, 2 ** 31),
  CLIENT_METADATA_REQUEST_USE_CONNECTION_CTX: flag(false),
  CLIENT_METADATA_USE_SESSION_DATABASE: flag(false),
  CLIENT_PREFETCH_THREADS: number(4, 1, 10),
  CLIENT_REQUEST_MFA_TOKEN: flag(false),
  CLIENT_RESULT_CHUNK_SIZE: number(160, 48, 160),
  CLIENT_RESULT_COLUMN_CASE_INSENSITIVE: flag(false),
  CLIENT_SESSION_KEEP_ALIVE: flag(false),
  CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY: number(3600, 900, 3600),
  CLIENT_STAGE_ARRAY_BINDING_THRESHOLD: number(65_280, 0, 2 ** 31),
  CLIENT_STORE_TEMPORARY_CREDENTIAL: flag(false),
  CLIENT_TELEMETRY_ENABLED: flag(false),
  CLIENT_TIMESTAMP_TYPE_MAPPING: word('TIMESTAMP_LTZ', 'TIMESTAMP_NTZ'),
  CSV_TIMESTAMP_FORMAT: fixed(text('')),
  DATE_INPUT_FORMAT: text('AUTO'),
  DATE_OUTPUT_FORMAT: text('YYYY-MM-DD'),
  DOTNET_QUERY_RESULT_FORMAT: word('JSON', ...RESULT_FORMATS.slice(1)),
  ENABLE_UNLOAD_PHYSICAL_TYPE_OPTIMIZATION: fixed(flag(true)),
  ERROR_ON_NONDETERMINISTIC_MERGE: flag(true),
  ERROR_ON_NONDETERMINISTIC_UPDATE: flag(false),
  GCS_USE_DOWNSCOPED_CREDENTIAL: flag(false),
  GEOGRAPHY_OUTPUT_FORMAT: fixed(word('GeoJSON', 'WKT', 'WKB', 'EWKT', 'EWKB')),
  GEOMETRY_OUTPUT_FORMAT: fixed(word('GeoJSON', 'WKT', 'WKB', 'EWKT', 'EWKB')),
  GO_QUERY_RESULT_FORMAT: word('JSON', ...RESULT_FORMATS.slice(1)),
  HYBRID_TABLE_LOCK_TIMEOUT: number(3600, 0, SEVEN_DAYS),
  JDBC_QUERY_RESULT_FORMAT: word('JSON', ...RESULT_FORMATS.slice(1)),
  JDBC_TREAT_DECIMAL_AS_INT: flag(true),
  JDBC_TREAT_TIMESTAMP_NTZ_AS_UTC: flag(false),
  JDBC_USE_SESSION_TIMEZONE: flag(true),
  // Values are written without white space, which is what 0 asks for; clients read both alike.
  JSON_INDENT: number(2, 0, 16),
  JS_TREAT_INTEGER_AS_BIGINT: flag(false),
  LOCK_TIMEOUT: number(43_200, 0, 2 ** 31),
  LOG_LEVEL: word('OFF', 'TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'),
  METRIC_LEVEL: word('NONE', 'ALL'),
  MULTI_STATEMENT_COUNT: number(1, 0, 2 ** 31),
  NOORDER_SEQUENCE_AS_DEFAULT: flag(true),
  ODBC_QUERY_RESULT_FORMAT: word('JSON', ...RESULT_FORMATS.slice(1)),
  ODBC_TREAT_DECIMAL_AS_INT: flag(false),
  PYTHON_CONNECTOR_QUERY_RESULT_FORMAT: word('JSON', ...RESULT_FORMATS.slice(1)),
  QUERY_TAG: text(''),
  QUOTED_IDENTIFIERS_IGNORE_CASE: fixed(flag(false)),
  ROWS_PER_RESULTSET: number(0, 0, 2 ** 53),
  SEARCH_PATH: fixed(text('$current, $public')),
  SERVICE_NAME: text(''),
  SIMULATED_DATA_SHARING_CONSUMER: fixed(text('')),
  STATEMENT_QUEUED_TIMEOUT_IN_SECONDS: number(0, 0, 2 ** 31),
  STATEMENT_TIMEOUT_IN_SECONDS: number(172_800, 0, SEVEN_DAYS),
  STRICT_JSON_OUTPUT: fixed(flag(false)),
  TIMESTAMP_DAY_IS_ALWAYS_24H: fixed(flag(false)),
  TIMESTAMP_INPUT_FORMAT: text('AUTO'),
  TIMESTAMP_LTZ_OUTPUT_FORMAT: text(''),
  TIMESTAMP_NTZ_OUTPUT_FORMAT: text('YYYY-MM-DD HH24:MI:SS.FF3'),
  TIMESTAMP_OUTPUT_FORMAT: text('YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM'),
  TIMESTAMP_TYPE_MAPPING: word('TIMESTAMP_NTZ', 'TIMESTAMP_LTZ', 'TIMESTAMP_TZ'),
  TIMESTAMP_TZ_OUTPUT_FORMAT: text(''),
  TIMEZONE: text('America/Los_Angeles'),
  TIME_INPUT_FORMAT: text('AUTO'),
  TIME_OUTPUT_FORMAT: text('HH24:MI:SS'),
  TRACE_LEVEL: word('OFF', 'ALWAYS', 'ON_EVENT', 'PROPAGATE'),
  TRANSACTION_ABORT_ON_ERROR: fixed(flag(false)),
  TRANSACTION_DEFAULT_ISOLATION_LEVEL: word('READ COMMITTED'),
  TWO_DIGIT_CENTURY_START: number(1970, 1900, 2100),
  UNSUPPORTED_DDL_ACTION: fixed(word('IGNORE', 'FAIL')),
  USE_CACHED_RESULT: flag(true),
  WEEK_OF_YEAR_POLICY: number(0, 0, 1),
  WEEK_START: number(0, 0, 7),
};

/** Names and defaults. */
export function defaultParameters(): [string, string][] {
  return Object.entries(parameters).map(([name, parameter]) => [name, parameter.default]);
}

/** Whether a parameter takes any text: its value is no number or boolean even where it looks like one. */
export function isText(name: string): boolean {
  return parameters[name]?.allowed === 'text';
}

/**
 * A value for a parameter, as sessions keep it: booleans in lower case, words as the documentation writes them.
 * @throws SnowflakeError 001006 for a parameter that does not exist, 001008 for a value that it cannot have, 999001
 * for another value than the default of a parameter that is not carried out
 */
export function parameterValue(name: string, given: string): string {
  const parameter = parameters[name];
  if (parameter === undefined) throw unknownParameter(name);
  const value = allowedValue(parameter.allowed, given);
  if (value === undefined) throw invalidValue(name, given);
  if (parameter.defaultOnly && value.toUpperCase() !== parameter.default.toUpperCase())
    throw notSupportedHere(`parameter ${name} = '${given}'`);
  return value;
}

function allowedValue(allowed: Allowed, given: string): string | undefined {
  if (allowed === 'text') return given;
  if (allowed === 'boolean') return /^(?:true|false)$/i.test(given) ? given.toLowerCase() : undefined;
  const [first, last] = allowed;
  if (typeof first === 'number' && typeof last === 'number') {
    if (!/^\d+$/.test(given)) return undefined;
    const value = Number(given);
    return value >= first && value <= last ? String(value) : undefined;
  }
  return (allowed as readonly string[]).find((one) => one.toUpperCase() === given.toUpperCase());
}

export function unknownParameter(name: string): SnowflakeError {
  return new SnowflakeError('001006', '22023', `SQL compilation error:\ninvalid parameter '${name}'`);
}

export function invalidValue(name: string, value: string, cause?: unknown): SnowflakeError {
  return new SnowflakeError(
    '001008',
    '22023',
    `SQL compilation error:\ninvalid value [${value}] for parameter '${name}'`,
    { cause },
  );
}
