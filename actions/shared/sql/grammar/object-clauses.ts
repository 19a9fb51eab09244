import type { Expression, Property } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseExpression } from './expression.ts';
import { parseNameParts, parseObjectName } from './names.ts';
import { parseProperty, type Stops } from './properties.ts';
import type { Reader } from './reader.ts';

/** What stands after the name of an object that is made, in any order. */
export interface Clauses {
  comment: string | null;
  copyGrants: boolean;
  clusterBy: Expression[];
  properties: Property[];
}

const none: Stops = new Set();

/**
 * COMMENT, COPY GRANTS, CLUSTER BY, ROW ACCESS POLICY, TAG and `NAME = value` until something else comes.
 * A row access policy becomes the property `ROW ACCESS POLICY` = `(POLICY = name ON = (columns))`, tags the
 * property `TAG` = `(name = 'value' …)`.
 */
export function parseClauses(r: Reader, stops: Stops = none): Clauses {
  const clauses: Clauses = { comment: null, copyGrants: false, clusterBy: [], properties: [] };
  while (r.token.kind === 'word' && !stops.has(r.token.value) && parseClause(r, clauses)) r.skipSymbol(',');
  return clauses;
}

/** Clauses read at two places of one statement. */
export function joinClauses(first: Clauses, second: Clauses): Clauses {
  return {
    comment: second.comment ?? first.comment,
    copyGrants: first.copyGrants || second.copyGrants,
    clusterBy: [...first.clusterBy, ...second.clusterBy],
    properties: [...first.properties, ...second.properties],
  };
}

function parseClause(r: Reader, clauses: Clauses): boolean {
  if (r.isWord('COMMENT') && (r.follows(1, '=') || r.peek(1).kind === 'string')) {
    clauses.comment = parseComment(r);
    return true;
  }
  if (r.follows(1, '=')) {
    clauses.properties.push(parseProperty(r, '='));
    return true;
  }
  refuseClause(r);
  if (r.skipWords('COPY', 'GRANTS')) {
    clauses.copyGrants = true;
    return true;
  }
  if (r.isWords('CLUSTER', 'BY')) {
    clauses.clusterBy = parseClusterBy(r);
    return true;
  }
  const governed = parseGovernance(r);
  if (governed === null) return false;
  clauses.properties.push(governed);
  return true;
}

/** Clauses that Snowflake knows and the tree does not, by their first words. */
const refused = [
  ['REFRESH', 'USING'],
  ['REQUIRE', 'USER'],
];

function refuseClause(r: Reader): void {
  const words = refused.find((parts) => r.isWords(...parts));
  if (words !== undefined) throw notSupportedHere(words.join(' '), r.token.start);
}

/** `COMMENT [=] 'text'` */
export function parseComment(r: Reader): string {
  r.expectWords('COMMENT');
  r.skipSymbol('=');
  return r.expectString();
}

/** `CLUSTER BY [LINEAR] (expressions)` */
export function parseClusterBy(r: Reader): Expression[] {
  r.expectWords('CLUSTER', 'BY');
  r.skipWords('LINEAR');
  return r.parenthesized(() => parseExpression(r));
}

/** `[WITH] ROW ACCESS POLICY …` or `[WITH] TAG (…)` */
function parseGovernance(r: Reader): Property | null {
  const { start } = r.token;
  const ahead = r.isWord('WITH') ? 1 : 0;
  if (r.follows(ahead, 'TAG') && r.follows(ahead + 1, '(')) {
    r.skipWords('WITH');
    r.expectWords('TAG');
    const properties = parseTags(r);
    const value = { kind: 'properties', properties, ...r.range(start) } as const;
    return { name: 'TAG', value, ...r.range(start) };
  }
  if (r.follows(ahead + 1, 'POLICY') || (r.follows(ahead + 1, 'LIFECYCLE') && r.follows(ahead + 2, 'POLICY')))
    throw notSupportedHere(`${r.peek(ahead).value} POLICY`, start);
  if (!r.follows(ahead, 'ROW') || !r.follows(ahead + 1, 'ACCESS')) return null;
  r.skipWords('WITH');
  r.expectWords('ROW', 'ACCESS', 'POLICY');
  const policy = parseNameParts(r);
  const place = r.range(start);
  r.expectWords('ON');
  const items = r.parenthesized(() => {
    const column = r.identifier();
    return { kind: 'word' as const, parts: [column], start: column.start, end: column.end };
  });
  const properties: Property[] = [
    { name: 'POLICY', value: { kind: 'word', parts: policy, ...place }, ...place },
    { name: 'ON', value: { kind: 'list', items, ...place }, ...place },
  ];
  const value = { kind: 'properties', properties, ...r.range(start) } as const;
  return { name: 'ROW ACCESS POLICY', value, ...r.range(start) };
}

/** `(a.b = 'x', c = 'y')` as properties with dotted names. */
function parseTags(r: Reader): Property[] {
  return r.parenthesized(() => {
    const { start } = r.token;
    const name = parseNameParts(r)
      .map((part) => part.name)
      .join('.');
    r.expectSymbol('=');
    const { start: place } = r.token;
    const value = { kind: 'string', value: r.expectString(), ...r.range(place) } as const;
    return { name, value, ...r.range(start) };
  });
}

/** `a.b = 'x', c = 'y'` after SET TAG, or in the parentheses of a column's TAG. */
export function parseTagAssignment(r: Reader) {
  const name = parseObjectName(r);
  r.expectSymbol('=');
  return { name, value: r.expectString() };
}
