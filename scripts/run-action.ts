import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { RunnerLog } from './runner-log.ts';

/**
 * `npm run action -- NAME --input value …`: runs a built action as GitHub's runner does: inputs as INPUT_*,
 * outputs, environment and summary through files.
 */
const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const actionFile = z.object({
  name: z.string(),
  description: z.string().optional(),
  inputs: z
    .record(
      z.string(),
      z.object({
        description: z.string().optional(),
        default: z.coerce.string().optional(),
        required: z.boolean().optional(),
      }),
    )
    .default({}),
  runs: z.object({ using: z.string(), main: z.string() }),
});

export interface RunOptions {
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** Keep the log instead of showing it. */
  quiet?: boolean;
  /** Ends the action's process. */
  signal?: AbortSignal;
}

export interface ActionResult {
  exitCode: number;
  /** What the runner would show, masked values taken out. */
  log: string;
  outputs: Record<string, string>;
  environment: Record<string, string>;
  /** Markdown of the job summary. */
  summary: string;
}

/** Runs an action with inputs; its log goes to this process's standard output and error. */
export async function runAction(
  name: string,
  inputs: Record<string, string>,
  options: RunOptions = {},
): Promise<ActionResult> {
  const action = readAction(name);
  const env: Record<string, string | undefined> = { ...process.env, ...options.env };
  for (const key of Object.keys(inputs)) {
    if (!(key in action.inputs)) {
      throw new Error(
        `action ${name} has no input "${key}"; it has: ${Object.keys(action.inputs).join(', ')}`,
      );
    }
  }
  for (const [key, input] of Object.entries(action.inputs)) {
    env[`INPUT_${key.replaceAll(' ', '_').toUpperCase()}`] = inputs[key] ?? input.default ?? '';
  }
  const files = mkdtempSync(join(tmpdir(), 'globalmart-action-'));
  const file = (kind: string): string => join(files, kind);
  for (const kind of ['output', 'env', 'summary', 'state', 'path']) writeFileSync(file(kind), '');
  Object.assign(env, {
    GITHUB_OUTPUT: file('output'),
    GITHUB_ENV: file('env'),
    GITHUB_STEP_SUMMARY: file('summary'),
    GITHUB_STATE: file('state'),
    GITHUB_PATH: file('path'),
    GITHUB_WORKSPACE: options.cwd ?? root,
    RUNNER_TEMP: files,
  });
  try {
    const log = new RunnerLog((line) => {
      if (options.quiet !== true) process.stdout.write(`${line}\n`);
    });
    const exitCode = await run(resolve(root, 'actions', name, action.runs.main), env, log, options);
    return {
      exitCode,
      log: log.text,
      outputs: readCommandFile(file('output')),
      environment: readCommandFile(file('env')),
      summary: log.mask(readFileSync(file('summary'), 'utf8')),
    };
  } finally {
    rmSync(files, { recursive: true, force: true });
  }
}

function readAction(name: string): z.infer<typeof actionFile> {
  const path = join(root, 'actions', name, 'action.yml');
  if (!/^[a-z][a-z-]*$/.test(name) || !existsSync(path))
    throw new Error(`there is no action "${name}" in actions/`);
  const action = actionFile.parse(parse(readFileSync(path, 'utf8')));
  if (!action.runs.using.startsWith('node'))
    throw new Error(`action ${name} is ${action.runs.using}, not JavaScript`);
  return action;
}

function run(
  main: string,
  env: Record<string, string | undefined>,
  log: RunnerLog,
  { cwd = root, signal }: RunOptions,
): Promise<number> {
  return new Promise((resolved, reject) => {
    const child = spawn(process.execPath, [main], {
      env: env as NodeJS.ProcessEnv,
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const abort = (): boolean => child.kill('SIGTERM');
    signal?.addEventListener('abort', abort, { once: true });
    child.stdout.setEncoding('utf8').on('data', (text: string) => log.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => log.push(text));
    child.once('error', reject);
    child.once('close', (code) => {
      signal?.removeEventListener('abort', abort);
      log.end();
      resolved(code ?? 1);
    });
  });
}

/** `name=value` and `name<<delimiter` entries. Source: "Workflow commands", environment files. */
function readCommandFile(file: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = readFileSync(file, 'utf8').split('\n');
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    const heredoc = /^([^=]+?)<<(.+)$/.exec(line);
    if (heredoc !== null) {
      const end = lines.indexOf(heredoc[2]!, index + 1);
      values[heredoc[1]!] = lines.slice(index + 1, end).join('\n');
      index = end;
    } else if (line.includes('=')) {
      values[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
    }
  }
  return values;
}

async function main(args: string[]): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help') {
    console.log('npm run action -- NAME [--input value]…   runs actions/NAME as a runner would');
    process.exitCode = name === undefined ? 1 : 0;
    return;
  }
  if (rest.includes('--help')) {
    const action = readAction(name);
    console.log(`${action.name}: ${action.description ?? ''}\n`);
    for (const [key, input] of Object.entries(action.inputs)) {
      console.log(
        `  --${key}  ${input.description ?? ''}${input.default === undefined ? '' : ` (default: ${input.default})`}`,
      );
    }
    return;
  }
  const inputs: Record<string, string> = {};
  for (let index = 0; index < rest.length; index += 2) {
    const [flag, value] = [rest[index]!, rest[index + 1]];
    if (!flag.startsWith('--') || value === undefined)
      throw new Error(`expected --input value, found "${flag}"`);
    inputs[flag.slice(2)] = value;
  }
  const result = await runAction(name, inputs);
  for (const [key, value] of Object.entries(result.outputs)) console.log(`output ${key}=${value}`);
  if (result.summary !== '') console.log(`\n${result.summary}`);
  process.exitCode = result.exitCode;
}

if (import.meta.main) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
