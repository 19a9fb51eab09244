import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  readSnowflakeSettings,
  SnowflakeSession,
  type SnowflakeSettings,
} from '../../actions/shared/snowflake.ts';
import { startTestServer, type TestServer } from '../support/driver.ts';
import { applyEnvironment } from '../support/stack.ts';

const ISSUER = 'https://token.actions.githubusercontent.com';
const SUBJECT = 'repo:globalmart/dataops:environment:production';
const [user, issuer] = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 })) as [Pair, Pair];
type Pair = ReturnType<typeof generateKeyPairSync>;

let local: TestServer;
beforeAll(async () => {
  local = await startTestServer({
    server: {
      credentials: {
        user: 'tester',
        password: 'right',
        oauthTokens: [{ token: 'oauth-token', user: 'robot' }],
        accessTokens: [{ token: 'access-token', user: 'robot' }],
        identityIssuers: [
          { issuer: ISSUER, publicKey: issuer.publicKey.export({ type: 'spki', format: 'pem' }).toString() },
        ],
      },
    },
  });
  const admin = await local.connect();
  const key = user.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  await admin.run(`CREATE USER robot RSA_PUBLIC_KEY = '${key}'`);
  await admin.run(
    `CREATE USER workflow TYPE = SERVICE WORKLOAD_IDENTITY = (TYPE = OIDC ISSUER = '${ISSUER}' SUBJECT = '${SUBJECT}')`,
  );
  await admin.close();
  afterAll(() => local.close());
});

async function signedIn(settings: Omit<SnowflakeSettings, 'account'>): Promise<unknown> {
  await using session = await SnowflakeSession.open({
    account: 'local',
    accessUrl: local.server.url,
    ...settings,
  });
  return (await session.execute('SELECT CURRENT_USER() AS U')).rows[0]?.U;
}

describe('a session is signed in', () => {
  const plain = user.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const passphrase = 'correct horse';
  const encrypted = user.privateKey
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
    .toString();

  test.each([
    ['with a key pair', { user: 'robot', privateKey: plain }],
    ['with an encrypted key', { user: 'robot', privateKey: encrypted, privateKeyPassphrase: passphrase }],
    ['with an OAuth token', { authenticator: 'OAUTH' as const, token: 'oauth-token' }],
    [
      'with a programmatic access token',
      { authenticator: 'PROGRAMMATIC_ACCESS_TOKEN' as const, user: 'robot', token: 'access-token' },
    ],
  ])('%s', async (_, settings) => {
    expect(await signedIn(settings)).toBe('ROBOT');
  });

  test('with the identity that GitHub issues to the job', async () => {
    const asked: unknown[] = [];
    const claims = { iss: ISSUER, sub: SUBJECT, aud: 'snowflakecomputing.com', exp: Date.now() / 1000 + 300 };
    const parts = [{ alg: 'RS256', typ: 'JWT' }, claims].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    const signature = sign('sha256', Buffer.from(parts.join('.')), issuer.privateKey).toString('base64url');
    const github = createServer((request, response) => {
      asked.push([request.url, request.headers.authorization]);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ value: [...parts, signature].join('.') }));
    });
    await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve));
    const restore = applyEnvironment({
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(github.address() as AddressInfo).port}/token?v=1`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
      // The driver gives identities to Snowflake's hosts only, unless this lists others.
      SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES: '127.0.0.1',
    });
    try {
      expect(await signedIn({ authenticator: 'WORKLOAD_IDENTITY' })).toBe('WORKFLOW');
      expect(asked).toEqual([['/token?v=1&audience=snowflakecomputing.com', 'Bearer request-token']]);
    } finally {
      restore();
      github.close();
    }
  });

  test('not with an identity that the job may not have: the remedy names the permission', async () => {
    const restore = applyEnvironment({ ACTIONS_ID_TOKEN_REQUEST_URL: undefined });
    await expect(signedIn({ authenticator: 'WORKLOAD_IDENTITY' })).rejects.toMatchObject({
      message: expect.stringContaining('GitHub gave this job no identity token'),
      remedy: expect.stringContaining('id-token: write'),
    });
    restore();
  });

  test.each([
    [
      'a wrong passphrase',
      { user: 'robot', privateKey: encrypted, privateKeyPassphrase: 'wrong' },
      'the Snowflake private key cannot be read',
    ],
    [
      'a token that is refused',
      { authenticator: 'OAUTH' as const, token: 'made-up' },
      'could not sign in to account "local": Invalid OAuth access token.',
    ],
  ])('not with %s, and no secret is in the message', async (_, settings, message) => {
    const error = await signedIn(settings).catch((thrown: Error) => thrown);
    expect((error as Error).message).toContain(message);
    for (const secret of ['wrong', 'made-up']) expect((error as Error).message).not.toContain(secret);
  });

  test('with a password on this machine only', async () => {
    expect(await signedIn({ user: 'tester', password: 'right' })).toBe('TESTER');
    for (const accessUrl of [
      undefined,
      'https://acme.snowflakecomputing.com',
      'http://127.0.0.1.example.com',
    ]) {
      const settings = { account: 'acme', user: 'tester', password: 'right' };
      await expect(
        SnowflakeSession.open(accessUrl === undefined ? settings : { ...settings, accessUrl }),
      ).rejects.toThrow('a password does not sign in to account "acme", only to a local Snowflake');
    }
  });
});

test('(failure 23) a token that expires between two statements is renewed', async () => {
  await using session = await SnowflakeSession.open({
    account: 'local',
    accessUrl: local.server.url,
    user: 'tester',
    password: 'right',
  });
  const id = async () => String((await session.execute('SELECT CURRENT_SESSION() AS S')).rows[0]?.S);
  const before = await id();
  local.server.expireSession(before);
  expect(await id()).toBe(before);
});

test('(failure 24) a statement is ended at the time limit of the settings, or its own; the error has its query id', async () => {
  const restore = applyEnvironment({
    SNOWFLAKE_ACCOUNT: 'local',
    SNOWFLAKE_ACCESS_URL: local.server.url,
    SNOWFLAKE_USER: 'tester',
    SNOWFLAKE_PASSWORD: 'right',
    SNOWFLAKE_STATEMENT_TIMEOUT_SECONDS: '1',
  });
  const settings = await readSnowflakeSettings(undefined);
  restore();
  await using session = await SnowflakeSession.open(settings);
  await expect(session.execute('CALL SYSTEM$WAIT(30)')).rejects.toMatchObject({
    code: '000630',
    queryId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  await session.execute('CALL SYSTEM$WAIT(2)', [], { timeoutSeconds: 20 });
});
