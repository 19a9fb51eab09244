import type { AlterObject } from '../../../../shared/sql/ast.ts';
import { alreadyExists, doesNotExist, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { formatName, nameParts, requireDatabase, resolveName } from '../names.ts';
import type { CatalogRecord, DatabaseRecord, SchemaRecord, StreamRecord, ViewRecord } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { alterFileFormat } from '../stages/file-format.ts';
import { alterStage } from '../stages/stage.ts';
import { alterSequence } from '../tables/sequence.ts';
import type { Transaction } from '../transaction.ts';
import { numberProperty, requireKnown, stringProperty } from './properties.ts';
import { alterRecordedObject } from './recorded-object.ts';

const DONE = 'Statement executed successfully.';

/** ALTER of whole objects: databases, schemas, views, streams, sequences here; others where they are kept. */
export async function alterObject(
  statement: AlterObject,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  switch (statement.type) {
    case 'STAGE':
      return alterStage(statement, session, run);
    case 'FILE FORMAT':
      return alterFileFormat(statement, session, run);
    case 'DATABASE':
    case 'SCHEMA':
      return alterContainer(statement, session, run);
    case 'VIEW':
    case 'MATERIALIZED VIEW':
    case 'STREAM':
    case 'SEQUENCE':
      return alterSchemaObject(statement, session, run);
    default:
      return alterRecordedObject(statement, session, run);
  }
}

async function alterSchemaObject(
  statement: AlterObject,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const kind =
    statement.type === 'MATERIALIZED VIEW' ? 'VIEW' : (statement.type as 'VIEW' | 'STREAM' | 'SEQUENCE');
  const name = resolveName(statement.name!, session, run);
  const { catalog } = session.engine;
  const found = catalog.find([kind], name.database, name.schema, name.name);
  if (found === undefined) {
    if (statement.ifExists) return statusResult(DONE);
    throw doesNotExist(kind.charAt(0) + kind.slice(1).toLowerCase(), formatName(name), statement.start);
  }
  const { action } = statement;
  let altered: CatalogRecord;
  if (action.kind === 'rename') {
    const to = resolveName(action.to, session, run);
    if (catalog.occupant(kind, to.database, to.schema, to.name) !== undefined)
      throw alreadyExists(formatName(to), action.to.start);
    altered = { ...found, ...to };
  } else if (found.kind === 'SEQUENCE') altered = await alterSequence(found, action, statement, session);
  else altered = alterComment(found, statement);
  await session.define((transaction) => transaction.save(altered));
  return statusResult(DONE);
}

function alterComment(
  record: ViewRecord | StreamRecord,
  { action, type, start }: AlterObject,
): CatalogRecord {
  switch (action.kind) {
    case 'setSecure':
    case 'unsetSecure':
      if (record.kind === 'VIEW') return { ...record, secure: action.kind === 'setSecure' };
      break;
    case 'set':
      requireKnown(action.properties, ['COMMENT'], type);
      return { ...record, comment: stringProperty(action.properties, 'COMMENT') ?? record.comment };
    case 'unset':
      if (action.names.every((name) => name === 'COMMENT')) return { ...record, comment: '' };
  }
  throw notSupportedHere(`ALTER ${type} … ${action.kind}`, start);
}

/** ALTER DATABASE | SCHEMA … RENAME TO | SWAP WITH | SET | UNSET */
async function alterContainer(statement: AlterObject, session: Session, run: Run): Promise<StatementResult> {
  const found = findContainer(statement, nameParts(statement.name!, session, run), session);
  if (found === undefined) {
    if (statement.ifExists) return statusResult(DONE);
    throw doesNotExist(
      statement.type === 'SCHEMA' ? 'Schema' : 'Database',
      nameParts(statement.name!, session, run).join('.'),
      statement.start,
    );
  }
  const { action } = statement;
  await session.define(async (transaction) => {
    switch (action.kind) {
      case 'rename': {
        const parts = nameParts(action.to, session, run);
        if (findContainer(statement, parts, session) !== undefined)
          throw alreadyExists(parts.join('.'), action.to.start);
        return moveContainer(found, parts, session, transaction);
      }
      case 'swap': {
        const parts = nameParts(action.with, session, run);
        const other = findContainer(statement, parts, session);
        if (other === undefined) throw doesNotExist(statement.type, parts.join('.'), action.with.start);
        const contents = contentsOf(other, session);
        await moveContainer(found, partsOf(other), session, transaction);
        return moveRecords(other, contents, partsOf(found), transaction);
      }
      case 'set': {
        requireKnown(action.properties, ['COMMENT', 'DATA_RETENTION_TIME_IN_DAYS'], statement.type);
        return transaction.save({
          ...found,
          comment: stringProperty(action.properties, 'COMMENT') ?? found.comment,
          retentionDays:
            numberProperty(action.properties, 'DATA_RETENTION_TIME_IN_DAYS') ?? found.retentionDays,
        });
      }
      case 'unset': {
        const other = action.names.find(
          (name) => name !== 'COMMENT' && name !== 'DATA_RETENTION_TIME_IN_DAYS',
        );
        if (other !== undefined)
          throw notSupportedHere(`ALTER ${statement.type} … UNSET ${other}`, statement.start);
        return transaction.save({
          ...found,
          ...(action.names.includes('COMMENT') ? { comment: '' } : {}),
          ...(action.names.includes('DATA_RETENTION_TIME_IN_DAYS') ? { retentionDays: null } : {}),
        });
      }
      default:
        throw notSupportedHere(`ALTER ${statement.type} … ${action.kind}`, statement.start);
    }
  });
  return statusResult(DONE);
}

function findContainer(
  { type }: AlterObject,
  parts: string[],
  session: Session,
): DatabaseRecord | SchemaRecord | undefined {
  const { catalog } = session.engine;
  const name = parts.at(-1)!;
  if (type === 'DATABASE') return catalog.find(['DATABASE'], null, null, name);
  return catalog.find(['SCHEMA'], parts.at(-2) ?? requireDatabase(session), null, name);
}

function partsOf(container: DatabaseRecord | SchemaRecord): string[] {
  return container.kind === 'DATABASE' ? [container.name] : [container.database!, container.name];
}

function contentsOf(container: DatabaseRecord | SchemaRecord, session: Session): CatalogRecord[] {
  return container.kind === 'DATABASE'
    ? session.engine.catalog.contents(container.name, null)
    : session.engine.catalog.contents(container.database!, container.name);
}

async function moveContainer(
  container: DatabaseRecord | SchemaRecord,
  to: string[],
  session: Session,
  transaction: Transaction,
): Promise<void> {
  await moveRecords(container, contentsOf(container, session), to, transaction);
  const { database, schema } = session;
  if (container.kind === 'DATABASE' && database === container.name) session.database = to.at(-1)!;
  if (container.kind === 'SCHEMA' && database === container.database && schema === container.name) {
    session.database = to.at(-2) ?? database;
    session.schema = to.at(-1)!;
  }
}

/** Everything inside is found by the container's name, so it moves along. */
async function moveRecords(
  container: DatabaseRecord | SchemaRecord,
  contents: CatalogRecord[],
  to: string[],
  transaction: Transaction,
): Promise<void> {
  const name = to.at(-1)!;
  const database = container.kind === 'DATABASE' ? name : (to.at(-2) ?? container.database);
  for (const record of contents) {
    await transaction.save(
      container.kind === 'DATABASE' ? { ...record, database } : { ...record, database, schema: name },
    );
  }
  await transaction.save(
    container.kind === 'DATABASE' ? { ...container, name } : { ...container, name, database },
  );
}
