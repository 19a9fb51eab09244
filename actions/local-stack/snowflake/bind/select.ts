import type { Expression, Select, SelectItem } from '../../../shared/sql/ast.ts';
import type { Position } from '../../../shared/sql/position.ts';
import { compilationError, notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import type { Column } from '../../../shared/sql/types.ts';
import type { BoundQuery } from './bound.ts';
import { bindCondition, bindEntry, bindExpression } from './expression.ts';
import { bindGroupBy, type Grouping } from './group.ts';
import { bindHierarchy } from './hierarchy.ts';
import { type Tail, tailSql } from './order.ts';
import { withoutOuterMarks } from './outer-marks.ts';
import { rowCount } from './query.ts';
import { createScope, plainError, type Scope, type SelectEntry } from './scope.ts';
import { orderSelect } from './select-order.ts';
import { expandStar } from './star.ts';
import { bindTable, type Shape } from './table.ts';
import { markUses, takeUses, type Uses } from './uses.ts';

/** A column of the select list. */
export interface ListItem {
  label: string;
  /** Explicit alias: what ORDER BY prefers over a column of that name. */
  aliased: boolean;
  nullable: boolean;
  entry: SelectEntry;
}

/**
 * SELECT … FROM … WHERE … GROUP BY … HAVING … QUALIFY …, with the query's ORDER BY and LIMIT.
 * A name is a column of FROM before it is an alias of the select list. Source: docs.snowflake.com, SELECT, usage notes.
 */
export function bindSelect(written: Select, outer: Scope, tail: Tail): BoundQuery {
  const select = withoutOuterMarks(written);
  const scope = createScope(outer.context, { outer, source: outer.source });
  const shape = bindFrom(select, scope);
  if (shape !== null) {
    scope.relations = shape.relations;
    scope.columns = shape.columns;
  }
  const items = select.items.flatMap((item) => listItems(item, scope));
  for (const item of items) {
    if (item.aliased && !scope.aliases.has(item.label)) scope.aliases.set(item.label, item.entry);
  }
  const where = select.where === null ? '' : ` WHERE ${bindWhere(select.where, scope)}`;
  const grouping = bindGroupBy(select, items, scope);
  const list = bindList(items, scope, grouping);
  const having = select.having === null ? '' : ` HAVING ${bindHaving(select.having, scope)}`;
  const qualify = select.qualify === null ? '' : ` QUALIFY ${bindQualify(select.qualify, scope)}`;
  const order = orderSelect(tail.orderBy, items, scope, select.distinct);
  checkGrouped(scope, grouping !== null || select.having !== null, list, order.uses);
  const from = shape === null ? '' : ` FROM ${shape.sql()}`;
  const limit = select.top === null ? tail.limit : rowCount(select.top, outer);
  const columns = items.map((item): Column => {
    const { bound } = item.entry;
    return { name: item.label, type: bound!.type, nullable: item.nullable && bound!.constant == null };
  });
  const text = items.map((item, index) => `${item.entry.bound!.sql} AS c${index + 1}`).join(', ');
  const group = grouping === null ? '' : grouping.sql(items);
  const sql = `SELECT ${select.distinct ? 'DISTINCT ' : ''}${text}${from}${where}${group}${having}${qualify}`;
  return { sql: order.apply(sql) + tailSql({ ...tail, limit }), columns };
}

function bindFrom(select: Select, scope: Scope): Shape | null {
  if (select.from === null) {
    if (select.connectBy === null) return null;
    throw notSupportedHere('CONNECT BY without FROM', select.start);
  }
  const from = bindTable(select.from, scope, null);
  if (select.connectBy === null) return from;
  const { shape, hierarchy } = bindHierarchy(select, from, scope);
  scope.hierarchy = hierarchy;
  return shape;
}

function listItems(item: SelectItem, scope: Scope): ListItem[] {
  const { expression, alias } = item;
  if (expression.kind === 'star') {
    return expandStar(expression, scope).map((column) => ({
      label: column.label,
      aliased: false,
      nullable: column.nullable,
      entry: { bind: column.bind, bound: null, uses: null, binding: false },
    }));
  }
  return [
    {
      label: alias?.name ?? labelOf(expression, item, scope),
      aliased: alias !== null,
      nullable: isNullable(expression, scope),
      entry: { bind: (owner) => bindExpression(expression, owner), bound: null, uses: null, binding: false },
    },
  ];
}

/** The name of an unnamed result column: the column's own, else the expression's text in upper case. */
function labelOf(expression: Expression, item: SelectItem, scope: Scope): string {
  if (expression.kind === 'column') return expression.parts.at(-1)!.name;
  if (expression.kind === 'positional') return `$${expression.index}`;
  return scope.source.slice(item.start.offset, item.end).toUpperCase();
}

function isNullable(expression: Expression, scope: Scope): boolean {
  switch (expression.kind) {
    case 'column': {
      if (expression.parts.length !== 1) return true;
      const column = scope.columns.find((one) => one.name === expression.parts[0]!.name);
      return column?.nullable ?? true;
    }
    case 'call':
      return expression.name.at(-1)!.name !== 'COUNT';
    default:
      return !['number', 'string', 'boolean', 'exists', 'isNull'].includes(expression.kind);
  }
}

function bindWhere(node: Expression, scope: Scope): string {
  const mark = markUses(scope.uses);
  const { sql } = bindCondition(node, scope);
  const uses = takeUses(scope.uses, mark);
  refuseIn('where clause', uses);
  return sql;
}

/** Aggregates and window functions where rows are not yet grouped. */
export function refuseIn(clause: 'where clause' | 'ON clause', uses: Uses): void {
  const [window] = uses.windows;
  if (window !== undefined) {
    throw plainError(
      '002303',
      '42601',
      `Window function [${window.text}] appears outside of SELECT, QUALIFY, and ORDER BY clauses.`,
      window.position,
    );
  }
  const [aggregate] = uses.aggregates;
  if (aggregate !== undefined) {
    throw plainError(
      '002035',
      '42601',
      `Invalid aggregate function in ${clause} [${aggregate.text}]`,
      aggregate.position,
    );
  }
}

/** What the select list uses, item by item. */
function bindList(items: ListItem[], scope: Scope, grouping: Grouping | null): Uses {
  if (grouping !== null) {
    scope.groupKeys = grouping.keys;
    for (const { entry } of items) {
      // What was bound before the keys were known, and is not one itself, is bound again.
      if (entry.bound !== null && !grouping.keys.has(entry.bound.sql)) entry.bound = null;
    }
  }
  const mark = markUses(scope.uses);
  for (const item of items) bindEntry(item.entry, scope);
  const uses = takeUses(scope.uses, mark);
  scope.uses.aggregates.push(...uses.aggregates);
  scope.uses.windows.push(...uses.windows);
  return uses;
}

function bindHaving(node: Expression, scope: Scope): string {
  const windows = scope.uses.windows.length;
  const { sql } = bindCondition(node, scope);
  refuseIn('where clause', { columns: [], aggregates: [], windows: scope.uses.windows.slice(windows) });
  return sql;
}

function bindQualify(node: Expression, scope: Scope): string {
  const { sql } = bindCondition(node, scope);
  if (scope.uses.windows.length === 0) {
    throw compilationError(
      '002305',
      '42601',
      'found QUALIFY clause but no window function.',
      qualifyPosition(node, scope),
    );
  }
  return sql;
}

/** Where the keyword stands before its condition. */
function qualifyPosition(node: Expression, scope: Scope): Position {
  const offset = scope.source.toUpperCase().lastIndexOf('QUALIFY', node.start.offset);
  if (offset < 0) return node.start;
  const lines = scope.source.slice(0, offset).split('\n');
  return { offset, line: lines.length, column: lines.at(-1)!.length };
}

/**
 * In a grouped query every column stands in an aggregate or in a key. `list` is what the select list uses; what
 * HAVING and QUALIFY use is left in the scope.
 */
function checkGrouped(scope: Scope, isGrouped: boolean, list: Uses, order: Uses): void {
  if (!isGrouped && scope.uses.aggregates.length === 0 && order.aggregates.length === 0) return;
  const [inList] = list.columns;
  if (inList !== undefined) {
    if (scope.groupKeys !== null) {
      throw compilationError(
        '001104',
        '42601',
        `'${inList.name}' in select clause is neither an aggregate nor in the group by clause.`,
        inList.position,
      );
    }
    throw plainError(
      '000979',
      '42601',
      `[${inList.name}] is not a valid group by expression`,
      inList.position,
    );
  }
  const [inHaving] = scope.uses.columns;
  if (inHaving !== undefined) {
    throw plainError(
      '000979',
      '42601',
      `[${inHaving.name}] is not a valid group by expression`,
      inHaving.position,
    );
  }
  const [inOrder] = order.columns;
  if (inOrder !== undefined) {
    throw plainError(
      '000979',
      '42601',
      `[${inOrder.name}] is not a valid order by expression`,
      inOrder.position,
    );
  }
}
