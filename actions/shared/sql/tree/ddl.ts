import type { Node } from '../position.ts';
import type { CopyIntoTable } from './dml.ts';
import type { Expression, Identifier, ObjectName, TypeName } from './expression.ts';
import type { Property } from './property.ts';
import type { Query, StageLocation, TimeTravel } from './query.ts';
import type { Statement } from './statement.ts';

export interface CreateFlags {
  orReplace: boolean;
  ifNotExists: boolean;
  orAlter: boolean;
}
export interface ColumnDefinition extends Node {
  name: Identifier;
  /** null only for CTAS columns and views */
  type: TypeName | null;
  notNull: boolean;
  default: Expression | null;
  /** AUTOINCREMENT/IDENTITY */
  identity: { start: number; increment: number; order: boolean | null } | null;
  /** `AS (expr)` */
  computed: Expression | null;
  collate: string | null;
  comment: string | null;
  constraints: Constraint[];
  maskingPolicy: { name: ObjectName; using: Identifier[] } | null;
  tags: { name: ObjectName; value: string }[];
}
export interface Constraint extends Node {
  name: Identifier | null;
  type: 'PRIMARY KEY' | 'UNIQUE' | 'FOREIGN KEY' | 'CHECK';
  columns: Identifier[];
  references: { table: ObjectName; columns: Identifier[] } | null;
  /** What CHECK demands of each row. */
  check: Expression | null;
  /** ENFORCED, NOT ENFORCED, RELY, NORELY, … as written */
  properties: string[];
  comment: string | null;
}
export interface CreateTable extends Node, CreateFlags {
  kind: 'createTable';
  lifetime: 'PERMANENT' | 'TRANSIENT' | 'TEMPORARY';
  name: ObjectName;
  columns: ColumnDefinition[];
  constraints: Constraint[];
  /** CLUSTER BY (…) */
  clusterBy: Expression[];
  /** AS query */
  query: Query | null;
  like: ObjectName | null;
  clone: { source: ObjectName; timeTravel: TimeTravel | null } | null;
  /** USING TEMPLATE (query) */
  template: Query | null;
  copyGrants: boolean;
  comment: string | null;
  properties: Property[];
}
/** Its columns are expressions over VALUE and METADATA$FILENAME of the files below `location`. */
export interface CreateExternalTable extends Node, CreateFlags {
  kind: 'createExternalTable';
  name: ObjectName;
  columns: ColumnDefinition[];
  constraints: Constraint[];
  partitionBy: Identifier[];
  location: StageLocation;
  copyGrants: boolean;
  comment: string | null;
  /** FILE_FORMAT, PATTERN, AUTO_REFRESH, REFRESH_ON_CREATE, … */
  properties: Property[];
}
export interface CreateView extends Node, CreateFlags {
  kind: 'createView';
  secure: boolean;
  materialized: boolean;
  recursive: boolean;
  /** DYNAMIC TABLE has properties TARGET_LAG, WAREHOUSE, … */
  dynamicTable: boolean;
  temporary: boolean;
  name: ObjectName;
  columns: ViewColumnDefinition[];
  copyGrants: boolean;
  comment: string | null;
  query: Query;
  /** Text of the query as written. */
  queryText: string;
  properties: Property[];
}
export interface CreateDynamicClone extends Node, CreateFlags {
  kind: 'createDynamicClone';
  transient: boolean;
  name: ObjectName;
  source: ObjectName;
  timeTravel: TimeTravel | null;
  copyGrants: boolean;
  comment: string | null;
  /** TARGET_LAG, WAREHOUSE */
  properties: Property[];
}
export interface ViewColumnDefinition {
  name: Identifier;
  /** Of a dynamic table only. */
  type: TypeName | null;
  comment: string | null;
  maskingPolicy: ColumnDefinition['maskingPolicy'];
  tags: ColumnDefinition['tags'];
}
/** DATABASE, SCHEMA (with CLONE) */
export interface CreateContainer extends Node, CreateFlags {
  kind: 'createContainer';
  type: 'DATABASE' | 'SCHEMA';
  transient: boolean;
  name: ObjectName;
  clone: { source: ObjectName; timeTravel: TimeTravel | null } | null;
  comment: string | null;
  properties: Property[];
}
/** Objects that are a name and properties. `type` in upper case as in SHOW. */
export interface CreateObject extends Node, CreateFlags {
  kind: 'createObject';
  type: ObjectType;
  temporary: boolean;
  name: ObjectName;
  comment: string | null;
  properties: Property[];
  /** For MASKING POLICY, ROW ACCESS POLICY: `AS (args) RETURNS type -> body` */
  policy: {
    parameters: { name: Identifier; type: TypeName }[];
    returns: TypeName;
    body: Expression;
    bodyText: string;
  } | null;
}
export type ObjectType =
  | 'STAGE'
  | 'FILE FORMAT'
  | 'SEQUENCE'
  | 'WAREHOUSE'
  | 'ROLE'
  | 'DATABASE ROLE'
  | 'USER'
  | 'TAG'
  | 'STORAGE INTEGRATION'
  | 'NOTIFICATION INTEGRATION'
  | 'API INTEGRATION'
  | 'SECURITY INTEGRATION'
  | 'CATALOG INTEGRATION'
  | 'EXTERNAL ACCESS INTEGRATION'
  | 'INTEGRATION'
  | 'MASKING POLICY'
  | 'ROW ACCESS POLICY'
  | 'RESOURCE MONITOR'
  | 'NETWORK POLICY'
  | 'NETWORK RULE'
  | 'PASSWORD POLICY'
  | 'SESSION POLICY'
  | 'AUTHENTICATION POLICY'
  | 'SECRET'
  | 'ALERT';
export interface CreateStream extends Node, CreateFlags {
  kind: 'createStream';
  name: ObjectName;
  sourceType: 'TABLE' | 'VIEW' | 'STAGE' | 'EXTERNAL TABLE' | 'DYNAMIC TABLE';
  source: ObjectName;
  timeTravel: TimeTravel | null;
  clone: ObjectName | null;
  copyGrants: boolean;
  comment: string | null;
  /** APPEND_ONLY, INSERT_ONLY, SHOW_INITIAL_ROWS */
  properties: Property[];
}
export interface CreateTask extends Node, CreateFlags {
  kind: 'createTask';
  name: ObjectName;
  clone: ObjectName | null;
  /** WAREHOUSE, SCHEDULE, CONFIG, session parameters, … (not AFTER, WHEN, FINALIZE, COMMENT) */
  properties: Property[];
  after: ObjectName[];
  finalize: ObjectName | null;
  when: Expression | null;
  whenText: string | null;
  comment: string | null;
  /** null: CLONE. */
  body: Statement | null;
  bodyText: string;
}
export interface CreatePipe extends Node, CreateFlags {
  kind: 'createPipe';
  name: ObjectName;
  properties: Property[];
  comment: string | null;
  copy: CopyIntoTable;
  copyText: string;
}
export interface CreateRoutine extends Node, CreateFlags {
  kind: 'createRoutine';
  type: 'FUNCTION' | 'PROCEDURE';
  secure: boolean;
  temporary: boolean;
  name: ObjectName;
  /** `out`: OUT of a procedure's argument */
  parameters: { name: Identifier; type: TypeName; default: Expression | null; out: boolean }[];
  returns: TypeName | { table: { name: Identifier; type: TypeName }[] };
  language: string;
  executeAs: 'CALLER' | 'OWNER' | null;
  comment: string | null;
  properties: Property[];
  /** Text between quotes or $$, or of an unquoted BEGIN…END block. */
  body: string;
}

export interface AlterTable extends Node {
  kind: 'alterTable';
  ifExists: boolean;
  name: ObjectName;
  action: AlterTableAction;
}
export type AlterTableAction =
  | { kind: 'addColumns'; columns: ColumnDefinition[]; ifNotExists: boolean }
  | { kind: 'dropColumns'; columns: Identifier[]; ifExists: boolean }
  | { kind: 'renameColumn'; from: Identifier; to: Identifier }
  | {
      kind: 'alterColumns';
      changes: {
        column: Identifier;
        change:
          | { kind: 'type'; type: TypeName }
          | { kind: 'setNotNull' | 'dropNotNull' | 'dropDefault' | 'unsetComment' }
          | { kind: 'unsetMaskingPolicy' }
          | { kind: 'setDefault'; value: Expression }
          | { kind: 'comment'; text: string }
          | { kind: 'setMaskingPolicy'; name: ObjectName; using: Identifier[]; force: boolean }
          | { kind: 'setTag'; tags: { name: ObjectName; value: string }[] }
          | { kind: 'unsetTag'; tags: ObjectName[] };
      }[];
    }
  | { kind: 'rename'; to: ObjectName }
  | { kind: 'swap'; with: ObjectName }
  | { kind: 'addConstraint'; constraint: Constraint }
  | {
      kind: 'dropConstraint';
      name: Identifier | null;
      type: Constraint['type'] | null;
      /** FOREIGN KEY and UNIQUE may name their columns instead; empty: any. */
      columns: Identifier[];
    }
  | { kind: 'renameConstraint'; from: Identifier; to: Identifier }
  | {
      kind: 'alterConstraint';
      name: Identifier | null;
      type: Constraint['type'] | null;
      properties: string[];
    }
  | { kind: 'clusterBy'; expressions: Expression[] }
  | { kind: 'dropClusteringKey' | 'suspendRecluster' | 'resumeRecluster' | 'refresh' | 'suspend' | 'resume' }
  | { kind: 'set'; properties: Property[] }
  | { kind: 'unset'; names: string[] }
  | { kind: 'setTag'; tags: { name: ObjectName; value: string }[] }
  | { kind: 'unsetTag'; tags: ObjectName[] }
  | RowAccessAction
  /** ADD or DROP SEARCH OPTIMIZATION */
  | { kind: 'searchOptimization'; on: boolean };

/** DROP … , ADD … in one statement swaps the policy. */
export type RowAccessAction =
  | { kind: 'addRowAccessPolicy'; policy: ObjectName; on: Identifier[] }
  | { kind: 'dropRowAccessPolicy'; policy: ObjectName; add: { policy: ObjectName; on: Identifier[] } | null }
  | { kind: 'dropAllRowAccessPolicies' };
export type AlterColumnsAction = Extract<AlterTableAction, { kind: 'alterColumns' }>;

/** ALTER of anything that is set, unset, renamed, suspended, resumed or refreshed as a whole. */
export interface AlterObject extends Node {
  kind: 'alterObject';
  type:
    | ObjectType
    | 'VIEW'
    | 'STREAM'
    | 'DATABASE'
    | 'SCHEMA'
    | 'DYNAMIC TABLE'
    | 'EXTERNAL TABLE'
    | 'MATERIALIZED VIEW'
    | 'ACCOUNT'
    | 'FUNCTION'
    | 'PROCEDURE';
  ifExists: boolean;
  name: ObjectName | null;
  /** FUNCTION and PROCEDURE */
  argumentTypes: TypeName[];
  action:
    | { kind: 'refreshDirectory'; subpath: string }
    /** Of an external table; '' is all of it. */
    | { kind: 'refreshFiles'; path: string }
    | { kind: 'files'; change: 'add' | 'remove'; files: string[] }
    | { kind: 'set'; properties: Property[] }
    | { kind: 'unset'; names: string[] }
    | { kind: 'rename'; to: ObjectName }
    | { kind: 'swap'; with: ObjectName }
    /** Of a procedure. */
    | { kind: 'executeAs'; rights: 'CALLER' | 'OWNER' }
    | { kind: 'suspend' | 'resume' | 'resumeIfSuspended' | 'refresh' | 'setSecure' | 'unsetSecure' }
    /** Of a masking or row access policy. */
    | { kind: 'setBody'; body: Expression; bodyText: string }
    /** Of a tag. */
    | { kind: 'allowedValues'; change: 'add' | 'drop'; values: string[] }
    | { kind: 'unsetAllowedValues' }
    /** Of a view, materialized view or dynamic table. */
    | AlterColumnsAction
    | RowAccessAction
    | { kind: 'clusterBy'; expressions: Expression[] }
    | { kind: 'dropClusteringKey' | 'suspendRecluster' | 'resumeRecluster' };
}
export interface AlterTask extends Node {
  kind: 'alterTask';
  ifExists: boolean;
  name: ObjectName;
  action:
    | { kind: 'suspend' | 'resume' | 'removeWhen' | 'unsetFinalize' }
    | { kind: 'set'; properties: Property[] }
    | { kind: 'unset'; names: string[] }
    | { kind: 'addAfter' | 'removeAfter'; tasks: ObjectName[] }
    | { kind: 'modifyAs'; body: Statement; bodyText: string }
    | { kind: 'modifyWhen'; when: Expression; whenText: string }
    | { kind: 'setFinalize'; root: ObjectName };
}
export interface AlterPipe extends Node {
  kind: 'alterPipe';
  ifExists: boolean;
  name: ObjectName;
  action:
    | { kind: 'set'; properties: Property[] }
    | { kind: 'unset'; names: string[] }
    | { kind: 'refresh'; prefix: string | null; modifiedAfter: string | null };
}
export interface ExecuteAlert extends Node {
  kind: 'executeAlert';
  name: ObjectName;
}
export interface ExecuteTask extends Node {
  kind: 'executeTask';
  name: ObjectName;
  retryLast: boolean;
  config: string | null;
}
export interface Drop extends Node {
  kind: 'drop';
  type:
    | ObjectType
    | 'TABLE'
    | 'VIEW'
    | 'MATERIALIZED VIEW'
    | 'DYNAMIC TABLE'
    | 'EXTERNAL TABLE'
    | 'DATABASE'
    | 'SCHEMA'
    | 'STREAM'
    | 'TASK'
    | 'PIPE'
    | 'FUNCTION'
    | 'PROCEDURE';
  ifExists: boolean;
  name: ObjectName;
  /** FUNCTION and PROCEDURE */
  argumentTypes: TypeName[];
  behaviour: 'CASCADE' | 'RESTRICT' | null;
}
export interface Undrop extends Node {
  kind: 'undrop';
  type: 'TABLE' | 'SCHEMA' | 'DATABASE' | 'DYNAMIC TABLE' | 'TAG' | 'VIEW';
  name: ObjectName;
}
/** GRANT and REVOKE, recorded and shown. */
export interface Grant extends Node {
  kind: 'grant';
  revoke: boolean;
  /** Upper case, e.g. ['SELECT'], ['ALL PRIVILEGES'], ['IMPORTED PRIVILEGES']; a role grant has `role`. */
  privileges: string[];
  role: Identifier[] | null;
  /** ON … : type such as TABLE, SCHEMA, DATABASE, 'ALL TABLES IN SCHEMA', 'FUTURE VIEWS IN DATABASE', ACCOUNT */
  on: { type: string; name: ObjectName | null; argumentTypes: TypeName[] } | null;
  to: { type: 'ROLE' | 'USER' | 'DATABASE ROLE' | 'SHARE'; name: ObjectName };
  grantOption: boolean;
  ownership: { currentGrants: 'COPY' | 'REVOKE' | null } | null;
}
export interface Comment extends Node {
  kind: 'comment';
  ifExists: boolean;
  /** e.g. TABLE, COLUMN, SCHEMA */
  type: string;
  name: ObjectName;
  /** FUNCTION and PROCEDURE */
  argumentTypes: TypeName[];
  text: string;
}
