import { duckType, type SnowflakeType } from '../../../shared/sql/types.ts';
import type { Bound, RelationSource } from '../bind/bound.ts';
import { literal } from '../bind/literal.ts';
import { nullOf } from '../bind/value.ts';
import { quote } from './database.ts';
import type { StatementResult } from './result.ts';
import type { ResultChunk } from './result-chunks.ts';

/** An earlier result as something to select from: decodes the row set encoding. */
export function resultRelation(result: StatementResult): RelationSource {
  const names = result.columns.map((_, index) => `v${index + 1}`);
  const decoded = result.columns.map(
    (column, index) => `${decode(names[index]!, column.type)} AS c${index + 1}`,
  );
  const values = names.map((name, index) => `v[${index + 1}] AS ${name}`).join(', ');
  // One JSON text is read many times faster than as many literals.
  const rows = `unnest(from_json(${quote(JSON.stringify(result.rows))}, '[["VARCHAR"]]'))`;
  const source = `(SELECT ${values} FROM (SELECT ${rows} AS v))`;
  const all =
    result.chunks === undefined
      ? source
      : `(SELECT * FROM ${source} UNION ALL SELECT ${values} FROM ${chunkRows(result.chunks)})`;
  return {
    kind: 'relation',
    sql: `(SELECT ${decoded.join(', ')} FROM ${all})`,
    columns: result.columns.map((column, index) => ({ ...column, sql: `c${index + 1}` })),
  };
}

/** The rows of chunks, as `v`: a line each, which the control character that JSON never has keeps whole. */
function chunkRows(chunks: ResultChunk[]): string {
  const longest = Math.max(...chunks.map((chunk) => chunk.longestRow)) + 16;
  const files = chunks.map((chunk) => quote(chunk.file)).join(', ');
  const lines = `read_csv([${files}], header = false, auto_detect = false, columns = {'line': 'VARCHAR'}, delim = '\x01', quote = '', escape = '', compression = 'gzip', max_line_size = ${Math.max(2 * 1024 ** 2, longest)}, buffer_size = ${Math.max(8 * 1024 ** 2, 2 * longest)})`;
  const row = "CASE WHEN suffix(line, ',') THEN left(line, -1) ELSE line END";
  return `(SELECT from_json(${row}, '["VARCHAR"]') AS v FROM ${lines})`;
}

/** One value of a row set as an operand of an expression. */
export function decodedValue(value: string | null, type: SnowflakeType): Bound {
  if (value === null) return nullOf(type);
  switch (type.name) {
    case 'VARCHAR':
      return { ...literal(value), type };
    case 'BOOLEAN':
      return literal(value === '1');
    case 'NUMBER': {
      const sql = `CAST(${quote(value)} AS ${duckType(type)})`;
      return type.scale === 0 ? { sql, type, constant: BigInt(value) } : { sql, type };
    }
    default:
      return { sql: decode(quote(value), type), type };
  }
}

function decode(sql: string, type: SnowflakeType): string {
  switch (type.name) {
    case 'BOOLEAN':
      return `(${sql} = '1')`;
    case 'DATE':
      return `(DATE '1970-01-01' + CAST(${sql} AS INTEGER))`;
    case 'TIME':
      return `CAST(make_timestamp(${micros(sql, type.scale)}) AS TIME)`;
    case 'TIMESTAMP_NTZ':
      return `make_timestamp(${micros(sql, type.scale)})`;
    case 'TIMESTAMP_LTZ':
      return `make_timestamptz(${micros(sql, type.scale)})`;
    case 'TIMESTAMP_TZ': {
      const instant = `make_timestamptz(${micros(`split_part(${sql}, ' ', 1)`, type.scale)})`;
      return `sf_zoned(${instant}, CAST(split_part(${sql}, ' ', 2) AS INTEGER) - 1440)`;
    }
    case 'BINARY':
      return `unhex(${sql})`;
    case 'NUMBER':
      return decodeNumber(sql, type);
    default:
      return `CAST(${sql} AS ${duckType(type)})`;
  }
}

/** DuckDB reads a text as a DECIMAL of more than 18 digits two hundred times slower than as another number. */
function decodeNumber(sql: string, type: SnowflakeType & { name: 'NUMBER' }): string {
  const whole = `CAST(${sql} AS ${duckType(type)})`;
  if (type.precision <= 18) return whole;
  if (type.scale === 0) return `CAST(CAST(${sql} AS HUGEINT) AS ${duckType(type)})`;
  if (type.scale > 16) return whole;
  const short = `CAST(CAST(${sql} AS DECIMAL(18,${type.scale})) AS ${duckType(type)})`;
  return `CASE WHEN strlen(${sql}) <= 17 THEN ${short} ELSE ${whole} END`;
}

/** A signed number of seconds with `scale` decimals as microseconds. */
function micros(sql: string, scale: number): string {
  const digits = `CAST(replace(${sql}, '.', '') AS HUGEINT)`;
  const factor = 10n ** BigInt(Math.abs(scale - 6));
  return `CAST(${digits} ${scale > 6 ? '//' : '*'} ${factor} AS BIGINT)`;
}
