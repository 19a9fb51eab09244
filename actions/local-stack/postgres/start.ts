import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { UserError } from '../../shared/errors.ts';
import { siblingProgram } from '../sibling-program.ts';
import { findBinaries } from './binaries.ts';
import { openCluster, prepareDirectory, SUPERUSER } from './cluster.ts';
import { type ServerUser, serverUser } from './server-user.ts';

export interface PostgresOptions {
  /** Directory of this server alone: cluster and password. Made when missing. */
  dir: string;
  /** Absent: any free port. */
  port?: number;
  /** Kept for later runs: writes are made durable. Otherwise speed counts. */
  persistent: boolean;
}

export interface LocalPostgres {
  url: string;
  port: number;
  user: string;
  password: string;
  /** Resolves when the server has ended, wanted or not, with the last lines of its log. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

const PORT_ATTEMPTS = 5;
/** A standby takes read-only ones. */
const READY = /database system is ready to accept (read-only )?connections/;

/**
 * Starts a real PostgreSQL on 127.0.0.1 with a random password (SCRAM), ready for connections when this resolves.
 * The server ends with this process, however that ends.
 * @throws UserError with what PostgreSQL said.
 */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const { dir, persistent } = options;
  const user = serverUser();
  await prepareDirectory(dir, user);
  const binaries = findBinaries(dir, user);
  const { dataDir, password } = await openCluster(dir, binaries, user);
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const guard = startGuard(binaries.postgres, serverArguments(dataDir, port, persistent), persistent, user);
    const outcome = await ready(guard);
    if (outcome === 'ready') {
      return {
        url: `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`,
        port,
        user: SUPERUSER,
        password,
        ended: guard.ended,
        async stop() {
          guard.process.stdin?.end();
          await guard.ended;
        },
      };
    }
    const portTaken = outcome.includes('Address already in use');
    if (portTaken && options.port === undefined && attempt < PORT_ATTEMPTS) continue;
    throw new UserError(`PostgreSQL did not start on port ${port}: ${outcome.trim()}`, {
      remedy: portTaken ? 'Choose another port.' : `Look at the server's files in ${dataDir}.`,
    });
  }
}

interface Guard {
  process: ChildProcess;
  /** Resolves with the end of the server's log. */
  ended: Promise<string>;
  onLog: (listener: (log: string) => void) => void;
}

function startGuard(
  command: string,
  args: string[],
  persistent: boolean,
  user: ServerUser | undefined,
): Guard {
  const order = { command, args, ...user, patienceMs: persistent ? 5000 : 1500 };
  const program = siblingProgram(import.meta.url, './guard.ts', 'local-stack-postgres');
  const child = spawn(process.execPath, [program, JSON.stringify(order)], {
    cwd: '/',
    // A Ctrl-C in the terminal reaches the stack, which stops its servers in order.
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, TZ: 'UTC', LC_ALL: 'C' },
  });
  let log = '';
  let listener: (log: string) => void = () => {};
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4000);
    listener(log);
  });
  // The pipe breaks when the guard ends first; its end is told by 'close'.
  child.stdin.on('error', () => {});
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', () => resolve(log));
  });
  return {
    process: child,
    ended,
    onLog: (next) => {
      listener = next;
    },
  };
}

/** 'ready', or the log of a server that ended instead. */
function ready(guard: Guard): Promise<string> {
  return new Promise((resolve) => {
    guard.onLog((log) => {
      if (READY.test(log)) resolve('ready');
    });
    void guard.ended.then(resolve);
  });
}

function serverArguments(dataDir: string, port: number, persistent: boolean): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    // No socket file: nothing to collide on or to leave behind.
    unix_socket_directories: '',
    wal_level: 'logical',
    // A slot per table that is extracted by its changes.
    max_replication_slots: '64',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(persistent ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return [
    '-D',
    dataDir,
    '-p',
    String(port),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/** PostgreSQL takes no port 0, so a free one is found first; a race for it is seen and tried again. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
