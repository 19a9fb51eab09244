import type { Column, SnowflakeType } from '../../../shared/sql/types.ts';

/** An expression with its names resolved and its type known, as DuckDB SQL that yields a value of `duckType(type)`. */
export interface Bound {
  /** Safe to embed as an operand: parenthesised where it needs to be. */
  sql: string;
  type: SnowflakeType;
  /** The value, when the expression is a literal or a session variable: functions that need a constant read it. */
  constant?: string | number | bigint | boolean | null;
  /**
   * For a VARIANT that comes from a typed column of a staged Parquet file (`$1:amount`): the column itself, so
   * that a cast takes the exact value and not its JSON text.
   */
  native?: { sql: string; type: SnowflakeType };
  /** True when the expression contains an aggregate (not windowed). */
  aggregate?: boolean;
  /** True when the expression contains a window function. */
  windowed?: boolean;
}

/** A query bound to DuckDB SQL. Its result columns are named c1 … cn, in the order of `columns`. */
export interface BoundQuery {
  sql: string;
  columns: Column[];
}

/** A column of something in FROM. `sql` is the physical column name, unquoted-safe (e.g. `c3`), or an expression over the relation's columns. */
export interface RelationColumn extends Column {
  sql: string;
  /** For `$1` of a staged Parquet file: the file's columns by exact name. */
  fields?: Map<string, { sql: string; type: SnowflakeType }>;
  /** Found by name (METADATA$…, row ids) but not part of `*`. */
  hidden?: boolean;
}

/** What a name in FROM stands for. */
export type RelationSource =
  /** `sql` is what stands in FROM before the alias: a table name or a parenthesised query. */
  | { kind: 'relation'; sql: string; columns: RelationColumn[] }
  /** A view: its query is bound in the view's own database and schema. `columns` renames its columns where given. */
  | {
      kind: 'view';
      name: string;
      query: import('../../../shared/sql/ast.ts').Query;
      columns: string[] | null;
      /** The text that `query` was parsed from: names its unnamed columns where `columns` is null. */
      source?: string;
      database: string;
      schema: string;
    };
