import type { CreateContainer } from '../../../../shared/sql/ast.ts';
import { alreadyExists, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { nameParts, requireDatabase } from '../names.ts';
import type { DatabaseRecord, SchemaRecord } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { cloneContainer } from './clone.ts';
import { withContainerSettings } from './container-settings.ts';
import { dropContainer } from './drop.ts';
import { titleOf } from './object-kind.ts';

/** CREATE DATABASE, CREATE SCHEMA. The new one becomes the session's current one, as in Snowflake. */
export async function createContainer(
  statement: CreateContainer,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const parts = nameParts(statement.name, session, run);
  const name = parts.at(-1)!;
  const isDatabase = statement.type === 'DATABASE';
  const database = isDatabase ? null : (parts.at(-2) ?? requireDatabase(session));
  const { catalog } = session.engine;

  const existing = catalog.find([statement.type], database, null, name);
  if (existing !== undefined && statement.ifNotExists) {
    return statusResult(`${name} already exists, statement succeeded.`);
  }
  if (existing !== undefined && statement.orAlter) return alterToMatch(existing, statement, session);
  if (existing !== undefined && !statement.orReplace) throw alreadyExists(name, statement.name.start);
  const ignored = statement.properties.find(({ name }) => name.startsWith('IGNORE '));
  if (ignored !== undefined) throw notSupportedHere(ignored.name, ignored.start);

  await session.define(async (transaction) => {
    if (existing !== undefined) await dropContainer(existing, session, transaction);
    const bare: DatabaseRecord | SchemaRecord = {
      kind: statement.type,
      id: catalog.nextId(),
      name,
      database,
      schema: null,
      createdAt: run.startedAt,
      droppedAt: null,
      owner: session.role,
      comment: statement.comment ?? '',
      transient: statement.transient,
      retentionDays: null,
    };
    const record = withContainerSettings(bare, statement.properties, session);
    await transaction.save(record);
    if (statement.clone !== null) await cloneContainer(record, statement.clone, session, run, transaction);
    else if (isDatabase) await transaction.save(publicSchema(record, catalog.nextId()));
  });
  if (isDatabase) {
    session.database = name;
    session.schema = 'PUBLIC';
  } else {
    session.database = database;
    session.schema = name;
  }
  const word = isDatabase ? 'Database' : 'Schema';
  return statusResult(`${word} ${name} successfully created.`);
}

/** CREATE OR ALTER DATABASE | SCHEMA: what the statement leaves out is unset. */
async function alterToMatch(
  existing: DatabaseRecord | SchemaRecord,
  statement: CreateContainer,
  session: Session,
): Promise<StatementResult> {
  if (existing.transient !== statement.transient)
    throw notSupportedHere(`CREATE OR ALTER ${statement.type} with another lifetime`, statement.start);
  const bare = { ...existing, comment: statement.comment ?? '', retentionDays: null, properties: {} };
  const record = withContainerSettings(bare, statement.properties, session);
  await session.define((transaction) => transaction.save(record));
  return statusResult(`${titleOf(statement.type)} ${existing.name} successfully altered.`);
}

function publicSchema(database: DatabaseRecord | SchemaRecord, id: number): SchemaRecord {
  return {
    ...database,
    kind: 'SCHEMA',
    id,
    name: 'PUBLIC',
    database: database.name,
    comment: '',
    retentionDays: null,
  };
}
