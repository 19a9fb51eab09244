import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../shared/errors.ts';
import type { SnowflakeSession } from '../shared/snowflake.ts';

/** The most that the table function returns. */
const LIMIT = 10_000;
const ASK_EVERY_MS = 2_000;

/** What became of a statement whose answer never came. */
export type Fate = { ran: true; queryId: string } | { ran: false };

export interface LostStatement {
  /** Marks the query: the driver sent it with the statement. */
  queryTag: string;
  /** When its start was recorded, as the database gave it. */
  at: string;
  /** `file:line`, for messages. */
  place: string;
  file: string;
  line: number;
}

/**
 * Asks the account's query history, and waits while the statement still runs: Snowflake goes on with a statement
 * when its client is gone. The history reaches back 7 days and its function returns at most 10,000 queries of the
 * user; where that is not enough to know, it is an error, never a guess.
 * Source: "QUERY_HISTORY, QUERY_HISTORY_BY_*" (INFORMATION_SCHEMA).
 * @throws UserError when the history cannot tell
 */
export async function findFate(
  session: SnowflakeSession,
  database: string,
  lost: LostStatement,
  onProgress: (line: string) => void,
): Promise<Fate> {
  for (let told = false; ; told = true) {
    const { rows } = await session.execute(
      `SELECT COUNT(*) AS SEEN, MAX(IFF(QUERY_TAG = ?, EXECUTION_STATUS || ' ' || QUERY_ID, NULL)) AS FOUND,
              ?::TIMESTAMP_TZ < DATEADD(hour, -167, CURRENT_TIMESTAMP()) AS IS_OLD
         FROM TABLE(${database}.INFORMATION_SCHEMA.QUERY_HISTORY_BY_USER(
           END_TIME_RANGE_START => DATEADD(hour, -167, CURRENT_TIMESTAMP()), RESULT_LIMIT => ${LIMIT}))`,
      [lost.queryTag, lost.at],
    );
    const row = rows[0] ?? {};
    const [status, queryId] = String(row.FOUND ?? '').split(' ');
    if (status === 'SUCCESS') return { ran: true, queryId: queryId ?? '' };
    if (status !== '' && !/^(?:FAIL|INCIDENT|ABORT|CANCEL)/.test(status!)) {
      if (!told) onProgress(`${lost.place}: still running since the last run (query ${queryId}); waiting`);
      await sleep(ASK_EVERY_MS);
      continue;
    }
    if (status === '' && (row.IS_OLD === true || Number(row.SEEN) >= LIMIT)) {
      throw new UserError(
        `${lost.place}: the last run ended before it knew whether this statement ran, and Snowflake's query history no longer shows it (tag "${lost.queryTag}")`,
        {
          location: { file: lost.file, line: lost.line },
          remedy:
            'Look in SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY for that QUERY_TAG, undo by hand what the statement did if it ran, and make it safe to run again.',
        },
      );
    }
    return { ran: false };
  }
}
