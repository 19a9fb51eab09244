import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Engine } from '../../../actions/local-stack/snowflake/engine/engine.ts';
import { startSnowflakeServer } from '../../../actions/local-stack/snowflake/protocol/server.ts';
import { SnowflakeSession, type SnowflakeSettings } from '../../../actions/shared/snowflake.ts';

let directory: string;
let engine: Engine;
let server: Awaited<ReturnType<typeof startSnowflakeServer>>;
let settings: SnowflakeSettings;
let session: SnowflakeSession;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'globalmart-driver-'));
  engine = await Engine.open({ dir: directory, persistent: false });
  server = await startSnowflakeServer({ engine, credentials: { user: 'tester', password: 'right' } });
  settings = { account: 'local', accessUrl: server.url, user: 'tester', password: 'right' };
  session = await SnowflakeSession.open(settings);
  await session.execute('CREATE DATABASE d');
});

afterAll(async () => {
  await session.close();
  await server.close();
  engine.close();
  rmSync(directory, { recursive: true, force: true });
});

test('35: a wrong password is refused, with what to do', async () => {
  await expect(SnowflakeSession.open({ ...settings, password: 'wrong' })).rejects.toThrow(
    /could not sign in to account "local": Incorrect username or password was specified/,
  );
});

test('a key pair signs in, another key does not', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const der = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  await session.execute(`CREATE USER robot RSA_PUBLIC_KEY = '${der}'`);
  const { password: _, ...rest } = settings;
  const pem = (key: typeof privateKey): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
  await using robot = await SnowflakeSession.open({ ...rest, user: 'robot', privateKey: pem(privateKey) });
  expect((await robot.execute('SELECT CURRENT_USER() AS U')).rows).toEqual([{ U: 'ROBOT' }]);
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  await expect(SnowflakeSession.open({ ...rest, user: 'robot', privateKey: pem(other) })).rejects.toThrow(
    'JWT token is invalid',
  );
});

test('values of every type arrive as the driver gives them', async () => {
  const { rows } = await session.execute(
    `SELECT 1 AS I, 12.30::NUMBER(10,2) AS N, 1.5::FLOAT AS F, 'é' AS T, TRUE AS B, NULL AS Z,
            '2026-01-31'::DATE AS D, '2026-01-31 12:34:56.789'::TIMESTAMP_NTZ AS TS,
            PARSE_JSON('{"a":[1,"x",null]}') AS V, TO_BINARY('FF00', 'HEX') AS X`,
  );
  const [row] = rows;
  expect(row).toMatchObject({ I: 1, N: 12.3, F: 1.5, T: 'é', B: true, Z: null, V: { a: [1, 'x', null] } });
  expect(new Date(String(row!.D)).toISOString()).toBe('2026-01-31T00:00:00.000Z');
  expect((row!.TS as Date).toISOString()).toBe('2026-01-31T12:34:56.789Z');
  expect(Buffer.from(row!.X as Buffer).toString('hex')).toBe('ff00');
});

test('binds, and counts of rows that DML changed', async () => {
  await session.execute('CREATE TABLE t (a INT, b VARCHAR)');
  const inserted = await session.execute('INSERT INTO t VALUES (?, ?), (?, ?)', [1, "it's", 2, null]);
  expect(inserted.rowsAffected).toBe(2);
  expect((await session.execute('UPDATE t SET b = ? WHERE a >= ?', ['x', 1])).rowsAffected).toBe(2);
  expect((await session.execute('DELETE FROM t WHERE a = ?', [1])).rowsAffected).toBe(1);
  expect((await session.execute('SELECT * FROM t')).rows).toEqual([{ A: 2, B: 'x' }]);
});

test.each([
  ['SELECT *\nFORM t', '001003', '42000', 2],
  ['SELECT 1 FROM missing', '002003', '42S02', undefined],
  ['SELECT\n  nothing FROM (SELECT 1 AS a)', '000904', '42000', 2],
  ["SELECT 'x'::NUMBER", '100038', '22018', undefined],
  ['SELECT 1/0', '100051', '22012', undefined],
])('%j fails with number %s, SQLSTATE %s and its line', async (sql, code, sqlState, line) => {
  const error = await session.execute(sql).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'SnowflakeStatementError', code, sqlState });
  if (line !== undefined) expect((error as { line?: number }).line).toBe(line);
  expect((error as { queryId?: string }).queryId).toMatch(/^[0-9a-f-]{36}$/);
});

test('RESULT_SCAN reads the last result again', async () => {
  await session.execute("SELECT 7 AS n, 'a' AS s");
  expect(
    (await session.execute('SELECT s, n + 1 AS m FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))')).rows,
  ).toEqual([{ S: 'a', M: 8 }]);
});

test('23: an expired session token is renewed and the statement goes on', async () => {
  const { rows } = await session.execute('SELECT CURRENT_SESSION() AS S');
  server.expireSession(String(rows[0]!.S));
  expect((await session.execute('SELECT 2 AS X')).rows).toEqual([{ X: 2 }]);
});

test('19: a repeated request runs nothing twice', async () => {
  await session.execute('CREATE TABLE once (a INT)');
  const token = await logIn();
  const path = `/queries/v1/query-request?requestId=${randomUUID()}`;
  const insert = { sqlText: 'INSERT INTO d.public.once VALUES (1)' };
  const first = await post(path, insert, token);
  expect(first.body.success).toBe(true);
  expect((await post(path, insert, token)).body).toEqual(first.body);
  expect((await session.execute('SELECT COUNT(*) AS N FROM once')).rows).toEqual([{ N: 1 }]);
});

test('35: another Host header and a made-up token get nowhere', async () => {
  const evil = await post(
    '/queries/v1/query-request?requestId=1',
    { sqlText: 'SELECT 1' },
    'x',
    'evil.example',
  );
  expect(evil.status).toBe(403);
  const stranger = await post('/queries/v1/query-request?requestId=1', { sqlText: 'SELECT 1' }, 'made-up');
  expect(stranger.body).toMatchObject({ success: false, code: '390104' });
});

async function logIn(): Promise<string> {
  const answer = await post(
    '/session/v1/login-request',
    { data: { LOGIN_NAME: 'tester', PASSWORD: 'right' } },
    '',
  );
  return (answer.body.data as { token: string }).token;
}

function post(
  path: string,
  body: object,
  token: string,
  host = `127.0.0.1:${server.port}`,
): Promise<{ status: number | undefined; body: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port: server.port,
        path,
        method: 'POST',
        headers: { host, 'content-type': 'application/json', authorization: `Snowflake Token="${token}"` },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        response.once('end', () =>
          resolve({ status: response.statusCode, body: JSON.parse(text) as Record<string, unknown> }),
        );
      },
    );
    call.once('error', reject);
    call.end(JSON.stringify(body));
  });
}
