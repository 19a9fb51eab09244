import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import * as core from '@actions/core';
import { z } from 'zod';
import { readInputs, runAction } from '../shared/action.ts';
import { UserError } from '../shared/errors.ts';
import { siblingProgram } from './sibling-program.ts';

const SECRETS = ['DATABASE_URL', 'AWS_SECRET_ACCESS_KEY', 'SNOWFLAKE_PASSWORD'];
const STOP_MS = 10_000;

/** As an action: starts the stack in the background for the steps that follow; the `post` step stops it. */
const running = core.getState('pid');
if (running === '') await runAction('local-stack', start);
else await runAction('local-stack (stop)', () => stop(Number(running)));

async function start(): Promise<void> {
  const { services, dir } = readInputs({
    services: z.string().default('postgres,aws,snowflake'),
    dir: z.string().optional(),
  });
  const log = join(mkdtempSync(join(process.env.RUNNER_TEMP ?? tmpdir(), 'local-stack-')), 'log.txt');
  const program = siblingProgram(import.meta.url, './main.ts', 'local-stack');
  const args = [program, '--services', services, ...(dir === undefined ? [] : ['--dir', dir])];
  // Not `ignore` for the standard output: the one line that comes there holds secrets, so it passes through no file.
  const child = spawn(process.execPath, args, {
    detached: true,
    stdio: ['ignore', 'pipe', openSync(log, 'a', 0o600)],
  });
  const output = child.stdout!;
  const failed = new Promise<undefined>((resolve) => {
    child.once('error', () => resolve(undefined));
    child.once('exit', () => resolve(undefined));
  });
  const lines = createInterface({ input: output });
  const line = await Promise.race([once(lines, 'line').then(([text]) => String(text)), failed]);
  if (line === undefined || child.pid === undefined) {
    throw new UserError(`the local stack did not start: ${readFileSync(log, 'utf8').trim()}`);
  }
  core.saveState('pid', String(child.pid));
  const { env } = z.object({ env: z.record(z.string(), z.string()) }).parse(JSON.parse(line));
  for (const name of SECRETS) if (env[name] !== undefined) core.setSecret(env[name]);
  if (env.DATABASE_URL !== undefined) core.setSecret(new URL(env.DATABASE_URL).password);
  for (const [name, value] of Object.entries(env)) core.exportVariable(name, value);
  core.info(`The local stack is up: ${services}. Its log: ${log}`);
  // The background process outlives this step.
  lines.close();
  output.destroy();
  child.unref();
}

async function stop(pid: number): Promise<void> {
  if (!signal(pid, 'SIGTERM')) {
    core.warning('The local stack had ended before the job did.');
    return;
  }
  for (const deadline = Date.now() + STOP_MS; signal(pid, 0); await pause(50)) {
    if (Date.now() > deadline) {
      signal(pid, 'SIGKILL');
      throw new UserError(
        `the local stack (process ${pid}) did not stop within ${STOP_MS / 1000} s and was killed`,
      );
    }
  }
}

/** False when there is no such process. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
