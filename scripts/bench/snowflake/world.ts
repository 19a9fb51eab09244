import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type LocalSnowflake, startSnowflake } from '../../../actions/local-stack/snowflake-process.ts';
import { SnowflakeSession, type SnowflakeSettings } from '../../../actions/shared/snowflake.ts';

const DATABASE = 'BENCH';

/** What the measures run on: the local Snowflake and a plain DuckDB, each a process with a database on disk. */
export interface World {
  dir: string;
  /** Where the plain DuckDB can read and write files. */
  files: string;
  server: LocalSnowflake;
  settings: SnowflakeSettings;
  /** The real driver, in database BENCH, schema PUBLIC. */
  session: SnowflakeSession;
  plain: PlainDuckdb;
  close(): Promise<void>;
}

export interface PlainDuckdb {
  pid: number;
  run(sql: string): Promise<unknown[][]>;
  close(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'globalmart-bench-'));
  const server = await startServer(join(dir, 'snowflake'));
  const settings = settingsOf(server);
  const session = await SnowflakeSession.open(settings);
  await session.execute(`CREATE DATABASE ${DATABASE}`);
  await session.execute('CREATE STAGE files');
  const plain = await startPlain(join(dir, 'plain'));
  return {
    dir,
    files: join(dir, 'plain', 'files'),
    server,
    settings: { ...settings, database: DATABASE },
    session,
    plain,
    close: async () => {
      await session.close();
      await Promise.all([server.stop(), plain.close()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The local Snowflake as the stack starts it. `dir` null: in memory. */
export function startServer(dir: string | null, program?: string): Promise<LocalSnowflake> {
  return startSnowflake(
    {
      dir,
      user: 'bench',
      password: 'bench',
      s3Endpoint: null,
      s3AccessKeyId: null,
      s3SecretAccessKey: null,
      s3Region: null,
    },
    program,
  );
}

export function settingsOf(server: LocalSnowflake): SnowflakeSettings {
  return { account: server.account, accessUrl: server.url, user: 'bench', password: 'bench' };
}

async function startPlain(dir: string): Promise<PlainDuckdb> {
  mkdirSync(dir);
  const program = join(import.meta.dirname, 'plain-duckdb.ts');
  const child = spawn(process.execPath, [program, dir], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const run = async (sql: string): Promise<unknown[][]> => {
    child.stdin.write(`${JSON.stringify(sql)}\n`);
    const { value, done } = await lines.next();
    if (done === true)
      throw new Error(`the plain DuckDB has ended; what it said stands above. Its last statement: ${sql}`);
    return JSON.parse(value);
  };
  await run('SELECT 1');
  return {
    pid: child.pid!,
    run,
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
