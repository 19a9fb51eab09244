import type { History, MigrationEvent, StatementEvent } from './history.ts';
import type { MigrationFile } from './migration-files.ts';
import { compareVersions } from './migration-numbers.ts';
import type { Problem } from './problem.ts';
import { transactionAround } from './statement-effects.ts';

/** A migration that is to run. */
export interface PendingMigration {
  migration: MigrationFile;
  /** Number of the first statement that is not known to be done. */
  from: number;
  why: 'new' | 'changed' | 'resumed';
  /** The event of statement `from` when it was begun and its end was never recorded. */
  uncertain: StatementEvent | null;
}

export interface Plan {
  /** In the order in which they run. */
  pending: PendingMigration[];
  problems: Problem[];
}

/** Compares the files with the history. `files` are in the order in which they may run. */
export function planMigrations(
  files: readonly MigrationFile[],
  history: History,
  options: { outOfOrder: boolean },
): Plan {
  const plan: Plan = { pending: [], problems: goneProblems(files, history) };
  const newest = newestApplied(history);
  for (const migration of files) {
    const event = history.migrations.get(migration.name);
    const isDone = event?.status === 'applied' || event?.status === 'baseline';
    const isSame = event?.checksum === migration.checksum;
    if (event === undefined) {
      const { version } = migration;
      const isLate = version !== null && newest !== null && compareVersions(version, newest) < 0;
      if (isLate && !options.outOfOrder) plan.problems.push(late(migration, newest));
      else plan.pending.push({ migration, from: 1, why: 'new', uncertain: null });
    } else if (isDone) {
      if (isSame) continue;
      if (migration.kind === 'versioned') plan.problems.push(edited(migration, event));
      else plan.pending.push({ migration, from: 1, why: 'changed', uncertain: null });
    } else if (migration.kind === 'repeatable' && !isSame) {
      // What runs again whenever it changes may run again from its start.
      plan.pending.push({ migration, from: 1, why: 'changed', uncertain: null });
    } else {
      resume(plan, migration, history.statements.get(migration.name) ?? new Map());
    }
  }
  return plan;
}

/** A migration that began and did not end goes on at the first statement that is not done. */
function resume(plan: Plan, migration: MigrationFile, events: Map<number, StatementEvent>): void {
  const { statements } = migration;
  let done = 0;
  for (const statement of statements) {
    const event = events.get(statement.number);
    if (event?.status !== 'done') break;
    if (event.checksum !== statement.checksum) {
      plan.problems.push({
        file: migration.file,
        line: statement.line,
        message: `statement ${statement.number} of ${migration.name} ran at ${event.at} and was edited afterwards`,
        remedy: 'Restore this statement as it was; only statements that have not run may change.',
      });
      return;
    }
    done = statement.number;
  }
  const lost = [...events.values()].find(
    (event) => event.status === 'done' && event.number > statements.length,
  );
  if (lost !== undefined) {
    plan.problems.push({
      file: migration.file,
      line: 1,
      message: `statement ${lost.number} of ${migration.name} ran at ${lost.at} and is gone: the file has ${statements.length}`,
      remedy: 'Restore the statements that have run.',
    });
    return;
  }
  const next = events.get(done + 1);
  const uncertain = next?.status === 'started' ? next : null;
  plan.pending.push({ migration, from: done + 1, why: 'resumed', uncertain });
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
    if (version === null || names.has(name) || status === 'baseline') continue;
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

function newestApplied(history: History): string | null {
  let newest: string | null = null;
  for (const { version, status } of history.migrations.values()) {
    if (version === null || (status !== 'applied' && status !== 'baseline')) continue;
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
