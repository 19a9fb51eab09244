import { UserError } from '../shared/errors.ts';

/** PostgreSQL's `pg_snapshot`: what had been committed when a load read its source. */
export interface Snapshot {
  text: string;
  /** Every transaction below it had ended; those from it on may have been running. 64 bits, epoch included. */
  xmin: bigint;
  /** The first transaction id that had not been given out or not ended. */
  xmax: bigint;
}

/** Parses the text form `xmin:xmax:xip,…`. @throws UserError */
export function parseSnapshot(text: string): Snapshot {
  const match = /^(\d+):(\d+):/.exec(text);
  if (match === null) {
    throw new UserError(`"${text}" is not a snapshot of PostgreSQL`, {
      remedy: 'Run with full-refresh: true to start from a new snapshot.',
    });
  }
  return { text, xmin: BigInt(match[1]!), xmax: BigInt(match[2]!) };
}

/** Whether `left` was taken after `right`: both bounds only grow within one cluster. */
export function isNewer(left: Snapshot, right: Snapshot): boolean {
  return left.xmax > right.xmax || (left.xmax === right.xmax && left.xmin > right.xmin);
}
