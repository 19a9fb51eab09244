import type { ClientBase } from 'pg';
import { messageOf, UserError } from '../../shared/errors.ts';
import { codeOf, statementError } from '../database.ts';
import { formatLsn, parseLsn } from './lsn.ts';

/** A table's replication slot and what of it this load reads. */
export interface TableSlot {
  table: string;
  /** Of the slot and of its publication. */
  name: string;
  /** The first commit position to read; undefined for a first load, which reads the table itself. */
  from: bigint | undefined;
  /** Commits from here on are the next load's. */
  to: bigint;
}

/** What a load asks of a slot. */
export interface SlotRequest {
  table: string;
  name: string;
  /** Up to where changes are on the lake; undefined before the first load. */
  loaded: bigint | undefined;
  fullRefresh: boolean;
  dryRun: boolean;
}

interface SlotFacts {
  confirmed: bigint;
  isLost: boolean;
}

/** Creating a slot waits for the transactions that write at that moment. */
const CREATE_TIMEOUT = '10min';

/**
 * Brings a slot to where the load begins: makes it before a first load, so that no change after the table was read
 * can be missed; moves it to what an earlier run has put on the lake.
 * @throws UserError when changes are missing from it
 */
export async function prepareSlot(client: ClientBase, request: SlotRequest): Promise<TableSlot> {
  const { table, name, loaded, fullRefresh, dryRun } = request;
  let facts = await readSlot(client, name);
  if (loaded === undefined || fullRefresh) {
    if (dryRun) return { table, name, from: undefined, to: await flushedLsn(client) };
    // A slot that was there before a full refresh holds what the refresh is to leave behind, e.g. a TRUNCATE.
    if (facts !== undefined && (fullRefresh || facts.isLost)) {
      await dropSlot(client, request);
      facts = undefined;
    }
    if (facts === undefined) {
      await createSlot(client, request);
      facts = await readSlot(client, name);
    }
    return { table, name, from: undefined, to: facts!.confirmed };
  }
  const to = await flushedLsn(client);
  requireChanges(request, loaded, facts, to);
  const slot = { table, name, from: loaded, to };
  // An earlier run was killed before it confirmed what it had committed.
  if (!dryRun && facts!.confirmed < loaded) await advanceSlot(client, { ...slot, to: loaded });
  return slot;
}

/** Tells the server that everything below `to` is on the lake. */
export async function advanceSlot(client: ClientBase, { table, name, to }: TableSlot): Promise<void> {
  try {
    await client.query('SELECT pg_replication_slot_advance($1, $2)', [name, formatLsn(to)]);
  } catch (error) {
    throw slotError(table, name, error);
  }
}

/**
 * How many megabytes (10^6) of its log the server keeps for the slot.
 * @throws UserError when these are too many
 */
export async function checkSlotLag(client: ClientBase, slot: TableSlot, limitMb: number): Promise<number> {
  const { rows } = await client.query<{ lag: number }>(
    `SELECT pg_wal_lsn_diff(pg_current_wal_flush_lsn(), restart_lsn)::float8 AS lag
       FROM pg_catalog.pg_replication_slots WHERE slot_name = $1`,
    [slot.name],
  );
  const lag = (rows[0]?.lag ?? 0) / 1e6;
  if (lag <= limitMb) return lag;
  throw new UserError(
    `table ${slot.table}: slot ${slot.name} makes the source keep ${lag.toFixed(1)} MB of its log after everything was read, more than ${limitMb} MB (maxSlotLagMb)`,
    {
      remedy:
        'A transaction that stays open holds it back: end it (pg_stat_activity by xact_start, pg_prepared_xacts). The load itself is committed.',
    },
  );
}

/** What reading or moving a slot came to, as one line. */
export function slotError(table: string, name: string, error: unknown): Error {
  if (error instanceof UserError) return error;
  const known: Record<string, [what: string, remedy: string]> = {
    '42501': [
      'no permission to use replication slots',
      "ALTER USER … REPLICATION for the user of the source's secret (on Amazon RDS: GRANT rds_replication).",
    ],
    '53400': [
      'the source has no free replication slot',
      'Raise max_replication_slots, or drop slots that nobody reads (pg_replication_slots).',
    ],
    '55006': [
      'slot is in use by another process',
      'See active_pid in pg_replication_slots; run again when it is free.',
    ],
    '57014': [
      'waited too long',
      `Slots wait for transactions that write: end those that stay open (pg_stat_activity by xact_start).`,
    ],
  };
  const found = known[codeOf(error) ?? ''];
  if (found === undefined) return statementError(`${table} (slot ${name})`, error);
  return new UserError(`table ${table}: slot ${name}: ${found[0]}: ${messageOf(error)}`, {
    remedy: found[1],
    cause: error,
  });
}

function requireChanges(
  { table, name }: SlotRequest,
  loaded: bigint,
  facts: SlotFacts | undefined,
  flushed: bigint,
): void {
  const at = formatLsn(loaded);
  const problem =
    facts === undefined
      ? `slot ${name} is gone: what changed since ${at} is lost to it`
      : facts.isLost
        ? `slot ${name} was invalidated by the source (max_slot_wal_keep_size): what changed since ${at} is lost to it`
        : facts.confirmed > loaded
          ? `slot ${name} begins at ${formatLsn(facts.confirmed)}, after the last load's end ${at}: something else read it or made it anew`
          : flushed < loaded
            ? `the source's log ends at ${formatLsn(flushed)}, before the last load's end ${at}: it is another cluster, or was restored`
            : undefined;
  if (problem === undefined) return;
  throw new UserError(`table ${table}: ${problem}`, {
    remedy: 'Run with full-refresh: true once, which reads the table as it is now and begins a new slot.',
  });
}

async function readSlot(client: ClientBase, name: string): Promise<SlotFacts | undefined> {
  const { rows } = await client.query<{ confirmed: string; is_lost: boolean }>(
    `SELECT confirmed_flush_lsn::text AS confirmed, wal_status = 'lost' AS is_lost
       FROM pg_catalog.pg_replication_slots WHERE slot_name = $1`,
    [name],
  );
  const [row] = rows;
  return row && { confirmed: parseLsn(row.confirmed), isLost: row.is_lost };
}

/** What is flushed can be decoded at once; what is only written could be skipped by advancing. */
async function flushedLsn(client: ClientBase): Promise<bigint> {
  const { rows } = await client.query<{ lsn: string }>('SELECT pg_current_wal_flush_lsn()::text AS lsn');
  return parseLsn(rows[0]!.lsn);
}

async function createSlot(client: ClientBase, { table, name }: SlotRequest): Promise<void> {
  try {
    await client.query(`SET LOCAL statement_timeout = '${CREATE_TIMEOUT}'`);
    await client.query(`SELECT pg_create_logical_replication_slot($1, 'pgoutput')`, [name]);
    await client.query(`SET LOCAL statement_timeout = '2h'`);
  } catch (error) {
    throw slotError(table, name, error);
  }
}

async function dropSlot(client: ClientBase, { table, name }: SlotRequest): Promise<void> {
  try {
    await client.query('SELECT pg_drop_replication_slot($1)', [name]);
  } catch (error) {
    throw slotError(table, name, error);
  }
}
