import type { AlterObject, CreateObject, Grant, ObjectType, Property } from '../../../../shared/sql/ast.ts';
import { alreadyExists, compilationError, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { fullName, nameParts, requireSchema } from '../names.ts';
import type { FormatValue, RecordedObject } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { plainValue } from './properties.ts';

/** Kinds that live in a schema; the others belong to the account. */
const IN_SCHEMA: readonly ObjectType[] = ['TAG', 'MASKING POLICY', 'ROW ACCESS POLICY'];

/** Properties whose value is a secret: kept for signing in, never shown. */
const SECRET_PROPERTIES = new Set(['PASSWORD', 'OAUTH_CLIENT_SECRET', 'SECRET_STRING']);

/**
 * Warehouses, roles, users, integrations, tags and the like: created, altered, shown and dropped, with no
 * effect on what queries return.
 */
export async function createRecordedObject(
  statement: CreateObject,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const kind = recordedKind(statement.type);
  if (kind === undefined || statement.policy !== null) {
    throw notSupportedHere(`CREATE ${statement.type}`, statement.start);
  }
  const place = placeOf(statement.type, nameParts(statement.name, session, run), session);
  if (IN_SCHEMA.includes(statement.type))
    requireSchema(session, place as { database: string; schema: string; name: string });
  const { catalog } = session.engine;
  const existing = catalog.find([kind], place.database, place.schema, place.name);
  if (existing !== undefined && statement.ifNotExists) {
    return statusResult(`${place.name} already exists, statement succeeded.`);
  }
  if (existing !== undefined && !statement.orReplace) throw alreadyExists(place.name, statement.name.start);
  const record: RecordedObject = {
    kind,
    type: statement.type,
    id: existing?.id ?? catalog.nextId(),
    ...place,
    createdAt: run.startedAt,
    droppedAt: null,
    owner: session.role,
    comment: statement.comment ?? '',
    properties: readProperties(statement.properties),
  };
  await session.define((transaction) => transaction.save(record));
  // A new warehouse is the session's own from then on, as on a real account.
  if (kind === 'WAREHOUSE') session.warehouse = place.name;
  return statusResult(`${titleOf(statement.type)} ${place.name} successfully created.`);
}

/** ALTER … SET | UNSET | RENAME | SUSPEND | RESUME of a recorded object. */
export async function alterRecordedObject(
  statement: AlterObject,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const kind = recordedKind(statement.type as ObjectType);
  if (kind === undefined || statement.name === null)
    throw notSupportedHere(`ALTER ${statement.type}`, statement.start);
  const place = placeOf(statement.type as ObjectType, nameParts(statement.name, session, run), session);
  const found = session.engine.catalog.find([kind], place.database, place.schema, place.name);
  if (found === undefined) {
    if (statement.ifExists) return statusResult('Statement executed successfully.');
    throw compilationError(
      '002003',
      '02000',
      `${titleOf(statement.type)} '${place.name}' does not exist or not authorized.`,
    );
  }
  const record = structuredClone(found) as RecordedObject;
  const { action } = statement;
  if (action.kind === 'set') {
    const { COMMENT: comment, ...properties } = readProperties(action.properties);
    if (comment !== undefined) record.comment = String(comment);
    Object.assign(record.properties, properties);
  } else if (action.kind === 'unset') {
    for (const name of action.names) delete record.properties[name];
  } else if (action.kind === 'rename') {
    record.name = nameParts(action.to, session, run).at(-1)!;
  } else if (action.kind === 'suspend' || action.kind === 'resume') {
    record.properties.STATE = action.kind === 'suspend' ? 'SUSPENDED' : 'STARTED';
  } else {
    throw notSupportedHere(`ALTER ${statement.type} ${action.kind}`, statement.start);
  }
  await session.define((transaction) => transaction.save(record));
  return statusResult('Statement executed successfully.');
}

/** GRANT and REVOKE: what they name must exist; the local server has one user who may do everything. */
export async function grant(statement: Grant, session: Session, run: Run): Promise<StatementResult> {
  const { catalog } = session.engine;
  const grantee = nameParts(statement.to.name, session, run);
  if (statement.to.type === 'ROLE' || statement.to.type === 'USER') {
    const builtIn = BUILT_IN_ROLES.includes(grantee[0]!) || grantee[0] === session.user;
    if (!builtIn && catalog.find([statement.to.type], null, null, grantee[0]!) === undefined) {
      throw compilationError(
        '002003',
        '02000',
        `${titleOf(statement.to.type)} '${grantee.join('.')}' does not exist or not authorized.`,
      );
    }
  }
  if (statement.on?.name != null)
    requireGrantObject(statement.on.type, nameParts(statement.on.name, session, run), session);
  await session.define(async () => undefined);
  return statusResult('Statement executed successfully.');
}

export const BUILT_IN_ROLES = [
  'ACCOUNTADMIN',
  'SECURITYADMIN',
  'SYSADMIN',
  'USERADMIN',
  'PUBLIC',
  'ORGADMIN',
];

/** What is granted on must exist, so that a misspelt name fails here and not in production. */
function requireGrantObject(type: string, parts: string[], session: Session): void {
  const { catalog } = session.engine;
  const missing = (): Error =>
    compilationError(
      '002003',
      '02000',
      `${titleOf(type)} '${parts.join('.')}' does not exist or not authorized.`,
    );
  const container = /\bIN (SCHEMA|DATABASE)$/.exec(type)?.[1] ?? type;
  switch (container) {
    case 'DATABASE':
      if (catalog.find(['DATABASE'], null, null, parts[0]!) === undefined) throw missing();
      return;
    case 'SCHEMA': {
      const database = parts.at(-2) ?? session.database;
      if (catalog.find(['SCHEMA'], database, null, parts.at(-1)!) === undefined) throw missing();
      return;
    }
    case 'WAREHOUSE':
    case 'INTEGRATION':
      if (catalog.find([container], null, null, parts[0]!) === undefined) throw missing();
      return;
    case 'TABLE':
    case 'VIEW':
    case 'STREAM':
    case 'TASK':
    case 'PIPE':
    case 'STAGE':
    case 'FILE FORMAT':
    case 'SEQUENCE':
    case 'FUNCTION':
    case 'PROCEDURE': {
      const name = fullName(parts, session);
      if (catalog.find([container], name.database, name.schema, name.name) === undefined) throw missing();
      return;
    }
    default:
      throw notSupportedHere(`GRANT … ON ${type}`);
  }
}

function recordedKind(type: ObjectType): RecordedObject['kind'] | undefined {
  switch (type) {
    case 'WAREHOUSE':
    case 'ROLE':
    case 'DATABASE ROLE':
    case 'USER':
    case 'TAG':
    case 'RESOURCE MONITOR':
    case 'NETWORK POLICY':
      return type;
    case 'STORAGE INTEGRATION':
    case 'NOTIFICATION INTEGRATION':
    case 'API INTEGRATION':
    case 'SECURITY INTEGRATION':
    case 'INTEGRATION':
      return 'INTEGRATION';
    default:
      return undefined;
  }
}

function placeOf(
  type: ObjectType,
  parts: string[],
  session: Session,
): { database: string | null; schema: string | null; name: string } {
  if (IN_SCHEMA.includes(type)) return fullName(parts, session);
  if (type === 'DATABASE ROLE') {
    return { database: parts.at(-2) ?? session.database, schema: null, name: parts.at(-1)! };
  }
  if (parts.length !== 1)
    throw compilationError('001003', '42000', `'${parts.join('.')}' must be a name of one part`);
  return { database: null, schema: null, name: parts[0]! };
}

function readProperties(properties: Property[]): Record<string, FormatValue> {
  return Object.fromEntries(
    properties
      .filter((property) => !SECRET_PROPERTIES.has(property.name))
      .map((property) => [property.name, plainValue(property.value)]),
  );
}

function titleOf(type: string): string {
  return type.charAt(0) + type.slice(1).toLowerCase();
}
