import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DriverSession, startTestServer, type TestServer } from '../../support/driver.ts';
import { openTestEngine } from '../../support/engine.ts';

const directory = mkdtempSync(join(tmpdir(), 'globalmart-safety-'));
const secret = join(directory, 'secret.csv');
const planted = 'planted-secret-value';

let local: TestServer;
let driver: DriverSession;

beforeAll(async () => {
  writeFileSync(secret, `${planted}\n`);
  process.env.GLOBALMART_PLANTED = planted;
  local = await startTestServer({
    engine: {
      limits: { statementSeconds: 1, memoryResultBytes: 2_000_000 },
    },
  });
  driver = await local.connect();
  await driver.run('CREATE TABLE t (a INT, b VARCHAR)');
  await driver.run('CREATE STAGE s');
});

afterAll(async () => {
  await driver.close();
  await local.close();
  rmSync(directory, { recursive: true, force: true });
});

/** The error of a statement that must fail without showing the planted value. */
async function refused(sql: string): Promise<{ code: string; message: string }> {
  const error = await driver.error(sql);
  expect(JSON.stringify(error)).not.toContain(planted);
  expect(error.message).not.toContain(planted);
  return { code: String(error.code), message: error.message };
}

describe('34: SQL does not reach DuckDB’s own means, and fails at its compilation:', () => {
  test.each([
    [`SELECT * FROM read_csv('${secret}')`],
    [`SELECT * FROM TABLE(read_csv('${secret}'))`],
    [`SELECT * FROM TABLE(read_text('${secret}'))`],
    [`SELECT * FROM '${secret}'`],
    [`SELECT * FROM "${secret}"`],
    [`SELECT * FROM read_parquet("${secret}")`],
    [`SELECT * FROM TABLE(glob('${directory}/*'))`],
    [`SELECT read_text('${secret}')`],
    [`SELECT getenv('GLOBALMART_PLANTED')`],
    [`SELECT current_setting('temp_directory')`],
    [`COPY t TO '${directory}/out.csv'`],
    [`COPY (SELECT 1) TO '${directory}/out.csv'`],
    [`COPY INTO '${directory}/out.csv' FROM t`],
    [`COPY INTO 'file://${directory}/' FROM t`],
    [`COPY INTO t FROM '${secret}'`],
    [`COPY INTO t FROM 'file://${secret}'`],
    [`ATTACH '${directory}/other.duckdb' AS other`],
    ['INSTALL httpfs'],
    ['LOAD httpfs'],
    ['PRAGMA database_list'],
    ['SET enable_external_access = true; SELECT 1'],
    ['CALL pragma_version()'],
    ["EXPORT DATABASE 'x'"],
    ["IMPORT DATABASE 'x'"],
    ['CHECKPOINT'],
    ['SELECT * FROM duckdb_settings()'],
    ['SELECT * FROM TABLE(duckdb_tables())'],
    ["SELECT * FROM pragma_table_info('t')"],
    ['SELECT * FROM sqlite_master'],
    ['SELECT * FROM data.t1'],
    ['SELECT * FROM catalog.objects'],
    ['SELECT * FROM memory.catalog.objects'],
    ['SELECT _row, _born FROM t'],
    ['SELECT c1 FROM t'],
    ["SELECT nextval('data.row_ids')"],
    ["SELECT error('x')"],
    ['CREATE MACRO m(a) AS a'],
    ["CREATE SECRET (TYPE s3, KEY_ID 'x')"],
    ["SELECT * FROM 'https://example.com/x.csv'"],
    ["COPY INTO t FROM 'https://example.com/x.csv'"],
    ["COPY INTO t FROM 'azure://account.blob.core.windows.net/x'"],
  ])('%s', async (sql) => {
    const { code } = await refused(sql);
    expect([
      '001003',
      '000008',
      '002003',
      '002141',
      '000904',
      '999001',
      '001011',
      '001012',
      '002140',
    ]).toContain(code);
    expect(readdirSync(directory)).toEqual(['secret.csv']);
  });
});

describe('34: text stays text', () => {
  const hostile = [
    "'; DROP TABLE t; --",
    "' || read_text('/etc/passwd') || '",
    "\\'; SELECT 1; --",
    "\\\\'); ATTACH 'x'; --",
    '"; DROP TABLE t; --',
    '$$; DROP TABLE t; $$',
    "/* */ ' -- \n '' ; '",
    "E'\\x27'",
    "{{ '}' }}",
  ];
  test.each(hostile)('as a bind and as a literal: %j', async (text) => {
    expect(await driver.run('SELECT ? AS v', { binds: [text] })).toEqual([{ V: text }]);
    const literal = `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
    expect(await driver.run(`SELECT ${literal} AS v`)).toEqual([{ V: text }]);
    expect(await driver.run('SELECT COUNT(*) AS n FROM t')).toEqual([{ N: 0 }]);
  });

  test.each(hostile)('as the name of a table, a column and an alias: %j', async (text) => {
    const name = `"${text.replaceAll('"', '""')}"`;
    await driver.run(`CREATE TABLE ${name} (${name} INT)`);
    await driver.run(`INSERT INTO ${name} VALUES (7)`);
    expect(
      await driver.run(`SELECT ${name}, ${name} AS "a ${text.replaceAll('"', '""')}" FROM ${name}`),
    ).toEqual([{ [text]: 7, [`a ${text}`]: 7 }]);
    await driver.run(`DROP TABLE ${name}`);
    expect(await driver.run('SELECT COUNT(*) AS n FROM t')).toEqual([{ N: 0 }]);
  });

  test.each(hostile)('as comments, tags, variables and formats: %j', async (text) => {
    const literal = `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
    await driver.run(`COMMENT ON TABLE t IS ${literal}`);
    const [shown] = await driver.run("SHOW TABLES LIKE 't'");
    expect(shown!.comment).toBe(text);
    await driver.run(`SET v = ${literal}`);
    expect(await driver.run('SELECT $v AS v')).toEqual([{ V: text }]);
    await driver.run(`ALTER SESSION SET QUERY_TAG = ${literal}`);
    await driver.run('ALTER SESSION UNSET QUERY_TAG');
    // Whatever a format makes of it, nothing else happens.
    await driver.run(`SELECT TO_CHAR('2026-01-01'::DATE, ${literal}) AS v`).catch(() => undefined);
    expect(await driver.run('SELECT COUNT(*) AS n FROM t')).toEqual([{ N: 0 }]);
  });
});

describe('36: stages stay within themselves:', () => {
  test.each([
    ['LIST @s/../..'],
    ['LIST @~/../'],
    ['REMOVE @s/../'],
    ['SELECT $1 FROM @s/../../secret.csv'],
    ["SELECT $1 FROM '@s/../x'"],
    ['COPY INTO t FROM @s/../'],
    ['COPY INTO @s/../x FROM t'],
    ["COPY INTO t FROM @s FILES = ('../../secret.csv')"],
    [`COPY INTO t FROM @s FILES = ('${secret}')`],
    ["GET @s/../ 'file:///tmp/'"],
    ["PUT 'file:///tmp/x' @s/../"],
    ["PUT 'file:///tmp/x' '@s/a/../../b'"],
    ["PUT 'file:///tmp/x' '@s/./b'"],
  ])('%s', async (sql) => {
    const before = readdirSync(local.engine.database.filesDirectory);
    const { code } = await refused(sql);
    expect(['002022', '001003', '100080', '091016', '100016', '002003']).toContain(code);
    expect(readdirSync(local.engine.database.filesDirectory)).toEqual(before);
    expect(existsSync(secret)).toBe(true);
  });
});

// The second wall: SQL text never reaches DuckDB, and if it did, DuckDB is shut in.
describe('34: DuckDB itself is refused', () => {
  test.each([
    [`SELECT * FROM read_csv('${secret}')`],
    [`SELECT * FROM read_text('${secret}')`],
    [`SELECT * FROM glob('/etc/*')`],
    [`COPY (SELECT 1) TO '${directory}/out.csv'`],
    [`ATTACH '${directory}/other.duckdb' AS other`],
    ['INSTALL httpfs'],
    ['LOAD httpfs'],
    ['SET enable_external_access = true'],
    ["SET allowed_directories = ['/']"],
    ["SELECT * FROM read_csv('https://example.com/x.csv')"],
  ])('%s', async (sql) => {
    const session = [...local.engine.sessions][0]!;
    await expect(session.connection.run(sql)).rejects.toThrow(
      /disabled|Permission|not allowed|Cannot|cannot|Extension/,
    );
    expect(readdirSync(directory)).toEqual(['secret.csv']);
  });

  test('what one engine holds, another does not see', async () => {
    const other = await startTestServer();
    const session = await other.connect();
    expect(String((await session.error('SELECT * FROM d.public.t')).code)).toBe('002003');
    await session.close();
    await other.close();
  });
});

describe('33: a statement that wants too much ends with a clear error, and the server goes on:', () => {
  const many = (text: string, count: number): string => text.repeat(count);
  test.each([
    [
      'deep parentheses',
      `SELECT ${many('(', 100_000)}1${many(')', 100_000)}`,
      '999001',
      'nesting of more than 256 levels',
    ],
    ['many minuses', `SELECT ${many('- ', 50_000)}1`, '999001', 'nesting of more than 256 levels'],
    ['many NOTs', `SELECT ${many('NOT ', 50_000)}TRUE`, '999001', 'nesting of more than 256 levels'],
    [
      'deep subqueries',
      `${many('SELECT * FROM (', 5000)}SELECT 1${many(')', 5000)}`,
      '999001',
      'nesting of more than 256 levels',
    ],
    [
      'deep calls',
      `SELECT ${many('ABS(', 20_000)}1${many(')', 20_000)}`,
      '999001',
      'nesting of more than 256 levels',
    ],
    [
      'deep CASE',
      `SELECT ${many('CASE WHEN TRUE THEN ', 10_000)}1${many(' END', 10_000)}`,
      '999001',
      'nesting',
    ],
    ['deep arrays', `SELECT ${many('[', 20_000)}${many(']', 20_000)}`, '999001', 'nesting'],
    ['a long sum', `SELECT ${many('1 + ', 50_000)}1`, '999002', 'nested too deeply'],
    ['a long chain of casts', `SELECT 1${many('::INT', 50_000)}`, '999002', 'nested too deeply'],
    ['a long UNION', `${many('SELECT 1 UNION ALL ', 20_000)}SELECT 1`, '999002', 'nested too deeply'],
    ['a long text of SQL', `SELECT '${many('x', 1_100_000)}'`, '999002', '1048576 bytes'],
    ['deep JSON', `SELECT PARSE_JSON('${many('[', 100_000)}')`, '100069', 'Error parsing JSON'],
    ['a huge text', "SELECT REPEAT('x', 2000000000)", '100082', 'Max LOB size'],
    [
      'too many list items',
      `SELECT 1 IN (${Array.from({ length: 20_000 }, (_, n) => n).join(', ')})`,
      '001795',
      '16,384',
    ],
    [
      'endless recursion',
      'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT COUNT(*) FROM r',
      '000630',
      'timeout of 1 second(s)',
    ],
    [
      'an endless join',
      'SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 10000000)) a, TABLE(GENERATOR(ROWCOUNT => 10000000)) b',
      '000630',
      'timeout of 1 second(s)',
    ],
    [
      'an endless loop',
      'EXECUTE IMMEDIATE $$ BEGIN LET i := 0; LOOP i := i + 1; END LOOP; END $$',
      '000630',
      'timeout of 1 second(s)',
    ],
    [
      'a large result within a script',
      "EXECUTE IMMEDIATE $$ DECLARE c CURSOR FOR SELECT REPEAT('x', 1000) AS s FROM TABLE(GENERATOR(ROWCOUNT => 10000)); BEGIN FOR r IN c DO NULL; END FOR; END $$",
      '999002',
      'memoryResultBytes',
    ],
  ])('%s', async (_what, sql, code, message) => {
    const error = await refused(sql);
    expect(error.message).toContain(message);
    expect(error.code).toBe(code);
    expect(await driver.run('SELECT 1 AS x')).toEqual([{ X: 1 }]);
  });
});

test('33: memory and the disk beside it are limited; the session goes on', async () => {
  const small = await openTestEngine({ limits: { memory: '100MB', spill: '10MB' } });
  const tooMuch = [
    "SELECT ARRAY_SIZE(ARRAY_AGG(REPEAT('x', 1000))) FROM TABLE(GENERATOR(ROWCOUNT => 300000))",
    'SELECT COUNT(*) FROM (SELECT DISTINCT REPEAT(SEQ8()::VARCHAR, 100) AS s FROM TABLE(GENERATOR(ROWCOUNT => 500000)))',
  ];
  for (const sql of tooMuch) {
    const error = await small.error(sql);
    expect(error.code).toBe('999002');
    expect(error.message).toMatch(/more than (?:100MB of memory|10MB of disk)/);
    expect(await small.value('SELECT 1')).toBe('1');
  }
  await small.close();
});

describe('42: requests that are none are answered, and the server goes on:', () => {
  const headers = { 'content-type': 'application/json' };
  const path = '/session/v1/login-request';
  test.each<[string, string, RequestInit, number, string]>([
    ['no JSON', path, { body: 'x' }, 200, '390400'],
    ['JSON that is no object', path, { body: '[[[[1]]]]' }, 200, '390100'],
    ['null', path, { body: 'null' }, 200, '390100'],
    ['deep JSON', path, { body: '['.repeat(200_000) }, 200, '390400'],
    ['random bytes', path, { body: Buffer.from([0, 255, 1, 254, 128]) }, 200, '390400'],
    [
      'gzip that is none',
      path,
      { body: 'x', headers: { ...headers, 'content-encoding': 'gzip' } },
      200,
      '390400',
    ],
    [
      'a gzip bomb',
      path,
      { body: gzipSync(Buffer.alloc(100_000_000)), headers: { ...headers, 'content-encoding': 'gzip' } },
      200,
      '390400',
    ],
    ['a body above the limit', path, { body: Buffer.alloc(65 * 1024 * 1024, 32) }, 200, '390413'],
    ['names of other types', path, { body: '{"data":{"LOGIN_NAME":{"a":1},"PASSWORD":[1]}}' }, 200, '390100'],
    [
      '__proto__ as a parameter',
      path,
      {
        body: '{"data":{"LOGIN_NAME":"tester","PASSWORD":"right","SESSION_PARAMETERS":{"__proto__":{"x":1},"constructor":"y"}}}',
      },
      200,
      '001006',
    ],
    ['an unknown path', '/no/such/path', {}, 404, '390404'],
    ['a path that climbs', '/results/../../etc/passwd', {}, 404, '390404'],
    ['an unknown method', path, { method: 'DELETE' }, 404, '390404'],
  ])('%s', async (_what, where, init, status, code) => {
    const response = await fetch(local.server.url + where, { method: 'POST', headers, ...init });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ success: false, code });
    expect(await driver.run('SELECT 1 AS x')).toEqual([{ X: 1 }]);
  });

  test('a chunk of another path than the results’ is not there', async () => {
    const response = await fetch(`${local.server.url}/results/..%2f..%2fsecret.csv/1?key=x`);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain(planted);
  });
});

test('35: it listens on loopback alone', () => {
  expect(local.server.url).toBe(`http://127.0.0.1:${local.server.port}`);
});
