import { createHash } from 'node:crypto';
import type {
  Expression,
  Identifier,
  ObjectName,
  Query,
  Select,
  SetBody,
  Star,
  TableExpression,
} from '../../shared/sql/ast.ts';
import { walk } from '../../shared/sql/walk.ts';

/** Where one column of a result comes from. */
export interface Origin {
  /** SCHEMA.TABLE.COLUMN */
  from: Set<string>;
  /** The same as long as it is computed in the same way from the same columns. */
  mark: string;
}

/** Columns of a relation, in order. */
export type Columns = Map<string, Origin>;

/** What a name in FROM stands for: its columns, or null where they are not known. */
export type FindTable = (name: ObjectName) => { key: string; columns: Columns | null } | null;

/** The relations that an expression sees; `text` is the statement's. */
export interface Scope {
  relations: { alias: string; key: string | null; columns: Columns | null }[];
  text: string;
  find: FindTable;
}

/** The origin of every column that a query gives. Columns of what is not known are left out of `*`. */
export function queryColumns(query: Query, text: string, find: FindTable): Columns {
  let known = find;
  for (const common of query.with) {
    const before = known;
    const columns = renamed(queryColumns(common.query, text, before), common.columns);
    known = (name) =>
      name.kind === 'name' && name.parts.length === 1 && name.parts[0]?.name === common.name.name
        ? { key: '', columns }
        : before(name);
  }
  return bodyColumns(query.body, text, known);
}

function bodyColumns(body: SetBody, text: string, find: FindTable): Columns {
  if (body.kind === 'query') return queryColumns(body, text, find);
  if (body.kind === 'select') return selectColumns(body, text, find);
  if (body.kind === 'values')
    return new Map((body.rows[0] ?? []).map((_, index) => [`COLUMN${index + 1}`, origin([], 'values')]));
  const right = [...bodyColumns(body.right, text, find).values()];
  return new Map(
    [...bodyColumns(body.left, text, find)].map(([name, left], index) => {
      const other = right[index];
      return [name, other === undefined ? left : origin([left, other], body.operator)];
    }),
  );
}

function selectColumns(select: Select, text: string, find: FindTable): Columns {
  const scope = scopeOf(select.from, text, find);
  const columns: Columns = new Map();
  for (const { expression, alias } of select.items) {
    if (expression.kind === 'star')
      for (const [name, from] of starColumns(expression, scope)) columns.set(name, from);
    else {
      const name = alias?.name ?? (expression.kind === 'column' ? expression.parts.at(-1)?.name : undefined);
      columns.set(name ?? `COLUMN${columns.size + 1}`, expressionOrigin(expression, scope, columns));
    }
  }
  return columns;
}

/** The relations of a FROM clause. */
export function scopeOf(from: TableExpression | null, text: string, find: FindTable): Scope {
  const scope: Scope = { relations: [], text, find };
  const add = (table: TableExpression | null): void => {
    if (table === null) return;
    if (table.kind === 'join') {
      add(table.left);
      add(table.right);
    } else if (table.kind === 'table') {
      const found = find(table.name);
      const last = table.name.kind === 'name' ? table.name.parts.at(-1)?.name : undefined;
      const columns = found?.columns ?? null;
      scope.relations.push({
        alias: table.alias?.name.name ?? last ?? '',
        key: found === null || found.key === '' ? null : found.key,
        columns: columns === null ? null : renamed(columns, table.alias?.columns ?? []),
      });
    } else if (table.kind === 'derived') {
      const columns = renamed(queryColumns(table.query, text, find), table.alias?.columns ?? []);
      scope.relations.push({ alias: table.alias?.name.name ?? '', key: null, columns });
    } else if ('input' in table) add(table.input);
  };
  add(from);
  return scope;
}

/** Of an expression: all columns in it. `earlier`: columns of the same SELECT that it may name. */
export function expressionOrigin(expression: Expression, scope: Scope, earlier: Columns = new Map()): Origin {
  const parts: Origin[] = [];
  walk(expression, (node) => {
    if (node.kind === 'query') {
      parts.push(...queryColumns(node as Query, scope.text, scope.find).values());
      return false;
    }
    if (node.kind !== 'column') return true;
    const found = columnOrigin((node as unknown as { parts: Identifier[] }).parts, scope, earlier);
    if (found !== null) parts.push(found);
    return false;
  });
  // A column that is handed on is not computed anew.
  if (expression.kind === 'column' && parts[0] !== undefined) return parts[0];
  return origin(parts, scope.text.slice(expression.start.offset, expression.end));
}

function columnOrigin(parts: readonly Identifier[], scope: Scope, earlier: Columns): Origin | null {
  const name = parts.at(-1)?.name ?? '';
  const qualifier = parts.at(-2)?.name;
  const seen = scope.relations.filter(({ alias }) => qualifier === undefined || alias === qualifier);
  for (const { columns } of seen) {
    const found = columns?.get(name);
    if (found !== undefined) return found;
  }
  const own = qualifier === undefined ? earlier.get(name) : undefined;
  if (own !== undefined) return own;
  // ALTER TABLE may have added it since the definition.
  const [unknown, ...others] = seen.filter(({ key }) => key !== null);
  if (unknown === undefined || others.length > 0) return null;
  return { from: new Set([`${unknown.key}.${name}`]), mark: name };
}

function starColumns({ qualifier, exclude, rename, replace }: Star, scope: Scope): Columns {
  const columns: Columns = new Map();
  const wanted = qualifier?.at(-1)?.name;
  const hidden = new Set(exclude.map((one) => one.name));
  const names = new Map(rename.map(({ from, to }) => [from.name, to.name]));
  for (const { alias, columns: found } of scope.relations) {
    if (wanted !== undefined && alias !== wanted) continue;
    for (const [name, from] of found ?? []) if (!hidden.has(name)) columns.set(names.get(name) ?? name, from);
  }
  for (const { expression, name } of replace) columns.set(name.name, expressionOrigin(expression, scope));
  return columns;
}

function renamed(columns: Columns, names: readonly Identifier[]): Columns {
  if (names.length === 0) return columns;
  return new Map([...columns].map(([name, from], index) => [names[index]?.name ?? name, from]));
}

function origin(parts: readonly Origin[], text: string): Origin {
  const mark = createHash('sha256').update(text.replace(/\s+/g, ' '));
  for (const part of parts) mark.update(part.mark);
  return { from: new Set(parts.flatMap((part) => [...part.from])), mark: mark.digest('hex') };
}
