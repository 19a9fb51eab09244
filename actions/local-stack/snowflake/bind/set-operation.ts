import type { SetBody, SetOperation } from '../../../shared/sql/ast.ts';
import { type Column, formatType, type SnowflakeType } from '../../../shared/sql/types.ts';
import type { Bound, BoundQuery } from './bound.ts';
import { cast, unifyTypes } from './cast.ts';
import { bindBody } from './query.ts';
import { nextRelationAlias, plainError, type Scope } from './scope.ts';
import { nullOf } from './value.ts';

/**
 * UNION [ALL] [BY NAME], INTERSECT, EXCEPT/MINUS: columns by place (or by name), named as in the first query, of the
 * type that both sides have. Source: docs.snowflake.com, "Set operators".
 */
export function bindSetOperation(operation: SetOperation, scope: Scope): BoundQuery {
  // UNION ALL of many queries is a long left-leaning chain: bound in a loop, one level of SQL.
  const branches: SetBody[] = [];
  let first: SetBody = operation;
  const { operator, byName } = operation;
  while (first.kind === 'setOperation' && first.operator === operator && first.byName === byName) {
    branches.push(first.right);
    first = first.left;
  }
  branches.push(first);
  branches.reverse();
  const queries = branches.map((branch) => bindBody(branch, scope));
  const columns = byName ? columnsByName(queries) : columnsByPlace(queries, operation);
  const sides = queries.map((query) => `(${project(query, columns, byName, scope)})`);
  return { sql: sides.join(` ${operator} `), columns };
}

function columnsByPlace(queries: BoundQuery[], operation: SetOperation): Column[] {
  const width = queries[0]!.columns.length;
  queries.forEach((query, index) => {
    if (query.columns.length === width) return;
    throw plainError(
      '001789',
      '42601',
      `invalid number of result columns for set operator input branches, expected ${width}, got ${query.columns.length} in branch ${index + 1}`,
      operation.start,
    );
  });
  return queries[0]!.columns.map((column, place) => ({
    name: column.name,
    type: unifyTypes(queries.map((query) => query.columns[place]!.type)),
    nullable: queries.some((query) => query.columns[place]!.nullable),
  }));
}

function columnsByName(queries: BoundQuery[]): Column[] {
  const names = new Set(queries.flatMap((query) => query.columns.map((column) => column.name)));
  return [...names].map((name) => {
    const found = queries.map((query) => {
      const same = query.columns.filter((column) => column.name === name);
      if (same.length > 1) throw plainError('002028', '42601', `ambiguous column name '${name}'`);
      return same[0];
    });
    const types = found.flatMap((column) => (column === undefined ? [] : [column.type]));
    return {
      name,
      type: unifyTypes(types),
      nullable: found.some((column) => column === undefined || column.nullable),
    };
  });
}

/** One side with the result's columns, in their order and of their types. */
function project(query: BoundQuery, columns: Column[], byName: boolean, scope: Scope): string {
  const isSame =
    !byName && columns.every((column, index) => sameType(column.type, query.columns[index]!.type));
  if (isSame) return query.sql;
  const alias = nextRelationAlias(scope);
  const list = columns.map((column, index) => {
    const place = byName ? query.columns.findIndex((one) => one.name === column.name) : index;
    const bound: Bound =
      place < 0 ? nullOf(column.type) : { sql: `${alias}.c${place + 1}`, type: query.columns[place]!.type };
    return `${cast(bound, column.type).sql} AS c${index + 1}`;
  });
  return `SELECT ${list.join(', ')} FROM (${query.sql}) AS ${alias}`;
}

function sameType(left: SnowflakeType, right: SnowflakeType): boolean {
  if (left.name !== right.name) return false;
  return left.name === 'VARCHAR' || formatType(left) === formatType(right);
}
