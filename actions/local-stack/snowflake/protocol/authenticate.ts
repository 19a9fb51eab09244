import { createPublicKey, timingSafeEqual } from 'node:crypto';
import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import type { Catalog } from '../engine/catalog.ts';
import type { RecordedObject } from '../engine/objects.ts';
import { fingerprint, isValid, readJwt, readPublicKey } from './jwt.ts';

/**
 * Who may sign in. The one user that exists from the start has a password; users that CREATE USER makes sign in with
 * a key pair (RSA_PUBLIC_KEY, RSA_PUBLIC_KEY_2) or a workload identity (WORKLOAD_IDENTITY). Tokens that a service
 * outside would have issued are listed here one by one: no other is accepted.
 */
export interface Credentials {
  user: string;
  password: string;
  /** For authenticator OAUTH. */
  oauthTokens?: IssuedToken[];
  /** For authenticator PROGRAMMATIC_ACCESS_TOKEN, and in place of a password. */
  accessTokens?: IssuedToken[];
  /** For authenticator WORKLOAD_IDENTITY with provider OIDC: whose tokens are believed. */
  identityIssuers?: IdentityIssuer[];
}

export interface IssuedToken {
  token: string;
  user: string;
  /** ISO 8601; absent: it does not expire. */
  expiresAt?: string | undefined;
}

/** What an issuer of OIDC tokens publishes: the account would fetch it, the local server opens no connection. */
export interface IdentityIssuer {
  /** As `iss` has it, e.g. https://token.actions.githubusercontent.com */
  issuer: string;
  /** RSA, PEM. */
  publicKey: string;
}

/** What the driver sends for a user and a way to sign in. */
interface SignIn {
  user: string;
  authenticator: string;
  password: string;
  token: string;
  provider: string;
}

/**
 * The name of the user that signs in.
 * @throws SnowflakeError 390100 wrong password, 390101 disabled user, 390144 key pair or workload identity, 390303 and
 * 390318 OAuth, 394400 programmatic access token
 */
export function authenticate(
  data: Record<string, unknown>,
  credentials: Credentials,
  catalog: Catalog,
): string {
  const signIn: SignIn = {
    user: text(data.LOGIN_NAME).toUpperCase(),
    authenticator: text(data.AUTHENTICATOR).toUpperCase() || 'SNOWFLAKE',
    password: text(data.PASSWORD),
    token: text(data.TOKEN),
    provider: text(data.PROVIDER).toUpperCase(),
  };
  const user = authenticatedUser(signIn, credentials, catalog);
  const record = catalog.find(['USER'], null, null, user);
  if (record?.properties.DISABLED === true) {
    throw refused('390101', 'User access disabled. Contact your local system administrator.');
  }
  return user;
}

function authenticatedUser(signIn: SignIn, credentials: Credentials, catalog: Catalog): string {
  switch (signIn.authenticator) {
    case 'SNOWFLAKE':
    case 'USERNAME_PASSWORD_MFA':
      return passwordUser(signIn, credentials);
    case 'SNOWFLAKE_JWT':
      return keyPairUser(signIn, catalog);
    case 'OAUTH': {
      const found = findToken(signIn, credentials.oauthTokens);
      if (found === undefined) throw refused('390303', 'Invalid OAuth access token.');
      if (hasExpired(found)) throw refused('390318', 'OAuth access token expired.');
      return found.user.toUpperCase();
    }
    case 'PROGRAMMATIC_ACCESS_TOKEN':
      return accessTokenUser(signIn, credentials);
    case 'WORKLOAD_IDENTITY':
      return workloadUser(signIn, credentials, catalog);
    default:
      throw refused(
        '390137',
        `The local Snowflake does not sign in with ${signIn.authenticator}: use a password, a key pair, an OAuth or programmatic access token, or a workload identity.`,
      );
  }
}

/** Source: docs.snowflake.com, "Programmatic access tokens": drivers without the authenticator send one as a password. */
function passwordUser(signIn: SignIn, credentials: Credentials): string {
  const isUser = signIn.user === credentials.user.toUpperCase();
  if (isEqual(signIn.password, credentials.password) && isUser) return signIn.user;
  const token = findToken({ ...signIn, token: signIn.password }, credentials.accessTokens);
  if (token !== undefined && signIn.user !== '' && !hasExpired(token)) return signIn.user;
  throw refused('390100', 'Incorrect username or password was specified.');
}

function accessTokenUser(signIn: SignIn, credentials: Credentials): string {
  const given = { ...signIn, token: signIn.token || signIn.password };
  const found = findToken(given, credentials.accessTokens);
  if (found === undefined || hasExpired(found))
    throw refused('394400', 'Programmatic access token is invalid.');
  return found.user.toUpperCase();
}

/**
 * Source: docs.snowflake.com, "Key-pair authentication": `sub` is ACCOUNT.USER, `iss` the same and the fingerprint of
 * the public key, which is one of the user's two.
 */
function keyPairUser({ token, user }: SignIn, catalog: Catalog): string {
  const invalid = refused('390144', 'JWT token is invalid.');
  const jwt = readJwt(token);
  const record = catalog.find(['USER'], null, null, user);
  if (jwt === undefined || record === undefined) throw invalid;
  const { iss, sub } = jwt.claims;
  if (typeof sub !== 'string' || typeof iss !== 'string' || sub.split('.').at(-1) !== user) throw invalid;
  for (const name of ['RSA_PUBLIC_KEY', 'RSA_PUBLIC_KEY_2']) {
    const key = readPublicKey(String(record.properties[name] ?? ''));
    if (key !== undefined && iss === `${sub}.${fingerprint(key)}` && isValid(jwt, key)) return user;
  }
  throw invalid;
}

/** Source: docs.snowflake.com, "Workload identity federation": audience snowflakecomputing.com unless the user lists others. */
const AUDIENCE = 'snowflakecomputing.com';

/** The number that an account gives for a refused workload identity is not documented. */
function workloadUser({ token, provider }: SignIn, credentials: Credentials, catalog: Catalog): string {
  if (provider !== 'OIDC') {
    throw refused(
      '390144',
      `The local Snowflake cannot check a workload identity of ${provider || 'no provider'}, which takes a call to its cloud: use provider OIDC.`,
    );
  }
  const jwt = readJwt(token);
  const issuer = credentials.identityIssuers?.find((one) => one.issuer === jwt?.claims.iss);
  if (jwt === undefined || issuer === undefined || !isValid(jwt, createPublicKey(issuer.publicKey)))
    throw refused('390144', 'JWT token is invalid.');
  const user = catalog.list('USER').find((record) => isIdentityOf(record, jwt.claims));
  if (user === undefined) {
    throw refused(
      '390144',
      `No user has the workload identity with issuer '${issuer.issuer}' and subject '${jwt.claims.sub}' (CREATE USER … WORKLOAD_IDENTITY).`,
    );
  }
  return user.name;
}

function isIdentityOf(
  record: RecordedObject,
  claims: { iss?: string; sub?: string; aud?: string | string[] },
): boolean {
  const identity = record.properties.WORKLOAD_IDENTITY;
  if (!Array.isArray(identity)) return false;
  const properties = new Map(identity.map((item) => item.split(/=(.*)/s).slice(0, 2) as [string, string]));
  const listed = properties.get('OIDC_AUDIENCE_LIST')?.split(',') ?? [AUDIENCE];
  const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud ?? ''];
  return (
    properties.get('TYPE')?.toUpperCase() === 'OIDC' &&
    properties.get('ISSUER') === claims.iss &&
    properties.get('SUBJECT') === claims.sub &&
    audiences.some((audience) => listed.includes(audience))
  );
}

/** A token is one user's: with a user name given, it must be that user. */
function findToken({ token, user }: SignIn, tokens: readonly IssuedToken[] = []): IssuedToken | undefined {
  const found = tokens.find((one) => isEqual(one.token, token));
  return found !== undefined && (user === '' || user === found.user.toUpperCase()) ? found : undefined;
}

function hasExpired({ expiresAt }: IssuedToken): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= Date.now();
}

/** Takes the same time wherever the texts differ. */
function isEqual(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refused(code: string, message: string): SnowflakeError {
  return new SnowflakeError(code, '08004', message);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
