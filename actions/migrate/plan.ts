import { type History, isDone, isUntouched, type MigrationEvent, type StatementEvent } from './history.ts';
import type { MigrationFile } from './migration-files.ts';
import { compareVersions } from './migration-numbers.ts';
import type { Problem } from './problem.ts';
import { requiredFile } from './requirements.ts';
import { transactionAround } from './statement-effects.ts';

/** A migration that is to run. */
export interface PendingMigration {
  migration: MigrationFile;
  /** Number of the first statement that is not known to be done. */
  from: number;
  why: 'new' | 'changed' | 'resumed' | 'always';
  /** The event of statement `from` when it was begun and its end was never recorded. */
  uncertain: StatementEvent | null;
}

export interface Plan {
  /** In the order in which they run. */
  pending: PendingMigration[];
  /** What is pending too and waits, because it lies beyond the target. */
  waiting: PendingMigration[];
  /** What does not run in this environment. */
  skipped: MigrationFile[];
  problems: Problem[];
}

/** For a trial run: what runs in some environments only runs too. */
export const ANY_ENVIRONMENT = '*';

export interface PlanOptions {
  outOfOrder: boolean;
  /** The one that migrations with the directive `environment` are compared with. */
  environment?: string | undefined;
  /** The last number that runs; what has no number then waits for the rest. */
  target?: string | undefined;
}

/** Compares the files with the history. `files` are in the order in which they may run. */
export function planMigrations(
  files: readonly MigrationFile[],
  history: History,
  options: PlanOptions,
): Plan {
  const plan: Plan = {
    pending: [],
    waiting: [],
    skipped: [],
    problems: [...goneProblems(files, history), ...undoProblems(files, history)],
  };
  const newest = newestApplied(history);
  for (const migration of files) {
    const event = history.migrations.get(migration.name);
    if (!runsIn(options.environment, migration, plan)) continue;
    if (event === undefined || isUntouched(event)) {
      const { version } = migration;
      const isLate = version !== null && newest !== null && compareVersions(version, newest) < 0;
      const why = migration.kind === 'always' ? 'always' : 'new';
      if (isLate && !options.outOfOrder) plan.problems.push(late(migration, newest));
      else plan.pending.push({ migration, from: 1, why, uncertain: null });
    } else if (isDone(event)) {
      const pending = again(migration, event);
      if (pending === 'edited') plan.problems.push(edited(migration, event));
      else if (pending !== undefined) plan.pending.push(pending);
    } else if (migration.kind !== 'versioned' && event.checksum !== migration.checksum) {
      // What runs again whenever it changes may run again from its start.
      plan.pending.push({ migration, from: 1, why: 'changed', uncertain: null });
    } else {
      const resumed = resumeOf(migration, history);
      if ('message' in resumed) plan.problems.push(resumed);
      else plan.pending.push(resumed);
    }
  }
  stopAtTarget(plan, options.target);
  plan.problems.push(...requirementProblems(plan, files, history));
  return plan;
}

/** How a migration that is applied runs again, if it does. */
function again(migration: MigrationFile, event: MigrationEvent): PendingMigration | 'edited' | undefined {
  if (migration.kind === 'always') return { migration, from: 1, why: 'always', uncertain: null };
  if (event.checksum === migration.checksum) return undefined;
  if (migration.kind === 'versioned') return 'edited';
  return { migration, from: 1, why: 'changed', uncertain: null };
}

function runsIn(environment: string | undefined, migration: MigrationFile, plan: Plan): boolean {
  const { environments } = migration.directives;
  if (environments === null || environment === ANY_ENVIRONMENT) return true;
  if (environment !== undefined && environments.value.includes(environment)) return true;
  if (environment !== undefined) plan.skipped.push(migration);
  else {
    plan.problems.push({
      file: migration.file,
      line: environments.line,
      column: environments.column,
      message: `${migration.name} runs only in ${environments.value.join(', ')}, and it is not known which environment this is`,
      remedy: 'Give the input "environment".',
    });
  }
  return false;
}

function stopAtTarget(plan: Plan, target: string | undefined): void {
  if (target === undefined) return;
  const isBeyond = ({ migration: { version } }: PendingMigration): boolean =>
    version !== null && compareVersions(version, target) > 0;
  if (!plan.pending.some(isBeyond)) return;
  // What has no number may need what the numbers beyond the target make.
  const waits = (pending: PendingMigration): boolean =>
    pending.migration.version === null || isBeyond(pending);
  plan.waiting = plan.pending.filter(waits);
  plan.pending = plan.pending.filter((pending) => !waits(pending));
}

/** What is required must be in place, or run before. */
function requirementProblems(plan: Plan, files: readonly MigrationFile[], history: History): Problem[] {
  const problems: Problem[] = [];
  const earlier = new Set<MigrationFile>();
  const pending = new Set(plan.pending.map(({ migration }) => migration));
  for (const { migration } of plan.pending) {
    for (const required of migration.directives.requires) {
      const other = requiredFile(migration, required, files);
      const isInPlace = !pending.has(other) && isDone(history.migrations.get(other.name));
      if (isInPlace || earlier.has(other)) continue;
      const why = plan.skipped.includes(other)
        ? 'which does not run in this environment'
        : pending.has(other)
          ? 'which runs after it'
          : 'which is not applied and does not run now';
      problems.push({
        file: migration.file,
        line: required.line,
        column: required.column,
        message: `${migration.name} requires ${other.name}, ${why}`,
        remedy: 'Change the numbers, the environments or the target, or remove the requirement.',
      });
    }
    earlier.add(migration);
  }
  return problems;
}

/**
 * How a migration that began and did not end goes on: at the first statement that is not done. Or what forbids it.
 */
export function resumeOf(migration: MigrationFile, history: History): PendingMigration | Problem {
  const { statements, file, name, directives } = migration;
  const events: ReadonlyMap<number, StatementEvent> = history.statements.get(name) ?? new Map();
  let done = 0;
  for (const statement of statements) {
    const event = events.get(statement.number);
    if (event?.status !== 'done') break;
    if (event.checksum !== statement.checksum) {
      return {
        file,
        line: statement.line,
        message: `statement ${statement.number} of ${name} ran at ${event.at} and was edited afterwards`,
        remedy: 'Restore this statement as it was; only statements that have not run may change.',
      };
    }
    done = statement.number;
  }
  const lost = [...events.values()].find(
    (event) => event.status === 'done' && event.number > statements.length,
  );
  if (lost !== undefined) {
    return {
      file,
      line: 1,
      message: `statement ${lost.number} of ${name} ran at ${lost.at} and is gone: the file has ${statements.length}`,
      remedy: 'Restore the statements that have run.',
    };
  }
  const next = events.get(done + 1);
  const uncertain = next?.status === 'started' ? next : null;
  if (!directives.resume && (done > 0 || uncertain !== null)) {
    return {
      file,
      line: statements[done]?.line ?? 1,
      message: `${name} ended in part, before the end of statement ${done + 1} of ${statements.length}, and is marked no-resume`,
      remedy:
        'Set right by hand what it has done or left out, then tell with mode "repair": forgotten, or applied.',
    };
  }
  return { migration, from: done + 1, why: 'resumed', uncertain };
}

/** Nothing else runs while an undo is half done. */
function undoProblems(files: readonly MigrationFile[], history: History): Problem[] {
  const problems: Problem[] = [];
  for (const { name, status, at } of history.undos.values()) {
    const isBegun = [...(history.statements.get(name)?.values() ?? [])].some(
      (event) => event.status !== 'failed',
    );
    if ((status !== 'applying' && status !== 'failed') || !isBegun) continue;
    const version = /^U([\d._]*\d)__/.exec(name)?.[1] ?? '';
    const of = files.find((file) => file.version !== null && compareVersions(file.version, version) === 0);
    problems.push({
      file: of?.file ?? `${name}.sql`,
      line: 1,
      message: `its undo script ${name} ended in part at ${at}`,
      remedy: `Go on with mode "undo", or set right by hand what it has left and tell with mode "repair", migration ${name}.`,
    });
  }
  return problems;
}

/**
 * Where a run goes on that found statements below `from` done: at `from`, or at the BEGIN of the explicit
 * transaction around it, which ended with its session.
 */
export function restartAt(migration: MigrationFile, from: number): number {
  return transactionAround(migration.statements, from)?.number ?? from;
}

function goneProblems(files: readonly MigrationFile[], history: History): Problem[] {
  const names = new Set(files.map((file) => file.name));
  const problems: Problem[] = [];
  for (const { name, version, status, at } of history.migrations.values()) {
    if (version === null || names.has(name) || !['applied', 'applying', 'failed'].includes(status)) continue;
    const heir = files.find((file) => file.version !== null && compareVersions(file.version, version) === 0);
    problems.push({
      file: heir?.file ?? `${name}.sql`,
      line: 1,
      message: `${name}.sql was ${status === 'applied' ? 'applied' : 'begun'} at ${at} and is gone${
        heir === undefined ? '' : `; its number now belongs to ${heir.name}.sql`
      }`,
      remedy: 'Restore the file under its name; undo what it did with a new migration.',
    });
  }
  return problems;
}

/** The highest number in place. */
export function newestApplied(history: History): string | null {
  let newest: string | null = null;
  for (const event of history.migrations.values()) {
    const { version } = event;
    if (version === null || !isDone(event)) continue;
    if (newest === null || compareVersions(version, newest) > 0) newest = version;
  }
  return newest;
}

function edited(migration: MigrationFile, event: MigrationEvent): Problem {
  const how = event.status === 'baseline' ? 'taken as applied' : 'applied';
  return {
    file: migration.file,
    line: 1,
    message: `${migration.name} was ${how} at ${event.at} and was edited afterwards`,
    remedy: 'Restore the file as it was and put the change into a new migration.',
  };
}

function late(migration: MigrationFile, newest: string): Problem {
  return {
    file: migration.file,
    line: 1,
    message: `${migration.name} comes late: number ${newest} has been applied already`,
    remedy: 'Give it the next free number, or allow it with the input "out-of-order: true".',
  };
}
