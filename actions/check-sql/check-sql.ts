import { problemOf, readMigrations } from '../migrate/migration-files.ts';
import { type Problem, refuseProblems } from '../migrate/problem.ts';
import { orderRepeatables } from '../migrate/repeatable-order.ts';
import { UserError } from '../shared/errors.ts';
import { readBootstrap } from './bootstrap.ts';
import { readDataTests } from './data/read-data-tests.ts';
import { type DryRun, type DryRunOptions, dryRun } from './dry-run.ts';
import { type Lineage, readLineage } from './lineage/lineage.ts';
import { readLintConfig } from './lint/config.ts';
import type { Finding } from './lint/finding.ts';
import { lintDirectory } from './lint/lint.ts';
import { parseMigrations } from './parse-migrations.ts';
import { type SecondOpinion, secondOpinion } from './second-opinion.ts';

export interface CheckOptions {
  /** Where the migrations lie. */
  directory: string;
  /** Over the values that the dry-run gives the bootstrap's own variables. */
  variables: Record<string, string>;
  /** File with the SQL that an administrator runs once per environment. */
  bootstrap: string;
  allowGaps?: boolean;
  /** Directory with the migrations of the previous release: the way from there is tried. */
  base?: string | undefined;
  timeoutSeconds?: number;
  onProgress?: (line: string) => void;
}

export interface CheckReport {
  files: number;
  statements: number;
  errors: Problem[];
  warnings: Problem[];
  secondOpinion: SecondOpinion;
  /** What the lint rules find; they stop nothing here. */
  findings: Finding[];
  lineage: Lineage;
  /** Null when errors were found before it. */
  dryRun: DryRun | null;
}

/** What bootstrap and migrations name, in the dry-run. */
const DRY_RUN_VARIABLES = {
  database: 'CHECK_SQL',
  warehouse: 'CHECK_SQL_WH',
  role: 'CHECK_SQL_ENGINEER',
  storage_integration: 'CHECK_SQL_LAKE',
  lake_url: 's3://check-sql-lake/',
  storage_role_arn: 'arn:aws:iam::000000000000:role/check-sql-lake-reader',
};

/**
 * Checks every migration without an account: names, numbers, variables and syntax of all of them and of the bootstrap
 * first, and the lint rules; when nothing is wrong but for those, all of them run from nothing on a local Snowflake,
 * and then the sample data and the data tests.
 * @throws UserError when there is nothing to check
 */
export async function checkSql(options: CheckOptions): Promise<CheckReport> {
  const onProgress = options.onProgress ?? (() => undefined);
  const variables: Record<string, string> = { ...DRY_RUN_VARIABLES, ...options.variables };
  const { migrations, problems } = readMigrations(options.directory, variables, options);
  const config = await readLintConfig(options.directory);
  // What it cannot read is among the errors already.
  const { findings } = lintDirectory(options.directory, { config });
  const parsed = parseMigrations(migrations);
  const opinion = secondOpinion(parsed.statements);
  const base = options.base === undefined ? undefined : readBase(options.base, variables);
  const { bootstrap, problems: bootstrapProblems } = readBootstrap(options.bootstrap, variables);
  const errors = [
    ...bootstrapProblems,
    ...parseMigrations([bootstrap]).problems,
    ...problems,
    ...parsed.problems,
    ...problemsIn(() => orderRepeatables(migrations)),
    ...problemsIn(() => readDataTests(options.directory, variables)),
  ];
  const report: CheckReport = {
    files: migrations.length,
    statements: migrations.reduce((sum, migration) => sum + migration.statements.length, 0),
    errors,
    warnings: opinion.disagreements,
    secondOpinion: opinion,
    findings,
    lineage: readLineage(parsed.statements, base?.statements),
    dryRun: null,
  };
  onProgress(
    `parsed ${report.statements} statements in ${report.files} files; ${findings.length} lint findings; ${opinion.parsed} of ${opinion.asked} queries have a second opinion`,
  );
  if (errors.length > 0) return report;
  const { directory, timeoutSeconds = 300 } = options;
  const result = await dryRun({
    directory,
    variables,
    bootstrap,
    allowGaps: options.allowGaps ?? false,
    timeoutSeconds,
    statements: parsed.statements,
    withData: true,
    base,
    onProgress,
  });
  return { ...report, errors: result.problems, dryRun: result };
}

/** @throws ProblemsError: it was released, so it can be read. */
function readBase(directory: string, variables: Record<string, string>): DryRunOptions['base'] {
  const { migrations, problems } = readMigrations(directory, variables, { allowGaps: true });
  refuseProblems(problems);
  return { directory, statements: parseMigrations(migrations).statements };
}

/** What is thrown for a mistake in a file is a problem of it. */
function problemsIn(read: () => unknown): Problem[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [problemOf(error, error.location.file ?? '')];
  }
}
