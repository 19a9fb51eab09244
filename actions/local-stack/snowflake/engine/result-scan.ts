import { duckType } from '../../../shared/sql/types.ts';
import type { RelationSource } from '../bind/bound.ts';
import { quote } from './database.ts';
import type { StatementResult } from './result.ts';

/** An earlier result as something to select from: decodes the row set encoding. */
export function resultRelation(result: StatementResult): RelationSource {
  const names = result.columns.map((_, index) => `v${index + 1}`);
  const decoded = result.columns.map(
    (column, index) => `${decode(names[index]!, column.type.name, duckType(column.type))} AS c${index + 1}`,
  );
  const rows = result.rows.map(
    (row) => `(${row.map((value) => (value === null ? 'NULL' : quote(value))).join(', ')})`,
  );
  const nulls = names.map((name) => `CAST(NULL AS VARCHAR) AS ${name}`).join(', ');
  const source =
    rows.length === 0
      ? `(SELECT ${nulls} WHERE false) AS v`
      : `(VALUES ${rows.join(', ')}) AS v(${names.join(', ')})`;
  return {
    kind: 'relation',
    sql: `(SELECT ${decoded.join(', ')} FROM ${source})`,
    columns: result.columns.map((column, index) => ({ ...column, sql: `c${index + 1}` })),
  };
}

function decode(sql: string, type: string, duck: string): string {
  switch (type) {
    case 'BOOLEAN':
      return `(${sql} = '1')`;
    case 'DATE':
      return `(DATE '1970-01-01' + CAST(${sql} AS INTEGER))`;
    case 'TIME':
      return `CAST(make_timestamp(${micros(sql)}) AS TIME)`;
    case 'TIMESTAMP_NTZ':
      return `make_timestamp(${micros(sql)})`;
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return `make_timestamptz(${micros(sql)})`;
    case 'BINARY':
      return `unhex(${sql})`;
    default:
      return `CAST(${sql} AS ${duck})`;
  }
}

/** `seconds.fraction[ offset]` as microseconds. */
function micros(sql: string): string {
  return `CAST(CAST(split_part(${sql}, ' ', 1) AS DECIMAL(28,9)) * 1000000 AS BIGINT)`;
}
