import type { AlterPipe, CopyIntoTable, CreatePipe } from '../../../../shared/sql/ast.ts';
import { parseStatement } from '../../../../shared/sql/parse.ts';
import {
  alreadyExists,
  compilationError,
  doesNotExist,
  notSupportedHere,
} from '../../../../shared/sql/snowflake-error.ts';
import { type CopyPlan, planCopy } from '../copy/copy-plan.ts';
import { fileKey, type Loader, loadedFiles } from '../copy/load-history.ts';
import { columns, text } from '../dml/rows-relation.ts';
import { formatName, requireSchema, resolveName } from '../names.ts';
import { booleanProperty, requireKnown, stringProperty } from '../objects/properties.ts';
import type { PipeRecord } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { listFiles, matchPattern, type StagedFile } from '../stages/stage-files.ts';
import type { Transaction } from '../transaction.ts';
import { drainPipe, enqueue } from './pipe-ingest.ts';

export { notifyObjectCreated } from './pipe-ingest.ts';

/** Copy options that have no place in a pipe. Source: docs.snowflake.com, CREATE PIPE, usage notes. */
const NOT_IN_PIPES = ['PURGE', 'FORCE', 'SIZE_LIMIT', 'VALIDATION_MODE', 'RETURN_FAILED_ONLY'];
const PIPE_PROPERTIES = ['AUTO_INGEST', 'ERROR_INTEGRATION', 'AWS_SNS_TOPIC', 'INTEGRATION', 'COMMENT'];

/** CREATE PIPE. The names in its COPY are found from the pipe's own database and schema. */
export async function createPipe(
  statement: CreatePipe,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const name = resolveName(statement.name, session, run);
  requireSchema(session, name);
  if (statement.orAlter) throw notSupportedHere('CREATE OR ALTER PIPE', statement.start);
  requireKnown(statement.properties, PIPE_PROPERTIES, 'PIPE');
  const { engine } = session;
  const existing = engine.catalog.find(['PIPE'], name.database, name.schema, name.name);
  if (existing !== undefined && statement.ifNotExists) {
    return statusResult(`${name.name} already exists, statement succeeded.`);
  }
  if (existing !== undefined && !statement.orReplace)
    throw alreadyExists(formatName(name), statement.name.start);
  const plan = checkedPlan(statement.copy, { ...name }, session, run);
  const autoIngest = booleanProperty(statement.properties, 'AUTO_INGEST') ?? false;
  if (autoIngest && plan.location.root.kind !== 's3')
    throw notSupportedHere('AUTO_INGEST = TRUE on an internal stage', statement.start);
  const record: PipeRecord = {
    kind: 'PIPE',
    id: engine.catalog.nextId(),
    ...name,
    createdAt: run.startedAt,
    droppedAt: null,
    owner: session.role,
    comment: statement.comment ?? '',
    copyText: statement.copyText,
    autoIngest,
    paused: false,
    tableId: plan.table.id,
    stageId: plan.location.stage?.id ?? 0,
    errorIntegration: stringProperty(statement.properties, 'ERROR_INTEGRATION') ?? null,
  };
  await session.define(async (transaction) => {
    if (existing !== undefined) {
      // The history goes with the pipe. Source: docs.snowflake.com, "Managing Snowpipe", Recreating pipes.
      await transaction.forget(existing.id);
      await transaction.run(`DELETE FROM catalog.pipe_loads WHERE pipe_id = ${existing.id}`);
      await transaction.run(`DELETE FROM catalog.pipe_queue WHERE pipe_id = ${existing.id}`);
    }
    await transaction.save(record);
  });
  return statusResult(`Pipe ${name.name} successfully created.`);
}

/** ALTER PIPE … SET | UNSET | REFRESH. */
export async function alterPipe(statement: AlterPipe, session: Session, run: Run): Promise<StatementResult> {
  const name = resolveName(statement.name, session, run);
  const { engine } = session;
  const found = engine.catalog.find(['PIPE'], name.database, name.schema, name.name);
  if (found === undefined) {
    if (statement.ifExists) return statusResult('Statement executed successfully.');
    throw doesNotExist('Pipe', formatName(name), statement.name.start);
  }
  const { action } = statement;
  if (action.kind === 'refresh') return refresh(found, action, session, run);
  const record = structuredClone(found);
  if (action.kind === 'set') {
    requireKnown(action.properties, ['PIPE_EXECUTION_PAUSED', 'COMMENT', 'ERROR_INTEGRATION'], 'PIPE');
    record.paused = booleanProperty(action.properties, 'PIPE_EXECUTION_PAUSED') ?? record.paused;
    if (!record.paused) delete record.isClone;
    record.comment = stringProperty(action.properties, 'COMMENT') ?? record.comment;
    record.errorIntegration =
      stringProperty(action.properties, 'ERROR_INTEGRATION') ?? record.errorIntegration;
  } else {
    for (const property of action.names) {
      if (property === 'COMMENT') record.comment = '';
      else if (property === 'PIPE_EXECUTION_PAUSED') record.paused = false;
      else if (property === 'ERROR_INTEGRATION') record.errorIntegration = null;
      else throw notSupportedHere(`ALTER PIPE UNSET ${property}`, statement.start);
    }
  }
  await session.define((transaction) => transaction.save(record));
  if (!record.paused) drainPipe(engine, record.id);
  return statusResult('Statement executed successfully.');
}

/** SYSTEM$PIPE_FORCE_RESUME: a stopped or paused pipe runs again. */
export async function forceResume(
  pipe: PipeRecord,
  session: Session,
  transaction: Transaction,
): Promise<void> {
  const { isClone: _, ...rest } = (transaction.current(pipe.id) ?? pipe) as PipeRecord;
  await transaction.save({ ...rest, paused: false });
  transaction.afterCommit(() => drainPipe(session.engine, pipe.id));
}

const DAY = 86_400_000_000;

/** Queues what the stage holds from the last 7 days and the pipe has not loaded. */
async function refresh(
  pipe: PipeRecord,
  { prefix, modifiedAfter }: Extract<AlterPipe['action'], { kind: 'refresh' }>,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const { engine } = session;
  const statement = parseStatement(pipe.copyText) as CopyIntoTable;
  const { location } = checkedPlan(statement, pipe, session, run);
  const after = modifiedAfter === null ? null : Date.parse(modifiedAfter) * 1000;
  if (after !== null && Number.isNaN(after)) {
    throw compilationError(
      '001021',
      '22023',
      `invalid value [${modifiedAfter}] for parameter 'MODIFIED_AFTER'`,
    );
  }
  const since = Math.max(engine.now() - 7 * DAY, after ?? 0);
  const below = location.path === '' || location.path.endsWith('/') ? location.path : `${location.path}/`;
  const listed = await listFiles(engine, location);
  const known = await session.transact((transaction) => alreadyLoaded(pipe, transaction));
  const matching = matchPattern(listed, statement.pattern, (file) => file.path).filter(
    (file) => file.lastModified > since && (prefix === null || file.path.startsWith(below + prefix)),
  );
  const files = matching.filter((file) => !known(file)).sort((a, b) => a.lastModified - b.lastModified);
  await session.define(async () => undefined);
  await enqueue(engine, pipe, files);
  return {
    columns: columns({ File: text, Status: text }),
    rows: files.map((file) => [file.path, 'SENT']),
    type: 'DDL',
    rowsAffected: 0,
  };
}

/** Files that the pipe or the table's own COPY has loaded. Source: docs.snowflake.com, "Managing Snowpipe", Loading historic data. */
async function alreadyLoaded(
  pipe: PipeRecord,
  transaction: Transaction,
): Promise<(file: StagedFile) => boolean> {
  const { engine } = transaction;
  const loaders: Loader[] = [null, pipe.id].map((pipeId) => ({ tableId: pipe.tableId, pipeId }));
  const known = await Promise.all(
    loaders.map(async (loader) => ({ loader, keys: await loadedFiles(transaction, loader, engine.now()) })),
  );
  return (file) => known.some(({ loader, keys }) => keys.has(fileKey(engine, loader, file)));
}

/** @throws SnowflakeError for a COPY that a pipe cannot have */
function checkedPlan(
  copy: CopyIntoTable,
  namespace: { database: string | null; schema: string | null },
  session: Session,
  run: Run,
): CopyPlan {
  const refused = copy.options.find((option) => NOT_IN_PIPES.includes(option.name));
  const refuse = (what: string): Error =>
    compilationError(
      '002099',
      '0A000',
      `${what} is not supported in the COPY statement of a pipe.`,
      copy.start,
    );
  if (refused !== undefined) throw refuse(refused.name);
  if (copy.files.length > 0) throw refuse('FILES');
  // Resolved as the pipe itself will resolve it later.
  const { database, schema } = session;
  Object.assign(session, { database: namespace.database, schema: namespace.schema });
  let plan: CopyPlan;
  try {
    plan = planCopy(copy, session, run, { kind: 'skip', limit: 1, percent: false });
  } finally {
    Object.assign(session, { database, schema });
  }
  if (plan.options.onError.kind === 'abort') throw refuse('ON_ERROR = ABORT_STATEMENT');
  if (plan.location.name === '@~') throw refuse('A user stage');
  return plan;
}
