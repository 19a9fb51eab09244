import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import pg from 'pg';
import { UserError } from '../shared/errors.ts';
import { datePrefix, type Load, loadPrefix, manifestKey } from '../shared/lake.ts';
import { type Manifest, readManifest } from '../shared/manifest.ts';
import type { PostgresTable } from '../shared/pipeline.ts';
import { listKeys } from '../shared/s3.ts';
import { codeOf, statementError } from './database.ts';
import { type Increment, watermarkType } from './increment.ts';
import type { Lake, TableLoad } from './load-table.ts';
import type { SourceTable } from './source-table.ts';

/** Values of the watermark column as text: `from` belongs to the range, `to` does not. */
export interface BackfillRange {
  from: string;
  to: string;
}

/** Rows that are read again, in a load of its own that leaves the table's state where it is. */
export interface Replay {
  /** As the manifest has it; null where all rows are read (strategy full), or those without a watermark. */
  watermark: Manifest['watermark'];
}

/**
 * The loads of a backfill: the same range has the same load id, `<date>-backfill-<hash of the range>`.
 * @throws UserError for a table without a watermark
 */
export function backfillLoads(loads: readonly TableLoad[], range: BackfillRange): TableLoad[] {
  const hash = createHash('sha256')
    .update(JSON.stringify([range.from, range.to]))
    .digest('hex')
    .slice(0, 12);
  return loads.map(({ load, config }) => {
    if (config.strategy !== 'watermark') {
      throw new UserError(
        `table ${config.name} has strategy ${config.strategy}: "from" and "to" are values of a watermark`,
        { remedy: 'Name only tables of strategy watermark in "tables", or use full-refresh: true.' },
      );
    }
    const watermark = { column: config.watermark!, ...range, bounds: '[)' as const };
    return { load: { ...load, loadId: `${load.loadId}-backfill-${hash}` }, config, replay: { watermark } };
  });
}

/**
 * Loads that read committed ones again, `<load id>-r2` and so on: the next number that no table of the run has used.
 * @throws UserError where there is no such load, or its rows can no longer be told
 */
export async function reloads(lake: Lake, loads: readonly TableLoad[]): Promise<TableLoad[]> {
  const replays = await Promise.all(loads.map((load) => committedRange(lake, load)));
  const used = await Promise.all(loads.map(({ load }) => usedNumbers(lake, load)));
  const number = Math.max(1, ...used.flat()) + 1;
  return loads.map(({ load, config }, index) => ({
    load: { ...load, loadId: `${load.loadId}-r${number}` },
    config,
    replay: replays[index]!,
  }));
}

/**
 * The rows of a replay. The column may not be null in them, but for the load that found no watermark at all.
 * @throws UserError when the range is none of the column's type
 */
export async function planReplay(
  client: ClientBase,
  table: SourceTable,
  config: PostgresTable,
  { watermark }: Replay,
): Promise<Increment> {
  if (config.strategy === 'full') return { condition: undefined, watermark };
  const column = pg.escapeIdentifier(config.watermark!);
  const type = watermarkType(table, config.watermark!);
  if (watermark === null) return { condition: `${column} IS NULL`, watermark };
  const value = (text: string): string => `${pg.escapeLiteral(text)}::pg_catalog.${type}`;
  const { from, to } = watermark;
  if (watermark.bounds === '[)') {
    await requireRange(client, table, type, { from: from!, to });
    return { condition: `${column} >= ${value(from!)} AND ${column} < ${value(to)}`, watermark };
  }
  // The first load also read the rows without a watermark.
  const condition =
    from === null
      ? `(${column} <= ${value(to)} OR ${column} IS NULL)`
      : `${column} > ${value(from)} AND ${column} <= ${value(to)}`;
  return { condition, watermark };
}

async function committedRange({ s3, bucket }: Lake, { load, config }: TableLoad): Promise<Replay> {
  const { name, strategy } = config;
  if (strategy === 'cdc' || strategy === 'xmin') {
    throw new UserError(
      `table ${name}: a load of strategy ${strategy} cannot be read again, the source no longer tells its rows`,
      { remedy: 'Use full-refresh: true for it, and name the other tables in "tables".' },
    );
  }
  const manifest = await readManifest(s3, bucket, load);
  if (manifest === undefined) {
    throw new UserError(
      `table ${name}: load ${load.loadId} is not committed: s3://${bucket}/${manifestKey(load)} does not exist`,
      { remedy: 'Extract this logical date without "reload" first.' },
    );
  }
  const { watermark } = manifest;
  if (strategy === 'watermark' && watermark !== null && watermark.column !== config.watermark) {
    throw new UserError(
      `table ${name}: load ${load.loadId} was read by the watermark "${watermark.column}", which now is "${config.watermark}"`,
      { remedy: 'Use "from" and "to" with values of the new column, or full-refresh: true.' },
    );
  }
  return { watermark };
}

async function usedNumbers({ s3, bucket }: Lake, load: Load): Promise<number[]> {
  const start = `${loadPrefix(load).slice(0, -1)}-r`;
  return (await listKeys(s3, bucket, datePrefix(load))).flatMap((key) => {
    const match = key.startsWith(start) ? /^(\d+)\/_manifest\.json$/.exec(key.slice(start.length)) : null;
    return match === null ? [] : [Number(match[1])];
  });
}

/** In the column's own order, which is not that of the text. */
async function requireRange(
  client: ClientBase,
  table: SourceTable,
  type: string,
  { from, to }: BackfillRange,
): Promise<void> {
  const remedy = `Give values of type ${type}; rows are read from "from" on, up to and without "to".`;
  let isRange: boolean;
  try {
    const sql = `SELECT $1::pg_catalog.${type} < $2::pg_catalog.${type} AS "isRange"`;
    isRange = (await client.query<{ isRange: boolean }>(sql, [from, to])).rows[0]!.isRange;
  } catch (error) {
    // Class 22: data exception.
    if (!codeOf(error)?.startsWith('22')) throw statementError(table.name, error);
    throw new UserError(`table ${table.name}: from "${from}" or to "${to}" is not of type ${type}`, {
      remedy,
      cause: error,
    });
  }
  if (isRange) return;
  throw new UserError(`table ${table.name}: from "${from}" is not before to "${to}"`, { remedy });
}
