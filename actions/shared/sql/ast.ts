/**
 * The tree of Snowflake SQL, one type per construct, discriminated by `kind`. Nothing here knows DuckDB.
 * A construct that the parser cannot express in these types is a syntax error or "not supported here",
 * never dropped.
 */

export type * from './tree/ddl.ts';
export type * from './tree/dml.ts';
export type * from './tree/expression.ts';
export type * from './tree/property.ts';
export type * from './tree/query.ts';
export type * from './tree/script.ts';
export type * from './tree/session.ts';
export type * from './tree/statement.ts';
