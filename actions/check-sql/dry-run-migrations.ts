import { MigrationFailedError } from '../migrate/failure.ts';
import { type MigrateOptions, type MigrateReport, migrate } from '../migrate/migrate.ts';
import { ANY_ENVIRONMENT } from '../migrate/plan.ts';
import { type Problem, ProblemsError } from '../migrate/problem.ts';
import type { SampleWorld } from './data/sample-run.ts';
import type { DryRunOptions } from './dry-run.ts';

export interface Applied {
  /** Null when there are problems. */
  report: MigrateReport | null;
  /** Statements that ran. */
  statements: number;
  problems: Problem[];
}

/** Applies what is pending of a directory, or undoes; a statement that fails is a problem on its line. */
export async function applyAll(
  directory: string,
  { allowGaps, environment, onProgress }: DryRunOptions,
  { settings, database, variables }: SampleWorld,
  how: Pick<MigrateOptions, 'mode' | 'count'> = { mode: 'apply' },
): Promise<Applied> {
  try {
    const report = await migrate({
      ...how,
      directory,
      database,
      variables: { ...variables },
      settings,
      allowGaps,
      environment: environment ?? ANY_ENVIRONMENT,
      onProgress,
    });
    return { report, statements: count(report.applied), problems: [] };
  } catch (error) {
    if (error instanceof ProblemsError) return { report: null, statements: 0, problems: [...error.problems] };
    if (!(error instanceof MigrationFailedError)) throw error;
    const { file, line, statement, error: text } = error.failed;
    const problem: Problem = {
      file,
      line,
      message: `statement ${statement} fails on the local Snowflake: ${text}`,
      remedy: 'Correct it; what comes after it has not been tried.',
    };
    const ran = count(error.report?.applied ?? []) + statement - 1;
    return { report: null, statements: ran, problems: [problem] };
  }
}

function count(applied: readonly { statements: number }[]): number {
  return applied.reduce((sum, migration) => sum + migration.statements, 0);
}
