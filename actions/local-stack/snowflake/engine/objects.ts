import type { Column, SnowflakeType } from '../../../shared/sql/types.ts';

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
  /** Values of the tags set on it, by the tag's id. */
  tags?: Record<string, string>;
}

export interface DatabaseRecord extends ObjectRecord {
  kind: 'DATABASE';
  transient: boolean;
  retentionDays: number | null;
  /** Further settings as given: recorded and shown. */
  properties?: Record<string, FormatValue>;
}
export interface SchemaRecord extends ObjectRecord {
  kind: 'SCHEMA';
  transient: boolean;
  retentionDays: number | null;
  managedAccess?: boolean;
  /** Further settings as given: recorded and shown. */
  properties?: Record<string, FormatValue>;
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
  /** Values of the tags set on it, by the tag's id. */
  tags?: Record<string, string>;
  maskingPolicy?: MaskingUse;
}
/** A masking policy set on a column: the policy's id and, with USING, the columns of its arguments. */
export interface MaskingUse {
  id: number;
  using: string[];
}
export interface RowAccessUse {
  id: number;
  on: string[];
}
export interface TableConstraint {
  name: string;
  type: 'PRIMARY KEY' | 'UNIQUE' | 'FOREIGN KEY' | 'CHECK';
  columns: string[];
  references: { table: string; columns: string[] } | null;
  /** What CHECK demands of each row, as written. */
  check?: string;
  /** RELY, ON DELETE …, as written: recorded and shown. */
  properties?: string[];
  comment?: string;
  /** Microseconds since 1970. */
  createdAt?: number;
}
/**
 * Physical storage in DuckDB, schema `data`: `t<id>` holds the current rows, `h<id>` the old images.
 * Both: c<n>… columns, then `_row BIGINT` (row id, stable for the row's life), `_born BIGINT` (version inserted),
 * `_since BIGINT` (version of this image); `h<id>` also `_until BIGINT` (version that ended the image).
 * A version is microseconds since 1970, unique and growing per server. See tables/storage.ts.
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
  rowAccessPolicy?: RowAccessUse;
  /** What makes it a dynamic table: its rows are those of a query, as of the last refresh. */
  dynamic?: DynamicTable;
  /** What makes it an external table: its rows are those of registered files. */
  external?: ExternalTable;
}
export interface ExternalTable {
  stageId: number;
  /** DB.SCHEMA.NAME of the stage when the table was made. */
  stageName: string;
  /** Path in the stage that LOCATION names. */
  path: string;
  pattern: string | null;
  fileFormat: FileFormatReference;
  autoRefresh: boolean;
  /** Names of columns. */
  partitionBy: string[];
  files: RegisteredFile[];
  refreshedAt: number | null;
}
/** A file whose rows an external table has. */
export interface RegisteredFile {
  /** As METADATA$FILENAME names it. */
  name: string;
  /** From the stage's root. */
  path: string;
  etag: string;
  /** Bytes. */
  size: number;
  lastModified: number;
  registeredAt: number;
}
export interface DynamicTable {
  queryText: string;
  /** Whole CREATE statement, for GET_DDL and SHOW. */
  text: string;
  /** '5 minutes', or DOWNSTREAM: as fresh as the dynamic tables that read it need. */
  targetLag: string;
  warehouse: string;
  refreshMode: 'AUTO' | 'FULL' | 'INCREMENTAL';
  initialize: 'ON_CREATE' | 'ON_SCHEDULE';
  state: 'ACTIVE' | 'SUSPENDED';
  suspendedAt: number | null;
  /** The time that its rows are as of; null before the first refresh. */
  dataTimestamp: number | null;
  transient: boolean;
}
export interface ViewRecord extends ObjectRecord {
  kind: 'VIEW';
  /** Session that owns a temporary view. */
  sessionId?: string;
  secure: boolean;
  materialized: boolean;
  clusterBy?: string;
  changeTracking?: boolean;
  columns: ViewColumn[];
  rowAccessPolicy?: RowAccessUse;
  queryText: string;
  /** Whole CREATE statement, for GET_DDL and SHOW VIEWS. */
  text: string;
}
export interface ViewColumn extends Column {
  comment?: string;
  tags?: Record<string, string>;
  maskingPolicy?: MaskingUse;
}
export interface StreamRecord extends ObjectRecord {
  kind: 'STREAM';
  /** Table, view or stage id. */
  sourceId: number;
  /** The table whose changes it shows: the source, or the one that the view reads. */
  tableId: number;
  mode: 'DEFAULT' | 'APPEND_ONLY' | 'INSERT_ONLY';
  /** Changes with version > offset are in the stream. */
  offset: number;
  /** The other tables of a view that reads several, each with its offset. */
  joined?: { tableId: number; offset: number }[];
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
  /** The table that holds its directory: in no schema, so that no name finds it. */
  directoryTableId?: number;
  /** COPY_OPTIONS = (…), names upper case. */
  copyOptions: Record<string, FormatValue>;
  temporary: boolean;
  /** The session that a temporary stage belongs to. */
  sessionId?: string;
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
  /** A clone that has not been resumed: STOPPED_CLONED. */
  isClone?: boolean;
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
  /** ORDER; NOORDER by default. */
  ordered?: boolean;
}
export interface RoutineRecord extends ObjectRecord {
  kind: 'FUNCTION' | 'PROCEDURE';
  /** `default` is the text of a DEFAULT expression; `out` an argument that gives a variable of the caller its value. */
  parameters: { name: string; type: SnowflakeType; default?: string; out?: true }[];
  returns: SnowflakeType | { table: Column[] };
  returnsNotNull?: boolean;
  secure?: boolean;
  /** The session of a temporary function. */
  sessionId?: string;
  language: string;
  executeAs: 'CALLER' | 'OWNER';
  body: string;
  /** Further clauses as given (RUNTIME_VERSION, STRICT …), names upper case. */
  properties?: Record<string, FormatValue>;
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
    | 'RESOURCE MONITOR'
    | 'NETWORK POLICY'
    | 'NETWORK RULE'
    | 'PASSWORD POLICY'
    | 'SESSION POLICY'
    | 'AUTHENTICATION POLICY'
    | 'SECRET'
    | 'ALERT';
  /** Kind as created, e.g. 'STORAGE INTEGRATION'. */
  type: string;
  properties: Record<string, FormatValue>;
}

/** A rule over its arguments: what a column shows, or which rows. */
export interface PolicyRecord extends ObjectRecord {
  kind: 'MASKING POLICY' | 'ROW ACCESS POLICY';
  parameters: { name: string; type: SnowflakeType }[];
  returns: SnowflakeType;
  bodyText: string;
}
/** A privilege or role that a role or user has. OWNERSHIP is the owner of the object instead. */
export interface GrantRecord extends ObjectRecord {
  kind: 'GRANT';
  privilege: string;
  /** `objectId` null: the account, or a role that every account has, by `objectName`. */
  on: { type: string; objectId: number | null; objectName: string };
  /** For objects of the type that will be created in the schema or database `on.objectId`. */
  future: boolean;
  to: { type: 'ROLE' | 'USER' | 'DATABASE ROLE' | 'SHARE'; name: string };
  grantOption: boolean;
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
  | RecordedObject
  | PolicyRecord
  | GrantRecord;
export type RecordKind = CatalogRecord['kind'];
export type RecordOfKind<Kind extends RecordKind> = CatalogRecord extends infer Candidate
  ? Candidate extends { kind: RecordKind }
    ? Extract<Candidate['kind'], Kind> extends never
      ? never
      : Candidate & { kind: Extract<Candidate['kind'], Kind> }
    : never
  : never;
