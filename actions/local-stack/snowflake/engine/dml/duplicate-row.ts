import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { TableRecord } from '../objects.ts';
import { physicalName, storedColumns } from '../tables/storage.ts';
import type { Transaction } from '../transaction.ts';

/** 100090 with the row's values. Source: docs.snowflake.com, MERGE, "Nondeterministic results for UPDATE and DELETE". */
export async function throwDuplicate(
  transaction: Transaction,
  table: TableRecord,
  row: number,
): Promise<never> {
  const values = storedColumns(table).map((column) => {
    const name = physicalName(column);
    const quoted = column.type.name === 'NUMBER' || column.type.name === 'FLOAT' ? '' : '"';
    return `coalesce('${quoted}' || ${name}::VARCHAR || '${quoted}', 'NULL')`;
  });
  const [text] = await transaction.query(
    `SELECT concat_ws(', ', ${values.join(', ')}) FROM data.t${table.id} WHERE _row = ${row}`,
  );
  throw new SnowflakeError(
    '100090',
    '42P18',
    `Duplicate row detected during DML action\nRow Values: [${text?.[0] ?? ''}]`,
  );
}
