import { randomUUID } from 'node:crypto';
import { messageOf, UserError } from '../shared/errors.ts';
import { SnowflakeSession, type SnowflakeSettings, SnowflakeStatementError } from '../shared/snowflake.ts';
import { type AppliedMigration, applyMigration } from './apply.ts';
import { baseline, requireVersion } from './baseline.ts';
import { type FailedStatement, MigrationFailedError } from './failure.ts';
import {
  createHistory,
  emptyHistory,
  type History,
  type HistoryTables,
  historyTables,
  readHistory,
  requireHistory,
} from './history.ts';
import { acquireLock } from './lock.ts';
import { type MigrationFile, readMigrations } from './migration-files.ts';
import { type PendingMigration, type Plan, planMigrations } from './plan.ts';
import { refuseProblems } from './problem.ts';
import { MigrationRecorder } from './recorder.ts';
import { orderRepeatables } from './repeatable-order.ts';
import { abortTransactionOf } from './transaction.ts';
import { verifyProblems } from './verify.ts';
import { WorkSession } from './work-session.ts';

export const MODES = ['plan', 'apply', 'verify', 'baseline'] as const;
export type Mode = (typeof MODES)[number];

export interface MigrateOptions {
  mode: Mode;
  /** Where the migrations lie. */
  directory: string;
  /** Name as SQL writes it. */
  database: string;
  variables: Record<string, string>;
  settings: SnowflakeSettings;
  outOfOrder?: boolean;
  allowGaps?: boolean;
  /** How long to wait for another migrator; 300 by default. */
  lockTimeoutSeconds?: number;
  /** How long a migrator that died keeps the lock; 60 by default. */
  leaseSeconds?: number;
  /** For `baseline`: versions up to this one count as applied. */
  baselineVersion?: string;
  runUrl?: string | null;
  onProgress?: (line: string) => void;
}

export interface MigrateReport {
  mode: Mode;
  database: string;
  /** What this run has applied (for `baseline`: taken as applied). */
  applied: AppliedMigration[];
  /** What is still to run afterwards: everything pending for `plan`, nothing after an `apply` that succeeded. */
  pending: {
    name: string;
    file: string;
    statements: number;
    from: number;
    why: PendingMigration['why'];
  }[];
  /** Migrations that were in place before. */
  alreadyApplied: number;
  /** The statement that ended an `apply`. */
  failed: FailedStatement | null;
}

/**
 * Plans, applies, verifies or baselines the migrations of a directory against a database.
 * @throws ProblemsError for what is wrong with the files or with them against the history, before anything runs
 * @throws MigrationFailedError for a statement that failed, with the report of what was applied before it
 * @throws UserError when the lock is held, the history cannot be read, Snowflake cannot be reached
 */
export async function migrate(options: MigrateOptions): Promise<MigrateReport> {
  const { migrations, problems } = readMigrations(options.directory, options.variables, options);
  refuseProblems(problems);
  const files = orderRepeatables(migrations);
  const database = checkDatabaseName(options.database);
  const version = options.mode === 'baseline' ? requireVersion(options.baselineVersion) : null;
  await using control = await SnowflakeSession.open({ ...options.settings, database });
  try {
    const tables = historyTables(database);
    const history = await readHistory(control, tables);
    if (history === undefined) await requireDatabase(control, database);
    const run: Run = { options, files, database, control, tables, id: randomUUID() };
    if (version !== null) return await withLock(run, history, (locked) => takeBaseline(run, version, locked));
    const plan = planFor(run, history ?? emptyHistory());
    if (options.mode === 'verify') refuseProblems(verifyProblems(plan));
    refuseProblems(plan.problems);
    if (options.mode !== 'apply' || plan.pending.length === 0) return reportOf(run, plan);
    return await withLock(run, history, (locked) => applyAll(run, locked));
  } catch (error) {
    if (!(error instanceof SnowflakeStatementError)) throw error;
    throw new UserError(`Snowflake: reading or writing the migration history failed: ${messageOf(error)}`, {
      remedy: `The role needs a warehouse, USAGE on ${database}, and CREATE SCHEMA there or its own tables in ${database}.DATAOPS. Then run again.`,
      cause: error,
    });
  }
}

interface Run {
  options: MigrateOptions;
  files: MigrationFile[];
  database: string;
  control: SnowflakeSession;
  tables: HistoryTables;
  id: string;
}

interface Locked {
  history: History;
  recorder: MigrationRecorder;
}

/** Does work while holding the lock. `read` is the history as it was read; undefined where there is none yet. */
async function withLock<T>(
  run: Run,
  read: History | undefined,
  work: (locked: Locked) => Promise<T>,
): Promise<T> {
  const { control, tables, options, id } = run;
  const onProgress = options.onProgress ?? (() => undefined);
  if (read === undefined) await createHistory(control, tables);
  const owner = { id, url: options.runUrl ?? null };
  const lock = await acquireLock(
    {
      session: control,
      tables,
      run: owner,
      timeoutSeconds: options.lockTimeoutSeconds ?? 300,
      leaseSeconds: options.leaseSeconds ?? 60,
      onProgress,
    },
    read ?? (await requireHistory(control, tables)),
  );
  try {
    let { history } = lock;
    if (lock.dead !== null) {
      onProgress(`the run ${lock.dead} died holding the migration lock, which has expired`);
      if (await abortTransactionOf(control, lock.dead)) onProgress('its open transaction was taken back');
      history = await requireHistory(control, tables);
    }
    return await work({
      history,
      recorder: new MigrationRecorder(control, tables, owner, history.lastEvent),
    });
  } finally {
    // What the work threw, or that it succeeded, is more important; the lock expires by itself.
    await lock
      .release()
      .catch((error: unknown) => onProgress(`the migration lock could not be released: ${messageOf(error)}`));
  }
}

async function applyAll(run: Run, { history, recorder }: Locked): Promise<MigrateReport> {
  const { options, control, database, id: runId } = run;
  const onProgress = options.onProgress ?? (() => undefined);
  // Another migrator may have been at work until the lock was ours.
  const plan = planFor(run, history);
  refuseProblems(plan.problems);
  const report = reportOf(run, plan);
  await using work = new WorkSession(options.settings, database);
  const context = { control, work, recorder, database, runId, onProgress };
  try {
    for (const pending of plan.pending) {
      const applied = await applyMigration(pending, context);
      report.applied.push(applied);
      report.pending.shift();
      onProgress(`${applied.name}: ${applied.statements} statements in ${applied.seconds.toFixed(2)} s`);
    }
  } catch (error) {
    if (error instanceof MigrationFailedError) error.report = { ...report, failed: error.failed };
    throw error;
  }
  await recorder.record();
  return report;
}

async function takeBaseline(
  run: Run,
  version: string,
  { history, recorder }: Locked,
): Promise<MigrateReport> {
  const taken = await baseline(run.files, history, version, recorder);
  return {
    mode: 'baseline',
    database: run.database,
    applied: taken.map(({ name, file }) => ({ name, file, why: 'new', statements: 0, seconds: 0 })),
    pending: [],
    alreadyApplied: history.migrations.size,
    failed: null,
  };
}

function planFor({ files, options }: Run, history: History): Plan {
  return planMigrations(files, history, { outOfOrder: options.outOfOrder ?? false });
}

function reportOf({ options, database, files }: Run, plan: Plan): MigrateReport {
  return {
    mode: options.mode,
    database,
    applied: [],
    pending: plan.pending.map(({ migration, from, why }) => ({
      name: migration.name,
      file: migration.file,
      statements: migration.statements.length,
      from,
      why,
    })),
    alreadyApplied: files.length - plan.pending.length,
    failed: null,
  };
}

/** A history that is missing with its database is no empty history. @throws UserError */
async function requireDatabase(session: SnowflakeSession, database: string): Promise<void> {
  try {
    await session.execute(`USE DATABASE ${database}`);
  } catch (error) {
    if (!(error instanceof SnowflakeStatementError) || error.queryId === undefined) throw error;
    throw new UserError(`the database ${database} does not exist, or the role may not use it`, {
      remedy: 'Run scripts/infra/snowflake/bootstrap.sql once per environment, or correct the name or role.',
      cause: error,
    });
  }
}

/** The name goes into SQL: a plain or a quoted identifier, nothing else. */
function checkDatabaseName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_$]*$/.test(name) || /^"([^"\p{Cc}]|"")+"$/u.test(name)) return name;
  throw new UserError(`"${name}" is not the name of a database`, {
    remedy: 'Write it as SQL does, quoted where it needs to be.',
  });
}
