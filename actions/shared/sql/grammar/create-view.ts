import type { CreateView, Property } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import type { CreateHead } from './create.ts';
import { parseObjectName } from './names.ts';
import { joinClauses, parseClauses, parseComment } from './object-clauses.ts';
import { parseQuery } from './query.ts';
import type { Reader } from './reader.ts';

/** CREATE VIEW, MATERIALIZED VIEW and DYNAMIC TABLE: https://docs.snowflake.com/en/sql-reference/sql/create-view */
export function parseCreateView(r: Reader, head: CreateHead, dynamicTable: boolean): CreateView {
  const { start, modifiers, ...flags } = head;
  if (modifiers.has('TEMPORARY')) throw notSupportedHere('temporary views', start);
  const name = parseObjectName(r);
  if (r.isWord('CLONE')) throw notSupportedHere('CLONE of a dynamic table', r.token.start);
  const before = parseClauses(r);
  const columns = r.isSymbol('(') ? r.parenthesized(() => parseViewColumn(r)) : [];
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

function parseViewColumn(r: Reader): CreateView['columns'][number] {
  const name = r.identifier();
  const comment = r.isWord('COMMENT') ? parseComment(r) : null;
  if (r.isWord('WITH') || r.isWord('MASKING') || r.isWord('PROJECTION') || r.isWord('TAG'))
    throw notSupportedHere("policies and tags of a view's columns", r.token.start);
  if (r.token.kind === 'word') throw notSupportedHere('columns with types in a dynamic table', r.token.start);
  return { name, comment };
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
