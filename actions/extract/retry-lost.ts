import { messageOf, UserError } from '../shared/errors.ts';
import { ConnectionLostError, isConnectionLoss } from './database.ts';

const ATTEMPTS = 3;
/** How long a server that went away may take to come back: a restart, a failover. */
const ABSENCE_MS = 60_000;
const BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 8_000;

/**
 * Does the work again when the connection to the source was lost, three times in all; a server that is away after
 * that gets a minute to come back. `work` begins anew with what is not committed.
 * @throws UserError when that does not help, or the signal came; whatever else the work throws
 */
export async function retryLost<T>(
  work: () => Promise<T>,
  { signal, note }: { signal: AbortSignal | undefined; note: (line: string) => void },
): Promise<T> {
  let losses = 0;
  let lostAt: number | undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted) {
        throw new UserError('the run was cancelled: nothing of the open tables is committed', {
          remedy: 'Run again with the same logical date: committed tables are not read again.',
          cause: error,
        });
      }
      if (!isConnectionLoss(error)) throw error;
      if (error instanceof ConnectionLostError) {
        losses++;
        lostAt = performance.now();
      }
      // A first connection that is refused is a wrong address rather than a server that restarts.
      if (lostAt === undefined) throw error;
      if (losses === ATTEMPTS || performance.now() - lostAt > ABSENCE_MS) {
        throw new UserError(`${messageOf(error)} (tried ${attempt} times)`, {
          remedy: 'Check the database and the network, then run again: committed tables are not read again.',
          cause: error,
        });
      }
      note(`${messageOf(error)}; starting again under a new snapshot`);
      const pause = Math.min(BACKOFF_MS * 2 ** (attempt - 1), LONGEST_BACKOFF_MS);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
