import type { Expression, GroupElement, Select } from '../../../shared/sql/ast.ts';
import { notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import { bindEntry, bindExpression } from './expression.ts';
import { plainError, type Scope } from './scope.ts';
import type { ListItem } from './select.ts';
import { refuseIn } from './select.ts';
import { markUses, takeUses } from './uses.ts';

export interface Grouping {
  /** SQL of every key. */
  keys: Set<string>;
  /** ` GROUP BY …`, once the select list is bound. */
  sql: (items: ListItem[]) => string;
}

/**
 * GROUP BY of expressions, positions, aliases (a column of that name wins), ALL, GROUPING SETS, CUBE, ROLLUP.
 * null when the query has none. Source: docs.snowflake.com, GROUP BY.
 */
export function bindGroupBy(select: Select, items: ListItem[], scope: Scope): Grouping | null {
  const { groupBy } = select;
  if (groupBy === null) return null;
  switch (groupBy.kind) {
    case 'all': {
      const keys = plainItems(items, scope);
      if (keys.length === 0) return { keys: new Set(), sql: () => '' };
      return plainGrouping(keys);
    }
    case 'items':
      return plainGrouping(groupBy.items.map((node) => bindKey(node, items, scope)));
    case 'sets': {
      const elements = groupBy.elements.map((element) => boundSets(element, items, select, scope));
      const sets = elements.reduce((left, right) => left.flatMap((a) => right.map((b) => [...a, ...b])));
      const text = sets.map((set) => `(${[...new Set(set)].join(', ')})`).join(', ');
      return { keys: new Set(sets.flat()), sql: () => ` GROUP BY GROUPING SETS (${text})` };
    }
  }
}

/** The sets of keys that one element of GROUP BY stands for. */
function boundSets(element: GroupElement, items: ListItem[], select: Select, scope: Scope): string[][] {
  if (element.kind === 'key') return [[bindKey(element.expression, items, scope)]];
  const given = element.sets.map((set) => set.map((node) => bindKey(node, items, scope)));
  if (element.kind === 'groupingSets') return given;
  return element.kind === 'rollup' ? prefixes(given) : subsets(given, select);
}

/** Keys that the select list holds go by position: DuckDB need not find that two expressions are one. */
function plainGrouping(keys: string[]): Grouping {
  return {
    keys: new Set(keys),
    sql: (items) => {
      const texts = keys.map((key) => {
        const index = items.findIndex((item) => item.entry.bound!.sql === key);
        return index < 0 ? key : String(index + 1);
      });
      return ` GROUP BY ${[...new Set(texts)].join(', ')}`;
    },
  };
}

function bindKey(node: Expression, items: ListItem[], scope: Scope): string {
  const mark = markUses(scope.uses);
  const text = scope.source.slice(node.start.offset, node.end).toUpperCase();
  let sql: string;
  if (node.kind === 'number') {
    const item = /^\d+$/.test(node.text) ? items[Number(node.text) - 1] : undefined;
    if (item === undefined) {
      throw plainError('000979', '42601', `[${node.text}] is not a valid group by expression`, node.start);
    }
    sql = bindEntry(item.entry, scope).sql;
  } else {
    const bound = bindExpression(node, scope);
    if (bound.constant !== undefined && node.kind !== 'column') {
      throw notSupportedHere('GROUP BY of a constant', node.start);
    }
    sql = bound.sql;
  }
  const uses = takeUses(scope.uses, mark);
  refuseIn('where clause', { ...uses, aggregates: [] });
  if (uses.aggregates.length > 0) {
    throw plainError(
      '000979',
      '42601',
      `[${uses.aggregates[0]?.text ?? text}] is not a valid group by expression`,
      node.start,
    );
  }
  return sql;
}

/** GROUP BY ALL: the items without an aggregate. */
function plainItems(items: ListItem[], scope: Scope): string[] {
  return items.flatMap(({ entry }) => {
    const mark = markUses(scope.uses);
    const { sql } = bindEntry(entry, scope);
    const uses = takeUses(scope.uses, mark);
    return uses.aggregates.length > 0 || uses.windows.length > 0 ? [] : [sql];
  });
}

function prefixes(sets: string[][]): string[][] {
  return Array.from({ length: sets.length + 1 }, (_, index) => sets.slice(0, sets.length - index).flat());
}

function subsets(sets: string[][], select: Select): string[][] {
  if (sets.length > 7) throw notSupportedHere('CUBE of more than 7 elements', select.start);
  return Array.from({ length: 2 ** sets.length }, (_, bits) =>
    sets.filter((_set, index) => (bits & (2 ** (sets.length - 1 - index))) === 0).flat(),
  );
}
