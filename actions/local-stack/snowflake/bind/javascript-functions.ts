import { createHash } from 'node:crypto';
import {
  BIGINT,
  BLOB,
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBScalarFunction,
  type DuckDBType,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api';
import { canonicalJson, JsonTextError } from './json-text.ts';
import { formatNumber, parseNumber } from './number-format.ts';
import { matchRows } from './row-pattern.ts';
import { editDistance, jaroWinkler } from './text-distance.ts';
import { initcap, parseUrl, soundex, tokens } from './text-functions.ts';
import { formatTime, parseTime } from './time-format.ts';

type Value = string | bigint | number | DuckDBBlobValue | null;

interface JavaScriptFunction {
  name: string;
  parameters: DuckDBType[];
  returns: DuckDBType;
  /** Not called when an argument is NULL: the result is NULL then. */
  call(...args: never[]): Value;
}

/** What DuckDB has no exact counterpart for; called from macros and functions as sf_js_…. */
const FUNCTIONS: JavaScriptFunction[] = [
  { name: 'sf_js_json', parameters: [VARCHAR], returns: VARCHAR, call: parseJson },
  { name: 'sf_js_try_json', parameters: [VARCHAR], returns: VARCHAR, call: tryParseJson },
  { name: 'sf_js_check_json', parameters: [VARCHAR], returns: VARCHAR, call: checkJson },
  { name: 'sf_js_format_time', parameters: [BIGINT, INTEGER, VARCHAR], returns: VARCHAR, call: writeTime },
  { name: 'sf_js_parse_time', parameters: [VARCHAR, VARCHAR, INTEGER], returns: VARCHAR, call: parseTime },
  { name: 'sf_js_match', parameters: [VARCHAR, VARCHAR], returns: VARCHAR, call: matchRows },
  { name: 'sf_js_format_number', parameters: [VARCHAR, VARCHAR], returns: VARCHAR, call: formatNumber },
  { name: 'sf_js_parse_number', parameters: [VARCHAR, VARCHAR], returns: VARCHAR, call: parseNumber },
  { name: 'sf_js_digest', parameters: [BLOB, VARCHAR], returns: BLOB, call: digest },
  { name: 'sf_js_soundex', parameters: [VARCHAR], returns: VARCHAR, call: soundex },
  { name: 'sf_js_edit_distance', parameters: [VARCHAR, VARCHAR], returns: BIGINT, call: editDistance },
  { name: 'sf_js_jaro_winkler', parameters: [VARCHAR, VARCHAR], returns: BIGINT, call: jaroWinkler },
  { name: 'sf_js_initcap', parameters: [VARCHAR, VARCHAR], returns: VARCHAR, call: initcap },
  { name: 'sf_js_tokens', parameters: [VARCHAR, VARCHAR], returns: VARCHAR, call: tokens },
  { name: 'sf_js_parse_url', parameters: [VARCHAR], returns: VARCHAR, call: parseUrl },
];

/** Makes the functions known to the connection's database. Call before the macros are created. */
export function registerJavaScriptFunctions(connection: DuckDBConnection): void {
  for (const one of FUNCTIONS) {
    const call = one.call as (...args: Value[]) => Value;
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({
        name: one.name,
        parameterTypes: one.parameters,
        returnType: one.returns,
        mainFunction: (_info, input, output) => {
          const vectors = one.parameters.map((_, index) => input.getColumnVector(index));
          for (let row = 0; row < input.rowCount; row++) {
            const args = vectors.map((vector) => vector.getItem(row) as Value);
            output.setItem(row, args.includes(null) ? null : call(...args));
          }
          output.flush();
        },
      }),
    );
  }
}

function parseJson(text: string): string | null {
  try {
    return canonicalJson(text);
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    throw new Error(`SF|100069|22P02|Error parsing JSON: ${error.message}`, { cause: error });
  }
}

function tryParseJson(text: string): string | null {
  try {
    return canonicalJson(text);
  } catch (error) {
    if (error instanceof JsonTextError) return null;
    throw error;
  }
}

/** CHECK_JSON: NULL for good JSON, otherwise what is wrong. */
function checkJson(text: string): string | null {
  try {
    canonicalJson(text);
    return null;
  } catch (error) {
    if (error instanceof JsonTextError) return error.message;
    throw error;
  }
}

function writeTime(micros: bigint, offsetMinutes: number, format: string): string {
  return formatTime({ micros, offsetMinutes }, format);
}

function digest(bytes: DuckDBBlobValue, algorithm: string): DuckDBBlobValue {
  return new DuckDBBlobValue(createHash(algorithm).update(bytes.bytes).digest());
}
