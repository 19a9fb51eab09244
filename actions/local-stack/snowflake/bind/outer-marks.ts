import type { Expression, Identifier, Select, TableExpression } from '../../../shared/sql/ast.ts';
import { notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import { walk } from '../../../shared/sql/walk.ts';

/**
 * `FROM a, b WHERE a.x = b.x (+)` as `FROM a LEFT JOIN b ON a.x = b.x`: the conditions with a mark become those of
 * the join of the table that is marked. Source: docs.snowflake.com, WHERE, joins in the WHERE clause.
 * @throws 999001 where a marked table is not one that stands after those it is joined to, by its name or alias
 */
export function withoutOuterMarks(select: Select): Select {
  const { where, from } = select;
  if (where === null || from === null) return select;
  const conditions = conjuncts(where);
  const marked = conditions.map(markedTable);
  if (marked.every((table) => table === null)) return select;
  const tables = commaList(from);
  const names = tables.map(nameOf);
  let joined: TableExpression = tables[0]!;
  for (const [index, table] of tables.entries()) {
    if (index === 0) continue;
    const on = conditions.filter((_, place) => marked[place] === names[index]);
    const known = new Set(names.slice(0, index + 1));
    for (const condition of on) requireKnown(condition, known);
    const place = { start: joined.start, end: table.end };
    const join = {
      natural: false,
      directed: false,
      left: joined,
      right: table,
      using: [],
      matchCondition: null,
    };
    joined =
      on.length === 0
        ? { kind: 'join', type: 'COMMA', on: null, ...join, ...place }
        : { kind: 'join', type: 'LEFT', on: all(on.map(unmarked)), ...join, ...place };
  }
  const stray = marked.findIndex((table) => table !== null && !names.slice(1).includes(table));
  if (stray >= 0) throw refused(conditions[stray]!);
  const rest = conditions.filter((_, place) => marked[place] === null);
  return { ...select, from: joined, where: rest.length === 0 ? null : all(rest) };
}

function refused(node: Expression) {
  return notSupportedHere('the outer join operator (+) other than on a later table of FROM', node.start);
}

function conjuncts(node: Expression): Expression[] {
  if (node.kind !== 'binary' || node.operator !== 'AND') return [node];
  return [...conjuncts(node.left), ...conjuncts(node.right)];
}

function all(conditions: Expression[]): Expression {
  return conditions.reduce((left, right) => ({
    kind: 'binary',
    operator: 'AND',
    left,
    right,
    start: left.start,
    end: right.end,
  }));
}

/** The one table whose columns have marks in a condition; null without any. */
function markedTable(condition: Expression): string | null {
  const found = new Set<string>();
  walk(condition, (node) => {
    const one = node as Expression;
    if (one.kind !== 'unary' || one.operator !== '(+)') return true;
    if (one.operand.kind !== 'column' || one.operand.parts.length < 2) throw refused(one);
    found.add(one.operand.parts.at(-2)!.name);
    return false;
  });
  if (found.size > 1) throw refused(condition);
  return [...found][0] ?? null;
}

/** Unqualified columns could be any table's. */
function requireKnown(condition: Expression, known: Set<string | null>): void {
  walk(condition, (node) => {
    const one = node as Expression;
    if (one.kind !== 'column') return true;
    const qualifier: Identifier | undefined = one.parts.at(-2);
    if (qualifier === undefined || !known.has(qualifier.name)) throw refused(one);
    return false;
  });
}

function unmarked<T>(node: T): T {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map(unmarked) as T;
  const one = node as unknown as Expression;
  if (one.kind === 'unary' && one.operator === '(+)') return one.operand as unknown as T;
  return Object.fromEntries(Object.entries(node).map(([key, field]) => [key, unmarked(field)])) as T;
}

function commaList(from: TableExpression): TableExpression[] {
  if (from.kind !== 'join' || from.type !== 'COMMA') return [from];
  return [...commaList(from.left), from.right];
}

function nameOf(table: TableExpression): string | null {
  if (table.kind === 'join') return null;
  if (table.alias !== null) return table.alias.name.name;
  return table.kind === 'table' && table.name.kind === 'name' ? table.name.parts.at(-1)!.name : null;
}
