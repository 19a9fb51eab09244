import type { Identifier, Star } from '../../../shared/sql/ast.ts';
import { invalidIdentifier, notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import type { Bound } from './bound.ts';
import { bindExpression, useColumn } from './expression.ts';
import { findRelations, formatName, plainError, type Scope, type ScopeColumn, unknownName } from './scope.ts';

/** What one result column of a select list is: its name and how it is bound. */
export interface ListedColumn {
  label: string;
  nullable: boolean;
  bind: (owner: Scope) => Bound;
}

/**
 * `*` or `t.*` with ILIKE, EXCLUDE, REPLACE and RENAME, in the order that Snowflake applies them.
 * Source: docs.snowflake.com, SELECT, parameters.
 */
export function expandStar(star: Star, scope: Scope): ListedColumn[] {
  const columns = starColumns(star, scope).filter((column) => !column.hidden);
  const pattern = star.ilike === null ? null : likePattern(star.ilike);
  const kept = columns.filter((column) => pattern === null || pattern.test(column.name));
  for (const name of [
    ...star.exclude,
    ...star.replace.map((one) => one.name),
    ...star.rename.map((one) => one.from),
  ]) {
    if (!columns.some((column) => column.name === name.name)) {
      throw invalidIdentifier(formatName(name.name), name.start);
    }
  }
  const listed = kept
    .filter((column) => !has(star.exclude, column.name))
    .map((column): ListedColumn => {
      const replacement = star.replace.find((one) => one.name.name === column.name);
      const renamed = star.rename.find((one) => one.from.name === column.name);
      return {
        label: renamed?.to.name ?? column.name,
        nullable: replacement === undefined ? column.nullable : true,
        bind: (owner) =>
          replacement === undefined
            ? useColumn(column, owner, star.start)
            : bindExpression(replacement.expression, owner),
      };
    });
  if (listed.length === 0) throw notSupportedHere('* that lists no column', star.start);
  return listed;
}

function starColumns(star: Star, scope: Scope): ScopeColumn[] {
  if (star.qualifier === null) {
    if (scope.relations.length > 0) return scope.columns;
    throw plainError('002057', '42601', 'SELECT with no columns', star.start);
  }
  for (let owner: Scope | null = scope; owner !== null; owner = owner.outer) {
    const relations = findRelations(owner, star.qualifier);
    if (relations.length > 0) return relations.flatMap((relation) => relation.columns);
  }
  throw unknownName(star.qualifier, star.start);
}

function has(names: Identifier[], name: string): boolean {
  return names.some((one) => one.name === name);
}

function likePattern(pattern: string): RegExp {
  const source = pattern
    .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${source}$`, 'is');
}
