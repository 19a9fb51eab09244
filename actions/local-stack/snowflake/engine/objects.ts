import type { Column, SnowflakeType } from '../types.ts';

/**
 * What the catalog records. Names are folded; `id` never changes and names the physical tables, so that RENAME,
 * SWAP and UNDROP touch the catalog only. Records are JSON: no Date, Map or bigint. Times are microseconds since
 * 1970 as numbers (safe integers until the year 2255).
 */
interface ObjectRecord {
  id: number;
  name: string;
  /** null for account-level objects */
  database: string | null;
  /** null for account-level objects, databases and schemas */
  schema: string | null;
  createdAt: number;
  /** Set when dropped, kept for UNDROP and Time Travel. */
  droppedAt: number | null;
  owner: string;
  comment: string;
}

export interface DatabaseRecord extends ObjectRecord {
  kind: 'DATABASE';
  transient: boolean;
  retentionDays: number | null;
}
export interface SchemaRecord extends ObjectRecord {
  kind: 'SCHEMA';
  transient: boolean;
  retentionDays: number | null;
}

export interface TableColumn extends Column {
  /** Physical column: `c<id>`, never reused within a table. */
  id: number;
  /** Text of the DEFAULT expression. */
  default: string | null;
  identity: { start: number; increment: number; order: boolean } | null;
  /** Text of `AS (expression)`. */
  computed: string | null;
  comment: string;
}
export interface TableConstraint {
  name: string;
  type: 'PRIMARY KEY' | 'UNIQUE' | 'FOREIGN KEY' | 'CHECK';
  columns: string[];
  references: { table: string; columns: string[] } | null;
}
/**
 * Physical storage in DuckDB, schema `data`: `t<id>` holds the current rows, `h<id>` the old images.
 * Both: c<n>… columns, then `_row BIGINT` (row id, stable for the row's life), `_born BIGINT` (version inserted),
 * `_since BIGINT` (version of this image); `h<id>` also `_until BIGINT` (version that ended the image).
 * A version is microseconds since 1970, unique and growing per server. See engine/storage.ts.
 */
export interface TableRecord extends ObjectRecord {
  kind: 'TABLE';
  lifetime: 'PERMANENT' | 'TRANSIENT' | 'TEMPORARY';
  /** Session that owns a temporary table. */
  sessionId: string | null;
  columns: TableColumn[];
  nextColumnId: number;
  constraints: TableConstraint[];
  clusterBy: string | null;
  retentionDays: number | null;
  changeTracking: boolean;
  properties: Record<string, string>;
}
export interface ViewRecord extends ObjectRecord {
  kind: 'VIEW';
  secure: boolean;
  materialized: boolean;
  columns: Column[];
  queryText: string;
  /** Whole CREATE statement, for GET_DDL and SHOW VIEWS. */
  text: string;
}
export interface StreamRecord extends ObjectRecord {
  kind: 'STREAM';
  /** Table or view id. */
  sourceId: number;
  /** The table whose changes it shows: the source, or the one that the view reads. */
  tableId: number;
  mode: 'DEFAULT' | 'APPEND_ONLY' | 'INSERT_ONLY';
  /** Changes with version > offset are in the stream. */
  offset: number;
  /** SHOW_INITIAL_ROWS and not consumed yet. */
  initialRows: boolean;
  /** When it was created or last consumed, changes or none: it goes stale some time after. */
  consumedAt: number;
}
export interface StageRecord extends ObjectRecord {
  kind: 'STAGE';
  /** s3://bucket/prefix/ for an external stage; null: internal. */
  url: string | null;
  integration: string | null;
  fileFormat: FileFormatReference | null;
  directory: boolean;
  /** COPY_OPTIONS = (…), names upper case. */
  copyOptions: Record<string, FormatValue>;
  temporary: boolean;
}
/** A named file format or options given in place (validated, names upper case). */
export interface FileFormatReference {
  /** Full name DB.SCHEMA.NAME, or null. */
  name: string | null;
  options: Record<string, FormatValue>;
}
export type FormatValue = string | number | boolean | string[];
export interface FileFormatRecord extends ObjectRecord {
  kind: 'FILE FORMAT';
  type: 'CSV' | 'JSON' | 'PARQUET';
  options: Record<string, FormatValue>;
}
export interface PipeRecord extends ObjectRecord {
  kind: 'PIPE';
  copyText: string;
  autoIngest: boolean;
  paused: boolean;
  tableId: number;
  stageId: number;
  errorIntegration: string | null;
}
export interface TaskRecord extends ObjectRecord {
  kind: 'TASK';
  state: 'started' | 'suspended';
  warehouse: string | null;
  schedule: string | null;
  /** Ids of predecessors. */
  after: number[];
  finalizes: number | null;
  whenText: string | null;
  bodyText: string;
  config: string | null;
  allowOverlapping: boolean;
  timeoutMs: number;
  suspendAfterFailures: number;
  autoRetryAttempts: number;
  consecutiveFailures: number;
  properties: Record<string, string>;
}
export interface SequenceRecord extends ObjectRecord {
  kind: 'SEQUENCE';
  start: number;
  increment: number;
}
export interface RoutineRecord extends ObjectRecord {
  kind: 'FUNCTION' | 'PROCEDURE';
  parameters: { name: string; type: SnowflakeType }[];
  returns: SnowflakeType | { table: Column[] };
  language: string;
  executeAs: 'CALLER' | 'OWNER';
  body: string;
}
/** Objects that the local server records and shows: warehouses, roles, users, integrations, tags, policies … */
export interface RecordedObject extends ObjectRecord {
  kind:
    | 'WAREHOUSE'
    | 'ROLE'
    | 'DATABASE ROLE'
    | 'USER'
    | 'INTEGRATION'
    | 'TAG'
    | 'MASKING POLICY'
    | 'ROW ACCESS POLICY'
    | 'RESOURCE MONITOR'
    | 'NETWORK POLICY';
  /** Kind as created, e.g. 'STORAGE INTEGRATION'. */
  type: string;
  properties: Record<string, FormatValue>;
}

export type CatalogRecord =
  | DatabaseRecord
  | SchemaRecord
  | TableRecord
  | ViewRecord
  | StreamRecord
  | StageRecord
  | FileFormatRecord
  | PipeRecord
  | TaskRecord
  | SequenceRecord
  | RoutineRecord
  | RecordedObject;
export type RecordKind = CatalogRecord['kind'];
export type RecordOfKind<Kind extends RecordKind> = CatalogRecord extends infer Candidate
  ? Candidate extends { kind: RecordKind }
    ? Extract<Candidate['kind'], Kind> extends never
      ? never
      : Candidate & { kind: Extract<Candidate['kind'], Kind> }
    : never
  : never;
