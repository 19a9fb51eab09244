import type { Node } from '../position.ts';
import type { Expression, Identifier, ObjectName } from './expression.ts';
import type { Property } from './property.ts';
import type { Query, StageLocation, TableExpression } from './query.ts';

export interface QueryStatement extends Node {
  kind: 'select';
  query: Query;
}
export interface Insert extends Node {
  kind: 'insert';
  overwrite: boolean;
  target: ObjectName;
  columns: Identifier[];
  source: Query;
}
/** INSERT [OVERWRITE] ALL|FIRST … */
export interface MultiInsert extends Node {
  kind: 'multiInsert';
  overwrite: boolean;
  first: boolean;
  branches: {
    when: Expression | null;
    otherwise: boolean;
    into: { target: ObjectName; columns: Identifier[]; values: Expression[] }[];
  }[];
  source: Query;
}
export interface Update extends Node {
  kind: 'update';
  target: ObjectName;
  alias: Identifier | null;
  set: { column: Identifier[]; value: Expression }[];
  from: TableExpression | null;
  where: Expression | null;
}
export interface Delete extends Node {
  kind: 'delete';
  target: ObjectName;
  alias: Identifier | null;
  using: TableExpression | null;
  where: Expression | null;
}
export interface Merge extends Node {
  kind: 'merge';
  target: ObjectName;
  alias: Identifier | null;
  /** A table or derived table with its alias. */
  source: TableExpression;
  on: Expression;
  clauses: MergeClause[];
}
export type MergeClause = Node & { matched: boolean; condition: Expression | null } & (
    | { action: 'update'; set: { column: Identifier[]; value: Expression }[] }
    | { action: 'updateAllByName' }
    | { action: 'delete' }
    | { action: 'insert'; columns: Identifier[]; values: Expression[] }
    | { action: 'insertAllByName' }
  );
export interface Truncate extends Node {
  kind: 'truncate';
  target: ObjectName;
  ifExists: boolean;
}

export interface CopyIntoTable extends Node {
  kind: 'copyIntoTable';
  target: ObjectName;
  columns: Identifier[];
  /** A location, or `(SELECT … FROM @stage …)` */
  source: StageLocation | (Query & { kind: 'query' });
  files: string[];
  pattern: string | null;
  /** FILE_FORMAT, ON_ERROR, … as written */
  options: Property[];
}
export interface CopyIntoLocation extends Node {
  kind: 'copyIntoLocation';
  location: StageLocation;
  source: ObjectName | Query;
  partitionBy: Expression | null;
  options: Property[];
}
