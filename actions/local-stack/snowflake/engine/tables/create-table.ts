import type { CreateTable } from '../../../../shared/sql/ast.ts';
import {
  alreadyExists,
  notSupportedHere,
  SnowflakeError,
  unsupportedFeature,
} from '../../../../shared/sql/snowflake-error.ts';
import { MAX_VARCHAR } from '../../../../shared/sql/types.ts';
import type { BoundQuery } from '../../bind/bound.ts';
import type { BindContext } from '../../bind/context.ts';
import { bindQuery } from '../../bind/query.ts';
import { plainError } from '../../bind/scope.ts';
import { bindAndLock } from '../dml/dml.ts';
import { insertRows } from '../dml/insert-rows.ts';
import { type FullName, findObject, formatName, requireSchema, resolveName } from '../names.ts';
import { copyGrants } from '../objects/grant.ts';
import { property } from '../objects/properties.ts';
import { withTagProperty } from '../objects/tag.ts';
import type { CatalogRecord, TableColumn, TableRecord } from '../objects.ts';
import { governedColumns } from '../policies/alter-governance.ts';
import { rowAccessFromProperty } from '../policies/attach.ts';
import { type StatementResult, statusResult } from '../result.ts';
import { requireNamedColumns } from '../result-columns.ts';
import type { Run, Session } from '../session.ts';
import type { Transaction } from '../transaction.ts';
import { alterToMatch } from './alter-to-match.ts';
import { cloneTable } from './clone-table.ts';
import {
  buildColumn,
  buildConstraint,
  requireUniqueNames,
  textOf,
  withComputedTypes,
} from './column-definition.ts';
import { createStorage, storedColumns } from './storage.ts';
import { tableSettings } from './table-settings.ts';
import { templateColumns } from './table-template.ts';

/** CREATE TABLE: by columns, AS query, LIKE, CLONE. Source: docs.snowflake.com, CREATE TABLE. */
export async function createTable(
  statement: CreateTable,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  if (
    statement.orAlter &&
    (statement.query ?? statement.like ?? statement.clone ?? statement.template) !== null
  ) {
    throw notSupportedHere('CREATE OR ALTER TABLE with a query, LIKE, CLONE or template', statement.start);
  }
  const name = resolveName(statement.name, session, run);
  requireSchema(session, name);
  const existing = occupant(name, statement, session);
  if (existing !== undefined && statement.ifNotExists) {
    return statusResult(`${name.name} already exists, statement succeeded.`);
  }
  if (existing !== undefined && existing.kind !== 'TABLE') {
    if (statement.orReplace || statement.orAlter) throw otherType(existing.kind, 'TABLE');
    throw alreadyExists(formatName(name), statement.name.start);
  }
  if (existing !== undefined && statement.orAlter) {
    const wanted = describedTable(statement, name, session, run);
    await session.define((transaction) => alterToMatch(existing.id, wanted, session, run, transaction));
    return statusResult(`Table ${name.name} successfully altered.`);
  }
  if (existing !== undefined && !statement.orReplace) {
    throw alreadyExists(formatName(name), statement.name.start);
  }
  await session.define(async (transaction) => {
    const record = await fill(statement, name, session, run, transaction);
    if (existing !== undefined) await transaction.save({ ...existing, droppedAt: session.engine.now() });
    await transaction.save(record);
    const granted = grantSource(statement, existing, session, run);
    if (granted !== undefined) await copyGrants(granted, record, session, transaction);
  });
  return statusResult(`Table ${name.name} successfully created.`);
}

/** COPY GRANTS: from the replaced table, else from the one that is cloned or likened. Source: docs.snowflake.com, CREATE TABLE. */
function grantSource(
  { copyGrants: copies, clone, like }: CreateTable,
  existing: CatalogRecord | undefined,
  session: Session,
  run: Run,
): CatalogRecord | undefined {
  if (!copies) return undefined;
  const source = clone?.source ?? like;
  return existing ?? (source === null ? undefined : findObject(['TABLE'], source, session, run));
}

/** What already has the name: a temporary table stands beside a permanent object, and hides it. */
function occupant(name: FullName, statement: CreateTable, session: Session): CatalogRecord | undefined {
  const { catalog } = session.engine;
  const found = catalog.find(['TABLE', 'VIEW', 'STREAM'], name.database, name.schema, name.name, session.id);
  const isOwn = found?.kind === 'TABLE' && found.sessionId !== null;
  if (statement.lifetime === 'TEMPORARY') return isOwn ? found : undefined;
  return isOwn ? catalog.occupant('TABLE', name.database, name.schema, name.name) : found;
}

/** 002203 */
export function otherType(found: string, wanted: string): SnowflakeError {
  return new SnowflakeError(
    '002203',
    '42601',
    `SQL compilation error:\nObject found is of type '${found}', not specified type '${wanted}'.`,
  );
}

/** Makes the storage and what is in it; returns the record to save. */
async function fill(
  statement: CreateTable,
  name: FullName,
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<TableRecord> {
  if (statement.query !== null) return createAs(statement, name, session, run, transaction);
  if (statement.clone !== null) {
    const source = findObject(['TABLE'], statement.clone.source, session, run);
    const settings = emptyTable(statement, name, session, run);
    requireOwnRows(source, 'CLONE', statement);
    requireCloneLifetime(source, statement);
    const { dynamic: _, ...stored } = source;
    const record: TableRecord = {
      ...stored,
      ...identity(settings),
      lifetime: settings.lifetime,
      sessionId: settings.sessionId,
      comment: statement.comment ?? source.comment,
    };
    await cloneTable(source, record, statement.clone.timeTravel, session, run, transaction);
    return record;
  }
  if (statement.template !== null) {
    const columns = await templateColumns(statement, session, run, transaction);
    const record = {
      ...emptyTable(statement, name, session, run),
      columns,
      nextColumnId: columns.length + 1,
    };
    for (const sql of createStorage(record)) await transaction.run(sql);
    return withGovernance(statement, record, session, run);
  }
  const record =
    statement.like === null
      ? describedTable(statement, name, session, run)
      : likeTable(statement, name, session, run);
  for (const sql of createStorage(record)) await transaction.run(sql);
  return record;
}

/** 002134: what is kept for less long than a permanent table cannot become one. Source: docs.snowflake.com, CREATE … CLONE. */
function requireCloneLifetime(source: TableRecord, statement: CreateTable): void {
  if (source.lifetime === 'PERMANENT' || statement.lifetime !== 'PERMANENT') return;
  const what = source.lifetime === 'TEMPORARY' ? 'Temp' : 'Transient';
  throw plainError(
    '002134',
    '0A000',
    `${what} object cannot be cloned to a permanent object.`,
    statement.start,
  );
}

/** Source: docs.snowflake.com, CREATE … CLONE: external tables are not cloned. */
function requireOwnRows(source: TableRecord, clause: string, statement: CreateTable): void {
  if (source.external !== undefined)
    throw unsupportedFeature(`CREATE TABLE ${clause} of External Table ${source.name}`, statement.start);
}

/** What a copy has of its own. */
function identity(
  record: TableRecord,
): Pick<TableRecord, 'id' | 'name' | 'database' | 'schema' | 'createdAt' | 'owner' | 'changeTracking'> {
  const { id, name, database, schema, createdAt, owner, changeTracking } = record;
  return { id, name, database, schema, createdAt, owner, changeTracking };
}

function likeTable(statement: CreateTable, name: FullName, session: Session, run: Run): TableRecord {
  const source = findObject(['TABLE'], statement.like!, session, run);
  requireOwnRows(source, 'LIKE', statement);
  const own = emptyTable(statement, name, session, run);
  return {
    ...own,
    columns: source.columns,
    nextColumnId: source.nextColumnId,
    constraints: source.constraints,
    clusterBy: source.clusterBy,
    comment: statement.comment ?? source.comment,
  };
}

/** The table that the column list describes. */
function describedTable(statement: CreateTable, name: FullName, session: Session, run: Run): TableRecord {
  const built = statement.columns.map((column, index) => buildColumn(column, index + 1, session, run));
  requireUniqueNames(built);
  return withGovernance(
    statement,
    withConstraints(
      statement,
      {
        ...emptyTable(statement, name, session, run),
        columns: withComputedTypes(built, statement.columns, session, run),
      },
      session,
      run,
    ),
    session,
    run,
  );
}

/** The tags and policies that the statement sets on columns and table. */
function withGovernance(
  statement: CreateTable,
  record: TableRecord,
  session: Session,
  run: Run,
): TableRecord {
  const columns = governedColumns(record.columns, statement.columns, session, run);
  const rows = property(statement.properties, 'ROW ACCESS POLICY');
  const policy = rowAccessFromProperty(rows, columns, session);
  const tagged = withTagProperty(record, property(statement.properties, 'TAG'), session);
  return { ...tagged, columns, ...(policy === undefined ? {} : { rowAccessPolicy: policy }) };
}

function withConstraints(
  statement: CreateTable,
  record: TableRecord,
  session: Session,
  run: Run,
): TableRecord {
  const written = [...statement.columns.flatMap((column) => column.constraints), ...statement.constraints];
  const constraints = written.map((constraint) => buildConstraint(constraint, record.columns, session, run));
  const keys = constraints.flatMap((constraint) =>
    constraint.type === 'PRIMARY KEY' ? constraint.columns : [],
  );
  return {
    ...record,
    constraints,
    columns: record.columns.map((column) =>
      keys.includes(column.name) ? { ...column, nullable: false } : column,
    ),
    nextColumnId: record.columns.length + 1,
  };
}

function emptyTable(statement: CreateTable, name: FullName, session: Session, run: Run): TableRecord {
  return {
    kind: 'TABLE',
    id: session.engine.catalog.nextId(),
    ...name,
    createdAt: run.startedAt,
    droppedAt: null,
    owner: session.role,
    comment: statement.comment ?? '',
    lifetime: statement.lifetime,
    sessionId: statement.lifetime === 'TEMPORARY' ? session.id : null,
    columns: [],
    nextColumnId: 1,
    constraints: [],
    clusterBy:
      statement.clusterBy.length === 0
        ? null
        : statement.clusterBy.map((expression) => textOf(expression, run)).join(', '),
    ...tableSettings(statement.properties, statement.lifetime),
  };
}

/** CREATE TABLE … AS query: DML too, so the streams that it reads move on. */
async function createAs(
  statement: CreateTable,
  name: FullName,
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<TableRecord> {
  const empty = emptyTable(statement, name, session, run);
  const { source, context } = await bindAndLock(statement, transaction, session, run, (context) => ({
    writes: [],
    source: bindQuery(statement.query!, context, { source: run.text }),
    context,
  }));
  const record = withConstraints(
    statement,
    { ...empty, columns: queryColumns(statement, source, session, run) },
    session,
    run,
  );
  for (const sql of createStorage(record)) await transaction.run(sql);
  await insertInto(record, source, context, transaction);
  return withGovernance(statement, record, session, run);
}

async function insertInto(
  record: TableRecord,
  source: BoundQuery,
  context: BindContext,
  transaction: Transaction,
): Promise<void> {
  await insertRows(transaction, record, source, storedColumns(record), context);
}

function queryColumns(statement: CreateTable, source: BoundQuery, session: Session, run: Run): TableColumn[] {
  if (statement.columns.length === 0) {
    requireNamedColumns(statement.query!);
    requireUniqueNames(source.columns);
    return source.columns.map((column, index) => ({
      id: index + 1,
      name: column.name,
      type: column.type.name === 'NULL' ? { name: 'VARCHAR', length: MAX_VARCHAR } : column.type,
      nullable: true,
      default: null,
      identity: null,
      computed: null,
      comment: '',
    }));
  }
  if (statement.columns.length !== source.columns.length) {
    throw plainError(
      '002026',
      '42601',
      `Invalid column definition list: ${statement.columns.length} columns for a query of ${source.columns.length}`,
      statement.start,
    );
  }
  const built = statement.columns.map((column, index) =>
    buildColumn(column, index + 1, session, run, source.columns[index]!.type),
  );
  requireUniqueNames(built);
  return built;
}
