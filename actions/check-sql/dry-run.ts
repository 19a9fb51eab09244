import { CreateBucketCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { type Stack, startStack } from '../local-stack/stack.ts';
import { MigrationFailedError } from '../migrate/failure.ts';
import { type MigrateReport, migrate } from '../migrate/migrate.ts';
import { ANY_ENVIRONMENT } from '../migrate/plan.ts';
import type { Problem } from '../migrate/problem.ts';
import { UserError } from '../shared/errors.ts';
import type { SnowflakeSettings } from '../shared/snowflake.ts';
import { walk } from '../shared/sql/walk.ts';
import { type Bootstrap, runBootstrap } from './bootstrap.ts';
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
  /** What to look at when all has run, while the local Snowflake lives. */
  inspect?: (settings: SnowflakeSettings, report: MigrateReport) => Promise<void>;
  onProgress: (line: string) => void;
}

export interface DryRun {
  /** Statements that ran, those of the bootstrap left out. */
  statements: number;
  seconds: number;
  problems: Problem[];
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

async function runAll(stack: Stack, options: DryRunOptions): Promise<Omit<DryRun, 'seconds'>> {
  const { variables, onProgress } = options;
  const impossible = await createBuckets(stack, options);
  if (impossible.length > 0) return { statements: 0, problems: impossible };
  const settings: SnowflakeSettings = {
    account: stack.env.SNOWFLAKE_ACCOUNT ?? '',
    accessUrl: stack.env.SNOWFLAKE_ACCESS_URL ?? '',
    user: stack.env.SNOWFLAKE_USER ?? '',
    password: stack.env.SNOWFLAKE_PASSWORD ?? '',
  };
  const refused = await runBootstrap(options.bootstrap, settings);
  if (refused !== null) return { statements: 0, problems: [refused] };
  const { database, role, warehouse } = variables;
  try {
    const report = await migrate({
      mode: 'apply',
      directory: options.directory,
      database: database ?? '',
      variables,
      settings: {
        ...settings,
        ...(role === undefined ? {} : { role }),
        ...(warehouse === undefined ? {} : { warehouse }),
      },
      allowGaps: options.allowGaps,
      environment: options.environment ?? ANY_ENVIRONMENT,
      onProgress,
    });
    await options.inspect?.(settings, report);
    return { statements: count(report.applied), problems: [] };
  } catch (error) {
    if (!(error instanceof MigrationFailedError)) throw error;
    const { file, line, statement, error: text } = error.failed;
    return {
      statements: count(error.report?.applied ?? []) + statement - 1,
      problems: [
        {
          file,
          line,
          message: `statement ${statement} fails on the local Snowflake: ${text}`,
          remedy: 'Correct it; what comes after it has not been tried.',
        },
      ],
    };
  }
}

/** The buckets that external stages point at exist, and are empty. Names that no bucket can have are problems. */
async function createBuckets(stack: Stack, { statements }: DryRunOptions): Promise<Problem[]> {
  const buckets = new Map<string, ParsedStatement>();
  for (const parsed of statements) {
    walk(parsed.tree, (node) => {
      const { name, value } = node as { name?: unknown; value?: { kind?: string; value?: unknown } };
      if (name !== 'URL' || value?.kind !== 'string') return true;
      // Another name is no bucket's: the statement that uses it will say so.
      const bucket = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/|$)/.exec(String(value.value))?.[1];
      if (bucket !== undefined && !buckets.has(bucket)) buckets.set(bucket, parsed);
      return true;
    });
  }
  const { env } = stack;
  const s3 = new S3Client({
    endpoint: env.AWS_ENDPOINT_URL_S3 ?? '',
    region: env.AWS_REGION ?? '',
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
    },
    forcePathStyle: true,
  });
  const problems: Problem[] = [];
  try {
    for (const [bucket, { file, statement }] of buckets) {
      try {
        await s3.send(new CreateBucketCommand({ Bucket: bucket }));
      } catch (error) {
        if (!(error instanceof S3ServiceException && error.name === 'InvalidBucketName')) throw error;
        problems.push({
          file,
          line: statement.line,
          column: statement.column,
          message: `"${bucket}" cannot be the name of a bucket: nothing could be loaded from this URL`,
          remedy: 'Correct the URL, s3://bucket/prefix/.',
        });
      }
    }
  } finally {
    s3.destroy();
  }
  return problems;
}

function count(applied: readonly { statements: number }[]): number {
  return applied.reduce((sum, migration) => sum + migration.statements, 0);
}
