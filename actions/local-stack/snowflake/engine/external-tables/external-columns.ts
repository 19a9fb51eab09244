import { MAX_VARCHAR, type SnowflakeType } from '../../../../shared/sql/types.ts';
import type { RelationColumn } from '../../bind/bound.ts';
import type { TableColumn } from '../objects.ts';

/** The row of a file as an OBJECT of its fields, c1 … for CSV. Source: docs.snowflake.com, CREATE EXTERNAL TABLE. */
export const VALUE_COLUMN: TableColumn = stored(1, 'VALUE', { name: 'VARIANT' });

/** Where a row comes from: stored with it, named in expressions and queries, in no list of the table's columns. */
export const FILE_COLUMNS: readonly TableColumn[] = [
  stored(2, 'METADATA$FILENAME', { name: 'VARCHAR', length: MAX_VARCHAR }),
  stored(3, 'METADATA$FILE_ROW_NUMBER', { name: 'NUMBER', precision: 38, scale: 0 }),
];

/** Of the columns that a statement defines. */
export const FIRST_COLUMN_ID = 4;

/** The file columns in FROM: there for those who name them. */
export function hiddenFileColumns(): RelationColumn[] {
  return FILE_COLUMNS.map((column) => ({ ...column, sql: `c${column.id}`, hidden: true }));
}

function stored(id: number, name: string, type: SnowflakeType): TableColumn {
  return {
    id,
    name,
    type,
    nullable: true,
    default: null,
    identity: null,
    computed: null,
    comment: '',
  };
}
