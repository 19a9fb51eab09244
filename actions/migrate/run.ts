import { messageOf } from '../shared/errors.ts';
import type { SnowflakeSession } from '../shared/snowflake.ts';
import { createHistory, type History, type HistoryTables, requireHistory } from './history.ts';
import { acquireLock } from './lock.ts';
import type { MigrateOptions } from './migrate.ts';
import type { MigrationDirectory, MigrationFile } from './migration-files.ts';
import { MigrationRecorder } from './recorder.ts';
import { abortTransactionOf } from './transaction.ts';

/** What every mode works with. */
export interface Run {
  options: MigrateOptions;
  directory: MigrationDirectory;
  /** The migrations of the directory in the order in which they may run. */
  files: MigrationFile[];
  /** Name as SQL writes it. */
  database: string;
  control: SnowflakeSession;
  tables: HistoryTables;
  id: string;
  /** Takes the values of secret variables out of a text. */
  hide: (text: string) => string;
  onProgress: (line: string) => void;
}

export interface Locked {
  history: History;
  recorder: MigrationRecorder;
}

/** Does work while holding the lock. `read` is the history as it was read; undefined where there is none yet. */
export async function withLock<T>(
  run: Run,
  read: History | undefined,
  work: (locked: Locked) => Promise<T>,
): Promise<T> {
  const { control, tables, options, id, onProgress } = run;
  if (read === undefined) await createHistory(control, tables);
  const owner = { id, url: options.runUrl ?? null };
  const lock = await acquireLock(
    {
      session: control,
      tables,
      run: owner,
      timeoutSeconds: options.lockTimeoutSeconds ?? 300,
      leaseSeconds: options.leaseSeconds ?? 60,
      onProgress,
    },
    read ?? (await requireHistory(control, tables)),
  );
  try {
    let { history } = lock;
    if (lock.dead !== null) {
      onProgress(`the run ${lock.dead} died holding the migration lock, which has expired`);
      if (await abortTransactionOf(control, lock.dead)) onProgress('its open transaction was taken back');
      history = await requireHistory(control, tables);
    }
    return await work({
      history,
      recorder: new MigrationRecorder(control, tables, owner, history.lastEvent),
    });
  } finally {
    // What the work threw, or that it succeeded, is more important; the lock expires by itself.
    await lock
      .release()
      .catch((error: unknown) => onProgress(`the migration lock could not be released: ${messageOf(error)}`));
  }
}
