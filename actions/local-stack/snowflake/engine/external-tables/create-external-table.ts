import type { CreateExternalTable, Property, StageLocation } from '../../../../shared/sql/ast.ts';
import {
  alreadyExists,
  compilationError,
  invalidIdentifier,
  notSupportedHere,
} from '../../../../shared/sql/snowflake-error.ts';
import { type FullName, formatName, requireSchema, resolveName } from '../names.ts';
import { copyGrants } from '../objects/grant.ts';
import { typeName } from '../objects/object-kind.ts';
import { booleanProperty, property, requireKnown, stringProperty } from '../objects/properties.ts';
import { withTagProperty } from '../objects/tag.ts';
import type { ExternalTable, FileFormatReference, TableColumn } from '../objects.ts';
import { governedColumns } from '../policies/alter-governance.ts';
import { rowAccessFromProperty } from '../policies/attach.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { effectiveFormat, readFileFormat } from '../stages/file-format.ts';
import { resolveLocation } from '../stages/stage-location.ts';
import {
  buildColumn,
  buildConstraint,
  requireUniqueNames,
  withComputedTypes,
} from '../tables/column-definition.ts';
import { otherType } from '../tables/create-table.ts';
import { createStorage } from '../tables/storage.ts';
import { FILE_COLUMNS, FIRST_COLUMN_ID, VALUE_COLUMN } from './external-columns.ts';
import type { ExternalRecord } from './external-record.ts';
import { refreshFiles } from './registered-files.ts';

const KNOWN = [
  'FILE_FORMAT',
  'PATTERN',
  'AUTO_REFRESH',
  'REFRESH_ON_CREATE',
  'AWS_SNS_TOPIC',
  'TABLE_FORMAT',
  'PARTITION_TYPE',
  'TAG',
  'ROW ACCESS POLICY',
];

/**
 * CREATE EXTERNAL TABLE: the rows of the files that are registered with it; the files of its location are unless
 * REFRESH_ON_CREATE = FALSE. The rows are read when a file is registered; columns are computed when queried.
 * Source: docs.snowflake.com, CREATE EXTERNAL TABLE.
 */
export async function createExternalTable(
  statement: CreateExternalTable,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const name = resolveName(statement.name, session, run);
  requireSchema(session, name);
  if (statement.orAlter) throw notSupportedHere('CREATE OR ALTER EXTERNAL TABLE', statement.start);
  requireSupported(statement.properties);
  const existing = session.engine.catalog.occupant('TABLE', name.database, name.schema, name.name);
  if (existing !== undefined && statement.ifNotExists)
    return statusResult(`${name.name} already exists, statement succeeded.`);
  if (existing !== undefined && !statement.orReplace)
    throw alreadyExists(formatName(name), statement.name.start);
  if (existing !== undefined && typeName(existing) !== 'EXTERNAL TABLE')
    throw otherType(typeName(existing), 'EXTERNAL TABLE');
  const record = describedTable(statement, name, session, run);
  const refreshes = booleanProperty(statement.properties, 'REFRESH_ON_CREATE') ?? true;
  await session.define(async (transaction) => {
    if (existing !== undefined) await transaction.save({ ...existing, droppedAt: session.engine.now() });
    for (const sql of createStorage(record)) await transaction.run(sql);
    await transaction.save(record);
    if (refreshes) await refreshFiles(record, '', session, run, transaction);
    if (statement.copyGrants && existing !== undefined)
      await copyGrants(existing, record, session, transaction);
  });
  return statusResult(`Table ${name.name} successfully created.`);
}

function requireSupported(properties: Property[]): void {
  requireKnown(properties, KNOWN, 'EXTERNAL TABLE');
  for (const name of ['TABLE_FORMAT', 'PARTITION_TYPE']) {
    const found = property(properties, name);
    if (found !== undefined)
      throw notSupportedHere(`${name} = ${stringProperty(properties, name)}`, found.start);
  }
}

function describedTable(
  statement: CreateExternalTable,
  name: FullName,
  session: Session,
  run: Run,
): ExternalRecord {
  const { properties } = statement;
  const columns = externalColumns(statement, session, run);
  const policy = rowAccessFromProperty(property(properties, 'ROW ACCESS POLICY'), columns, session);
  const record: ExternalRecord = {
    kind: 'TABLE',
    id: session.engine.catalog.nextId(),
    ...name,
    createdAt: run.startedAt,
    droppedAt: null,
    owner: session.role,
    comment: statement.comment ?? '',
    lifetime: 'PERMANENT',
    sessionId: null,
    columns,
    nextColumnId: FIRST_COLUMN_ID + statement.columns.length,
    constraints: [...statement.columns.flatMap((column) => column.constraints), ...statement.constraints].map(
      (constraint) => {
        if (constraint.type === 'CHECK')
          throw notSupportedHere('CHECK constraints of an external table', constraint.start);
        return buildConstraint(constraint, columns, session, run);
      },
    ),
    clusterBy: null,
    retentionDays: null,
    changeTracking: false,
    properties: {},
    ...(policy === undefined ? {} : { rowAccessPolicy: policy }),
    external: externalSettings(statement, session),
  };
  return withTagProperty(record, property(properties, 'TAG'), session);
}

/** VALUE, then what the statement defines over it and METADATA$FILENAME. */
function externalColumns(statement: CreateExternalTable, session: Session, run: Run): TableColumn[] {
  const plain = statement.columns.find((column) => column.computed === null);
  if (plain !== undefined)
    throw compilationError(
      '001003',
      '42000',
      `column '${plain.name.name}' of an external table needs AS (expression).`,
      plain.start,
    );
  const built = statement.columns.map((column, index) =>
    buildColumn(column, FIRST_COLUMN_ID + index, session, run),
  );
  requireUniqueNames([VALUE_COLUMN, ...built]);
  const sources = [VALUE_COLUMN, ...FILE_COLUMNS];
  const typed = withComputedTypes([...built, ...sources], statement.columns, session, run).slice(
    0,
    built.length,
  );
  requirePartitions(statement, typed);
  return [VALUE_COLUMN, ...governedColumns(typed, statement.columns, session, run)];
}

/** Partitions are told from the files' names. Source: docs.snowflake.com, CREATE EXTERNAL TABLE, "Partitioning parameters". */
function requirePartitions({ partitionBy }: CreateExternalTable, columns: readonly TableColumn[]): void {
  for (const { name, start } of partitionBy) {
    const column = columns.find((one) => one.name === name);
    if (column === undefined) throw invalidIdentifier(name, start);
    if (!/METADATA\$FILENAME/i.test(column.computed ?? ''))
      throw compilationError(
        '002211',
        '42601',
        `partition column '${name}' must be an expression over METADATA$FILENAME.`,
        start,
      );
  }
}

function externalSettings(
  { properties, ...statement }: CreateExternalTable,
  session: Session,
): ExternalTable {
  const { stage, path } = resolveLocation(statement.location, session);
  if (stage === null || stage.url === null) throw notExternal(statement.location);
  return {
    stageId: stage.id,
    stageName: formatName(stage),
    path,
    pattern: stringProperty(properties, 'PATTERN') ?? null,
    fileFormat: fileFormat(properties, stage.fileFormat, statement.name.start, session),
    autoRefresh: booleanProperty(properties, 'AUTO_REFRESH') ?? true,
    partitionBy: statement.partitionBy.map(({ name }) => name),
    files: [],
    refreshedAt: null,
  };
}

function fileFormat(
  properties: Property[],
  ofStage: FileFormatReference | null,
  position: StageLocation['start'],
  session: Session,
): FileFormatReference {
  const given = property(properties, 'FILE_FORMAT');
  const reference = given === undefined ? ofStage : readFileFormat(given, session);
  if (reference === null)
    throw compilationError('002029', '42601', 'Missing option(s): [FILE_FORMAT]', position);
  if (effectiveFormat(reference, session).options.PARSE_HEADER === true)
    throw notSupportedHere('PARSE_HEADER of an external table', given?.start ?? position);
  return reference;
}

/** Source: docs.snowflake.com, CREATE EXTERNAL TABLE: LOCATION is an external stage. */
function notExternal(location: StageLocation): Error {
  return compilationError(
    '001021',
    '22023',
    "invalid value for parameter 'LOCATION': an external table reads a named external stage, one with a URL.",
    location.start,
  );
}
