import type {
  FunctionCall,
  ObjectName,
  Pivot,
  StageReference,
  TableReference,
} from '../../../shared/sql/ast.ts';
import type { SnowflakeType } from '../../../shared/sql/types.ts';
import type { Bound, RelationSource } from './bound.ts';
import type { GivenArguments, UserFunction } from './user-function.ts';

/**
 * What the binder asks of the engine. Everything is synchronous: what needs waiting (listing and fetching staged
 * files) is prepared by the engine before it binds.
 */
export interface BindContext {
  session: SessionFacts;
  /** Values of `?` and `:1` binds, in order. */
  binds: BindValue[];
  /** A scripting variable `:name` (or bare name in scripting), or undefined when there is none. */
  scriptVariable(name: string): Bound | undefined;
  /** The same context with another default database and schema: for what stands inside a view. */
  within(database: string, schema: string): BindContext;
  /** A table, view, stream, INFORMATION_SCHEMA view … @throws doesNotExist */
  relation(reference: TableReference): RelationSource;
  /** A staged set of files. */
  stage(reference: StageReference): RelationSource;
  /** TABLE(fn(…)) known to the engine (RESULT_SCAN, INFORMATION_SCHEMA.TASK_HISTORY …), arguments bound; undefined when unknown. */
  tableFunction(call: FunctionCall, args: Bound[], named: Map<string, Bound>): RelationSource | undefined;
  /** SYSTEM$…, GET_DDL, LAST_QUERY_ID; arguments bound; undefined when unknown. */
  engineFunction(call: FunctionCall, args: Bound[]): Bound | undefined;
  /** The user-defined function that a call means; undefined when there is none of that name. @throws 001044 when none takes these arguments */
  userFunction(call: FunctionCall, given: GivenArguments): UserFunction | undefined;
  /** `$n` in FROM: the result of the n-th statement before this one in a chain; undefined when there is none. */
  pipedResult(back: number): RelationSource | undefined;
  /** The values of a PIVOT whose list is ANY or a query, found beforehand; undefined where that was not done. */
  pivotValues(pivot: Pivot): PivotValue[] | undefined;
  /** `seq.NEXTVAL`; undefined when no such sequence. */
  sequenceNextValue(name: ObjectName): Bound | undefined;
}

/** A value of the column that PIVOT turns into columns: as a literal, and the name of its column. */
export interface PivotValue {
  value: Bound;
  label: string;
}

export interface BindValue {
  /** As the driver sends it: FIXED, REAL, TEXT, BOOLEAN, DATE, TIME, TIMESTAMP_NTZ, … */
  type: string;
  value: string | null;
  /** For a statement with rows of binds: the column of the relation BIND_ROWS that the bind stands for. */
  column?: string;
}

/** What context functions and literals depend on. Times are fixed at the statement's start. */
export interface SessionFacts {
  user: string;
  role: string;
  /** The role and all that it has by grants: what IS_ROLE_IN_SESSION asks. */
  roles: ReadonlySet<string>;
  warehouse: string | null;
  database: string | null;
  schema: string | null;
  sessionId: string;
  account: string;
  /** IANA name of parameter TIMEZONE. */
  timezone: string;
  /** Statement start, microseconds since 1970 UTC. */
  nowMicros: bigint;
  variables: Map<string, { value: string | null; type: SnowflakeType }>;
  /** Session parameter, upper-case name, e.g. WEEK_START, TIMESTAMP_TYPE_MAPPING. */
  parameter(name: string): string;
}
