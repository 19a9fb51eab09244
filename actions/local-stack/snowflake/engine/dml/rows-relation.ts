import type { Column, SnowflakeType } from '../../../../shared/sql/types.ts';
import { duckType, MAX_VARCHAR } from '../../../../shared/sql/types.ts';
import type { RelationSource } from '../../bind/bound.ts';
import { quote } from '../database.ts';

/** A value of a row that the engine itself makes. Timestamps are microseconds since 1970. */
export type Cell = string | number | boolean | null | { sql: string };

export const text: SnowflakeType = { name: 'VARCHAR', length: MAX_VARCHAR };
export const integer: SnowflakeType = { name: 'NUMBER', precision: 38, scale: 0 };
export const instant: SnowflakeType = { name: 'TIMESTAMP_LTZ', scale: 3 };
export const variant: SnowflakeType = { name: 'VARIANT' };

/** Named columns with their types, e.g. `columns({ NAME: text, ROWS: integer })`. */
export function columns(types: Record<string, SnowflakeType>): Column[] {
  return Object.entries(types).map(([name, type]) => ({ name, type, nullable: true }));
}

/** Rows of the engine's own (histories, INFORMATION_SCHEMA) as something to select from. */
export function rowsRelation(header: Column[], rows: Cell[][]): RelationSource {
  const names = header.map((_, index) => `c${index + 1}`);
  const list = rows.map(
    (row) => `(${row.map((cell, index) => cellSql(cell, header[index]!.type)).join(', ')})`,
  );
  const empty = header.map((column, index) => `CAST(NULL AS ${duckType(column.type)}) AS c${index + 1}`);
  return {
    kind: 'relation',
    sql:
      rows.length === 0
        ? `(SELECT ${empty.join(', ')} WHERE false)`
        : `(SELECT * FROM (VALUES ${list.join(', ')}) AS v(${names.join(', ')}))`,
    columns: header.map((column, index) => ({ ...column, sql: names[index]! })),
  };
}

function cellSql(cell: Cell, type: SnowflakeType): string {
  const duck = duckType(type);
  if (cell === null) return `CAST(NULL AS ${duck})`;
  if (typeof cell === 'object') return `CAST(${cell.sql} AS ${duck})`;
  switch (type.name) {
    case 'TIMESTAMP_LTZ':
      return `CAST(make_timestamptz(${Number(cell)}) AS TIMESTAMPTZ)`;
    case 'TIMESTAMP_TZ':
      return `sf_zoned_here(make_timestamptz(${Number(cell)}))`;
    case 'TIMESTAMP_NTZ':
      return `make_timestamp(${Number(cell)})`;
    default:
      return `CAST(${quote(String(cell))} AS ${duck})`;
  }
}
