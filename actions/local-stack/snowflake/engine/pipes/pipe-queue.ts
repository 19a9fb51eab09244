import { quote } from '../database.ts';
import type { Engine } from '../engine.ts';
import type { StagedFile } from '../stages/stage-files.ts';

/** A file that a pipe was told of and has not dealt with. */
export interface QueuedFile {
  id: string;
  file: StagedFile;
  /** Microseconds since 1970. */
  receivedAt: number;
}

/** What a pipe does now. The queue is on disk too, in `catalog.pipe_queue`. */
export interface PipeState {
  queue: QueuedFile[];
  /** Files on their way into the queue. */
  arriving: Set<Promise<void>>;
  /** Files of the batch that is being loaded. */
  loading: number;
  running: Promise<void> | null;
  lastIngestedAt: number | null;
  lastIngestedPath: string | null;
  lastReceivedAt: number | null;
  /** Why the last batch could not be loaded at all. */
  error: string | null;
  errorAt: number | null;
}

const states = new WeakMap<Engine, Map<number, PipeState>>();

export function pipeState(engine: Engine, pipeId: number): PipeState {
  const pipes = states.get(engine) ?? new Map<number, PipeState>();
  states.set(engine, pipes);
  const known = pipes.get(pipeId);
  if (known !== undefined) return known;
  const state: PipeState = {
    queue: [],
    arriving: new Set(),
    loading: 0,
    running: null,
    lastIngestedAt: null,
    lastIngestedPath: null,
    lastReceivedAt: null,
    error: null,
    errorAt: null,
  };
  pipes.set(pipeId, state);
  return state;
}

export function pipeStates(engine: Engine): PipeState[] {
  return [...(states.get(engine)?.values() ?? [])];
}

/** Creates the table of queues, and takes up what an earlier process left in it. Gives the pipes that have files. */
export async function loadPipeQueues(engine: Engine): Promise<number[]> {
  await engine.connection.run(
    'CREATE TABLE IF NOT EXISTS catalog.pipe_queue (id VARCHAR, pipe_id BIGINT, received_at BIGINT, file VARCHAR)',
  );
  const reader = await engine.connection.runAndReadAll(
    'SELECT id, pipe_id, received_at, file FROM catalog.pipe_queue ORDER BY received_at, rowid',
  );
  const pipes = new Set<number>();
  for (const [id, pipeId, receivedAt, file] of reader.getRowsJS()) {
    pipes.add(Number(pipeId));
    pipeState(engine, Number(pipeId)).queue.push({
      id: String(id),
      file: JSON.parse(String(file)) as StagedFile,
      receivedAt: Number(receivedAt),
    });
  }
  return [...pipes];
}

export async function keepQueued(engine: Engine, pipeId: number, files: QueuedFile[]): Promise<void> {
  if (files.length === 0) return;
  const rows = files.map(
    ({ id, file, receivedAt }) => `(${quote(id)}, ${pipeId}, ${receivedAt}, ${quote(JSON.stringify(file))})`,
  );
  await engine.connection.run(`INSERT INTO catalog.pipe_queue VALUES ${rows.join(', ')}`);
}

/** DuckDB SQL that takes files off the queue, for the transaction that has dealt with them. */
export function dequeueSql(files: QueuedFile[]): string {
  return `DELETE FROM catalog.pipe_queue WHERE id IN (${files.map(({ id }) => quote(id)).join(', ')})`;
}
