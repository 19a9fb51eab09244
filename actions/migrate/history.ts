import { UserError } from '../shared/errors.ts';
import { type SnowflakeSession, SnowflakeStatementError } from '../shared/snowflake.ts';

/**
 * What has happened to the migrations of a database, as its schema DATAOPS knows it. MIGRATION_EVENT is only ever
 * inserted into: an event per begin and end of a migration (statement 0) and of each of its statements. The views
 * MIGRATION_HISTORY (a row per migration and run) and MIGRATION_STATEMENT (a row per statement and run) are for people.
 */
export interface History {
  /** Newest event of each migration. */
  migrations: Map<string, MigrationEvent>;
  /** Newest event of each undo script. */
  undos: Map<string, MigrationEvent>;
  /** Newest event of each statement since its migration last began, by migration and number. */
  statements: Map<string, Map<number, StatementEvent>>;
  /** Tasks that a run suspended and did not resume before it died, in the order to resume them. */
  suspendedTasks: string[];
  /** Number of the newest event; 0 when there is none. */
  lastEvent: number;
  /** Run that holds the lock, or held it when it died. */
  holder: string | null;
}

export interface MigrationEvent {
  name: string;
  version: string | null;
  checksum: string;
  /** `undone` and `forgotten`: as if it had never run. */
  status: 'applying' | 'applied' | 'failed' | 'baseline' | 'undone' | 'forgotten';
  /** Its number: a later event has a higher one. */
  event: number;
  /** Text as the database gives it. */
  at: string;
}

export interface StatementEvent {
  number: number;
  checksum: string;
  status: 'started' | 'done' | 'failed';
  /** Marks the query in the account's query history. */
  queryTag: string;
  at: string;
}

/** Stands in place of a migration's name in the events about task graphs. */
export const TASK_GRAPHS = '(task graphs)';

/** Whether a migration is in place. */
export function isDone(event: MigrationEvent | undefined): boolean {
  return event?.status === 'applied' || event?.status === 'baseline';
}

/** Whether nothing of a migration is in place: it never ran, was undone or forgotten. */
export function isUntouched(event: MigrationEvent | undefined): boolean {
  return event === undefined || event.status === 'undone' || event.status === 'forgotten';
}

/** The names of a history's tables, in full: a migration may change the session's schema. */
export interface HistoryTables {
  schema: string;
  event: string;
  lock: string;
}

/** `database` as written in SQL: quoted when it needs to be. */
export function historyTables(database: string): HistoryTables {
  const schema = `${database}.DATAOPS`;
  return { schema, event: `${schema}.MIGRATION_EVENT`, lock: `${schema}.MIGRATION_LOCK` };
}

/** A database before its first migration. */
export function emptyHistory(): History {
  return {
    migrations: new Map(),
    undos: new Map(),
    statements: new Map(),
    suspendedTasks: [],
    lastEvent: 0,
    holder: null,
  };
}

/**
 * The history in one round trip; undefined where its tables do not exist (or the role may not see them: Snowflake
 * does not tell which). What migrations that are done consisted of stays where it is.
 */
export async function readHistory(
  session: SnowflakeSession,
  tables: HistoryTables,
): Promise<History | undefined> {
  let rows: Record<string, unknown>[];
  try {
    ({ rows } = await session.execute(
      `SELECT EVENT, MIGRATION, VERSION, STATEMENT_NUMBER, STATUS, CHECKSUM, QUERY_TAG,
              TO_VARCHAR(RECORDED_AT, 'YYYY-MM-DD HH24:MI:SS TZHTZM') AS RECORDED_AT,
              IFF(STATUS = 'suspended', NOTE, NULL) AS TASKS
         FROM ${tables.event}
      QUALIFY ROW_NUMBER() OVER (PARTITION BY MIGRATION, STATEMENT_NUMBER ORDER BY EVENT DESC) = 1
          AND (STATEMENT_NUMBER = 0 OR EVENT > MAX(
                IFF(STATEMENT_NUMBER = 0 AND STATUS IN ('applying', 'applied', 'baseline', 'undone', 'forgotten'), EVENT, 0)
              ) OVER (PARTITION BY MIGRATION))
       UNION ALL
       SELECT 0, NULL, NULL, 0, 'lock', NULL, RUN_ID, NULL, NULL FROM ${tables.lock}`,
    ));
  } catch (error) {
    if (error instanceof SnowflakeStatementError && error.code === '002003') return undefined;
    throw error;
  }
  const history = emptyHistory();
  for (const row of rows) addRow(history, row);
  if (!rows.some((row) => row.STATUS === 'lock')) {
    throw new UserError(`the table ${tables.lock} has lost its row`, {
      remedy: `DROP TABLE ${tables.lock}; the next run makes it anew.`,
    });
  }
  return history;
}

/**
 * The history of tables that are known to exist. Never taken for an empty one: everything would run again.
 * @throws UserError when the role may not read them
 */
export async function requireHistory(session: SnowflakeSession, tables: HistoryTables): Promise<History> {
  const history = await readHistory(session, tables);
  if (history !== undefined) return history;
  throw new UserError(`the history of migrations in ${tables.schema} cannot be read`, {
    remedy: `Grant the role SELECT, INSERT and UPDATE on the tables in ${tables.schema}, or run as the role that owns them.`,
  });
}

/** Creates what is missing of the schema, the last one read last: a run that is killed here does it again. */
export async function createHistory(session: SnowflakeSession, tables: HistoryTables): Promise<void> {
  const { schema, event, lock } = tables;
  await session.execute(`CREATE SCHEMA IF NOT EXISTS ${schema} COMMENT = 'History of migrations'`);
  // Created with its one row in one statement: two first runs at once cannot make two locks.
  await session.execute(
    `CREATE TABLE IF NOT EXISTS ${lock} AS
     SELECT 'migrate' AS NAME, NULL::VARCHAR AS RUN_ID, NULL::VARCHAR AS OWNER, NULL::VARCHAR AS RUN_URL,
            NULL::TIMESTAMP_LTZ AS ACQUIRED_AT, NULL::TIMESTAMP_LTZ AS EXPIRES_AT`,
  );
  await session.execute(
    `CREATE TABLE IF NOT EXISTS ${event} (
       EVENT NUMBER(38,0) NOT NULL, RUN_ID VARCHAR NOT NULL, RUN_URL VARCHAR,
       MIGRATION VARCHAR NOT NULL, VERSION VARCHAR, STATEMENT_NUMBER NUMBER(10,0) NOT NULL,
       STATUS VARCHAR NOT NULL, CHECKSUM VARCHAR NOT NULL, LINE NUMBER(10,0),
       QUERY_TAG VARCHAR, QUERY_ID VARCHAR, ROWS_AFFECTED NUMBER(38,0), ERROR VARCHAR, NOTE VARCHAR,
       RECORDED_AT TIMESTAMP_LTZ DEFAULT CURRENT_TIMESTAMP(), RECORDED_BY VARCHAR DEFAULT CURRENT_USER()
     ) COMMENT = 'What migrations did: one row per begin and end; statement 0 is the migration as a whole'`,
  );
  await session.execute(
    `CREATE VIEW IF NOT EXISTS ${schema}.MIGRATION_STATEMENT
       COMMENT = 'One row per statement of a migration and run' AS
     SELECT MIGRATION, STATEMENT_NUMBER, LINE, CHECKSUM, STATUS, QUERY_ID, ROWS_AFFECTED, ERROR,
            MIN(IFF(STATUS = 'started', RECORDED_AT, NULL)) OVER (${ONE}) AS STARTED_AT,
            MAX(IFF(STATUS <> 'started', RECORDED_AT, NULL)) OVER (${ONE}) AS FINISHED_AT,
            QUERY_TAG, RUN_ID
       FROM ${event} WHERE STATEMENT_NUMBER > 0
    QUALIFY ROW_NUMBER() OVER (${ONE} ORDER BY EVENT DESC) = 1`,
  );
  await session.execute(
    `CREATE VIEW IF NOT EXISTS ${schema}.MIGRATION_HISTORY
       COMMENT = 'One row per migration and run; of a failed one the statement, its line and Snowflake''s error' AS
     SELECT MIGRATION, VERSION, CHECKSUM,
            IFF(STATEMENT_NUMBER = 0, STATUS, 'applying') AS STATUS,
            IFF(STATUS = 'failed', FAILED_STATEMENT, NULL) AS FAILED_STATEMENT,
            IFF(STATUS = 'failed', LINE, NULL) AS LINE, QUERY_ID, ERROR, NOTE,
            STARTED_AT, IFF(STATEMENT_NUMBER = 0 AND STATUS <> 'applying', RECORDED_AT, NULL) AS FINISHED_AT,
            RECORDED_BY, RUN_URL, RUN_ID
       FROM (
         SELECT *, MIN(RECORDED_AT) OVER (PARTITION BY RUN_ID, MIGRATION) AS STARTED_AT,
                MAX(IFF(STATUS = 'failed', STATEMENT_NUMBER, NULL)) OVER (PARTITION BY RUN_ID, MIGRATION) AS FAILED_STATEMENT,
                ROW_NUMBER() OVER (PARTITION BY RUN_ID, MIGRATION ORDER BY EVENT DESC) AS AGE
           FROM ${event}
       ) WHERE AGE = 1`,
  );
}

const ONE = 'PARTITION BY RUN_ID, MIGRATION, STATEMENT_NUMBER';

function addRow(history: History, row: Record<string, unknown>): void {
  if (row.STATUS === 'lock') {
    history.holder = row.QUERY_TAG === null ? null : String(row.QUERY_TAG);
    return;
  }
  const name = String(row.MIGRATION);
  const checksum = String(row.CHECKSUM);
  const at = String(row.RECORDED_AT);
  const number = Number(row.STATEMENT_NUMBER);
  history.lastEvent = Math.max(history.lastEvent, Number(row.EVENT));
  if (name === TASK_GRAPHS) {
    if (row.TASKS !== null) history.suspendedTasks = JSON.parse(String(row.TASKS)) as string[];
    return;
  }
  if (number === 0) {
    const version = row.VERSION === null ? null : String(row.VERSION);
    const status = row.STATUS as MigrationEvent['status'];
    const events = name.startsWith('U') ? history.undos : history.migrations;
    events.set(name, { name, version, checksum, status, event: Number(row.EVENT), at });
    return;
  }
  const statements = history.statements.get(name) ?? new Map<number, StatementEvent>();
  history.statements.set(name, statements);
  statements.set(number, {
    number,
    checksum,
    status: row.STATUS as StatementEvent['status'],
    queryTag: String(row.QUERY_TAG),
    at,
  });
}
