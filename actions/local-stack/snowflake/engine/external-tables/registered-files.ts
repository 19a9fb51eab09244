import { quote } from '../database.ts';
import { applyChanges } from '../dml/row-changes.ts';
import type { RegisteredFile } from '../objects.ts';
import type { Run, Session } from '../session.ts';
import { effectiveFormat } from '../stages/file-format.ts';
import { listFiles, matchPattern, type StagedFile } from '../stages/stage-files.ts';
import { stageLocation } from '../stages/stage-location.ts';
import type { Transaction } from '../transaction.ts';
import { type ExternalRecord, stageOf } from './external-record.ts';
import { fileRows } from './file-rows.ts';

/** One file's row of ALTER EXTERNAL TABLE … REFRESH, ADD FILES, REMOVE FILES. */
export interface Registration {
  file: string;
  status:
    | 'REGISTERED_NEW'
    | 'REGISTERED_UPDATE'
    | 'REGISTER_SKIPPED'
    | 'REGISTER_FAILED'
    | 'UNREGISTERED'
    | 'UNREGISTER_FAILED';
}

/**
 * REFRESH: registers what is new or changed below a path of the location, lets go of what is no longer there. Files
 * that have not changed are left alone. Source: docs.snowflake.com, ALTER EXTERNAL TABLE.
 */
export async function refreshFiles(
  table: ExternalRecord,
  below: string,
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<Registration[]> {
  const found = await filesBelow(table, below, session);
  const known = table.external.files.filter(({ path }) => path.startsWith(pathOf(table, below)));
  const fresh = found.filter((file) => known.find(({ path }) => path === file.path)?.etag !== file.etag);
  const gone = known.filter(({ path }) => !found.some((file) => file.path === path));
  await register(table, fresh, gone, session, run, transaction);
  return [
    ...fresh.map((file) => ({ file: file.metadataName, status: registeredAs(file, known) })),
    ...gone.map(({ name }) => ({ file: name, status: 'UNREGISTERED' as const })),
  ];
}

/** ADD FILES: paths from the table's location. A file that is not there, or that PATTERN leaves out, fails alone. */
export async function addFiles(
  table: ExternalRecord,
  paths: readonly string[],
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<Registration[]> {
  const known = table.external.files;
  const found = await filesBelow(table, '', session);
  const wanted = paths.map((path) => ({ path, file: found.find((one) => one.path === pathOf(table, path)) }));
  const fresh = wanted.flatMap(({ file }) =>
    file === undefined || known.some((one) => one.path === file.path && one.etag === file.etag) ? [] : [file],
  );
  await register(table, fresh, [], session, run, transaction);
  return wanted.map(({ path, file }): Registration => {
    if (file === undefined) return { file: path, status: 'REGISTER_FAILED' };
    const status = fresh.includes(file) ? registeredAs(file, known) : 'REGISTER_SKIPPED';
    return { file: file.metadataName, status };
  });
}

/** REMOVE FILES: paths from the table's location. The files stay where they are; the next REFRESH finds them again. */
export async function removeFiles(
  table: ExternalRecord,
  paths: readonly string[],
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<Registration[]> {
  const wanted = paths.map((path) => ({
    path,
    known: table.external.files.find((one) => one.path === pathOf(table, path)),
  }));
  const gone = wanted.flatMap(({ known }) => (known === undefined ? [] : [known]));
  await register(table, [], gone, session, run, transaction);
  return wanted.map(
    ({ path, known }): Registration =>
      known === undefined
        ? { file: path, status: 'UNREGISTER_FAILED' }
        : { file: known.name, status: 'UNREGISTERED' },
  );
}

function registeredAs(
  file: StagedFile,
  known: readonly RegisteredFile[],
): 'REGISTERED_NEW' | 'REGISTERED_UPDATE' {
  return known.some(({ path }) => path === file.path) ? 'REGISTERED_UPDATE' : 'REGISTERED_NEW';
}

async function filesBelow(table: ExternalRecord, below: string, session: Session): Promise<StagedFile[]> {
  const { engine } = session;
  const location = stageLocation(engine, stageOf(table, engine), pathOf(table, below));
  return matchPattern(await listFiles(engine, location), table.external.pattern);
}

/** A path from the table's location as one from its stage. */
function pathOf({ external: { path } }: ExternalRecord, below: string): string {
  return path === '' || path.endsWith('/') || below === '' ? path + below : `${path}/${below}`;
}

/** Ends the rows of files that go or changed, adds those that files have now, and keeps the list of files. */
async function register(
  table: ExternalRecord,
  fresh: StagedFile[],
  gone: readonly RegisteredFile[],
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<void> {
  const names = [...fresh.map((file) => file.metadataName), ...gone.map(({ name }) => name)];
  if (names.length > 0) {
    const ended = `SELECT 'D' AS _action, _row, _born, c1, c2, c3 FROM data.t${table.id} WHERE c2 IN (${names.map(quote).join(', ')})`;
    const format = effectiveFormat(table.external.fileFormat, session);
    const rows = fresh.length === 0 ? null : await fileRows(fresh, format, session, run);
    const added =
      rows === null
        ? ''
        : ` UNION ALL SELECT 'I', NULL::BIGINT, NULL::BIGINT, c1, c2, c3 FROM (${rows}) AS rows_of_files`;
    const relation = await transaction.keepRows(ended + added);
    await applyChanges(transaction, table, { relation, inserts: true, updates: false, deletes: true });
    await transaction.dropKept(relation);
  }
  const now = session.engine.now();
  const kept = table.external.files.filter(({ name }) => !names.includes(name));
  const added = fresh.map(
    (file): RegisteredFile => ({
      name: file.metadataName,
      path: file.path,
      etag: file.etag,
      size: file.size,
      lastModified: file.lastModified,
      registeredAt: now,
    }),
  );
  const files = [...kept, ...added].sort((a, b) => (a.name < b.name ? -1 : 1));
  await transaction.save({ ...table, external: { ...table.external, files, refreshedAt: now } });
}
