import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, UserError } from '../shared/errors.ts';
import type { SnowflakeSession } from '../shared/snowflake.ts';
import { type History, type HistoryTables, requireHistory } from './history.ts';

const ASK_EVERY_MS = 1_000;

export interface LockOptions {
  session: SnowflakeSession;
  tables: HistoryTables;
  run: { id: string; url: string | null };
  /** How long to wait for another migrator. */
  timeoutSeconds: number;
  /** How long the lock holds without being renewed: after that its owner is taken for dead. */
  leaseSeconds: number;
  onProgress: (line: string) => void;
}

/** Another migrator held the lock for as long as this one was to wait. */
export class LockHeldError extends UserError {}

export interface MigrationLock {
  /** The history as it is while the lock is held. */
  history: History;
  /** The run that held it and let it expire: it died. */
  dead: string | null;
  release(): Promise<void>;
}

/**
 * Takes the migration lock, waiting for at most `timeoutSeconds`. One UPDATE decides who gets it (of two that change
 * one table, Snowflake lets the second wait and look again); the database's clock decides when it expires; it is
 * renewed while the run lasts. The UPDATE also sees that nothing was added to the history that was read.
 * @throws UserError that says who holds it, since when
 */
export async function acquireLock(options: LockOptions, read: History): Promise<MigrationLock> {
  const { session, tables, run, leaseSeconds } = options;
  const deadline = Date.now() + options.timeoutSeconds * 1000;
  let history = read;
  for (let told = false; ; ) {
    const { rowsAffected } = await session.execute(
      `UPDATE ${tables.lock}
          SET RUN_ID = ?, OWNER = ?, RUN_URL = ?, ACQUIRED_AT = CURRENT_TIMESTAMP(),
              EXPIRES_AT = DATEADD(millisecond, ${leaseSeconds * 1000}, CURRENT_TIMESTAMP())
        WHERE NAME = 'migrate' AND (RUN_ID IS NULL OR EXPIRES_AT < CURRENT_TIMESTAMP())
          AND (SELECT COALESCE(MAX(EVENT), 0) FROM ${tables.event}) = ?`,
      [run.id, `process ${process.pid} on ${hostname()}`, run.url, history.lastEvent],
    );
    if (rowsAffected === 1) return { history, dead: history.holder, release: keepRenewing(options) };
    history = await requireHistory(session, tables);
    // Released, or added to, a moment ago.
    if (history.holder === null) continue;
    if (!told || Date.now() >= deadline) {
      const holder = await describeHolder(session, tables);
      if (Date.now() >= deadline) {
        throw new LockHeldError(`another migration holds the lock: ${holder}`, {
          remedy: `Wait for it to end and run again. If it is dead, its lock expires ${leaseSeconds} seconds after it was last renewed.`,
        });
      }
      options.onProgress(`waiting for the migration lock: ${holder}`);
      told = true;
    }
    await sleep(Math.min(ASK_EVERY_MS, leaseSeconds * 500, Math.max(0, deadline - Date.now())));
  }
}

/** Renews the lock three times in each lease. Returns what ends that and gives the lock up. */
function keepRenewing({
  session,
  tables,
  run,
  leaseSeconds,
  onProgress,
}: LockOptions): MigrationLock['release'] {
  let renewal: Promise<unknown> = Promise.resolve();
  const timer = setInterval(
    () => {
      renewal = session
        .execute(
          `UPDATE ${tables.lock} SET EXPIRES_AT = DATEADD(millisecond, ${leaseSeconds * 1000}, CURRENT_TIMESTAMP())
            WHERE NAME = 'migrate' AND RUN_ID = ?`,
          [run.id],
        )
        // The next record finds out whether the lock is lost.
        .catch((error: unknown) =>
          onProgress(`the migration lock could not be renewed: ${messageOf(error)}`),
        );
    },
    (leaseSeconds * 1000) / 3,
  );
  return async () => {
    clearInterval(timer);
    await renewal;
    await session.execute(
      `UPDATE ${tables.lock} SET RUN_ID = NULL, OWNER = NULL, RUN_URL = NULL, ACQUIRED_AT = NULL, EXPIRES_AT = NULL
        WHERE NAME = 'migrate' AND RUN_ID = ?`,
      [run.id],
    );
  };
}

async function describeHolder(session: SnowflakeSession, tables: HistoryTables): Promise<string> {
  const { rows } = await session.execute(
    `SELECT OWNER, RUN_URL, TO_VARCHAR(ACQUIRED_AT, 'YYYY-MM-DD HH24:MI:SS TZHTZM') AS ACQUIRED_AT FROM ${tables.lock} WHERE NAME = 'migrate'`,
  );
  const row = rows[0];
  if (row?.OWNER == null) return 'it was released a moment ago';
  return `${row.OWNER}${row.RUN_URL === null ? '' : ` (${row.RUN_URL})`} since ${row.ACQUIRED_AT}`;
}
