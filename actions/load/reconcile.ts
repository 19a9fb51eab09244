import { UserError } from '../shared/errors.ts';
import { segment } from '../shared/lake.ts';
import type { Manifest } from '../shared/manifest.ts';
import type { SnowflakeSession } from '../shared/snowflake.ts';
import { isKey } from './copy-history.ts';
import { run } from './statement.ts';

/** Rows of one file in bronze. */
export interface FileCount {
  /** As METADATA$FILENAME gave it. */
  file: string;
  total: number;
  /** Different row numbers: a file that was loaded twice has each once. */
  distinct: number;
}

/**
 * Proves that bronze has every row of the manifest's files. Bronze is at least once: what it has more is counted
 * as `repeated` and is no error.
 * @throws UserError naming file, table and difference
 */
export async function reconcile(
  session: SnowflakeSession,
  table: string,
  manifest: Manifest,
): Promise<{ rows: number; repeated: number }> {
  const counts = await countRows(session, table, manifest.loadId);
  const short: string[] = [];
  let rows = 0;
  let repeated = 0;
  for (const part of manifest.parts) {
    const found = counts.find(({ file }) => isKey(file, part.key));
    const distinct = found?.distinct ?? 0;
    if (distinct < part.rows) {
      short.push(
        `${part.key} has ${part.rows} rows in the lake, ${distinct} in ${table}: ${part.rows - distinct} missing`,
      );
    }
    rows += Math.min(distinct, part.rows);
    repeated += Math.max(0, (found?.total ?? 0) - part.rows);
  }
  for (const { file, total } of counts) {
    const isOrphan =
      file.includes(`/${segment(manifest.table)}/`) && !manifest.parts.some(({ key }) => isKey(file, key));
    if (isOrphan) repeated += total;
  }
  if (short.length === 0) return { rows, repeated };
  throw new UserError(
    `lake and bronze do not agree: ${short.slice(0, 3).join('; ')}${short.length > 3 ? `; and ${short.length - 3} more files` : ''}`,
    {
      remedy: `Restore the rows of ${table} with Time Travel, or extract the table again with full-refresh.`,
    },
  );
}

/** Rows that a bronze table has of a load, by file. */
export async function countRows(
  session: SnowflakeSession,
  table: string,
  loadId: string,
): Promise<FileCount[]> {
  const { rows } = await run(
    session,
    `SELECT _FILE_NAME AS FILE, COUNT(*) AS TOTAL, COUNT(DISTINCT _FILE_ROW) AS DIFFERENT
     FROM ${table} WHERE _LOAD_ID = ? GROUP BY _FILE_NAME`,
    // The load id of a row comes from the key, where it is one path segment.
    [segment(loadId)],
    `count the rows of load ${loadId} in ${table}`,
  );
  return rows.map((row) => ({
    file: String(row.FILE),
    total: Number(row.TOTAL),
    distinct: Number(row.DIFFERENT),
  }));
}
