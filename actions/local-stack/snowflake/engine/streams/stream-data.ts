import type { Engine } from '../engine.ts';
import type { StreamRecord } from '../objects.ts';

/** A table that a stream reads, and the version up to which it has read it. */
export interface StreamPosition {
  tableId: number;
  offset: number;
}

/** All tables of a stream, the first one first. */
export function positionsOf({ tableId, offset, joined }: StreamRecord): StreamPosition[] {
  return [{ tableId, offset }, ...(joined ?? [])];
}

/** Whether anything was committed since the stream's offset: never false when the stream has data. */
export function mayHaveData(stream: StreamRecord, engine: Engine): boolean {
  if (stream.initialRows) return true;
  return positionsOf(stream).some(({ tableId, offset }) => engine.committedVersion(tableId) > offset);
}
