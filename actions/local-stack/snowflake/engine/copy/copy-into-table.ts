import type { CopyIntoTable } from '../../../../shared/sql/ast.ts';
import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { Column } from '../../../../shared/sql/types.ts';
import { columns, integer, text } from '../dml/rows-relation.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { removeFile, type StagedFile } from '../stages/stage-files.ts';
import { recordCopyJob } from './copy-jobs.ts';
import { loadFiles } from './copy-load.ts';
import { errorLimit } from './copy-options.ts';
import { type CopyPlan, planCopy, plannedFiles } from './copy-plan.ts';
import { validateFiles } from './copy-validate.ts';
import {
  type FileLoad,
  fileKey,
  loadedFiles,
  recordLoads,
  stageName,
  uncertainFiles,
} from './load-history.ts';

/** COPY INTO <table>. Source of behaviour: docs.snowflake.com, COPY INTO <table>. */
export async function copyIntoTable(
  statement: CopyIntoTable,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const plan = planCopy(statement, session, run);
  if (run.describeOnly) return copyResult([]);
  const { files, missing } = await plannedFiles(plan, session);
  if (plan.options.validation !== null) return validateFiles(plan, files, session, run);
  if (missing.length > 0 && plan.options.onError.kind === 'abort') throw notFound(missing[0]!);

  const { engine } = session;
  const loader = { tableId: plan.table.id, pipeId: null };
  recordCopyJob(engine, run.queryId, {
    tableId: plan.table.id,
    sessionId: session.id,
    transforms: plan.transform !== null,
    files: [],
  });
  const loads = await session.transact(async (transaction) => {
    await transaction.lockTable(plan.table.id);
    const known = plan.options.force
      ? new Set<string>()
      : await loadedFiles(transaction, loader, engine.now());
    const isUncertain =
      plan.options.force || plan.options.loadUncertain
        ? () => false
        : await uncertainFiles(transaction, plan.table.id, engine.now());
    const fresh = files.filter((file) => !known.has(fileKey(engine, loader, file)) && !isUncertain(file));
    const done = await loadFiles(plan, withinSize(fresh, plan.options.sizeLimit), session, run, transaction);
    const lost = missing.map((name) => missingLoad(name, plan));
    await recordLoads(transaction, loader, stageName(plan.location), [...done, ...lost], engine.now());
    const named = statement.files.length > 0 ? files.filter((file) => !fresh.includes(file)) : [];
    return [...done, ...named.map((file) => skippedLoad(file, plan)), ...lost];
  });
  if (plan.options.purge) await purge(session, loads);
  if (loads.length === 0) return statusResult('Copy executed with 0 files processed.', 'COPY');
  return copyResult(plan.options.returnFailedOnly ? loads.filter((load) => load.status !== 'LOADED') : loads);
}

const header: Column[] = columns({
  file: text,
  status: text,
  rows_parsed: integer,
  rows_loaded: integer,
  error_limit: integer,
  errors_seen: integer,
  first_error: text,
  first_error_line: integer,
  first_error_character: integer,
  first_error_column_name: text,
});

/** One row per file. */
function copyResult(loads: FileLoad[]): StatementResult {
  const cell = (value: number | null | undefined): string | null => (value == null ? null : String(value));
  return {
    columns: header,
    rows: loads.map((load) => [
      load.name,
      load.status,
      cell(load.rowsParsed),
      cell(load.rowsLoaded),
      cell(load.errorLimit),
      cell(load.errorsSeen),
      load.firstError?.message ?? null,
      cell(load.firstError?.line),
      cell(load.firstError?.character),
      load.firstError?.column ?? null,
    ]),
    type: 'COPY',
    rowsAffected: loads.reduce((sum, load) => sum + load.rowsLoaded, 0),
  };
}

/** Files until their sizes pass the limit; at least one. */
function withinSize(files: StagedFile[], limit: number | null): StagedFile[] {
  if (limit === null) return files;
  let total = 0;
  return files.filter((file) => {
    const fits = total < limit;
    if (fits) total += file.size;
    return fits;
  });
}

/** A failure to remove a file is no failure of the load: Snowflake reports none either, the file just stays. */
async function purge(session: Session, loads: FileLoad[]): Promise<void> {
  for (const { file, status } of loads) {
    if (file === null || (status !== 'LOADED' && status !== 'PARTIALLY_LOADED')) continue;
    try {
      await removeFile(session.engine, file);
    } catch (error) {
      process.stderr.write(`PURGE left ${file.name} in its stage: ${(error as Error).message}\n`);
    }
  }
}

function skippedLoad(file: StagedFile, plan: CopyPlan): FileLoad {
  return {
    name: file.name,
    file,
    status: 'LOAD_SKIPPED',
    rowsParsed: 0,
    rowsLoaded: 0,
    errorLimit: errorLimit(plan.options.onError, 0),
    errorsSeen: 0,
    firstError: { message: 'File was loaded before.', line: 0, character: null, column: null },
  };
}

function missingLoad(name: string, plan: CopyPlan): FileLoad {
  return {
    name,
    file: null,
    status: 'LOAD_FAILED',
    rowsParsed: 0,
    rowsLoaded: 0,
    errorLimit: errorLimit(plan.options.onError, 0),
    errorsSeen: 1,
    firstError: {
      message: `Remote file '${name}' was not found. There are several potential causes. The file might not exist. The required credentials may be missing or invalid. If you are running a copy command, please make sure files are not deleted when they are being loaded or files are not being loaded into two different tables concurrently with auto purge option.`,
      line: 0,
      character: null,
      column: null,
    },
  };
}

function notFound(name: string): SnowflakeError {
  return new SnowflakeError(
    '091016',
    '22000',
    `Remote file '${name}' was not found. If you are running a copy command, please make sure files are not deleted when they are being loaded or files are not being loaded into two different tables concurrently with auto purge option.`,
  );
}
