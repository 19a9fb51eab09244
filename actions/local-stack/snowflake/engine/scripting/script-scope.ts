import type { Query } from '../../../../shared/sql/ast.ts';
import type { SnowflakeType } from '../../../../shared/sql/types.ts';
import type { StatementResult } from '../result.ts';
import type { ScriptValue } from './script-value.ts';

/** What a name in a block stands for. */
export type ScriptObject =
  | { kind: 'variable'; type: SnowflakeType; value: ScriptValue }
  | ScriptCursor
  | ScriptResultset
  | ScriptExceptionDeclaration
  /** The variable of a FOR loop over rows. */
  | { kind: 'row'; columns: Map<string, ScriptValue> };

export interface ScriptCursor {
  kind: 'cursor';
  name: string;
  /** Its query, with the names that it sees, or the RESULTSET that it goes through. */
  source: { query: Query; scope: ScriptScope } | { resultset: ScriptResultset };
  /** Null until OPEN and after CLOSE. */
  result: StatementResult | null;
  /** The row that FETCH reads next. */
  next: number;
}
export interface ScriptResultset {
  kind: 'resultset';
  name: string;
  result: StatementResult | null;
  /** Of ASYNC: to be had by AWAIT. */
  job: AsyncJob | null;
}
/** A statement that ASYNC has run: what came of it is told by AWAIT. */
export type AsyncJob = { result: StatementResult } | { failure: unknown };
export interface ScriptExceptionDeclaration {
  kind: 'exception';
  name: string;
  number: number;
  message: string | null;
}

/** Names declared in one block or loop; a name that is not there is looked for in the block around it. */
export interface ScriptScope {
  names: Map<string, ScriptObject>;
  parent: ScriptScope | null;
}

export function innerScope(parent: ScriptScope | null): ScriptScope {
  return { names: new Map(), parent };
}

export function findInScope(scope: ScriptScope, name: string): ScriptObject | undefined {
  for (let at: ScriptScope | null = scope; at !== null; at = at.parent) {
    const found = at.names.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}
