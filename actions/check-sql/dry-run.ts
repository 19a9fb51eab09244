import { type Stack, startStack } from '../local-stack/stack.ts';
import type { MigrateReport } from '../migrate/migrate.ts';
import type { Problem } from '../migrate/problem.ts';
import { UserError } from '../shared/errors.ts';
import type { SnowflakeSettings } from '../shared/snowflake.ts';
import { type Bootstrap, runBootstrap } from './bootstrap.ts';
import type { DataTestResult } from './data/data-test.ts';
import { runSampleData, type SampleRun, type SampleWorld } from './data/sample-run.ts';
import { createBuckets, lakeClient } from './dry-run-lake.ts';
import { applyAll } from './dry-run-migrations.ts';
import { runUpgrade, type Upgrade } from './dry-run-upgrade.ts';
import type { ParsedStatement } from './parse-migrations.ts';

export interface DryRunOptions {
  directory: string;
  variables: Record<string, string>;
  bootstrap: Bootstrap;
  allowGaps: boolean;
  timeoutSeconds: number;
  statements: readonly ParsedStatement[];
  /** The environment that migrations are for; any by default. */
  environment?: string | undefined;
  /** Also brings the sample data through, and runs the data tests. */
  withData?: boolean;
  /** Migrations of the previous release: they and their data come first, then what is new. Needs `withData`. */
  base?: { directory: string; statements: readonly ParsedStatement[] } | undefined;
  /** What to look at when all has run, while the local Snowflake lives. */
  inspect?: (settings: SnowflakeSettings, report: MigrateReport) => Promise<void>;
  onProgress: (line: string) => void;
}

export interface DryRun {
  /** Statements that ran, those of the bootstrap left out. */
  statements: number;
  seconds: number;
  problems: Problem[];
  /** Files of sample data that were put. */
  sampleFiles: number;
  /** After all migrations and all sample data; none before something failed. */
  tests: DataTestResult[];
  /** Null without a previous release. */
  upgrade: Upgrade | null;
}

/**
 * Runs the bootstrap and all migrations, from nothing, on a local Snowflake and S3 that live only as long. SQL reaches
 * nothing but those: the local Snowflake takes Snowflake's language only, and listens on loopback.
 * @throws UserError when time runs out
 */
export async function dryRun(options: DryRunOptions): Promise<DryRun> {
  const started = performance.now();
  const stack = await startStack({ services: ['aws', 'snowflake'] });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new UserError(`the dry-run was stopped after ${options.timeoutSeconds} seconds`, {
            remedy: 'Look for a statement that does not end, or raise the input "timeout-seconds".',
          }),
        ),
      options.timeoutSeconds * 1000,
    );
  });
  try {
    const result = await Promise.race([runAll(stack, options), late]);
    return { ...result, seconds: Math.round(performance.now() - started) / 1000 };
  } finally {
    clearTimeout(timer);
    await stack.stop();
  }
}

type Ran = Omit<DryRun, 'seconds'>;

async function runAll(stack: Stack, options: DryRunOptions): Promise<Ran> {
  const { variables, directory, statements, base } = options;
  const ran: Ran = { statements: 0, problems: [], sampleFiles: 0, tests: [], upgrade: null };
  const s3 = lakeClient(stack);
  try {
    const impossible = await createBuckets(s3, [...(base?.statements ?? []), ...statements]);
    if (impossible.length > 0) return { ...ran, problems: impossible };
    const admin: SnowflakeSettings = {
      account: stack.env.SNOWFLAKE_ACCOUNT ?? '',
      accessUrl: stack.env.SNOWFLAKE_ACCESS_URL ?? '',
      user: stack.env.SNOWFLAKE_USER ?? '',
      password: stack.env.SNOWFLAKE_PASSWORD ?? '',
    };
    const refused = await runBootstrap(options.bootstrap, admin);
    if (refused !== null) return { ...ran, problems: [refused] };
    const { database = '', role, warehouse } = variables;
    const settings = {
      ...admin,
      ...(role === undefined ? {} : { role }),
      ...(warehouse === undefined ? {} : { warehouse }),
    };
    const deadline = performance.now() + options.timeoutSeconds * 1000;
    const { onProgress: note } = options;
    const world: SampleWorld = { settings, s3, database, variables, deadline, landed: new Map(), note };
    if (base !== undefined) {
      const { upgrade, run, ...rest } = await runUpgrade({ ...options, base }, world);
      return { ...ran, ...rest, ...told(run), upgrade };
    }
    const { report, ...applied } = await applyAll(directory, options, world);
    if (report === null) return { ...ran, ...applied };
    await options.inspect?.(admin, report);
    if (options.withData !== true) return { ...ran, ...applied };
    const run = await runSampleData(directory, statements, world);
    return { ...ran, ...applied, ...told(run), problems: run.problems };
  } finally {
    s3.destroy();
  }
}

function told(run: SampleRun | null): Pick<DryRun, 'sampleFiles' | 'tests'> {
  return { sampleFiles: run?.files ?? 0, tests: run?.tests ?? [] };
}
