import { UserError } from '../shared/errors.ts';
import { loadPrefix, tablePrefix } from '../shared/lake.ts';
import type { Manifest, ManifestPart } from '../shared/manifest.ts';
import type { SnowflakeSession } from '../shared/snowflake.ts';
import { type FileAttempt, isKey, readCopyHistory } from './copy-history.ts';
import { type Patience, startWait } from './patience.ts';
import { countRows } from './reconcile.ts';
import { run } from './statement.ts';

/** A load and where it goes; names with their database. */
export interface AwaitedLoad {
  manifest: Manifest;
  table: string;
  pipe: string;
  /** When the run began, in milliseconds since 1970 by Snowflake's clock. */
  startedAt: number;
}

/** What is known of a part that is not in bronze yet. */
interface MissingPart {
  part: ManifestPart;
  /** The newest attempt at this file, if any: it failed, or it loaded another version of the file. */
  last: FileAttempt | undefined;
}

/**
 * Waits until the copy history has every part of the manifest with its size and rows. When nothing has come for a
 * while the pipe is told to look for the files, because notifications can be lost; that also tries a file again that
 * failed before this run. Parts without rows are not waited for.
 * @throws UserError when a file failed to load, or when files are still missing at the deadline
 */
export async function awaitFiles(
  session: SnowflakeSession,
  load: AwaitedLoad,
  patience: Patience,
  note: (line: string) => void,
): Promise<void> {
  const { manifest, table, startedAt } = load;
  const below = loadPrefix(manifest).slice(tablePrefix(manifest).length);
  const wait = startWait(patience, note);
  let parts = manifest.parts.filter((part) => part.rows > 0);
  let refreshed: { found: number } | undefined;
  for (let first = true; parts.length > 0; first = false) {
    const attempts = await readCopyHistory(session, table, below);
    let missing = parts.flatMap((part) => missingPart(part, attempts));
    if (first) missing = await withoutOlder(session, load, missing);
    if (missing.length < parts.length) wait.changed();
    parts = missing.map(({ part }) => part);
    if (parts.length === 0) return;

    const failed = missing.find(({ last }) => last !== undefined && last.status !== 'Loaded');
    const isSettled = refreshed !== undefined && wait.unchanged() >= patience.settleMs;
    if (failed?.last && (failed.last.endedAt > startedAt || isSettled)) {
      throw failedFile(table, failed.part, failed.last);
    }
    if (wait.expired() || (isSettled && refreshed?.found === 0)) throw missingFiles(load, missing, refreshed);
    if (refreshed === undefined && (failed !== undefined || wait.unchanged() >= patience.graceMs)) {
      note(`${table}: ${parts.length} files have not come; telling ${load.pipe} to look for them`);
      refreshed = { found: await refreshPipe(session, load.pipe, below, parts) };
      wait.changed();
    }
    const total = manifest.parts.length;
    await wait.next(() => `${table}: ${total - parts.length} of ${total} files are in bronze`);
  }
}

/** Nothing when the part has been loaded as the manifest has it: same size, same rows. */
function missingPart(part: ManifestPart, attempts: FileAttempt[]): MissingPart[] {
  const mine = attempts.filter(({ path }) => isKey(path, part.key));
  const isLoaded = mine.some(
    ({ status, rows, bytes }) => status === 'Loaded' && rows === part.rows && bytes === part.bytes,
  );
  if (isLoaded) return [];
  return [{ part, last: mine.filter(({ status }) => status !== 'Load in progress').at(-1) }];
}

/** Files that were loaded longer ago than the history goes back are known by their rows. */
async function withoutOlder(
  session: SnowflakeSession,
  { manifest, table }: AwaitedLoad,
  missing: MissingPart[],
): Promise<MissingPart[]> {
  if (missing.every(({ last }) => last !== undefined)) return missing;
  const counts = await countRows(session, table, manifest.loadId);
  return missing.filter(
    ({ part, last }) =>
      last !== undefined ||
      !counts.some(({ file, distinct }) => isKey(file, part.key) && distinct === part.rows),
  );
}

/**
 * ALTER PIPE … REFRESH for one load; returns how many of the missing files it found.
 * Source: docs.snowflake.com, ALTER PIPE: PREFIX follows the path in the pipe's definition; 7 days back.
 */
async function refreshPipe(
  session: SnowflakeSession,
  pipe: string,
  below: string,
  parts: ManifestPart[],
): Promise<number> {
  const status = await run(session, `SELECT SYSTEM$PIPE_STATUS('${pipe}') AS STATUS`, [], `ask for ${pipe}`);
  const { executionState } = JSON.parse(String(status.rows[0]?.STATUS)) as { executionState?: string };
  if (executionState !== 'RUNNING') {
    throw new UserError(`pipe ${pipe} does not run: its state is ${executionState}`, {
      remedy: `Find out why (SELECT SYSTEM$PIPE_STATUS('${pipe}')), then ALTER PIPE ${pipe} SET PIPE_EXECUTION_PAUSED = FALSE and load again.`,
    });
  }
  const answer = await run(session, `ALTER PIPE ${pipe} REFRESH PREFIX = '${below}'`, [], `refresh ${pipe}`);
  const files = answer.rows.map((row) => `/${row.File ?? row.FILE ?? row.file ?? ''}`);
  return parts.filter(({ key }) => files.some((file) => key.endsWith(file) || isKey(file, key))).length;
}

function failedFile(table: string, part: ManifestPart, attempt: FileAttempt): UserError {
  return new UserError(
    `${table}: file ${part.key} was not loaded (${attempt.status}, ${attempt.rows} of ${part.rows} rows): ${attempt.firstError ?? 'no error recorded'}`,
    {
      remedy:
        "Correct the table or the pipe with a migration, or the source's data with a new load, then load again: the file is tried again.",
    },
  );
}

function missingFiles(
  { table, pipe }: AwaitedLoad,
  missing: MissingPart[],
  refreshed: { found: number } | undefined,
): UserError {
  const names = missing.slice(0, 3).map(({ part, last }) => {
    const version = last === undefined ? '' : ` (an earlier version of it with ${last.rows} rows is there)`;
    return `${part.key}${version}`;
  });
  const more = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
  const remedy =
    refreshed?.found === 0
      ? `${pipe} does not see these files: compare the stage and path of the pipe with the keys. REFRESH looks 7 days back; load older files with COPY INTO.`
      : `Look at SELECT SYSTEM$PIPE_STATUS('${pipe}') and load again with a larger timeout-minutes. A pipe does not load a changed file under its old name: load that one with COPY INTO.`;
  return new UserError(`${table}: ${missing.length} files are not in bronze: ${names.join(', ')}${more}`, {
    remedy,
  });
}
