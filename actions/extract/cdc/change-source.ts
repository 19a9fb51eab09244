import type pg from 'pg';
import { UserError } from '../../shared/errors.ts';
import type { PostgresTable } from '../../shared/pipeline.ts';
import { beginTransaction, connect, type DatabaseSettings } from '../database.ts';
import type { ReadEstimate } from '../read-plan.ts';
import { backendPid, requireVersion, SETTINGS } from '../read-session.ts';
import { waitForLocks } from '../run-locks.ts';
import { readSourceTables, requireColumns } from '../source-table.ts';
import { refuseOwnChangeColumns } from './change-columns.ts';
import { ensurePublication, requirePublishable } from './publication.ts';
import { type ChangeRead, estimateDrain, readChanges } from './read-changes.ts';
import { advanceSlot, checkSlotLag, prepareSlot, type SlotRequest, type TableSlot } from './slot.ts';

/** A connection of the run for its replication slots. While it lives no other run of these tables touches them. */
export interface ChangeSource extends AsyncDisposable {
  /** Its server process. */
  pid: number;
  /** Makes a table's publication and slot where they are needed, and finds what to read. @throws UserError */
  prepare(config: PostgresTable, request: SlotRequest): Promise<TableSlot>;
  /** How much a drain would read. Nothing is confirmed. */
  estimate(slot: TableSlot): Promise<ReadEstimate>;
  /** Queries that together give the slot's changes in order, as rows of `columns`. Nothing is confirmed. */
  queries(read: ChangeRead): AsyncIterable<string>;
  /**
   * Lets the server forget what was read, once its load is committed. Answers how many megabytes it still keeps.
   * @throws UserError when that is too much
   */
  confirm(slot: TableSlot, maxSlotLagMb: number): Promise<number>;
}

/**
 * Opens the run's connection for slots and takes a lock per table.
 * @throws UserError where the source cannot decode its log
 */
export async function openChangeSource(
  settings: DatabaseSettings,
  locks: readonly string[],
  onWait: (seconds: number) => void,
): Promise<ChangeSource> {
  const client = await connect(settings);
  try {
    const serverVersion = await requireDecoding(client);
    await waitForLocks(() => lock(client, locks), onWait);
    // In the transaction: a pooler gives the server process for one.
    const pid = await backendPid(client);
    return {
      pid,
      prepare: async (config, request) => {
        await publish(settings, config, request, serverVersion);
        return prepareSlot(client, request);
      },
      estimate: (slot) => estimateDrain(client, slot),
      queries: (read) => readChanges(client, read),
      confirm: async (slot, maxSlotLagMb) => {
        await advanceSlot(client, slot);
        return checkSlotLag(client, slot, maxSlotLagMb);
      },
      [Symbol.asyncDispose]: () => client.end(),
    };
  } catch (error) {
    await client.end();
    throw error;
  }
}

/** Begins the transaction that holds the locks; undefined, and nothing held, when another run has one. */
async function lock(client: pg.Client, locks: readonly string[]): Promise<true | undefined> {
  // It idles while tables are read and holds nothing that the source would miss, so it may.
  await beginTransaction(
    client,
    `BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED; ${SETTINGS}; SET LOCAL idle_in_transaction_session_timeout = 0`,
  );
  const { rows } = await client.query<{ locked: boolean }>(
    'SELECT bool_and(pg_try_advisory_xact_lock(hashtextextended(name, 0))) AS locked FROM unnest($1::text[]) AS name',
    [locks],
  );
  if (rows[0]!.locked) return true;
  await client.query('ROLLBACK');
  return undefined;
}

async function requireDecoding(client: pg.Client): Promise<number> {
  const version = await requireVersion(client);
  const { rows } = await client.query<{ level: string; is_standby: boolean }>(
    `SELECT current_setting('wal_level') AS level, pg_is_in_recovery() AS is_standby`,
  );
  const { level, is_standby } = rows[0]!;
  if (is_standby) {
    throw new UserError('strategy cdc reads a replication slot, and this server is a standby', {
      remedy: "Name the primary in the source's secret, or use another strategy.",
    });
  }
  if (level !== 'logical') {
    throw new UserError(`strategy cdc needs wal_level = logical at the source, which has ${level}`, {
      remedy:
        'Set it and restart the server (on Amazon RDS: rds.logical_replication = 1), or use another strategy.',
    });
  }
  return version;
}

/** On a connection of its own: a transaction that has written cannot create a slot. */
async function publish(
  settings: DatabaseSettings,
  config: PostgresTable,
  { name, dryRun }: SlotRequest,
  serverVersion: number,
): Promise<void> {
  const client = await connect(settings);
  try {
    const source = (await readSourceTables(client, [config.name])).get(config.name)!;
    requireColumns(source, config.key, 'key');
    refuseOwnChangeColumns(source);
    await requirePublishable(client, source, config.key, serverVersion);
    if (!dryRun) await ensurePublication(client, source, name, serverVersion);
  } finally {
    await client.end();
  }
}
