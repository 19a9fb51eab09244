import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { ConnectionOptions, SnowflakeError } from 'snowflake-sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DriverSession, startTestServer, type TestServer } from '../../../support/driver.ts';

const ISSUER = 'https://token.actions.githubusercontent.com';
const SUBJECT = 'repo:globalmart/dataops:ref:refs/heads/main';
const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const issuer = pair();
const [first, second, stranger] = [pair(), pair(), pair()];

let local: TestServer;
let admin: DriverSession;

beforeAll(async () => {
  // The driver gives identities to Snowflake's hosts only, unless this lists others.
  process.env.SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES = '127.0.0.1';
  local = await startTestServer({
    server: {
      credentials: {
        user: 'tester',
        password: 'right',
        oauthTokens: [
          { token: 'oauth-token-of-robot', user: 'robot' },
          { token: 'oauth-token-of-the-past', user: 'robot', expiresAt: '2020-01-01T00:00:00Z' },
        ],
        accessTokens: [
          { token: 'access-token-of-robot', user: 'robot' },
          { token: 'access-token-of-the-past', user: 'robot', expiresAt: '2020-01-01T00:00:00Z' },
        ],
        identityIssuers: [
          {
            issuer: ISSUER,
            publicKey: issuer.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
          },
        ],
      },
    },
  });
  admin = await local.connect();
  await admin.run(`CREATE USER robot RSA_PUBLIC_KEY = '${der(first.publicKey)}'`);
  await admin.run(
    `CREATE USER workflow TYPE = SERVICE WORKLOAD_IDENTITY = (TYPE = OIDC ISSUER = '${ISSUER}' SUBJECT = '${SUBJECT}')`,
  );
});

afterAll(async () => {
  await admin.close();
  await local.close();
});

function der(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** The user that is signed in, or the number of the error. */
async function signIn(options: Partial<ConnectionOptions>): Promise<string> {
  try {
    const session = await local.connect(options);
    const [row] = await session.run('SELECT CURRENT_USER() AS u');
    await session.close();
    return String(row!.U);
  } catch (error) {
    return String((error as SnowflakeError).code);
  }
}

describe('a password', () => {
  test.each([
    ['right, and the name in any case', { username: 'TeStEr' }, 'TESTER'],
    ['wrong', { password: 'wrong' }, '390100'],
    ['of another length', { password: 'r' }, '390100'],
    ['of another user', { username: 'robot' }, '390100'],
    ['for nobody', { username: 'nobody' }, '390100'],
  ])('%s', async (_what, options, expected) => {
    expect(await signIn(options)).toBe(expected);
  });

  test('and a disabled user: 390101, however the sign-in', async () => {
    await admin.run('CREATE USER gone DISABLED = TRUE');
    await admin.run(`ALTER USER gone SET RSA_PUBLIC_KEY = '${der(first.publicKey)}'`);
    const options = { authenticator: 'SNOWFLAKE_JWT', username: 'gone', privateKey: pem(first.privateKey) };
    expect(await signIn(options)).toBe('390101');
  });
});

// https://docs.snowflake.com/en/user-guide/key-pair-auth
describe('a key pair', () => {
  const keyPair = (key: KeyObject, username = 'robot'): Partial<ConnectionOptions> => ({
    authenticator: 'SNOWFLAKE_JWT',
    username,
    privateKey: pem(key),
  });

  test('of the user signs in, another one is 390144', async () => {
    expect(await signIn(keyPair(first.privateKey))).toBe('ROBOT');
    expect(await signIn(keyPair(stranger.privateKey))).toBe('390144');
    expect(await signIn(keyPair(first.privateKey, 'workflow'))).toBe('390144');
    expect(await signIn(keyPair(first.privateKey, 'nobody'))).toBe('390144');
  });

  test('is changed without a gap by the second key', async () => {
    await admin.run(`ALTER USER robot SET RSA_PUBLIC_KEY_2 = '${der(second.publicKey)}'`);
    expect(await signIn(keyPair(first.privateKey))).toBe('ROBOT');
    expect(await signIn(keyPair(second.privateKey))).toBe('ROBOT');
    await admin.run('ALTER USER robot UNSET RSA_PUBLIC_KEY');
    expect(await signIn(keyPair(first.privateKey))).toBe('390144');
    expect(await signIn(keyPair(second.privateKey))).toBe('ROBOT');
  });

  test.each<[string, Record<string, unknown>, KeyObject]>([
    ['has expired', { exp: 1_600_000_000 }, second.privateKey],
    ['has no time at all', { exp: undefined }, second.privateKey],
    ['is for another user', { sub: 'LOCAL.TESTER' }, second.privateKey],
    ['names another key', { iss: 'LOCAL.ROBOT.SHA256:AAAA' }, second.privateKey],
    ['is signed with another key', {}, stranger.privateKey],
  ])('whose token %s is 390144', async (_what, claims, key) => {
    const { createHash } = await import('node:crypto');
    const print = createHash('sha256')
      .update(Buffer.from(der(second.publicKey), 'base64'))
      .digest('base64');
    const payload = {
      iss: `LOCAL.ROBOT.SHA256:${print}`,
      sub: 'LOCAL.ROBOT',
      exp: Math.floor(Date.now() / 1000) + 60,
      ...claims,
    };
    const right = key === second.privateKey && Object.keys(claims).length === 0;
    expect(right).toBe(false);
    expect(
      await loginCode({ AUTHENTICATOR: 'SNOWFLAKE_JWT', LOGIN_NAME: 'robot', TOKEN: jwt(payload, key) }),
    ).toBe('390144');
  });

  test('whose token is none, or is not signed at all, is 390144', async () => {
    const unsigned = [{ alg: 'none' }, { sub: 'LOCAL.ROBOT', exp: 9_999_999_999 }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    for (const token of ['', 'x', 'a.b.c', `${unsigned}.`, `${unsigned}.AAAA`]) {
      expect(await loginCode({ AUTHENTICATOR: 'SNOWFLAKE_JWT', LOGIN_NAME: 'robot', TOKEN: token })).toBe(
        '390144',
      );
    }
  });
});

describe('a token', () => {
  test.each([
    ['OAUTH', 'oauth-token-of-robot', 'robot', 'ROBOT'],
    ['OAUTH', 'oauth-token-of-robot', undefined, 'ROBOT'],
    ['OAUTH', 'oauth-token-of-robot', 'tester', '390303'],
    ['OAUTH', 'made-up-token', 'robot', '390303'],
    ['OAUTH', 'access-token-of-robot', 'robot', '390303'],
    ['OAUTH', 'oauth-token-of-the-past', 'robot', '390318'],
    ['PROGRAMMATIC_ACCESS_TOKEN', 'access-token-of-robot', 'robot', 'ROBOT'],
    ['PROGRAMMATIC_ACCESS_TOKEN', 'made-up-token', 'robot', '394400'],
    ['PROGRAMMATIC_ACCESS_TOKEN', 'access-token-of-robot', 'tester', '394400'],
    ['PROGRAMMATIC_ACCESS_TOKEN', 'access-token-of-the-past', 'robot', '394400'],
  ])('%s %s of %s: %s', async (authenticator, token, username, expected) => {
    expect(
      await signIn({ authenticator, token, ...(username === undefined ? {} : { username }) } as never),
    ).toBe(expected);
  });

  // https://docs.snowflake.com/en/user-guide/programmatic-access-tokens
  test('of programmatic access takes the place of a password', async () => {
    expect(await signIn({ username: 'robot', password: 'access-token-of-robot' })).toBe('ROBOT');
    expect(await signIn({ username: 'tester', password: 'access-token-of-robot' })).toBe('390100');
  });
});

// https://docs.snowflake.com/en/user-guide/workload-identity-federation
describe('a workload identity', () => {
  const claims = {
    iss: ISSUER,
    sub: SUBJECT,
    aud: 'snowflakecomputing.com',
    exp: Math.floor(Date.now() / 1000) + 300,
  };
  const identity = (token: string): Partial<ConnectionOptions> =>
    ({ authenticator: 'WORKLOAD_IDENTITY', workloadIdentityProvider: 'OIDC', token }) as never;

  test('with an issuer’s token signs its user in', async () => {
    expect(await signIn(identity(jwt(claims, issuer.privateKey)))).toBe('WORKFLOW');
  });

  test.each<[string, object, KeyObject]>([
    ['of another repository', { sub: 'repo:other/dataops:ref:refs/heads/main' }, issuer.privateKey],
    ['for another audience', { aud: 'example.com' }, issuer.privateKey],
    ['of an issuer that is not listed', { iss: 'https://issuer.example' }, issuer.privateKey],
    ['that has expired', { exp: 1_600_000_000 }, issuer.privateKey],
    ['signed by another key', {}, stranger.privateKey],
  ])('%s is refused', async (_what, change, key) => {
    expect(await signIn(identity(jwt({ ...claims, ...change }, key)))).toBe('390144');
  });

  test('of a cloud, which would take a call to it, is refused by name', async () => {
    const answer = await login({ AUTHENTICATOR: 'WORKLOAD_IDENTITY', PROVIDER: 'AWS', TOKEN: 'e30=' });
    expect(answer).toMatchObject({ success: false, code: '390144' });
    expect(answer.message).toContain('cannot check a workload identity of AWS');
  });
});

test('another way to sign in is refused, not taken for a password', async () => {
  const answer = await login({ AUTHENTICATOR: 'EXTERNALBROWSER', LOGIN_NAME: 'tester', PASSWORD: 'right' });
  expect(answer).toMatchObject({ success: false });
  expect(answer.message).toContain('does not sign in with EXTERNALBROWSER');
});

test('a role that does not exist is error 390189', async () => {
  expect(await signIn({ role: 'nothing' })).toBe('390189');
});

test('a user’s defaults are used where the connection names nothing', async () => {
  await admin.run('CREATE WAREHOUSE usual');
  await admin.run('CREATE ROLE loader');
  await admin.run('CREATE SCHEMA d.own');
  await admin.run(
    "ALTER USER robot SET DEFAULT_WAREHOUSE = 'USUAL' DEFAULT_ROLE = 'LOADER' DEFAULT_NAMESPACE = 'D.OWN'",
  );
  const session = await local.connect({
    authenticator: 'OAUTH',
    token: 'oauth-token-of-robot',
    database: undefined,
    schema: undefined,
  } as never);
  expect(
    await session.run('SELECT CURRENT_WAREHOUSE() AS w, CURRENT_ROLE() AS r, CURRENT_SCHEMA() AS s'),
  ).toEqual([{ W: 'USUAL', R: 'LOADER', S: 'OWN' }]);
  await session.close();
});

function jwt(payload: object, key: KeyObject): string {
  const head = [{ alg: 'RS256', typ: 'JWT' }, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${head}.${sign('RSA-SHA256', Buffer.from(head), key).toString('base64url')}`;
}

interface Answer {
  success: boolean;
  code: string | null;
  message: string;
}

async function login(data: Record<string, string>): Promise<Answer> {
  const response = await fetch(`${local.server.url}/session/v1/login-request`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ data }),
  });
  return (await response.json()) as Answer;
}

async function loginCode(data: Record<string, string>): Promise<string | null> {
  return (await login(data)).code;
}
