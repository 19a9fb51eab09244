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
  | Unpivot;

export interface TableAlias extends Node {
  name: Identifier;
  columns: Identifier[];
}
export interface TableReference extends Node {
  kind: 'table';
  name: ObjectName;
  timeTravel: TimeTravel | null;
  /** CHANGES (INFORMATION => DEFAULT|APPEND_ONLY) AT(…) [END(…)] */
  changes: { information: 'DEFAULT' | 'APPEND_ONLY'; end: TimeTravel | null } | null;
  sample: Sample | null;
  alias: TableAlias | null;
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
  aggregate: FunctionCall;
  column: Identifier;
  values: { expression: Expression; alias: Identifier | null }[];
  alias: TableAlias | null;
}
export interface Unpivot extends Node {
  kind: 'unpivot';
  input: TableExpression;
  value: Identifier;
  name: Identifier;
  columns: { column: Identifier; alias: Identifier | null }[];
  includeNulls: boolean;
  alias: TableAlias | null;
}
