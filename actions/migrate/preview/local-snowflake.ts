import { readBootstrap } from '../../check-sql/bootstrap.ts';
import { dryRun } from '../../check-sql/dry-run.ts';
import { parseMigrations } from '../../check-sql/parse-migrations.ts';
import { SnowflakeSession } from '../../shared/snowflake.ts';
import type { MigrateReport } from '../migrate.ts';
import { type MigrationStatement, readMigrations } from '../migration-files.ts';
import { refuseProblems } from '../problem.ts';
import { requireDataTests } from './data-tests.ts';

export interface LocalOptions {
  directory: string;
  variables: Readonly<Record<string, string>>;
  environment?: string | undefined;
  /** As SQL writes it. */
  database: string;
  role?: string | undefined;
  warehouse?: string | undefined;
  /** File with what an administrator runs before the first migration. */
  bootstrap?: string | undefined;
  allowGaps?: boolean;
  timeoutSeconds?: number;
  onProgress?: (line: string) => void;
}

/** What the bootstrap of this repository may name and the migrations need not. */
const BOOTSTRAP_VARIABLES = {
  storage_integration: 'LOCAL_LAKE',
  lake_url: 's3://local-lake/',
  storage_role_arn: 'arn:aws:iam::000000000000:role/local-lake-reader',
};

/**
 * Applies all migrations, from nothing, to a local Snowflake, and does `inspect` in the database that they made.
 * @throws ProblemsError for a statement that fails there
 */
export async function onLocalSnowflake<T>(
  options: LocalOptions,
  inspect: (session: SnowflakeSession, report: MigrateReport) => Promise<T>,
): Promise<T> {
  const { directory, database, role = 'ACCOUNTADMIN', warehouse = 'LOCAL_WH', environment } = options;
  const variables = { ...BOOTSTRAP_VARIABLES, ...options.variables, database, role, warehouse };
  const { migrations, problems } = readMigrations(directory, variables, options);
  refuseProblems(problems);
  const parsed = parseMigrations(migrations);
  refuseProblems(parsed.problems);
  const { bootstrap, problems: unreadable } =
    options.bootstrap === undefined
      ? { bootstrap: plainBootstrap(variables), problems: [] }
      : readBootstrap(options.bootstrap, variables);
  refuseProblems(unreadable);
  let result: { value: T } | undefined;
  const run = await dryRun({
    directory,
    variables,
    bootstrap,
    environment,
    statements: parsed.statements,
    allowGaps: options.allowGaps ?? false,
    timeoutSeconds: options.timeoutSeconds ?? 300,
    inspect: async (settings, report) => {
      await using session = await SnowflakeSession.open({ ...settings, database, warehouse });
      result = { value: await inspect(session, report) };
    },
    onProgress: options.onProgress ?? (() => undefined),
  });
  refuseProblems(run.problems);
  if (result === undefined) throw new Error('the local Snowflake was not looked at');
  return result.value;
}

/**
 * Applies all migrations to a local Snowflake and runs the data tests there.
 * @throws ProblemsError for a statement or a data test that fails
 */
export function previewLocally(options: LocalOptions): Promise<MigrateReport> {
  return onLocalSnowflake(options, async (session, report) => {
    await requireDataTests(session, options);
    return { ...report, database: options.database };
  });
}

/** The database, and a role and a warehouse of the names in use. */
function plainBootstrap({
  database,
  role,
  warehouse,
}: {
  database: string;
  role: string;
  warehouse: string;
}) {
  const texts = [
    `CREATE WAREHOUSE IF NOT EXISTS ${warehouse}`,
    `CREATE DATABASE IF NOT EXISTS ${database}`,
    ...(role === 'ACCOUNTADMIN'
      ? []
      : [
          `CREATE ROLE IF NOT EXISTS ${role}`,
          `GRANT ROLE ${role} TO ROLE ACCOUNTADMIN`,
          `GRANT OWNERSHIP ON DATABASE ${database} TO ROLE ${role} COPY CURRENT GRANTS`,
          `GRANT USAGE, OPERATE ON WAREHOUSE ${warehouse} TO ROLE ${role}`,
          `GRANT EXECUTE TASK ON ACCOUNT TO ROLE ${role}`,
        ]),
  ];
  const statements: MigrationStatement[] = texts.map((text, index) => ({
    number: index + 1,
    text,
    line: index + 1,
    column: 1,
    checksum: '',
  }));
  return { file: 'the bootstrap', statements };
}
