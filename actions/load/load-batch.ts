import type { S3Client } from '@aws-sdk/client-s3';
import { UserError } from '../shared/errors.ts';
import { segment } from '../shared/lake.ts';
import type { Pipeline } from '../shared/pipeline.ts';
import type { SnowflakeSession } from '../shared/snowflake.ts';
import { awaitFiles } from './await-files.ts';
import { type CommittedLoad, chooseSources, chooseTables, findCommittedLoads } from './committed-loads.ts';
import { readClock } from './copy-history.ts';
import type { Patience } from './patience.ts';
import { reconcile } from './reconcile.ts';
import { recordKeySet } from './record-key-set.ts';
import { refreshSilver } from './refresh-silver.ts';
import type { TaskReport } from './task-graph.ts';

export interface LoadRequest {
  config: Pipeline;
  /** Names of sources in the configuration; all when left out. */
  sources?: readonly string[] | undefined;
  /** Names of tables of these sources; all when left out. */
  tables?: readonly string[] | undefined;
  /** YYYY-MM-DD: all loads of this date. */
  logicalDate: string;
  bucket: string;
  s3: S3Client;
  session: SnowflakeSession;
  database: string;
  /** For the whole run. */
  timeoutMs: number;
  /** Whether the task graph is run once the files are in. */
  refreshSilver: boolean;
  /** Takes lines for the log. */
  onProgress?: (line: string) => void;
  /** How long Snowpipe may take by itself, and how long something that need not come is waited for. */
  patience?: Pick<Patience, 'graceMs' | 'settleMs'>;
}

/** One load of one table: what the lake has of it and what bronze has. */
export interface TableReport {
  source: string;
  table: string;
  loadId: string;
  /** SCHEMA.NAME */
  target: string;
  files: number;
  rowsLake: number;
  /** Rows of the manifest's files that are in bronze: equal to `rowsLake`, or the run has failed. */
  rowsBronze: number;
  /** Rows that bronze has once more, from an earlier try of the same load; silver takes one of each key. */
  rowsRepeated: number;
  seconds: number;
}

export interface LoadReport {
  /** Key sets too. */
  tables: TableReport[];
  tasks: TaskReport[];
  /** Sums without key sets. */
  files: number;
  rowsLake: number;
  rowsBronze: number;
  warnings: string[];
}

const PATIENCE = { graceMs: 60_000, settleMs: 120_000 };

/**
 * Brings a date's committed loads to silver: waits until Snowpipe has loaded every part, proves that bronze has the
 * rows of the manifests, then runs the task graph and waits for its end. A repeated call changes nothing more.
 * @throws UserError naming the file, table or task that failed
 */
export async function loadBatch(request: LoadRequest): Promise<LoadReport> {
  const { config, session, database, s3, bucket } = request;
  const note = request.onProgress ?? (() => {});
  const patience: Patience = {
    ...(request.patience ?? PATIENCE),
    deadline: performance.now() + request.timeoutMs,
  };
  const sources = chooseSources(config, request.sources);
  const loads = await findCommittedLoads(
    s3,
    bucket,
    chooseTables(sources, request.tables),
    request.logicalDate,
  );
  const startedAt = await readClock(session);
  const report: LoadReport = {
    tables: [],
    tasks: [],
    files: 0,
    rowsLake: 0,
    rowsBronze: 0,
    warnings: [],
  };
  for (const load of loads) {
    const table = await loadTable(session, database, load, startedAt, patience, note);
    note(
      `${table.target}: load ${table.loadId} of ${table.source} is in bronze, ${table.rowsBronze} rows in ${table.files} files, ${table.seconds.toFixed(1)} s`,
    );
    if (table.rowsRepeated > 0) {
      report.warnings.push(
        `${table.target}: ${table.rowsRepeated} rows of load ${table.loadId} are in bronze once more, from an earlier try of the extract. Silver takes one row of each key.`,
      );
    }
    report.tables.push(table);
    if (load.isKeySet) {
      await recordKeySet(session, database, load.target, load.manifest);
      continue;
    }
    report.files += table.files;
    report.rowsLake += table.rowsLake;
    report.rowsBronze += table.rowsBronze;
  }
  if (request.refreshSilver) {
    const root = `${database}.${config.silver['root-task']}`;
    const silver = await refreshSilver(session, root, patience, note);
    report.tasks = silver.tasks;
    report.warnings.push(...silver.warnings);
  }
  return report;
}

async function loadTable(
  session: SnowflakeSession,
  database: string,
  load: CommittedLoad,
  startedAt: number,
  patience: Patience,
  note: (line: string) => void,
): Promise<TableReport> {
  const { manifest, target } = load;
  const started = performance.now();
  requireCountedRows(load);
  const table = `${database}.${target}`;
  await awaitFiles(session, { manifest, table, pipe: `${database}.${load.pipe}`, startedAt }, patience, note);
  const counted = await reconcile(session, table, manifest);
  return {
    source: manifest.source,
    table: manifest.table,
    loadId: segment(manifest.loadId),
    target,
    files: manifest.parts.length,
    rowsLake: manifest.rows,
    rowsBronze: counted.rows,
    rowsRepeated: counted.repeated,
    seconds: (performance.now() - started) / 1000,
  };
}

/** A manifest whose parts do not add up proves nothing. */
function requireCountedRows({ manifest }: CommittedLoad): void {
  const parts = manifest.parts.reduce((sum, part) => sum + part.rows, 0);
  if (parts === manifest.rows) return;
  throw new UserError(
    `the manifest of ${manifest.source}/${manifest.table}, load ${manifest.loadId}, says ${manifest.rows} rows and its parts have ${parts}`,
    { remedy: 'Restore the manifest from a previous version of the object.' },
  );
}
