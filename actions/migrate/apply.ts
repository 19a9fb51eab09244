import { randomUUID } from 'node:crypto';
import { UserError } from '../shared/errors.ts';
import type { SnowflakeSession, StatementAnswer } from '../shared/snowflake.ts';
import { type FailedStatement, failureOf, isRefusal } from './failure.ts';
import type { MigrationEvent } from './history.ts';
import type { MigrationFile, MigrationStatement } from './migration-files.ts';
import { type PendingMigration, restartAt } from './plan.ts';
import type { MigrationRecorder, NewEvent } from './recorder.ts';
import { beginsTransaction, isDml, setsSession, startsTasks } from './statement-effects.ts';
import { findFate } from './statement-fate.ts';
import { beginTransaction } from './transaction.ts';
import type { WorkSession } from './work-session.ts';

export interface AppliedMigration {
  name: string;
  file: string;
  why: PendingMigration['why'];
  /** Number of statements that this run carried out. */
  statements: number;
  seconds: number;
}

export interface ApplyContext {
  /** Of lock and history. */
  control: SnowflakeSession;
  work: WorkSession;
  recorder: MigrationRecorder;
  database: string;
  runId: string;
  /** Nothing that starts tasks is carried out. */
  holdTasks?: boolean;
  /** Takes the values of secret variables out of a text. */
  hide: (text: string) => string;
  onProgress: (line: string) => void;
}

/**
 * Applies one migration, statement by statement; each is recorded before and after it runs, so that a run that is
 * killed anywhere can be told where to go on. Two or more statements of nothing but INSERT, UPDATE, DELETE and MERGE
 * are one transaction. That the migration is applied, and `alsoDone` with it, is recorded with the next record: the
 * caller makes the last one.
 * @throws MigrationFailedError with file and line of the statement that Snowflake refused
 */
export async function applyMigration(
  pending: PendingMigration,
  context: ApplyContext,
  alsoDone: NewEvent[] = [],
): Promise<AppliedMigration> {
  const { migration } = pending;
  const { recorder, work } = context;
  const started = performance.now();
  const from = await whereToGoOn(pending, context);
  const session = await work.begin(migration);
  for (const statement of migration.statements.slice(0, from - 1)) {
    if (setsSession(statement)) await work.execute(statement);
  }
  const rest = migration.statements.slice(from - 1);
  const begin = pending.why === 'resumed' ? [] : [migrationEvent(migration, 'applying')];
  const done = [migrationEvent(migration, 'applied'), ...alsoDone];
  if (from === 1 && rest.length > 1 && rest.every(isDml)) {
    await recorder.record();
    await applyInTransaction(migration, session, { begin, done }, context);
  } else {
    recorder.later(...begin);
    for (const statement of rest) await applyStatement(migration, statement, context);
    recorder.later(...done);
  }
  return {
    name: migration.name,
    file: migration.file,
    why: pending.why,
    statements: rest.length,
    seconds: Math.round(performance.now() - started) / 1000,
  };
}

async function applyStatement(
  migration: MigrationFile,
  statement: MigrationStatement,
  { recorder, work, runId, holdTasks, hide }: ApplyContext,
): Promise<void> {
  if (holdTasks && startsTasks(statement)) return;
  const begun = startedEvent(migration, statement);
  await recorder.record([begun]);
  try {
    // A transaction of the file's own is named too: what dies with its client must be found.
    const ours = beginsTransaction(statement) ? { ...statement, text: beginTransaction(runId) } : statement;
    recorder.later(doneEvent(begun, await work.execute(ours, begun.queryTag)));
  } catch (error) {
    const failure = failureOf(
      migration,
      statement,
      { error, hide },
      statement.number === 1
        ? 'Nothing of this migration has been applied.'
        : `It goes on at statement ${restartAt(migration, statement.number)}; those before it are done and must stay as they are.`,
    );
    if (isRefusal(error)) await recorder.record(failedEvents(migration, begun, failure.failed));
    throw failure;
  }
}

/** All or nothing: the records are part of the transaction, so they tell whether it was committed. */
async function applyInTransaction(
  migration: MigrationFile,
  session: SnowflakeSession,
  { begin, done }: { begin: NewEvent[]; done: NewEvent[] },
  context: ApplyContext,
): Promise<void> {
  const { recorder, work, runId, hide } = context;
  let current = migration.statements[0]!;
  try {
    const role = migration.directives.role === null ? null : await recorder.role();
    await session.execute(beginTransaction(runId));
    const events = [...begin];
    for (const statement of migration.statements) {
      current = statement;
      const begun = startedEvent(migration, statement);
      events.push(begun, doneEvent(begun, await work.execute(statement, begun.queryTag)));
    }
    // The history belongs to the run's role.
    if (role !== null) await session.execute(`USE ROLE ${role}`);
    await recorder.record([...events, ...done], session);
    await session.execute('COMMIT');
  } catch (error) {
    // Ends the transaction too.
    await work.close();
    if (error instanceof UserError) throw error;
    const failure = failureOf(
      migration,
      current,
      { error, hide },
      'Nothing of this migration has been applied: it is one transaction.',
    );
    if (isRefusal(error)) {
      const begun = startedEvent(migration, current);
      await recorder.record([...begin, ...failedEvents(migration, begun, failure.failed)]);
    }
    throw failure;
  }
}

/** Number of the first statement to run. What became of a statement whose end was never recorded is asked first. */
async function whereToGoOn(pending: PendingMigration, context: ApplyContext): Promise<number> {
  const { uncertain, migration } = pending;
  if (uncertain === null) return restartAt(migration, pending.from);
  const { file } = migration;
  const statement = migration.statements[uncertain.number - 1];
  const line = statement?.line ?? 1;
  const place = `${file}:${line}`;
  const { queryTag, at } = uncertain;
  const lost = { queryTag, at, place, file, line };
  const fate = await findFate(context.control, context.database, lost, context.onProgress);
  if (!fate.ran) return restartAt(migration, pending.from);
  context.onProgress(
    `${place}: statement ${uncertain.number} had run before the last run ended (query ${fate.queryId})`,
  );
  if (statement?.checksum !== uncertain.checksum) {
    throw new UserError(`${place}: statement ${uncertain.number} ran at ${at} and was edited afterwards`, {
      location: { file, line },
      remedy: 'Restore this statement as it was; only statements that have not run may change.',
    });
  }
  context.recorder.later({
    ...startedEvent(migration, statement),
    queryTag,
    status: 'done',
    queryId: fate.queryId,
  });
  return restartAt(migration, statement.number + 1);
}

export function migrationEvent(
  migration: Pick<MigrationFile, 'name' | 'version' | 'checksum'>,
  status: MigrationEvent['status'],
): NewEvent {
  const { name, version, checksum } = migration;
  return { migration: name, version, statement: 0, status, checksum };
}

function startedEvent(migration: MigrationFile, statement: MigrationStatement) {
  return {
    migration: migration.name,
    version: migration.version,
    statement: statement.number,
    status: 'started',
    checksum: statement.checksum,
    line: statement.line,
    queryTag: `migrate ${migration.name} ${statement.number} ${randomUUID()}`,
  } satisfies NewEvent;
}

function doneEvent(begun: NewEvent, { queryId, rowsAffected }: StatementAnswer): NewEvent {
  return { ...begun, status: 'done', queryId, rowsAffected };
}

function failedEvents(
  migration: MigrationFile,
  begun: NewEvent,
  { line, queryId, error }: FailedStatement,
): NewEvent[] {
  const facts = { line, queryId: queryId ?? undefined, error };
  return [
    { ...begun, ...facts, status: 'failed' },
    { ...migrationEvent(migration, 'failed'), ...facts },
  ];
}
