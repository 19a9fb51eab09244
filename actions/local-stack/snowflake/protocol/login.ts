import { createPublicKey, randomInt, timingSafeEqual, verify } from 'node:crypto';
import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import type { Engine } from '../engine/engine.ts';
import { BUILT_IN_ROLES } from '../engine/objects/recorded-object.ts';
import type { Session } from '../engine/session.ts';
import { parameterValue, success } from './answer.ts';
import type { ParsedRequest, ServerState } from './server.ts';

/** The one user that exists from the start; others come by CREATE USER. */
export interface Credentials {
  user: string;
  password: string;
}

/** POST /session/v1/login-request: password, or a key-pair JWT of a user with RSA_PUBLIC_KEY. */
export async function logIn(request: ParsedRequest, state: ServerState): Promise<unknown> {
  const data = (request.body.data ?? {}) as Record<string, unknown>;
  const user = text(data.LOGIN_NAME).toUpperCase();
  const authenticator = text(data.AUTHENTICATOR).toUpperCase();
  if (authenticator === 'SNOWFLAKE_JWT') checkJwt(text(data.TOKEN), user, state.engine);
  else if (authenticator === '' || authenticator === 'SNOWFLAKE')
    checkPassword(user, text(data.PASSWORD), state);
  else {
    throw new SnowflakeError(
      '390144',
      '08004',
      `The local Snowflake does not sign in with ${authenticator}: use a password or a key pair.`,
    );
  }

  const session = await state.engine.openSession({
    id: String(randomInt(1, 2 ** 47)),
    user: user || state.credentials.user.toUpperCase(),
    parameters: sessionParameters(data.SESSION_PARAMETERS),
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
    sessionId: Number(session.id),
    parameters: [...session.parameters].map(([name, value]) => ({ name, value: parameterValue(value) })),
    sessionInfo: {
      databaseName: session.database,
      schemaName: session.schema,
      warehouseName: session.warehouse,
      roleName: session.role,
    },
  });
}

/**
 * Names given at login are used when they exist. A missing one leaves the session without it, as a real account
 * does: the next statement that needs it says so.
 */
async function useNames(session: Session, query: URLSearchParams): Promise<void> {
  const { catalog } = session.engine;
  const fold = (name: string): string => (name.startsWith('"') ? name.slice(1, -1) : name.toUpperCase());
  const database = fold(query.get('databaseName') ?? '');
  if (database !== '' && catalog.find(['DATABASE'], null, null, database) !== undefined) {
    session.database = database;
    const schema = fold(query.get('schemaName') ?? 'PUBLIC');
    if (catalog.find(['SCHEMA'], database, null, schema) !== undefined) session.schema = schema;
  }
  const warehouse = fold(query.get('warehouse') ?? '');
  if (warehouse !== '' && catalog.find(['WAREHOUSE'], null, null, warehouse) !== undefined)
    session.warehouse = warehouse;
  const role = fold(query.get('roleName') ?? '');
  if (role !== '') {
    if (!BUILT_IN_ROLES.includes(role) && catalog.find(['ROLE'], null, null, role) === undefined) {
      throw new SnowflakeError(
        '390189',
        '08004',
        `Role '${role}' specified in the connect string is not granted to this user. Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC.`,
      );
    }
    session.role = role;
  }
}

function checkPassword(user: string, password: string, state: ServerState): void {
  const wanted = Buffer.from(`${state.credentials.user.toUpperCase()}\0${state.credentials.password}`);
  const given = Buffer.from(`${user}\0${password}`);
  if (wanted.length !== given.length || !timingSafeEqual(wanted, given)) {
    throw new SnowflakeError('390100', '08004', 'Incorrect username or password was specified.');
  }
}

/** Source: "Key-pair authentication": iss ends in the public key's fingerprint; sub is ACCOUNT.USER; RS256. */
function checkJwt(token: string, user: string, engine: Engine): void {
  const invalid = (): SnowflakeError => new SnowflakeError('390144', '08004', 'JWT token is invalid.');
  const record = engine.catalog.find(['USER'], null, null, user);
  const key = record?.properties.RSA_PUBLIC_KEY;
  const [header, payload, signature] = token.split('.');
  if (typeof key !== 'string' || header === undefined || payload === undefined || signature === undefined)
    throw invalid();
  const publicKey = createPublicKey({
    key: Buffer.from(key.replace(/-----[^-]+-----|\s/g, ''), 'base64'),
    format: 'der',
    type: 'spki',
  });
  const signed = verify(
    'RSA-SHA256',
    Buffer.from(`${header}.${payload}`),
    publicKey,
    Buffer.from(signature, 'base64url'),
  );
  if (!signed) throw invalid();
  let claims: { exp?: number; sub?: string };
  try {
    claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as typeof claims;
  } catch {
    throw invalid();
  }
  if ((claims.exp ?? 0) * 1000 < Date.now() || claims.sub?.split('.').at(-1) !== user) throw invalid();
}

function sessionParameters(given: unknown): Record<string, string> {
  if (typeof given !== 'object' || given === null) return {};
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name.toUpperCase(), String(value)]),
  );
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
