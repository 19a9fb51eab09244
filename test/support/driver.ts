import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import snowflake, {
  type Connection,
  type ConnectionOptions,
  type RowStatement,
  type SnowflakeError,
  type StatementOption,
} from 'snowflake-sdk';
import { Engine, type EngineOptions } from '../../actions/local-stack/snowflake/engine/engine.ts';
import {
  type ServerOptions,
  type SnowflakeServer,
  startSnowflakeServer,
} from '../../actions/local-stack/snowflake/protocol/server.ts';

type Row = Record<string, unknown>;

/** A connection of the real driver. */
export interface DriverSession {
  connection: Connection;
  /** All rows of a statement. */
  run(sqlText: string, options?: Partial<StatementOption>): Promise<Row[]>;
  /** The statement itself, once it is complete. */
  statement(sqlText: string, options?: Partial<StatementOption>): Promise<RowStatement>;
  /** The error that a statement must end with. */
  error(sqlText: string, options?: Partial<StatementOption>): Promise<SnowflakeError>;
  close(): Promise<void>;
}

export interface TestServer {
  engine: Engine;
  server: SnowflakeServer;
  /** Signs in as the user that exists from the start, unless `options` say otherwise. */
  connect(options?: Partial<ConnectionOptions>): Promise<DriverSession>;
  close(): Promise<void>;
}

/** An engine with database D and a server on loopback, for the real driver to talk to. */
export async function startTestServer(
  options: { engine?: Partial<EngineOptions>; server?: Partial<ServerOptions> } = {},
): Promise<TestServer> {
  const dir = mkdtempSync(join(tmpdir(), 'globalmart-server-'));
  const engine = await Engine.open({ dir, persistent: false, ...options.engine });
  const server = await startSnowflakeServer({
    engine,
    credentials: { user: 'tester', password: 'right' },
    ...options.server,
  });
  const first = await engine.openSession({ id: '1', user: 'TESTER' });
  await first.execute('CREATE DATABASE d');
  await first.close();
  return {
    engine,
    server,
    connect: (given = {}) => connectDriver(server.url, given),
    close: async () => {
      await server.close();
      engine.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A signed-in connection to a server. */
async function connectDriver(
  accessUrl: string,
  given: Partial<ConnectionOptions> = {},
): Promise<DriverSession> {
  snowflake.configure({ logLevel: 'OFF', additionalLogToConsole: false });
  const connection = snowflake.createConnection({
    account: 'local',
    accessUrl,
    ...(given.authenticator === undefined ? { username: 'tester', password: 'right' } : {}),
    database: 'd',
    schema: 'public',
    ...given,
  });
  await new Promise<void>((resolve, reject) => {
    connection.connectAsync((error) => (error ? reject(error) : resolve())).catch(reject);
  });
  return driverSession(connection);
}

function driverSession(connection: Connection): DriverSession {
  const statement = (sqlText: string, options: Partial<StatementOption> = {}): Promise<RowStatement> =>
    new Promise((resolve, reject) => {
      connection.execute({
        sqlText,
        ...options,
        complete: (error, done) => (error ? reject(error) : resolve(done as RowStatement)),
      });
    });
  const run = (sqlText: string, options: Partial<StatementOption> = {}): Promise<Row[]> =>
    new Promise((resolve, reject) => {
      connection.execute({
        sqlText,
        ...options,
        complete: (error, _done, rows) => (error ? reject(error) : resolve(rows ?? [])),
      });
    });
  return {
    connection,
    run,
    statement,
    error: async (sqlText, options) => {
      const outcome = await run(sqlText, options).catch((error: unknown) => error as SnowflakeError);
      if (Array.isArray(outcome)) throw new Error(`expected an error from: ${sqlText}`);
      return outcome;
    },
    close: () => new Promise((resolve) => connection.destroy(() => resolve())),
  };
}
