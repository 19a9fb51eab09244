import type { Insert, Query, Select, Values } from '../../../../shared/sql/ast.ts';
import { parseQueryText } from '../../../../shared/sql/parse.ts';
import { notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { type AnyNode, walk } from '../../../../shared/sql/walk.ts';
import type { BindValue } from '../../bind/context.ts';
import { BIND_ROWS, isoTime } from '../../bind/parameter.ts';

/** Rows of binds: as columns of values that came with the statement, or as CSV files that a driver has staged. */
export type BindRows =
  | { kind: 'values'; columns: { type: string; values: (string | null)[] }[] }
  | { kind: 'stage'; location: string };

/**
 * An INSERT with rows of binds as one that selects from them: `VALUES (?, ?)` and a SELECT without FROM get one row
 * for each. Source: docs.snowflake.com, the drivers' pages on binding arrays for bulk inserts.
 */
export function insertFromBindRows(
  statement: Insert,
  rows: BindRows,
): { statement: Insert; binds: BindValue[] } {
  const copy = structuredClone(statement);
  const place = bindPlace(copy.source);
  if (place === undefined) {
    throw notSupportedHere(
      'rows of binds other than for VALUES (…) or a SELECT without FROM',
      statement.start,
    );
  }
  const width = bindCount(copy.source);
  const relation = parseQueryText(
    `SELECT 1 FROM (${rows.kind === 'stage' ? stagedRows(rows.location, width) : givenRows(rows.columns)}) AS "${BIND_ROWS}"`,
  ).body as Select;
  if (place.kind === 'select') place.from = relation.from;
  else replace(place, relation);
  const binds = Array.from({ length: width }, (_, index) => ({
    type: 'ANY',
    value: null,
    column: String(index + 1),
  }));
  return { statement: copy, binds };
}

/** The one row of VALUES, or the SELECT without FROM, that has the binds. */
function bindPlace(source: Query): Values | Select | undefined {
  let place: Values | Select | undefined;
  walk(source, (node) => {
    if (place !== undefined) return false;
    if (isValues(node) && node.rows.length === 1 && bindCount(node) > 0) place = node;
    else if (isSelect(node) && node.from === null && bindCount(node) > 0) place = node;
    return place === undefined;
  });
  return place;
}

/** VALUES become a SELECT with the same expressions, their columns named as VALUES names them. */
function replace(values: Values, relation: Select): void {
  const { start, end } = values;
  const items = values.rows[0]!.map((expression, index) => ({
    expression,
    alias: { name: `COLUMN${index + 1}`, quoted: false, start, end },
    start,
    end,
  }));
  Object.assign(values, { ...relation, items, start, end });
}

function bindCount(node: AnyNode): number {
  let count = 0;
  walk(node, (each) => {
    if (each.kind === 'bind' && 'index' in each && typeof each.index === 'number')
      count = Math.max(count, each.index + 1);
    return true;
  });
  return count;
}

function isValues(node: AnyNode): node is Values {
  return node.kind === 'values';
}

function isSelect(node: AnyNode): node is Select {
  return node.kind === 'select';
}

function stagedRows(location: string, width: number): string {
  const columns = Array.from({ length: width }, (_, index) => `$${index + 1} AS "${index + 1}"`);
  return `SELECT ${columns.join(', ')} FROM ${location}`;
}

/** One JSON text with all rows: cheaper to read than as many literals. */
function givenRows(columns: { type: string; values: (string | null)[] }[]): string {
  const typed = columns.map(({ type, values }, index) => {
    const [convert, normal] = conversion(type, values);
    return {
      sql: `${convert(`f.value[${index}]::VARCHAR`)} AS "${index + 1}"`,
      values: values.map((value) => (value === null ? null : normal(value))),
    };
  });
  const json = JSON.stringify(
    Array.from({ length: columns[0]?.values.length ?? 0 }, (_, row) =>
      typed.map(({ values }) => values[row]),
    ),
  );
  const literal = `'${json.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  return `SELECT ${typed.map(({ sql }) => sql).join(', ')} FROM TABLE(FLATTEN(INPUT => PARSE_JSON(${literal}))) f`;
}

type Conversion = [convert: (text: string) => string, normal: (value: string) => string];

const asIs = (value: string): string => value;
const to =
  (type: string): ((text: string) => string) =>
  (text) =>
    `${text}::${type}`;

/** How a bind's text becomes a value of its type: the drivers count dates in ms, times and timestamps in ns. */
function conversion(type: string, values: (string | null)[]): Conversion {
  switch (type) {
    case 'TEXT':
    case 'ANY':
      return [asIs, asIs];
    case 'FIXED': {
      // The driver names the type after the first row: later ones may have decimals.
      const scale = Math.max(0, ...values.map((value) => value?.split('.')[1]?.length ?? 0));
      return [to(`NUMBER(38,${Math.min(scale, 37)})`), asIs];
    }
    case 'REAL':
      return [to('FLOAT'), asIs];
    case 'BOOLEAN':
      return [to('BOOLEAN'), asIs];
    case 'DATE':
      return [to('DATE'), (value) => isoTime(BigInt(value) * 1_000_000n).slice(0, -16)];
    case 'TIME':
      return [to('TIME'), (value) => isoTime(BigInt(value)).slice(-15)];
    case 'TIMESTAMP_NTZ':
      return [to('TIMESTAMP_NTZ'), (value) => isoTime(BigInt(value))];
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return [to('TIMESTAMP_TZ'), zonedTime];
    case 'BINARY':
      return [(text) => `TO_BINARY(${text}, 'HEX')`, asIs];
    case 'VARIANT':
    case 'OBJECT':
    case 'ARRAY':
      return [(text) => `PARSE_JSON(${text})`, asIs];
    default:
      throw notSupportedHere(`a bind of type ${type}`);
  }
}

/** Nanoseconds since 1970 and, behind a space, the offset in minutes + 1440, which UTC has when it is left out. */
function zonedTime(value: string): string {
  const [instant = '', shifted = '1440'] = value.split(' ');
  const minutes = Number(shifted) - 1440;
  const size = Math.abs(minutes);
  const [hours, rest] = [Math.floor(size / 60), size % 60].map((part) => String(part).padStart(2, '0'));
  const local = isoTime(BigInt(instant) + BigInt(minutes) * 60_000_000_000n);
  return `${local} ${minutes < 0 ? '-' : '+'}${hours}${rest}`;
}
