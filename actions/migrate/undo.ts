import { type AppliedMigration, type ApplyContext, applyMigration, migrationEvent } from './apply.ts';
import { type History, isDone, isUntouched } from './history.ts';
import type { MigrationDirectory, MigrationFile } from './migration-files.ts';
import { compareVersions } from './migration-numbers.ts';
import { type PendingMigration, resumeOf } from './plan.ts';
import type { Problem } from './problem.ts';

/** A migration and how its undo script runs. */
export interface UndoStep {
  undone: MigrationFile;
  pending: PendingMigration;
}

export interface UndoPlan {
  steps: UndoStep[];
  problems: Problem[];
}

/**
 * The undo scripts of the newest migrations that are in place, the newest first: of `count` of them, or of all with a
 * number above `target`. A migration without an undo script is a problem: nothing is undone past it.
 */
export function planUndo(
  { migrations, undos }: MigrationDirectory,
  history: History,
  { count, target }: { count: number; target?: string | undefined },
): UndoPlan {
  const inPlace = migrations
    .filter(({ version, name }) => version !== null && isDone(history.migrations.get(name)))
    .reverse();
  const chosen =
    target === undefined
      ? inPlace.slice(0, count)
      : inPlace.filter(({ version }) => compareVersions(version ?? '', target) > 0);
  const plan: UndoPlan = { steps: [], problems: partProblems(migrations, history) };
  for (const undone of chosen) {
    const script = undos.get(undone.name);
    if (script === undefined) {
      plan.problems.push({
        file: undone.file,
        line: 1,
        message: `${undone.name} has no undo script`,
        remedy: `Write U${undone.version}__….sql, or undo it with a new migration.`,
      });
      continue;
    }
    const event = history.undos.get(script.name);
    const isNew = isUntouched(event) || isDone(event);
    const pending = isNew
      ? ({ migration: script, from: 1, why: 'new', uncertain: null } as const)
      : resumeOf(script, history);
    if ('message' in pending) plan.problems.push(pending);
    else plan.steps.push({ undone, pending });
  }
  return plan;
}

/** What is half done comes first: an undo script expects whole migrations. */
function partProblems(migrations: readonly MigrationFile[], history: History): Problem[] {
  return migrations
    .filter(({ name, version }) => {
      const event = history.migrations.get(name);
      const isPart = event?.status === 'applying' || event?.status === 'failed';
      const begun = [...(history.statements.get(name)?.values() ?? [])].some(
        ({ status }) => status !== 'failed',
      );
      return version !== null && isPart && begun;
    })
    .map(({ name, file }) => ({
      file,
      line: 1,
      message: `${name} is applied in part`,
      remedy: 'Finish it with mode "apply", or set it right by hand and tell with mode "repair".',
    }));
}

/** Runs one undo script; with its last record the migration is pending again. */
export function undoMigration(
  { undone, pending }: UndoStep,
  context: ApplyContext,
): Promise<AppliedMigration> {
  return applyMigration(pending, context, [migrationEvent(undone, 'undone')]);
}
