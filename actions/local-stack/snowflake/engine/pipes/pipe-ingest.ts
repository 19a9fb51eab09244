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

/** What S3 tells of a new object. */
export interface ObjectCreated {
  bucket: string;
  key: string;
  size: number;
  eTag: string;
}

interface PipeState {
  queue: { file: StagedFile; receivedAt: number }[];
  /** Files of the batch that is being loaded. */
  loading: number;
  running: Promise<void> | null;
  lastIngestedAt: number | null;
  lastIngestedPath: string | null;
  lastReceivedAt: number | null;
}

const states = new WeakMap<Engine, Map<number, PipeState>>();

/** A pipe's queue, in memory: what has not been loaded when the server ends is for ALTER PIPE … REFRESH. */
export function pipeState(engine: Engine, pipeId: number): PipeState {
  const pipes = states.get(engine) ?? new Map<number, PipeState>();
  states.set(engine, pipes);
  const known = pipes.get(pipeId);
  if (known !== undefined) return known;
  const state: PipeState = {
    queue: [],
    loading: 0,
    running: null,
    lastIngestedAt: null,
    lastIngestedPath: null,
    lastReceivedAt: null,
  };
  pipes.set(pipeId, state);
  return state;
}

/** Queues an object for every auto-ingest pipe whose stage, path and PATTERN cover it. Loading goes on by itself. */
export function notifyObjectCreated(engine: Engine, object: ObjectCreated): void {
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
    if (matchPattern([file], copy.pattern, (one) => one.path).length > 0) enqueue(engine, pipe, [file]);
  }
}

export function enqueue(engine: Engine, pipe: PipeRecord, files: StagedFile[]): void {
  const state = pipeState(engine, pipe.id);
  const receivedAt = engine.now();
  state.lastReceivedAt = receivedAt;
  state.queue.push(...files.map((file) => ({ file, receivedAt })));
  drainPipe(engine, pipe.id);
}

/** Loads the queue in its order, batch by batch, unless the pipe is paused. One load a pipe at a time. */
export function drainPipe(engine: Engine, pipeId: number): void {
  const state = pipeState(engine, pipeId);
  if (state.running !== null || state.queue.length === 0) return;
  state.running = drain(engine, pipeId, state)
    .catch((error: unknown) => {
      process.stderr.write(`Pipe ${pipeId}: ${error instanceof Error ? error.stack : error}\n`);
    })
    .finally(() => {
      state.running = null;
    });
}

/** Resolves when no pipe is loading. */
export async function pipesIdle(engine: Engine): Promise<void> {
  const running = (): Promise<void>[] =>
    [...(states.get(engine)?.values() ?? [])].flatMap((state) => state.running ?? []);
  while (running().length > 0) await Promise.all(running());
}

const MAX_BATCH = 1000;

async function drain(engine: Engine, pipeId: number, state: PipeState): Promise<void> {
  // Objects that arrive together are loaded together.
  await new Promise((resolve) => setImmediate(resolve));
  for (;;) {
    const pipe = engine.catalog.get(pipeId);
    if (pipe?.kind !== 'PIPE' || pipe.droppedAt !== null) {
      state.queue.length = 0;
      return;
    }
    if (pipe.paused || state.queue.length === 0) return;
    const batch = state.queue.splice(0, MAX_BATCH);
    state.loading = batch.length;
    try {
      await loadBatch(engine, pipe, batch, state);
    } finally {
      state.loading = 0;
    }
  }
}

async function loadBatch(
  engine: Engine,
  pipe: PipeRecord,
  batch: PipeState['queue'],
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
    const loads = await loadInto(
      pipe,
      batch.map(({ file }) => file),
      received,
      session,
      run,
    );
    for (const { name, status } of loads) {
      if (status === 'LOAD_FAILED') continue;
      state.lastIngestedAt = engine.now();
      state.lastIngestedPath = name;
    }
  } catch (thrown) {
    const error = thrown instanceof SnowflakeError ? thrown : snowflakeErrorFromDuck(thrown);
    if (error === undefined) throw thrown;
    await recordFailure(pipe, batch, received, error, session);
  } finally {
    await session.close();
  }
}

async function loadInto(
  pipe: PipeRecord,
  queued: StagedFile[],
  received: Map<string, number>,
  session: Session,
  run: Run,
): Promise<FileLoad[]> {
  const { engine } = session;
  const statement = parseStatement(pipe.copyText) as CopyIntoTable;
  const plan = planCopy(statement, session, run, { kind: 'skip', limit: 1, percent: false });
  const files = await current(engine, queued);
  const loader: Loader = { tableId: plan.table.id, pipeId: pipe.id };
  return session.transact(async (transaction) => {
    await transaction.lockTable(plan.table.id);
    const known = await loadedFiles(transaction, loader, engine.now());
    const fresh = files.filter((file) => !known.has(fileKey(engine, file)));
    const loads = await loadFiles(plan, fresh, session, run, transaction, true);
    await recordLoads(
      transaction,
      loader,
      stageName(plan.location),
      loads,
      engine.now(),
      (load) => received.get(load.name) ?? null,
    );
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
  batch: PipeState['queue'],
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
  await session.transact((transaction) =>
    recordLoads(
      transaction,
      { tableId: pipe.tableId, pipeId: pipe.id },
      place,
      loads,
      engine.now(),
      (load) => received.get(load.name) ?? null,
    ),
  );
}

function copyPath(copy: CopyIntoTable): string {
  const { source } = copy;
  if (source.kind !== 'query') return source.kind === 'url' ? '' : source.path;
  const from = source.body.kind === 'select' ? source.body.from : null;
  return from?.kind === 'stage' && from.location.kind !== 'url' ? from.location.path : '';
}
