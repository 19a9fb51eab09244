import type { ClientBase } from 'pg';
import pg from 'pg';
import { messageOf, UserError } from '../shared/errors.ts';
import {
  beginTransaction,
  ConnectionLostError,
  codeOf,
  connect,
  type DatabaseSettings,
  isConnectionLoss,
} from './database.ts';
import { waitForLocks } from './run-locks.ts';
import { parseSnapshot, type Snapshot } from './snapshot.ts';
import { readSourceTables, type SourceTable } from './source-table.ts';

/** One read-only transaction: every table in it is read as of one snapshot. */
export interface ReadSession extends AsyncDisposable {
  client: ClientBase;
  snapshot: Snapshot;
  /** When it was taken, as performance.now(). */
  openedAt: number;
  tables: Map<string, SourceTable>;
  /** `server_version_num`, e.g. 180004. */
  serverVersion: number;
  /** More connections that read the same snapshot; they end with the session. */
  openReaders(count: number): Promise<ClientBase[]>;
  /** A connection of its own, outside of the snapshot; the caller ends it. */
  openBeside(): Promise<pg.Client>;
  /** Stops what the session's connections are executing. */
  cancel(): Promise<void>;
  /** Proves that the connection, and with it the locks of this run, still stands. @throws ConnectionLostError */
  check(): Promise<void>;
}

/** A table and a lock that keeps other runs from writing its keys. */
export interface LockedTable {
  name: string;
  lock: string;
  /** Others may share it; who takes it alone waits for them. */
  isShared?: boolean;
}

/** Well below idle_in_transaction_session_timeout: the locks' connection idles while others read. */
const KEEP_ALIVE_MS = 60_000;

// Source safety: nothing of this run may hang on the source for longer. SET LOCAL also works behind a pooler.
// With row_security off, a policy that would hide rows is an error instead.
export const SETTINGS = `
  SET LOCAL statement_timeout = '2h';
  SET LOCAL lock_timeout = '30s';
  SET LOCAL idle_in_transaction_session_timeout = '15min';
  SET LOCAL row_security = off;
  SET LOCAL TimeZone = 'UTC';
  SET LOCAL DateStyle = 'ISO, YMD';
  SET LOCAL IntervalStyle = 'postgres';
  SET LOCAL extra_float_digits = 1;
  SET LOCAL client_encoding = 'UTF8'`;

/** pg_snapshot and xid8 came with 13. */
const OLDEST_VERSION = 130_000;

/**
 * Opens a session over these tables. They are locked against changes of their columns before the snapshot is
 * taken (ACCESS SHARE, as any SELECT does). An advisory lock per table keeps a second run out until this one's
 * connection ends, killed or not, so that two runs never write the same keys.
 * @param besidePid server process of another connection of this run, which `cancel` stops too
 * @throws UserError when a table is missing, the server is too old, or another run does not end
 */
export async function openReadSession(
  settings: DatabaseSettings,
  tables: readonly LockedTable[],
  onWait: (seconds: number) => void,
  besidePid?: number,
): Promise<ReadSession> {
  const client = await connect(settings);
  try {
    const serverVersion = await requireVersion(client);
    const names = tables.map(({ name }) => name);
    const known = await readSourceTables(client, names);
    const snapshot = await waitForLocks(() => begin(client, [...known.values()], tables), onWait);
    // Read again under the lock: a column may have changed before it was granted.
    const found = await readSourceTables(client, names);
    return await sessionOf(settings, client, snapshot, found, serverVersion, besidePid);
  } catch (error) {
    await client.end();
    throw readError(error);
  }
}

async function sessionOf(
  settings: DatabaseSettings,
  client: pg.Client,
  snapshot: Snapshot,
  tables: Map<string, SourceTable>,
  serverVersion: number,
  besidePid: number | undefined,
): Promise<ReadSession> {
  const clients = [client];
  const pids = [await backendPid(client)];
  if (besidePid !== undefined) pids.push(besidePid);
  let checking: Promise<void> = Promise.resolve();
  const check = (): Promise<void> => {
    // Several tables may end at once; a client takes one query at a time.
    checking = checking.then(() => checkConnection(client));
    return checking;
  };
  // A connection that is lost shows at the next commit.
  const keepAlive = setInterval(() => void check().catch(() => {}), KEEP_ALIVE_MS);
  return {
    client,
    snapshot,
    openedAt: performance.now(),
    tables,
    serverVersion,
    openReaders: async (count) => {
      const { rows } = await client.query<{ id: string }>('SELECT pg_export_snapshot() AS id');
      const readers = [];
      for (let index = 0; index < count; index++) {
        const reader = await connect(settings);
        clients.push(reader);
        readers.push(reader);
        await reader.query(
          `BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
           SET TRANSACTION SNAPSHOT ${pg.escapeLiteral(rows[0]!.id)}; ${SETTINGS}`,
        );
        pids.push(await backendPid(reader));
      }
      return readers;
    },
    openBeside: () => connect(settings),
    cancel: async () => {
      // A query of its own rather than the protocol's cancel request, which a pooler may not carry.
      const canceller = await connect(settings);
      try {
        await canceller.query('SELECT pg_cancel_backend(pid) FROM unnest($1::int[]) AS pid', [pids]);
      } finally {
        await canceller.end();
      }
    },
    check,
    [Symbol.asyncDispose]: async () => {
      clearInterval(keepAlive);
      await Promise.all(clients.map((open) => open.end()));
    },
  };
}

async function checkConnection(client: ClientBase): Promise<void> {
  try {
    await client.query('SELECT 1');
  } catch (error) {
    throw new ConnectionLostError(`the connection to PostgreSQL was lost: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** The server process behind a connection, also where a pooler lies between. */
export async function backendPid(client: ClientBase): Promise<number> {
  return (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid;
}

/** Starts the transaction; undefined (and nothing held) when another run has one of the locks. */
async function begin(
  client: ClientBase,
  sources: readonly SourceTable[],
  tables: readonly LockedTable[],
): Promise<Snapshot | undefined> {
  await beginTransaction(client, `BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; ${SETTINGS}`);
  const lockable = sources.filter((source) => source.hasRowVersions).map((source) => source.sql);
  // LOCK comes before the first SELECT, which freezes the snapshot.
  if (lockable.length > 0) await client.query(`LOCK TABLE ${lockable.join(', ')} IN ACCESS SHARE MODE`);
  const { rows } = await client.query<{ locked: boolean; snapshot: string }>(
    `SELECT bool_and(CASE WHEN is_shared THEN pg_try_advisory_xact_lock_shared(hashtextextended(name, 0))
                          ELSE pg_try_advisory_xact_lock(hashtextextended(name, 0)) END) AS locked,
            pg_current_snapshot()::text AS snapshot
       FROM unnest($1::text[], $2::bool[]) AS held (name, is_shared)`,
    [tables.map(({ lock }) => lock), tables.map(({ isShared }) => isShared ?? false)],
  );
  if (rows[0]!.locked) return parseSnapshot(rows[0]!.snapshot);
  await client.query('ROLLBACK');
  return undefined;
}

export async function requireVersion(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ number: number; text: string }>(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS text`,
  );
  const { number, text } = rows[0]!;
  if (number >= OLDEST_VERSION) return number;
  throw new UserError(`PostgreSQL ${text} is too old`, { remedy: 'Version 13 or later is needed.' });
}

function readError(error: unknown): unknown {
  if (error instanceof UserError) return error;
  if (isConnectionLoss(error)) {
    return new ConnectionLostError(`the connection to PostgreSQL was lost: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (codeOf(error) === '55P03') {
    return new UserError(`PostgreSQL: a table stayed locked: ${messageOf(error)}`, {
      remedy: 'A schema change is running on it. Run again when it is done.',
      cause: error,
    });
  }
  return error;
}
