import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = resolve(import.meta.dirname, '../../actions/local-stack/main.ts');
const ACTION = resolve(import.meta.dirname, '../../actions/local-stack/action-main.ts');

let root: string;
beforeAll(() => {
  // Temporary directories of these stacks lie here, so that what they leave can be seen.
  root = mkdtempSync(join(tmpdir(), 'local-main-test-'));
  // As root, PostgreSQL runs under another account, which must get through.
  chmodSync(root, 0o711);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Running {
  child: ChildProcess;
  stdout: () => string;
  stderr: () => string;
  exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

function run(program: string, args: string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, ...env },
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.stderr += chunk;
  });
  return {
    child,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    exit: once(child, 'close').then(([code, signal]) => ({ code, signal })),
  };
}

async function environmentOf(running: Running): Promise<Record<string, string>> {
  const line = once(running.child.stdout!, 'data');
  const ended = running.exit.then(() => Promise.reject(new Error(running.stderr())));
  await Promise.race([line, ended]);
  expect(running.stdout().trim().split('\n')).toHaveLength(1);
  return JSON.parse(running.stdout()).env;
}

/** The processes of the stack that serves these variables: all that would have to end. */
async function serverPid(env: Record<string, string>): Promise<number> {
  const client = new pg.Client({ connectionString: env.DATABASE_URL! });
  await client.connect();
  const { rows } = await client.query("select current_setting('data_directory') as dir");
  await client.end();
  return Number(readFileSync(join(rows[0].dir, 'postmaster.pid'), 'utf8').split('\n')[0]);
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function answers(url: string): Promise<boolean> {
  const { port } = new URL(url);
  return new Promise((done) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}

describe('npm run local', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'stays up without a terminal until %s, then leaves nothing (row 39)',
    async (signal) => {
      const running = run(MAIN, ['--services', 'postgres,aws', '--dir', join(root, 'kept')]);
      const env = await environmentOf(running);
      const pid = await serverPid(env);
      expect(await answers(env.AWS_ENDPOINT_URL_S3!)).toBe(true);
      running.child.kill(signal);
      expect(await running.exit).toEqual({ code: 0, signal: null });
      expect(lives(pid)).toBe(false);
      expect(await answers(env.AWS_ENDPOINT_URL_S3!)).toBe(false);
      expect(existsSync(join(root, 'kept', 'lock.json'))).toBe(false);
    },
  );

  it.each([0, 150, 400, 900])('stops when it is told so %i ms after its start (row 39)', async (delay) => {
    const dir = join(root, `early-${delay}`);
    const running = run(MAIN, ['--services', 'postgres,aws', '--dir', dir]);
    await new Promise((done) => setTimeout(done, delay));
    running.child.kill('SIGINT');
    const { code, signal } = await running.exit;
    // Before the program's first line runs, the signal ends the process itself.
    expect([0, 'SIGINT']).toContain(code ?? signal);
    expect(existsSync(join(dir, 'lock.json'))).toBe(false);
    expect(existsSync(join(dir, 'postgres', 'data', 'postmaster.pid'))).toBe(false);
  });

  it('leaves no server behind when it is killed, and starts again on the same directory (row 38)', async () => {
    const dir = join(root, 'killed');
    const running = run(MAIN, ['--services', 'postgres,aws', '--dir', dir]);
    const env = await environmentOf(running);
    const pid = await serverPid(env);
    running.child.kill('SIGKILL');
    await running.exit;
    await expect.poll(() => lives(pid), { timeout: 10_000 }).toBe(false);
    const again = run(MAIN, ['--services', 'postgres,aws', '--dir', dir]);
    expect((await environmentOf(again)).AWS_ACCESS_KEY_ID).toBe(env.AWS_ACCESS_KEY_ID);
    again.child.kill('SIGTERM');
    expect(await again.exit).toEqual({ code: 0, signal: null });
  });

  it('fails when a service dies, and says which', async () => {
    const running = run(MAIN, ['--services', 'postgres'], { TMPDIR: root });
    process.kill(await serverPid(await environmentOf(running)), 'SIGKILL');
    expect(await running.exit).toEqual({ code: 1, signal: null });
    expect(running.stderr()).toContain('PostgreSQL ended by itself');
  });

  it('refuses unknown options and services by name, and explains itself', async () => {
    const unknown = run(MAIN, ['--servces', 'aws']);
    expect((await unknown.exit).code).toBe(1);
    expect(unknown.stderr()).toContain("Unknown option '--servces'");
    const service = run(MAIN, ['--services', 'aws,mysql']);
    expect((await service.exit).code).toBe(1);
    expect(service.stderr()).toContain('no local service "mysql"');
    const help = run(MAIN, ['--help']);
    expect((await help.exit).code).toBe(0);
    expect(help.stdout()).toContain('--services');
    expect(unknown.stdout() + service.stdout()).toBe('');
  });
});

describe('the local-stack action', () => {
  it('starts the stack for the following steps with secrets masked, and stops it in its post step', async () => {
    const [envFile, stateFile] = [join(root, 'env'), join(root, 'state')];
    for (const file of [envFile, stateFile]) writeFileSync(file, '');
    const runner = {
      GITHUB_ACTIONS: 'true',
      GITHUB_ENV: envFile,
      GITHUB_STATE: stateFile,
      RUNNER_TEMP: root,
      TMPDIR: root,
    };
    const step = run(ACTION, [], { ...runner, INPUT_SERVICES: 'postgres,aws' });
    expect((await step.exit).code).toBe(0);
    const env = Object.fromEntries(
      [...readFileSync(envFile, 'utf8').matchAll(/^(\w+)<<(\S+)\n(.*)\n\2$/gm)].map(([, name, , value]) => [
        name!,
        value!,
      ]),
    );
    const pid = Number(/^pid<<(\S+)\n(\d+)\n\1$/m.exec(readFileSync(stateFile, 'utf8'))?.[2]);
    expect(lives(pid)).toBe(true);
    const server = await serverPid(env);
    const { password } = new URL(env.DATABASE_URL!);
    for (const secret of [env.DATABASE_URL!, password, env.AWS_SECRET_ACCESS_KEY!]) {
      const shown = step.stdout().replace(`::add-mask::${secret}\n`, '');
      expect(shown).not.toBe(step.stdout());
      expect(
        shown
          .split('\n')
          .filter((line) => !line.startsWith('::add-mask::'))
          .join('\n'),
      ).not.toContain(secret);
    }
    const post = run(ACTION, [], { ...runner, STATE_pid: String(pid) });
    expect((await post.exit).code).toBe(0);
    expect([lives(pid), lives(server)]).toEqual([false, false]);
  });

  it('fails with what the stack said when it does not start', async () => {
    const step = run(ACTION, [], { RUNNER_TEMP: root, INPUT_SERVICES: 'postgres,oracle' });
    expect((await step.exit).code).toBe(1);
    expect(step.stdout()).toContain('no local service "oracle"');
  });
});
