import type { Identifier } from '../../../../shared/sql/ast.ts';
import { invalidIdentifier, SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { duckType, formatType, type SnowflakeType } from '../../../../shared/sql/types.ts';
import type { Bound } from '../../bind/bound.ts';
import { plainError } from '../../bind/scope.ts';
import { createBindContext } from '../bind-context.ts';
import { quote } from '../database.ts';
import { defaultValue } from '../dml/insert-rows.ts';
import type { TableColumn, TableRecord } from '../objects.ts';
import type { Run, Session } from '../session.ts';
import type { Transaction } from '../transaction.ts';
import { createIdentity, identityName, physicalName } from './storage.ts';

/** Adds a column to storage and record; the rows that are there get its default. */
export async function addColumn(
  table: TableRecord,
  column: TableColumn,
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<TableRecord> {
  if (table.columns.some((existing) => existing.name === column.name)) {
    throw new SnowflakeError(
      '001430',
      '42601',
      `SQL compilation error:\ncolumn '${column.name}' already exists`,
    );
  }
  const added: TableColumn = { ...column, id: table.nextColumnId };
  const altered: TableRecord = {
    ...table,
    columns: [...table.columns, added],
    nextColumnId: table.nextColumnId + 1,
  };
  if (added.computed !== null) return altered;
  const name = physicalName(added);
  const isEmpty = await hasNoRows(table, transaction);
  if (added.identity !== null) {
    if (!isEmpty) {
      throw plainError(
        '002269',
        '42601',
        `Cannot add column '${column.name}' with AUTOINCREMENT to the non-empty table '${table.name}'.`,
      );
    }
    await transaction.run(createIdentity(table, added));
  } else if (!added.nullable && added.default === null && !isEmpty) {
    throw plainError(
      '002268',
      '42601',
      `Non-nullable column '${column.name}' cannot be added to non-empty table '${table.name}' unless it has a non-null default value.`,
    );
  }
  const given: Bound | null =
    added.default === null
      ? null
      : defaultValue(table, added, createBindContext(session, run, { transaction }));
  for (const storage of storages(table)) {
    // DuckDB fills a new column from its default, and does not commit an UPDATE of a table altered before it.
    const filled = given === null ? '' : ` DEFAULT ${await constantDefault(given.sql, transaction)}`;
    await transaction.run(`ALTER TABLE ${storage} ADD COLUMN ${name} ${duckType(added.type)}${filled}`);
    if (given !== null) await transaction.run(`ALTER TABLE ${storage} ALTER COLUMN ${name} DROP DEFAULT`);
  }
  return altered;
}

/** A default that is computed keeps DuckDB from committing a second new column; its value, as text, does not. */
async function constantDefault(sql: string, transaction: Transaction): Promise<string> {
  if (/\b(?:nextval|uuid|gen_random_uuid|random)\(/i.test(sql)) return `(${sql})`;
  const [row] = await transaction.query(`SELECT CAST((${sql}) AS VARCHAR)`);
  return row?.[0] == null ? 'NULL' : quote(String(row[0]));
}

export async function dropColumn(
  table: TableRecord,
  column: TableColumn,
  transaction: Transaction,
): Promise<TableRecord> {
  const user = table.columns.find(
    (other) => other.computed !== null && new RegExp(`\\b${column.name}\\b`, 'i').test(other.computed),
  );
  if (user !== undefined && user.id !== column.id) {
    throw plainError(
      '002270',
      '42601',
      `Column '${column.name}' cannot be dropped: virtual column '${user.name}' is computed from it.`,
    );
  }
  if (column.computed === null) {
    if (column.identity !== null) await transaction.run(`DROP SEQUENCE ${identityName(table, column)}`);
    for (const storage of storages(table))
      await transaction.run(`ALTER TABLE ${storage} DROP COLUMN ${physicalName(column)}`);
  }
  return {
    ...table,
    columns: table.columns.filter((other) => other.id !== column.id),
    constraints: table.constraints.filter((constraint) => !constraint.columns.includes(column.name)),
  };
}

/**
 * Changes a column's type where Snowflake does: longer text and binary, NUMBER of another precision that holds all
 * values. @throws SnowflakeError 002108 otherwise. Source: docs.snowflake.com, ALTER TABLE … ALTER COLUMN.
 */
export async function changeType(
  table: TableRecord,
  column: TableColumn,
  type: SnowflakeType,
  transaction: Transaction,
): Promise<TableRecord> {
  const from = column.type;
  if (formatType(from) === formatType(type)) return table;
  const refuse = (why = ''): SnowflakeError =>
    plainError(
      '002108',
      '22000',
      `cannot change column ${column.name} from type ${formatType(from)} to ${formatType(type)}${why}`,
    );
  if ('length' in from && 'length' in type && from.name === type.name) {
    if (type.length < from.length)
      throw refuse(` because reducing the byte-length of a ${from.name.toLowerCase()} is not supported.`);
  } else if (from.name === 'NUMBER' && type.name === 'NUMBER' && from.scale === type.scale) {
    if (type.precision < from.precision) await requireFits(table, column, type, transaction, refuse);
    for (const storage of storages(table)) {
      await transaction.run(
        `ALTER TABLE ${storage} ALTER COLUMN ${physicalName(column)} TYPE ${duckType(type)}`,
      );
    }
  } else throw refuse();
  return withColumn(table, { ...column, type });
}

/** The history is cut to what fits too: "decreasing the precision can impact Time Travel". */
async function requireFits(
  table: TableRecord,
  column: TableColumn,
  type: SnowflakeType,
  transaction: Transaction,
  refuse: (why: string) => SnowflakeError,
): Promise<void> {
  const name = physicalName(column);
  const [row] = await transaction.query(
    `SELECT count(*) FROM data.t${table.id} WHERE ${name} IS NOT NULL AND TRY_CAST(${name} AS ${duckType(type)}) IS NULL`,
  );
  if (Number(row![0]) > 0) throw refuse(' because a value in the column does not fit.');
  await transaction.run(
    `DELETE FROM data.h${table.id} WHERE ${name} IS NOT NULL AND TRY_CAST(${name} AS ${duckType(type)}) IS NULL`,
  );
}

export async function setNotNull(
  table: TableRecord,
  column: TableColumn,
  transaction: Transaction,
): Promise<TableRecord> {
  const [row] = await transaction.query(
    `SELECT count(*) FROM data.t${table.id} WHERE ${physicalName(column)} IS NULL`,
  );
  if (Number(row![0]) > 0) {
    throw plainError(
      '002209',
      '22000',
      `Column '${column.name}' contains null values. Not null constraint cannot be added.`,
    );
  }
  return withColumn(table, { ...column, nullable: false });
}

export function withColumn(table: TableRecord, changed: TableColumn): TableRecord {
  return {
    ...table,
    columns: table.columns.map((column) => (column.id === changed.id ? changed : column)),
  };
}

export function requireColumn(table: TableRecord, identifier: Identifier): TableColumn {
  const column = table.columns.find((candidate) => candidate.name === identifier.name);
  if (column === undefined) throw invalidIdentifier(identifier.name, identifier.start);
  return column;
}

function storages(table: TableRecord): string[] {
  return [`data.t${table.id}`, `data.h${table.id}`];
}

async function hasNoRows(table: TableRecord, transaction: Transaction): Promise<boolean> {
  const rows = await transaction.query(`SELECT 1 FROM data.t${table.id} LIMIT 1`);
  return rows.length === 0;
}
