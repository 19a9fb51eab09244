import { rm } from 'node:fs/promises';
import type { AlterObject, CreateObject, Property } from '../../../../shared/sql/ast.ts';
import { alreadyExists, compilationError, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { columns, text } from '../dml/rows-relation.ts';
import { findObject, formatName, requireSchema, resolveName } from '../names.ts';
import {
  booleanProperty,
  plainValue,
  property,
  requireKnown,
  stringProperty,
} from '../objects/properties.ts';
import type { StageRecord } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import type { Transaction } from '../transaction.ts';
import { refreshDirectory, saveDirectory } from './directory-table.ts';
import { readFileFormat } from './file-format.ts';
import { checkedPath, parseS3Url, stageDirectory } from './stage-location.ts';

const STAGE_PROPERTIES = [
  'URL',
  'STORAGE_INTEGRATION',
  'CREDENTIALS',
  'ENCRYPTION',
  'FILE_FORMAT',
  'DIRECTORY',
  'COPY_OPTIONS',
  'COMMENT',
  'USE_PRIVATELINK_ENDPOINT',
];
/** Copy options that a stage may hold. Source: docs.snowflake.com, CREATE STAGE, copyOptions. */
const COPY_OPTIONS = [
  'ON_ERROR',
  'SIZE_LIMIT',
  'PURGE',
  'RETURN_FAILED_ONLY',
  'MATCH_BY_COLUMN_NAME',
  'ENFORCE_LENGTH',
  'TRUNCATECOLUMNS',
  'FORCE',
];

/** CREATE STAGE, internal or external (s3). Credentials are checked for form and not kept. */
export async function createStage(
  statement: CreateObject,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const name = resolveName(statement.name, session, run);
  requireSchema(session, name);
  if (statement.orAlter) throw notSupportedHere('CREATE OR ALTER STAGE', statement.start);
  const { catalog } = session.engine;
  const found = catalog.find(['STAGE'], name.database, name.schema, name.name, session.id);
  // A temporary stage may have the name of a permanent one, which it hides.
  const existing = found?.temporary === statement.temporary ? found : undefined;
  if (existing !== undefined && statement.ifNotExists) {
    return statusResult(`${name.name} already exists, statement succeeded.`);
  }
  if (existing !== undefined && !statement.orReplace)
    throw alreadyExists(formatName(name), statement.name.start);
  const record: StageRecord = {
    kind: 'STAGE',
    id: catalog.nextId(),
    ...name,
    createdAt: run.startedAt,
    droppedAt: null,
    owner: session.role,
    comment: statement.comment ?? '',
    url: null,
    integration: null,
    fileFormat: null,
    directory: false,
    copyOptions: {},
    temporary: statement.temporary,
    ...(statement.temporary ? { sessionId: session.id } : {}),
  };
  setProperties(record, statement.properties, session);
  if (record.url === null && record.integration !== null) {
    throw compilationError(
      '001420',
      '22023',
      "STORAGE_INTEGRATION is for a stage with a URL: 's3://…'",
      statement.start,
    );
  }
  await session.define(async (transaction) => {
    if (existing !== undefined) await forgetStage(existing, session, transaction);
    const saved = await saveDirectory(record, session, transaction);
    await transaction.save(saved);
    if (refreshesOnCreate(statement.properties)) await refreshDirectory(saved, '', session, transaction);
  });
  if (existing !== undefined) await removeStageFiles(session, existing);
  return statusResult(`Stage area ${name.name} successfully created.`);
}

/** ALTER STAGE … SET | UNSET | RENAME TO | REFRESH. */
export async function alterStage(
  statement: AlterObject,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  if (statement.name === null) throw notSupportedHere('ALTER STAGE without a name', statement.start);
  const full = resolveName(statement.name, session, run);
  if (
    statement.ifExists &&
    session.engine.catalog.find(['STAGE'], full.database, full.schema, full.name, session.id) === undefined
  ) {
    return statusResult('Statement executed successfully.');
  }
  const record = structuredClone(findObject(['STAGE'], statement.name, session, run));
  const { action } = statement;
  switch (action.kind) {
    case 'set':
      setProperties(record, action.properties, session);
      break;
    case 'unset':
      for (const name of action.names) {
        if (name === 'COMMENT') record.comment = '';
        else if (name === 'FILE_FORMAT') record.fileFormat = null;
        else throw notSupportedHere(`ALTER STAGE UNSET ${name}`, statement.start);
      }
      break;
    case 'rename': {
      const to = resolveName(action.to, session, run);
      requireSchema(session, to);
      if (session.engine.catalog.find(['STAGE'], to.database, to.schema, to.name) !== undefined)
        throw alreadyExists(formatName(to), action.to.start);
      Object.assign(record, to);
      break;
    }
    case 'refreshDirectory':
      break;
    default:
      throw notSupportedHere(`ALTER STAGE ${action.kind}`, statement.start);
  }
  if (action.kind === 'refreshDirectory') return refresh(record, action.subpath, session);
  await session.define(async (transaction) =>
    transaction.save(await saveDirectory(record, session, transaction)),
  );
  return statusResult(
    action.kind === 'set'
      ? `Stage area ${record.name} successfully altered.`
      : 'Statement executed successfully.',
  );
}

/** ALTER STAGE … REFRESH: a row for each file that is new, changed or gone. Source: docs.snowflake.com, ALTER STAGE. */
async function refresh(stage: StageRecord, subpath: string, session: Session): Promise<StatementResult> {
  const path = checkedPath(subpath);
  const done = await session.define((transaction) => refreshDirectory(stage, path, session, transaction));
  const described: Record<string, string> = {
    REGISTERED_NEW: 'File registered successfully.',
    REGISTERED_UPDATE: 'File metadata updated successfully.',
    UNREGISTERED: 'File unregistered successfully.',
  };
  return {
    columns: columns({ file: text, status: text, description: text }),
    rows: done.map(({ file, status }) => [file, status, described[status]!]),
    type: 'DDL',
    rowsAffected: 0,
  };
}

/** A stage that is replaced leaves no directory: streams on it have lost what they were on. */
async function forgetStage(stage: StageRecord, session: Session, transaction: Transaction): Promise<void> {
  await transaction.forget(stage.id);
  const table = session.engine.catalog.get(stage.directoryTableId ?? 0);
  if (table !== undefined) await transaction.save({ ...table, droppedAt: session.engine.now() });
}

/** Source: docs.snowflake.com, CREATE STAGE: an external stage's directory is filled when it is created, unless told otherwise. */
function refreshesOnCreate(properties: Property[]): boolean {
  const directory = property(properties, 'DIRECTORY');
  if (directory?.value.kind !== 'properties') return false;
  const inner = directory.value.properties;
  if (booleanProperty(inner, 'ENABLE') !== true) return false;
  return property(properties, 'URL') !== undefined && (booleanProperty(inner, 'REFRESH_ON_CREATE') ?? true);
}

/** Removes the files of an internal stage that is gone for good. */
export async function removeStageFiles(session: Session, stage: StageRecord): Promise<void> {
  if (stage.url !== null) return;
  await rm(stageDirectory(session.engine, String(stage.id)), { recursive: true, force: true });
}

function setProperties(record: StageRecord, properties: Property[], session: Session): void {
  requireKnown(properties, STAGE_PROPERTIES, 'STAGE');
  const url = property(properties, 'URL');
  if (url !== undefined) {
    const value = stringProperty(properties, 'URL')!;
    if (/^(gcs|azure):\/\//.test(value)) throw notSupportedHere(`a stage at '${value}'`, url.start);
    parseS3Url(value, url.start);
    record.url = value;
  }
  const integration = property(properties, 'STORAGE_INTEGRATION');
  if (integration !== undefined) {
    const name = stringProperty(properties, 'STORAGE_INTEGRATION')!;
    if (session.engine.catalog.find(['INTEGRATION'], null, null, name.toUpperCase()) === undefined) {
      throw compilationError(
        '002003',
        '02000',
        `Integration '${name.toUpperCase()}' does not exist or not authorized.`,
        integration.start,
      );
    }
    record.integration = name.toUpperCase();
  }
  checkCredentials(property(properties, 'CREDENTIALS'));
  const format = property(properties, 'FILE_FORMAT');
  if (format !== undefined) record.fileFormat = readFileFormat(format, session);
  const directory = property(properties, 'DIRECTORY');
  if (directory?.value.kind === 'properties') {
    const inner = directory.value.properties;
    requireKnown(inner, ['ENABLE', 'AUTO_REFRESH', 'REFRESH_ON_CREATE', 'AWS_SNS_TOPIC'], 'DIRECTORY');
    record.directory = booleanProperty(inner, 'ENABLE') ?? false;
    if (booleanProperty(inner, 'AUTO_REFRESH') === true)
      throw notSupportedHere('DIRECTORY = (AUTO_REFRESH = TRUE): use ALTER STAGE … REFRESH', directory.start);
  } else if (directory !== undefined) {
    throw compilationError('001021', '22023', "invalid value for parameter 'DIRECTORY'", directory.start);
  }
  const copy = property(properties, 'COPY_OPTIONS');
  if (copy?.value.kind === 'properties') {
    requireKnown(copy.value.properties, COPY_OPTIONS, 'COPY_OPTIONS');
    for (const one of copy.value.properties) record.copyOptions[one.name] = plainValue(one.value);
  }
  const comment = stringProperty(properties, 'COMMENT');
  if (comment !== undefined) record.comment = comment;
}

/** Only their form is checked: the endpoint's own keys are used, and no secret is ever kept or shown. */
function checkCredentials(credentials: Property | undefined): void {
  if (credentials === undefined) return;
  if (credentials.value.kind !== 'properties') {
    throw compilationError('001021', '22023', "invalid value for parameter 'CREDENTIALS'", credentials.start);
  }
  requireKnown(
    credentials.value.properties,
    ['AWS_KEY_ID', 'AWS_SECRET_KEY', 'AWS_TOKEN', 'AWS_ROLE'],
    'CREDENTIALS',
  );
}
