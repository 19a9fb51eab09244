import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import snowflake, { type Connection, type RowStatement, type SnowflakeError } from 'snowflake-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Engine } from '../../../actions/local-stack/snowflake/engine/engine.ts';
import {
  type SnowflakeServer,
  startSnowflakeServer,
} from '../../../actions/local-stack/snowflake/protocol/server.ts';

// What the bare driver meets; driver.test.ts goes through the project's own session.
let directory: string;
let engine: Engine;
let server: SnowflakeServer;
let connection: Connection;

beforeAll(async () => {
  snowflake.configure({ logLevel: 'OFF' });
  directory = mkdtempSync(join(tmpdir(), 'globalmart-protocol-'));
  engine = await Engine.open({ dir: directory, persistent: false });
  server = await startSnowflakeServer({ engine, credentials: { user: 'tester', password: 'right' } });
  connection = await connect('right');
  await run('CREATE DATABASE d');
  await run("ALTER SESSION SET TIMEZONE = 'America/New_York'");
});

afterAll(async () => {
  await new Promise((resolve) => connection.destroy(resolve));
  await server.close();
  engine.close();
  rmSync(directory, { recursive: true, force: true });
});

function connect(password: string): Promise<Connection> {
  const fresh = snowflake.createConnection({
    account: 'local',
    accessUrl: server.url,
    username: 'tester',
    password,
  });
  return new Promise((resolve, reject) => {
    fresh.connect((error, connected) => (error ? reject(error) : resolve(connected)));
  });
}

type Row = Record<string, unknown>;

function run(sqlText: string, parameters?: Record<string, unknown>): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    connection.execute({
      sqlText,
      ...(parameters === undefined ? {} : { parameters }),
      complete: (error, _statement, rows) => (error ? reject(error) : resolve(rows ?? [])),
    });
  });
}

test('a wrong password is error 390100', async () => {
  const error = await connect('wrong').catch((thrown: unknown) => thrown);
  expect(String((error as SnowflakeError).code)).toBe('390100');
});

test('times, time zones and semi-structured values arrive right', async () => {
  const [row] = await run(
    `SELECT '12:34:56'::TIME AS T,
            '2026-01-31 12:00:00'::TIMESTAMP_LTZ AS L,
            '2026-01-31 12:00:00 +0530'::TIMESTAMP_TZ AS Z,
            '1969-12-31 23:59:59.5'::TIMESTAMP_NTZ AS P,
            [1, 'x'] AS A, {'k': NULL} AS O, -0.05::NUMBER(4,2) AS N, 1e300::FLOAT AS F, FALSE AS B, '' AS E`,
  );
  expect(row).toMatchObject({ T: '12:34:56', A: [1, 'x'], N: -0.05, F: 1e300, B: false, E: '' });
  // Noon in New York in winter.
  expect((row!.L as Date).toISOString()).toBe('2026-01-31T17:00:00.000Z');
  expect((row!.Z as Date).toISOString()).toBe('2026-01-31T06:30:00.000Z');
  expect((row!.P as Date).toISOString()).toBe('1969-12-31T23:59:59.500Z');
});

test('a time before 1970 is the same again through RESULT_SCAN', async () => {
  await run("SELECT '1969-12-31 23:59:59.25'::TIMESTAMP_NTZ AS p");
  expect(await run('SELECT TO_VARCHAR(p) AS T FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))')).toEqual([
    { T: '1969-12-31 23:59:59.250' },
  ]);
});

test('columns carry their type, precision, scale and nullability', async () => {
  await run('CREATE TABLE c (n NUMBER(10,2) NOT NULL, s VARCHAR(7), ts TIMESTAMP_NTZ(3))');
  const statement = await new Promise<RowStatement>((resolve, reject) => {
    connection.execute({
      sqlText: 'SELECT * FROM c',
      complete: (error, done) => (error ? reject(error) : resolve(done as RowStatement)),
    });
  });
  const columns = (statement.getColumns() ?? []).map((column) => [
    column.getName(),
    column.getType(),
    column.getScale(),
    column.isNullable(),
  ]);
  expect(columns[0]).toEqual(['N', 'fixed', 2, false]);
  expect(columns[1]!.slice(0, 2)).toEqual(['S', 'text']);
  expect(columns[2]).toEqual(['TS', 'timestamp_ntz', 3, true]);
});

test('SHOW and DESCRIBE name their columns as an account does', async () => {
  await run('CREATE TABLE shown (id NUMBER(38,0) NOT NULL, name VARCHAR(5))');
  const [table] = await run("SHOW TABLES LIKE 'shown'");
  expect(table).toMatchObject({ name: 'SHOWN', database_name: 'D', schema_name: 'PUBLIC', kind: 'TABLE' });
  const columns = await run('DESCRIBE TABLE shown');
  expect(columns.map((column) => [column.name, column.type, column['null?']])).toEqual([
    ['ID', 'NUMBER(38,0)', 'N'],
    ['NAME', 'VARCHAR(5)', 'Y'],
  ]);
});

test('several statements in one request each give their result, in order', async () => {
  const results = await new Promise<Row[][]>((resolve, reject) => {
    const gathered: Row[][] = [];
    connection.execute({
      sqlText: 'CREATE TABLE m (a INT); INSERT INTO m VALUES (1), (2); SELECT SUM(a) AS total FROM m',
      parameters: { MULTI_STATEMENT_COUNT: 3 },
      complete: (error, statement) => {
        if (error) return reject(error);
        const rows: Row[] = [];
        statement
          .streamRows()
          .on('error', reject)
          .on('data', (row: Row) => rows.push(row))
          .on('end', () => {
            gathered.push(rows);
            const several = statement as unknown as { hasNext(): boolean; NextResult(): void };
            if (several.hasNext()) several.NextResult();
            else resolve(gathered);
          });
      },
    });
  });
  expect(results).toEqual([
    [{ status: 'Table M successfully created.' }],
    [{ 'number of rows inserted': 2 }],
    [{ TOTAL: 3 }],
  ]);
});

test('another number of statements than announced is refused and nothing runs', async () => {
  const error = await run('CREATE TABLE never (a INT); SELECT 1', { MULTI_STATEMENT_COUNT: 3 }).catch(
    (thrown: unknown) => thrown,
  );
  expect((error as Error).message).toContain('Actual statement count 2 did not match');
  await expect(run('SELECT * FROM never')).rejects.toThrow('does not exist');
});

test('a running statement is cancelled with 000604, and the session goes on', async () => {
  const outcome = new Promise<SnowflakeError | undefined>((resolve) => {
    const statement = connection.execute({
      sqlText:
        'WITH g AS (SELECT SEQ4() AS n FROM TABLE(GENERATOR(ROWCOUNT => 100000))) SELECT COUNT(*) FROM g a, g b, g c WHERE a.n * b.n + c.n = -1',
      complete: (error) => resolve(error),
    });
    const cancel = (): void => {
      const going = [...engine.queries.values()].some(
        (query) => query.endedAt === null && query.text.includes('GENERATOR'),
      );
      if (going) statement.cancel();
      else setTimeout(cancel, 10);
    };
    cancel();
  });
  expect(String((await outcome)?.code)).toBe('000604');
  expect(await run('SELECT 1 AS X')).toEqual([{ X: 1 }]);
});
