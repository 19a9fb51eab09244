import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { announce } from './engine/database.ts';
import { DirectoryHeldError } from './engine/directory-holder.ts';
import { startRefreshScheduler } from './engine/dynamic-tables/refresh-scheduler.ts';
import { Engine } from './engine/engine.ts';
import { startPurging } from './engine/tables/retention.ts';
import { startTaskScheduler } from './engine/tasks/task-scheduler.ts';
import { startSnowflakeServer } from './protocol/server.ts';

/**
 * The local Snowflake as a process of its own. Options come in GLOBALMART_SNOWFLAKE_OPTIONS (JSON), so that no secret
 * stands on the command line; one JSON line on standard output says where it listens; it ends when standard
 * input closes (its parent is gone) or on SIGTERM.
 */
const issuedToken = z.strictObject({
  token: z.string().min(16),
  user: z.string().min(1),
  expiresAt: z.iso.datetime().optional(),
});
const options = z
  .strictObject({
    dir: z.string().nullable(),
    user: z.string().min(1),
    password: z.string().min(1),
    /** Tokens that sign a user in; no other is accepted. */
    oauthTokens: z.array(issuedToken).optional(),
    accessTokens: z.array(issuedToken).optional(),
    identityIssuers: z
      .array(z.strictObject({ issuer: z.url(), publicKey: z.string().includes('PUBLIC KEY') }))
      .optional(),
    port: z.int().optional(),
    s3Endpoint: z.string().nullish(),
    s3Region: z.string().nullish(),
    s3AccessKeyId: z.string().nullish(),
    s3SecretAccessKey: z.string().nullish(),
    /** Each as EngineLimits says. */
    limits: z
      .strictObject({
        memory: z.string(),
        spill: z.string(),
        statementSeconds: z.number().positive(),
        lockSeconds: z.number().positive(),
        statementBytes: z.int().positive(),
        memoryResultBytes: z.int().positive(),
        resultBytes: z.int().positive(),
        sessions: z.int().positive(),
      })
      .partial()
      .optional(),
  })
  .parse(JSON.parse(process.env.GLOBALMART_SNOWFLAKE_OPTIONS ?? '{}'));
delete process.env.GLOBALMART_SNOWFLAKE_OPTIONS;

const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'globalmart-snowflake-'));
mkdirSync(dir, { recursive: true, mode: 0o700 });
const engine = await openEngine();
const server = await startSnowflakeServer({
  engine,
  credentials: {
    user: options.user,
    password: options.password,
    oauthTokens: options.oauthTokens ?? [],
    accessTokens: options.accessTokens ?? [],
    identityIssuers: options.identityIssuers ?? [],
  },
  ...(options.port === undefined ? {} : { port: options.port }),
});
announce(engine.database, server.url);
const scheduler = startTaskScheduler(engine);
const purging = startPurging(engine);
const refreshes = startRefreshScheduler(engine);
process.stdout.write(`${JSON.stringify({ url: server.url, account: 'local' })}\n`);

/** A directory that another process holds is the user's to free: no stack trace. */
async function openEngine(): Promise<Engine> {
  const limits = Object.fromEntries(
    Object.entries(options.limits ?? {}).filter(([, value]) => value !== undefined),
  );
  try {
    return await Engine.open({
      dir,
      persistent: options.dir !== null,
      limits,
      ...(options.s3Endpoint == null
        ? {}
        : {
            s3: {
              endpoint: options.s3Endpoint,
              region: options.s3Region ?? '',
              accessKeyId: options.s3AccessKeyId ?? '',
              secretAccessKey: options.s3SecretAccessKey ?? '',
            },
          }),
    });
  } catch (error) {
    if (!(error instanceof DirectoryHeldError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

/** A stop that takes longer is ended by force. */
const STOP_WITHIN_MS = 3000;

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  // Closing DuckDB waits for its threads, and one of them may wait for this thread. What is committed survives the
  // kill (row 38), so a stop that hangs ends all the same; a timer of this thread could not fire.
  new Worker(`setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${STOP_WITHIN_MS})`, {
    eval: true,
  }).unref();
  scheduler.stop();
  purging.stop();
  refreshes.stop();
  await server.close();
  if (options.dir === null) rmSync(dir, { recursive: true, force: true });
  engine.close();
  process.exit(0);
}
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.stdin.once('end', stop);
process.stdin.once('close', stop);
process.stdin.resume();
