import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BindValue } from '../../actions/local-stack/snowflake/bind/context.ts';
import { Engine, type EngineOptions } from '../../actions/local-stack/snowflake/engine/engine.ts';
import type { Session } from '../../actions/local-stack/snowflake/engine/session.ts';
import { SnowflakeError } from '../../actions/shared/sql/snowflake-error.ts';

export type Rows = (string | null)[][];

/** A session of a test: `sql` gives a statement's rows, `error` the error that it must end with. */
export interface TestSession {
  session: Session;
  sql(text: string, binds?: BindValue[]): Promise<Rows>;
  /** First column of the first row. */
  value(text: string): Promise<string | null>;
  error(text: string): Promise<SnowflakeError>;
}
export interface TestEngine extends TestSession {
  engine: Engine;
  /** Another session in the same database. */
  open(): Promise<TestSession>;
  close(): Promise<void>;
}

/** A real engine in a directory of its own, with a session in database D, schema PUBLIC, TIMEZONE UTC. */
export async function openTestEngine(options: Partial<EngineOptions> = {}): Promise<TestEngine> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'globalmart-engine-'));
  const engine = await Engine.open({ dir, persistent: false, ...options });
  const sessions: Session[] = [];
  const open = async (): Promise<TestSession> => {
    const session = await engine.openSession({
      id: String(sessions.length + 1),
      user: 'TESTER',
      database: 'D',
      schema: 'PUBLIC',
      parameters: { TIMEZONE: 'UTC' },
    });
    sessions.push(session);
    return testSession(session);
  };
  const first = await open();
  await first.sql('CREATE DATABASE IF NOT EXISTS d');
  return {
    ...first,
    engine,
    open,
    close: async () => {
      for (const session of sessions) await session.close();
      engine.close();
      if (options.dir === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
}

function testSession(session: Session): TestSession {
  const sql = async (text: string, binds: BindValue[] = []): Promise<Rows> =>
    (await session.execute(text, { binds })).rows;
  return {
    session,
    sql,
    value: async (text) => (await sql(text))[0]?.[0] ?? null,
    error: async (text) => {
      try {
        await session.execute(text);
      } catch (error) {
        if (error instanceof SnowflakeError) return error;
        throw error;
      }
      throw new Error(`expected an error from: ${text}`);
    },
  };
}
