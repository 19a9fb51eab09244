import type { AlterObject } from '../../../../shared/sql/ast.ts';
import { alreadyExists, doesNotExist, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { alterDynamicTable } from '../dynamic-tables/alter-dynamic-table.ts';
import { alterExternalTable } from '../external-tables/alter-external-table.ts';
import { formatName, nameParts, requireDatabase, requireSchema, resolveName } from '../names.ts';
import type { CatalogRecord, DatabaseRecord, SchemaRecord, StreamRecord } from '../objects.ts';
import { alterPolicy } from '../policies/policy.ts';
import { type StatementResult, statusResult } from '../result.ts';
import { alterRoutine } from '../scripting/alter-procedure.ts';
import type { Run, Session } from '../session.ts';
import { alterFileFormat } from '../stages/file-format.ts';
import { alterStage } from '../stages/stage.ts';
import { alterSequence } from '../tables/sequence.ts';
import type { Transaction } from '../transaction.ts';
import { alterView } from './alter-view.ts';
import { withContainerSettings, withoutContainerSettings } from './container-settings.ts';
import { titleOf } from './object-kind.ts';
import { property, requireKnown, stringProperty } from './properties.ts';
import { alterRecordedObject } from './recorded-object.ts';
import { withoutTagNames, withTagProperty } from './tag.ts';

const DONE = 'Statement executed successfully.';

/** ALTER of whole objects: databases, schemas, streams, sequences here; others where they are kept. */
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
      return alterView(statement, session, run);
    case 'DYNAMIC TABLE':
      return alterDynamicTable(statement, session, run);
    case 'EXTERNAL TABLE':
      return alterExternalTable(statement, session, run);
    case 'FUNCTION':
    case 'PROCEDURE':
      return alterRoutine(statement, session, run);
    case 'STREAM':
    case 'SEQUENCE':
      return alterSchemaObject(statement, session, run);
    case 'MASKING POLICY':
    case 'ROW ACCESS POLICY':
      return alterPolicy(statement, session, run);
    default:
      return alterRecordedObject(statement, session, run);
  }
}

async function alterSchemaObject(
  statement: AlterObject,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const kind = statement.type as 'STREAM' | 'SEQUENCE';
  const name = resolveName(statement.name!, session, run);
  const { catalog } = session.engine;
  const found = catalog.find([kind], name.database, name.schema, name.name);
  if (found === undefined) {
    if (statement.ifExists) return statusResult(DONE);
    throw doesNotExist(titleOf(kind), formatName(name), statement.start);
  }
  const { action } = statement;
  let altered: CatalogRecord;
  if (action.kind === 'rename') {
    const to = resolveName(action.to, session, run);
    requireSchema(session, to);
    if (catalog.occupant(kind, to.database, to.schema, to.name) !== undefined)
      throw alreadyExists(formatName(to), action.to.start);
    altered = { ...found, ...to };
  } else if (found.kind === 'SEQUENCE') altered = await alterSequence(found, action, statement, session);
  else altered = alterStream(found, statement, session);
  await session.define((transaction) => transaction.save(altered));
  return statusResult(DONE);
}

/** ALTER STREAM … SET | UNSET COMMENT, TAG; APPEND_ONLY cannot change. Source: docs.snowflake.com, ALTER STREAM. */
function alterStream(
  record: StreamRecord,
  { action, type, start }: AlterObject,
  session: Session,
): StreamRecord {
  if (action.kind === 'set') {
    requireKnown(action.properties, ['COMMENT', 'TAG'], type);
    const comment = stringProperty(action.properties, 'COMMENT') ?? record.comment;
    return withTagProperty({ ...record, comment }, property(action.properties, 'TAG'), session);
  }
  if (
    action.kind === 'unset' &&
    action.names.every((name) => name === 'COMMENT' || name.startsWith('TAG '))
  ) {
    const untagged = withoutTagNames(record, action.names, session);
    return action.names.includes('COMMENT') ? { ...untagged, comment: '' } : untagged;
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
      case 'set':
        return transaction.save(withContainerSettings(found, action.properties, session));
      case 'unset':
        return transaction.save(withoutContainerSettings(found, action.names, session, statement.start));
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
