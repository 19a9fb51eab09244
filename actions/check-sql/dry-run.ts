import { readFileSync } from 'node:fs';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { type Stack, startStack } from '../local-stack/stack.ts';
import { MigrationFailedError } from '../migrate/failure.ts';
import { migrate } from '../migrate/migrate.ts';
import type { Problem } from '../migrate/problem.ts';
import { renderTemplate } from '../migrate/template.ts';
import { messageOf, UserError } from '../shared/errors.ts';
import { SnowflakeSession, type SnowflakeSettings, SnowflakeStatementError } from '../shared/snowflake.ts';
import { splitStatements, walk } from '../shared/sql.ts';
import type { ParsedStatement } from './parse-migrations.ts';

export interface DryRunOptions {
  directory: string;
  variables: Record<string, string>;
  bootstrap: string;
  allowGaps: boolean;
  timeoutSeconds: number;
  statements: readonly ParsedStatement[];
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
 * @throws UserError when the bootstrap fails or time runs out
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
  await createBuckets(stack, options);
  const settings: SnowflakeSettings = {
    account: stack.env.SNOWFLAKE_ACCOUNT ?? '',
    accessUrl: stack.env.SNOWFLAKE_ACCESS_URL ?? '',
    user: stack.env.SNOWFLAKE_USER ?? '',
    password: stack.env.SNOWFLAKE_PASSWORD ?? '',
  };
  await runBootstrap(settings, options);
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
      onProgress,
    });
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

async function runBootstrap(settings: SnowflakeSettings, options: DryRunOptions): Promise<void> {
  const file = options.bootstrap;
  let sql: string;
  try {
    sql = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`the bootstrap cannot be read: ${messageOf(error)}`, {
      remedy: 'Run from the repository root, or give the input "bootstrap".',
      cause: error,
    });
  }
  await using session = await SnowflakeSession.open(settings);
  for (const statement of splitStatements(renderTemplate(sql, options.variables, file))) {
    try {
      await session.execute(statement.text);
    } catch (error) {
      if (!(error instanceof SnowflakeStatementError)) throw error;
      const line = statement.start.line + (error.line ?? 1) - 1;
      throw new UserError(`${file}:${line}: ${error.message}`, {
        location: { file, line },
        remedy: 'Correct the bootstrap.',
        cause: error,
      });
    }
  }
}

/** The buckets that external stages point at exist, and are empty. */
async function createBuckets(stack: Stack, { statements }: DryRunOptions): Promise<void> {
  const buckets = new Set<string>();
  for (const { tree } of statements) {
    walk(tree, (node) => {
      const { name, value } = node as { name?: unknown; value?: { kind?: string; value?: unknown } };
      if (name !== 'URL' || value?.kind !== 'string') return true;
      // Another name is no bucket's: the statement that uses it will say so.
      const bucket = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/|$)/.exec(String(value.value))?.[1];
      if (bucket !== undefined) buckets.add(bucket);
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
  try {
    for (const Bucket of buckets) await s3.send(new CreateBucketCommand({ Bucket }));
  } finally {
    s3.destroy();
  }
}

function count(applied: readonly { statements: number }[]): number {
  return applied.reduce((sum, migration) => sum + migration.statements, 0);
}
