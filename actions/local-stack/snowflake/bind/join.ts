import type { Identifier, Join } from '../../../shared/sql/ast.ts';
import { compilationError, notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import { cast, unifyTypes } from './cast.ts';
import { bindCondition } from './expression.ts';
import { compare } from './operators.ts';
import { formatName, narrowed, plainError, type Scope, type ScopeColumn } from './scope.ts';
import { refuseIn } from './select.ts';
import { bindTable, type Shape } from './table.ts';

/** Joins of all kinds. USING and NATURAL columns come once, first. Source: docs.snowflake.com, JOIN, ASOF JOIN. */
export function bindJoin(join: Join, scope: Scope, before: Shape | null): Shape {
  const left = bindTable(join.left, scope, before);
  const visible: Shape = {
    relations: [...(before?.relations ?? []), ...left.relations],
    columns: [...(before?.columns ?? []), ...left.columns],
    sql: left.sql,
  };
  const right = bindTable(join.right, scope, visible);
  const names = join.natural ? commonNames(left, right) : join.using;
  const merged = names.map((name) => mergeColumn(name, left, right, join));
  if (join.type === 'LEFT' || join.type === 'FULL' || join.type === 'ASOF') makeNullable(right);
  if (join.type === 'RIGHT' || join.type === 'FULL') makeNullable(left);
  const relations = [...left.relations, ...right.relations];
  const conditions = merged.map((one) => one.condition);
  if (join.on !== null || join.matchCondition !== null) {
    const all = narrowed(scope, relations, [...left.columns, ...right.columns]);
    for (const node of [join.on, join.matchCondition]) {
      if (node === null) continue;
      conditions.push(bindCondition(node, all).sql);
    }
    refuseIn('ON clause', all.uses);
  }
  const usingColumns = new Set(merged.flatMap((one) => [one.left, one.right]));
  const rest = [...left.columns, ...right.columns].filter((column) => !usingColumns.has(column));
  const text = joinText(join, conditions);
  const expand = before === null ? right.relations[0]?.expand : undefined;
  const isCross =
    text.join === 'CROSS JOIN' ||
    (text.join === 'LEFT JOIN' && text.on === 'TRUE' && right.relations[0]?.neverEmpty);
  const canExpand = isCross && right.relations.length === 1;
  return {
    relations,
    columns: [...merged.map((one) => one.column), ...rest],
    sql: () => {
      if (expand !== undefined && canExpand) {
        const packed = left.relations.map((relation) => relation.alias);
        return expand(left.sql(), packed);
      }
      const isPlain = join.right.kind !== 'join' || join.right.type === 'COMMA';
      const rightSql = isPlain ? right.sql() : `(${right.sql()})`;
      const on = text.on === '' ? '' : ` ON ${text.on}`;
      return `${left.sql()} ${text.join} ${rightSql}${on}`;
    },
  };
}

function joinText(join: Join, conditions: string[]): { join: string; on: string } {
  const on = conditions.join(' AND ');
  switch (join.type) {
    case 'COMMA':
    case 'CROSS':
      if (on !== '') throw notSupportedHere('a condition of CROSS JOIN', join.on?.start ?? join.start);
      return { join: 'CROSS JOIN', on: '' };
    case 'ASOF':
      if (join.matchCondition === null) {
        throw compilationError('001003', '42000', 'ASOF JOIN without MATCH_CONDITION', join.start);
      }
      return { join: 'ASOF LEFT JOIN', on };
    case 'INNER':
      return on === '' ? { join: 'CROSS JOIN', on: '' } : { join: 'JOIN', on };
    default:
      return { join: `${join.type} JOIN`, on: on === '' ? 'TRUE' : on };
  }
}

function commonNames(left: Shape, right: Shape): Identifier[] {
  return left.columns.flatMap((column) =>
    !column.hidden && right.columns.some((other) => !other.hidden && other.name === column.name)
      ? [{ name: column.name, quoted: true, start: { offset: 0, line: 1, column: 0 }, end: 0 }]
      : [],
  );
}

interface Merged {
  left: ScopeColumn;
  right: ScopeColumn;
  column: ScopeColumn;
  condition: string;
}

function mergeColumn(name: Identifier, left: Shape, right: Shape, join: Join): Merged {
  const a = onlyColumn(name, left);
  const b = onlyColumn(name, right);
  const condition = compare('=', a, b).sql;
  // The side that is there: of a FULL join, either.
  const kept = join.type === 'RIGHT' ? b : join.type === 'FULL' ? eitherColumn(a, b) : a;
  return { left: a, right: b, condition, column: { ...kept, name: name.name, relation: null } };
}

function eitherColumn(a: ScopeColumn, b: ScopeColumn): ScopeColumn {
  const type = unifyTypes([a.type, b.type]);
  return { ...a, type, sql: `COALESCE(${cast(a, type).sql}, ${cast(b, type).sql})` };
}

function onlyColumn(name: Identifier, side: Shape): ScopeColumn {
  const found = side.columns.filter((column) => column.name === name.name);
  if (found.length === 1) return found[0]!;
  if (found.length > 1)
    throw plainError('002028', '42601', `ambiguous column name '${name.name}'`, name.start);
  throw compilationError('000904', '42000', `invalid identifier '${formatName(name.name)}'`, name.start);
}

function makeNullable(side: Shape): void {
  for (const column of side.columns) column.nullable = true;
  for (const relation of side.relations) for (const column of relation.columns) column.nullable = true;
}
