import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { z } from 'zod';
import { messageOf, UserError } from '../shared/errors.ts';
import { BulkSocket } from './bulk-socket.ts';

/** How to reach the source: the fields of its Secrets Manager secret, named as RDS names them. */
export const databaseSettings = z.object({
  host: z.string().min(1),
  port: z.coerce.number().int().min(1).max(65_535).default(5432),
  username: z.string().min(1),
  password: z.string(),
  dbname: z.string().min(1),
  /**
   * As in libpq: `prefer` takes TLS where the server has it, `verify-ca` checks the certificate, `verify-full` also
   * the host.
   */
  sslmode: z.enum(['disable', 'prefer', 'require', 'verify-ca', 'verify-full']).default('prefer'),
  /** Certificates (PEM) of the authorities that verify-ca and verify-full trust; Node's own when left out. */
  sslrootcert: z.string().startsWith('-----BEGIN CERTIFICATE-----').optional(),
});
export type DatabaseSettings = z.infer<typeof databaseSettings>;

/** The connection was lost while it was in use: the work can be started again on a new one. */
export class ConnectionLostError extends Error {
  override name = 'ConnectionLostError';
}

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * One signed-in connection. The caller ends it.
 * @throws UserError in one line, without the password
 */
export async function connect(settings: DatabaseSettings): Promise<pg.Client> {
  const { sslmode } = settings;
  if (sslmode !== 'prefer') return open(settings, sslmode === 'disable' ? false : tls(settings));
  try {
    return await open(settings, tls(settings));
  } catch (error) {
    if (error instanceof UserError && messageOf(error.cause) === NO_TLS) return open(settings, false);
    throw error;
  }
}

/** What pg says when the server answers the request for TLS with "N". */
const NO_TLS = 'The server does not support SSL connections';

function tls({ sslmode, sslrootcert }: DatabaseSettings): ConnectionOptions {
  return {
    rejectUnauthorized: sslmode === 'verify-ca' || sslmode === 'verify-full',
    ...(sslrootcert === undefined ? {} : { ca: sslrootcert }),
    ...(sslmode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
  };
}

async function open(settings: DatabaseSettings, ssl: false | ConnectionOptions): Promise<pg.Client> {
  const client = new pg.Client({
    host: settings.host,
    port: settings.port,
    user: settings.username,
    password: settings.password,
    database: settings.dbname,
    ssl,
    ...(ssl === false ? { stream: () => new BulkSocket() } : {}),
    application_name: 'globalmart-dataops extract',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  // An idle connection that breaks is noticed by its next statement; without a listener it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end();
    throw connectError(error, settings);
  }
}

function connectError(error: unknown, { host, port, dbname, username }: DatabaseSettings): UserError {
  const code = codeOf(error);
  const what = error instanceof AggregateError ? (code ?? 'connection failed') : messageOf(error);
  return new UserError(
    `PostgreSQL: could not connect to "${dbname}" at ${host}:${port} as "${username}": ${what}`,
    { remedy: connectRemedy(code), cause: error },
  );
}

function connectRemedy(code: string | undefined): string {
  if (code === '28P01' || code === '28000') return "Correct username and password in the source's secret.";
  if (code === '3D000') return "Correct dbname in the source's secret.";
  return "Check host, port and sslmode in the source's secret, and that this runner may reach the database.";
}

/**
 * Begins a transaction and makes its settings: one message.
 * @throws UserError where a pooler lies between that gives each statement another connection
 */
export async function beginTransaction(client: pg.ClientBase, sql: string): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    if (!messageOf(error).includes('statement pooling')) throw error;
    throw new UserError(`the pooler before PostgreSQL keeps no transactions: ${messageOf(error)}`, {
      remedy: 'Set its pool_mode to transaction or session, or connect to the server itself.',
    });
  }
}

/** SQLSTATE or Node's error code. */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Whether a new connection may well succeed: network failures, a server that stops or starts (57P01-57P03,
 * class 08), a standby that cancelled for recovery (40001).
 */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof ConnectionLostError) return true;
  const code = codeOf(error);
  if (error instanceof UserError) return isConnectionLoss(error.cause);
  if (code !== undefined) {
    return /^(08...|57P0[123]|40001|ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT)$/.test(code);
  }
  return /^(Connection terminated|Client has encountered a connection error)/.test(messageOf(error));
}

/** An error of a statement on a table: a lost connection, or the source's own refusal as one line. */
export function statementError(table: string, error: unknown): Error {
  if (isConnectionLoss(error)) {
    return new ConnectionLostError(`the connection to PostgreSQL was lost: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return new UserError(`table ${table}: ${messageOf(error)}`, {
    remedy: 'PostgreSQL refused the query or stopped it; correct that and run again.',
    cause: error,
  });
}
