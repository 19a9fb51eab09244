import { SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import { type Cell, columns, instant, integer, text } from './dml/rows-relation.ts';
import type { Session } from './session.ts';

/** SHOW TRANSACTIONS: the running explicit transactions of the account. Source: its page. */
export const transactionListing = {
  columns: columns({
    id: integer,
    user: text,
    session: integer,
    name: text,
    started_on: instant,
    state: text,
    scope: integer,
  }),
  rows: ({ engine }: Session): { name: string; row: Cell[] }[] =>
    [...engine.sessions].flatMap((session) => {
      const open = session.transaction;
      if (open === null) return [];
      const { id, name } = open;
      return [{ name, row: [id, session.user, session.id, name, id * 1000, 'running', 0] }];
    }),
};

/** SYSTEM$ABORT_TRANSACTION: takes a transaction of any session back, as if it had said ROLLBACK. Source: its page. */
export function abortTransaction(id: string, { engine }: Session): string {
  for (const session of engine.sessions) {
    if (String(session.transaction?.id) !== id) continue;
    // Statements that want its locks wait until it has given them up.
    session.rollback().catch((error: unknown) => process.stderr.write(`${error}\n`));
    return 'Aborted transaction id: '.concat(id);
  }
  throw new SnowflakeError('000631', '02000', `Transaction '${id}' does not exist or has ended.`);
}
