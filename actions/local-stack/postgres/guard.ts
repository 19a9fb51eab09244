/**
 * The parent process of one PostgreSQL server: starts it, and stops it when its own standard input closes, which
 * also happens when the stack is killed without a chance to clean up. Stands alone: it is started as a program.
 * Argument: JSON {command, args, uid?, gid?, patienceMs}.
 */
import { spawn } from 'node:child_process';

interface Order {
  command: string;
  args: string[];
  uid?: number;
  gid?: number;
  /** How long a fast shutdown may take before the immediate one. */
  patienceMs: number;
}

const { command, args, patienceMs, ...user } = JSON.parse(process.argv[2] ?? '{}') as Order;
const server = spawn(command, args, { ...user, stdio: ['ignore', 'inherit', 'inherit'] });

let stopping = false;
function stop(): void {
  if (stopping) return;
  stopping = true;
  // "Fast": clients are disconnected, then the server shuts down cleanly ("Shutting Down the Server", PostgreSQL docs).
  server.kill('SIGINT');
  setTimeout(() => server.kill('SIGQUIT'), patienceMs).unref();
  setTimeout(() => server.kill('SIGKILL'), patienceMs * 2).unref();
}

server.once('error', (error) => {
  process.stderr.write(`cannot run ${command}: ${error.message}\n`);
  process.exit(1);
});
server.once('exit', (code) => process.exit(stopping ? 0 : (code ?? 1)));
process.stdin.resume();
process.stdin.once('close', stop);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);
// The reader of the log may be gone already; the server still has to be stopped.
process.stderr.on('error', () => {});
