import { createPrivateKey } from 'node:crypto';
import * as core from '@actions/core';
import type snowflakeSdk from 'snowflake-sdk';
import { z } from 'zod';
import { messageOf, UserError } from './errors.ts';
import { readSecret } from './secrets.ts';

/** How to sign in: the fields of the Secrets Manager secret, or the `SNOWFLAKE_*` variables in snake case. */
const snowflakeSettings = z.object({
  account: z.string().min(1),
  user: z.string().min(1).optional(),
  /** Only where the account is not reached at `https://<account>.snowflakecomputing.com`. */
  accessUrl: z.url().optional(),
  authenticator: z
    .enum(['SNOWFLAKE', 'SNOWFLAKE_JWT', 'OAUTH', 'PROGRAMMATIC_ACCESS_TOKEN', 'WORKLOAD_IDENTITY'])
    .optional(),
  /** Only for a Snowflake on this machine: an account asks for more than a password. */
  password: z.string().optional(),
  /** PEM, PKCS#8, encrypted or not. */
  privateKey: z.string().optional(),
  privateKeyPassphrase: z.string().optional(),
  token: z.string().optional(),
  role: z.string().optional(),
  warehouse: z.string().optional(),
  database: z.string().optional(),
  /** How long a statement may run; the account's own limit where it is left out. */
  statementTimeoutSeconds: z.coerce.number().int().min(1).max(604_800).optional(),
});
export type SnowflakeSettings = z.infer<typeof snowflakeSettings>;

/** The answer to one statement. Column names as Snowflake returns them (upper case unless quoted). */
export interface StatementAnswer {
  rows: Record<string, unknown>[];
  queryId: string;
  /** Rows inserted, updated and deleted, for DML. */
  rowsAffected: number;
}

/** A statement that Snowflake refused, with its error number, SQLSTATE and query id. */
export class SnowflakeStatementError extends Error {
  override name = 'SnowflakeStatementError';
  readonly code: string;
  readonly sqlState: string;
  readonly queryId: string | undefined;
  /** 1-based line within the statement's text, where Snowflake named one. */
  readonly line: number | undefined;

  constructor(cause: {
    message: string;
    code?: unknown;
    sqlState?: unknown;
    data?: { queryId?: string } | undefined;
  }) {
    super(cause.message, { cause });
    this.code = String(cause.code ?? '');
    this.sqlState = String(cause.sqlState ?? '');
    this.queryId = cause.data?.queryId;
    // "line" alone may be one of a loaded file.
    const place = /\bline (\d+)(?: at position |, position )\d+/.exec(cause.message);
    this.line = place === null ? undefined : Number(place[1]);
  }
}

/** Reads the settings from a secret when named, else from the `SNOWFLAKE_*` environment variables. */
export async function readSnowflakeSettings(secret: string | undefined): Promise<SnowflakeSettings> {
  if (secret !== undefined) return readSecret(secret, snowflakeSettings);
  const env = process.env;
  const raw: Record<string, string> = {};
  for (const field of Object.keys(snowflakeSettings.shape)) {
    const value = env[`SNOWFLAKE_${field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`];
    if (value !== undefined && value !== '') raw[field] = value;
  }
  const parsed = snowflakeSettings.safeParse(raw);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new UserError(`no usable Snowflake settings: ${problems.join('; ')}`, {
    remedy: 'Give the input "snowflake-secret" or set SNOWFLAKE_ACCOUNT, SNOWFLAKE_USER and a credential.',
  });
}

/** One signed-in session. Statements run one after another; `close` ends it. */
export class SnowflakeSession implements AsyncDisposable {
  readonly #connection: snowflakeSdk.Connection;
  readonly #timeoutSeconds: number | undefined;

  private constructor(connection: snowflakeSdk.Connection, timeoutSeconds: number | undefined) {
    this.#connection = connection;
    this.#timeoutSeconds = timeoutSeconds;
  }

  /** @throws UserError when the account cannot be reached or refuses the credentials. */
  static async open(settings: SnowflakeSettings): Promise<SnowflakeSession> {
    return new SnowflakeSession(await openConnection(settings), settings.statementTimeoutSeconds);
  }

  /**
   * Runs one statement with `?` binds and returns all its rows. `queryTag` marks it in the query history;
   * `timeoutSeconds` takes the place of the settings' own. A session token that has expired is renewed, and what an
   * overloaded or unreachable account did not answer is asked for again with the same request id: both by the driver.
   * @throws SnowflakeStatementError
   */
  execute(
    sql: string,
    binds: (string | number | boolean | null)[] = [],
    options: { queryTag?: string; timeoutSeconds?: number | undefined } = {},
  ): Promise<StatementAnswer> {
    const { queryTag, timeoutSeconds = this.#timeoutSeconds } = options;
    const parameters = {
      ...(queryTag === undefined ? {} : { QUERY_TAG: queryTag }),
      ...(timeoutSeconds === undefined ? {} : { STATEMENT_TIMEOUT_IN_SECONDS: timeoutSeconds }),
    };
    return new Promise((resolve, reject) => {
      this.#connection.execute({
        sqlText: sql,
        // The driver's type for binds leaves out null and boolean, which it accepts.
        ...(binds.length === 0 ? {} : { binds: binds as snowflakeSdk.Binds }),
        ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
        complete: (error, statement, rows) => {
          if (error)
            reject(
              new SnowflakeStatementError(error as ConstructorParameters<typeof SnowflakeStatementError>[0]),
            );
          else {
            resolve({
              rows: (rows ?? []) as Record<string, unknown>[],
              queryId: statement.getQueryId(),
              rowsAffected: Math.max(0, statement.getNumUpdatedRows() ?? 0),
            });
          }
        },
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#connection.destroy((error) => {
        if (error) core.debug(`closing the Snowflake session: ${messageOf(error)}`);
        resolve();
      });
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * A signed-in connection of the driver, for what `SnowflakeSession` leaves out.
 * @throws UserError when the account cannot be reached or refuses the credentials.
 */
export async function openConnection(settings: SnowflakeSettings): Promise<snowflakeSdk.Connection> {
  requireLocalForPassword(settings);
  // Half a second of an action's start: an action that stops at its inputs or files does without.
  const { default: sdk } = await import('snowflake-sdk');
  sdk.configure({ logLevel: 'OFF', additionalLogToConsole: false });
  try {
    const connection = sdk.createConnection(connectionOptions(await withIdentity(settings)));
    if (settings.authenticator === 'WORKLOAD_IDENTITY') await connection.connectAsync();
    else
      await new Promise<void>((resolve, reject) => {
        connection.connect((error) => (error ? reject(error) : resolve()));
      });
    return connection;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `Snowflake: could not sign in to account "${settings.account}": ${messageOf(error)}`,
      {
        remedy:
          'Check account, user and credential (key pair, token or workload identity); docs/production.md shows the set-up.',
        cause: error,
      },
    );
  }
}

/**
 * Workload identity without a token: the one that GitHub issues to this job, which needs `id-token: write`.
 * Source: docs.snowflake.com, "Workload identity federation": the audience that a user expects by default.
 */
async function withIdentity(settings: SnowflakeSettings): Promise<SnowflakeSettings> {
  if (settings.authenticator !== 'WORKLOAD_IDENTITY' || settings.token !== undefined) return settings;
  try {
    return { ...settings, token: await core.getIDToken('snowflakecomputing.com') };
  } catch (error) {
    throw new UserError(`Snowflake: GitHub gave this job no identity token: ${messageOf(error)}`, {
      remedy:
        'Give the job the permission "id-token: write"; outside of GitHub Actions set SNOWFLAKE_TOKEN, or use a key pair.',
      cause: error,
    });
  }
}

/** A password that leaves this machine could be guessed, leaked or replayed. @throws UserError */
function requireLocalForPassword({ account, accessUrl, password, privateKey }: SnowflakeSettings): void {
  if (password === undefined || privateKey !== undefined) return;
  const host = accessUrl === undefined ? '' : new URL(accessUrl).hostname;
  if (/^(?:127(?:\.\d+){3}|localhost|\[::1\])$/.test(host)) return;
  throw new UserError(
    `Snowflake: a password does not sign in to account "${account}", only to a local Snowflake`,
    {
      remedy:
        'Use a key pair, workload identity, OAuth or a programmatic access token: docs/production.md shows the set-up.',
    },
  );
}

function connectionOptions(settings: SnowflakeSettings): snowflakeSdk.ConnectionOptions {
  const {
    user,
    privateKey,
    privateKeyPassphrase,
    password,
    token,
    statementTimeoutSeconds: _,
    ...rest
  } = settings;
  return {
    ...rest,
    application: 'globalmart-dataops',
    clientSessionKeepAlive: true,
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    ...(token === undefined ? {} : { token }),
    ...(privateKey === undefined
      ? {}
      : { authenticator: 'SNOWFLAKE_JWT', privateKey: decryptKey(privateKey, privateKeyPassphrase) }),
    ...(settings.authenticator === 'WORKLOAD_IDENTITY' ? { workloadIdentityProvider: 'OIDC' } : {}),
  } as snowflakeSdk.ConnectionOptions;
}

function decryptKey(pem: string, passphrase: string | undefined): string {
  try {
    const key = createPrivateKey({
      key: pem,
      format: 'pem',
      ...(passphrase === undefined ? {} : { passphrase }),
    });
    return key.export({ format: 'pem', type: 'pkcs8' }).toString();
  } catch (error) {
    throw new UserError(`the Snowflake private key cannot be read: ${messageOf(error)}`, {
      remedy: 'Store the key as PEM (PKCS#8); give privateKeyPassphrase when it is encrypted.',
      cause: error,
    });
  }
}
