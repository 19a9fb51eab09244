import type { Drop, Undrop } from '../../../../shared/sql/ast.ts';
import { compilationError, doesNotExist, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { formatType } from '../../../../shared/sql/types.ts';
import { typeFromName } from '../../bind/type-rules.ts';
import { formatName, fullName, nameParts } from '../names.ts';
import type { CatalogRecord, DatabaseRecord, RecordKind, SchemaRecord, TaskRecord } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { removeStageFiles } from '../stages/stage.ts';
import { otherType } from '../tables/create-table.ts';
import { DAY_MICROS, retentionDays } from '../tables/time-travel.ts';
import type { Transaction } from '../transaction.ts';

interface Place {
  database: string | null;
  schema: string | null;
  name: string;
}

/** DROP of every kind of object. Tables, schemas and databases can be restored while their retention lasts. */
export async function drop(statement: Drop, session: Session, run: Run): Promise<StatementResult> {
  const kind = kindOf(statement);
  const place = placeOf(kind, nameParts(statement.name, session, run), session);
  const found = findToDrop(statement, kind, place, session);
  if (found === undefined) {
    if (statement.ifExists)
      return statusResult(`Drop statement executed successfully (${place.name} already dropped).`);
    throw doesNotExist(titleOf(statement.type), formatName(place), statement.name.start);
  }
  if (statement.behaviour === 'RESTRICT') requireUnreferenced(found, session);
  await session.define(async (transaction) => {
    if (found.kind === 'DATABASE' || found.kind === 'SCHEMA')
      await dropContainer(found, session, transaction);
    else await transaction.save({ ...found, droppedAt: session.engine.now() });
    if (found.kind === 'TASK') await leaveGraph(found, session, transaction);
  });
  if (found.kind === 'STAGE') await removeStageFiles(session, found);
  leaveDropped(found, session);
  return statusResult(`${place.name} successfully dropped.`);
}

/** Drops a database or schema and everything in it, all at one time: UNDROP restores what was dropped then. */
export async function dropContainer(
  container: DatabaseRecord | SchemaRecord,
  session: Session,
  transaction: Transaction,
): Promise<void> {
  const droppedAt = session.engine.now();
  for (const record of contentsOf(container, session)) await transaction.save({ ...record, droppedAt });
  await transaction.save({ ...container, droppedAt });
}

/** UNDROP TABLE | SCHEMA | DATABASE: the one of that name that was dropped last. */
export async function undrop(statement: Undrop, session: Session, run: Run): Promise<StatementResult> {
  const { type } = statement;
  if (type === 'DYNAMIC TABLE' || type === 'TAG') throw notSupportedHere(`UNDROP ${type}`, statement.start);
  const place = placeOf(type, nameParts(statement.name, session, run), session);
  const { catalog } = session.engine;
  if (catalog.occupant(type, place.database, place.schema, place.name) !== undefined) {
    throw compilationError('002002', '42710', `Object '${formatName(place)}' already exists.`);
  }
  const dropped = catalog
    .list(type, { database: place.database, schema: place.schema, dropped: true })
    .filter((record) => record.name === place.name && isRestorable(record, session))
    .sort((a, b) => b.droppedAt! - a.droppedAt!)[0];
  if (dropped === undefined) {
    throw compilationError(
      '002003',
      '02000',
      `${titleOf(type)} '${formatName(place)}' did not exist or was purged.`,
    );
  }
  await session.define(async (transaction) => {
    if (dropped.kind !== 'TABLE') {
      for (const record of contentsOf(dropped, session, dropped.droppedAt))
        await transaction.save({ ...record, droppedAt: null });
    }
    await transaction.save({ ...dropped, droppedAt: null });
  });
  return statusResult(`${titleOf(type)} ${place.name} successfully restored.`);
}

function isRestorable(record: CatalogRecord, session: Session): boolean {
  if (record.kind === 'TABLE' && record.sessionId !== null && record.sessionId !== session.id) return false;
  return record.droppedAt! + retentionDays(record, session) * DAY_MICROS >= session.engine.now();
}

function contentsOf(
  container: CatalogRecord,
  session: Session,
  droppedAt: number | null = null,
): CatalogRecord[] {
  return container.kind === 'DATABASE'
    ? session.engine.catalog.contents(container.name, null, droppedAt)
    : session.engine.catalog.contents(container.database!, container.name, droppedAt);
}

function kindOf(statement: Drop): RecordKind {
  const { type } = statement;
  switch (type) {
    case 'MATERIALIZED VIEW':
      return 'VIEW';
    case 'STORAGE INTEGRATION':
    case 'NOTIFICATION INTEGRATION':
    case 'API INTEGRATION':
    case 'SECURITY INTEGRATION':
      return 'INTEGRATION';
    case 'DYNAMIC TABLE':
    case 'AUTHENTICATION POLICY':
    case 'SECRET':
    case 'ALERT':
      throw notSupportedHere(`DROP ${type}`, statement.start);
    default:
      return type;
  }
}

const ACCOUNT_KINDS: readonly RecordKind[] = [
  'WAREHOUSE',
  'ROLE',
  'USER',
  'INTEGRATION',
  'RESOURCE MONITOR',
  'NETWORK POLICY',
];

function placeOf(kind: RecordKind, parts: string[], session: Session): Place {
  const name = parts.at(-1)!;
  if (kind === 'DATABASE' || ACCOUNT_KINDS.includes(kind)) return { database: null, schema: null, name };
  if (kind === 'SCHEMA' || kind === 'DATABASE ROLE') {
    return { database: parts.at(-2) ?? fullName(['', name], session).database, schema: null, name };
  }
  return fullName(parts, session);
}

function findToDrop(
  statement: Drop,
  kind: RecordKind,
  place: Place,
  session: Session,
): CatalogRecord | undefined {
  const { catalog } = session.engine;
  if (kind === 'FUNCTION' || kind === 'PROCEDURE') {
    const wanted = statement.argumentTypes.map((type) => formatType(typeFromName(type))).join(',');
    return catalog
      .list(kind, { database: place.database, schema: place.schema })
      .find(
        (routine) =>
          routine.name === place.name &&
          routine.parameters.map((parameter) => formatType(parameter.type)).join(',') === wanted,
      );
  }
  const found = catalog.find([kind], place.database, place.schema, place.name, session.id);
  const other = catalog.occupant(kind, place.database, place.schema, place.name);
  if (found === undefined && other !== undefined) throw otherType(other.kind, statement.type);
  return found;
}

/** RESTRICT: foreign keys of tables that stay refer to what is dropped. */
function requireUnreferenced(dropped: CatalogRecord, session: Session): void {
  const inside =
    dropped.kind === 'TABLE'
      ? [dropped]
      : dropped.kind === 'DATABASE' || dropped.kind === 'SCHEMA'
        ? contentsOf(dropped, session)
        : [];
  const names = new Set(inside.map(formatName));
  for (const table of session.engine.catalog.list('TABLE')) {
    if (names.has(formatName(table))) continue;
    const key = table.constraints.find((one) => one.references !== null && names.has(one.references.table));
    if (key !== undefined) {
      throw compilationError(
        '002219',
        '42601',
        `Cannot drop ${titleOf(dropped.kind).toLowerCase()} '${dropped.name}' because of dependencies: foreign key '${key.name}' of table '${formatName(table)}'.`,
      );
    }
  }
}

/** Tasks after a dropped task become roots or wait for the others. */
async function leaveGraph(task: TaskRecord, session: Session, transaction: Transaction): Promise<void> {
  for (const other of session.engine.catalog.list('TASK')) {
    if (!other.after.includes(task.id)) continue;
    await transaction.save({ ...other, after: other.after.filter((id) => id !== task.id) });
  }
}

/** A session whose database or schema is gone has none. */
function leaveDropped(dropped: CatalogRecord, session: Session): void {
  if (dropped.kind === 'DATABASE' && session.database === dropped.name) {
    session.database = null;
    session.schema = null;
  }
  if (dropped.kind === 'SCHEMA' && session.database === dropped.database && session.schema === dropped.name)
    session.schema = null;
  if (dropped.kind === 'WAREHOUSE' && session.warehouse === dropped.name) session.warehouse = null;
}

function titleOf(type: string): string {
  return type.charAt(0) + type.slice(1).toLowerCase();
}
