import type { Node } from '../position.ts';
import type { OrderItem, Query } from './query.ts';

/** A name as written. `name` is folded to upper case unless quoted. */
export interface Identifier extends Node {
  name: string;
  quoted: boolean;
}

/** One to three parts. `IDENTIFIER('a.b')` and `IDENTIFIER($v)` are resolved by the engine at run time. */
export type ObjectName =
  | ({ kind: 'name'; parts: Identifier[] } & Node)
  | ({ kind: 'identifierCall'; argument: Expression } & Node);

export type Expression =
  | NumberLiteral
  | StringLiteral
  | BooleanLiteral
  | NullLiteral
  | ColumnReference
  | PositionalColumn
  | SessionVariable
  | Bind
  | Star
  | Unary
  | Binary
  | Between
  | InList
  | InQuery
  | Like
  | IsNull
  | IsBoolean
  | IsDistinct
  | Case
  | Cast
  | PathAccess
  | FunctionCall
  | Subquery
  | Exists
  | Quantified
  | ArrayLiteral
  | ObjectLiteral
  | IntervalLiteral
  | Tuple
  | Lambda;

/** `text` exactly as written, e.g. `1`, `1.50`, `1e3`. */
export interface NumberLiteral extends Node {
  kind: 'number';
  text: string;
}
/** Escapes and `$$` already resolved. */
export interface StringLiteral extends Node {
  kind: 'string';
  value: string;
}
export interface BooleanLiteral extends Node {
  kind: 'boolean';
  value: boolean;
}
export interface NullLiteral extends Node {
  kind: 'null';
}
/** `a`, `t.a`, `s.t.a`, `d.s.t.a`; METADATA$… names too. */
export interface ColumnReference extends Node {
  kind: 'column';
  parts: Identifier[];
}
/** `$1`, `t.$1` (1-based). */
export interface PositionalColumn extends Node {
  kind: 'positional';
  qualifier: Identifier | null;
  index: number;
}
/** `$name` */
export interface SessionVariable extends Node {
  kind: 'variable';
  name: string;
}
/** `?` (0-based index in order of appearance), `:1` (index = n - 1), or `:name` (scripting variable). */
export interface Bind extends Node {
  kind: 'bind';
  index: number | null;
  name: string | null;
}
/** `*`, `t.*`, with its modifiers. Only in a select list and in COUNT(*). */
export interface Star extends Node {
  kind: 'star';
  qualifier: Identifier[] | null;
  ilike: string | null;
  exclude: Identifier[];
  replace: { expression: Expression; name: Identifier }[];
  rename: { from: Identifier; to: Identifier }[];
}
export interface Unary extends Node {
  kind: 'unary';
  /** PRIOR and CONNECT_BY_ROOT stand in a CONNECT BY query, `**` spreads an array over arguments, `(+)` marks an outer side. */
  operator: '-' | '+' | 'NOT' | 'PRIOR' | 'CONNECT_BY_ROOT' | '**' | '(+)';
  operand: Expression;
}
export interface Binary extends Node {
  kind: 'binary';
  operator: '+' | '-' | '*' | '/' | '%' | '||' | '=' | '<>' | '<' | '<=' | '>' | '>=' | 'AND' | 'OR';
  left: Expression;
  right: Expression;
}
export interface Between extends Node {
  kind: 'between';
  operand: Expression;
  low: Expression;
  high: Expression;
  negated: boolean;
}
export interface InList extends Node {
  kind: 'inList';
  operand: Expression;
  items: Expression[];
  negated: boolean;
}
export interface InQuery extends Node {
  kind: 'inQuery';
  operand: Expression;
  query: Query;
  negated: boolean;
}
/** LIKE, ILIKE, RLIKE/REGEXP, LIKE ANY/ALL (patterns has more than one item then, or `quantifier` is set). */
export interface Like extends Node {
  kind: 'like';
  operator: 'LIKE' | 'ILIKE' | 'RLIKE';
  operand: Expression;
  patterns: Expression[];
  quantifier: 'ANY' | 'ALL' | null;
  escape: Expression | null;
  negated: boolean;
}
export interface IsNull extends Node {
  kind: 'isNull';
  operand: Expression;
  negated: boolean;
}
/** `IS [NOT] TRUE|FALSE` */
export interface IsBoolean extends Node {
  kind: 'isBoolean';
  operand: Expression;
  value: boolean;
  negated: boolean;
}
export interface IsDistinct extends Node {
  kind: 'isDistinct';
  left: Expression;
  right: Expression;
  /** true: IS NOT DISTINCT FROM */
  negated: boolean;
}
export interface Case extends Node {
  kind: 'case';
  operand: Expression | null;
  branches: { when: Expression; then: Expression }[];
  otherwise: Expression | null;
}
/** CAST, `::`, TRY_CAST, and typed literals such as DATE '2026-01-31'. */
export interface Cast extends Node {
  kind: 'cast';
  operand: Expression;
  type: TypeName;
  try: boolean;
}
/** VARIANT paths: `v:a.b[0]."Key"`, `v['a']`, `v[0]`. A string segment is an object key (case-sensitive). */
export interface PathAccess extends Node {
  kind: 'path';
  base: Expression;
  segments: (string | Expression)[];
}
/** Names are upper case unless quoted; `schema.fn(...)` has more parts. Also CURRENT_DATE etc. without parentheses. */
export interface FunctionCall extends Node {
  kind: 'call';
  name: Identifier[];
  args: Expression[];
  /** `INPUT => x` */
  namedArgs: { name: Identifier; value: Expression }[];
  distinct: boolean;
  /** `WITHIN GROUP (ORDER BY …)` */
  withinGroup: OrderItem[];
  nulls: 'IGNORE' | 'RESPECT' | null;
  /** FIRST_VALUE(x) FROM LAST */
  fromLast: boolean;
  over: Window | null;
}
export interface Window extends Node {
  partitionBy: Expression[];
  orderBy: OrderItem[];
  frame: Frame | null;
}
export interface Frame extends Node {
  unit: 'ROWS' | 'RANGE' | 'GROUPS';
  from: FrameBound;
  to: FrameBound | null;
}
export type FrameBound =
  | { kind: 'unboundedPreceding' | 'currentRow' | 'unboundedFollowing' }
  | { kind: 'preceding' | 'following'; amount: Expression };
export interface Subquery extends Node {
  kind: 'subquery';
  query: Query;
}
export interface Exists extends Node {
  kind: 'exists';
  query: Query;
  negated: boolean;
}
/** `x = ANY (query)` */
export interface Quantified extends Node {
  kind: 'quantified';
  operator: Binary['operator'];
  left: Expression;
  quantifier: 'ANY' | 'ALL';
  query: Query;
}
export interface ArrayLiteral extends Node {
  kind: 'array';
  items: Expression[];
}
export interface ObjectLiteral extends Node {
  kind: 'object';
  entries: { key: string; value: Expression }[];
  /** `{*}`: the columns by their names. */
  star: Star | null;
}
/** INTERVAL '1 day, 2 hours' */
export interface IntervalLiteral extends Node {
  kind: 'interval';
  value: string;
}
/** `(a, b)` in `(a, b) IN (…)` and in comparisons */
export interface Tuple extends Node {
  kind: 'tuple';
  items: Expression[];
}
/** `x -> x + 1` */
export interface Lambda extends Node {
  kind: 'lambda';
  parameters: Identifier[];
  /** One per parameter; null where none is written. */
  types: (TypeName | null)[];
  body: Expression;
}

/** A data type as written, e.g. `NUMBER(12,2)`, `VARCHAR(20)`, `DOUBLE PRECISION` (name upper case, words joined by a space). */
export interface TypeName extends Node {
  name: string;
  args: number[];
  /** Of a structured type: `ARRAY(INT)`, `OBJECT(a INT)`, `MAP(VARCHAR, INT)`, `VECTOR(FLOAT, 3)`, `TABLE(a INT)`. */
  elements?: { name: Identifier | null; type: TypeName; notNull: boolean }[];
}
