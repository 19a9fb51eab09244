import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import type { Engine } from './engine.ts';
import type { Session } from './session.ts';

/** SYSTEM$CANCEL_QUERY: ends a statement of any session. Source: its page. */
export function cancelQuery(queryId: string, engine: Engine): string {
  for (const session of engine.sessions)
    if (session.cancel(queryId) > 0) return `query [${queryId}] terminated.`;
  throw new SnowflakeError('000605', '02000', 'Identified SQL statement is not currently executing.');
}

/** SYSTEM$CANCEL_ALL_QUERIES: ends what a session runs, and what waits to run in it. Source: its page. */
export function cancelAllQueries(sessionId: string, caller: Session): string {
  const session = sessionOf(sessionId, caller);
  // The statement that calls it is one of the caller's own.
  return `${session === caller ? 0 : session.cancel()} cancelled.`;
}

/** SYSTEM$ABORT_SESSION: the session ends, its open transaction is taken back. Source: its page. */
export function abortSession(sessionId: string, caller: Session): string {
  const session = sessionOf(sessionId, caller);
  session.close().catch((error: unknown) => process.stderr.write(`${error}\n`));
  return `session [${sessionId}] terminated.`;
}

const UNITS: Readonly<Record<string, number>> = {
  MILLISECONDS: 1,
  SECONDS: 1000,
  MINUTES: 60_000,
  HOURS: 3_600_000,
  DAYS: 86_400_000,
};
const LOOK_MS = 20;

/** SYSTEM$WAIT: what it answers, and the waiting, which the statement's cancellation ends. Source: its page. */
export function wait(
  amount: number,
  unit: string,
  session: Session,
): { answer: string; work: () => Promise<void> } {
  const factor = UNITS[unit.toUpperCase()];
  if (factor === undefined || !(amount >= 0))
    throw new SnowflakeError('001044', '22023', `SYSTEM$WAIT: invalid time '${amount} ${unit}'`);
  return {
    answer: `waited ${amount} ${unit.toLowerCase()}`,
    work: async () => {
      const until = performance.now() + amount * factor;
      while (performance.now() < until) {
        session.requireNotCancelled();
        await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_MS, until - performance.now())));
      }
    },
  };
}

function sessionOf(id: string, { engine }: Session): Session {
  const found = [...engine.sessions].find((session) => session.id === id);
  if (found === undefined)
    throw new SnowflakeError('000607', '02000', `Session '${id}' does not exist or has ended.`);
  return found;
}
