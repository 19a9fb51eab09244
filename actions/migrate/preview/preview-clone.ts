import { messageOf, UserError } from '../../shared/errors.ts';
import { SnowflakeSession, type SnowflakeSettings, SnowflakeStatementError } from '../../shared/snowflake.ts';
import { type Token, tokenize } from '../../shared/sql/lexer.ts';
import { nameParts } from '../effects/name-scope.ts';
import { historyTables } from '../history.ts';
import { type MigrateOptions, type MigrateReport, migrate } from '../migrate.ts';
import { type MigrationFile, readMigrations } from '../migration-files.ts';
import { type Problem, refuseProblems } from '../problem.ts';
import { requireDataTests } from './data-tests.ts';

export interface CloneOptions extends MigrateOptions {
  settings: SnowflakeSettings;
  /** Letters, digits and underscores that make the clone's name this run's own, such as `PR_12`. */
  suffix: string;
}

/**
 * Applies the pending migrations to a zero-copy clone of the database, runs the data tests there, and drops it:
 * whatever happens, a signal that ends the process included. Nothing of the database itself changes; tasks of the
 * clone stay suspended.
 * @throws what `migrate` throws; UserError for a data test that finds rows
 */
export async function previewOnClone(options: CloneOptions): Promise<MigrateReport> {
  const { database, directory, settings, onProgress = () => undefined } = options;
  const clone = cloneName(database, options.suffix);
  const variables = { ...options.variables, database: clone };
  const read = readMigrations(directory, variables, options);
  refuseProblems([...read.problems, ...read.migrations.flatMap((file) => reachesOut(file, database))]);
  // Open all the time: a signal leaves no time to sign in.
  await using keeper = await SnowflakeSession.open(settings);
  let making: Promise<void> | undefined;
  const drop = async (): Promise<void> => {
    // Dropped before it is made, it would stay. That it could not be made is told where it is waited for.
    await making?.catch(() => undefined);
    await keeper.execute(`DROP DATABASE IF EXISTS ${clone}`);
    onProgress(`the clone ${clone} is dropped`);
  };
  const stop = dropWhenStopped(drop, onProgress);
  try {
    making = makeClone(keeper, database, clone);
    await making;
    onProgress(`${clone} is a clone of ${database}`);
    const { lock } = historyTables(clone);
    await freeLock(keeper, lock);
    const report = await migrate({
      ...options,
      mode: 'apply',
      database: clone,
      variables,
      holdTasks: true,
    });
    await using session = await SnowflakeSession.open({ ...settings, database: clone });
    await requireDataTests(session, { directory, variables, onProgress });
    return report;
  } finally {
    stop();
    await drop();
  }
}

async function makeClone(session: SnowflakeSession, database: string, clone: string): Promise<void> {
  try {
    // What a run of the same name left when its machine was lost.
    await session.execute(`CREATE OR REPLACE DATABASE ${clone} CLONE ${database}`);
  } catch (error) {
    if (!(error instanceof SnowflakeStatementError)) throw error;
    throw new UserError(`${database} could not be cloned to ${clone}: ${error.message}`, {
      remedy: `The role needs CREATE DATABASE on the account and USAGE on ${database}.`,
      cause: error,
    });
  }
}

/** A run that held the lock when the database was cloned does not run in the clone. */
async function freeLock(session: SnowflakeSession, lock: string): Promise<void> {
  try {
    await session.execute(`UPDATE ${lock} SET RUN_ID = NULL`);
  } catch (error) {
    // No migration has run yet: there is no history.
    if (!(error instanceof SnowflakeStatementError) || error.code !== '002003') throw error;
  }
}

/** The clone's name, as SQL writes it. */
function cloneName(database: string, suffix: string): string {
  if (!/^[A-Za-z0-9_]{1,60}$/.test(suffix)) {
    throw new UserError(`"${suffix}" cannot be a part of a clone's name`, {
      remedy: 'Use letters, digits and underscores, 60 at most.',
    });
  }
  const name = `${nameParts(database)[0] ?? ''}_PREVIEW_${suffix.toUpperCase()}`;
  return `"${name.replaceAll('"', '""')}"`;
}

/** Names with the database in them would leave the clone. */
function reachesOut({ file, statements }: MigrationFile, database: string): Problem[] {
  const name = nameParts(database)[0] ?? '';
  return statements
    .filter(({ text }) =>
      tokenize(text).some((token, at, all) => namesDatabase(name, token, all[at - 1], all[at + 1])),
    )
    .map(({ line, column, number }) => ({
      file,
      line,
      column,
      message: `statement ${number} names the database ${database} itself: on a clone it would reach the original`,
      remedy: 'Leave the database out, or write {{ database }}.',
    }));
}

function namesDatabase(
  name: string,
  token: Token,
  before: Token | undefined,
  after: Token | undefined,
): boolean {
  if (token.kind === 'string') return token.value.toUpperCase().includes(`${name.toUpperCase()}.`);
  if ((token.kind !== 'word' && token.kind !== 'quoted') || token.value !== name) return false;
  return after?.value === '.' || before?.value === 'DATABASE' || before?.value === 'USE';
}

/**
 * Drops the clone when the process is told to end, then lets it end as it would have. A second signal changes nothing:
 * GitHub's runner sends SIGINT and, 7.5 seconds later, SIGTERM before it kills.
 */
function dropWhenStopped(drop: () => Promise<void>, say: (line: string) => void): () => void {
  let isDropping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isDropping) return;
    isDropping = true;
    say(`${signal}: the clone is dropped first`);
    drop()
      .catch((error: unknown) => say(`the clone could not be dropped: ${messageOf(error)}`))
      .finally(() => {
        stop();
        process.kill(process.pid, signal);
      });
  };
  const stop = (): void => {
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  return stop;
}
