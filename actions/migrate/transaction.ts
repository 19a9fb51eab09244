import type { SnowflakeSession } from '../shared/snowflake.ts';

/** Begins a transaction that the next run finds by its name when this one dies in it. */
export function beginTransaction(runId: string): string {
  return `BEGIN TRANSACTION NAME ${transactionName(runId)}`;
}

/**
 * Takes back the transaction of a run that died in it, which would hold its tables' locks until Snowflake notices.
 * Source: "SYSTEM$ABORT_TRANSACTION": the user who began a transaction may abort it.
 */
export async function abortTransactionOf(session: SnowflakeSession, runId: string): Promise<boolean> {
  const { rows } = await session.execute('SHOW TRANSACTIONS');
  const found = rows.find((row) => String(row.name).toUpperCase() === transactionName(runId));
  if (found === undefined) return false;
  await session.execute(`SELECT SYSTEM$ABORT_TRANSACTION(${BigInt(String(found.id))})`);
  return true;
}

function transactionName(runId: string): string {
  return `MIGRATE_${runId.replace(/[^A-Za-z0-9]/g, '').toUpperCase()}`;
}
