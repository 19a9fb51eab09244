import type { CreateObject, ObjectType, Property } from '../ast.ts';
import { alertClause } from './alert.ts';
import type { CreateHead } from './create.ts';
import { parseType } from './data-types.ts';
import { parseExpression } from './expression.ts';
import { flagProperty } from './flag-property.ts';
import { parseObjectName } from './names.ts';
import { parseClauses } from './object-clauses.ts';
import { parsePropertyValue } from './properties.ts';
import type { Reader } from './reader.ts';

/** CREATE of an object that is a name and properties, with the few clauses of its own kind. */
export function parseCreateObject(r: Reader, head: CreateHead, type: ObjectType): CreateObject {
  const { start, modifiers, ...flags } = head;
  const name = parseObjectName(r);
  const policy = type === 'MASKING POLICY' || type === 'ROW ACCESS POLICY' ? parsePolicy(r) : null;
  const properties: Property[] = [];
  let comment: string | null = null;
  for (;;) {
    const own = ownClause(r, type);
    if (own !== null) {
      properties.push(own);
      if (type === 'SEQUENCE') r.skipSymbol(',');
      continue;
    }
    const clauses = parseClauses(r, ownWords[type]);
    comment = clauses.comment ?? comment;
    properties.push(...clauses.properties);
    if (clauses.comment === null && clauses.properties.length === 0) break;
  }
  const temporary = modifiers.has('TEMPORARY');
  return {
    kind: 'createObject',
    ...flags,
    type,
    temporary,
    name,
    comment,
    properties,
    policy,
    ...r.range(start),
  };
}

/** Words of clauses that are not `NAME = value`, for the kinds that have some. */
const ownWords: Partial<Record<ObjectType, ReadonlySet<string>>> = {
  SEQUENCE: new Set(['START', 'INCREMENT', 'ORDER', 'NOORDER', 'WITH']),
  TAG: new Set(['ALLOWED_VALUES', 'PROPAGATE']),
  'RESOURCE MONITOR': new Set(['TRIGGERS', 'WITH']),
  WAREHOUSE: new Set(['WITH']),
  ALERT: new Set(['IF', 'THEN']),
};

function ownClause(r: Reader, type: ObjectType): Property | null {
  const { start, value } = r.token;
  if (r.token.kind !== 'word' || !ownWords[type]?.has(value)) return null;
  if (type === 'SEQUENCE') return sequenceClause(r);
  if (value === 'WITH') {
    // `WITH` before the properties says nothing; before TAG it belongs to the tag.
    if (r.follows(1, 'TAG')) return null;
    r.take();
    return ownClause(r, type);
  }
  r.take();
  if (type === 'TAG') {
    if (value === 'PROPAGATE') {
      r.expectSymbol('=');
      return { name: value, value: parsePropertyValue(r), ...r.range(start) };
    }
    const items = r.list(() => parsePropertyValue(r));
    return { name: value, value: { kind: 'list', items, ...r.range(start) }, ...r.range(start) };
  }
  if (type === 'ALERT') return alertClause(r, value, start);
  return triggers(r, start);
}

/** `START [WITH] [=] n`, `INCREMENT [BY] [=] n`, ORDER, NOORDER */
export function sequenceClause(r: Reader): Property {
  const { start } = r.token;
  if (r.isWord('WITH')) {
    r.take();
    return sequenceClause(r);
  }
  if (r.isWord('ORDER') || r.isWord('NOORDER')) return flagProperty(r, [r.token.value]);
  const name = r.take().value;
  r.skipWords(name === 'START' ? 'WITH' : 'BY');
  r.skipSymbol('=');
  const text = String(r.expectInteger());
  return { name, value: { kind: 'number', text, ...r.range(start) }, ...r.range(start) };
}

/** `ON 75 PERCENT DO NOTIFY …` as a list of those texts. */
function triggers(r: Reader, start: Property['start']): Property {
  const items: { kind: 'string'; value: string; start: Property['start']; end: number }[] = [];
  while (r.isWord('ON')) {
    const place = r.token.start;
    r.take();
    r.expectInteger();
    r.expectWords('PERCENT', 'DO');
    if (!r.skipWords('SUSPEND') && !r.skipWords('SUSPEND_IMMEDIATE')) r.expectWords('NOTIFY');
    items.push({ kind: 'string', value: r.slice(place), ...r.range(place) });
  }
  return { name: 'TRIGGERS', value: { kind: 'list', items, ...r.range(start) }, ...r.range(start) };
}

/** `AS (name type, …) RETURNS type -> body`: https://docs.snowflake.com/en/sql-reference/sql/create-masking-policy */
function parsePolicy(r: Reader): NonNullable<CreateObject['policy']> {
  r.expectWords('AS');
  const parameters = r.parenthesized(() => ({ name: r.identifier(), type: parseType(r) }));
  r.expectWords('RETURNS');
  const returns = parseType(r);
  r.expectSymbol('->');
  const { start } = r.token;
  const body = parseExpression(r);
  return { parameters, returns, body, bodyText: r.slice(start) };
}
