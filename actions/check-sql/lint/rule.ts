import type { Node } from '../../shared/sql/position.ts';
import type { Edit, Severity } from './finding.ts';
import type { WarehouseState } from './history/state.ts';
import type { LintFile, LintStatement } from './sources.ts';

export const GROUPS = {
  naming: 'Names and numbers',
  destructive: 'Destructive changes',
  idempotence: 'Running again',
  portability: 'Names of one environment',
  tasks: 'Tasks',
  streams: 'Streams',
  copy: 'COPY, pipes and inserts',
  merge: 'MERGE',
  types: 'Types',
  views: 'Views',
  security: 'Security',
  cost: 'Cost',
} as const;
export type Group = keyof typeof GROUPS;

/**
 * SQL of an example: one file, or several by name in the order in which they run. A line on which the rule finds
 * something ends with `-- <--`.
 */
export type Example = string | Readonly<Record<string, string>>;

/** One rule: what it says in the documentation, its examples, which are its tests, and its check. */
export interface Rule {
  /** Group and name, which are also its folder and file. Never changed: ignores and configurations name it. */
  id: `${Group}/${string}`;
  severity: Severity;
  /** What it finds, as a noun phrase. */
  finds: string;
  /** What goes wrong in production. */
  why: string;
  /** What to do instead. */
  remedy: string;
  bad: readonly [Example, ...Example[]];
  good: readonly [Example, ...Example[]];
  /** What a configuration may set, with what holds when it does not. */
  options?: Readonly<Record<string, { is: number | readonly string[]; means: string }>>;
  /** Called for every statement in the order in which they run; the state is that before it. */
  statement?(statement: LintStatement, lint: Lint): void;
  file?(file: LintFile, lint: Lint): void;
  /** Called once, with the state after all migrations. */
  end?(lint: Lint): void;
}

/** What a check sees, and where it says what it found. */
export interface Lint {
  files: readonly LintFile[];
  state: WarehouseState;
  /** The place is a node of the statement. `fix` has offsets of the file. */
  report(statement: LintStatement, node: Node, message: string, fix?: Edit[]): void;
  /** A finding about the file as a whole. */
  reportFile(file: LintFile, message: string): void;
  number(option: string): number;
  /** Upper case. */
  names(option: string): readonly string[];
}
