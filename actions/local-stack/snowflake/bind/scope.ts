import type { Identifier } from '../../../shared/sql/ast.ts';
import type { Position } from '../../../shared/sql/position.ts';
import { compilationError, invalidIdentifier, SnowflakeError } from '../../../shared/sql/snowflake-error.ts';
import type { SnowflakeType } from '../../../shared/sql/types.ts';
import type { Bound, RelationColumn, RelationSource } from './bound.ts';
import type { BindContext } from './context.ts';
import type { Hierarchy } from './hierarchy.ts';
import { createUses, type Uses } from './uses.ts';

/**
 * The names that an expression can see. `outer` is the enclosing query's scope (correlation).
 * Emitted SQL names relations r1, r2 … unique within a statement, so inner and outer never collide.
 */
export interface Scope {
  context: BindContext;
  /** The statement's text: labels of unnamed result columns are cut from it. */
  source: string;
  outer: Scope | null;
  /** What everything bound in one statement shares. */
  shared: Shared;
  relations: ScopeRelation[];
  /** What an unqualified name can mean and what `*` lists, in order. */
  columns: ScopeColumn[];
  commonTables: Map<string, CommonTable>;
  /** Select items by alias: usable in the same SELECT wherever no column has that name. */
  aliases: Map<string, SelectEntry>;
  /** Parameters of the lambda around the expression. */
  parameters: Map<string, Bound>;
  /** SQL of the GROUP BY keys once they are known. */
  groupKeys: Set<string> | null;
  /** Of a query with CONNECT BY. */
  hierarchy?: Hierarchy;
  uses: Uses;
}

interface Shared {
  relations: number;
  commonTables: number;
  /** Every column and alias that was referenced by name, and the scope it belongs to. */
  references: { owner: Scope; offset: number }[];
  /** Views being expanded, innermost last. */
  views: string[];
}

export interface ScopeColumn {
  name: string;
  type: SnowflakeType;
  nullable: boolean;
  /** Qualified, e.g. `r1.c3`. */
  sql: string;
  /** Name of the relation that it comes from, for messages. */
  relation: string | null;
  hidden: boolean;
  fields?: Map<string, { sql: string; type: SnowflakeType }>;
  /** Told when the column is referenced: columns that cost something are only then computed. */
  onUse?: () => void;
}

export interface ScopeRelation {
  /** Alias, or the table's own name; null for an unnamed derived table. */
  name: string | null;
  /** Database and schema, when the relation may be qualified by them. */
  path: string[];
  /** Name in the emitted SQL. */
  alias: string;
  columns: ScopeColumn[];
  /** What stands in FROM, e.g. `data.t5 AS r1`. */
  sql: () => string;
  /**
   * For FLATTEN: the relation joined to the rows of `left` (what stands in FROM), which come back as one struct
   * column per name in `packed`; `r1.c2` reads the same from a struct as from a table.
   */
  expand?: (left: string, packed: string[]) => string;
  /** Every row of the left side comes back at least once: a LEFT JOIN of it is a CROSS JOIN. */
  neverEmpty?: boolean;
  /** TABLE(GENERATOR(…)): the SQL of its row number. */
  rowNumber?: string;
}

/** A WITH element: `sql` names it in FROM; its columns are c1 … cn. */
export interface CommonTable {
  sql: string;
  columns: RelationColumn[];
}

/** A select item that may be referenced by alias or position; bound on first use. */
export interface SelectEntry {
  bind: (owner: Scope) => Bound;
  bound: Bound | null;
  uses: Uses | null;
  binding: boolean;
}

/**
 * An empty scope. `source` is the statement's text (needed for labels of unnamed result columns); `outer` the
 * scope whose names are visible too.
 */
export function createScope(
  context: BindContext,
  options: { source?: string; outer?: Scope | null; shared?: Shared } = {},
): Scope {
  const outer = options.outer ?? null;
  return {
    context,
    source: options.source ?? outer?.source ?? '',
    outer,
    shared: options.shared ?? outer?.shared ?? { relations: 0, commonTables: 0, references: [], views: [] },
    relations: [],
    columns: [],
    commonTables: new Map(),
    aliases: new Map(),
    parameters: new Map(),
    groupKeys: null,
    uses: createUses(),
  };
}

export function nextRelationAlias(scope: Scope): string {
  scope.shared.relations++;
  return `r${scope.shared.relations}`;
}

/** The same scope seen with only some relations and columns: an ON condition, the left side of a lateral join. */
export function narrowed(scope: Scope, relations: ScopeRelation[], columns: ScopeColumn[]): Scope {
  return { ...scope, relations, columns, aliases: new Map(), groupKeys: null, uses: createUses() };
}

const IDENTIFIER = /^(?:[A-Za-z_][\w$]*|"(?:[^"]|"")*")$/;

/**
 * A relation of the engine under a name of the scope: `name` is the alias (or the table's name; null: none), `path`
 * its database and schema. Does not add it to the scope: see `addRelation`.
 */
export function relationFrom(
  scope: Scope,
  name: string | null,
  source: Extract<RelationSource, { kind: 'relation' }>,
  path: string[] = [],
): ScopeRelation {
  const alias = nextRelationAlias(scope);
  // Columns that are expressions are computed in a subquery, so that everything outside is `alias.name`.
  const computed: string[] = [];
  const physical = (sql: string): string => {
    if (IDENTIFIER.test(sql)) return `${alias}.${sql}`;
    computed.push(`${sql} AS x${computed.length + 1}`);
    return `${alias}.x${computed.length}`;
  };
  const columns = source.columns.map((column): ScopeColumn => {
    const fields = column.fields;
    return {
      name: column.name,
      type: column.type,
      nullable: column.nullable,
      sql: physical(column.sql),
      relation: name,
      hidden: column.hidden === true,
      ...(fields === undefined
        ? {}
        : {
            fields: new Map(
              [...fields].map(([key, field]) => [key, { sql: physical(field.sql), type: field.type }]),
            ),
          }),
    };
  });
  const from =
    computed.length === 0 ? source.sql : `(SELECT *, ${computed.join(', ')} FROM ${source.sql} AS ${alias})`;
  return { name, path, alias, columns, sql: () => `${from} AS ${alias}` };
}

/**
 * Adds a relation that the caller places in its own SQL (the target of UPDATE, DELETE, MERGE, a table whose CHECK
 * or DEFAULT is bound). `.alias` is its name in the SQL, `.sql()` what stands in FROM (`data.t5 AS r1`).
 */
export function addRelation(
  scope: Scope,
  name: string | null,
  source: Extract<RelationSource, { kind: 'relation' }>,
  path: string[] = [],
): ScopeRelation {
  const relation = relationFrom(scope, name, source, path);
  scope.relations.push(relation);
  scope.columns.push(...relation.columns);
  return relation;
}

/** The WITH element of that name that is in scope. */
export function findCommonTable(scope: Scope, name: string): CommonTable | undefined {
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const found = at.commonTables.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A column found by name, and the scope it belongs to. */
interface FoundColumn {
  column: ScopeColumn;
  owner: Scope;
}
type FoundName = FoundColumn | { entry: SelectEntry; owner: Scope } | { parameter: Bound };

/**
 * What a name means: a lambda's parameter, a column, else a select alias, else the same in the enclosing query.
 * @throws 000904 for a relation without that column, 002028 when several columns have that name
 */
export function findName(scope: Scope, parts: Identifier[], position: Position): FoundName | undefined {
  const name = parts.at(-1)!.name;
  for (let owner: Scope | null = scope; owner !== null; owner = owner.outer) {
    if (parts.length === 1) {
      const parameter = owner.parameters.get(name);
      if (parameter !== undefined) return { parameter };
      const column = findColumn(owner.columns, name, position);
      if (column !== undefined) return { column, owner };
      const entry = owner.aliases.get(name);
      if (entry !== undefined && !entry.binding) return { entry, owner };
    } else {
      const relations = findRelations(owner, parts.slice(0, -1));
      if (relations.length === 0) continue;
      const column = findColumn(
        relations.flatMap((relation) => relation.columns),
        name,
        position,
      );
      if (column === undefined) throw invalidIdentifier(formatParts(parts), position);
      return { column, owner };
    }
  }
  return undefined;
}

function findColumn(columns: ScopeColumn[], name: string, position: Position): ScopeColumn | undefined {
  let found: ScopeColumn | undefined;
  for (const column of columns) {
    if (column.name !== name) continue;
    if (found !== undefined) throw ambiguousColumn(name, position);
    found = column;
  }
  return found;
}

/** Relations that `t`, `schema.t` or `database.schema.t` names. */
export function findRelations(scope: Scope, qualifier: Identifier[]): ScopeRelation[] {
  const name = qualifier.at(-1)!.name;
  const path = qualifier.slice(0, -1).map((part) => part.name);
  return scope.relations.filter(
    (relation) =>
      relation.name === name &&
      path.length <= relation.path.length &&
      path.every((part, index) => part === relation.path[relation.path.length - path.length + index]),
  );
}

/** 002028 */
function ambiguousColumn(name: string, position: Position): SnowflakeError {
  return new SnowflakeError('002028', '42601', `SQL compilation error:\nambiguous column name '${name}'`, {
    position,
  });
}

/** 000904 for a name as written. */
export function unknownName(parts: Identifier[], position: Position): SnowflakeError {
  return invalidIdentifier(formatParts(parts), position);
}

/** 000979 and its like: a compilation error without a place in its text. */
export function plainError(
  code: string,
  sqlState: string,
  what: string,
  position?: Position,
): SnowflakeError {
  const error = compilationError(code, sqlState, what);
  return new SnowflakeError(code, sqlState, error.message.replace(': ', ':\n'), { position });
}

/** Names as Snowflake prints them: quoted only where they must be. */
export function formatParts(parts: { name: string }[]): string {
  return parts.map((part) => formatName(part.name)).join('.');
}
export function formatName(name: string): string {
  return /^[A-Z_][A-Z0-9_$]*$/.test(name) || name.startsWith('$') ? name : `"${name.replaceAll('"', '""')}"`;
}
