import type { TypeName } from '../../../shared/sql/ast.ts';
import type { Node } from '../../../shared/sql/position.ts';
import type { LintStatement } from '../sources.ts';

/** Where something of the state comes from. */
export interface Place {
  statement: LintStatement;
  node: Node;
}

export interface ColumnState {
  type: TypeName | null;
  notNull: boolean;
}
export interface TableState extends Place {
  /** null: not known, as of CREATE TABLE … AS. */
  columns: Map<string, ColumnState> | null;
  primaryKey: readonly string[];
  retention: Retention;
  /** Masking policies by column, row access policies under an empty name. */
  policies: Map<string, string>;
}
/** Days, null where the table says nothing. */
export interface Retention {
  days: number | null;
  extension: number | null;
}
export interface ViewState extends Place {
  reads: ReadonlySet<string>;
}
export interface StreamState extends Place {
  source: string | null;
  /** Gives inserted rows only. */
  appendOnly: boolean;
}
export interface TaskState extends Place {
  after: Set<string>;
  finalizes: string | null;
  /** A schedule, or a condition that triggers it. */
  startsItself: boolean;
  isResumed: boolean;
  reads: ReadonlySet<string>;
  writes: ReadonlySet<string>;
}
/** Files that a pipe or a COPY loads. */
export interface LoadState extends Place {
  target: string | null;
  /** Stage and path; null where it cannot be known. */
  location: string | null;
}
export interface StageState extends Place {
  hasFileFormat: boolean;
}
export type WriteKind =
  | 'insert'
  | 'multiInsert'
  | 'update'
  | 'delete'
  | 'merge'
  | 'truncate'
  | 'copyIntoTable';

/** What the migrations so far have made, by SCHEMA.NAME. Only what the rules ask for. */
export interface WarehouseState {
  /** The schema that names without one are in, while a file is read. */
  currentSchema: string;
  schemas: Map<string, Retention>;
  tables: Map<string, TableState>;
  views: Map<string, ViewState>;
  streams: Map<string, StreamState>;
  tasks: Map<string, TaskState>;
  pipes: Map<string, LoadState>;
  stages: Map<string, StageState>;
  /** COPY INTO outside of pipes. */
  copies: LoadState[];
  /** DML of a migration itself, not of a task, that reads streams. */
  readsByMigrations: (Place & { reads: ReadonlySet<string> })[];
  /** Kinds of DML that tables see, from tasks and pipes too. */
  writes: Map<string, Set<WriteKind>>;
  /** Objects with privileges of their own. */
  grants: Set<string>;
}

export function emptyState(): WarehouseState {
  return {
    currentSchema: 'PUBLIC',
    schemas: new Map(),
    tables: new Map(),
    views: new Map(),
    streams: new Map(),
    tasks: new Map(),
    pipes: new Map(),
    stages: new Map(),
    copies: [],
    readsByMigrations: [],
    writes: new Map(),
    grants: new Set(),
  };
}

/** The streams on a table or view. */
export function streamsOn(state: WarehouseState, source: string): string[] {
  return [...state.streams].flatMap(([name, stream]) => (stream.source === source ? [name] : []));
}

/** The views that read an object. */
export function viewsOn(state: WarehouseState, source: string): string[] {
  return [...state.views].flatMap(([name, view]) => (view.reads.has(source) ? [name] : []));
}

/** The task at the top of the graph that a task is in. */
export function rootOf(state: WarehouseState, task: string): string {
  const seen = new Set<string>();
  let at = task;
  while (!seen.has(at)) {
    seen.add(at);
    const known = state.tasks.get(at);
    const above = known?.finalizes ?? [...(known?.after ?? [])][0];
    if (above === undefined) return at;
    at = above;
  }
  return at;
}
