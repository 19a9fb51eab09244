import type { Expression } from '../../../../shared/sql/ast.ts';
import type { Position } from '../../../../shared/sql/position.ts';
import type { Bound } from '../bound.ts';
import type { BindContext } from '../context.ts';
import { ALL } from './all.ts';

/** A function of Snowflake's reference and how it is lowered to DuckDB. */
export interface FunctionDefinition {
  /** Upper case. */
  name: string;
  kind: 'scalar' | 'aggregate' | 'window' | 'table';
  minArgs: number;
  maxArgs: number;
  /** The argument that is a date part (`DATEADD(day, …)`): read from argNodes, not bound; args[i] is a NULL there. */
  partArgument?: number;
  /** How the result may differ from Snowflake's. */
  approximated?: string;
  bind(args: Bound[], call: CallFacts): Bound;
}

/** What a call says besides its arguments. */
export interface CallFacts {
  /** As called, upper case (an alias keeps its own name). */
  name: string;
  position: Position;
  distinct: boolean;
  withinGroup: { sql: string; bound: Bound; descending: boolean; nullsFirst: boolean }[];
  nulls: 'IGNORE' | 'RESPECT' | null;
  /** FROM LAST of NTH_VALUE and its like. */
  fromLast: boolean;
  /** ` OVER (…)` bound, or null. */
  overSql: string | null;
  argNodes: Expression[];
  context: BindContext;
}

const BY_NAME = new Map(ALL.map((one) => [one.name, one]));

/** @param name upper case */
export function findFunction(name: string): FunctionDefinition | undefined {
  return BY_NAME.get(name);
}

/** Every function, by name. */
export function allFunctions(): FunctionDefinition[] {
  return [...BY_NAME.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
