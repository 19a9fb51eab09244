import { randomUUID } from 'node:crypto';
import type { CopyIntoTable } from '../../../../shared/sql/ast.ts';
import { parseStatement } from '../../../../shared/sql/parse.ts';
import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { snowflakeErrorFromDuck } from '../../bind/runtime-error.ts';
import { loaded, loadFiles } from '../copy/copy-load.ts';
import { planCopy } from '../copy/copy-plan.ts';
import {
  type FileLoad,
  fileKey,
  type Loader,
  loadedFiles,
  recordLoads,
  stageName,
} from '../copy/load-history.ts';
import { type Engine, newQueryId } from '../engine.ts';
import type { PipeRecord } from '../objects.ts';
import type { Run, Session } from '../session.ts';
import { listFiles, matchPattern, type StagedFile } from '../stages/stage-files.ts';
import { stageLocation } from '../stages/stage-location.ts';
import {
  dequeueSql,
  keepQueued,
  type PipeState,
  pipeState,
  pipeStates,
  type QueuedFile,
} from './pipe-queue.ts';

/** What S3 tells of a new object. */
export interface ObjectCreated {
  bucket: string;
  key: string;
  size: number;
  eTag: string;
}

/** Queues an object for every auto-ingest pipe whose stage, path and PATTERN cover it. Loading goes on by itself. */
export async function notifyObjectCreated(engine: Engine, object: ObjectCreated): Promise<void> {
  const kept: Promise<void>[] = [];
  for (const pipe of engine.catalog.list('PIPE')) {
    if (!pipe.autoIngest) continue;
    const stage = engine.catalog.get(pipe.stageId);
    if (stage?.kind !== 'STAGE' || stage.droppedAt !== null) continue;
    const copy = parseStatement(pipe.copyText) as CopyIntoTable;
    const { root, path } = stageLocation(engine, stage, copyPath(copy));
    if (root.kind !== 's3' || root.bucket !== object.bucket) continue;
    if (!object.key.startsWith(root.prefix + path)) continue;
    const file: StagedFile = {
      name: `s3://${object.bucket}/${object.key}`,
      path: object.key.slice(root.prefix.length),
      metadataName: object.key,
      size: object.size,
      etag: object.eTag.replaceAll('"', ''),
      lastModified: engine.now(),
      source: { kind: 's3', bucket: object.bucket, key: object.key },
    };
    // Unlike COPY, a pipe applies PATTERN to what follows the stage's own URL.
    if (matchPattern([file], copy.pattern, (one) => one.path).length > 0)
      kept.push(enqueue(engine, pipe, [file]));
  }
  await Promise.all(kept);
}

/** Queues files for a pipe; resolves when they are on disk, so that no end of the server loses them. */
export async function enqueue(engine: Engine, pipe: PipeRecord, files: StagedFile[]): Promise<void> {
  const state = pipeState(engine, pipe.id);
  const receivedAt = engine.now();
  state.lastReceivedAt = receivedAt;
  const queued = files.map((file): QueuedFile => ({ id: randomUUID(), file, receivedAt }));
  const kept = keepQueued(engine, pipe.id, queued);
  state.arriving.add(kept);
  try {
    await kept;
  } finally {
    state.arriving.delete(kept);
  }
  state.queue.push(...queued);
  drainPipe(engine, pipe.id);
}

/** Loads the queue in its order, batch by batch, unless the pipe is paused. One load a pipe at a time. */
export function drainPipe(engine: Engine, pipeId: number): void {
  const state = pipeState(engine, pipeId);
  if (state.running !== null || state.queue.length === 0) return;
  state.running = drain(engine, pipeId, state)
    .catch((error: unknown) => {
      process.stderr.write(
        `Pipe ${pipeId}: ${error instanceof SnowflakeError ? error.message : error instanceof Error ? error.stack : error}\n`,
      );
    })
    .finally(() => {
      state.running = null;
    });
}

/** Resolves when no pipe is loading and no file is on its way to one. */
export async function pipesIdle(engine: Engine): Promise<void> {
  const busy = (): Promise<void>[] =>
    pipeStates(engine).flatMap((state) => [
      ...state.arriving,
      ...(state.running === null ? [] : [state.running]),
    ]);
  while (busy().length > 0) await Promise.allSettled(busy());
}

/** The stage's storage does not answer: no fault of the files. */
const STAGE_AWAY = '091003';
const MAX_BATCH = 1000;

async function drain(engine: Engine, pipeId: number, state: PipeState): Promise<void> {
  // Objects that arrive together are loaded together.
  await new Promise((resolve) => setImmediate(resolve));
  for (;;) {
    const pipe = engine.catalog.get(pipeId);
    if (pipe?.kind !== 'PIPE' || pipe.droppedAt !== null) {
      state.queue.length = 0;
      await engine.connection.run(`DELETE FROM catalog.pipe_queue WHERE pipe_id = ${pipeId}`);
      return;
    }
    if (pipe.paused || pipe.isClone === true || state.queue.length === 0) return;
    const batch = state.queue.splice(0, MAX_BATCH);
    state.loading = batch.length;
    try {
      await loadBatch(engine, pipe, batch, state);
    } catch (error) {
      // Not the files' fault (S3 is away): they stay, and the next event or REFRESH tries them again.
      state.queue.unshift(...batch);
      state.error = error instanceof Error ? error.message : String(error);
      state.errorAt = engine.now();
      throw error;
    } finally {
      state.loading = 0;
    }
  }
}

async function loadBatch(
  engine: Engine,
  pipe: PipeRecord,
  batch: QueuedFile[],
  state: PipeState,
): Promise<void> {
  const session = await engine.openSession({
    id: `pipe-${pipe.id}`,
    user: 'SYSTEM',
    role: pipe.owner,
    database: pipe.database,
    schema: pipe.schema,
  });
  const run: Run = {
    queryId: newQueryId(),
    text: pipe.copyText,
    binds: [],
    describeOnly: false,
    startedAt: engine.now(),
  };
  const received = new Map(batch.map(({ file, receivedAt }) => [file.name, receivedAt]));
  try {
    const loads = await loadInto(pipe, batch, received, session, run);
    state.error = null;
    for (const { name, status } of loads) {
      if (status === 'LOAD_FAILED') continue;
      state.lastIngestedAt = engine.now();
      state.lastIngestedPath = name;
    }
  } catch (thrown) {
    const error = thrown instanceof SnowflakeError ? thrown : snowflakeErrorFromDuck(thrown);
    if (error === undefined || error.code === STAGE_AWAY) throw thrown;
    state.error = error.message;
    state.errorAt = engine.now();
    await recordFailure(pipe, batch, received, error, session);
  } finally {
    await session.close();
  }
}

async function loadInto(
  pipe: PipeRecord,
  batch: QueuedFile[],
  received: Map<string, number>,
  session: Session,
  run: Run,
): Promise<FileLoad[]> {
  const { engine } = session;
  const statement = parseStatement(pipe.copyText) as CopyIntoTable;
  const plan = planCopy(statement, session, run, { kind: 'skip', limit: 1, percent: false });
  const files = await current(
    engine,
    batch.map(({ file }) => file),
  );
  const loader: Loader = { tableId: plan.table.id, pipeId: pipe.id };
  return session.transact(async (transaction) => {
    await transaction.lockTable(plan.table.id);
    const known = await loadedFiles(transaction, loader, engine.now());
    const fresh = files.filter((file) => !known.has(fileKey(engine, loader, file)));
    const loads = await loadFiles(plan, fresh, session, run, transaction, true);
    await recordLoads(
      transaction,
      loader,
      stageName(plan.location),
      loads,
      engine.now(),
      (load) => received.get(load.name) ?? null,
    );
    await transaction.run(dequeueSql(batch));
    return loads;
  });
}

/** The objects as they are now: an event may be older than what is there, and may come twice. */
async function current(engine: Engine, queued: StagedFile[]): Promise<StagedFile[]> {
  const files = new Map<string, StagedFile>();
  for (const file of queued) {
    if (files.has(file.name)) continue;
    if (file.source.kind === 'file') {
      files.set(file.name, file);
      continue;
    }
    const { bucket, key } = file.source;
    const listed = await listFiles(engine, {
      root: { kind: 's3', bucket, prefix: '' },
      stage: null,
      path: key,
      label: '',
      metadataPrefix: '',
      fileFormat: null,
      copyOptions: {},
      name: '',
    });
    const found = listed.find((one) => one.path === key);
    if (found !== undefined) files.set(file.name, { ...found, path: file.path });
  }
  return [...files.values()];
}

/** A batch that could not be loaded at all stays in COPY_HISTORY with its reason. */
async function recordFailure(
  pipe: PipeRecord,
  batch: QueuedFile[],
  received: Map<string, number>,
  error: SnowflakeError,
  session: Session,
): Promise<void> {
  const { engine } = session;
  const loads = batch.map(
    ({ file }): FileLoad => ({
      ...loaded(file, 0, 1),
      status: 'LOAD_FAILED',
      errorsSeen: 1,
      firstError: { message: error.message, line: 1, character: null, column: null },
    }),
  );
  const stage = engine.catalog.get(pipe.stageId);
  const place = stage?.kind === 'STAGE' ? stageName(stageLocation(engine, stage, '')) : '';
  await session.transact(async (transaction) => {
    await recordLoads(
      transaction,
      { tableId: pipe.tableId, pipeId: pipe.id },
      place,
      loads,
      engine.now(),
      (load) => received.get(load.name) ?? null,
    );
    await transaction.run(dequeueSql(batch));
  });
}

function copyPath(copy: CopyIntoTable): string {
  const { source } = copy;
  if (source.kind !== 'query') return source.kind === 'url' ? '' : source.path;
  const from = source.body.kind === 'select' ? source.body.from : null;
  return from?.kind === 'stage' && from.location.kind !== 'url' ? from.location.path : '';
}
