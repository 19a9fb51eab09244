import { compilationError } from '../../../../shared/sql/snowflake-error.ts';
import { MAX_VARCHAR, type SnowflakeType } from '../../../../shared/sql/types.ts';
import { quote } from '../database.ts';
import { applyChanges } from '../dml/row-changes.ts';
import type { Engine } from '../engine.ts';
import { formatName } from '../names.ts';
import type { StageRecord, TableColumn, TableRecord } from '../objects.ts';
import type { Session } from '../session.ts';
import { createStorage, type Relation } from '../tables/storage.ts';
import type { Transaction } from '../transaction.ts';
import { listFiles, type StagedFile } from './stage-files.ts';
import { stageLocation } from './stage-location.ts';
import { fileUrl } from './stage-urls.ts';

const text: SnowflakeType = { name: 'VARCHAR', length: MAX_VARCHAR };
/** Source: docs.snowflake.com, "Query directory tables". FILE_URL is computed when read. */
const COLUMNS: [string, SnowflakeType][] = [
  ['RELATIVE_PATH', text],
  ['SIZE', { name: 'NUMBER', precision: 38, scale: 0 }],
  ['LAST_MODIFIED', { name: 'TIMESTAMP_TZ', scale: 3 }],
  ['MD5', text],
  ['ETAG', text],
];

/** A stage's directory as a table of no schema: streams show its changes as they do any table's. */
function newDirectoryTable(stage: StageRecord, session: Session): TableRecord {
  return {
    kind: 'TABLE',
    id: session.engine.catalog.nextId(),
    name: stage.name,
    database: null,
    schema: null,
    createdAt: stage.createdAt,
    droppedAt: null,
    owner: stage.owner,
    comment: '',
    lifetime: 'PERMANENT',
    sessionId: null,
    columns: COLUMNS.map(
      ([name, type], index): TableColumn => ({
        id: index + 1,
        name,
        type,
        nullable: true,
        default: null,
        identity: null,
        computed: null,
        comment: '',
      }),
    ),
    nextColumnId: COLUMNS.length + 1,
    constraints: [],
    clusterBy: null,
    retentionDays: null,
    changeTracking: true,
    properties: {},
  };
}

/** Saves a stage that has a directory, with the table for it if it has none yet. */
export async function saveDirectory(
  stage: StageRecord,
  session: Session,
  transaction: Transaction,
): Promise<StageRecord> {
  if (!stage.directory || stage.directoryTableId !== undefined) return stage;
  const table = newDirectoryTable(stage, session);
  for (const sql of createStorage(table)) await transaction.run(sql);
  await transaction.save(table);
  return { ...stage, directoryTableId: table.id };
}

/** @throws SnowflakeError for a stage without a directory */
export function directoryTable(stage: StageRecord, engine: Engine): TableRecord {
  const table = stage.directoryTableId === undefined ? undefined : engine.catalog.get(stage.directoryTableId);
  if (stage.directory && table?.kind === 'TABLE') return table;
  throw compilationError(
    '002003',
    '02000',
    `Stage '${formatName(stage)}' does not have a directory table enabled: ALTER STAGE … SET DIRECTORY = (ENABLE = TRUE).`,
  );
}

/** DIRECTORY(@stage) in FROM. */
export function directoryRelation(stage: StageRecord, engine: Engine): Relation {
  const table = directoryTable(stage, engine);
  const columns = table.columns.map((column) => ({ ...column, sql: `c${column.id}` }));
  const url = `(${quote(fileUrl(stage, '', engine))} || c1)`;
  return {
    kind: 'relation',
    sql: `data.t${table.id}`,
    columns: [...columns, { name: 'FILE_URL', type: text, nullable: true, sql: url }],
  };
}

/** One file's row of ALTER STAGE … REFRESH. */
interface Refreshed {
  file: string;
  status: 'REGISTERED_NEW' | 'REGISTERED_UPDATE' | 'UNREGISTERED';
}

/** Brings a directory up to what the stage holds below a path; what has not changed is left alone. */
export async function refreshDirectory(
  stage: StageRecord,
  subpath: string,
  session: Session,
  transaction: Transaction,
): Promise<Refreshed[]> {
  const { engine } = session;
  const table = directoryTable(stage, engine);
  await transaction.lockTable(table.id);
  const known = new Map(
    (await transaction.query(`SELECT c1, _row, _born, c5 FROM data.t${table.id}`))
      .filter(([path]) => String(path).startsWith(subpath))
      .map(([path, row, born, etag]) => [String(path), { row: Number(row), born: Number(born), etag }]),
  );
  const files = await listFiles(engine, stageLocation(engine, stage, subpath));
  const done: Refreshed[] = [];
  const rows: string[] = [];
  for (const file of files) {
    const old = known.get(file.path);
    known.delete(file.path);
    if (old?.etag === file.etag) continue;
    const head = old === undefined ? "'I', NULL, NULL" : `'U', ${old.row}, ${old.born}`;
    rows.push(`(${head}, ${fileCells(file).join(', ')})`);
    done.push({ file: file.path, status: old === undefined ? 'REGISTERED_NEW' : 'REGISTERED_UPDATE' });
  }
  for (const [path, { row, born }] of known) {
    rows.push(`('D', ${row}, ${born}, NULL, NULL, NULL, NULL, NULL)`);
    done.push({ file: path, status: 'UNREGISTERED' });
  }
  if (rows.length === 0) return done;
  const relation = await transaction.keepRows(
    `SELECT _action, _row::BIGINT AS _row, _born::BIGINT AS _born, c1::VARCHAR AS c1, c2::DECIMAL(38,0) AS c2, sf_zoned_here(c3::TIMESTAMPTZ) AS c3, c4::VARCHAR AS c4, c5::VARCHAR AS c5 FROM (VALUES ${rows.join(', ')}) AS v(_action, _row, _born, c1, c2, c3, c4, c5)`,
  );
  await applyChanges(transaction, table, { relation, inserts: true, updates: true, deletes: true });
  await transaction.dropKept(relation);
  return done;
}

function fileCells(file: StagedFile): string[] {
  return [
    quote(file.path),
    String(file.size),
    `make_timestamptz(${Math.trunc(file.lastModified)})`,
    quote(file.etag),
    quote(file.etag),
  ];
}
