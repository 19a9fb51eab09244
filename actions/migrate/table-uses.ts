import type { Query, Statement } from '../shared/sql/ast.ts';
import { walk } from '../shared/sql/walk.ts';

type Node = Parameters<typeof walk>[0];

/** Names as written, folded to upper case unless quoted, parts joined by dots. */
export interface TableUses {
  creates: Set<string>;
  /** Tables, views and streams that queries read; names of common table expressions left out. */
  reads: Set<string>;
  /** Targets of INSERT, UPDATE, DELETE, MERGE and COPY INTO. */
  writes: Set<string>;
}

/** What a statement creates, reads and writes, in its body too (of a task or a pipe). */
export function tableUses(statement: Statement): TableUses {
  const uses: TableUses = { creates: new Set(), reads: new Set(), writes: new Set() };
  if (statement.kind.startsWith('create') && 'name' in statement) add(uses.creates, statement.name);
  if (statement.kind === 'createTable') {
    add(uses.reads, statement.like);
    add(uses.reads, statement.clone?.source);
  } else if (statement.kind === 'createStream') add(uses.reads, statement.source);
  collect(statement, new Set(), uses);
  return uses;
}

function collect(root: Node, hidden: ReadonlySet<string>, uses: TableUses): void {
  walk(root, (node) => {
    if (node.kind === 'query') {
      collectQuery(node as Query, hidden, uses);
      return false;
    }
    const { name: table, target } = node as { name?: unknown; target?: unknown };
    if (node.kind === 'table') {
      const name = nameOf(table);
      if (name !== undefined && !hidden.has(name)) uses.reads.add(name);
    } else if (WRITERS.has(node.kind ?? '')) add(uses.writes, target);
    return true;
  });
}

/** A common table expression hides a table of its name in what follows it, in itself only when recursive. */
function collectQuery(query: Query, outside: ReadonlySet<string>, uses: TableUses): void {
  let hidden = outside;
  for (const common of query.with) {
    const after = new Set([...hidden, common.name.name]);
    collect(common.query, common.recursive ? after : hidden, uses);
    hidden = after;
  }
  for (const part of [query.body, query.limit, query.offset]) if (part !== null) collect(part, hidden, uses);
  for (const item of Array.isArray(query.orderBy) ? query.orderBy : []) collect(item, hidden, uses);
}

const WRITERS: ReadonlySet<string> = new Set([
  'insert',
  'update',
  'delete',
  'merge',
  'truncate',
  'copyIntoTable',
]);

function add(names: Set<string>, name: unknown): void {
  const text = nameOf(name);
  if (text !== undefined) names.add(text);
}

/** Undefined for IDENTIFIER(…), which is known at run time only. */
function nameOf(name: unknown): string | undefined {
  const { kind, parts } = (name ?? {}) as { kind?: string; parts?: { name: string }[] };
  return kind === 'name' ? parts?.map((part) => part.name).join('.') : undefined;
}
