import type { PostgresTable } from './pipeline.ts';

/** Where the keys of a table with `deletes: reconcile` go. */
export interface KeyTable {
  /** Its name in the lake. */
  table: string;
  /** SCHEMA.NAME of the bronze table. */
  target: string;
  /** SCHEMA.NAME of the pipe that fills it. */
  pipe: string;
}

/**
 * The watermark's column of a key set: the source's time at its start, as fixed-width UTC text, which sorts as it
 * passed. It is a column of the rows too, so that those of an earlier try are told apart.
 */
export const READ_AT = '_read_at';

export function keyTableOf({
  name,
  target,
  pipe,
}: Pick<PostgresTable, 'name' | 'target' | 'pipe'>): KeyTable {
  const keysPipe = pipe.endsWith('_PIPE') ? `${pipe.slice(0, -'_PIPE'.length)}_KEYS_PIPE` : `${pipe}_KEYS`;
  return { table: `${name}__keys`, target: `${target}_KEYS`, pipe: keysPipe };
}
