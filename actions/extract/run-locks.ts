import { UserError } from '../shared/errors.ts';

const POLL_MS = 250;
/** How long a run waits for another one that works on the same tables. */
const WAIT_MS = 30 * 60_000;

/**
 * Tries to get a run's locks until they are free: `attempt` answers undefined, and holds nothing, while another run
 * has one of them.
 * @throws UserError when that run does not end
 */
export async function waitForLocks<T>(
  attempt: () => Promise<T | undefined>,
  onWait: (seconds: number) => void,
): Promise<T> {
  const started = Date.now();
  for (;;) {
    const locked = await attempt();
    if (locked !== undefined) return locked;
    if (Date.now() - started > WAIT_MS) {
      throw new UserError('another run has been extracting the same tables for half an hour', {
        remedy:
          'Let it end or cancel it (application_name "globalmart-dataops extract" in pg_stat_activity).',
      });
    }
    onWait((Date.now() - started) / 1000);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
