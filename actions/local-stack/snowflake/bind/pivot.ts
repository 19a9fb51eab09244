import type { FunctionCall, Identifier, Pivot, Unpivot } from '../../../shared/sql/ast.ts';
import { invalidIdentifier, notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import type { Column } from '../../../shared/sql/types.ts';
import type { Bound } from './bound.ts';
import { bindFunction } from './call.ts';
import { cast, unifyTypes } from './cast.ts';
import type { PivotValue } from './context.ts';
import { bindExpression } from './expression.ts';
import { findFunction } from './functions/registry.ts';
import { VARCHAR } from './literal.ts';
import { compare } from './operators.ts';
import { formatName, narrowed, type Scope, type ScopeColumn } from './scope.ts';
import { bindTable, generated, named, type Shape, shapeOf } from './table.ts';
import { quote, value } from './value.ts';

/**
 * PIVOT(agg(x) FOR c IN (v, …)): one column per value, named as the value is written (`'JAN'` with its quotes) or
 * by its alias; grouped by all other columns. Source: docs.snowflake.com, PIVOT.
 */
export function bindPivot(pivot: Pivot, scope: Scope, left: Shape | null): Shape {
  const [first, ...others] = pivot.aggregates;
  if (others.length > 0 || first!.alias !== null) {
    throw notSupportedHere(
      'PIVOT with several aggregates or a named one',
      pivot.aggregates.at(-1)!.call.start,
    );
  }
  const input = bindTable(pivot.input, scope, left);
  const inside = narrowed(scope, input.relations, input.columns);
  const column = columnNamed(pivot.column, input);
  const { call } = first!;
  const { argument, name } = aggregateOf(call);
  const aggregated = columnNamed(argument, input);
  const keys = input.columns.filter((one) => !one.hidden && one !== column && one !== aggregated);
  const otherwise = pivot.defaultOnNull === null ? null : bindExpression(pivot.defaultOnNull, inside);
  const outputs = pivotValues(pivot, inside).map(({ value: item, label }) => {
    const isValue = item.constant === null ? { sql: `${column.sql} IS NULL` } : compare('=', column, item);
    const picked: Bound = {
      sql: `CASE WHEN ${isValue.sql} THEN ${aggregated.sql} END`,
      type: aggregated.type,
    };
    const aggregate = bindFunction(name, [picked], call.args, call.start, scope);
    const bound = otherwise === null ? aggregate : orDefault(aggregate, otherwise);
    return { label, bound };
  });
  const columns: Column[] = [
    ...keys.map(({ name: key, type, nullable }) => ({ name: key, type, nullable })),
    ...outputs.map(({ label, bound }) => ({ name: label, type: bound.type, nullable: true })),
  ];
  const list = [...keys.map((key) => key.sql), ...outputs.map(({ bound }) => bound.sql)]
    .map((sql, index) => `${sql} AS c${index + 1}`)
    .join(', ');
  const group = keys.length === 0 ? '' : ` GROUP BY ${keys.map((key) => key.sql).join(', ')}`;
  const relation = generated(
    scope,
    pivot.alias?.name.name ?? null,
    columns,
    () => `(SELECT ${list} FROM ${input.sql()}${group})`,
  );
  return shapeOf(named(relation, pivot.alias));
}

function pivotValues(pivot: Pivot, inside: Scope): PivotValue[] {
  if (pivot.values.kind === 'list') {
    return pivot.values.items.map(({ expression, alias }) => ({
      value: bindExpression(expression, inside),
      label: alias?.name ?? inside.source.slice(expression.start.offset, expression.end),
    }));
  }
  const found = inside.context.pivotValues(pivot);
  if (found !== undefined) return found;
  throw notSupportedHere('PIVOT with values from ANY or a query in this place', pivot.column.start);
}

/** DEFAULT ON NULL (x) in place of every NULL of the pivoted columns. */
function orDefault(aggregate: Bound, otherwise: Bound): Bound {
  const type = unifyTypes([aggregate.type, otherwise.type]);
  return value(`COALESCE(${cast(aggregate, type).sql}, ${cast(otherwise, type).sql})`, type, aggregate);
}

function aggregateOf(call: FunctionCall): { name: string; argument: Identifier } {
  const name = call.name.at(-1)!.name;
  const [argument] = call.args;
  if (findFunction(name)?.kind !== 'aggregate' || call.args.length !== 1 || argument?.kind !== 'column') {
    throw notSupportedHere('PIVOT other than by an aggregate of one column', call.start);
  }
  return { name, argument: argument.parts.at(-1)! };
}

/**
 * UNPIVOT(value FOR name IN (columns)): a row per column, NULLs left out unless INCLUDE NULLS.
 * Source: docs.snowflake.com, UNPIVOT.
 */
export function bindUnpivot(unpivot: Unpivot, scope: Scope, left: Shape | null): Shape {
  const input = bindTable(unpivot.input, scope, left);
  const sources = unpivot.columns.map(({ column }) => columnNamed(column, input));
  const kept = input.columns.filter((one) => !one.hidden && !sources.includes(one));
  const type = unifyTypes(sources.map((source) => source.type));
  const columns: Column[] = [
    ...kept.map(({ name, type: own, nullable }) => ({ name, type: own, nullable })),
    { name: unpivot.name.name, type: VARCHAR, nullable: false },
    { name: unpivot.value.name, type, nullable: unpivot.includeNulls },
  ];
  const names = unpivot.columns.map(({ column, alias }) => quote(alias?.name ?? column.name));
  const values = sources.map((source) => cast(source, type).sql);
  const pick = (texts: string[]): string =>
    `CASE u.n ${texts.map((text, index) => `WHEN ${index + 1} THEN ${text}`).join(' ')} END`;
  const last = kept.length + 2;
  const list = [...kept.map((one) => one.sql), pick(names), pick(values)]
    .map((sql, index) => `${sql} AS c${index + 1}`)
    .join(', ');
  const numbers = sources.map((_, index) => `(${index + 1})`).join(', ');
  const relation = generated(scope, unpivot.alias?.name.name ?? null, columns, () => {
    const rows = `SELECT ${list} FROM ${input.sql()} CROSS JOIN (VALUES ${numbers}) AS u(n)`;
    return unpivot.includeNulls ? `(${rows})` : `(SELECT * FROM (${rows}) AS w WHERE w.c${last} IS NOT NULL)`;
  });
  return shapeOf(named(relation, unpivot.alias));
}

function columnNamed(name: Identifier, shape: Shape): ScopeColumn {
  const found = shape.columns.find((column) => column.name === name.name);
  if (found === undefined) throw invalidIdentifier(formatName(name.name), name.start);
  found.onUse?.();
  return found;
}
