import type { FunctionCall, ObjectName, StageReference, TableReference } from '../../../shared/sql/ast.ts';
import type { SnowflakeType } from '../../../shared/sql/types.ts';
import type { Bound, RelationSource } from './bound.ts';

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
  /** TABLE(fn(…)) known to the engine (RESULT_SCAN, INFORMATION_SCHEMA.TASK_HISTORY, table UDFs …), arguments bound; undefined when unknown. */
  tableFunction(call: FunctionCall, args: Bound[], named: Map<string, Bound>): RelationSource | undefined;
  /** SYSTEM$…, GET_DDL, LAST_QUERY_ID and UDFs; arguments bound; undefined when unknown. */
  engineFunction(call: FunctionCall, args: Bound[]): Bound | undefined;
  /** `seq.NEXTVAL`; undefined when no such sequence. */
  sequenceNextValue(name: ObjectName): Bound | undefined;
}

export interface BindValue {
  /** As the driver sends it: FIXED, REAL, TEXT, BOOLEAN, DATE, TIME, TIMESTAMP_NTZ, … */
  type: string;
  value: string | null;
}

/** What context functions and literals depend on. Times are fixed at the statement's start. */
export interface SessionFacts {
  user: string;
  role: string;
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
