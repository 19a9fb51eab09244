import type { CreateView } from '../../../../shared/sql/ast.ts';
import { alreadyExists, compilationError, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { MAX_VARCHAR } from '../../../../shared/sql/types.ts';
import { plainError } from '../../bind/scope.ts';
import { typeFromName } from '../../bind/type-rules.ts';
import { type FullName, formatName, requireSchema, resolveName } from '../names.ts';
import { copyGrants } from '../objects/grant.ts';
import { typeName } from '../objects/object-kind.ts';
import { plainValue, property, requireKnown, stringProperty } from '../objects/properties.ts';
import { withTagProperty } from '../objects/tag.ts';
import type { DynamicTable, TableColumn, TableRecord } from '../objects.ts';
import { governedColumns } from '../policies/alter-governance.ts';
import { rowAccessFromProperty } from '../policies/attach.ts';
import { type StatementResult, statusResult } from '../result.ts';
import { requireNamedColumns } from '../result-columns.ts';
import type { Run, Session } from '../session.ts';
import { requireUniqueNames, textOf } from '../tables/column-definition.ts';
import { otherType } from '../tables/create-table.ts';
import { createStorage } from '../tables/storage.ts';
import { tableSettings } from '../tables/table-settings.ts';
import { bindDefinition, refreshDynamicTable } from './refresh.ts';
import { type DynamicRecord, sourceTables } from './sources.ts';
import { targetLag } from './target-lag.ts';

const OWN = ['TARGET_LAG', 'WAREHOUSE', 'REFRESH_MODE', 'INITIALIZE', 'CLUSTER BY', 'TRANSIENT'];
const SETTINGS = ['DATA_RETENTION_TIME_IN_DAYS', 'MAX_DATA_EXTENSION_TIME_IN_DAYS'];

/**
 * CREATE DYNAMIC TABLE: a table whose rows are those of its query as of the last refresh; the first is now unless
 * INITIALIZE = ON_SCHEDULE. Source: docs.snowflake.com, CREATE DYNAMIC TABLE.
 */
export async function createDynamicTable(
  statement: CreateView,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const name = resolveName(statement.name, session, run);
  requireSchema(session, name);
  requireKnown(statement.properties, [...OWN, ...SETTINGS, 'TAG', 'ROW ACCESS POLICY'], 'DYNAMIC TABLE');
  const { catalog } = session.engine;
  const existing = catalog.occupant('TABLE', name.database, name.schema, name.name);
  if (existing !== undefined && statement.ifNotExists)
    return statusResult(`${name.name} already exists, statement succeeded.`);
  if (existing !== undefined && !statement.orReplace && !statement.orAlter)
    throw alreadyExists(formatName(name), statement.name.start);
  if (existing !== undefined && typeName(existing) !== 'DYNAMIC TABLE')
    throw otherType(typeName(existing), 'DYNAMIC TABLE');
  const record = describedTable(statement, name, session, run);
  if (existing !== undefined && statement.orAlter)
    return alterToMatch(existing as DynamicRecord, record, statement, session);
  await session.define(async (transaction) => {
    if (existing !== undefined) await transaction.save({ ...existing, droppedAt: session.engine.now() });
    for (const sql of createStorage(record)) await transaction.run(sql);
    if (record.dynamic.initialize === 'ON_CREATE')
      await refreshDynamicTable(record, 'CREATION', session, run, transaction);
    else await transaction.save(record);
    if (statement.copyGrants && existing !== undefined)
      await copyGrants(existing, record, session, transaction);
  });
  return statusResult(`Dynamic table ${name.name} successfully created.`);
}

function describedTable(statement: CreateView, name: FullName, session: Session, run: Run): DynamicRecord {
  const { properties } = statement;
  const lifetime = property(properties, 'TRANSIENT') === undefined ? 'PERMANENT' : 'TRANSIENT';
  const settings = properties.filter((one) => SETTINGS.includes(one.name));
  const dynamic = dynamicSettings(statement, name, session, run);
  const columns = dynamicColumns(statement, { ...name, dynamic }, session, run);
  const policy = rowAccessFromProperty(property(properties, 'ROW ACCESS POLICY'), columns, session);
  const cluster = property(properties, 'CLUSTER BY');
  const record: TableRecord & { dynamic: DynamicTable } = {
    kind: 'TABLE',
    id: session.engine.catalog.nextId(),
    ...name,
    createdAt: run.startedAt,
    droppedAt: null,
    owner: session.role,
    comment: statement.comment ?? '',
    lifetime,
    sessionId: null,
    columns: governedColumns(columns, statement.columns, session, run),
    nextColumnId: columns.length + 1,
    constraints: [],
    clusterBy: cluster === undefined ? null : String(plainValue(cluster.value)),
    ...tableSettings(settings, lifetime),
    ...(policy === undefined ? {} : { rowAccessPolicy: policy }),
    dynamic,
  };
  return withTagProperty(record, property(properties, 'TAG'), session);
}

function dynamicSettings(statement: CreateView, name: FullName, session: Session, run: Run): DynamicTable {
  const { properties, queryText } = statement;
  const missing = (option: string): Error =>
    compilationError('002029', '42601', `Missing option(s): [${option}]`, statement.start);
  const lag = targetLag(properties, name.name);
  if (lag === undefined) throw missing('TARGET_LAG');
  const warehouse = stringProperty(properties, 'WAREHOUSE');
  if (warehouse === undefined) throw missing('WAREHOUSE');
  requireWarehouse(warehouse, name.name, session);
  // 002728: docs.snowflake.com, CREATE DYNAMIC TABLE, usage notes.
  if (sourceTables(queryText, name, session.engine.catalog).length === 0)
    throw plainError('002728', '23001', 'Dynamic Tables must have at least one base table.', statement.start);
  return {
    queryText,
    text: textOf(statement, run),
    targetLag: lag,
    warehouse,
    refreshMode: oneOf(statement, 'REFRESH_MODE', ['AUTO', 'FULL', 'INCREMENTAL']),
    initialize: oneOf(statement, 'INITIALIZE', ['ON_CREATE', 'ON_SCHEDULE']),
    state: 'ACTIVE',
    suspendedAt: null,
    dataTimestamp: null,
    transient: property(properties, 'TRANSIENT') !== undefined,
  };
}

/** 002736 */
export function requireWarehouse(warehouse: string, table: string, session: Session): void {
  if (session.engine.catalog.find(['WAREHOUSE'], null, null, warehouse) !== undefined) return;
  throw plainError('002736', '22023', `WAREHOUSE value of Dynamic Table '${table}' unsupported.`);
}

/** A property that is one of some words; the first by default. */
function oneOf<Word extends string>(
  { properties }: CreateView,
  name: string,
  words: readonly [Word, ...Word[]],
): Word {
  const given = stringProperty(properties, name)?.toUpperCase();
  if (given === undefined) return words[0];
  const word = words.find((one) => one === given);
  if (word !== undefined) return word;
  const { start } = property(properties, name)!.value;
  throw compilationError('001008', '22023', `invalid value [${given}] for property '${name}'`, start);
}

function dynamicColumns(
  statement: CreateView,
  table: FullName & { dynamic: DynamicTable },
  session: Session,
  run: Run,
): TableColumn[] {
  const bound = bindDefinition(table, session, run);
  if (statement.columns.length === 0) requireNamedColumns(statement.query);
  else if (statement.columns.length !== bound.columns.length)
    throw plainError(
      '002026',
      '42601',
      `Invalid column definition list: ${statement.columns.length} columns for a query of ${bound.columns.length}`,
      statement.start,
    );
  const columns = bound.columns.map((column, index): TableColumn => {
    const given = statement.columns[index];
    const type = given?.type == null ? column.type : typeFromName(given.type);
    return {
      id: index + 1,
      name: given?.name.name ?? column.name,
      type: type.name === 'NULL' ? { name: 'VARCHAR', length: MAX_VARCHAR } : type,
      nullable: true,
      default: null,
      identity: null,
      computed: null,
      comment: given?.comment ?? '',
    };
  });
  requireUniqueNames(columns);
  return columns;
}

/** CREATE OR ALTER DYNAMIC TABLE: settings change in place; another query would need a reinitialization. */
async function alterToMatch(
  existing: DynamicRecord,
  wanted: DynamicRecord,
  statement: CreateView,
  session: Session,
): Promise<StatementResult> {
  const changed =
    existing.dynamic.queryText !== wanted.dynamic.queryText ||
    existing.dynamic.refreshMode !== wanted.dynamic.refreshMode ||
    existing.lifetime !== wanted.lifetime;
  if (changed) throw notSupportedHere('CREATE OR ALTER DYNAMIC TABLE with another query', statement.start);
  const { targetLag: lag, warehouse, text } = wanted.dynamic;
  const { comment, clusterBy, retentionDays, properties } = wanted;
  const dynamic = { ...existing.dynamic, targetLag: lag, warehouse, text };
  await session.define((transaction) =>
    transaction.save({ ...existing, comment, clusterBy, retentionDays, properties, dynamic }),
  );
  return statusResult(`Dynamic table ${existing.name} successfully altered.`);
}
