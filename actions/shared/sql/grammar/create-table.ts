import type { ColumnDefinition, Constraint, CreateTable } from '../ast.ts';
import { parseColumn } from './column-definition.ts';
import { parseConstraint, startsConstraint } from './constraint.ts';
import type { CreateHead } from './create.ts';
import { parseClone } from './create-container.ts';
import { parseObjectName } from './names.ts';
import { joinClauses, parseClauses } from './object-clauses.ts';
import { parseQuery, startsQuery } from './query.ts';
import type { Reader } from './reader.ts';

/** CREATE TABLE in all its forms: https://docs.snowflake.com/en/sql-reference/sql/create-table */
export function parseCreateTable(r: Reader, head: CreateHead): CreateTable {
  const { start, modifiers, ...flags } = head;
  const name = parseObjectName(r);
  const columns: ColumnDefinition[] = [];
  const constraints: Constraint[] = [];
  let template: CreateTable['template'] = null;
  const like = r.skipWords('LIKE') ? parseObjectName(r) : null;
  const clone = parseClone(r);
  // CLUSTER BY and properties may also come before the columns or the template.
  const before = parseClauses(r);
  if (r.skipWords('USING', 'TEMPLATE')) {
    r.expectSymbol('(');
    template = parseQuery(r);
    r.expectSymbol(')');
  }
  if (r.isSymbol('(') && !startsQuery(r))
    r.parenthesized(() => {
      if (startsConstraint(r)) constraints.push(parseConstraint(r, null));
      else columns.push(parseColumn(r));
    });
  const { comment, copyGrants, clusterBy, properties } = joinClauses(before, parseClauses(r));
  const query = r.skipWords('AS') ? parseQuery(r) : null;
  if (query === null && columns.length === 0 && like === null && clone === null && template === null)
    throw r.unexpected();
  const untyped = columns.find((column) => column.type === null && column.computed === null);
  // A column without a type takes it from the query, and only there.
  if (untyped !== undefined && query === null) throw r.unexpectedAt(untyped);
  const lifetime = modifiers.has('TEMPORARY')
    ? 'TEMPORARY'
    : modifiers.has('TRANSIENT')
      ? 'TRANSIENT'
      : 'PERMANENT';
  return {
    kind: 'createTable',
    ...flags,
    lifetime,
    name,
    columns,
    constraints,
    clusterBy,
    query,
    like,
    clone,
    template,
    copyGrants,
    comment,
    properties,
    ...r.range(start),
  };
}
