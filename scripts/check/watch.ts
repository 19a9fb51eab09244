import { watch } from 'node:fs';

/** An editor writes a file in several steps. */
const QUIET_MS = 100;

/** Calls `check` after each change in a directory, one call at a time, until the process is interrupted. */
export async function watchDirectory(directory: string, check: () => Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve<unknown>(undefined);
  const watcher = watch(directory, { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(check);
    }, QUIET_MS);
  });
  try {
    await new Promise<void>((resolve, reject) => {
      watcher.once('error', reject);
      process.once('SIGINT', () => resolve());
      process.once('SIGTERM', () => resolve());
      console.error(`Watching ${directory}; Ctrl-C ends it.`);
    });
  } finally {
    watcher.close();
    clearTimeout(timer);
    await running;
  }
}
