import type { ClientBase } from 'pg';
import pg from 'pg';
import { UserError } from '../../shared/errors.ts';
import type { ColumnPlan } from '../column-plan.ts';
import type { ReadEstimate } from '../read-plan.ts';
import type { SourceTable } from '../source-table.ts';
import { changesQuery } from './change-columns.ts';
import { type Change, ChangeDecoder } from './changes.ts';
import { formatLsn } from './lsn.ts';
import { PgoutputError } from './pgoutput.ts';
import { slotError, type TableSlot } from './slot.ts';

/** What to read of a slot. */
export interface ChangeRead {
  slot: TableSlot;
  /** The first commit position to read. */
  from: bigint;
  source: SourceTable;
  /** Columns that identify a row. */
  key: readonly string[];
  columns: readonly ColumnPlan[];
}

/** Characters of values in one query: memory holds a few times as much. */
const BATCH_CHARACTERS = 8 << 20;
/** Messages in one answer at most, and their characters where they are large. */
const FETCH_MESSAGES = 4000;
const FETCH_CHARACTERS = 8 << 20;

/**
 * Decodes a slot's changes up to its end and gives queries that hold them in order, as rows of `columns`. The slot
 * stays where it is, so that a run that is killed reads the same again. The server keeps the messages in a file of
 * its own meanwhile; memory here holds one batch.
 */
export async function* readChanges(client: ClientBase, read: ChangeRead): AsyncIterable<string> {
  const { slot, from, source, key, columns } = read;
  const decoder = new ChangeDecoder({
    table: source.name,
    columns: source.columns.map(({ name }) => name),
    key,
    from,
    to: slot.to,
  });
  let batch: Change[] = [];
  let characters = 0;
  for await (const message of readMessages(client, slot)) {
    for (const change of decode(decoder, message, slot)) {
      batch.push(change);
      characters += change.values.reduce((sum, value) => sum + (value?.length ?? 0), 64);
    }
    if (characters < BATCH_CHARACTERS) continue;
    yield changesQuery(source, columns, batch);
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield changesQuery(source, columns, batch);
}

/** How many changes a drain would read, and their size. */
export async function estimateDrain(client: ClientBase, slot: TableSlot): Promise<ReadEstimate> {
  try {
    // Insert, Update and Delete messages begin with I, U and D.
    const { rows } = await client.query<{ rows: number; bytes: number }>(
      `SELECT count(*)::float8 AS rows, coalesce(sum(length(data)), 0)::float8 AS bytes
         FROM ${peek(slot)} WHERE get_byte(data, 0) IN (73, 85, 68)`,
    );
    return rows[0]!;
  } catch (error) {
    throw slotError(slot.table, slot.name, error);
  }
}

async function* readMessages(client: ClientBase, slot: TableSlot): AsyncIterable<Buffer> {
  const cursor = pg.escapeIdentifier(slot.name);
  try {
    await client.query(`DECLARE ${cursor} NO SCROLL CURSOR FOR SELECT data FROM ${peek(slot)}`);
    let count = 1;
    for (;;) {
      const { rows } = await client.query<{ data: Buffer }>(`FETCH ${count} FROM ${cursor}`);
      if (rows.length === 0) break;
      for (const { data } of rows) yield data;
      const longest = rows.reduce((most, { data }) => Math.max(most, data.length), 1);
      // Grows step by step, so that no answer is much larger than the one before.
      count = Math.max(1, Math.min(count * 4, FETCH_MESSAGES, Math.floor(FETCH_CHARACTERS / longest)));
    }
    await client.query(`CLOSE ${cursor}`);
  } catch (error) {
    throw slotError(slot.table, slot.name, error);
  }
}

function peek({ name, to }: TableSlot): string {
  const [slot, end] = [pg.escapeLiteral(name), pg.escapeLiteral(formatLsn(to))];
  return `pg_logical_slot_peek_binary_changes(${slot}, ${end}, NULL, 'proto_version', '1', 'publication_names', ${slot})`;
}

function decode(decoder: ChangeDecoder, message: Buffer, { table, name }: TableSlot): Change[] {
  try {
    return decoder.decode(message);
  } catch (error) {
    if (!(error instanceof PgoutputError)) throw error;
    throw new UserError(
      `table ${table}: slot ${name} gave a message that is not understood: ${error.message}`,
      {
        remedy: 'Use strategy: xmin for this table, and report the message.',
        cause: error,
      },
    );
  }
}
