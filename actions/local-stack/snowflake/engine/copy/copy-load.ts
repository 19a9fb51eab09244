import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { BoundQuery } from '../../bind/bound.ts';
import type { BindContext } from '../../bind/context.ts';
import { snowflakeErrorFromDuck } from '../../bind/runtime-error.ts';
import { createBindContext } from '../bind-context.ts';
import { insertRows } from '../dml/insert-rows.ts';
import { readCsvHeader } from '../files/csv-reader.ts';
import { type FileScan, scanFiles } from '../files/file-scan.ts';
import { parquetRows } from '../files/parquet-scan.ts';
import { exactScan } from '../files/text-scan.ts';
import type { Run, Session } from '../session.ts';
import { csvOptions } from '../stages/csv-options.ts';
import type { StagedFile } from '../stages/stage-files.ts';
import { stageColumnsUsed } from '../stages/stage-scan.ts';
import { textFile } from '../stages/staged-text.ts';
import type { Transaction } from '../transaction.ts';
import { CarefulLoad } from './copy-careful.ts';
import { type CopyColumn, copyColumns, type FileNames } from './copy-columns.ts';
import { errorLimit } from './copy-options.ts';
import type { CopyPlan } from './copy-plan.ts';
import type { FileLoad } from './load-history.ts';

/** What loading a plan's files goes through. */
export interface LoadContext {
  plan: CopyPlan;
  session: Session;
  run: Run;
  transaction: Transaction;
  bind: BindContext;
  /** A pipe leaves a file out where COPY would end the statement. */
  pipe: boolean;
}

/**
 * Loads files into the plan's table. First with one INSERT over as many files as possible; when anything is wrong
 * with any of them, file by file and record by record, as ON_ERROR says.
 * @throws SnowflakeError for the first bad record under ON_ERROR = ABORT_STATEMENT
 */
export async function loadFiles(
  plan: CopyPlan,
  files: StagedFile[],
  session: Session,
  run: Run,
  transaction: Transaction,
  pipe = false,
): Promise<FileLoad[]> {
  if (files.length === 0) return [];
  const version = await transaction.lockTable(plan.table.id);
  session.engine.queries.get(run.queryId)?.versions.set(plan.table.id, version);
  const bind = createBindContext(session, run, { transaction });
  const context: LoadContext = { plan, session, run, transaction, bind, pipe };
  try {
    return await loadPlainly(context, files);
  } catch (error) {
    if (!(error instanceof NotPlain) && snowflakeErrorFromDuck(error) === undefined) throw error;
    await transaction.recover();
    return new CarefulLoad(context).load(files);
  }
}

/** The file needs care: not worth an attempt. */
class NotPlain extends Error {}

async function loadPlainly(context: LoadContext, files: StagedFile[]): Promise<FileLoad[]> {
  const { plan, session } = context;
  const { onError } = plan.options;
  // A limit of no errors leaves out even good files.
  if (onError.kind === 'skip' && errorLimit(onError, 100) === 0) throw new NotPlain();
  const groups = plan.format.type === 'PARQUET' ? [files] : files.map((file) => [file]);
  const loads: FileLoad[] = [];
  for (const group of groups) {
    const scan = await scanForCopy(context, group, false);
    if (scan.texts.some((text) => (text.records?.errors ?? 0) > 0)) throw new NotPlain();
    const names = await fileNames(context, group[0]!);
    const { from, columns } = copyColumns(plan, scan, names, context.bind, context.run);
    const source = selectColumns(from, columns);
    const rows = await insertRows(
      context.transaction,
      plan.table,
      source,
      columns.map((column) => column.target),
      context.bind,
    );
    const counts =
      group.length > 1 ? await parquetRows(session.engine, scan.parquet!.paths) : new Map<string, number>();
    group.forEach((file, index) => {
      const count = group.length > 1 ? (counts.get(scan.parquet!.paths[index]!) ?? 0) : rows;
      loads.push(loaded(file, count, errorLimit(onError, count)));
    });
  }
  return loads;
}

function selectColumns(from: string, columns: CopyColumn[]): BoundQuery {
  if (columns.length === 0) {
    throw new SnowflakeError(
      '002099',
      '22000',
      'SQL compilation error:\nno column of the files matches a column of the table by name.',
    );
  }
  const select = columns.map(({ bound }, index) => `${bound.sql} AS c${index + 1}`);
  return {
    sql: `SELECT ${select.join(', ')} FROM ${from}`,
    columns: columns.map(({ target }) => ({ name: target.name, type: target.type, nullable: true })),
  };
}

/** Makes files readable for a plan. `exact`: CSV by our own reader, with the places and reasons of bad records. */
export function scanForCopy(context: LoadContext, files: StagedFile[], exact: boolean): Promise<FileScan> {
  const { plan, session, run } = context;
  const { transform, format, options, statement, targets } = plan;
  const used = transform === null ? null : stageColumnsUsed(transform.select);
  const isCsv = format.type === 'CSV';
  // The width of records is checked only where fields meet the table's columns one to one.
  const checked =
    isCsv &&
    transform === null &&
    statement.columns.length === 0 &&
    options.matchByName === null &&
    format.options.ERROR_ON_COLUMN_COUNT_MISMATCH === true;
  const byName = options.matchByName !== null;
  const wanted = used?.fields ?? (byName ? MAX_MATCHED : targets.length);
  const fields = isCsv ? Math.max(wanted, 1) : 1;
  const rowIncluded = [...options.includeMetadata.values()].includes('METADATA$FILE_ROW_NUMBER');
  return scanFiles(session.engine, files, format, {
    fields,
    expected: checked ? targets.length : null,
    withRow: exact || rowIncluded || used?.withRow === true,
    exact: exact || byName,
    startedAt: run.startedAt,
  });
}

/** Fields of a CSV file whose columns are matched by name. */
const MAX_MATCHED = 512;

/** What matching by name needs to know of a file. */
export async function fileNames(context: LoadContext, file: StagedFile): Promise<FileNames> {
  const { plan, session } = context;
  const { engine } = session;
  if (plan.options.matchByName === null) return { header: [], keys: [] };
  if (plan.format.type === 'CSV') {
    const path = await textFile(engine, file, plan.format);
    return { header: await readCsvHeader(path, csvOptions(plan.format.options)), keys: [] };
  }
  if (plan.format.type === 'PARQUET') return { header: [], keys: [] };
  const { sql } = await exactScan(engine, file, plan.format, { fields: 1, expected: null });
  const reader = await engine.connection.runAndReadAll(
    `SELECT DISTINCT unnest(json_keys(CAST(f1 AS JSON))) FROM ${sql} WHERE json_type(CAST(f1 AS JSON)) = 'OBJECT' ORDER BY 1`,
  );
  return { header: [], keys: reader.getRowsJS().map(([key]) => String(key)) };
}

/** A file of which every record was loaded. */
export function loaded(file: StagedFile, rows: number, limit: number): FileLoad {
  return {
    name: file.name,
    file,
    status: 'LOADED',
    rowsParsed: rows,
    rowsLoaded: rows,
    errorLimit: limit,
    errorsSeen: 0,
    firstError: null,
  };
}
