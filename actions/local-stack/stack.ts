import { join } from 'node:path';
import { UserError } from '../shared/errors.ts';
import type { LambdaFunction } from './aws/lambda/lambda-service.ts';
import { type LocalAws, startAws } from './aws/server.ts';
import { openCredentials, type StackCredentials } from './credentials.ts';
import { type LocalPostgres, startPostgres } from './postgres/start.ts';
import { type EventForwarder, forwardEvents } from './s3-events.ts';
import { type LocalSnowflake, startSnowflake } from './snowflake-process.ts';
import { holdDirectory, type StackDirectory } from './stack-directory.ts';

export const SERVICES = ['postgres', 'aws', 'snowflake'] as const;
export type Service = (typeof SERVICES)[number];

export interface StackOptions {
  services: readonly Service[];
  /** Keeps data and credentials for the next start. Absent: a temporary directory, removed at the stop. */
  dir?: string;
  /** Lambda functions; each gets the stack's own AWS variables beside those that it declares. */
  functions?: LambdaFunction[];
  /** Further variables of every function. */
  env?: Record<string, string>;
  /** Another program in place of the local Snowflake's own. */
  snowflakeProgram?: string;
}

export interface Stack {
  /** Exactly the variables that point the standard clients at the services that were started. */
  env: Record<string, string>;
  postgres?: LocalPostgres;
  aws?: LocalAws;
  snowflake?: LocalSnowflake;
  /** Resolves with a description when a service ends that nobody stopped. */
  failed: Promise<string>;
  /** Ends every process, frees ports and the directory. Safe to call again. */
  stop(): Promise<void>;
}

const REGION = 'us-east-1';

/**
 * Starts the local services on free loopback ports. When one does not start, the others are stopped again.
 * @throws UserError
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  if (options.functions !== undefined && !options.services.includes('aws')) {
    throw new UserError('Lambda functions need the service "aws"', { remedy: 'Add aws to the services.' });
  }
  const directory = holdDirectory(options.dir);
  const parts: Parts = { forwarder: undefined, aws: undefined, postgres: undefined, snowflake: undefined };
  try {
    const credentials = openCredentials(directory.path);
    await startParts(parts, options, directory.path, credentials);
    return assemble(parts, directory, credentials);
  } catch (error) {
    await stopParts(parts, directory);
    throw error;
  }
}

interface Parts {
  forwarder: EventForwarder | undefined;
  aws: LocalAws | undefined;
  postgres: LocalPostgres | undefined;
  snowflake: LocalSnowflake | undefined;
}

async function startParts(
  parts: Parts,
  options: StackOptions,
  directory: string,
  credentials: StackCredentials,
): Promise<void> {
  const { services, dir } = options;
  const persistent = dir !== undefined;
  if (services.includes('aws')) {
    const { accessKeyId, secretAccessKey } = credentials;
    parts.aws = await startAws({
      root: join(directory, 'aws'),
      credentials: { accessKeyId, secretAccessKey },
      region: REGION,
      functions: (options.functions ?? []).map((declared) => ({
        ...declared,
        // Read at the first invocation: by then the server's own address is known.
        get environment() {
          return { ...awsEnvironment(parts.aws, credentials), ...options.env, ...declared.environment };
        },
      })),
      onObjectCreated: (event) => parts.forwarder?.push(event),
    });
  }
  const results = await Promise.allSettled([
    services.includes('postgres')
      ? startPostgres({ dir: join(directory, 'postgres'), persistent }).then((started) => {
          parts.postgres = started;
        })
      : undefined,
    services.includes('snowflake')
      ? startSnowflake(
          snowflakeOptions(parts.aws, credentials, persistent ? join(directory, 'snowflake') : null),
          options.snowflakeProgram,
        ).then((started) => {
          parts.snowflake = started;
          parts.forwarder = forwardEvents(`${started.url}/local/s3-events`);
        })
      : undefined,
  ]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

function assemble(parts: Parts, directory: StackDirectory, credentials: StackCredentials): Stack {
  const { postgres, aws, snowflake } = parts;
  let stopped: Promise<void> | undefined;
  const failed = new Promise<string>((resolve) => {
    const watch = (name: string, ended: Promise<string> | undefined) =>
      void ended?.then((how) => {
        if (stopped === undefined) resolve(`${name} ended by itself: ${how.trim()}`);
      });
    watch('PostgreSQL', postgres?.ended);
    watch('the local Snowflake', snowflake?.ended);
  });
  return {
    env: {
      ...(postgres === undefined ? {} : { DATABASE_URL: postgres.url }),
      ...awsEnvironment(aws, credentials),
      ...(snowflake === undefined
        ? {}
        : {
            SNOWFLAKE_ACCESS_URL: snowflake.url,
            SNOWFLAKE_ACCOUNT: snowflake.account,
            SNOWFLAKE_USER: credentials.snowflakeUser,
            SNOWFLAKE_PASSWORD: credentials.snowflakePassword,
          }),
    },
    ...(postgres === undefined ? {} : { postgres }),
    ...(aws === undefined ? {} : { aws }),
    ...(snowflake === undefined ? {} : { snowflake }),
    failed,
    stop() {
      stopped ??= stopParts(parts, directory);
      return stopped;
    },
  };
}

async function stopParts(parts: Parts, directory: StackDirectory): Promise<void> {
  try {
    const results = await Promise.allSettled([
      parts.forwarder?.stop(),
      parts.snowflake?.stop(),
      parts.postgres?.stop(),
      parts.aws?.close(),
    ]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  } finally {
    directory.release();
  }
}

function awsEnvironment(aws: LocalAws | undefined, credentials: StackCredentials): Record<string, string> {
  if (aws === undefined) return {};
  return {
    AWS_ENDPOINT_URL_S3: aws.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.url,
    AWS_ENDPOINT_URL_LAMBDA: aws.url,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: REGION,
  };
}

function snowflakeOptions(aws: LocalAws | undefined, credentials: StackCredentials, dir: string | null) {
  return {
    dir,
    user: credentials.snowflakeUser,
    password: credentials.snowflakePassword,
    s3Endpoint: aws?.url ?? null,
    s3AccessKeyId: aws === undefined ? null : credentials.accessKeyId,
    s3SecretAccessKey: aws === undefined ? null : credentials.secretAccessKey,
    s3Region: aws === undefined ? null : REGION,
  };
}
