import type { Expression, FunctionCall, Select, Unary } from '../../../shared/sql/ast.ts';
import { notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import type { Bound } from './bound.ts';
import { asVarchar } from './cast.ts';
import { bindCondition, bindExpression } from './expression.ts';
import { INTEGER, VARCHAR } from './literal.ts';
import { raise } from './runtime-error.ts';
import { narrowed, nextRelationAlias, type Scope, type ScopeColumn, type ScopeRelation } from './scope.ts';
import type { Shape } from './table.ts';
import { addUses } from './uses.ts';
import { value } from './value.ts';

/** What PRIOR, CONNECT_BY_ROOT and SYS_CONNECT_BY_PATH see beside the row itself. */
export interface Hierarchy {
  prior: Shape;
  /** null where they may not stand: in START WITH and CONNECT BY. */
  root: Shape | null;
  /** The columns of the row called `name`, one of those in `lineage`, the list of rows from the root to this. */
  ancestor: (name: string) => Shape;
  lineage: string;
}

/** Deeper is taken for a cycle, which Snowflake does not detect either. */
const DEEPEST = 1_000;

/**
 * START WITH … CONNECT BY …: the rows of FROM joined to themselves, level by level, with the column LEVEL. Each row
 * carries its line of ancestors. Source: docs.snowflake.com, CONNECT BY.
 */
export function bindHierarchy(
  select: Select,
  from: Shape,
  scope: Scope,
): { shape: Shape; hierarchy: Hierarchy } {
  const { startWith, condition } = select.connectBy!;
  if (select.where !== null && hasComma(select.from!)) {
    throw notSupportedHere(
      'CONNECT BY of tables that WHERE joins: join them by JOIN … ON',
      select.where.start,
    );
  }
  const columns = distinctColumns(from);
  const [rows, above, recursion, result] = [0, 1, 2, 3].map(() => nextRelationAlias(scope)) as [
    string,
    string,
    string,
    string,
  ];
  const view = (of: (name: string) => string): Shape => viewOf(from, columns, of);
  const current = view((name) => `${rows}.${name}`);
  const refused = { root: null, ancestor: () => current, lineage: '' };
  const roots = narrowed(scope, current.relations, withLevel(current, '1::DECIMAL(38,0)'));
  const start = startWith === null ? 'TRUE' : bindCondition(startWith, roots).sql;
  const inside: Scope = {
    ...narrowed(scope, current.relations, withLevel(current, `(${above}.level + 1)::DECIMAL(38,0)`)),
    hierarchy: { ...refused, prior: view((name) => `${above}.${name}`) },
  };
  const connect = bindCondition(condition, inside).sql;
  const output = view((name) => `${result}.${name}`);
  output.columns = withLevel(output, `${result}.level::DECIMAL(38,0)`);
  const names = columns.map((_, index) => `k${index + 1}`);
  const list = (of: string): string => names.map((name) => `${of}.${name}`).join(', ');
  const row = `{${names.map((name) => `${name}: ${rows}.${name}`).join(', ')}}`;
  const tooDeep = raise(
    '999001',
    '0A000',
    `Not supported by the local Snowflake: CONNECT BY through more than ${DEEPEST} levels, as a cycle makes them. A real account may run it.`,
  );
  const level = `CASE WHEN ${above}.level >= ${DEEPEST} THEN ${tooDeep}::BIGINT ELSE ${above}.level + 1 END`;
  output.sql = () => {
    const source = `(SELECT ${columns.map((column, index) => `${column.sql} AS k${index + 1}`).join(', ')} FROM ${from.sql()})`;
    const first = `SELECT 1::BIGINT AS level, ${list(rows)}, [${row}] AS lineage FROM ${source} AS ${rows} WHERE ${start}`;
    const next = `SELECT ${level}, ${list(rows)}, list_append(${above}.lineage, ${row}) FROM ${source} AS ${rows} JOIN ${recursion} AS ${above} ON ${connect}`;
    return `(WITH RECURSIVE ${recursion} AS (${first} UNION ALL ${next}) SELECT * FROM ${recursion}) AS ${result}`;
  };
  const lineage = `${result}.lineage`;
  const at = (position: string) => view((name) => `${lineage}[${position}].${name}`);
  const hierarchy: Hierarchy = {
    prior: at(`CASE WHEN ${result}.level > 1 THEN ${result}.level - 1 END`),
    root: at('1'),
    ancestor: (name) => view((column) => `${name}.${column}`),
    lineage,
  };
  return { shape: output, hierarchy };
}

function hasComma(table: NonNullable<Select['from']>): boolean {
  return table.kind === 'join' && (table.type === 'COMMA' || hasComma(table.left) || hasComma(table.right));
}

/** Every column once, be it in `*` or only to be found by its relation's name. */
function distinctColumns(from: Shape): ScopeColumn[] {
  const bySql = new Map<string, ScopeColumn>();
  for (const column of [...from.columns, ...from.relations.flatMap((relation) => relation.columns)]) {
    if (!bySql.has(column.sql)) bySql.set(column.sql, column);
  }
  for (const column of bySql.values()) column.onUse?.();
  return [...bySql.values()];
}

/** The names of FROM with the values of another row: `of` gives the SQL of the column k1, k2 … */
function viewOf(from: Shape, columns: ScopeColumn[], of: (name: string) => string): Shape {
  const index = new Map(columns.map((column, position) => [column.sql, position]));
  const mapped = (column: ScopeColumn): ScopeColumn => {
    const { fields: _fields, onUse: _onUse, ...rest } = column;
    return { ...rest, sql: of(`k${index.get(column.sql)! + 1}`) };
  };
  const relations = from.relations.map((relation): ScopeRelation => {
    const { expand: _expand, rowNumber: _rowNumber, ...rest } = relation;
    return { ...rest, columns: relation.columns.map(mapped) };
  });
  return { relations, columns: from.columns.map(mapped), sql: () => '' };
}

/** LEVEL is found by name and not part of `*`. */
function withLevel(shape: Shape, sql: string): ScopeColumn[] {
  if (shape.columns.some((column) => column.name === 'LEVEL')) return shape.columns;
  return [
    ...shape.columns,
    { name: 'LEVEL', type: INTEGER, nullable: false, sql, relation: null, hidden: true },
  ];
}

/** PRIOR x and CONNECT_BY_ROOT x */
export function bindHierarchyOperator(node: Unary, scope: Scope): Bound {
  const { hierarchy } = scope;
  const shape = node.operator === 'PRIOR' ? hierarchy?.prior : hierarchy?.root;
  if (shape === undefined || shape === null)
    throw notSupportedHere(`${node.operator} in this place`, node.start);
  return bindOver(node.operand, shape, scope);
}

function bindOver(node: Expression, shape: Shape, scope: Scope): Bound {
  const inner = narrowed(scope, shape.relations, shape.columns);
  const bound = bindExpression(node, inner);
  addUses(scope.uses, inner.uses);
  return bound;
}

/** SYS_CONNECT_BY_PATH(x, separator): the values from the root to this row, each after the separator. */
export function bindConnectByPath(node: FunctionCall, scope: Scope): Bound {
  const { hierarchy } = scope;
  const [argument, separatorNode] = node.args;
  if (
    hierarchy === undefined ||
    hierarchy.root === null ||
    argument === undefined ||
    separatorNode === undefined
  ) {
    throw notSupportedHere('SYS_CONNECT_BY_PATH in this place', node.start);
  }
  const name = nextRelationAlias(scope);
  const item = asVarchar(bindOver(argument, hierarchy.ancestor(name), scope));
  const separator = asVarchar(bindExpression(separatorNode, scope));
  const steps = `list_transform(${hierarchy.lineage}, lambda ${name}: ${separator.sql} || COALESCE(${item.sql}, ''))`;
  return value(`array_to_string(${steps}, '')`, VARCHAR, item, separator);
}
