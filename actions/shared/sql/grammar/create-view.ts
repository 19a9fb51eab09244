import type { CreateView, ObjectName, Property } from '../ast.ts';
import { parseColumn } from './column-definition.ts';
import type { CreateHead } from './create.ts';
import { parseObjectName } from './names.ts';
import { joinClauses, parseClauses } from './object-clauses.ts';
import { parseQuery } from './query.ts';
import type { Reader } from './reader.ts';

/**
 * CREATE VIEW, MATERIALIZED VIEW and DYNAMIC TABLE, whose name has been read:
 * https://docs.snowflake.com/en/sql-reference/sql/create-view
 */
export function parseCreateView(
  r: Reader,
  head: CreateHead,
  named: { dynamicTable: ObjectName } | null,
): CreateView {
  const { start, modifiers, ...flags } = head;
  const dynamicTable = named !== null;
  const name = named?.dynamicTable ?? parseObjectName(r);
  const before = parseClauses(r);
  const columns = r.isSymbol('(') ? r.parenthesized(() => parseViewColumn(r, dynamicTable)) : [];
  const clauses = joinClauses(before, parseClauses(r));
  const properties = [...clauses.properties, ...clusterProperty(r, clauses.clusterBy)];
  if (modifiers.has('TRANSIENT')) properties.push(flag(r, 'TRANSIENT', start));
  r.expectWords('AS');
  const queryStart = r.token.start;
  const query = parseQuery(r);
  return {
    kind: 'createView',
    ...flags,
    secure: modifiers.has('SECURE'),
    materialized: modifiers.has('MATERIALIZED'),
    recursive: modifiers.has('RECURSIVE'),
    dynamicTable,
    temporary: modifiers.has('TEMPORARY'),
    name,
    columns,
    copyGrants: clauses.copyGrants,
    comment: clauses.comment,
    query,
    queryText: r.slice(queryStart),
    properties,
    ...r.range(start),
  };
}

function parseViewColumn(r: Reader, dynamicTable: boolean): CreateView['columns'][number] {
  const { name, type, comment, maskingPolicy, tags, ...rest } = parseColumn(r);
  const isMore =
    rest.default !== null || rest.identity !== null || rest.computed !== null || rest.collate !== null;
  if (isMore || rest.notNull || rest.constraints.length > 0 || (type !== null && !dynamicTable))
    throw r.unexpectedAt(rest);
  return { name, type, comment, maskingPolicy, tags };
}

/** `CLUSTER BY (a, f(b))` as the property of that name, its expressions as text. */
function clusterProperty(r: Reader, clusterBy: { start: Property['start']; end: number }[]): Property[] {
  if (clusterBy.length === 0) return [];
  const { start } = clusterBy[0]!;
  const { end } = clusterBy.at(-1)!;
  const items = clusterBy.map((node) => ({
    kind: 'string' as const,
    value: r.text.slice(node.start.offset, node.end),
    start: node.start,
    end: node.end,
  }));
  return [{ name: 'CLUSTER BY', value: { kind: 'list', items, start, end }, start, end }];
}

function flag(r: Reader, name: string, start: Property['start']): Property {
  return { name, value: { kind: 'boolean', value: true, ...r.range(start) }, ...r.range(start) };
}
