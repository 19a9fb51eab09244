import type { Binds, RowStatement, SnowflakeError } from 'snowflake-sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DriverSession, startTestServer, type TestServer } from '../../../support/driver.ts';

/** Runs until it is cancelled: 10^15 rows. */
const ENDLESS =
  'WITH g AS (SELECT SEQ4() AS n FROM TABLE(GENERATOR(ROWCOUNT => 100000))) SELECT COUNT(*) FROM g a, g b, g c WHERE a.n * b.n + c.n = -1';

let local: TestServer;
let driver: DriverSession;

beforeAll(async () => {
  local = await startTestServer({ server: { answerWithinMs: 50 } });
  driver = await local.connect();
});

afterAll(async () => {
  await driver.close();
  await local.close();
});

/** Waits until a statement with this text runs, and gives its query id. */
async function running(part: string): Promise<string> {
  for (;;) {
    for (const query of local.engine.queries.values())
      if (query.endedAt === null && query.text.includes(part)) return query.queryId;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

type Row = Record<string, unknown>;

/** The results of several statements, in order. */
function several(sqlText: string, count: number, values: unknown[] = []): Promise<Row[][]> {
  return new Promise((resolve, reject) => {
    const gathered: Row[][] = [];
    driver.connection.execute({
      sqlText,
      parameters: { MULTI_STATEMENT_COUNT: count },
      ...(values.length === 0 ? {} : { binds: values as Binds }),
      complete: (error, statement) => {
        if (error) return reject(error);
        const rows: Row[] = [];
        statement
          .streamRows()
          .on('error', reject)
          .on('data', (row: Row) => rows.push(row))
          .on('end', () => {
            gathered.push(rows);
            const next = statement as unknown as { hasNext(): boolean; NextResult(): void };
            if (next.hasNext()) next.NextResult();
            else resolve(gathered);
          });
      },
    });
  });
}

// https://docs.snowflake.com/en/developer-guide/node-js/nodejs-driver-execute: executing a batch of SQL statements
describe('several statements in one request', () => {
  test('give each their result, as many as announced', async () => {
    expect(await several('SELECT 1 AS a; SELECT 2 AS b', 2)).toEqual([[{ A: 1 }], [{ B: 2 }]]);
  });

  test('may be any number with 0, also one', async () => {
    expect(await several('SELECT 1 AS a; SELECT 2 AS a; SELECT 3 AS a;', 0)).toEqual([
      [{ A: 1 }],
      [{ A: 2 }],
      [{ A: 3 }],
    ]);
    expect(await driver.run('SELECT 4 AS a', { parameters: { MULTI_STATEMENT_COUNT: 0 } })).toEqual([
      { A: 4 },
    ]);
  });

  test('take their binds one after the other', async () => {
    expect(await several('SELECT ? AS a; SELECT ? AS b, ? AS c', 2, [1, 'two', 3])).toEqual([
      [{ A: 1 }],
      [{ B: 'two', C: 3 }],
    ]);
  });

  test('without an announcement are error 000008', async () => {
    const error = await driver.error('SELECT 1; SELECT 2');
    expect(error.message).toBe('Actual statement count 2 did not match the desired statement count 1.');
    expect(error).toMatchObject({ code: '000008', sqlState: '0A000' });
  });

  test('stop at the first that fails; what ran before it stays', async () => {
    await driver.run('CREATE TABLE steps (n INT)');
    await expect(
      several('INSERT INTO steps VALUES (1); SELECT * FROM nowhere; INSERT INTO steps VALUES (2)', 3),
    ).rejects.toThrow("Object 'D.PUBLIC.NOWHERE' does not exist");
    expect(await driver.run('SELECT n FROM steps')).toEqual([{ N: 1 }]);
  });

  test('a semicolon in a text, a comment or a block does not count', async () => {
    expect(await driver.run("SELECT ';' AS a /* ; */ -- ;\n;")).toEqual([{ A: ';' }]);
    await driver.run('EXECUTE IMMEDIATE $$ BEGIN LET a := 1; RETURN a; END $$');
  });
});

// https://docs.snowflake.com/en/developer-guide/node-js/nodejs-driver-execute: executing statements asynchronously
describe('an asynchronous statement', () => {
  function start(sqlText: string): Promise<string> {
    return new Promise((resolve, reject) => {
      driver.connection.execute({
        sqlText,
        asyncExec: true,
        complete: (error, statement) => (error ? reject(error) : resolve(statement.getQueryId())),
      });
    });
  }

  test('answers with its id at once; its result comes by that id, for another session too', async () => {
    const id = await start('SELECT SYSTEM$WAIT(1) AS w, 5 AS v');
    expect(await driver.connection.getQueryStatus(id)).toBe('RUNNING');
    const other = await local.connect();
    const statement = await other.connection.getResultsFromQueryId({ queryId: id, sqlText: '' });
    const rows: Row[] = [];
    for await (const row of (statement as RowStatement).streamRows()) rows.push(row as Row);
    expect(rows[0]).toMatchObject({ V: 5 });
    expect(await driver.connection.getQueryStatus(id)).toBe('SUCCESS');
    await other.close();
  });

  test('that fails is told by its status', async () => {
    const id = await start('SELECT 1/0');
    while ((await driver.connection.getQueryStatus(id)) === 'RUNNING')
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await driver.connection.getQueryStatus(id)).toBe('FAILED_WITH_ERROR');
    await expect(driver.connection.getQueryStatusThrowIfError(id)).rejects.toThrow('Division by zero');
  });

  test('of an id that nobody knows has no data', async () => {
    expect(await driver.connection.getQueryStatus('00000000-0000-0000-0000-000000000000')).toBe(
      'NO_QUERY_DATA',
    );
  });
});

test('a statement that takes longer than one answer is waited for', async () => {
  expect(await driver.run('SELECT SYSTEM$WAIT(1) AS w, 7 AS v')).toMatchObject([{ V: 7 }]);
});

test('a result is fetched again by its id, as often as wanted', async () => {
  const statement = await driver.statement('SELECT 11 AS v');
  for (let round = 0; round < 2; round++) {
    const again = driver.connection.fetchResult({
      queryId: statement.getQueryId(),
      sqlText: '',
    }) as RowStatement;
    const rows: Row[] = [];
    for await (const row of again.streamRows()) rows.push(row as Row);
    expect(rows).toEqual([{ V: 11 }]);
  }
});

describe('a running statement is ended', () => {
  const outcome = (
    sqlText: string,
  ): { statement: RowStatement; error: Promise<SnowflakeError | undefined> } => {
    let statement: RowStatement | undefined;
    const error = new Promise<SnowflakeError | undefined>((resolve) => {
      statement = driver.connection.execute({ sqlText, complete: (failed) => resolve(failed) });
    });
    return { statement: statement!, error };
  };

  test('by its own cancel, with 000604 and SQLSTATE 57014', async () => {
    const { statement, error } = outcome(`${ENDLESS} -- own`);
    await running('-- own');
    statement.cancel();
    expect(await error).toMatchObject({ code: '000604', sqlState: '57014' });
    expect(await driver.run('SELECT 1 AS x')).toEqual([{ X: 1 }]);
  });

  // https://docs.snowflake.com/en/sql-reference/functions/system_cancel_query
  test('by SYSTEM$CANCEL_QUERY in another session', async () => {
    const other = await local.connect();
    const { error } = outcome(`${ENDLESS} -- by id`);
    const id = await running('-- by id');
    expect(await other.run(`SELECT SYSTEM$CANCEL_QUERY('${id}') AS r`)).toEqual([
      { R: `query [${id}] terminated.` },
    ]);
    expect(await error).toMatchObject({ code: '000604' });
    expect(String((await other.error(`SELECT SYSTEM$CANCEL_QUERY('${id}')`)).code)).toBe('000605');
    await other.close();
  });

  // https://docs.snowflake.com/en/sql-reference/functions/system_cancel_all_queries
  test('by SYSTEM$CANCEL_ALL_QUERIES of its session, with those that wait behind it', async () => {
    const other = await local.connect();
    const [row] = await driver.run('SELECT CURRENT_SESSION() AS s');
    const { error } = outcome(`${ENDLESS} -- all`);
    const waiting = outcome('SELECT 1');
    await running('-- all');
    expect(await other.run(`SELECT SYSTEM$CANCEL_ALL_QUERIES(${row!.S}) AS r`)).toEqual([
      { R: '2 cancelled.' },
    ]);
    expect(await error).toMatchObject({ code: '000604' });
    expect(await waiting.error).toMatchObject({ code: '000604' });
    await other.close();
  });

  // https://docs.snowflake.com/en/sql-reference/functions/system_abort_session
  test('by SYSTEM$ABORT_SESSION, which ends its session', async () => {
    const victim = await local.connect();
    const [row] = await victim.run('SELECT CURRENT_SESSION() AS s');
    await victim.run('CREATE TABLE half (a INT)');
    await victim.run('BEGIN');
    await victim.run('INSERT INTO half VALUES (1)');
    const failed = victim.error(`${ENDLESS} -- victim`);
    await running('-- victim');
    expect(await driver.run(`SELECT SYSTEM$ABORT_SESSION(${row!.S}) AS r`)).toEqual([
      { R: `session [${row!.S}] terminated.` },
    ]);
    expect((await failed).message).toMatch(/canceled|terminated|Session no longer exists/);
    expect(await driver.run('SELECT COUNT(*) AS n FROM half')).toEqual([{ N: 0 }]);
  });

  // https://docs.snowflake.com/en/sql-reference/parameters: STATEMENT_TIMEOUT_IN_SECONDS
  test('by the time limit of its session or of its own, with 000630', async () => {
    const expected = {
      code: '000630',
      sqlState: '57014',
      message: 'Statement reached its statement or warehouse timeout of 1 second(s) and was canceled.',
    };
    expect(await driver.error(ENDLESS, { parameters: { STATEMENT_TIMEOUT_IN_SECONDS: 1 } })).toMatchObject(
      expected,
    );
    await driver.run('ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 1');
    expect(await driver.error(ENDLESS)).toMatchObject(expected);
    await driver.run('ALTER SESSION UNSET STATEMENT_TIMEOUT_IN_SECONDS');
  });

  test('by the time limit of its warehouse', async () => {
    await driver.run('CREATE WAREHOUSE hasty STATEMENT_TIMEOUT_IN_SECONDS = 1');
    expect(await driver.error(ENDLESS)).toMatchObject({ code: '000630' });
    await driver.run('DROP WAREHOUSE hasty');
  });

  test('between the statements of a block, which then runs no further', async () => {
    const { error } = outcome(
      'EXECUTE IMMEDIATE $$ BEGIN WHILE (TRUE) DO SELECT 1; END WHILE; END $$ -- loop',
    );
    const id = await running('WHILE (TRUE)');
    const other = await local.connect();
    await other.run(`SELECT SYSTEM$CANCEL_QUERY('${id}')`);
    expect(await error).toMatchObject({ code: '000604' });
    await other.close();
  });
});

// https://docs.snowflake.com/en/sql-reference/functions/last_query_id, …/result_scan
describe('earlier results', () => {
  test('LAST_QUERY_ID counts from the end and from the start of the session', async () => {
    const session = await local.connect();
    const first = (await session.statement("SELECT 'first'")).getQueryId();
    const second = (await session.statement("SELECT 'second'")).getQueryId();
    const ids =
      'SELECT LAST_QUERY_ID() AS l, LAST_QUERY_ID(-2) AS b, LAST_QUERY_ID(1) AS f, LAST_QUERY_ID(2) AS s';
    expect(await session.run(ids)).toEqual([{ L: second, B: first, F: first, S: second }]);
    await session.close();
  });

  test('RESULT_SCAN reads a result by its id, from another session of the user too', async () => {
    const id = (await driver.statement("SELECT 1 AS n, 'x' AS s UNION ALL SELECT 2, 'y'")).getQueryId();
    const other = await local.connect();
    expect(await other.run(`SELECT s FROM TABLE(RESULT_SCAN('${id}')) WHERE n = 2`)).toEqual([{ S: 'y' }]);
    await other.close();
  });

  test('RESULT_SCAN of an unknown id is error 000709', async () => {
    const id = '01000000-0000-0000-0000-000000000000';
    const error = await driver.error(`SELECT * FROM TABLE(RESULT_SCAN('${id}'))`);
    expect(error).toMatchObject({ code: '000709', sqlState: '02000', message: `Statement ${id} not found` });
  });
});

describe('the driver counts changed rows', () => {
  test.each([
    ['INSERT INTO counted VALUES (1), (2), (3)', 3, { 'number of rows inserted': 3 }],
    [
      'UPDATE counted SET a = a + 10 WHERE a > 1',
      2,
      { 'number of rows updated': 2, 'number of multi-joined rows updated': 0 },
    ],
    [
      'MERGE INTO counted USING (SELECT column1 AS k FROM VALUES (1), (99)) s ON a = k WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (k)',
      2,
      { 'number of rows inserted': 1, 'number of rows deleted': 1 },
    ],
    ['DELETE FROM counted WHERE a = 99', 1, { 'number of rows deleted': 1 }],
  ])('%s', async (sql, count, row) => {
    await driver.run('CREATE TABLE IF NOT EXISTS counted (a INT)');
    const statement = await driver.statement(sql);
    expect(statement.getNumUpdatedRows()).toBe(count);
    const rows: Row[] = [];
    for await (const each of statement.streamRows()) rows.push(each as Row);
    expect(rows).toEqual([row]);
  });

  test('and says -1 or nothing for a query', async () => {
    const statement = await driver.statement('SELECT 1');
    expect(statement.getNumUpdatedRows() ?? -1).toBe(-1);
    expect(statement.getNumRows()).toBe(1);
  });
});

test('an error has its query id, and the history has the error', async () => {
  const error = await driver.error('SELECT * FROM absent');
  const queryId = (error as unknown as { data: { queryId: string } }).data.queryId;
  expect(local.engine.queries.get(queryId)?.error?.code).toBe('002003');
});

test('only describing a statement runs nothing', async () => {
  await driver.run('CREATE TABLE described (a NUMBER(5,2), b VARCHAR(3))');
  const statement = await driver.statement('SELECT a, b FROM described', { describeOnly: true });
  expect(statement.getColumns()!.map((column) => [column.getName(), column.getType()])).toEqual([
    ['A', 'fixed'],
    ['B', 'text'],
  ]);
  await driver.run('INSERT INTO described VALUES (1, ?)', { binds: ['x'], describeOnly: true });
  expect(await driver.run('SELECT COUNT(*) AS n FROM described')).toEqual([{ N: 0 }]);
});
