import type { TableReference } from '../../../../shared/sql/ast.ts';
import { parseExpressionText } from '../../../../shared/sql/parse.ts';
import { notSupportedHere, SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { duckType } from '../../../../shared/sql/types.ts';
import type { RelationColumn, RelationSource } from '../../bind/bound.ts';
import { cast } from '../../bind/cast.ts';
import { bindExpression } from '../../bind/expression.ts';
import { addRelation, createScope } from '../../bind/scope.ts';
import { type BindPreparation, createBindContext } from '../bind-context.ts';
import { FILE_COLUMNS, hiddenFileColumns } from '../external-tables/external-columns.ts';
import { isExternal, stageOf } from '../external-tables/external-record.ts';
import { formatName } from '../names.ts';
import type { TableColumn, TableRecord } from '../objects.ts';
import { governed } from '../policies/governed.ts';
import type { Run, Session } from '../session.ts';
import { changesRelation } from './changes.ts';
import { checkedVersion, currentVersion, pointVersion } from './time-travel.ts';

/** What a relation of the engine is when it is no view. */
export type Relation = Extract<RelationSource, { kind: 'relation' }>;

/**
 * A table in FROM: its current rows, or those at a point in the past (AT, BEFORE), or its changes (CHANGES).
 */
export function tableRelation(
  record: TableRecord,
  reference: TableReference,
  session: Session,
  run: Run,
  preparation: BindPreparation,
): Relation {
  const { timeTravel, changes } = reference;
  if (record.dynamic?.dataTimestamp === null) throw notInitialized(record);
  if (isExternal(record)) {
    stageOf(record, session.engine);
    if ((changes ?? timeTravel) !== null)
      throw notSupportedHere('Time Travel of an external table', reference.start);
  }
  if (changes !== null) {
    if (timeTravel === null) throw notSupportedHere('CHANGES without AT or BEFORE', reference.start);
    if (!record.changeTracking) throw changeTrackingMissing(record);
    const from = checkedVersion(pointVersion(timeTravel, record, session, run, preparation), record, session);
    const upTo =
      changes.end === null
        ? String(currentVersion(record, session, preparation))
        : pointVersion(changes.end, record, session, run, preparation);
    const mode = changes.information === 'DEFAULT' ? 'DEFAULT' : 'APPEND_ONLY';
    const shown = changesRelation(record, mode, from, upTo);
    return governed(record, shown, session, createBindContext(session, run, preparation));
  }
  if (timeTravel === null) return targetRelation(record, session, run);
  const version = checkedVersion(
    pointVersion(timeTravel, record, session, run, preparation),
    record,
    session,
  );
  const then: Relation = {
    kind: 'relation',
    sql: `(${rowsAt(record, version)})`,
    columns: tableColumns(record, session, run),
  };
  return governed(record, then, session, createBindContext(session, run, preparation));
}

/** Source: docs.snowflake.com, CREATE DYNAMIC TABLE, INITIALIZE. */
function notInitialized(table: TableRecord): SnowflakeError {
  return new SnowflakeError(
    '002721',
    '55000',
    `SQL compilation error:\nDynamic Table '${formatName(table)}' is not initialized. Please run a manual refresh or wait for a scheduled refresh before querying.`,
  );
}

/** A table as the target of UPDATE, DELETE or MERGE: `alias._row` and `alias._born` are there too. */
export function targetRelation(table: TableRecord, session: Session, run: Run): Relation {
  const columns = tableColumns(table, session, run);
  const whole: Relation = { kind: 'relation', sql: `data.t${table.id}`, columns };
  return governed(table, whole, session, createBindContext(session, run));
}

/** SQL of the rows as they were at a version (an SQL expression), with the columns of the storage. */
export function rowsAt(table: TableRecord, version: string): string {
  const columns = storageColumns(table).join(', ');
  return `SELECT ${columns} FROM data.t${table.id} WHERE _since <= ${version} UNION ALL SELECT ${columns} FROM data.h${table.id} WHERE _since <= ${version} AND _until > ${version}`;
}

/** Columns that lie in the storage: all but those that are computed when read. */
export function storedColumns(table: TableRecord): TableColumn[] {
  const own = table.columns.filter((column) => column.computed === null);
  return table.external === undefined ? own : [...own, ...FILE_COLUMNS];
}

/** Names of a table's physical columns: values, then `_row`, `_born`, `_since`. */
export function storageColumns(table: TableRecord): string[] {
  return [...storedColumns(table).map(physicalName), '_row', '_born', '_since'];
}

export function physicalName(column: TableColumn): string {
  return `c${column.id}`;
}

/** DuckDB SQL that creates a table's storage. */
export function createStorage(table: TableRecord): string[] {
  const values = storedColumns(table).map((column) => `${physicalName(column)} ${duckType(column.type)}`);
  const versions = ['_row BIGINT', '_born BIGINT', '_since BIGINT'];
  return [
    `CREATE TABLE data.t${table.id} (${[...values, ...versions].join(', ')})`,
    `CREATE TABLE data.h${table.id} (${[...values, ...versions, '_until BIGINT'].join(', ')})`,
    ...table.columns.flatMap((column) => (column.identity === null ? [] : [createIdentity(table, column)])),
  ];
}

/** DuckDB SQL that removes a table's storage for good. */
export function removeStorage(table: TableRecord): string[] {
  return [
    `DROP TABLE data.t${table.id}`,
    `DROP TABLE data.h${table.id}`,
    `DELETE FROM catalog.loads WHERE table_id = ${table.id}`,
    ...table.columns.flatMap((column) =>
      column.identity === null ? [] : [`DROP SEQUENCE ${identityName(table, column)}`],
    ),
  ];
}

/** The DuckDB sequence behind an AUTOINCREMENT column. */
export function identityName(table: TableRecord, column: TableColumn): string {
  return `data.i${table.id}_${column.id}`;
}

export function createIdentity(table: TableRecord, column: TableColumn): string {
  const { start, increment } = column.identity!;
  return createSequenceSql(identityName(table, column), start, increment);
}

export function createSequenceSql(name: string, start: number, increment: number): string {
  return `CREATE SEQUENCE ${name} START WITH ${start} INCREMENT BY ${increment} MINVALUE -9223372036854775808 MAXVALUE 9223372036854775807`;
}

/** A table's columns as FROM shows them, computed ones as expressions. */
export function tableColumns(table: TableRecord, session: Session, run: Run): RelationColumn[] {
  const columns = table.columns.map((column) => ({
    name: column.name,
    type: column.type,
    nullable: column.nullable,
    sql:
      column.computed === null
        ? physicalName(column)
        : computedSql(table, column, column.computed, session, run),
  }));
  return table.external === undefined ? columns : [...columns, ...hiddenFileColumns()];
}

/** `AS (expression)` over the table's own stored columns, without a relation's name before them. */
function computedSql(
  table: TableRecord,
  column: TableColumn,
  expression: string,
  session: Session,
  run: Run,
): string {
  const context = createBindContext(session, run).within(table.database!, table.schema!);
  const scope = createScope(context, { source: expression });
  const relation = addRelation(scope, table.name, {
    kind: 'relation',
    sql: `data.t${table.id}`,
    columns: storedColumns(table).map((column) => ({ ...column, sql: physicalName(column) })),
  });
  const bound = cast(bindExpression(parseExpressionText(expression), scope), column.type);
  return `(${bound.sql.replaceAll(new RegExp(`\\b${relation.alias}\\.(?=c\\d)`, 'g'), '')})`;
}

/** 091930. Source: docs.snowflake.com, error codes of dynamic tables, which read the same changes. */
export function changeTrackingMissing(table: TableRecord): SnowflakeError {
  return new SnowflakeError(
    '091930',
    '55000',
    `Change tracking is not enabled or has been missing for the time range requested on table '${formatName(table)}'.`,
  );
}
