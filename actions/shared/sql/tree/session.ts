import type { Node } from '../position.ts';
import type { CreateRoutine } from './ddl.ts';
import type { Expression, Identifier, ObjectName, TypeName } from './expression.ts';
import type { Property } from './property.ts';
import type { StageLocation } from './query.ts';
import type { Statement } from './statement.ts';

export interface Use extends Node {
  kind: 'use';
  type: 'DATABASE' | 'SCHEMA' | 'ROLE' | 'WAREHOUSE' | 'SECONDARY ROLES';
  name: ObjectName;
}
export interface SetVariable extends Node {
  kind: 'set';
  names: Identifier[];
  values: Expression[];
}
export interface UnsetVariable extends Node {
  kind: 'unset';
  names: Identifier[];
}
export interface AlterSession extends Node {
  kind: 'alterSession';
  set: Property[];
  unset: string[];
}
export interface Transaction extends Node {
  kind: 'transaction';
  action: 'begin' | 'commit' | 'rollback';
  name: string | null;
}
export interface Show extends Node {
  kind: 'show';
  /** e.g. TABLES, STREAMS, 'FILE FORMATS', OBJECTS, GRANTS, COLUMNS, PARAMETERS, 'PRIMARY KEYS', TRANSACTIONS */
  type: string;
  terse: boolean;
  history: boolean;
  like: string | null;
  /** IN ACCOUNT | DATABASE n | SCHEMA n | TABLE n; type null for bare `IN name` */
  in: { type: string | null; name: ObjectName | null } | null;
  /** SHOW GRANTS ON/TO/OF … */
  grants: { relation: 'ON' | 'TO' | 'OF'; type: string; name: ObjectName | null } | null;
  startsWith: string | null;
  limit: { rows: number; from: string | null } | null;
}
export interface Describe extends Node {
  kind: 'describe';
  /** TABLE, VIEW, STREAM, TASK, PIPE, STAGE, 'FILE FORMAT', INTEGRATION, USER, FUNCTION, PROCEDURE, RESULT, WAREHOUSE, SCHEMA, DATABASE, … */
  type: string;
  name: ObjectName;
  argumentTypes: TypeName[];
}
export interface Put extends Node {
  kind: 'put';
  /** Local path as written after `file://` */
  file: string;
  location: StageLocation;
  options: Property[];
}
export interface Get extends Node {
  kind: 'get';
  location: StageLocation;
  file: string;
  options: Property[];
}
export interface ListFiles extends Node {
  kind: 'list';
  location: StageLocation;
  pattern: string | null;
}
export interface RemoveFiles extends Node {
  kind: 'remove';
  location: StageLocation;
  pattern: string | null;
}
export interface ExplainStatement extends Node {
  kind: 'explain';
  format: 'TABULAR' | 'JSON' | 'TEXT';
  statement: Statement;
}
export interface CallProcedure extends Node {
  kind: 'callProcedure';
  /** WITH … AS PROCEDURE: what is called instead of a procedure of the catalog. */
  anonymous: CreateRoutine | null;
  name: ObjectName;
  args: Expression[];
  namedArgs: { name: Identifier; value: Expression }[];
  /** INTO :x, in a block */
  into: Identifier | null;
}
export interface ExecuteImmediate extends Node {
  kind: 'executeImmediate';
  /** A string expression, a $$ literal or a variable; or FROM @stage/file */
  source: Expression | StageLocation;
  using: Identifier[];
  /** USING (name => value, …) of EXECUTE IMMEDIATE FROM */
  template: { name: Identifier; value: Expression }[];
}
