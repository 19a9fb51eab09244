import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../../support/driver.ts';

// No client of another make installs from npm or Debian. So requests are sent here as the public drivers of other
// languages send them: snowflakedb/gosnowflake (auth.go, restful.go, query.go, bind_uploader.go) and
// snowflakedb/snowflake-connector-python (network.py, cursor.py).
let local: TestServer;
let go: Client;

interface Answer {
  success: boolean;
  code: string | null;
  message: string | null;
  data: Record<string, unknown>;
}

/** A driver: its name, its session, and the headers that it sends. */
interface Client {
  token: string;
  masterToken: string;
  login: Answer;
  /** The answer to a statement, asked for as long as it is in progress. */
  query(sqlText: string, more?: object): Promise<Answer>;
  /** The first answer. */
  first(sqlText: string, more?: object, requestId?: string): Promise<Answer>;
  get(path: string): Promise<Answer>;
  post(path: string, body?: object, token?: string): Promise<Answer>;
}

async function signIn(
  app: string,
  version: string,
  sessionParameters: object,
  more: object = {},
): Promise<Client> {
  const call = async (path: string, init: RequestInit, token?: string): Promise<Answer> => {
    const response = await fetch(`${local.server.url}${path}`, {
      ...init,
      headers: {
        accept: 'application/snowflake',
        'content-type': 'application/json',
        CLIENT_APP_ID: app,
        CLIENT_APP_VERSION: version,
        ...(token === undefined ? {} : { authorization: `Snowflake Token="${token}"` }),
      },
    });
    expect(response.status).toBe(200);
    return (await response.json()) as Answer;
  };
  const login = await call(
    `/session/v1/login-request?requestId=${randomUUID()}&request_guid=${randomUUID()}&databaseName=d&schemaName=public`,
    {
      method: 'POST',
      body: JSON.stringify({
        data: {
          CLIENT_APP_ID: app,
          CLIENT_APP_VERSION: version,
          ACCOUNT_NAME: 'LOCAL',
          LOGIN_NAME: 'tester',
          PASSWORD: 'right',
          SESSION_PARAMETERS: sessionParameters,
          CLIENT_ENVIRONMENT: { OS: 'linux', OCSP_MODE: 'FAIL_OPEN' },
          ...more,
        },
      }),
    },
  );
  const { token, masterToken } = login.data as { token: string; masterToken: string };
  const first: Client['first'] = (sqlText, extra = {}, requestId = randomUUID()) =>
    call(
      `/queries/v1/query-request?requestId=${requestId}&request_guid=${randomUUID()}`,
      {
        method: 'POST',
        body: JSON.stringify({
          sqlText,
          asyncExec: false,
          sequenceId: 1,
          isInternal: false,
          queryContextDTO: {},
          ...extra,
        }),
      },
      token,
    );
  return {
    token,
    masterToken,
    login,
    first,
    query: async (sqlText, extra) => {
      let answer = await first(sqlText, extra);
      while (answer.code === '333333')
        answer = await call(String(answer.data.getResultUrl), { method: 'GET' }, token);
      return answer;
    },
    get: (path) => call(path, { method: 'GET' }, token),
    post: (path, body = {}, own = token) => call(path, { method: 'POST', body: JSON.stringify(body) }, own),
  };
}

beforeAll(async () => {
  local = await startTestServer({ server: { answerWithinMs: 50 } });
  go = await signIn('Go', '2.0.0', {
    GO_QUERY_RESULT_FORMAT: 'ARROW',
    CLIENT_VALIDATE_DEFAULT_PARAMETERS: undefined,
  });
  await go.query("ALTER SESSION SET TIMEZONE = 'UTC'");
});

afterAll(() => local.close());

describe('the login’s answer', () => {
  test('has what strict readers of JSON expect, in the types that they expect', () => {
    expect(go.login).toMatchObject({ success: true, code: null, message: null });
    expect(go.login.data).toMatchObject({
      validityInSeconds: 3600,
      masterValidityInSeconds: 14_400,
      displayUserName: 'TESTER',
      sessionId: expect.any(Number),
      sessionInfo: { databaseName: 'D', schemaName: 'PUBLIC', warehouseName: null, roleName: 'ACCOUNTADMIN' },
    });
    const parameters = go.login.data.parameters as { name: string; value: unknown }[];
    const value = (name: string): unknown => parameters.find((parameter) => parameter.name === name)?.value;
    expect(value('TIMEZONE')).toBe('America/Los_Angeles');
    expect(value('AUTOCOMMIT')).toBe(true);
    expect(value('CLIENT_STAGE_ARRAY_BINDING_THRESHOLD')).toBe(65_280);
  });

  test('takes the format that each driver asks for', async () => {
    for (const [app, parameter] of [
      ['PythonConnector', 'PYTHON_CONNECTOR_QUERY_RESULT_FORMAT'],
      ['JDBC', 'JDBC_QUERY_RESULT_FORMAT'],
      ['ODBC', 'ODBC_QUERY_RESULT_FORMAT'],
      ['.NET', 'DOTNET_QUERY_RESULT_FORMAT'],
    ] as const) {
      for (const format of ['JSON', 'ARROW']) {
        const client = await signIn(app, '3.0.0', { [parameter]: format });
        const answer = await client.query('SELECT 1');
        expect(answer.data).toMatchObject({ queryResultFormat: 'json', rowset: [['1']] });
        await client.post('/session?delete=true');
      }
    }
  });
});

test('a result’s row type and row set are as the drivers decode them', async () => {
  const { data } = await go.query(
    `SELECT 1::NUMBER(5,2) AS n, 1.5::FLOAT AS f, 'x'::VARCHAR(7) AS s, TRUE AS b, '2026-01-31'::DATE AS d,
            '10:20:30.123'::TIME(3) AS t, '2026-01-31 10:20:30.5'::TIMESTAMP_NTZ(9) AS ntz,
            '2026-01-31 10:20:30 +0000'::TIMESTAMP_LTZ AS ltz, '2026-01-31 10:20:30 +0000'::TIMESTAMP_TZ AS tz,
            TO_BINARY('FF00', 'HEX') AS x, PARSE_JSON('{"a":1}') AS v, NULL AS z`,
  );
  expect((data.rowtype as { name: string; type: string }[]).map(({ name, type }) => [name, type])).toEqual([
    ['N', 'fixed'],
    ['F', 'real'],
    ['S', 'text'],
    ['B', 'boolean'],
    ['D', 'date'],
    ['T', 'time'],
    ['NTZ', 'timestamp_ntz'],
    ['LTZ', 'timestamp_ltz'],
    ['TZ', 'timestamp_tz'],
    ['X', 'binary'],
    ['V', 'variant'],
    ['Z', 'text'],
  ]);
  expect(data.rowset).toEqual([
    [
      '1.00',
      '1.5',
      'x',
      '1',
      '20484',
      '37230.123',
      '1769854830.500000000',
      '1769854830.000000000',
      '1769854830.000000000 1440',
      'FF00',
      '{"a":1}',
      null,
    ],
  ]);
  expect(data).toMatchObject({ total: 1, returned: 1, statementTypeId: 0x1000, finalDatabaseName: 'D' });
});

// goTypeToSnowflake, getBindValues: dates in milliseconds, times and timestamps in nanoseconds, binary in hex.
test.each([
  ['FIXED', '12', 'NUMBER', '12'],
  ['FIXED', '-12345678901234567890123456789012345678', 'NUMBER', '-12345678901234567890123456789012345678'],
  ['REAL', '1.25', 'FLOAT', '1.25'],
  ['REAL', '1e-7', 'FLOAT', '1e-07'],
  ['BOOLEAN', 'true', 'BOOLEAN', 'true'],
  ['BOOLEAN', '1', 'BOOLEAN', 'true'],
  ['TEXT', "o'clock", 'VARCHAR', "o'clock"],
  ['DATE', '1769817600000', 'DATE', '2026-01-31'],
  ['DATE', '-86400000', 'DATE', '1969-12-31'],
  ['TIME', '37230123456789', 'TIME', '10:20:30'],
  ['TIMESTAMP_NTZ', '1769854830123456789', 'TIMESTAMP_NTZ', '2026-01-31 10:20:30.123'],
  ['TIMESTAMP_NTZ', '-500000000', 'TIMESTAMP_NTZ', '1969-12-31 23:59:59.500'],
  ['TIMESTAMP_LTZ', '1769854830123456789', 'TIMESTAMP_LTZ', '2026-01-31 10:20:30.123 +0000'],
  ['TIMESTAMP_TZ', '1769854830123456789 1770', 'TIMESTAMP_TZ', '2026-01-31 15:50:30.123 +0530'],
  ['TIMESTAMP_TZ', '1769854830123456789 1320', 'TIMESTAMP_TZ', '2026-01-31 08:20:30.123 -0200'],
  ['BINARY', 'FF00', 'BINARY', 'FF00'],
])('a bind of type %s: %s', async (type, value, name, text) => {
  const bindings = { 1: { type, value }, 2: { type, value: null } };
  const one = await go.query('SELECT SYSTEM$TYPEOF(?), ?', { bindings });
  expect(one.message).toBe(null);
  expect(String((one.data.rowset as string[][])[0]![0])).toMatch(new RegExp(`^${name}\\b`));
  expect((one.data.rowset as (string | null)[][])[0]![1]).toBe(null);
  // The same as an array, into a column of the type.
  await go.query(`CREATE OR REPLACE TABLE bound (v ${name === 'NUMBER' ? 'NUMBER(38,0)' : name})`);
  const many = await go.query('INSERT INTO bound VALUES (?)', {
    bindings: { 1: { type, value: [value, null, value] } },
  });
  expect(many.data).toMatchObject({ rowset: [['3']], statementTypeId: 0x3100 });
  const { data } = await go.query('SELECT DISTINCT v::VARCHAR FROM bound WHERE v IS NOT NULL');
  expect((data.rowset as string[][])[0]![0]!.toLowerCase()).toBe(text.toLowerCase());
});

test('arrays of different lengths, or beside a single value, are error 002049', async () => {
  await go.query('CREATE OR REPLACE TABLE pairs (a INT, b INT)');
  for (const [first, second] of [
    [['1', '2'], ['1']],
    [['1', '2'], '1'],
  ]) {
    const bindings = { 1: { type: 'FIXED', value: first }, 2: { type: 'FIXED', value: second } };
    expect(await go.query('INSERT INTO pairs VALUES (?, ?)', { bindings })).toMatchObject({
      success: false,
      code: '002049',
    });
  }
});

test('rows that a driver has put on its bind stage are inserted', async () => {
  // As bind_uploader.go does, with its gzip.
  await go.query(
    "CREATE OR REPLACE TEMPORARY STAGE SYSTEM$BIND file_format=(type=csv field_optionally_enclosed_by='\"')",
  );
  const path = `@SYSTEM$BIND/${randomUUID()}`;
  const put = await go.query(`put 'file:///tmp/placeholder/1' '${path}' overwrite=true`);
  expect(put.data).toMatchObject({
    command: 'UPLOAD',
    overwrite: true,
    stageInfo: { locationType: 'LOCAL_FS' },
  });
  const { location } = put.data.stageInfo as { location: string };
  mkdirSync(location, { recursive: true });
  writeFileSync(join(location, '1.gz'), gzipSync('1,"a ""quoted"" text"\n2,\n'));
  await go.query('CREATE OR REPLACE TABLE staged (a INT, b VARCHAR)');
  const inserted = await go.query('INSERT INTO staged VALUES (?, ?)', { bindStage: path });
  expect(inserted.data).toMatchObject({ rowset: [['2']] });
  expect((await go.query('SELECT * FROM staged ORDER BY a')).data.rowset).toEqual([
    ['1', 'a "quoted" text'],
    ['2', null],
  ]);
});

test('a long statement is asked for again at the address that the answer names', async () => {
  let answer = await go.first("SELECT SYSTEM$WAIT(300, 'MILLISECONDS'), 5");
  expect(answer).toMatchObject({ success: true, code: '333333' });
  while (answer.code === '333333') answer = await go.get(String(answer.data.getResultUrl));
  expect(answer.data).toMatchObject({ rowset: [['waited 300 milliseconds', '5']] });
});

test('an asynchronous statement, its status and its result', async () => {
  const started = await go.first('SELECT 6', { asyncExec: true });
  expect(started).toMatchObject({ success: true, code: '333334' });
  const id = String(started.data.queryId);
  const status = async (): Promise<Record<string, unknown>> =>
    (
      (await go.get(`/monitoring/queries/${id}?request_guid=${randomUUID()}`)).data.queries as Record<
        string,
        unknown
      >[]
    )[0]!;
  while ((await status()).status === 'RUNNING') await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await status()).toMatchObject({
    status: 'SUCCESS',
    sqlText: 'SELECT 6',
    startTime: expect.any(Number),
  });
  expect((await go.get(`/queries/${id}/result`)).data).toMatchObject({ rowset: [['6']], queryId: id });
});

test('a statement is cancelled by its request id', async () => {
  const requestId = randomUUID();
  const running = go.first('SELECT SYSTEM$WAIT(60)', {}, requestId);
  expect(await running).toMatchObject({ code: '333333' });
  expect(await go.post(`/queries/v1/abort-request?requestId=${randomUUID()}`, { requestId })).toMatchObject({
    success: true,
  });
  const id = String((await running).data.queryId);
  let answer = await go.get(`/queries/${id}/result`);
  while (answer.code === '333333') answer = await go.get(`/queries/${id}/result`);
  expect(answer).toMatchObject({ success: false, code: '000604', data: { sqlState: '57014', queryId: id } });
  expect(await go.post('/queries/v1/abort-request', { requestId })).toMatchObject({ code: '000605' });
});

test('several statements: ids and types of each result', async () => {
  await go.query('CREATE OR REPLACE TABLE multi (a INT)');
  const { data } = await go.query('INSERT INTO multi VALUES (?); SELECT ?; DELETE FROM multi', {
    parameters: { MULTI_STATEMENT_COUNT: 3 },
    bindings: { 1: { type: 'FIXED', value: '1' }, 2: { type: 'TEXT', value: 'x' } },
  });
  expect(data.resultTypes).toBe(`${0x3100},${0x1000},${0x3300}`);
  const ids = String(data.resultIds).split(',');
  const rowsets = await Promise.all(
    ids.map(async (id) => (await go.get(`/queries/${id}/result`)).data.rowset),
  );
  expect(rowsets).toEqual([[['1']], [['x']], [['1']]]);
});

test('an error has number, SQLSTATE, query id, line and position', async () => {
  expect(await go.query('SELECT 1,\n  nothing FROM (SELECT 1 AS a)')).toMatchObject({
    success: false,
    code: '000904',
    message: "SQL compilation error: error line 2 at position 2\ninvalid identifier 'NOTHING'",
    data: {
      errorCode: '000904',
      sqlState: '42000',
      line: 2,
      pos: 2,
      type: 'COMPILATION',
      queryId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    },
  });
});

test('a renewed token and the end of a session', async () => {
  const client = await signIn('PythonConnector', '3.0.0', {});
  const renewed = await client.post(
    '/session/token-request',
    { oldSessionToken: client.token, requestType: 'RENEW' },
    client.masterToken,
  );
  expect(renewed.data).toMatchObject({
    sessionToken: expect.any(String),
    validityInSecondsST: 3600,
    masterToken: expect.any(String),
    validityInSecondsMT: 14_400,
    sessionId: client.login.data.sessionId,
  });
  const { sessionToken } = renewed.data as { sessionToken: string };
  expect(await client.post('/session/heartbeat', {}, sessionToken)).toMatchObject({ success: true });
  expect(await client.post('/session?delete=true', {}, sessionToken)).toMatchObject({ success: true });
  expect(await client.post('/session/heartbeat', {}, sessionToken)).toMatchObject({ code: '390111' });
});

test('telemetry is taken and goes nowhere', async () => {
  for (const path of ['/telemetry/send', '/telemetry/send/sessionless'])
    expect(await go.post(path, { logs: [] })).toMatchObject({ success: true });
});
