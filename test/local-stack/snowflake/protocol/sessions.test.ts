import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DriverSession, startTestServer, type TestServer } from '../../../support/driver.ts';

let local: TestServer;
let driver: DriverSession;

beforeAll(async () => {
  local = await startTestServer({
    engine: { limits: { sessions: 6 } },
    server: { tokenLifetimes: { session: 3600, master: 7200 } },
  });
  driver = await local.connect();
});

afterAll(async () => {
  await driver.close();
  await local.close();
});

async function sessionId(session: DriverSession): Promise<string> {
  const [row] = await session.run('SELECT CURRENT_SESSION() AS s');
  return String(row!.S);
}

// https://docs.snowflake.com/en/sql-reference/parameters
describe('session parameters', () => {
  test.each([
    [
      "TIMEZONE = 'Asia/Tokyo'",
      "SELECT '2026-01-01 00:00:00 +0000'::TIMESTAMP_LTZ::VARCHAR AS v",
      '2026-01-01 09:00:00.000 +0900',
    ],
    ["DATE_OUTPUT_FORMAT = 'DD.MM.YYYY'", "SELECT '2026-01-31'::DATE::VARCHAR AS v", '31.01.2026'],
    [
      "TIMESTAMP_TYPE_MAPPING = 'TIMESTAMP_LTZ'",
      "SELECT SYSTEM$TYPEOF('2026-01-01'::TIMESTAMP) AS v",
      'TIMESTAMP_LTZ(9)[SB16]',
    ],
    ['WEEK_START = 7', "SELECT DAYOFWEEK('2026-01-04'::DATE) AS v", 1],
    [
      "QUERY_TAG = '123'",
      "SELECT COUNT(*) AS v FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION()) WHERE query_tag = '123'",
      1,
    ],
  ])('%s takes effect', async (setting, sql, expected) => {
    const session = await local.connect();
    await session.run(`ALTER SESSION SET ${setting}`);
    const [row] = await session.run(sql);
    expect(row!.V).toEqual(expected);
    await session.close();
  });

  test.each([
    ["NOT_A_PARAMETER = 'x'", '001006', "invalid parameter 'NOT_A_PARAMETER'"],
    ["TIMEZONE = 'Mars/Olympus'", '001008', "invalid value [Mars/Olympus] for parameter 'TIMEZONE'"],
    ['WEEK_START = 9', '001008', "invalid value [9] for parameter 'WEEK_START'"],
    ["AUTOCOMMIT = 'maybe'", '001008', "invalid value [maybe] for parameter 'AUTOCOMMIT'"],
    ["TIMESTAMP_TYPE_MAPPING = 'TIMESTAMP_XTZ'", '001008', 'invalid value [TIMESTAMP_XTZ]'],
    ['STATEMENT_TIMEOUT_IN_SECONDS = -1', '001008', 'invalid value [-1]'],
    ['CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY = 5', '001008', 'invalid value [5]'],
    ['QUOTED_IDENTIFIERS_IGNORE_CASE = TRUE', '999001', 'parameter QUOTED_IDENTIFIERS_IGNORE_CASE'],
  ])('%s is refused', async (setting, code, message) => {
    const error = await driver.error(`ALTER SESSION SET ${setting}`);
    expect(String(error.code)).toBe(code);
    expect(error.message).toContain(message);
  });

  test('UNSET gives the default again', async () => {
    await driver.run("ALTER SESSION SET TIMEZONE = 'UTC', WEEK_START = 1");
    await driver.run('ALTER SESSION UNSET TIMEZONE, WEEK_START');
    const rows = await driver.run("SHOW PARAMETERS LIKE 'TIMEZONE'");
    expect(rows[0]).toMatchObject({ value: 'America/Los_Angeles', level: '' });
  });

  test('at the connection are in force from the first statement', async () => {
    const session = await local.connect({ queryTag: 'nightly', clientSessionKeepAlive: true });
    const rows = await session.run("SHOW PARAMETERS LIKE '%_KEEP_ALIVE'");
    expect(rows.find((row) => row.key === 'CLIENT_SESSION_KEEP_ALIVE')).toMatchObject({ value: 'true' });
    expect([...local.engine.queries.values()].at(-1)!.queryTag).toBe('nightly');
    await session.close();
  });

  test('that do not exist refuse the connection', async () => {
    const response = await fetch(`${local.server.url}/session/v1/login-request`, {
      method: 'POST',
      body: JSON.stringify({
        data: { LOGIN_NAME: 'tester', PASSWORD: 'right', SESSION_PARAMETERS: { NOT_A_PARAMETER: 1 } },
      }),
    });
    expect(await response.json()).toMatchObject({ success: false, code: '001006' });
  });

  test('of one statement leave the session’s as they are', async () => {
    const zone =
      "SELECT TO_VARCHAR(CONVERT_TIMEZONE('UTC', '2026-01-01 00:00:00'::TIMESTAMP_NTZ)::TIMESTAMP_LTZ, 'TZHTZM') AS z";
    const own = await driver.run(zone, { parameters: { TIMEZONE: 'Asia/Tokyo', QUERY_TAG: 'once' } });
    const after = await driver.run(zone);
    expect(own).not.toEqual(after);
    expect([...local.engine.queries.values()].slice(-2).map((query) => query.queryTag)).toEqual(['once', '']);
    const error = await driver.error('SELECT 1', { parameters: { NOT_A_PARAMETER: 1 } });
    expect(String(error.code)).toBe('001006');
  });
});

// https://docs.snowflake.com/en/sql-reference/transactions: autocommit
test('with AUTOCOMMIT off, DML stays in a transaction until COMMIT; DDL commits it', async () => {
  const off = await local.connect();
  await off.run('CREATE TABLE held (a INT)');
  await off.run('ALTER SESSION SET AUTOCOMMIT = FALSE');
  await off.run('INSERT INTO held VALUES (1)');
  expect(await driver.run('SELECT COUNT(*) AS n FROM held')).toEqual([{ N: 0 }]);
  await off.run('ROLLBACK');
  await off.run('INSERT INTO held VALUES (2)');
  await off.run('COMMIT');
  await off.run('INSERT INTO held VALUES (3)');
  await off.run('CREATE TABLE another (a INT)');
  await off.run('INSERT INTO held VALUES (4)');
  await off.close();
  expect(await driver.run('SELECT a FROM held ORDER BY a')).toEqual([{ A: 2 }, { A: 3 }]);
});

describe('tokens', () => {
  test('a heartbeat keeps a session; of an ended one it fails', async () => {
    const session = await local.connect();
    await (session.connection as unknown as { heartbeatAsync(): Promise<unknown> }).heartbeatAsync();
    expect(await session.connection.isValidAsync()).toBe(true);
    await session.close();
    expect(await session.connection.isValidAsync()).toBe(false);
  });

  test('23: an expired session token is renewed, also for several statements at once', async () => {
    local.server.expireSession(await sessionId(driver));
    const answers = await Promise.all([1, 2, 3].map((n) => driver.run(`SELECT ${n} AS n`)));
    expect(answers).toEqual([[{ N: 1 }], [{ N: 2 }], [{ N: 3 }]]);
  });

  test('23: an expired master token ends the connection, and the next one works', async () => {
    const session = await local.connect();
    local.server.expireSession(await sessionId(session), 'master');
    await expect(session.run('SELECT 1')).rejects.toThrow();
    expect(session.connection.isUp()).toBe(false);
    expect(await driver.run('SELECT 1 AS x')).toEqual([{ X: 1 }]);
  });

  test('of an ended session are error 390111, made-up ones 390104', async () => {
    const call = async (path: string, token: string): Promise<unknown> =>
      (
        await fetch(`${local.server.url}${path}`, {
          method: 'POST',
          headers: { authorization: `Snowflake Token="${token}"` },
          body: '{"sqlText":"SELECT 1"}',
        })
      ).json();
    const { data } = (await (
      await fetch(`${local.server.url}/session/v1/login-request`, {
        method: 'POST',
        body: JSON.stringify({ data: { LOGIN_NAME: 'tester', PASSWORD: 'right' } }),
      })
    ).json()) as { data: { token: string; masterToken: string } };
    // A master token renews, it runs nothing.
    expect(await call('/queries/v1/query-request', data.masterToken)).toMatchObject({ code: '390104' });
    const renewed = (await call('/session/token-request', data.masterToken)) as {
      data: { sessionToken: string; sessionId: unknown };
    };
    expect(typeof renewed.data.sessionId).toBe('number');
    // A request on its way with the token before is carried out.
    expect(await call('/queries/v1/query-request', data.token)).toMatchObject({ success: true });
    expect(await call('/session?delete=true', renewed.data.sessionToken)).toMatchObject({ success: true });
    expect(await call('/queries/v1/query-request', renewed.data.sessionToken)).toMatchObject({
      code: '390111',
    });
    expect(await call('/queries/v1/query-request', 'made-up')).toMatchObject({ code: '390104' });
  });
});

describe('the end of a session', () => {
  test('takes its open transaction back and drops its temporary objects', async () => {
    const session = await local.connect();
    await session.run('CREATE TABLE kept (a INT)');
    await session.run('CREATE TEMPORARY TABLE passing (a INT)');
    await session.run('CREATE TEMPORARY STAGE passing_stage');
    await session.run('BEGIN');
    await session.run('INSERT INTO kept VALUES (1)');
    await session.close();
    expect(await driver.run('SELECT COUNT(*) AS n FROM kept')).toEqual([{ N: 0 }]);
    expect(local.engine.catalog.list('TABLE').map((table) => table.name)).not.toContain('PASSING');
    expect(local.engine.catalog.list('STAGE').map((stage) => stage.name)).not.toContain('PASSING_STAGE');
  });

  test('cancels what it runs', async () => {
    const session = await local.connect();
    const running = session.run(
      'WITH g AS (SELECT SEQ4() AS n FROM TABLE(GENERATOR(ROWCOUNT => 100000))) SELECT COUNT(*) FROM g a, g b, g c WHERE a.n * b.n + c.n = -1 -- left behind',
    );
    const failed = expect(running).rejects.toThrow();
    const found = () =>
      [...local.engine.queries.values()].find((query) => query.text.endsWith('left behind'));
    while (found() === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    await session.close();
    await failed;
    expect(found()!.error?.code).toBe('000604');
  });
});

test('more sessions than allowed are refused with error 999002; an ended one makes room', async () => {
  const sessions: DriverSession[] = [];
  const refused = async (): Promise<unknown> => {
    for (;;) {
      try {
        sessions.push(await local.connect());
      } catch (error) {
        return error;
      }
    }
  };
  const error = (await refused()) as { code: string; message: string };
  expect(String(error.code)).toBe('999002');
  expect(error.message).toContain('6 sessions are open');
  await sessions.pop()!.close();
  const again = await local.connect();
  expect(await again.run('SELECT 1 AS x')).toEqual([{ X: 1 }]);
  for (const session of [...sessions, again]) await session.close();
});
