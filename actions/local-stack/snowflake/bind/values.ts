import type { Values } from '../../../shared/sql/ast.ts';
import type { BoundQuery } from './bound.ts';
import { cast, unifyTypes } from './cast.ts';
import { bindExpression } from './expression.ts';
import { plainError, type Scope } from './scope.ts';
import { spread } from './spread.ts';

/** VALUES (…), (…): columns COLUMN1 … of the type that all of a column's values have. Source: docs.snowflake.com, VALUES. */
export function bindValues(values: Values, scope: Scope): BoundQuery {
  const lists = values.rows.map(spread);
  const width = lists[0]!.length;
  const rows = lists.map((row) => {
    if (row.length !== width) {
      throw plainError(
        '001795',
        '42601',
        `Invalid row width in VALUES: expected ${width}, got ${row.length}`,
        row[0]?.start ?? values.start,
      );
    }
    return row.map((item) => bindExpression(item, scope));
  });
  const types = Array.from({ length: width }, (_, index) => unifyTypes(rows.map((row) => row[index]!.type)));
  const text = rows.map((row) => `(${row.map((item, index) => cast(item, types[index]!).sql).join(', ')})`);
  const names = types.map((_, index) => `c${index + 1}`).join(', ');
  return {
    sql: `SELECT * FROM (VALUES ${text.join(', ')}) AS r0(${names})`,
    columns: types.map((type, index) => ({
      name: `COLUMN${index + 1}`,
      type,
      nullable: rows.some((row) => row[index]!.constant == null),
    })),
  };
}
