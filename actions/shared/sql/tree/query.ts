import type { Node } from '../position.ts';
import type { Expression, FunctionCall, Identifier, ObjectName } from './expression.ts';
import type { Property } from './property.ts';

export interface Query extends Node {
  kind: 'query';
  with: { recursive: boolean; name: Identifier; columns: Identifier[]; query: Query }[];
  body: SetBody;
  /** 'ALL' is ORDER BY ALL */
  orderBy: OrderItem[] | { all: true; descending: boolean; nulls: 'FIRST' | 'LAST' | null };
  limit: Expression | null;
  offset: Expression | null;
}
export type SetBody = Select | SetOperation | Values | Query;
export interface SetOperation extends Node {
  kind: 'setOperation';
  operator: 'UNION' | 'UNION ALL' | 'EXCEPT' | 'INTERSECT';
  byName: boolean;
  left: SetBody;
  right: SetBody;
}
export interface Values extends Node {
  kind: 'values';
  rows: Expression[][];
}
export interface Select extends Node {
  kind: 'select';
  distinct: boolean;
  top: Expression | null;
  items: SelectItem[];
  from: TableExpression | null;
  where: Expression | null;
  /** START WITH … CONNECT BY … */
  connectBy: { startWith: Expression | null; condition: Expression } | null;
  groupBy: GroupBy | null;
  having: Expression | null;
  qualify: Expression | null;
}
export interface SelectItem extends Node {
  expression: Expression;
  alias: Identifier | null;
}
export type GroupBy =
  | { kind: 'all' }
  | { kind: 'items'; items: Expression[] }
  /** With a GROUPING SETS, CUBE or ROLLUP among its elements: their sets are combined with each other. */
  | { kind: 'sets'; elements: GroupElement[] };
export type GroupElement =
  | { kind: 'key'; expression: Expression }
  | { kind: 'groupingSets' | 'cube' | 'rollup'; sets: Expression[][] };
export interface OrderItem extends Node {
  expression: Expression;
  descending: boolean;
  nulls: 'FIRST' | 'LAST' | null;
}

export type TableExpression =
  | TableReference
  | DerivedTable
  | TableFunction
  | StageReference
  | Join
  | Pivot
  | Unpivot
  | MatchRecognize
  | PipedResult;

export interface TableAlias extends Node {
  name: Identifier;
  columns: Identifier[];
}
export interface TableReference extends Node {
  kind: 'table';
  name: ObjectName;
  timeTravel: TimeTravel | null;
  /** CHANGES (INFORMATION => DEFAULT|APPEND_ONLY) AT(…) [END(…)] */
  changes: {
    information: 'DEFAULT' | 'APPEND_ONLY';
    end: TimeTravel | null;
  } | null;
  sample: Sample | null;
  alias: TableAlias | null;
  /** DIRECTORY(@stage): `name` is the stage. */
  directory?: boolean;
}
export interface TimeTravel extends Node {
  when: 'AT' | 'BEFORE';
  by: 'TIMESTAMP' | 'OFFSET' | 'STATEMENT' | 'STREAM';
  value: Expression;
}
export interface Sample extends Node {
  method: 'BERNOULLI' | 'SYSTEM';
  /** percent, or rows when `rows` */
  amount: Expression;
  rows: boolean;
  seed: Expression | null;
}
/** `(query)` or `(VALUES …)` in FROM, LATERAL or not */
export interface DerivedTable extends Node {
  kind: 'derived';
  query: Query;
  lateral: boolean;
  sample: Sample | null;
  alias: TableAlias | null;
}
/** `TABLE(fn(…))`, `LATERAL FLATTEN(…)`, `FLATTEN(…)`; TABLE('name') comes as a table reference. */
export interface TableFunction extends Node {
  kind: 'tableFunction';
  call: FunctionCall;
  lateral: boolean;
  alias: TableAlias | null;
}
/** `@stage/path (FILE_FORMAT => 'f', PATTERN => '…')` */
export interface StageReference extends Node {
  kind: 'stage';
  location: StageLocation;
  options: Property[];
  alias: TableAlias | null;
}
/** `@~/p`, `@%t/p`, `@db.s.name/p` : `path` without leading slash, possibly empty. Or `'s3://bucket/prefix'` as url. */
export type StageLocation =
  | ({ kind: 'userStage'; path: string } & Node)
  | ({ kind: 'tableStage'; table: Identifier[]; path: string } & Node)
  | ({ kind: 'namedStage'; stage: Identifier[]; path: string } & Node)
  | ({ kind: 'url'; url: string } & Node);
export interface Join extends Node {
  kind: 'join';
  /** 'COMMA' is `a, b` */
  type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS' | 'COMMA' | 'ASOF';
  natural: boolean;
  /** `INNER DIRECTED JOIN`: the left table is read first; the rows are those of the join. */
  directed: boolean;
  left: TableExpression;
  right: TableExpression;
  on: Expression | null;
  using: Identifier[];
  /** ASOF JOIN … MATCH_CONDITION (…) */
  matchCondition: Expression | null;
}
export interface Pivot extends Node {
  kind: 'pivot';
  input: TableExpression;
  aggregates: { call: FunctionCall; alias: Identifier | null }[];
  column: Identifier;
  values: PivotValues;
  /** DEFAULT ON NULL (…) */
  defaultOnNull: Expression | null;
  alias: TableAlias | null;
}
export type PivotValues =
  | { kind: 'list'; items: { expression: Expression; alias: Identifier | null }[] }
  | { kind: 'any'; orderBy: OrderItem[] }
  | { kind: 'selected'; query: Query };
export interface Unpivot extends Node {
  kind: 'unpivot';
  input: TableExpression;
  value: Identifier;
  name: Identifier;
  columns: { column: Identifier; alias: Identifier | null }[];
  includeNulls: boolean;
  alias: TableAlias | null;
}
/** https://docs.snowflake.com/en/sql-reference/constructs/match_recognize */
export interface MatchRecognize extends Node {
  kind: 'matchRecognize';
  input: TableExpression;
  partitionBy: Expression[];
  orderBy: OrderItem[];
  measures: { expression: Expression; alias: Identifier; semantics: 'FINAL' | 'RUNNING' | null }[];
  rows: 'ONE' | 'ALL' | 'ALL OMIT EMPTY' | 'ALL WITH UNMATCHED';
  afterMatch: { kind: 'pastLastRow' | 'nextRow' } | { kind: 'first' | 'last'; symbol: Identifier };
  pattern: RowPattern;
  subsets: { name: Identifier; symbols: Identifier[] }[];
  define: { symbol: Identifier; condition: Expression }[];
  alias: TableAlias | null;
}
export type RowPattern =
  | { kind: 'symbol'; symbol: Identifier }
  | { kind: 'sequence' | 'alternation' | 'permute'; parts: RowPattern[] }
  /** `{- … -}` */
  | { kind: 'excluded'; part: RowPattern }
  | { kind: 'anchor'; at: 'start' | 'end' }
  /** `most` null: without bound. */
  | { kind: 'repeat'; part: RowPattern; least: number; most: number | null; greedy: boolean };
/** `$1` in FROM: the result `back` statements before this one in a chain of `->>`. */
export interface PipedResult extends Node {
  kind: 'pipedResult';
  back: number;
  alias: TableAlias | null;
}
