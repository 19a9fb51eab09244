import type { SnowflakeSession } from '../shared/snowflake.ts';
import { type History, type HistoryTables, isDone, isUntouched, type MigrationEvent } from './history.ts';
import type { MigrationFile } from './migration-files.ts';
import { compareVersions } from './migration-numbers.ts';
import { newestApplied, type Plan } from './plan.ts';

/**
 * `edited`: applied, and the file has changed since. `failed`: applied in part. `out-of-order`: not applied, and a
 * higher number is. `skipped`: not for this environment. `missing` and `future`: in the history and without a file, the
 * number not above, or above, that of every file.
 */
export type MigrationState =
  | 'pending'
  | 'applied'
  | 'edited'
  | 'failed'
  | 'baseline'
  | 'undone'
  | 'out-of-order'
  | 'skipped'
  | 'missing'
  | 'future';

export interface MigrationInfo {
  name: string;
  version: string | null;
  /** Null where the history alone knows it. */
  file: string | null;
  state: MigrationState;
  /** When its newest run ended, by whom, and how many seconds it took; null for one that never ran. */
  at: string | null;
  by: string | null;
  seconds: number | null;
}

type LastRun = Pick<MigrationInfo, 'at' | 'by' | 'seconds'>;

/** The newest run of each migration, in one round trip. */
export async function readLastRuns(
  session: SnowflakeSession,
  { schema }: HistoryTables,
): Promise<Map<string, LastRun>> {
  const { rows } = await session.execute(
    `SELECT MIGRATION, TO_VARCHAR(FINISHED_AT, 'YYYY-MM-DD HH24:MI:SS TZHTZM') AS FINISHED_AT, RECORDED_BY,
            DATEDIFF(millisecond, STARTED_AT, FINISHED_AT) AS TOOK
       FROM ${schema}.MIGRATION_HISTORY
    QUALIFY ROW_NUMBER() OVER (PARTITION BY MIGRATION ORDER BY STARTED_AT DESC) = 1`,
  );
  return new Map(
    rows.map((row) => [
      String(row.MIGRATION),
      {
        at: row.FINISHED_AT === null ? null : String(row.FINISHED_AT),
        by: String(row.RECORDED_BY),
        seconds: row.TOOK === null ? null : Number(row.TOOK) / 1000,
      },
    ]),
  );
}

/** Every migration of the files and of the history, by number, then those without one. */
export function migrationInfos(
  files: readonly MigrationFile[],
  history: History,
  plan: Plan,
  runs: ReadonlyMap<string, LastRun>,
): MigrationInfo[] {
  const newest = newestApplied(history);
  const known = new Set(files.map(({ name }) => name));
  const infos = files.map((file) => {
    const event = history.migrations.get(file.name);
    return infoOf(file.name, file.version, file.file, stateOf(file, event, newest, plan), runs);
  });
  const highest = files.reduce<string>(
    (high, { version }) => (version !== null && compareVersions(version, high) > 0 ? version : high),
    '0',
  );
  for (const event of history.migrations.values()) {
    if (known.has(event.name) || isUntouched(event)) continue;
    const state =
      event.version !== null && compareVersions(event.version, highest) > 0 ? 'future' : 'missing';
    infos.push(infoOf(event.name, event.version, null, state, runs));
  }
  const versioned = infos.filter(({ version }) => version !== null);
  versioned.sort((a, b) => compareVersions(a.version ?? '', b.version ?? ''));
  return [...versioned, ...infos.filter(({ version }) => version === null)];
}

/** As columns: name, state, when, by, seconds. */
export function infoTable(infos: readonly MigrationInfo[]): string[][] {
  return [
    ['migration', 'state', 'when', 'by', 'seconds'],
    ...infos.map(({ name, state, at, by, seconds }) => [
      name,
      state,
      at ?? '',
      by ?? '',
      seconds?.toFixed(2) ?? '',
    ]),
  ];
}

/** The table for a terminal. */
export function infoLines(infos: readonly MigrationInfo[]): string[] {
  const rows = infoTable(infos);
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

function infoOf(
  name: string,
  version: string | null,
  file: string | null,
  state: MigrationState,
  runs: ReadonlyMap<string, LastRun>,
): MigrationInfo {
  return { name, version, file, state, ...(runs.get(name) ?? { at: null, by: null, seconds: null }) };
}

function stateOf(
  file: MigrationFile,
  event: MigrationEvent | undefined,
  newest: string | null,
  plan: Plan,
): MigrationState {
  if (event !== undefined && isDone(event)) {
    if (file.kind === 'always') return 'pending';
    if (event.checksum !== file.checksum) return file.kind === 'versioned' ? 'edited' : 'pending';
    return event.status === 'baseline' ? 'baseline' : 'applied';
  }
  if (plan.skipped.includes(file)) return 'skipped';
  if (!isUntouched(event)) return 'failed';
  if (event?.status === 'undone') return 'undone';
  const isLate = file.version !== null && newest !== null && compareVersions(file.version, newest) < 0;
  return isLate ? 'out-of-order' : 'pending';
}
