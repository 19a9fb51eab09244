import { UserError } from '../shared/errors.ts';

/** Watches how long a snapshot is held: meanwhile the source keeps every row version that it may show. */
export interface SnapshotAge {
  /** @throws UserError when it was held for too long */
  check(): void;
  end(): void;
}

const MINUTE_MS = 60_000;

/**
 * Says at half of the time that the snapshot is old; calls `stop` at the end of it.
 * @param openedAt as performance.now()
 */
export function watchSnapshotAge(
  openedAt: number,
  limitMinutes: number,
  { note, stop }: { note: (line: string) => void; stop: () => void },
): SnapshotAge {
  let isOver = false;
  const remedy =
    'Read with more connections ("parallelism"), in several jobs (mode plan) or from a standby, or raise maxSnapshotMinutes.';
  const inMs = (minutes: number): number => Math.max(0, openedAt + minutes * MINUTE_MS - performance.now());
  const warning = setTimeout(
    () => {
      note(
        `the snapshot is ${limitMinutes / 2} minutes old, and the source keeps old row versions for it; at ${limitMinutes} minutes the run stops. ${remedy}`,
      );
    },
    inMs(limitMinutes / 2),
  );
  const end = setTimeout(() => {
    isOver = true;
    stop();
  }, inMs(limitMinutes));
  return {
    check: () => {
      if (!isOver) return;
      throw new UserError(
        `the snapshot was held for ${limitMinutes} minutes (maxSnapshotMinutes): the open tables are not committed`,
        { remedy },
      );
    },
    end: () => {
      clearTimeout(warning);
      clearTimeout(end);
    },
  };
}
