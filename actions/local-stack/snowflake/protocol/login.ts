import { randomInt } from 'node:crypto';
import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import { BUILT_IN_ROLES } from '../engine/objects/roles.ts';
import type { Session } from '../engine/session.ts';
import { sessionParameters, success } from './answer.ts';
import { authenticate } from './authenticate.ts';
import type { ParsedRequest, ServerState } from './server.ts';

/** POST /session/v1/login-request: a new session for a user that `authenticate` lets in. */
export async function logIn(request: ParsedRequest, state: ServerState): Promise<unknown> {
  const data = (request.body.data ?? {}) as Record<string, unknown>;
  const user = authenticate(data, state.credentials, state.engine.catalog);
  await state.tokens.requireRoom();
  const session = await state.engine.openSession({
    id: String(randomInt(1, 2 ** 47)),
    user,
    parameters: givenParameters(data.SESSION_PARAMETERS),
  });
  try {
    await useNames(session, request.query);
  } catch (error) {
    await session.close();
    throw error;
  }
  const tokens = state.tokens.issue(session);
  return success({
    ...tokens,
    token: tokens.sessionToken,
    validityInSeconds: tokens.validityInSecondsST,
    masterValidityInSeconds: tokens.validityInSecondsMT,
    displayUserName: session.user,
    serverVersion: '9.0.0',
    firstLogin: false,
    parameters: sessionParameters(session),
    sessionInfo: {
      databaseName: session.database,
      schemaName: session.schema,
      warehouseName: session.warehouse,
      roleName: session.role,
    },
  });
}

/**
 * Names given at login, else the user's defaults, are used when they exist. A missing one leaves the session without
 * it, as a real account does: the next statement that needs it says so.
 */
async function useNames(session: Session, query: URLSearchParams): Promise<void> {
  const { catalog } = session.engine;
  const defaults = catalog.find(['USER'], null, null, session.user)?.properties ?? {};
  const [defaultDatabase, defaultSchema] = String(defaults.DEFAULT_NAMESPACE ?? '').split('.');
  const named = (parameter: string, otherwise: unknown): string =>
    fold(query.get(parameter) ?? String(otherwise ?? ''));

  const database = named('databaseName', defaultDatabase);
  if (database !== '' && catalog.find(['DATABASE'], null, null, database) !== undefined) {
    session.database = database;
    const schema = named('schemaName', query.has('databaseName') ? 'PUBLIC' : (defaultSchema ?? 'PUBLIC'));
    if (catalog.find(['SCHEMA'], database, null, schema) !== undefined) session.schema = schema;
  }
  const warehouse = named('warehouse', defaults.DEFAULT_WAREHOUSE);
  if (warehouse !== '' && catalog.find(['WAREHOUSE'], null, null, warehouse) !== undefined)
    session.warehouse = warehouse;
  const role = named('roleName', defaults.DEFAULT_ROLE);
  if (role === '') return;
  if (!BUILT_IN_ROLES.includes(role) && catalog.find(['ROLE'], null, null, role) === undefined) {
    throw new SnowflakeError(
      '390189',
      '08004',
      `Role '${role}' specified in the connect string does not exist or not authorized. Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC.`,
    );
  }
  session.role = role;
}

function fold(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1) : name.toUpperCase();
}

/** @throws SnowflakeError later, when the session does not know one of them */
function givenParameters(given: unknown): Record<string, string> {
  if (typeof given !== 'object' || given === null) return {};
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name.toUpperCase(), String(value)]),
  );
}
