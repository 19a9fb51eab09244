import { randomUUID } from 'node:crypto';
import { messageOf, UserError } from '../shared/errors.ts';
import { SnowflakeSession, type SnowflakeSettings, SnowflakeStatementError } from '../shared/snowflake.ts';
import { type AppliedMigration, type ApplyContext, applyMigration } from './apply.ts';
import { baseline, requireVersion } from './baseline.ts';
import { type Definitions, readDdl } from './drift/definitions.ts';
import { type Effects, effectsOf, reportEffects, type StatementReport } from './effects/effects.ts';
import { type FailedStatement, MigrationFailedError } from './failure.ts';
import { readForeignHistory } from './foreign-history.ts';
import { emptyHistory, type History, historyTables, isDone, readHistory } from './history.ts';
import { importEvents, requireHistoryTable } from './import-history.ts';
import { type MigrationInfo, migrationInfos, readLastRuns } from './info.ts';
import { type MigrationFile, readMigrations } from './migration-files.ts';
import { compareVersions } from './migration-numbers.ts';
import { type PendingMigration, type Plan, planMigrations } from './plan.ts';
import { refuseProblems } from './problem.ts';
import type { MigrationRecorder } from './recorder.ts';
import { type RepairRequest, repairEvents, requireRepair } from './repair.ts';
import { orderRepeatables } from './repeatable-order.ts';
import { type Locked, type Run, withLock } from './run.ts';
import { fingerprintOf, refuseStalePlan, writePlan } from './stored-plan.ts';
import { resumeTasks, whileTasksHeld } from './tasks/hold-tasks.ts';
import { renderTemplate } from './template.ts';
import { planUndo, undoMigration } from './undo.ts';
import { hideSecrets } from './variables.ts';
import { verifyProblems } from './verify.ts';
import { WorkSession } from './work-session.ts';

export const MODES = ['plan', 'apply', 'verify', 'baseline', 'undo', 'repair', 'info', 'import'] as const;
export type Mode = (typeof MODES)[number];

export interface MigrateOptions {
  mode: Mode;
  /** Where the migrations lie. */
  directory: string;
  /** Name as SQL writes it. */
  database: string;
  variables: Record<string, string>;
  /** Values among them that no message and no record may show. */
  secrets?: string[];
  settings: SnowflakeSettings;
  /** Which environment this is, for migrations that run in some only. */
  environment?: string | undefined;
  /** For `plan` and `apply` the last number that runs; for `undo` the last that stays. */
  target?: string | undefined;
  /** For `undo` without a target: how many migrations; 1 by default. */
  count?: number;
  /** For `repair`. */
  repair?: { [Key in keyof RepairRequest]?: RepairRequest[Key] | undefined };
  /** For `import`: the table of the other tool, as SQL writes its name. */
  historyTable?: string | undefined;
  outOfOrder?: boolean;
  allowGaps?: boolean;
  /** How long to wait for another migrator; 300 by default. */
  lockTimeoutSeconds?: number;
  /** How long a migrator that died keeps the lock; 60 by default. */
  leaseSeconds?: number;
  /** For `baseline`: versions up to this one count as applied. */
  baselineVersion?: string;
  /** `plan` writes what it found to this file, and `apply` refuses when anything has changed since. */
  planFile?: string | undefined;
  /** Leaves out statements that start tasks: for a clone. */
  holdTasks?: boolean;
  runUrl?: string | null;
  onProgress?: (line: string) => void;
}

export interface MigrateReport {
  mode: Mode;
  database: string;
  /** What this run has applied (for `undo` the undo scripts, for `baseline` and `import` what was taken as applied). */
  applied: AppliedMigration[];
  /** What is still to run afterwards: everything pending for `plan`, nothing after an `apply` that succeeded. */
  pending: {
    name: string;
    file: string;
    statements: number;
    from: number;
    why: PendingMigration['why'];
    /** What each of its statements means, for `plan` and `apply`. */
    effects: StatementReport[];
  }[];
  /** Migrations that were in place before. */
  alreadyApplied: number;
  /** For `info`: every migration. */
  info: MigrationInfo[] | null;
  /** The statement that ended an `apply`. */
  failed: FailedStatement | null;
}

/**
 * Does what a mode says with the migrations of a directory and a database.
 * @throws ProblemsError for what is wrong with the files or with them against the history, before anything runs
 * @throws MigrationFailedError for a statement that failed, with the report of what was applied before it
 * @throws UserError when an input is missing, the lock is held, the history cannot be read, Snowflake cannot be reached
 */
export async function migrate(options: MigrateOptions): Promise<MigrateReport> {
  const directory = readMigrations(options.directory, options.variables, options);
  refuseProblems(directory.problems);
  const files = orderRepeatables(directory.migrations);
  const database = checkDatabaseName(options.database);
  checkTarget(options, files);
  const work = lockedWork(options);
  await using control = await SnowflakeSession.open({ ...options.settings, database });
  try {
    const tables = historyTables(database);
    const history = await readHistory(control, tables);
    if (history === undefined) await requireDatabase(control, database);
    const hide = hideSecrets(options.secrets ?? []);
    const onProgress = options.onProgress ?? (() => undefined);
    const run: Run = {
      options,
      directory,
      files,
      database,
      control,
      tables,
      id: randomUUID(),
      hide,
      onProgress,
    };
    if (work !== null) return await withLock(run, history, (locked) => work(run, locked));
    const plan = planFor(run, history ?? emptyHistory());
    if (options.mode === 'info') {
      const runs = history === undefined ? new Map() : await readLastRuns(control, tables);
      return { ...reportOf(run, plan), info: migrationInfos(files, history ?? emptyHistory(), plan, runs) };
    }
    if (options.mode === 'verify') refuseProblems(verifyProblems(plan));
    refuseProblems(plan.problems);
    if (options.mode === 'plan') {
      const effects = await effectsOf(control, database, plan.pending);
      const live: Definitions = plan.pending.length === 0 ? new Map() : await readDdl(control, database);
      const report = reportOf(run, plan, effects, live);
      if (options.planFile !== undefined) {
        const world = { lastEvent: history?.lastEvent ?? 0, effects, live };
        writePlan(options.planFile, fingerprintOf(database, plan.pending, world), report, hide);
      }
      return report;
    }
    const isNothingLeft = plan.pending.length === 0 && (history?.suspendedTasks.length ?? 0) === 0;
    if (options.mode !== 'apply' || isNothingLeft) return reportOf(run, plan);
    return await withLock(run, history, (locked) => applyAll(run, locked));
  } catch (error) {
    if (!(error instanceof SnowflakeStatementError)) throw error;
    throw new UserError(`Snowflake: reading or writing the migration history failed: ${messageOf(error)}`, {
      remedy: `The role needs a warehouse, USAGE on ${database}, and CREATE SCHEMA there or its own tables in ${database}.DATAOPS. Then run again.`,
      cause: error,
    });
  }
}

/** What a mode does with the lock in hand, whatever is pending. @throws UserError for an input that it needs */
function lockedWork(options: MigrateOptions): ((run: Run, locked: Locked) => Promise<MigrateReport>) | null {
  switch (options.mode) {
    case 'baseline': {
      const version = requireVersion(options.baselineVersion);
      return (run, locked) => takeBaseline(run, version, locked);
    }
    case 'repair': {
      const request = requireRepair(options.repair ?? {});
      return (run, locked) => repair(run, request, locked);
    }
    case 'import': {
      const table = requireHistoryTable(options.historyTable);
      return (run, locked) => importFrom(run, table, locked);
    }
    case 'undo':
      return undoAll;
    default:
      return null;
  }
}

async function applyAll(run: Run, { history, recorder }: Locked): Promise<MigrateReport> {
  // Another migrator may have been at work until the lock was ours.
  const plan = planFor(run, history);
  refuseProblems(plan.problems);
  const { control, database, onProgress } = run;
  const holder = { control, recorder, database, onProgress };
  const plannedAt = history.lastEvent;
  if (history.suspendedTasks.length > 0) {
    await resumeTasks(history.suspendedTasks, holder);
    await recorder.record();
  }
  const effects = await effectsOf(control, database, plan.pending);
  const { planFile, holdTasks } = run.options;
  if (planFile !== undefined) {
    const live = await readDdl(control, database);
    const world = { lastEvent: plannedAt, effects, live };
    refuseStalePlan(planFile, fingerprintOf(database, plan.pending, world));
  }
  refuseProblems(effects.problems);
  const report = reportOf(run, plan, effects);
  await carryOut(
    run,
    recorder,
    report,
    plan.pending.map((pending) => (shared) => {
      const context = { ...shared, ...(holdTasks === undefined ? {} : { holdTasks }) };
      const own = effects.statements.filter(({ migration }) => migration === pending.migration);
      return whileTasksHeld(own, holder, () => applyMigration(pending, context));
    }),
  );
  return report;
}

async function undoAll(run: Run, { history, recorder }: Locked): Promise<MigrateReport> {
  const { count = 1, target } = run.options;
  const { steps, problems } = planUndo(run.directory, history, { count, target });
  refuseProblems(problems);
  const report = emptyReport(run, history);
  report.pending = steps.map(({ pending }) => pendingReport(pending));
  await carryOut(
    run,
    recorder,
    report,
    steps.map((step) => (context) => undoMigration(step, context)),
  );
  return report;
}

/** Runs one migration after the other; `report` says how far it came, also when one of them fails. */
async function carryOut(
  { options, control, database, id: runId, hide, onProgress }: Run,
  recorder: MigrationRecorder,
  report: MigrateReport,
  steps: ((context: ApplyContext) => Promise<AppliedMigration>)[],
): Promise<void> {
  await using work = new WorkSession(options.settings, database);
  const context = { control, work, recorder, database, runId, hide, onProgress };
  try {
    for (const step of steps) {
      const applied = await step(context);
      report.applied.push(applied);
      report.pending.shift();
      onProgress(`${applied.name}: ${applied.statements} statements in ${applied.seconds.toFixed(2)} s`);
    }
  } catch (error) {
    if (error instanceof MigrationFailedError) error.report = { ...report, failed: error.failed };
    throw error;
  }
  await recorder.record();
}

async function takeBaseline(
  run: Run,
  version: string,
  { history, recorder }: Locked,
): Promise<MigrateReport> {
  const taken = await baseline(run.files, history, version, recorder);
  return { ...emptyReport(run, history), applied: taken.map(takenReport) };
}

async function repair(
  run: Run,
  request: RepairRequest,
  { history, recorder }: Locked,
): Promise<MigrateReport> {
  const events = repairEvents(run.directory, history, request);
  await recorder.record(events);
  for (const { migration, status } of events) run.onProgress(`${migration}: ${status} (${request.reason})`);
  return emptyReport(run, history);
}

async function importFrom(run: Run, table: string, { history, recorder }: Locked): Promise<MigrateReport> {
  const { files, control, options, onProgress } = run;
  if (history.migrations.size > 0) {
    throw new UserError(`${run.database} has a history of migrations already; nothing was imported`, {
      remedy: 'Import once, before the first apply.',
    });
  }
  const foreign = await readForeignHistory(control, table);
  const render = (text: string, file: string): string => renderTemplate(text, options.variables, file);
  const imported = importEvents(foreign, files, render);
  await recorder.record(imported.events);
  for (const name of imported.unverified)
    onProgress(`${name}: taken over; its checksum could not be compared`);
  return { ...emptyReport(run, history), applied: imported.files.map(takenReport) };
}

function takenReport({ name, file }: MigrationFile): AppliedMigration {
  return { name, file, why: 'new', statements: 0, seconds: 0 };
}

function planFor({ files, options }: Run, history: History): Plan {
  const { outOfOrder = false, environment, target } = options;
  return planMigrations(files, history, { outOfOrder, environment, target });
}

function reportOf(
  run: Run,
  { pending, waiting, skipped }: Plan,
  effects?: Effects,
  live: Definitions = new Map(),
): MigrateReport {
  // What waits behind the target is still to run after an apply; a plan says what would run.
  const listed = run.options.mode === 'apply' ? [...pending, ...waiting] : pending;
  return {
    mode: run.options.mode,
    database: run.database,
    applied: [],
    pending: listed.map((one) => pendingReport(one, effects, live)),
    alreadyApplied: run.files.length - pending.length - waiting.length - skipped.length,
    info: null,
    failed: null,
  };
}

function emptyReport({ options: { mode }, database }: Run, history: History): MigrateReport {
  const alreadyApplied = [...history.migrations.values()].filter(isDone).length;
  return { mode, database, applied: [], pending: [], alreadyApplied, info: null, failed: null };
}

function pendingReport(
  { migration, from, why }: PendingMigration,
  effects?: Effects,
  live: Definitions = new Map(),
): MigrateReport['pending'][number] {
  const { name, file, statements } = migration;
  return {
    name,
    file,
    statements: statements.length,
    from,
    why,
    effects: effects === undefined ? [] : reportEffects(effects, migration, live),
  };
}

/** @throws UserError for a target that is no migration's number; 0 is below all of them */
function checkTarget({ target }: MigrateOptions, files: readonly MigrationFile[]): void {
  if (target === undefined || /^0+$/.test(target)) return;
  const version = requireVersion(target);
  if (files.some((file) => file.version !== null && compareVersions(file.version, version) === 0)) return;
  throw new UserError(`input "target": no migration has the number ${target}`, {
    remedy: 'Give the number of one of the files, or 0.',
  });
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
