import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { UserError } from '../shared/errors.ts';
import { siblingProgram } from './sibling-program.ts';

/** What the local Snowflake is told, by environment: secrets do not show on a command line. */
export interface SnowflakeOptions {
  /** Where its data is kept; null for memory. */
  dir: string | null;
  user: string;
  password: string;
  /** The S3 that external stages reach. */
  s3Endpoint: string | null;
  s3AccessKeyId: string | null;
  s3SecretAccessKey: string | null;
  s3Region: string | null;
}

export interface LocalSnowflake {
  url: string;
  account: string;
  pid: number;
  /** Resolves when the process has ended, wanted or not. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

const greeting = z.object({ url: z.url(), account: z.string().min(1) });
const PATIENCE_MS = 1800;

/**
 * Starts the local Snowflake as its own process; it ends when its standard input closes, so also when this process
 * is killed. `program` is the program to run.
 * @throws UserError when it ends before it is ready.
 */
export async function startSnowflake(
  options: SnowflakeOptions,
  program: string = siblingProgram(import.meta.url, './snowflake/main.ts', 'local-stack-snowflake'),
): Promise<LocalSnowflake> {
  const child = spawn(process.execPath, [program], {
    env: {
      // The next start finds the program compiled: from sources it takes two thirds of the time.
      NODE_COMPILE_CACHE: join(homedir(), '.cache', 'globalmart-dataops', 'compiled'),
      ...process.env,
      GLOBALMART_SNOWFLAKE_OPTIONS: JSON.stringify(options),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
    // A Ctrl-C in the terminal reaches the stack, which stops its servers in order.
    detached: true,
  });
  // The pipe breaks when the process ends first; its end is told by 'close'.
  child.stdin.on('error', () => {});
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === null ? `signal ${signal}` : `exit code ${code}`));
  });
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    ended.then(() => undefined),
  ]);
  // Nothing else is expected there; unread output would block the process.
  lines.on('line', (line) => console.error(line));
  if (first === undefined) {
    throw new UserError(`the local Snowflake did not start (${await ended})`, {
      remedy: 'What it said stands above.',
    });
  }
  const stop = async () => {
    child.stdin.end();
    const force = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    await ended;
    clearTimeout(force);
  };
  const parsed = greeting.safeParse(readJson(first));
  if (parsed.success && child.pid !== undefined) return { ...parsed.data, pid: child.pid, ended, stop };
  await stop();
  throw new UserError(`the local Snowflake said "${first.slice(0, 200)}" instead of its address`);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
