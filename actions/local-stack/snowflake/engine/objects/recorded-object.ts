import type { AlterObject, CreateObject, Property } from '../../../../shared/sql/ast.ts';
import {
  alreadyExists,
  doesNotExist,
  notSupportedHere,
  SnowflakeError,
} from '../../../../shared/sql/snowflake-error.ts';
import { requireAlert } from '../alerts/alert.ts';
import { nameParts, requireSchema } from '../names.ts';
import type { FormatValue, RecordedObject } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import type { Transaction } from '../transaction.ts';
import { placeOf } from './find-named.ts';
import { titleOf } from './object-kind.ts';
import { plainValue, property } from './properties.ts';
import { recordedKind, requireComplete, requireRecordedProperties } from './recorded-kinds.ts';
import { allowedValues, withoutTagNames, withTagProperty } from './tag.ts';
import { workloadIdentity } from './workload-identity.ts';

/** Properties whose value is a secret: never kept. */
const SECRET_PROPERTIES = new Set([
  'PASSWORD',
  'OAUTH_CLIENT_SECRET',
  'SECRET_STRING',
  'OAUTH_REFRESH_TOKEN',
  'API_KEY',
]);

const DONE = 'Statement executed successfully.';

/**
 * Warehouses, roles, users, integrations, tags, alerts and the like: created, altered, shown and dropped, with no
 * effect on what queries return.
 */
export async function createRecordedObject(
  statement: CreateObject,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const { type } = statement;
  const recorded = recordedKind(type);
  if (recorded === undefined || type === 'INTEGRATION')
    throw notSupportedHere(`CREATE ${type}`, statement.start);
  if (statement.orAlter && type !== 'WAREHOUSE' && type !== 'ROLE')
    throw notSupportedHere(`CREATE OR ALTER ${type}`, statement.start);
  const { kind } = recorded;
  requireRecordedProperties(type, statement.properties);
  requireComplete(type, statement.properties, statement.start);
  if (type === 'ALERT') requireAlert(statement.properties, true);
  const place = placeOf(kind, nameParts(statement.name, session, run), session);
  if (place.schema !== null) requireSchema(session, { database: place.database!, schema: place.schema });
  const { catalog } = session.engine;
  const existing = catalog.find([kind], place.database, place.schema, place.name);
  if (existing !== undefined && statement.ifNotExists) {
    return statusResult(`${place.name} already exists, statement succeeded.`);
  }
  if (existing !== undefined && !statement.orReplace && !statement.orAlter)
    throw alreadyExists(place.name, statement.name.start);
  const kept = statement.orAlter ? existing : undefined;
  const untagged: RecordedObject = {
    kind,
    type,
    id: kept?.id ?? catalog.nextId(),
    ...place,
    createdAt: kept?.createdAt ?? run.startedAt,
    droppedAt: null,
    owner: session.role,
    comment: statement.comment ?? '',
    properties: readProperties(statement.properties),
  };
  const record = withTagProperty(untagged, property(statement.properties, 'TAG'), session);
  await session.define(async (transaction) => {
    if (existing !== undefined && kept === undefined)
      await transaction.save({ ...existing, droppedAt: session.engine.now() });
    await transaction.save(record);
  });
  // A new warehouse is the session's own from then on, as on a real account.
  if (kind === 'WAREHOUSE') session.warehouse = place.name;
  const done = kept === undefined ? 'created' : 'altered';
  return statusResult(`${titleOf(kind)} ${place.name} successfully ${done}.`);
}

/** ALTER … SET | UNSET | RENAME | SUSPEND | RESUME of a recorded object. */
export async function alterRecordedObject(
  statement: AlterObject,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const { type } = statement;
  const recorded = recordedKind(type);
  const parts =
    statement.name === null ? currentObject(type, session) : nameParts(statement.name, session, run);
  if (recorded === undefined || parts === null) throw notSupportedHere(`ALTER ${type}`, statement.start);
  const place = placeOf(recorded.kind, parts, session);
  const found = session.engine.catalog.find([recorded.kind], place.database, place.schema, place.name);
  if (found === undefined) {
    if (statement.ifExists) return statusResult(DONE);
    throw doesNotExist(titleOf(recorded.kind), place.name, statement.name?.start);
  }
  const record = alteredRecord(found as RecordedObject, statement, session, run);
  await session.define(async (transaction) => {
    await transaction.save(record);
    if (record.kind === 'ROLE' && record.name !== found.name)
      await renameGrantee(found.name, record.name, session, transaction);
  });
  if (record.kind === 'WAREHOUSE' && session.warehouse === found.name) session.warehouse = record.name;
  if (record.kind === 'ROLE' && session.role === found.name) session.role = record.name;
  return statusResult(DONE);
}

/** `ALTER WAREHOUSE SET …` and `ALTER USER SET …` without a name mean the session's own. */
function currentObject(type: string, session: Session): string[] | null {
  if (type === 'USER') return [session.user];
  return type === 'WAREHOUSE' && session.warehouse !== null ? [session.warehouse] : null;
}

function alteredRecord(
  found: RecordedObject,
  statement: AlterObject,
  session: Session,
  run: Run,
): RecordedObject {
  const { action, type, start } = statement;
  const record = structuredClone(found);
  switch (action.kind) {
    case 'set': {
      requireRecordedProperties(found.type, action.properties);
      if (type === 'ALERT') requireAlert(action.properties, false);
      const { COMMENT: comment, ...properties } = readProperties(action.properties);
      if (comment !== undefined) record.comment = String(comment);
      Object.assign(record.properties, properties);
      return withTagProperty(record, property(action.properties, 'TAG'), session);
    }
    case 'unset':
      for (const name of action.names) {
        if (name === 'COMMENT') record.comment = '';
        else delete record.properties[name];
      }
      return withoutTagNames(record, action.names, session);
    case 'rename': {
      const place = placeOf(found.kind, nameParts(action.to, session, run), session);
      if (session.engine.catalog.find([found.kind], place.database, place.schema, place.name) !== undefined)
        throw alreadyExists(place.name, action.to.start);
      return { ...record, ...place };
    }
    case 'suspend':
    case 'resume':
    case 'resumeIfSuspended':
      if (found.kind === 'WAREHOUSE') return withState(record, action.kind);
      if (found.kind !== 'ALERT' || action.kind === 'resumeIfSuspended') break;
      record.properties.STATE = action.kind === 'suspend' ? 'suspended' : 'started';
      return record;
    case 'allowedValues': {
      const now = allowedValues(record) ?? [];
      const others = now.filter((value) => !action.values.includes(value));
      record.properties.ALLOWED_VALUES = action.change === 'add' ? [...others, ...action.values] : others;
      return record;
    }
    case 'unsetAllowedValues':
      delete record.properties.ALLOWED_VALUES;
      return record;
  }
  throw notSupportedHere(`ALTER ${type} … ${action.kind}`, start);
}

/** 090063, 090064: the state is that already. Source: docs.snowflake.com, ALTER WAREHOUSE. */
function withState(
  warehouse: RecordedObject,
  action: 'suspend' | 'resume' | 'resumeIfSuspended',
): RecordedObject {
  const isSuspended = warehouseState(warehouse) === 'SUSPENDED';
  if (action === 'suspend' && isSuspended)
    throw new SnowflakeError(
      '090064',
      '22000',
      `Invalid state. Warehouse '${warehouse.name}' cannot be suspended.`,
    );
  if (action === 'resume' && !isSuspended)
    throw new SnowflakeError(
      '090063',
      '22000',
      `Invalid state. Warehouse '${warehouse.name}' cannot be resumed.`,
    );
  warehouse.properties.STATE = action === 'suspend' ? 'SUSPENDED' : 'STARTED';
  return warehouse;
}

export function warehouseState(warehouse: RecordedObject): string {
  const { STATE: state, INITIALLY_SUSPENDED: suspended } = warehouse.properties;
  return String(state ?? (suspended === true ? 'SUSPENDED' : 'STARTED'));
}

/** What was granted to a role stays with it under its new name. */
async function renameGrantee(
  from: string,
  to: string,
  session: Session,
  transaction: Transaction,
): Promise<void> {
  for (const grant of session.engine.catalog.list('GRANT')) {
    if (grant.to.type === 'ROLE' && grant.to.name === from)
      await transaction.save({ ...grant, to: { ...grant.to, name: to } });
  }
}

function readProperties(properties: Property[]): Record<string, FormatValue> {
  return Object.fromEntries(
    properties
      .filter(({ name }) => !SECRET_PROPERTIES.has(name) && name !== 'TAG')
      .map(({ name, value }) => [
        name,
        name === 'WORKLOAD_IDENTITY' ? workloadIdentity(value) : plainValue(value),
      ]),
  );
}
