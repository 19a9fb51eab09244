import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { messageOf, UserError } from '../shared/errors.ts';
import { SERVICES, type Service, type StackOptions, startStack } from './stack.ts';

const HELP = `Starts local PostgreSQL, AWS (S3, Secrets Manager, Lambda) and Snowflake on free loopback ports.

Usage: npm run local -- [--services postgres,aws,snowflake] [--dir DIR]

  --services LIST  what to start (default: all three)
  --dir DIR        keep data and credentials in DIR for the next start (default: nothing is kept)
  --help           this text

One line of JSON on standard output, {"env": {...}}, holds the environment variables for the standard clients;
everything else goes to standard error. Ctrl-C or SIGTERM stops; a second Ctrl-C does not wait.
`;

/** npm hands a Ctrl-C of the terminal on to its child, which has had it already: that is not a second one. */
const ECHO_MS = 500;

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) process.stdout.write(HELP);
  else process.exitCode = await run(options);
} catch (error) {
  const remedy = error instanceof UserError ? error.remedy : undefined;
  const shown = error instanceof UserError || !(error instanceof Error) ? messageOf(error) : error.stack;
  console.error([shown, remedy].filter(Boolean).join('\n'));
  process.exitCode = 1;
}

/** Runs the stack until it is told to stop; returns the exit code. */
async function run(options: StackOptions): Promise<number> {
  const stopSignal = onStopSignal();
  const starting = startStack(options);
  const first = await Promise.race([starting.then(() => 'ready' as const), stopSignal]);
  if (first !== 'ready') {
    console.error(`${first}: stopping before everything was started`);
    // Whether the start failed by the same signal no longer matters.
    await starting.then((stack) => stack.stop()).catch(() => {});
    return 0;
  }
  const stack = await starting;
  writeSync(1, `${JSON.stringify({ env: stack.env })}\n`);
  console.error(`local stack is up: ${options.services.join(', ')}. Ctrl-C stops it.`);
  const failure = await Promise.race([stack.failed, stopSignal.then(() => undefined)]);
  if (failure !== undefined) console.error(failure);
  await stack.stop();
  return failure === undefined ? 0 : 1;
}

/** Resolves with the name of the first signal to stop. A later one ends the process; its servers end by themselves then. */
function onStopSignal(): Promise<string> {
  return new Promise((resolve) => {
    let first: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (first === undefined) first = Date.now();
        else if (Date.now() - first > ECHO_MS) process.exit(130);
        resolve(signal);
      });
    }
  });
}

/** @throws UserError for an option or service that does not exist. */
function readOptions(args: string[]): StackOptions | undefined {
  const { help, services, dir } = parse(args);
  if (help === true) return undefined;
  const names = (services ?? SERVICES.join(',')).split(',').map((name) => name.trim());
  const unknown = names.find((name) => !SERVICES.includes(name as Service));
  if (unknown !== undefined) {
    throw new UserError(`there is no local service "${unknown}"`, {
      remedy: `Use --services with a list of: ${SERVICES.join(', ')}.`,
    });
  }
  return {
    services: [...new Set(names as Service[])],
    ...(dir === undefined ? {} : { dir }),
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: { services: { type: 'string' }, dir: { type: 'string' }, help: { type: 'boolean' } },
    }).values;
  } catch (error) {
    throw new UserError(messageOf(error), { remedy: HELP });
  }
}
