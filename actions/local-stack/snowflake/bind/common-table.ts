import type { Query, SetBody } from '../../../shared/sql/ast.ts';
import { notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import type { Column, SnowflakeType } from '../../../shared/sql/types.ts';
import { MAX_VARCHAR } from '../../../shared/sql/types.ts';
import type { BoundQuery } from './bound.ts';
import { cast, unifyTypes } from './cast.ts';
import { bindBody, bindQueryIn } from './query.ts';
import { type CommonTable, createScope, nextRelationAlias, plainError, type Scope } from './scope.ts';

type With = Query['with'][number];

/** Binds WITH … into the scope. Returns the `WITH …` text, or '' when there is none. */
export function bindCommonTables(query: Query, scope: Scope): string {
  if (query.with.length === 0) return '';
  let isRecursive = false;
  const texts = query.with.map((element) => {
    scope.shared.commonTables++;
    const sql = `q${scope.shared.commonTables}`;
    const recursion = recursiveBranches(element);
    if (recursion !== null) {
      isRecursive = true;
      return bindRecursive(element, recursion, sql, scope);
    }
    const bound = bindQueryIn(element.query, scope);
    scope.commonTables.set(element.name.name, { sql, columns: tableColumns(element, bound.columns) });
    return `${sql} AS (${bound.sql})`;
  });
  return `WITH ${isRecursive ? 'RECURSIVE ' : ''}${texts.join(', ')}`;
}

function tableColumns(element: With, columns: Column[]): CommonTable['columns'] {
  const names = element.columns;
  if (names.length > 0 && names.length !== columns.length) {
    throw plainError('002026', '42601', 'Invalid column definition list', element.name.start);
  }
  return columns.map((column, index) => ({
    ...column,
    name: names[index]?.name ?? column.name,
    sql: `c${index + 1}`,
  }));
}

/** The branches of UNION ALL, when some of them read the element itself. RECURSIVE is optional in Snowflake. */
function recursiveBranches(element: With): { anchors: SetBody[]; recursive: SetBody[] } | null {
  const branches: SetBody[] = [];
  let body: SetBody = element.query.body;
  while (body.kind === 'setOperation' && body.operator === 'UNION ALL' && !body.byName) {
    branches.push(body.right);
    body = body.left;
  }
  branches.push(body);
  branches.reverse();
  const reads = branches.map((branch) => readsTable(branch, element.name.name));
  if (branches.length < 2 || reads[0] || !reads.includes(true)) return null;
  return {
    anchors: branches.filter((_, index) => !reads[index]),
    recursive: branches.filter((_, index) => reads[index]),
  };
}

function readsTable(node: unknown, name: string): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if (Array.isArray(node)) return node.some((one) => readsTable(one, name));
  const fields = node as Record<string, unknown>;
  if (fields.kind === 'name' && Array.isArray(fields.parts)) {
    const [part] = fields.parts as { name: string }[];
    return fields.parts.length === 1 && part!.name === name;
  }
  return Object.values(fields).some((one) => readsTable(one, name));
}

/**
 * The anchor's types, as wide as their kind goes, are those of the element: what the recursive branches yield is
 * converted to them. Source: docs.snowflake.com, "Working with CTEs", Recursive CTEs.
 */
function bindRecursive(
  element: With,
  branches: { anchors: SetBody[]; recursive: SetBody[] },
  sql: string,
  scope: Scope,
): string {
  const { query, name } = element;
  const isPlain = query.with.length === 0 && Array.isArray(query.orderBy) && query.orderBy.length === 0;
  if (!isPlain || query.limit !== null || query.offset !== null) {
    throw notSupportedHere('WITH, ORDER BY or LIMIT of a recursive common table expression', query.start);
  }
  const anchors = branches.anchors.map((branch) => bindBody(branch, scope));
  let types = unifyColumns(anchors, element).map((column) => widest(column.type));
  for (let attempt = 0; ; attempt++) {
    const inner = createScope(scope.context, { outer: scope, source: scope.source });
    const columns = anchors[0]!.columns.map((column, index) => ({
      ...column,
      type: types[index]!,
      nullable: true,
    }));
    const table = { sql, columns: tableColumns(element, columns) };
    inner.commonTables.set(name.name, table);
    const recursive = branches.recursive.map((branch) => bindBody(branch, inner));
    const unified = unifyColumns([{ sql: '', columns }, ...recursive], element).map((column) =>
      widest(column.type),
    );
    if (attempt === 0 && unified.some((type, index) => scaleOf(type) !== scaleOf(types[index]!))) {
      types = unified;
      continue;
    }
    scope.commonTables.set(name.name, table);
    const text = (queries: BoundQuery[]): string =>
      queries.map((one) => `(${castColumns(one, types, scope)})`).join(' UNION ALL ');
    const names = types.map((_, index) => `c${index + 1}`).join(', ');
    return `${sql}(${names}) AS (${text(anchors)} UNION ALL (${text(recursive)}))`;
  }
}

function unifyColumns(queries: BoundQuery[], element: With): Column[] {
  const width = queries[0]!.columns.length;
  queries.forEach((query, index) => {
    if (query.columns.length === width) return;
    throw plainError(
      '001789',
      '42601',
      `invalid number of result columns for set operator input branches, expected ${width}, got ${query.columns.length} in branch ${index + 1}`,
      element.name.start,
    );
  });
  return queries[0]!.columns.map((column, index) => ({
    ...column,
    type: unifyTypes(queries.map((query) => query.columns[index]!.type)),
  }));
}

function widest(type: SnowflakeType): SnowflakeType {
  if (type.name === 'NUMBER') return { ...type, precision: 38 };
  return type.name === 'VARCHAR' ? { name: 'VARCHAR', length: MAX_VARCHAR } : type;
}
function scaleOf(type: SnowflakeType): string {
  return type.name === 'NUMBER' ? `NUMBER ${type.scale}` : type.name;
}

function castColumns(query: BoundQuery, types: SnowflakeType[], scope: Scope): string {
  const alias = nextRelationAlias(scope);
  const list = types.map(
    (type, index) =>
      `${cast({ sql: `${alias}.c${index + 1}`, type: query.columns[index]!.type }, type).sql} AS c${index + 1}`,
  );
  return `SELECT ${list.join(', ')} FROM (${query.sql}) AS ${alias}`;
}
